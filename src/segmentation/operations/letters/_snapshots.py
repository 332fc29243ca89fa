"""Letters as they were when their segment was logged: kept with the interaction, in the journal.

What is delivered later, or sent again in a year, is what was logged, whatever became of the
contact and the template. Of a letter that a template in Word is filled for, the whole document is
kept among the attachments, as the interaction's own; of any other its values are, since the hash
of its text stands with the interaction. Both are personal content and go when the person is
erased.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import attrs

from segmentation.errors import Fault, Message, SegmentationError
from segmentation.frozen import freeze_within
from segmentation.interactions import Interaction
from segmentation.protocols import Rendering, Store
from segmentation.segments import Segment, SegmentLine
from segmentation.serialization import to_json, value_from_data, value_to_data

from ._kept import kept_data
from ._printer import Joint, Letter, LetterPrinter, file_name
from ._trial import LetterFaults, as_interaction, template_name

_FORMAT = 2
"""Format 1 has values only, and no word of where the text came from."""
_LONGEST_NAME = 100

Keep: TypeAlias = Callable[[bytes], str]
"""Keeps a content; returns its hash."""


@attrs.frozen(kw_only=True)
class Snapshot:
    """What is kept of a letter.

    Attributes:
        merge_data: Whose it is, what it was filled with, and what else a courier must know.
        attachment: The hash of its text: of the letter itself, if that is kept.
        attachment_name: The file name of that.
    """

    merge_data: str
    attachment: str
    attachment_name: str

    def put_into(self, interaction: Interaction) -> Interaction:
        """The interaction with this letter."""
        return attrs.evolve(interaction, **attrs.asdict(self))


def snapshot(printer: LetterPrinter, letter: Letter, keep: Keep | None) -> Snapshot:
    """Make a letter to see that it can be made, and tell what is to be kept of it.

    Args:
        printer: Makes letters.
        letter: The letter.
        keep: Keeps a content; ``None`` if it is only to be seen whether all can be made.

    Raises:
        NotFound: The template is gone.
        BadDocument: The template cannot be read, or does what its values do not allow.
    """
    made = printer.make(letter)
    interaction = letter.interaction
    attachment, name = interaction.attachment, interaction.attachment_name
    media_type = ""
    if printer.is_kept(interaction):
        attachment = keep(made.content) if keep else attachment
        media_type = made.media_type
        name = _short(file_name(letter, made.extension))
    shared = {"contact_nos": list(letter.contact_nos)} if letter.contact_nos else {}
    merge_data = to_json(
        {
            **shared,
            "format": _FORMAT,
            "addressee": letter.addressee,
            "company_name": letter.company_name,
            "e_mail": letter.e_mail,
            "excluded": letter.excluded,
            "kept_as": media_type,
            "locale": list(letter.locale),
            "origin": str(printer.origin(interaction)),
            "sender": letter.sender,
            "unsubscribe": letter.unsubscribe,
            "values": {
                name: value_to_data(value)
                for name, value in letter.values.items()
                if not (
                    media_type and name.startswith("/")
                )  # what a layout showed is in the letter
            },
        }
    )
    return Snapshot(merge_data=merge_data, attachment=attachment, attachment_name=name)


def _short(name: str) -> str:
    """A file name that the field has room for; the ending stays."""
    stem, _, extension = name.rpartition(".")
    return f"{stem[: _LONGEST_NAME - len(extension) - 1]}.{extension}"


def restore(interaction: Interaction) -> Letter | None:
    """The inverse of `snapshot`; ``None`` if nothing was kept, or it was erased.

    What was kept by versions before has values only: its letter is made of the template as it is.
    """
    data = kept_data(interaction)
    if not data:
        return None
    language, country, region = data["locale"]
    return Letter(
        interaction=interaction,
        addressee=data["addressee"],
        company_name=data["company_name"],
        e_mail=data["e_mail"],
        locale=(language, country, region),
        values={name: value_from_data(value) for name, value in data["values"].items()},
        unsubscribe=data["unsubscribe"],
        sender=data.get("sender", ""),
        excluded=data["excluded"],
        kept_as=data.get("kept_as", ""),
        contact_nos=tuple(data.get("contact_nos", ())),
    )


@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class Snapshots:
    """The letters of a segment that is about to be logged.

    Attributes:
        letters: What is kept of each, by line.
        faults: All that is wrong.
        warnings: What somebody should look at first.
        shared: The numbers of the lines that have one letter together.
    """

    letters: Mapping[int, Snapshot]
    faults: Sequence[Fault]
    warnings: Sequence[Fault]
    shared: Sequence[tuple[int, ...]] = ()


def snapshot_all(
    store: Store,
    segment: Segment,
    rendering: Rendering,
    *,
    keep: Keep | None = None,
    households: Sequence[tuple[int, ...]] = (),
) -> Snapshots:
    """The letters of a segment that is about to be logged, what is wrong with them, and warnings.

    Every letter is made once, so that what cannot be made is found before anything is
    recorded.

    Args:
        store: Where contacts and templates are.
        segment: The segment.
        rendering: How letters are made.
        keep: Keeps a content, where the segment is logged and not only looked at.
        households: The numbers of the lines that are to have one letter together.
    """
    making = _Making(LetterPrinter(store, rendering), segment, keep)
    grouped = {number: group for group in households for number in group}
    waiting: dict[tuple[int, ...], list[SegmentLine]] = {}
    for line in making.printer.in_batches(segment.lines):
        if not (line.contact_no and line.correspondence_type):
            continue
        group = grouped.get(line.line_no)
        if group is None:
            making.make([line])
            continue
        waiting.setdefault(group, []).append(line)
        if line.line_no == group[-1]:
            making.make(waiting.pop(group))
    return Snapshots(
        letters=making.made,
        faults=making.wrong.faults,
        warnings=list(making.warnings),
        shared=making.shared,
    )


class _Making:
    """Makes the letters of a segment and keeps what they are."""

    def __init__(self, printer: LetterPrinter, segment: Segment, keep: Keep | None) -> None:
        self.printer = printer
        self.made: dict[int, Snapshot] = {}
        self.wrong = LetterFaults(printer)
        self.warnings: dict[Fault, None] = {}
        self.shared: list[tuple[int, ...]] = []
        self._segment = segment
        self._keep = keep

    def make(self, lines: Sequence[SegmentLine]) -> None:
        """Make one letter for some lines, or as few as can be."""
        interactions = [as_interaction(line) for line in lines]
        try:
            for joint in self.printer.prepare_joint(interactions, self._segment):
                self._take(joint, [lines[at] for at in joint.places])
            for reason in self.printer.remarks(interactions[0]):
                self._warn(lines[0], reason, "left_in_template")
        except SegmentationError as error:
            told = len(self.wrong.faults)
            for line in lines if len(lines) > 1 else ():
                self.make([line])  # whose letter it is that cannot be made
            if len(self.wrong.faults) == told:
                self.wrong.add(error, lines[0])

    def _take(self, joint: Joint, lines: Sequence[SegmentLine]) -> None:
        made = snapshot(self.printer, joint.letter, self._keep)
        self.made |= {line.line_no: made for line in lines}
        if len(lines) > 1:
            self.shared.append(tuple(line.line_no for line in lines))
        if joint.differing:
            reason = Message(
                "shows {fields}, so that people at one address for whom that is not the same "
                "get a letter each",
                fields=", ".join(joint.differing),
            )
            self._warn(lines[0], reason, "not_shared")

    def _warn(self, line: SegmentLine, reason: Message, code: str) -> None:
        self.warnings[Fault(template_name(line), "", reason, code)] = None
