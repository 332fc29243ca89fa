"""Interactions with one contact: a thin front of `segmentation.operations`."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from segmentation.interactions import Evaluation, Interaction, InteractionComment
from segmentation.journal import Stamp
from segmentation.operations import interactions, tasks
from segmentation.operations.context import Context
from segmentation.operations.interactions import Cancelable, DocumentRecorded
from segmentation.operations.records import require_contact
from segmentation.protocols import Store
from segmentation.tasks import Opportunity


class Interactions:
    """The interactions of a workspace, outside segments and after logging."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def __iter__(self) -> Iterator[Interaction]:
        return self._store.records.all(Interaction)

    def __getitem__(self, entry_no: int) -> Interaction:
        return interactions.interaction_of(self._store, entry_no)

    def of(self, contact_no: str) -> Sequence[Interaction]:
        """A contact's interactions, in the order of their numbers; a company's with all of it."""
        contact = require_contact(self._store, contact_no)
        return interactions.interactions_of(self._store, contact)

    def draft(self, contact_no: str, template: str = "", **given: Any) -> Interaction:  # noqa: ANN401
        """An interaction with what contact, template and user give it; nothing is recorded."""
        return interactions.draft_interaction(self._context, contact_no, template, **given)

    def create(
        self,
        contact_no: str,
        template: str = "",
        *,
        comments: Iterable[str] = (),
        attachment: tuple[str, bytes] | None = None,
        **given: Any,  # noqa: ANN401
    ) -> Interaction:
        """Record an interaction: a call, a meeting, a letter written by hand.

        Args:
            contact_no: With whom.
            template: What kind of interaction.
            comments: Comments on it.
            attachment: File name and content of a text of its own.
            **given: Fields that go before those of contact and template.

        Raises:
            Rejected: Fields are blank or do not fit: all of them.
        """
        with self._store.transaction():
            own = self._attached(attachment)
            draft = self.draft(contact_no, template, **own | given)
            return interactions.create_interaction(self._context, draft, comments=comments)

    def postpone(
        self,
        contact_no: str,
        template: str = "",
        *,
        comments: Iterable[str] = (),
        attachment: tuple[str, bytes] | None = None,
        **given: Any,  # noqa: ANN401
    ) -> Interaction:
        """Put an interaction off: it counts nowhere until it is resumed and finished."""
        with self._store.transaction():
            own = self._attached(attachment)
            draft = self.draft(contact_no, template, **own | given)
            return interactions.postpone_interaction(self._context, draft, comments=comments)

    def postponed(self) -> Sequence[Interaction]:
        """The interactions that were put off."""
        return interactions.postponed_interactions(self._store)

    def resume(
        self,
        entry_no: int,
        *,
        postpone: bool = False,
        comments: Iterable[str] = (),
        attachment: tuple[str, bytes] | None = None,
        **given: Any,  # noqa: ANN401
    ) -> Interaction:
        """Take up a postponed interaction: finish it, or put it off once more."""
        with self._store.transaction():
            return interactions.resume_interaction(
                self._context,
                entry_no,
                postpone=postpone,
                comments=comments,
                **self._attached(attachment) | given,
            )

    def drop(self, entry_no: int) -> None:
        """Give up a postponed interaction."""
        interactions.drop_interaction(self._context, entry_no)

    def call(
        self,
        contact_no: str,
        phone_no: str,
        *,
        comments: Iterable[str] = (),
        **given: Any,  # noqa: ANN401
    ) -> Interaction:
        """Record a phone call, with the template that the set-up names for calls."""
        return interactions.record_call(
            self._context, contact_no, phone_no, comments=comments, **given
        )

    def call_of_line(
        self,
        segment_no: str,
        line_no: int,
        phone_no: str,
        *,
        comments: Iterable[str] = (),
        **given: Any,  # noqa: ANN401
    ) -> Interaction:
        """Record a phone call made from a segment's line; the line stays as it is."""
        return interactions.record_call_of_line(
            self._context, segment_no, line_no, phone_no, comments=comments, **given
        )

    def document(self, document_type: str, document_no: str, **given: Any) -> DocumentRecorded:  # noqa: ANN401
        """Record a document of the host by contact_no, customer_no or vendor_no."""
        return interactions.record_document(self._context, document_type, document_no, **given)

    def evaluate(self, evaluation: Evaluation | str, *entry_nos: int) -> None:
        """Say how interactions went."""
        interactions.evaluate_interactions(self._context, entry_nos, evaluation)

    def comment(self, entry_no: int, text: str) -> None:
        """Comment on an interaction."""
        interactions.comment_interaction(self._context, entry_no, text)

    def comments(self, entry_no: int) -> Sequence[InteractionComment]:
        """The comments on an interaction, in the order in which they were made."""
        return list(self._store.records.all(InteractionComment, interaction_no=entry_no))

    def note_attempt(self, entry_no: int, *, failed: bool) -> None:
        """Say whether the contact was reached."""
        interactions.note_attempt(self._context, entry_no, failed=failed)

    def link_opportunity(self, entry_no: int, opportunity_no: str) -> None:
        """Link an interaction to an opportunity of the host."""
        interactions.link_opportunity(self._context, entry_no, opportunity_no)

    def opportunity_candidates(
        self, contact_no: str, opportunities: Iterable[Opportunity], *, salesperson_code: str = ""
    ) -> Sequence[Opportunity]:
        """Those of the host's opportunities that an interaction with a contact may be about."""
        return tasks.opportunity_candidates(
            self._store, contact_no, opportunities, salesperson_code=salesperson_code
        )

    def opportunity(self, entry_no: int, *, sales_cycle_code: str = "") -> Opportunity:
        """An opportunity out of an interaction, with its comments, for the host to keep."""
        return tasks.opportunity_of_interaction(
            self._context, entry_no, sales_cycle_code=sales_cycle_code
        )

    def title(self, entry_no: int, *, language: str = "") -> str:
        """What an interaction is called in a list: what it was, and from or by whom."""
        return interactions.interaction_title(self._context, self[entry_no], language=language)

    def cancel(self, item: Cancelable) -> None:
        """Cancel an interaction, a campaign entry or a logged segment, and what belongs to it."""
        interactions.cancel(self._context, item)

    def uncancel(self, item: Cancelable) -> None:
        """Let something canceled count again, with what was canceled together with it."""
        interactions.uncancel(self._context, item)

    def delete_canceled(self, *, campaign_no: str = "", segment_no: str = "") -> int:
        """Delete canceled interactions; returns how many."""
        return interactions.delete_canceled_interactions(
            self._context, campaign_no=campaign_no, segment_no=segment_no
        )

    def delete_canceled_campaign_entries(
        self, *, campaign_no: str = "", segment_no: str = ""
    ) -> int:
        """Delete canceled campaign entries and their interactions; returns how many entries."""
        return interactions.delete_canceled_campaign_entries(
            self._context, campaign_no=campaign_no, segment_no=segment_no
        )

    def delete_canceled_logged_segments(self, *, segment_no: str = "") -> int:
        """Delete canceled logged segments; their interactions stay. Returns how many."""
        return interactions.delete_canceled_logged_segments(self._context, segment_no=segment_no)

    def _attached(self, attachment: tuple[str, bytes] | None) -> dict[str, str]:
        if attachment is None:
            return {}
        name, content = attachment
        digest = self._store.attachments.put(content)
        return {"attachment": digest, "attachment_name": name}

    @property
    def _store(self) -> Store:
        return self._context.store

    @property
    def _stamp(self) -> Stamp:
        return self._context.stamp
