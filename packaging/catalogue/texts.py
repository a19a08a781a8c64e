"""The definitions' names, versions, keys, titles and notes."""

from dataclasses import dataclass

from rules import Variable


# Below every official version, so that an official workbook is always newer.
VERSION = "0.1.0"


@dataclass
class Form:
    name: str
    abbreviation: str
    # The official one that the variables are of.
    version: str
    titles: tuple
    key: tuple
    procedure: str
    key_text: tuple
    project: str = ""


SIDE = ("patient, date and side", "patient, date et côté", "patiënt, datum en zijde")
DAY = ("patient and date", "patient et date", "patiënt en datum")
CONTACT = (
    "patient and date of the consultation; where none took place, the day on which that was established",
    "patient et date de la consultation ; si elle n’a pas eu lieu, le jour où cela a été constaté",
    "patiënt en datum van de raadpleging; vond ze niet plaats, de dag waarop dat is vastgesteld")


def orthopride(joint: tuple, code: str, project: str, version: str, stem: str, resection: str, revision: str) -> dict:
    implanted, removed = ("IDC_PAT", "D_IMPLANT", "CD_LTRLTY"), ("IDC_PAT", "D_RSCT", "CD_LTRLTY")
    kinds = (
        (stem, "PRIM_IMPLT", ("first implantation", "première implantation", "primo-implantatie"), implanted),
        (revision, "REVIS", ("revision", "révision", "revisie"), implanted),
        (resection, "RESEC", ("resection", "résection", "resectie"), removed))
    return {
        dcd: Form(f"OP_{code}_{kind}", project, version,
                  tuple(f"Orthopride {place}, {what}" for place, what in zip(joint, said)), key, key[1], SIDE)
        for dcd, kind, said, key in kinds}


def pacemaker(name: str, titles: tuple, date: str) -> Form:
    return Form(f"QERMID_Pacemaker_{name}", "Pacemaker", "2.0.0", titles, ("IDC_PAT", date), date, DAY)


def angio(name: str, titles: tuple) -> Form:
    return Form(f"ANGIO_{name}", "ANGIO", "2.0.0", titles, ("IDC_PAT", "DT_HOSPZ"), "DT_HOSPZ", DAY)


FORMS = {
    **orthopride(("hip", "hanche", "heup"), "HIP", "ORTHOPRIDE_HIP", "1.2.0", "orthopride-hip-primo-implantatie",
                 "orthopride-hip-resectie", "orthopride-hip-revisie"),
    **orthopride(("knee", "genou", "knie"), "KNEE", "ORTHOPRIDE_KNEE", "1.1.0", "orthopride-knee-primo-implantatie",
                 "orthopride-knee-resectie", "orthopride-knee-revisie"),
    **orthopride(("total femur", "fémur total", "totale femur"), "MP", "ORTHOPRIDE_TOTAL_FEMUR", "1.1.0",
                 "orthopride-total-femur-totale-femur---primo", "orthopride-total-femur-totale-femur---resectie",
                 "orthopride-total-femur-totale-femur---revisie"),
    "pacemakers-primo-implantation": pacemaker(
        "Primo_implantation", ("Pacemaker, first implantation", "Stimulateur cardiaque, première implantation",
                               "Pacemaker, primo-implantatie"), "DT_IMPLTN"),
    "pacemakers-remplacement": pacemaker(
        "Remplacement", ("Pacemaker, replacement", "Stimulateur cardiaque, remplacement", "Pacemaker, vervanging"),
        "DT_IMPLT"),
    "pacemakers-ajout-remplacement-electrode": pacemaker(
        "Ajout_remplacement_electrode",
        ("Pacemaker, lead added or replaced", "Stimulateur cardiaque, ajout ou remplacement d’une sonde",
         "Pacemaker, elektrode toegevoegd of vervangen"), "DT_IMPLT"),
    "pacemakers-explantation": pacemaker(
        "Explantation", ("Pacemaker, explantation", "Stimulateur cardiaque, explantation", "Pacemaker, explantatie"),
        "DT_EXPLT"),
    "pacemakers-follow-up-siti": pacemaker(
        "Follow-up_SITI", ("Pacemaker, follow-up SITI", "Stimulateur cardiaque, suivi SITI", "Pacemaker, follow-up SITI"),
        "DT_FLLWUP"),
    "pacemakers-primo-follow-up-t1": pacemaker(
        "Follow-up_T1", ("Pacemaker, follow-up T1", "Stimulateur cardiaque, suivi T1", "Pacemaker, follow-up T1"),
        "D_FLLWUP"),
    "pacemakers-remplacement-follow-up-t2-t6": pacemaker(
        "Follow-up_T2-T6", ("Pacemaker, follow-up T2 to T6", "Stimulateur cardiaque, suivi T2 à T6",
                            "Pacemaker, follow-up T2 tot T6"), "DT_FLLWUP2"),
    "angio-fields-hospitalisatie": angio(
        "Hospitalisatie", ("ANGIO, hospitalisation", "ANGIO, hospitalisation", "ANGIO, hospitalisatie")),
    "angio-fields-hospitalisatie-met-ffr": angio(
        "Hospitalisatie_met_FFR", ("ANGIO, hospitalisation with FFR", "ANGIO, hospitalisation avec FFR",
                                   "ANGIO, hospitalisatie met FFR")),
    "angio-fields-hospitalisatie-met-pci": angio(
        "Hospitalisatie_met_PCI", ("ANGIO, hospitalisation with PCI", "ANGIO, hospitalisation avec PCI",
                                   "ANGIO, hospitalisatie met PCI")),
    "angio-fields-hospitalisatie-ffr-pci": angio(
        "Hospitalisatie_met_FFR_en_PCI",
        ("ANGIO, hospitalisation with FFR and PCI", "ANGIO, hospitalisation avec FFR et PCI",
         "ANGIO, hospitalisatie met FFR en PCI")),
    "angio-fields-follow-up-na-pci": Form(
        "ANGIO_Follow-up_na_PCI", "ANGIO", "2.0.0",
        ("ANGIO, follow-up after PCI", "ANGIO, suivi après PCI", "ANGIO, follow-up na PCI"), ("IDC_PAT", "DT_CONSULT"),
        "DT_CONSULT", CONTACT),
    "heart-valves-implantation": Form(
        "TAVI_IMPLT", "TAVI", "1.1.1", ("Heart valves, implantation", "Valves cardiaques, implantation",
                                        "Hartkleppen, implantatie"), ("IDC_PAT", "D_INTVENT"), "D_INTVENT", DAY),
    "heart-valves-follow-up": Form(
        "TAVI_FLLWUP", "TAVI", "1.1.1", ("Heart valves, follow-up", "Valves cardiaques, suivi", "Hartkleppen, follow-up"),
        ("IDC_PAT", "D_INTVENT"), "D_INTVENT",
        ("patient and date of the intervention", "patient et date de l’intervention", "patiënt en datum van de ingreep")),
}

