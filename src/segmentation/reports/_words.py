"""The words of the reports, in the languages of the glossary."""

from collections.abc import Mapping

from segmentation.documents import locale_of
from segmentation.phrases import ENGLISH, known_language

_LANGUAGES = (ENGLISH, "fr", "it", "nb")

_WORDS: Mapping[str, tuple[str, str, str, str]] = {
    "segment_contacts": (
        "Segment contacts",
        "Contacts du segment",
        "Contatti del segmento",
        "Segmentkontakter",
    ),
    "segment_labels": (
        "Segment labels",
        "Étiquettes du segment",
        "Etichette del segmento",
        "Segmentetiketter",
    ),
    "segment_cover_sheet": ("Cover sheet", "Page de garde", "Copertina", "Følgeskriv"),
    "campaign_details": (
        "Campaign details",
        "Détails campagne",
        "Dettagli campagna",
        "Kampanjedetaljer",
    ),
    "campaign_entries": (
        "Campaign entries",
        "Écritures campagne",
        "Movimenti campagna",
        "Kampanjeposter",
    ),
    "campaign_segments": (
        "Segments still to be logged",
        "Segments à valider",
        "Segmenti da registrare",
        "Segmenter som skal loggføres",
    ),
    "lines": ("Lines", "Lignes", "Righe", "Linjer"),
    "no": ("No.", "N°", "N.", "Nr."),
    "name": ("Name", "Nom", "Nome", "Navn"),
    "address": ("Address", "Adresse", "Indirizzo", "Adresse"),
    "phone_no": ("Phone No.", "N° téléphone", "N. telefono", "Telefonnr."),
    "e_mail": ("Email", "E-mail", "E-mail", "E-post"),
    "fax_no": ("Fax No.", "N° télécopie", "N. fax", "Faksnr."),
    "bank": ("Bank", "Banque", "Banca", "Bank"),
    "giro_no": ("Giro No.", "N° CCP", "N. conto postale", "Gironr."),
    "vat_registration_no": (
        "VAT Registration No.",
        "N° identification TVA",
        "Partita IVA",
        "Mva-registreringsnr.",
    ),
    "interactions": ("Interactions", "Interactions", "Interazioni", "Samhandlinger"),
    "cost": ("Cost", "Coût", "Costo", "Kostnad"),
    "duration_min": ("Duration (min.)", "Durée (min.)", "Durata (min.)", "Varighet (min.)"),
    "sales": ("Sales", "Ventes", "Vendite", "Salg"),
    "estimated_value": ("Estimated value", "Valeur estimée", "Valore stimato", "Anslått verdi"),
    "last_interaction": (
        "Last interaction",
        "Dernière interaction",
        "Ultima interazione",
        "Siste samhandling",
    ),
    "description": ("Description", "Description", "Descrizione", "Beskrivelse"),
    "date": ("Date", "Date", "Data", "Dato"),
    "starting_date": ("Starting date", "Date début", "Data inizio", "Startdato"),
    "ending_date": ("Ending date", "Date fin", "Data fine", "Sluttdato"),
    "salesperson": ("Salesperson", "Vendeur", "Agente", "Selger"),
    "status": ("Status", "Statut", "Stato", "Status"),
    "segment": ("Segment", "Segment", "Segmento", "Segment"),
    "targets": (
        "Target contacts contacted",
        "Contacts cibles contactés",
        "Contatti target contattati",
        "Målkontakter kontaktet",
    ),
    "responses": (
        "Contacts responded",
        "Contacts ayant répondu",
        "Contatti che hanno risposto",
        "Kontakter som har svart",
    ),
    "response_rate": ("Response rate", "Taux de réponse", "Tasso di risposta", "Svarandel"),
    "canceled": ("Canceled", "Annulé", "Annullato", "Annullert"),
    "as_agreed_upon": ("As agreed upon", "Comme convenu", "Come concordato", "Som avtalt"),
    "for_your_information": (
        "For your information",
        "Pour information",
        "Per conoscenza",
        "Til orientering",
    ),
    "your_comments_please": (
        "Your comments please",
        "Vos commentaires, svp",
        "I vostri commenti, per favore",
        "Vennligst kommenter",
    ),
    "for_your_approval": (
        "For your approval",
        "Pour approbation",
        "Per approvazione",
        "Til godkjenning",
    ),
    "please_call": ("Please call", "Veuillez appeler", "Si prega di chiamare", "Vennligst ring"),
    "returned_after_use": (
        "Returned after use",
        "Retourné après utilisation",
        "Restituito dopo l'uso",
        "Returnert etter bruk",
    ),
}


def report_words(language: str = ENGLISH) -> Mapping[str, str]:
    """The words of the reports in a language, by what they name.

    Args:
        language: A tag ("fr-CH") or one of Business Central's codes ("FRS"); what we do not
            know is served in English.

    >>> report_words("it-IT")["cost"]
    'Costo'
    """
    place = _LANGUAGES.index(known_language(locale_of(language), _LANGUAGES))
    return {name: words[place] for name, words in _WORDS.items()}
