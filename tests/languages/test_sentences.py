"""Selections, explanations and histories in the languages of the glossary."""

import itertools
from datetime import date

import pytest

import segmentation as seg
from segmentation.criteria import (
    AsOf,
    Criteria,
    Cut,
    Figure,
    First,
    InLoggedSegment,
    InSegment,
    InShare,
    Measure,
    Order,
    Sample,
    bind,
    describe,
    fields,
    none,
    parse,
)
from segmentation.languages import ENGLISH, LANGUAGES, phrases_of, truths
from segmentation.segments import contact_schema
from support.desk import make_desk, segment_of
from support.fair import evolved

SCHEMA = contact_schema()
AS_OF = AsOf(date(2026, 11, 22))
the = fields(SCHEMA)
contact, mailing, interaction = the.contact, the.mailing_groups, the.interactions
BERN = contact.city == "Bern"


@pytest.mark.parametrize(
    ("criteria", "french", "italian", "norwegian"),
    [
        (None, "tous les contacts", "tutti i contatti", "alle kontakter"),
        (
            contact.country_region_code.passes("DK|SE|NO") & contact.post_code.passes("1..4"),
            "Code pays/région est DK, SE ou NO ; Code postal va de 1 à 4",
            "Cod. paese/area geografica è DK, SE o NO; CAP va da 1 a 4",
            "Lands-/regionkode er DK, SE eller NO; Postnr. er fra og med 1 til og med 4",
        ),
        (
            contact.country_region_code.passes("<>(DK|SE)"),
            "Code pays/région n'est aucune des valeurs DK ou SE",
            "Cod. paese/area geografica non è nessuno dei valori DK o SE",
            "Lands-/regionkode er ingen av verdiene DK eller SE",
        ),
        (
            contact.city.passes("@h*|<>A*|''"),
            (
                "Ville correspond à «h*» en majuscules ou minuscules ou ne correspond pas à "
                "«A*» ou est vide"
            ),
            (
                "Città corrisponde a «h*» in maiuscole o minuscole o non corrisponde a «A*» o è"
                " senza valore"
            ),
            (
                "Poststed passer med «h*» med store eller små bokstaver eller passer ikke med "
                "«A*» eller er uten verdi"
            ),
        ),
        (
            contact.city.passes(">=B&<D"),
            "Ville vaut au moins «B» et vaut moins de «D»",
            "Città vale almeno «B» e vale meno di «D»",
            "Poststed er minst «B» og er mindre enn «D»",
        ),
        (
            (contact.minor == True) & ~(contact.type == "company"),  # noqa: E712 - a condition
            "Mineur est oui ; non (Type est Société)",
            "Minorenne è sì; non (Tipo è Società)",
            "Mindreårig er ja; ikke (Type er Selskap)",
        ),
        (
            (mailing.mailing_group_code == "NEWS") & none(interaction.date.passes("-3M..")),
            (
                "a une ligne dans «Groupe de distribution contact» où Code groupe de "
                "distribution est NEWS ; n'a aucune ligne dans «Écriture journal interaction» "
                "où Date ne remonte pas à plus de 3 mois (depuis le 2026-08-22)"
            ),
            (
                "ha una riga in «Gruppo mailing contatto» dove Cod. gruppo mailing è NEWS; non "
                "ha alcuna riga in «Movimento log interazioni» dove Data non risale a più di 3 "
                "mesi (dal 2026-08-22)"
            ),
            (
                "har en rad i «Kontaktens postgruppe» der Postgruppekode er NEWS; har ingen rad"
                " i «Samhandlingsloggpost» der Dato ligger høyst 3 måneder tilbake (siden "
                "2026-08-22)"
            ),
        ),
        (
            Figure(Measure.COUNT, "", interaction.any_row(), parse("2..")),  # type: ignore[arg-type]
            "le nombre de lignes dans «Écriture journal interaction» est 2 ou plus",
            "il numero di righe in «Movimento log interazioni» è 2 o più",
            "antall rader i «Samhandlingsloggpost» er 2 eller mer",
        ),
        (
            Figure(Measure.LATEST, "date", interaction.any_row(), parse("<t")),  # type: ignore[arg-type]
            (
                "la dernière valeur du champ Date dans «Écriture journal interaction» se situe "
                "avant aujourd'hui (2026-11-22), ou est vide"
            ),
            (
                "l'ultimo valore del campo Data in «Movimento log interazioni» viene prima di "
                "oggi (2026-11-22), o è senza valore"
            ),
            (
                "den siste verdien av Dato i «Samhandlingsloggpost» er før i dag "
                "(2026-11-22), eller uten verdi"
            ),
        ),
        (
            (InSegment("S1") & ~InSegment("S2")) | InLoggedSegment(7) | InShare("spring", 0, 1250),
            (
                "(est dans le segment S1 et n'est pas dans le segment S2) ou a été journalisé "
                "avec 7 ou tombe entre 0 % et 12.5 % de la répartition spring"
            ),
            (
                "(è nel segmento S1 e non è nel segmento S2) o è stato registrato con 7 o cade "
                "tra 0 % e 12.5 % della ripartizione spring"
            ),
            (
                "(er i segment S1 og er ikke i segment S2) eller ble loggført med 7 eller "
                "faller mellom 0 % og 12.5 % av fordelingen spring"
            ),
        ),
        (
            Cut(BERN, First(2, (Order("name"), Order("city", descending=True)))),
            "Ville est «Bern» ; parmi eux, les 2 premiers par Nom, Ville (ordre décroissant)",
            "Città è «Bern»; di questi, i primi 2 per Nome, Città (ordine decrescente)",
            "Poststed er «Bern»; av disse de 2 første etter Navn, Poststed (synkende)",
        ),
        (
            Cut(BERN, Sample(2, "x")),
            "Ville est «Bern» ; parmi eux, un échantillon de 2 selon «x»",
            "Città è «Bern»; di questi, un campione di 2 secondo «x»",
            "Poststed er «Bern»; av disse et utvalg på 2 etter «x»",
        ),
    ],
    ids=itertools.count(1),
)
def test_a_selection_is_told_in_the_language_asked_for(
    criteria: Criteria | None, french: str, italian: str, norwegian: str
) -> None:
    bound = bind(criteria, SCHEMA, AS_OF)
    told = [describe(bound, phrases_of(each)) for each in ("fr-CH", "it_IT", "NB")]
    assert told == [french, italian, norwegian]