OWN_FORMS = {
    "BCFR": Form(
        "BCFR", "BCFR", "",
        ("Belgian Cystic Fibrosis Registry", "Registre belge de la mucoviscidose", "Belgisch mucoviscidoseregister"),
        (), "", ("patient and year of collection", "patient et année de collecte", "patiënt en jaar van de gegevensverzameling"),
        "HDBP0000"),
    "BARO": Form(
        "COVID19-BARO-FCS", "COVID19 BARO FCS", "",
        ("COVID-19 Barometer: Family care services", "Baromètre COVID-19 : services d’aide aux familles",
         "COVID-19-barometer: diensten voor gezinszorg"),
        (), "", ("service (enterprise number) and first day of the period",
                 "service (numéro d’entreprise) et premier jour de la période",
                 "dienst (ondernemingsnummer) en eerste dag van de periode"), "HDBP0294"),
}

PATIENT_HINT = (
    "National register or BIS number, with or without separators. It goes to the eHealth trusted third party alone.",
    "Numéro de registre national ou BIS, avec ou sans séparateurs. Il est transmis au seul tiers de confiance eHealth.",
    "Rijksregister- of BIS-nummer, met of zonder scheidingstekens. Het gaat enkel naar de vertrouwde derde partij eHealth.")
FILLED_HINT = ("Filled in by systems, not by people.", "Rempli par des systèmes, pas par des personnes.",
               "Ingevuld door systemen, niet door mensen.")
CODE_HINT = (
    "A code of the list {0}. Its values are not public: only the shape is checked.",
    "Un code de la liste {0}. Ses valeurs ne sont pas publiques : seule la forme est contrôlée.",
    "Een code van de lijst {0}. De waarden zijn niet openbaar: enkel de vorm wordt gecontroleerd.")

SOURCE = (
    "This is a model, not the official workbook. Names, order and lists of the variables come from a public conversion of "
    "its version {0} (github.com/axelv/qermid), which lost the codes of most lists and some types; lost types follow from the names’ "
    "prefixes. Labels and rules are ours, made from the names. Required is only what every registration has or what another "
    "answer asks for: the official conditions are not public. A code of a list that is not public is taken if it has up to 40 "
    "letters, digits, points and hyphens (several codes separated by |); any other gives a warning. Notification "
    "numbers and dates of validity are taken as any text. Lists called “yn” are "
    "taken as yes and no.",
    "Ceci est un modèle, pas le classeur officiel. Noms, ordre et listes des variables viennent d’une conversion publique de "
    "sa version {0} (github.com/axelv/qermid), qui a perdu les codes de la plupart des listes et certains types ; les types perdus "
    "découlent des préfixes des noms. Les libellés et les règles sont les nôtres, tirés des noms. N’est obligatoire que ce que "
    "tout enregistrement possède ou qu’une autre réponse exige : les conditions officielles ne sont pas publiques. Un code d’une "
    "liste non publique est accepté s’il compte au plus 40 lettres, chiffres, points et traits d’union (plusieurs codes séparés "
    "par |) ; tout autre donne un avertissement. Les numéros de notification et les dates de "
    "validité sont pris comme texte libre. Les listes nommées « yn » sont prises comme oui et non.",
    "Dit is een model, niet de officiële werkmap. Namen, volgorde en lijsten van de variabelen komen uit een openbare omzetting "
    "van haar versie {0} (github.com/axelv/qermid), die de codes van de meeste lijsten en sommige types verloor; verloren types volgen uit de "
    "voorvoegsels van de namen. Labels en regels zijn van ons, gemaakt uit de namen. Verplicht is enkel wat elke registratie heeft "
    "of wat een ander antwoord vraagt: de officiële voorwaarden zijn niet openbaar. Een code van een niet-openbare lijst wordt "
    "aanvaard als hij hoogstens 40 letters, cijfers, punten en koppeltekens telt (meerdere codes gescheiden door |); elke andere "
    "geeft een waarschuwing. Notificatienummers en geldigheidsdata gelden als vrije tekst. "
    "Lijsten met de naam “yn” gelden als ja en nee.")
