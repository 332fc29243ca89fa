"""Contacts that stand in frames."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import narwhals as nw

from segmentation.contacts import Contact
from segmentation.criteria import BoundSelection, First, InSegment, cut
from segmentation.errors import InvalidValue, Message, Refused, UnknownName
from segmentation.fields import fields_of
from segmentation.memory import candidates_of
from segmentation.segments import Candidates, Options

from ._frames import Frame, Frames, Native, collected, is_eager, lazily, named, narrowed, timed
from ._members import Members
from ._question import Question
from ._records import records_of
from ._segments import left_out_in, lines_in
from ._unread import check_numbers, counted, may_be_blank, numbers_in

_ROW = "segmentation_row"
NO_OPTIONS = Options()


class FrameContacts:
    """Contacts in one frame, the rows of other tables in others.

    Args:
        contacts: The frame of contacts.
        rows: Frames of other tables, by name ("contact_mailing_group") or alias.
        columns: For each table that needs it: the column of each field that has another name.
        segment_members: Gives the contacts on the lines of a segment: their numbers, or a frame
            with a column ``contact_no``.
        logged_members: The same of a logged segment, by its entry number.

    Columns and frames may be missing as long as no selection asks for them.

    Raises:
        InvalidValue: The frames are not all of one engine.

    >>> import polars as pl
    >>> from datetime import date
    >>> from segmentation.criteria import AsOf, bind, make_selection
    >>> from segmentation.segments import contact_schema
    >>> source = FrameContacts(pl.DataFrame({"no": ["1", "2"], "city": ["Oslo", "Rome"]}))
    >>> chosen = make_selection(contact={"city": "O*"})
    >>> source.matching(bind(chosen, contact_schema(), AsOf(date(2026, 11, 22))))
    ['1']
    """

    def __init__(
        self,
        contacts: Native,
        rows: Mapping[str, Native] | None = None,
        *,
        columns: Mapping[str, Mapping[str, str]] | None = None,
        segment_members: Callable[[str], Collection[str] | Native] | None = None,
        logged_members: Callable[[int], Collection[str] | Native] | None = None,
    ) -> None:
        self._contacts = timed(nw.from_native(contacts))
        self._rows = {
            name: named(timed(nw.from_native(frame)), name) for name, frame in (rows or {}).items()
        }
        self._columns = columns or {}
        self._members = Members(segment_members, logged_members)
        engine = self._contacts.implementation
        for name, frame in self._rows.items():
            if frame.implementation is not engine:
                found = frame.implementation.value
                reason = Message(
                    "is of another engine than contacts, {engine}", engine=engine.value
                )
                raise InvalidValue(name, found, reason)

    def filter(self, bound: BoundSelection) -> Native:
        """The frame of those contacts that pass, of the kind that was given.

        Raises:
            UnknownName: A criterion needs a frame or a column that is not there.
            InvalidValue: A column holds what its field cannot be.
            Refused: The engine cannot do it exactly, and the data are not at hand.
        """
        question = self._asked(bound)
        check_numbers(self._contacts, question.key)
        if bound.cut is not None:
            if not question.at_hand:
                raise _no_cut()
            taken = nw.col(question.key).is_in(self.matching(bound))
            return self._contacts.filter(taken).to_native()
        frame = lazily(self._contacts)
        if not is_eager(frame):
            found = question.those_among(frame)
            if question.is_wider:
                found = narrowed(found, frame.collect_schema().names())
            return self._given(found)
        # Eager engines copy whole rows at each step, and a join forgets the index of pandas.
        found = question.those_among(question.needed(frame).with_row_index(_ROW))
        return frame[found[_ROW].sort().to_list()].to_native()

    def matching(self, bound: BoundSelection) -> Sequence[str]:
        """The numbers of the contacts that pass, ascending; of a cut in its order.

        Raises:
            UnknownName: A criterion needs a frame or a column that is not there.
            InvalidValue: A column holds what its field cannot be.
            Refused: The engine cannot do it exactly, and the data are not at hand.
        """
        question = self._asked(bound)
        if bound.cut is not None:
            check_numbers(self._contacts, question.key)
            return self._passing(bound, question)
        numbers = self._passing(bound, question)
        if numbers and may_be_blank(numbers[0]):
            check_numbers(self._contacts, question.key)
        return numbers

    def _passing(self, bound: BoundSelection, question: Question) -> Sequence[str]:
        """The numbers of those who pass, ascending; of a cut in its order."""
        order = [each.field for each in bound.cut.order] if isinstance(bound.cut, First) else []
        frame = lazily(question.contacts)
        found = question.those_among(question.needed(frame, order) if is_eager(frame) else frame)
        if bound.cut is None:
            return numbers_in(found, question.key)
        rows = question.plain_rows(found, order)
        key = bound.schema.key
        return cut(bound, ((row[key], row) for row in rows), items={bound.schema.base})

    def lines(self, bound: BoundSelection, options: Options = NO_OPTIONS) -> Native:
        """The lines of a segment of those who pass and may join: a frame of the kind given.

        A line has what comes from the contact, as far as there are columns of it: ``contact_no``,
        ``contact_company_no``, ``language_code``, ``correspondence_type``, ``salesperson_code``.
        Lines stand in no order. Who is blocked, a minor without consent or excluded has none.

        Args:
            bound: The selection.
            options: Which further contacts to add, and whether exclusion is ignored.

        Raises:
            UnknownName: A criterion needs a frame or a column that is not there.
            InvalidValue: A column holds what its field cannot be.
            Refused: The engine cannot do it exactly, and the data are not at hand.

        >>> import polars as pl
        >>> from datetime import date
        >>> from segmentation.criteria import AsOf, bind, make_selection
        >>> from segmentation.segments import contact_schema
        >>> frame = pl.DataFrame({"no": ["1", "2"], "privacy_blocked": [False, True]})
        >>> everybody = bind(make_selection(), contact_schema(), AsOf(date(2026, 11, 22)))
        >>> FrameContacts(frame).lines(everybody)["contact_no"].to_list()
        ['1']
        """
        return self._given(lines_in(self._uncut(bound), options))

    def left_out(self, bound: BoundSelection, options: Options = NO_OPTIONS) -> Native:
        """The lines of those who pass and may not join, each with its ``reason``.

        The reasons are those of `LeftOutReason`: "blocked", "no_consent" or "excluded", the first
        that applies.

        Args:
            bound: The selection.
            options: Which further contacts to add, and whether exclusion is ignored.

        Raises:
            UnknownName: A criterion needs a frame or a column that is not there.
            InvalidValue: A column holds what its field cannot be.
            Refused: The engine cannot do it exactly, and the data are not at hand.
        """
        return self._given(left_out_in(self._uncut(bound), options))

    def _uncut(self, bound: BoundSelection) -> Question:
        """A selection, asked of the contacts; a cut is made of those whom Python has found."""
        question = self._asked(bound)
        check_numbers(self._contacts, question.key)
        if bound.cut is None:
            return question
        if not question.at_hand:
            raise _no_cut()
        taken = Members(lambda _: self._passing(bound, question))
        alone = BoundSelection(bound.schema, bound.as_of, InSegment(""))
        return Question(alone, self._frames_for(bound), taken)

    def _given(self, frame: Frame) -> Native:
        """A frame of the kind that contacts were given in."""
        is_planned = is_eager(self._contacts) and not is_eager(frame)
        return (frame.collect() if is_planned else frame).to_native()

    def get_many(self, nos: Iterable[str]) -> Sequence[Contact]:
        """The contacts with these numbers, in their order; unknown numbers are passed over.

        Raises:
            UnknownName: A column is mapped that is not there.
        """
        wanted = list(nos)
        of_theirs = self._contacts.filter(nw.col(self._column("no")).is_in(wanted))
        read = collected(of_theirs)
        called = self._columns.get("contact", {})
        columns = [(field, called.get(field.name, field.name)) for field in fields_of(Contact)]
        for name in called.values():
            if name not in read.columns:
                raise UnknownName("column", name, known=read.columns)
        there = [pair for pair in columns if pair[1] in read.columns]
        found = {contact.no: contact for contact in records_of(read, Contact, there)}
        return [found[no] for no in wanted if no in found]

    def count(self, bound: BoundSelection) -> int:
        """How many contacts pass a selection; a cut is not made.

        Raises:
            UnknownName: A criterion needs a frame or a column that is not there.
            InvalidValue: A column holds what its field cannot be.
            Refused: The engine cannot do it exactly, and the data are not at hand.
        """
        question = self._asked(bound)
        if self._contacts.implementation.is_spark_like():
            # Its files tell at once that no number is blank; those of contacts are not read.
            check_numbers(self._contacts, question.key)
            return self._number_of(question)
        number, blank = counted(self._found(question), question.key)
        if blank:
            check_numbers(self._contacts, question.key)
        return number

    def _number_of(self, question: Question) -> int:
        """How many contacts pass."""
        return int(collected(self._found(question).select(nw.len())).item())

    @staticmethod
    def _found(question: Question) -> Frame:
        """The contacts that pass, at least with their numbers."""
        frame = lazily(question.contacts)
        return question.those_among(question.needed(frame) if is_eager(frame) else frame)

    def candidates(self, chosen: BoundSelection | Collection[str], options: Options) -> Candidates:
        """Those who pass a selection or have these numbers, as they would join a segment."""
        return candidates_of(self, chosen, options)

    def _column(self, field: str) -> str:
        name = self._columns.get("contact", {}).get(field, field)
        known = self._contacts.collect_schema()
        if name not in known:
            raise UnknownName(
                "column", name, known=known, where=Message("frame {name}", name="contact")
            )
        return name

    def _asked(self, bound: BoundSelection) -> Question:
        return Question(bound, self._frames_for(bound), self._members)

    def _frames_for(self, bound: BoundSelection) -> Frames:
        zone = bound.as_of.zone
        return Frames(bound.schema.base, self._contacts, self._rows, self._columns, zone)


def _no_cut() -> Refused:
    reason = "a cut looks at all who pass: cut their numbers instead"
    return Refused("filter a frame", reason)
