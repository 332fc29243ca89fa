"""Words that say, or may say, that somebody must not be contacted.

In names of columns any part of a word counts: whoever is excluded may stand there. In values of
columns that are passed over, words count that say it plainly. Knows texts that are folded already.
"""

import re
import unicodedata

_WORDS = (
    # block, lock, exclude, suppress
    "block|bloqu|bloc[ck]a|geblok|locked|exclu|exklu|esclu|ausschl|ausgeschl|utesl",
    "uteluk|udeluk|undanta|uitgesl|uitsl|suppress|spa?err|sparr|spærr|blacklist|robinson",
    # not to be contacted
    "donot|dont|dnc|nocontact|noe?mail|nophone|nocall|nopost|nomarket|nonewsletter|nosms",
    "nicht|keine?(mail|werb|post|kontakt|news|anruf)|ikke|inte(kont|ring)|noncontatt",
    "nepas|nocontactar|nietcont|nietmail|nietbell|forbid|verbot|verbod",
    # leaving, objecting, withdrawing
    "optout|optin|optedout|optedin|unsub|abgemeld|abmeld|avmeld|afmeld|afgemeld|avreg",
    "framel|desabon|desinscri|disiscri|baja|uitgeschr|widerspr|widerruf|withdr|revoke",
    "revoq|revoc|object(ion|ed|s)|opposi|opposto|reserv(ert|asjon|ation)|bezwaar|oposic",
    # privacy and consent
    "privacy|privacid|datenschutz|personvern|sekretess|confidential|gdpr|dsgvo|rgpd|lopd",
    "consent|einwillig|samtyk|samtyc|toestemm|consenti|consenso|permission|erlaubnis",
    # minors, the dead, addresses that are none
    "minor|minder(j|a)|mindrea|minderar|underage|menor|deceas|verstorb|avdod|avliden",
    "fallec|overled|decede|deced|bounce|spamcompl|restrict|stopp|inactiv|inaktiv",
    "^(dead|død|dod|tot|mort[eo]?|muerto|active|aktiv|isactive|enabled|archived)$",
    "deactiv|deaktiv|desactiv|disattiv|disabled|archiviert",
    # advertising, wanted or not
    "marketing|markedsforing|markedsføring|marknadsforing|newsletter|nyhedsbrev|nyhetsbrev",
    "reklam(?!ation|asjon)|^werb|publicit|publicid|pubblicit|accepts?mail|acceptse?mail",
    "unerwu|unwanted|uønsk|oonska|ongewenst|indesider|nodesea|abbest|cancel(lato|ado|ada)",
    "udelad|udelat|blok(k?er|k?ad)|privatliv|privatvie|vieprivee|listerouge",
    "bloctel|belmeniet|^nix(telefon|register|liste)?$|mailstatus|abostatus",
    # more languages, as far as their words are told from others
    "beskyttelseaf|neoslov|nekontakt|zablok|nezasil|niekontakt|zgod[ay]|sprzeciw|wypisan",
    "estetty|kielt(o|anyt)|suostumus|letilt|leiratk|hozzajarul|engelli|naocont|consentimento",
)
"""Parts of names that speak of not being contacted, in the languages of Business Central."""

_SUSPECT = re.compile("|".join(_WORDS))

_NOT = (
    "no|non|not|never|nicht|kein|keine|keinen|nie|ej|inte|inga"
    "|ikke|ingen|niet|geen|pas|sans|nej|nei"
)
_CONTACTED = (
    "kontakt|contact|contat|appel|llam|chiam|ring|ruf|anruf|bel|call|mail|e mail|email|post"
    "|brev|brief|lett|werb|pub|news|sms|tele|phone|benad|henvend|send|envi|invi|spor|salg|visit|besu|tak"
)
_REFUSES = re.compile(rf"\b({_NOT}) (\w+ ){{0,2}}({_CONTACTED})")
"""A word that denies, and what is denied; "No." is a number, and no such word."""


