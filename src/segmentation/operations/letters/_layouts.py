"""Business Central's own layouts for letters: which of our fields their names stand for.

They are the e-mail merge (report 5084) and the contact's cover sheet (5085). Of any other layout
we know only what every report is told of the company and the language.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from segmentation.documents import (
    DataPath,
    Formats,
    Layout,
    Ours,
    PlainFormats,
    field_name,
    locale_of,
)
from segmentation.fields import Value
from segmentation.phrases import ENGLISH, known_language
from segmentation.salutations import SalutationType

from ._merge_data import MergeData
from ._merge_fields import REMARK, known_fields

_Source: TypeAlias = Callable[[MergeData, Formats], Value]

_ADDRESS_LINES = 8
_LONG_DATE = "d MMMM yyyy"
_OF_EVERY_REPORT = ("BCReportInformation",)


def ours_for(layout: Layout, data: MergeData, formats: Formats) -> Ours:
    """What we know of the data of a layout.

    Args:
        layout: The layout.
        data: What the letter is made of.
        formats: How dates are written in it.
    """
    name, _, number = layout.name.rpartition("/")
    sources = _OURS.get(number, {})

    def find(path: DataPath) -> Value:
        if path[:1] == _OF_EVERY_REPORT:
            return {**_report(data), "ReportId": number, "ReportName": name}[path[-1]]
        return sources[path[-1]](data, formats)

    return find


def _report(data: MergeData) -> Mapping[str, Value]:
    """What every report is told."""
    return {
        "CompanyName": data.sender.name,
        "CompanyDisplayName": data.sender.name,
        "Language": data.interaction.interaction_language_code,
        "FormatRegion": data.contact.format_region,
    }


def _field(name: str) -> _Source:
    """One of our own merge fields."""
    getter = known_fields()[field_name(name)]
    return lambda data, _: getter(data)


def _long_date(data: MergeData, formats: Formats) -> Value:
    """The date of the letter, in words."""
    day = data.interaction.date
    if day is None:
        return ""
    return formats.date(day, _LONG_DATE if isinstance(formats, PlainFormats) else "")


def _remark(data: MergeData, _: Formats) -> Value:
    return dict(data.interaction.extra).get(REMARK, "")


def _salutation(tone: SalutationType, data: MergeData, _: Formats) -> Value:
    return data.salutation(tone)


def _blank(_: MergeData, __: Formats) -> Value:
    return ""


def _line(number: int, data: MergeData, _: Formats) -> Value:
    return _at(data.address_block, number)


def _sender_line(number: int, data: MergeData, _: Formats) -> Value:
    return _at(data.sender_block, number)


def _at(lines: Sequence[str], number: int) -> str:
    return lines[number] if number < len(lines) else ""


def _word(words: tuple[str, ...], data: MergeData, _: Formats) -> Value:
    """A caption in the language of the letter."""
    spoken = locale_of(data.interaction.interaction_language_code)
    return words[_LANGUAGES.index(known_language(spoken, _LANGUAGES))]


_LANGUAGES = (ENGLISH, "de", "fr", "it", "nb")

_WORDS: Mapping[str, tuple[str, ...]] = {
    "CoverSheetTxt": ("Cover Sheet", "Deckblatt", "Page de garde", "Copertina", "Følgeskriv"),
    "PhoneNoTxt": ("Phone No.", "Telefonnr.", "N° téléphone", "N. telefono", "Telefonnr."),
    "FaxNoTxt": ("Fax No.", "Faxnr.", "N° télécopie", "N. fax", "Faksnr."),
    "VATRegNoTxt": (
        "VAT Reg. No.",
        "USt-IdNr.",
        "N° identif. TVA",
        "Partita IVA",
        "MVA-nr.",
    ),
    "GiroNoTxt": ("Giro No.", "Postgironr.", "N° CCP", "N. c/c postale", "Gironr."),
    "BankTxt": ("Bank", "Bank", "Banque", "Banca", "Bank"),
    "BankAccountTxt": (
        "Bank Account",
        "Bankkonto",
        "Compte bancaire",
        "Conto bancario",
        "Bankkonto",
    ),
    "BestRegardsTxt": (
        "Best regards,",
        "Mit freundlichen Grüßen",
        "Meilleures salutations,",
        "Cordiali saluti,",
        "Med vennlig hilsen",
    ),
}

_EMAIL_MERGE: Mapping[str, _Source] = {
    **{
        name: _field(name)
        for name in (
            "Company_Information_Name",
            "Company_Information_Address",
            "Company_Information_Address_2",
            "Company_Information_Post_Code",
            "Company_Information_City",
            "SalespersonPurchaser_Name",
            "SalespersonPurchaser_Job_Title",
        )
    },
    "Company_Information_Picture": _blank,  # the host has it
    "Contact_Mail_Address": _blank,  # as in Business Central
    "Content": _remark,
    "Document_Date": _long_date,
    "Formal_Salutation": partial(_salutation, SalutationType.FORMAL),
    "Informal_Salutation": partial(_salutation, SalutationType.INFORMAL),
}

_COVER_SHEET: Mapping[str, _Source] = {
    **{f"ContactAddress{n + 1}": partial(_line, n) for n in range(_ADDRESS_LINES)},
    **{f"CompanyAddress{n + 1}": partial(_sender_line, n) for n in range(_ADDRESS_LINES)},
    **{
        f"CompanyInformation{name}": _field(f"company_information_{ours}")
        for name, ours in {
            "PhoneNo": "phone_no",
            "FaxNo": "fax_no",
            "VATRegNo": "vat_registration_no",
            "GiroNo": "giro_no",
            "BankName": "bank_name",
            "BankAccountNo": "bank_account_no",
        }.items()
    },
    **{name: partial(_word, words) for name, words in _WORDS.items()},
    "Document_Date": _long_date,
}

_OURS: Mapping[str, Mapping[str, _Source]] = {"5084": _EMAIL_MERGE, "5085": _COVER_SHEET}
"""By the number of the report."""