def test_any_other_language_is_served_in_english() -> None:
    assert phrases_of("en-GB") is phrases_of("de-CH") is phrases_of("") is ENGLISH


def test_yes_and_no_are_read_as_they_are_told() -> None:
    for language in LANGUAGES:
        phrases = phrases_of(language)
        assert (truths()[phrases.say("yes")], truths()[phrases.say("no")]) == (True, False)


def test_a_workspace_speaks_its_language() -> None:
    crm = make_desk()
    crm = evolved(crm, language="nb-NO")
    assert crm.describe(BERN) == "Poststed er «Bern»"
    assert str(crm.explain("ANNA", BERN & (contact.minor == True))) == (  # noqa: E712
        "nei (Poststed er «Bern») og (Mindreårig er ja)\n"
        "  nei Poststed er «Bern»\n"
        "    nei Poststed = uten verdi\n"
        "  nei Mindreårig er ja\n"
        "    nei Mindreårig = nei"
    )
    assert str(crm.explain("ANNA", contact.type == "person")) == (
        "ja  Type er Person\n  ja  Type = Person"
    )
    assert str(crm.explain("ANNA")) == "ja  alle kontakter"
    assert str(crm.count(BERN)) == "5\n0  Poststed er «Bern» (alene: 0)"
    crm = evolved(crm, language="fr-CH")
    assert [str(each) for each in crm.check(contact.city.passes("<B&>C"))] == [
        "contact.city: «vaut moins de «B» et vaut plus de «C»» n'est jamais vrai"
    ]
    assert [each.sentence for each in crm.check(contact.last_modified.passes("-3M..|''.."))] == [
        "-3M : dépend du jour où la sélection est établie",
        "«est 2026-08-22 00:00+00:00 ou plus tard ou est vide ou plus tard» est toujours vrai",
    ]
    assert [each.sentence for each in crm.check(contact.salesperson_code == "X")] == [
        "Vendeur/acheteur X n'existe pas"
    ]
    assert [each.sentence for each in crm.check(contact.minor.passes("perhaps"))] == [
        "ce n'est ni oui ni non ; attendu : oui ou non\n    perhaps\n    ^"
    ]


def test_a_workspace_says_in_its_language_why_somebody_is_in_a_segment() -> None:
    crm = make_desk(seg.Contact(no="OUT", exclude_from_segment=True))
    segment = segment_of(crm, "ANNA").add_contacts().reduce_contacts(contact={"no": "BO"})
    crm = evolved(crm, language="it-IT")
    segment = crm.segment(segment.no)
    assert str(segment.explain("BO")) == (
        "BO non è nel segmento\n"
        "  entrato con l'azione 2 (Aggiunta, 2026-11-22)\n"
        "  uscito con l'azione 3 (Riduzione, 2026-11-22)\n"
        "  azione 1:\n"
        "    no Nr. è ANNA\n"
        "      no Nr. = BO\n"
        "  azione 3:\n"
        "    sì Nr. è BO\n"
        "      sì Nr. = BO"
    )
    assert "lasciato fuori dall'azione 2 (Aggiunta, 2026-11-22): Escluso" in str(
        segment.explain("OUT")
    )
    assert [summary.told(crm.context.phrases) for summary in segment.history] == [
        "1 Aggiunta a mano: entrati: 1 (0 → 1 righe)",
        "2 Aggiunta: entrati: 4, lasciati fuori: 2 (1 → 5 righe)",
        "3 Riduzione: usciti: 1 (5 → 4 righe)",
    ]


def test_a_logged_segment_is_explained_in_any_language() -> None:
    crm = make_desk()
    logged = segment_of(crm, "ANNA").log().segment
    found = crm.logged_segments.explain(logged.entry_no, "ANNA")
    assert found.told(phrases_of("fr-CH")) == (
        "ANNA a été journalisé\n  entré par l'action 1 (à la main, 2026-11-22)"
    )
    assert str(found) == "ANNA was logged\n  joined by action 1 (by hand on 2026-11-22)"


def test_the_title_of_an_interaction_comes_in_the_workspace_s_language() -> None:
    crm = make_desk()
    made = crm.interactions.create("ANNA", interaction_template_code="TALK")
    crm = evolved(crm, language="nb-NO")
    assert crm.interactions.title(made.entry_no).startswith("Talk, av ")
    assert crm.interactions.title(made.entry_no, language="en").startswith("Talk, by ")
