"""Labels in three languages, made of the parts of a variable's name."""

import csv
from pathlib import Path

LANGUAGES = ("en", "fr", "nl")
PREFIXES = ("TX_TTL_", "SADMI_", "IDC_", "CD_", "TX_", "DT_", "NR_", "MS_", "D_", "T_")
SUFFIXES = {
    "D_": ("date", "date", "datum"),
    "DT_": ("date", "date", "datum"),
    "T_": ("time", "heure", "tijdstip"),
    "SADMI_": ("SADMI", "SADMI", "SADMI"),
}

# Names that read badly part by part.
WHOLE = {
    "IDC_PAT": ("Patient identifier (NISS)", "Identifiant du patient (NISS)", "Patiëntidentificatie (INSZ)"),
    "TX_IDC_PAT_GENER": (
        "Generated patient identifier", "Identifiant généré du patient", "Gegenereerde patiëntidentificatie"),
    "TX_IDC_PAT_INT": (
        "Hospital’s own patient number", "Numéro de patient de l’hôpital", "Eigen patiëntnummer van het ziekenhuis"),
    "TX_PAT_LAST_NAM": ("Last name of the patient", "Nom du patient", "Familienaam van de patiënt"),
    "TX_PAT_FIRST_NAM": ("First name of the patient", "Prénom du patient", "Voornaam van de patiënt"),
    "D_PAT_DOB": ("Date of birth", "Date de naissance", "Geboortedatum"),
    "DT_PAT_DOB": ("Date of birth", "Date de naissance", "Geboortedatum"),
    "D_PAT_DOD": ("Date of death", "Date du décès", "Datum van overlijden"),
    "DT_PAT_DOD": ("Date of death", "Date du décès", "Datum van overlijden"),
    "CD_PAT_SEX": ("Sex", "Sexe", "Geslacht"),
    "CD_PAT_DECEA": ("Has the patient died?", "Le patient est-il décédé ?", "Is de patiënt overleden?"),
    "CD_PAT_PLC_RESDC": ("Postal code of residence", "Code postal de résidence", "Postcode van de woonplaats"),
    "CD_HPIN": ("Physician (NIHDI number)", "Médecin (numéro INAMI)", "Arts (RIZIV-nummer)"),
    "D_IMPLANT": ("Date of the implantation", "Date de l’implantation", "Datum van de implantatie"),
    "DT_IMPLT": ("Date of the implantation", "Date de l’implantation", "Datum van de implantatie"),
    "DT_IMPLTN": ("Date of the implantation", "Date de l’implantation", "Datum van de implantatie"),
    "D_RSCT": ("Date of the resection", "Date de la résection", "Datum van de resectie"),
    "DT_EXPLT": ("Date of the explantation", "Date de l’explantation", "Datum van de explantatie"),
    "DT_HOSPZ": ("Date of the hospitalisation", "Date de l’hospitalisation", "Datum van de hospitalisatie"),
    "D_DISCH": ("Date of discharge", "Date de sortie", "Ontslagdatum"),
    "DT_DISCH": ("Date of discharge", "Date de sortie", "Ontslagdatum"),
    "D_INTVENT": ("Date of the intervention", "Date de l’intervention", "Datum van de ingreep"),
    "DT_CONSULT": ("Date of the consultation", "Date de la consultation", "Datum van de raadpleging"),
    "CD_LTRLTY": ("Operated side", "Côté opéré", "Geopereerde zijde"),
    "MS_PAT_WGHT": ("Weight (kg)", "Poids (kg)", "Gewicht (kg)"),
    "MS_PAT_HGHT": ("Height (cm)", "Taille (cm)", "Lengte (cm)"),
    "CD_USE_ROBOT": ("Was a robot used?", "Un robot a-t-il été utilisé ?", "Is een robot gebruikt?"),
    "CD_QERMID_TPE_IMPLANT": ("Type of implant (QERMID)", "Type d’implant (QERMID)", "Type implantaat (QERMID)"),
}


class Glossary:
    def __init__(self, path: Path):
        with path.open(encoding="utf-8", newline="") as file:
            self.words = {row["word"]: tuple(row[code] for code in LANGUAGES) for row in csv.DictReader(file)}

    def label(self, name: str) -> tuple[str, ...]:
        """The label of a variable in each language. Fails on an unknown part."""
        if name in WHOLE:
            return WHOLE[name]
        prefix = next((known for known in PREFIXES if name.startswith(known)), "")
        parts = self._parts(name, name[len(prefix):].split("_"))
        labels = []
        for place in range(len(LANGUAGES)):
            text = " – ".join(part[place] for part in parts)
            suffix = SUFFIXES.get(prefix)
            if suffix and suffix[place].lower() not in text.lower():
                text += f" ({suffix[place]})"
            labels.append(text[:1].upper() + text[1:] if not text.startswith("iFR") else text)
        return tuple(labels)

    def _parts(self, name: str, words: list[str]) -> list[tuple[str, ...]]:
        parts, at = [], 0
        while at < len(words):
            for length in range(len(words) - at, 0, -1):
                phrase = "_".join(words[at:at + length])
                if phrase in self.words:
                    parts.append(self.words[phrase])
                    break
            else:
                if not words[at].isdigit():
                    raise SystemExit(f"{name}: no words for {words[at]}")
                parts.append((words[at],) * len(LANGUAGES))
                length = 1
            at += length
        return parts
