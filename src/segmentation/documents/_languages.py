"""The languages of documents: the codes that Business Central uses, as locales."""

LOCALES = {
    "BGR": "bg_BG",
    "CHS": "zh_Hans_CN",
    "CSY": "cs_CZ",
    "DAN": "da_DK",
    "DEA": "de_AT",
    "DES": "de_CH",
    "DEU": "de_DE",
    "ELL": "el_GR",
    "ENA": "en_AU",
    "ENC": "en_CA",
    "ENG": "en_GB",
    "ENI": "en_IE",
    "ENP": "en_PH",
    "ENU": "en_US",
    "ENZ": "en_NZ",
    "ESM": "es_MX",
    "ESN": "es_ES",
    "ESO": "es_CO",
    "ESP": "es_ES",
    "ESR": "es_PE",
    "ESS": "es_AR",
    "ETI": "et_EE",
    "FIN": "fi_FI",
    "FRA": "fr_FR",
    "FRB": "fr_BE",
    "FRC": "fr_CA",
    "FRS": "fr_CH",
    "HRV": "hr_HR",
    "HUN": "hu_HU",
    "IND": "id_ID",
    "ISL": "is_IS",
    "ITA": "it_IT",
    "ITS": "it_CH",
    "JPN": "ja_JP",
    "KOR": "ko_KR",
    "LTH": "lt_LT",
    "LVI": "lv_LV",
    "MSL": "ms_MY",
    "NLB": "nl_BE",
    "NLD": "nl_NL",
    "NON": "nn_NO",
    "NOR": "nb_NO",
    "PLK": "pl_PL",
    "PTB": "pt_BR",
    "PTG": "pt_PT",
    "ROM": "ro_RO",
    "RUS": "ru_RU",
    "SKY": "sk_SK",
    "SLV": "sl_SI",
    "SRP": "sr_Latn_RS",
    "SVE": "sv_SE",
    "THA": "th_TH",
    "TRK": "tr_TR",
    "UKR": "uk_UA",
}
"""Locales by the language codes of Business Central, which come from Windows."""


def locale_of(language_code: str, country_code: str = "", region: str = "") -> str:
    """The locale of a document, with underscores: "de_CH".

    Args:
        language_code: The document's language, as a Windows code or as a tag ("de-CH").
        country_code: The contact's country; counts where the language has none of its own.
        region: The contact's format region, a tag, which goes before both.

    >>> locale_of("DES", "DE")
    'de_CH'
    >>> locale_of("", "DK", "nb-NO")
    'nb_NO'
    """
    if region:
        return region.replace("-", "_")
    if language_code in LOCALES:
        return LOCALES[language_code]
    if not language_code:
        return f"und_{country_code}" if country_code else "en"
    language, _, rest = language_code.replace("-", "_").partition("_")
    territory = rest or country_code
    return f"{language.lower()}_{territory}" if territory else language.lower()