def names_exclusion(letters: str, words: str) -> bool:
    """Whether a column's name speaks of not being contacted.

    Args:
        letters: Its letters, folded, without anything between.
        words: Its words, folded, with a blank between.
    """
    return bool(_SUSPECT.search(letters) or _REFUSES.search(words))


# -- names that cannot be read ----------------------------------------------------------------


_SEPARATES = frozenset("\u00a0\u00ad\u00b0\u00b4\u00b7\u2010\u2011\u2012\u2013\u2014\u2019\u2116")
"""Signs beyond ASCII that stand between the letters of sound names."""

_AMONG_LETTERS = re.compile(r"(?<=[^\W\d_])[^\w\s\x00-\x7f](?=[^\W\d_])")


def is_unreadable(name: str) -> bool:
    """Whether a name has letters that are not Latin, or signs that a wrong encoding leaves.

    >>> is_unreadable("Privacy Bl\u043ecked"), is_unreadable("sp\u2018rret"), is_unreadable("Größe")
    (True, True, False)
    """
    if name.isascii():
        return False
    plain = unicodedata.normalize("NFKD", name)
    among = _AMONG_LETTERS.findall(unicodedata.normalize("NFC", name))
    return (
        any(sign == "\ufffd" or unicodedata.category(sign) in {"Cc", "Co", "Cn"} for sign in plain)
        or any(
            sign.isalpha() and not unicodedata.name(sign, "").startswith(_LATIN) for sign in plain
        )
        or any(sign not in _SEPARATES and unicodedata.category(sign) != "Cf" for sign in among)
    )


_LATIN = ("LATIN", "MODIFIER LETTER")


# -- values -----------------------------------------------------------------------------------


LONGEST_STATUS = 60
"""Longer texts are remarks and no state of somebody."""

_TELLS = re.compile(
    "blocked|gesperrt|geblok|blokker|bloker|blockerad|sperret|spaerret|spærret|sparrad|bloque|bloquead|bloccat"
    "|blacklist|robinson(list|eintrag)|suppressed|optout|optedout|unsubscrib"
    "|donot(contact|call|phone|mail|email|post|send|market|fax|text|disturb|use)"
    "|no(furthercontact|contact$|mailings?$|marketing|newsletter|calls$)|nicht(mehr)?(kontakt|anruf|anschreib)"
    "|keine(werbung|mails?$|newsletter|anrufe|post$|kontakt)|keinkontakt|ikkekontakt|maikkekontakt"
    "|abgemeldet|avmeldt|frameldt|afmeldt|avregistrer|avanmald|afgemeld|uitgeschreven"
    "|desabonn|desinscri|disiscri|nepascontact|necontacterpas|noncontattare|nocontactar|nietcontact|nietmail"
    "|widersprochen|widerspruch|einwilligungwiderrufen|consentwithdrawn|objected"
    "|hardbounce|spamcomplaint"
)
"""Parts of values that say plainly that somebody must not be contacted."""

_STATES = re.compile(
    "(is)?(inactive|inaktiv|inactif|inactiva?|inactivo|inattiv[oa]|inactief|dnc"
    "|deactivated|deaktiviert|deaktiveret|deaktivert|disabled|deactive|desactive|disattivat[oa]|archived|archiviert"
    "|deceased|verstorben|dead|død|avliden|decede|decedut[oa]|fallecid[oa]|overleden"
    "|excluded|ausgeschlossen|exclue?|esclus[oa]|utelukket|udelukket|excluid[oa]"
    "|bounced|complained|withdrawn|revoked|widerrufen|reserveret|reservert|baja|dadodebaja"
    "|underage|minderjahrig|mindrearig|minderarig|minderjarig)"
)
"""Whole values that are a state of somebody who is not contacted."""


def tells_exclusion(letters: str) -> bool:
    """Whether a value, as its letters, says that somebody must not be contacted.

    >>> tells_exclusion("unsubscribed2026"), tells_exclusion("inactive"), tells_exclusion("active")
    (True, True, False)
    """
    return bool(_TELLS.search(letters) or _STATES.fullmatch(letters))
