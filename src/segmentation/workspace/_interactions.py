"""Interactions: a thin front of `segmentation.operations.interactions`."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Unpack

from segmentation.contacts import Contact
from segmentation.documents import Attachment
from segmentation.interactions import DocumentType, Evaluation, Interaction, InteractionComment
from segmentation.operations import interactions
from segmentation.operations.field_values import (
    CallValues,
    DocumentValues,
    InteractionDraftValues,
    InteractionValues,
    MailValues,
)
from segmentation.operations.interactions import DocumentRecorded
from segmentation.segments import SegmentLine
from segmentation.tasks import Task

from ._noun import Noun


class Interactions(Noun[Interaction, int]):
    """The log of interactions, by entry number; it only grows.

    An interaction is taken in place of its entry number, and a contact in place of its own.
    """

    _kind = Interaction

    def where(self, **fields: Unpack[InteractionValues]) -> Sequence[Interaction]:
        """The interactions whose fields have these values, in the order of their numbers.

        Args:
            **fields: Values by field; several must all be equal.

        Raises:
            UnknownName: An interaction has no such field.
            Rejected: Values do not fit their fields: all of them.
        """
        return list(self._all(fields))

    def of(self, contact_no: str | Contact) -> Sequence[Interaction]:
        """The interactions of a contact in the order of their numbers; of a company, of all in it.

        Raises:
            NotFound: There is no such contact.
        """
        return interactions.interactions_of(self._store, contact_no)

    def postponed(self) -> Sequence[Interaction]:
        """The interactions that were put off, in the order of their numbers."""
        return interactions.postponed_interactions(self._store)

    # -- drafting and recording -----------------------------------------------------------------

    def draft(
        self,
        contact_no: str | Contact,
        *,
        attachment: Path | Attachment | str | None = None,
        **fields: Unpack[InteractionDraftValues],
    ) -> Interaction:
        """Make an interaction with what contact, template and user give it; nothing is recorded.

        Only the content of an attachment is stored, so that the draft can name it.

        Args:
            contact_no: With whom; may be empty or unknown until it is recorded.
            attachment: A text of its own in place of the template's: a path, an attachment, or
                the hash of a stored one; an empty text is none.
            **fields: Fields of the interaction, ``interaction_template_code`` among them; they
                go before what contact, template and user give.

        Raises:
            UnknownName: An interaction has no such field, or no caller gives it.
            Rejected: Values do not fit their fields, or there is no such attachment: all of it.
        """
        return interactions.draft_interaction(
            self._context, contact_no, attachment=attachment, **fields
        )

    def create(
        self,
        contact_no: str | Contact,
        *,
        attachment: Path | Attachment | str | None = None,
        comments: Iterable[str] | str = (),
        **fields: Unpack[InteractionDraftValues],
    ) -> Interaction:
        """Record an interaction: a meeting, a letter written by hand; it counts from now on.

        Args:
            contact_no: With whom.
            attachment: A text of its own in place of the template's: a path, an attachment, or
                the hash of a stored one; an empty text is none.
            comments: Comments on it, in their order; a text is one comment.
            **fields: As for `draft`.

        Returns:
            The interaction as recorded, with its entry number.

        Raises:
            UnknownName: An interaction has no such field, or no caller gives it.
            Rejected: Fields are blank or do not fit: all of them. Nothing is stored.
        """
        return interactions.create_interaction(
            self._context, contact_no, attachment=attachment, comments=comments, **fields
        )

    def create_many(self, drafts: Iterable[Interaction] | Interaction) -> Sequence[Interaction]:
        """Record many interactions in one transaction: all or none.

        Args:
            drafts: The interactions as `draft` makes them, changed at will.

        Returns:
            The interactions as recorded, in the order of the drafts.

        Raises:
            Rejected: Fields are blank or do not fit: all of them, each with the place of its
                draft, counted from 1.
        """
        return interactions.create_interactions(self._context, drafts)

    def postpone(
        self,
        contact_no: str | Contact,
        *,
        attachment: Path | Attachment | str | None = None,
        comments: Iterable[str] | str = (),
        **fields: Unpack[InteractionDraftValues],
    ) -> Interaction:
        """Record an interaction that is put off: it counts nowhere until it is finished.

        Arguments and errors are those of `create`; what is put off is checked likewise.
        """
        return interactions.postpone_interaction(
            self._context, contact_no, attachment=attachment, comments=comments, **fields
        )

    def finish(
        self,
        entry_no: int | Interaction,
        *,
        attachment: Path | Attachment | str | None = None,
        comments: Iterable[str] | str = (),
        **fields: Unpack[InteractionDraftValues],
    ) -> Interaction:
        """Finish a postponed interaction: it counts from now on.

        It keeps its number, its contact, its comments and its attachment; its date becomes the
        work date, unless it is given.

        Args:
            entry_no: The postponed interaction.
            attachment: Another text in place of its own: a path, an attachment, or the hash of
                a stored one; an empty text is none.
            comments: Further comments on it, in their order; a text is one comment.
            **fields: Fields that are to be otherwise than they were put off.

        Returns:
            The interaction as it is now.

        Raises:
            NotFound: There is no such interaction.
            Refused: It is not postponed.
            UnknownName: An interaction has no such field, or it cannot be changed.
            Rejected: Fields are blank or do not fit: all of them. Nothing is stored.
        """
        return interactions.finish_interaction(
            self._context, entry_no, attachment=attachment, comments=comments, **fields
        )

    def postpone_again(
        self,
        entry_no: int | Interaction,
        *,
        attachment: Path | Attachment | str | None = None,
        comments: Iterable[str] | str = (),
        **fields: Unpack[InteractionDraftValues],
    ) -> Interaction:
        """Put a postponed interaction off once more, with other values.

        Arguments and errors are those of `finish`.
        """
        return interactions.postpone_interaction_again(
            self._context, entry_no, attachment=attachment, comments=comments, **fields
        )

    def discard(self, entry_no: int | Interaction) -> None:
        """Discard a postponed interaction, with its comments.

        Raises:
            NotFound: There is no such interaction.
            Refused: It is not postponed.
        """
        interactions.discard_interaction(self._context, entry_no)

    # -- what a host does -----------------------------------------------------------------------

    def record_call(
        self,
        contact_no: str | Contact,
        phone_no: str,
        *,
        line: SegmentLine | tuple[str, int] | None = None,
        task: Task | None = None,
        attachment: Path | Attachment | str | None = None,
        comments: Iterable[str] | str = (),
        **fields: Unpack[CallValues],
    ) -> Interaction:
        """Record a phone call, with the template that the set-up names for calls.

        Description, salesperson and campaign are those of the line or task, unless given.

        Args:
            contact_no: Who was called.
            phone_no: The number that was dialled.
            line: The segment's line that the call was made from, or its segment's number and
                its own; the line stays as it is.
            task: The task that asked for the call.
            attachment: A file that belongs to it: a path, an attachment, or the hash of a
                stored one.
            comments: Comments on it, in their order; a text is one comment.
            **fields: Fields of the interaction: description, evaluation, attempt_failed, ...

        Raises:
            NotFound: There is no such segment or line.
            InvalidValue: Line and task are given together, or are of another contact.
            Refused: The set-up names no template for calls.
            UnknownName: An interaction has no such field, or no caller gives it.
            Rejected: Fields are blank or do not fit: all of them; the number may not be blank.
        """
        return interactions.record_call(
            self._context,
            contact_no,
            phone_no,
            line=line,
            task=task,
            attachment=attachment,
            comments=comments,
            **fields,
        )

    def record_mail(
        self,
        contact_no: str | Contact,
        subject: str,
        *,
        attachment: Path | Attachment | str | None = None,
        comments: Iterable[str] | str = (),
        **fields: Unpack[MailValues],
    ) -> Interaction:
        """Record a mail that was sent, with the template that the set-up names for mails.

        Args:
            contact_no: Who received it.
            subject: What it is about.
            attachment: A file that belongs to it: a path, an attachment, or the hash of a
                stored one; none is asked for.
            comments: Comments on it, in their order; a text is one comment.
            **fields: Fields of the interaction: description, campaign_no, ...

        Raises:
            Refused: The set-up names no template for mails.
            UnknownName: An interaction has no such field, or no caller gives it.
            Rejected: Fields are blank or do not fit: all of them.
        """
        return interactions.record_mail(
            self._context, contact_no, subject, attachment=attachment, comments=comments, **fields
        )

    def record_document(
        self,
        document_type: DocumentType | str,
        document_no: str,
        *,
        contact_no: str | Contact = "",
        customer_no: str = "",
        vendor_no: str = "",
        attachment: Path | Attachment | str | None = None,
        **fields: Unpack[DocumentValues],
    ) -> DocumentRecorded:
        """Record a document of the host, with the template that the set-up names for its kind.

        Args:
            document_type: What kind of document it is: "sales_invoice", ...
            document_no: Its number.
            contact_no: Whom it went to or came from; or else one of the next two.
            customer_no: A customer, whose contact is found by its business relation.
            vendor_no: A vendor, likewise.
            attachment: The document itself: a path, an attachment, or the hash of a stored one.
            **fields: Fields of the interaction: description, campaign_no, cost, ...

        Returns:
            The interaction, or why there is none: no template for this kind of document in the
            set-up, no such contact, or one that may not be contacted.

        Raises:
            InvalidValue: Not exactly one of contact, customer and vendor is given; or the kind
                of document is blank.
            Refused: The template has languages, which documents of a host cannot use.
            NotFound: The set-up names a template that is not there.
            UnknownName: An interaction has no such field, or no caller gives it.
            Rejected: There is no such kind of document, or values do not fit their fields: all
                of them.
        """
        return interactions.record_document(
            self._context,
            document_type,
            document_no,
            contact_no=contact_no,
            customer_no=customer_no,
            vendor_no=vendor_no,
            attachment=attachment,
            **fields,
        )

    # -- what is noted afterwards ---------------------------------------------------------------

    def evaluate(self, *entry_nos: int | Interaction, evaluation: Evaluation | str) -> None:
        """Evaluate interactions: all or none.

        Args:
            *entry_nos: The interactions, at least one.
            evaluation: How they went: "very_positive", "positive", "neutral", "negative",
                "very_negative"; an empty text takes an evaluation back.

        Raises:
            InvalidValue: No interaction is given.
            NotFound: Some interactions are not there: all of them.
            Refused: One is postponed.
            Rejected: There is no such evaluation.
        """
        interactions.evaluate_interactions(self._context, *entry_nos, evaluation=evaluation)

    def comment(self, entry_no: int | Interaction, text: str) -> None:
        """Comment on an interaction, postponed or not; the comment bears the day and the user.

        Raises:
            NotFound: There is no such interaction.
            Rejected: The comment is blank, or no text.
        """
        interactions.comment_interaction(self._context, entry_no, text)

    def comments(self, entry_no: int | Interaction) -> Sequence[InteractionComment]:
        """The comments on an interaction, in the order in which they were made.

        Raises:
            NotFound: There is no such interaction.
        """
        return interactions.comments_of(self._store, entry_no)

    def set_attempt(self, entry_no: int | Interaction, *, attempt_failed: bool) -> None:
        """Record whether the attempt to reach the contact failed.

        Args:
            entry_no: The interaction.
            attempt_failed: The contact was not reached.

        Raises:
            NotFound: There is no such interaction.
            Refused: It is postponed.
            Rejected: ``attempt_failed`` is neither yes nor no.
        """
        interactions.set_attempt(self._context, entry_no, attempt_failed=attempt_failed)

    def link_opportunity(self, entry_no: int | Interaction, opportunity_no: str) -> None:
        """Link an interaction to an opportunity of the host.

        Args:
            entry_no: The interaction.
            opportunity_no: The host's number of the opportunity; an empty text takes a link back.

        Raises:
            NotFound: There is no such interaction.
            Refused: It is postponed.
            Rejected: The number is too long, or no text.
        """
        interactions.link_opportunity(self._context, entry_no, opportunity_no)

    def title(self, entry_no: int | Interaction, *, language: str = "") -> str:
        """What an interaction is called in a list: what it was, and from or by whom.

        Args:
            entry_no: The interaction.
            language: The language of the words between; that of the workspace if empty.

        Raises:
            NotFound: There is no such interaction.
        """
        return interactions.interaction_title(self._context, entry_no, language=language)

    def attachment(self, entry_no: int | Interaction) -> Attachment:
        """The attachment of an interaction, with its content.

        Raises:
            NotFound: There is no such interaction, or it has no attachment.
        """
        return interactions.attachment_of(self._store, entry_no)

    # -- canceling ------------------------------------------------------------------------------

    def cancel(self, *entry_nos: int | Interaction) -> None:
        """Cancel interactions: they count nowhere from now on; all or none.

        Args:
            *entry_nos: The interactions, at least one.

        Raises:
            InvalidValue: No interaction is given.
            NotFound: Some interactions are not there: all of them.
            Refused: One is canceled already, or postponed.
        """
        interactions.cancel_interactions(self._context, *entry_nos)

    def uncancel(self, *entry_nos: int | Interaction) -> None:
        """Let canceled interactions count again; all or none.

        Args:
            *entry_nos: The interactions, at least one.

        Raises:
            InvalidValue: No interaction is given.
            NotFound: Some interactions are not there: all of them.
            Refused: One is not canceled; or its logged segment or campaign entry is.
        """
        interactions.uncancel_interactions(self._context, *entry_nos)

    def delete_canceled(self, *, segment_no: str) -> int:
        """Delete the canceled interactions of a segment, with all that only they need.

        Args:
            segment_no: The segment that they were logged from or called for.

        Returns:
            How many were deleted.

        Raises:
            InvalidValue: The number is blank; `delete_all_canceled` deletes all.
        """
        return interactions.delete_canceled_interactions(self._context, segment_no=segment_no)

    def delete_all_canceled(self) -> int:
        """Delete all canceled interactions, with all that only they need; returns how many."""
        return interactions.delete_all_canceled_interactions(self._context)