SEX = ("Sex has the SNOMED CT codes that Orthopride is known to use.",
       "Le sexe a les codes SNOMED CT qu’Orthopride utilise.",
       "Geslacht heeft de SNOMED CT-codes die Orthopride gebruikt.")
SIDES = ("Sides are SNOMED CT codes.", "Les côtés sont des codes SNOMED CT.", "Zijden zijn SNOMED CT-codes.")
RESIDENCE = (
    "Places of residence are the postal codes of Statbel (CC BY 4.0), and 9999 for abroad.",
    "Les lieux de résidence sont les codes postaux de Statbel (CC BY 4.0), et 9999 pour l’étranger.",
    "Woonplaatsen zijn de postcodes van Statbel (CC BY 4.0), en 9999 voor het buitenland.")
COUNTRY = ("Countries are those of ISO 3166-1.", "Les pays sont ceux de la norme ISO 3166-1.",
           "Landen zijn die van ISO 3166-1.")
LISTS = {
    "select_one SEX": SEX, "select_one LATERALITY": SIDES, "select_one_from_file places_of_residence.csv": RESIDENCE,
    "select_one_from_file countries.csv": COUNTRY}
ONE_IMPLANT = (
    "The official form takes several implants; here a registration has one.",
    "Le formulaire officiel prend plusieurs implants ; ici un enregistrement en a un.",
    "Het officiële formulier neemt meerdere implantaten; hier heeft een registratie er één.")
KEY = ("Business key: {0}.", "Clé métier : {0}.", "Bedrijfssleutel: {0}.")
REPLACE = (
    "An uploaded official workbook of the same name and a newer version replaces it.",
    "Un classeur officiel du même nom et d’une version plus récente, une fois chargé, le remplace.",
    "Een geüploade officiële werkmap met dezelfde naam en een nieuwere versie vervangt het.")
OWN = (
    "This is a model: the official workbook is not public. Its variables, lists and rules are ours, after what the project’s "
    "pages tell.",
    "Ceci est un modèle : le classeur officiel n’est pas public. Ses variables, listes et règles sont les nôtres, d’après ce "
    "que disent les pages du projet.",
    "Dit is een model: de officiële werkmap is niet openbaar. De variabelen, lijsten en regels zijn van ons, naar wat de "
    "pagina’s van het project vertellen.")
NO_NUMBER = (
    "The project’s number is not public here either; HDBP0000 stands in for it.",
    "Le numéro du projet n’est pas connu ici non plus ; HDBP0000 en tient lieu.",
    "Ook het nummer van het project is hier niet bekend; HDBP0000 staat in de plaats.")
NO_PATIENT = (
    "It knows no patient, so nothing goes to the trusted third party.",
    "Elle ne connaît pas de patient ; rien ne va donc au tiers de confiance.",
    "Ze kent geen patiënt, dus gaat er niets naar de vertrouwde derde partij.")


def joined(parts: list[tuple], form: Form) -> tuple[str, ...]:
    parts = [*parts, tuple(text.format(said) for text, said in zip(KEY, form.key_text)), REPLACE]
    return tuple(" ".join(part[place] for part in parts) for place in range(3))


def note(form: Form, variables: list[Variable]) -> tuple[str, ...]:
    kinds = {variable.kind for variable in variables}
    # Sections that repeat in the form, but are flat in the source: see the README.
    repeats = any(variable.name in ("CD_QERMID_TPE_IMPLANT", "TX_TTL_ELECT") for variable in variables)
    source = tuple(text.format(form.version) for text in SOURCE)
    parts = [source, *(LISTS[kind] for kind in LISTS if kind in kinds), *([ONE_IMPLANT] if repeats else [])]
    return joined(parts, form)


def own_note(form: Form) -> tuple[str, ...]:
    return joined([OWN, *([NO_NUMBER, RESIDENCE] if form.project == "HDBP0000" else [NO_PATIENT])], form)
