"""Which field a column of some file is meant for, by words that people use: only to ask whether.

Names and captions are looked up elsewhere (`segmentation.column_names`). What stands here is a
guess: nothing is taken in by it.
"""

from collections.abc import Collection

_WHOLE = {
    "no": "customerno customernumber customerid clientid kundennummer kundennr kundenr "
    "kundenummer kundnummer kdnr debitorennr debitornr klantnummer numeroclient",
    "name": "customername fullname kundenname kundename kundnamn klantnaam",
    "first_name": "givenname vorname fornamn voornaam",
    "surname": "lastname familyname nachname efternavn efternamn achternaam",
    "company_name": "firm firma organisation organization bedrijf entreprise",
    "job_title": "position beruf stelle titel",
    "address": "street streetaddress strasse gade vej gatuadress straat rue",
    "post_code": "zip plz postleitzahl postnummer cp codigopostal",
    "city": "town ort stadt wohnort stad plaats woonplaats ciudad by",
    "country_region_code": "land nation pays paese pais",
    "phone_no": "tel telnr",
    "language_code": "sprache sprog sprak taal",
    "salutation_code": "anrede title civilite",
}
PARTS = {
    "mail": "e_mail",
    "mobil": "mobile_phone_no",
    "handy": "mobile_phone_no",
    "phone": "phone_no",
    "telefon": "phone_no",
    "website": "home_page",
    "webseite": "home_page",
    "homepage": "home_page",
}
FIELDS = {word: field for field, words in _WHOLE.items() for word in words.split()}


def meant_field(letters: str, known: Collection[str]) -> str:
    """The field that a column seems to be meant for, or ``""``.

    Args:
        letters: Letters and digits of the column's name, in lower case and without accents.
        known: The fields that there are.

    >>> meant_field("mailadresse", {"address", "e_mail"}), meant_field("ort", {"city"})
    ('e_mail', 'city')
    >>> meant_field("ort", {"code"}), meant_field("sport", {"city"})
    ('', '')
    """
    within = (field for word, field in PARTS.items() if word in letters)
    field = FIELDS.get(letters) or next(within, "")
    return field if field in known else ""
