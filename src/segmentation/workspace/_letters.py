"""Letters of interactions, and the queue of what is still to be sent."""

from collections.abc import Iterable, Mapping, Sequence
from typing import IO

from segmentation.documents import Document
from segmentation.interactions import Interaction
from segmentation.operations import letters
from segmentation.operations.context import Context
from segmentation.operations.letters import (
    Answer,
    Delivered,
    MergeFields,
    OnProgress,
    RetryPolicy,
    Unsubscribing,
)
from segmentation.protocols import Couriers
from segmentation.segments import LoggedSegment

from ._system import system_worker


class Letters:
    """Letters of interactions, and the queue of what is still to be sent.

    Interactions and logged segments are named by their entry number, or given as records.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def of(self, *entry_nos: int | Interaction) -> Iterable[Document]:
        """The letters of logged interactions, one by one, in the order asked for.

        They are filled with the values as they stand now; `resend` sends a letter as it was.
        Interactions without a template have none.

        Args:
            *entry_nos: The interactions.

        Raises:
            InvalidValue: No interaction is named.
            NotFound: An interaction, a contact, a template or a salutation formula is missing.
            Rejected: A template names a field that nothing fills.
            BadDocument: A template cannot be read.
        """
        return letters.letters_of(self._context, *entry_nos)

    def in_one_document(self, file: IO[bytes], *entry_nos: int | Interaction) -> int:
        """Write the letters of logged interactions as one Word document, a section each.

        Args:
            file: Where the document is written; must be open for bytes and able to seek.
            *entry_nos: The interactions; their letters must have one template, made in Word.
                Those without a template have no letter.

        Returns:
            How many letters the document holds.

        Raises:
            InvalidValue: No interaction is named.
            Refused: There is no letter, they have several templates, or one that is not Word's.
            NotFound: An interaction, a contact, a template or a salutation formula is missing.
            Rejected: The template names a field that nothing fills.
        """
        return letters.in_one_document(self._context, file, *entry_nos)

    def merge_fields(self) -> MergeFields:
        """The fields that a template may name: their names, captions, and where they come from.

        Captions are in the language of the workspace; own fields of the host are among them.
        """
        return letters.merge_fields(self._context)

    def outstanding(
        self, *, logged_segment_entry_no: int | LoggedSegment = 0
    ) -> Sequence[Interaction]:
        """The interactions whose documents are still to be delivered, in order of their numbers.

        Args:
            logged_segment_entry_no: The one logged segment that they belong to; 0 for all.

        Raises:
            NotFound: There is no such logged segment.
        """
        return letters.outstanding(
            self._context.store, logged_segment_entry_no=logged_segment_entry_no
        )

    def deliver(
        self,
        couriers: Couriers | None = None,
        *,
        logged_segment_entry_no: int | LoggedSegment = 0,
        retry: RetryPolicy | None = None,
        on_progress: OnProgress | None = None,
        worker: str = "",
    ) -> Delivered:
        """Deliver what is still to be delivered; may be stopped at any time and run again.

        What has a correspondence type without a courier is left for another run.

        Args:
            couriers: Who delivers what, by correspondence type; those that the workspace was
                opened with if not given.
            logged_segment_entry_no: The one logged segment to deliver; 0 for all.
            retry: How often, and after which pauses, a document is tried again; as
                `segmentation.operations.letters.RetryPolicy` says if not given.
            on_progress: Is called after each document, delivered or not.
            worker: Names this process or thread among those that deliver at once; made of
                machine, process and thread if not given.

        Raises:
            InvalidValue: There is no courier at all.
            NotFound: There is no such logged segment.
            StoreError: The store went away; what was recorded until then is.
            Conflict: Others recorded all the time, and our record found no place among theirs.
        """
        return letters.deliver(
            self._context,
            couriers,
            worker=worker or system_worker(),
            logged_segment_entry_no=logged_segment_entry_no,
            retry=retry,
            on_progress=on_progress,
        )

    def resend(self, *entry_nos: int | Interaction) -> Sequence[Interaction]:
        """Have the same documents delivered again, by the next `deliver`.

        Args:
            *entry_nos: The interactions; one that is named twice is sent once.

        Returns:
            The interactions, which are to be delivered now, in the order asked for.

        Raises:
            InvalidValue: No interaction is named.
            NotFound: There is no such interaction.
            Refused: One is canceled or postponed, was never to be delivered, or is being
                delivered.
        """
        return letters.resend(self._context, *entry_nos)

    def resend_fresh(
        self, *entry_nos: int | Interaction, language: str = ""
    ) -> Sequence[Interaction]:
        """Have new documents delivered, made from the contacts as they are now.

        Args:
            *entry_nos: The interactions; each gets a new one, of the work date.
            language: The language of what the description of a new interaction says; the
                workspace's if not given.

        Returns:
            The new interactions, which are to be delivered, in the order asked for.

        Raises:
            InvalidValue: No interaction is named.
            NotFound: There is no such interaction.
            Refused: One is canceled or postponed, was never to be delivered, or is being
                delivered.
            Rejected: A letter names a field that nothing fills.
        """
        return letters.resend_fresh(self._context, *entry_nos, language=language)

    def answer_unsubscribing(
        self, unsubscribing: Unsubscribing, *, method: str, token: str | None
    ) -> Answer:
        """Answer what came to the host's route for links to unsubscribe.

        ``GET`` and ``HEAD`` change nothing and show a page with a button. ``POST`` excludes the
        contact from segments, once; the journal records by what.

        Args:
            unsubscribing: Who made the link (see `Unsubscribing.link`).
            method: The method of HTTP, in any case.
            token: The token, as it stood in the address.

        Returns:
            200; 400 for a token that is none of ours, 405 for another method.
        """
        return letters.answer_unsubscribing(
            self._context, unsubscribing, method=method, token=token
        )

    def __repr__(self) -> str:
        return f"Letters(outstanding={len(self.outstanding())})"

    def _plain_(self) -> Mapping[str, object]:
        return {"outstanding": len(self.outstanding())}
