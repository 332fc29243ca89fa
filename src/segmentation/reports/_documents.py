"""Reports as values: their data, and documents made of them.

A document is made of the data by a form, ours or a host's, in the language asked for.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Protocol

import attrs

from segmentation.campaigns import CampaignTarget
from segmentation.documents import Formats, FormatsFor, locale_of, plain_formats
from segmentation.frozen import freeze_within
from segmentation.markup import to_rows
from segmentation.phrases import ENGLISH
from segmentation.showing import shown_by

from ._data import (
    CampaignDetails,
    ContactRow,
    CoverSheet,
    EntryRow,
    Label,
    LabelFormat,
    SegmentRow,
    Sheet,
    sheets_of,
)
from ._words import report_words

_REMARKS = (
    "as_agreed_upon",
    "for_your_information",
    "your_comments_please",
    "for_your_approval",
    "please_call",
    "returned_after_use",
)

_PATTERNS = {
    "cost": "#,##0.00",
    "sales": "#,##0.00",
    "estimated_value": "#,##0.00",
    "response_rate": "0.0",
}
"""How these numbers are written in a report."""


class DataForm(Protocol):
    """A template that takes any plain data, as those of Jinja do."""

    def fill_with(self, data: Mapping[str, Any]) -> bytes:
        """The document."""


@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class _Report:
    """What all reports have: how a document is made of their data.

    Attributes:
        language: The language of a document where none is asked for: a tag ("fr-CH") or one of
            Business Central's codes ("FRS").
        formats_for: How dates and numbers are written in a language and country.
    """

    _name: ClassVar[str]

    language: str = attrs.field(default=ENGLISH, eq=False)
    formats_for: FormatsFor = attrs.field(default=plain_formats, eq=False)

    def _content(self) -> Mapping[str, object]:
        """The data by the names under which templates know them."""
        raise NotImplementedError  # pragma: no cover - each report says what it holds

    def render(self, form: DataForm, *, language: str = "", title: str = "") -> bytes:
        """The report as a document.

        Args:
            form: A template that was read: by `segmentation.adapters.jinja.make_html_renderer` or
                `segmentation.adapters.jinja.word.make_word_renderer`.
            language: The language of its words, dates and numbers: a tag ("fr-CH") or one of
                Business Central's codes ("FRS"); that of the workspace if not given. The words of
                a language that we do not know are English.
            title: What stands above it; what the report is called in its language if not given.

        Raises:
            BadDocument: The template does what the data do not allow.
        """
        spoken = language or self.language
        formats, words = self.formats_for(spoken, "", ""), report_words(spoken)
        content = self._content().items()
        data: dict[str, Any] = {name: _written(value, formats) for name, value in content}
        data["title"] = title or words[self._name]
        data["language"] = locale_of(spoken).replace("_", "-")
        data["words"] = dict(words)
        data["remarks"] = [words[remark] for remark in _REMARKS]
        return form.fill_with(data)


@shown_by("data")
@attrs.frozen(kw_only=True, repr=False)
class ContactList(_Report):
    """The list of contacts.

    Attributes:
        data: A row for each contact, in the order asked for.
    """

    _name: ClassVar[str] = "segment_contacts"

    data: tuple[ContactRow, ...]

    def _content(self) -> Mapping[str, object]:
        return {"rows": self.data}

    def _repr_html_(self) -> str:
        """The first rows."""
        return to_rows(self.data, ["contact_no", "name", "company_name", "interactions", "cost"])


@shown_by("layout.name", "data")
@attrs.frozen(kw_only=True, repr=False)
class Labels(_Report):
    """Address labels: HTML lays them out on sheets, Word in the rows of one table.

    Attributes:
        data: A label for each contact, in the order asked for.
        layout: How they lie on a sheet of A4.
    """

    _name: ClassVar[str] = "segment_labels"

    data: tuple[Label, ...]
    layout: LabelFormat

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The labels as they lie on their sheets."""
        return tuple(sheets_of(self.data, self.layout))

    @property
    def cut(self) -> tuple[Label, ...]:
        """The labels that have more lines than there is room for, with those lines."""
        room = self.layout.lines
        return tuple(
            attrs.evolve(label, lines=label.lines[room:])
            for label in self.data
            if len(label.lines) > room
        )

    def _content(self) -> Mapping[str, object]:
        sheets, layout = self.sheets, self.layout
        rows = [
            ["\n".join(label.lines) for label in row] + [""] * (layout.columns - len(row))
            for sheet in sheets
            for row in sheet.rows
        ]
        geometry = attrs.asdict(layout) | {"margin": layout.margin}
        return {"layout": geometry, "sheets": sheets, "rows": rows}

    def _repr_html_(self) -> str:
        """What does not fit, and the first labels."""
        names = ["contact_no", "lines"]
        cut = to_rows(self.cut, names, caption="no room for") if self.cut else ""
        return cut + to_rows(self.data, names, caption=self.layout.name)


@shown_by("data")
@attrs.frozen(kw_only=True, repr=False)
class CoverSheets(_Report):
    """Cover sheets, a page for each contact.

    Attributes:
        data: A sheet for each contact, in the order asked for.
    """

    _name: ClassVar[str] = "segment_cover_sheet"

    data: tuple[CoverSheet, ...]

    def _content(self) -> Mapping[str, object]:
        return {"sheets": self.data}

    def _repr_html_(self) -> str:
        """The first sheets."""
        return to_rows(self.data, ["contact_no", "date", "address", "marks", "remark"])


@shown_by("data.campaign_no", "data.description", "data.targets", "data.responses")
@attrs.frozen(kw_only=True, repr=False)
class CampaignReport(_Report):
    """The details of a campaign.

    Attributes:
        data: The campaign with its figures and entries.
    """

    _name: ClassVar[str] = "campaign_details"

    data: CampaignDetails

    def _content(self) -> Mapping[str, object]:
        return {"campaign": self.data}

    def _repr_html_(self) -> str:
        """The figures, and the first entries."""
        return self.data._repr_html_()


def _written(value: object, formats: Formats, pattern: str = "") -> object:
    """A value as a template may show it: dates and amounts are written, the rest is plain."""
    match value:
        case None:
            return ""
        case date():
            return formats.date(value)
        case Decimal():
            return formats.number(value, pattern)
        case float():  # a share, which documents show in per cent
            return formats.number(Decimal(str(value)) * 100, pattern)
        case list() | tuple():
            return [_written(item, formats) for item in value]
        case (
            ContactRow()
            | Sheet()
            | Label()
            | CoverSheet()
            | CampaignDetails()
            | EntryRow()
            | SegmentRow()
            | CampaignTarget()
        ):
            return {
                field.name: _written(
                    getattr(value, field.name), formats, _PATTERNS.get(field.name, "")
                )
                for field in attrs.fields(type(value))
            }
        case _:
            return value
