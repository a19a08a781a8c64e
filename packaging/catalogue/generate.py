#!/usr/bin/env python3
"""Writes the bundled definitions, except INTEGO's, and the shared code lists.

    python3 packaging/catalogue/generate.py

Deterministic, standard library only. README.md says where its input comes from.
"""

import csv
from pathlib import Path

from own import BARO, BCFR, LISTS
from rules import FILLED, ROLES, STAYS, TECHNICAL, Variable, rules, type_of
from texts import CODE_HINT, FILLED_HINT, FORMS, OWN_FORMS, PATIENT_HINT, VERSION, note, own_note
from words import Glossary

HERE = Path(__file__).parent
ASSETS = HERE.parent.parent / "assets"
LANGUAGES = ("English (en)", "French (fr)", "Dutch (nl)")
# Lists that are merged in when a bundled definition is read, so that they lie here once.
FILES = ("countries.csv", "places_of_residence.csv")
# Before these variables a section ends though no title says so: any, or that about the study.
ENDS_SECTION = ("CD_STATUS_REC", "CD_QERMID_TPE_IMPLANT")
ENDS_STUDY = ("CD_NIC_TPE", "TX_REGN_CD", "IDC_PAT")


def texts(column: str) -> list[str]:
    return [f"{column}::{language}" for language in LANGUAGES]


HEADER = [
    "type", "name", *texts("label"), *texts("hint"), "required", *texts("required_message"), "relevant", "constraint",
    *texts("constraint_message"), "read_only", "default", "name::technical", "destination::hd", "hd::key", "hd::role",
    "hd::code_system", "hd::identifying", "hd::number_format"]


def row(kind: str, name: str, labels=("", "", ""), **cells) -> dict:
    texts_of = {"label": labels, "hint": cells.get("hint", ("", "", "")),
                "constraint_message": cells.get("message", ("", "", ""))}
    found = {"type": kind, "name": name}
    for column, values in texts_of.items():
        found.update(zip(texts(column), values))
    for column in ("required", "relevant", "constraint", "read_only"):
        found[column] = cells.get(column, "")
    for column in ("key", "role", "code_system", "number_format"):
        found[f"hd::{column}"] = cells.get(column, "")
    if not kind.startswith(("begin", "end", "note")):
        found["name::technical"] = name
        found["destination::hd"] = cells.get("destination", "yes")
    return found


def write(path: Path, header: list[str], rows: list) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for cells in rows:
            writer.writerow([cells.get(column, "") for column in header] if isinstance(cells, dict) else cells)


def definition(name: str, project: str, abbreviation: str, titles, notes, survey: list[dict]) -> None:
    folder = ASSETS / "definitions" / f"{project}_{name}"
    write(folder / "settings.csv", ["form_title", "form_id", "version", "default_language"],
          [[titles[0], name, VERSION, LANGUAGES[0]]])
    hd = [["project", project], ["project_abbreviation", abbreviation], ["dcd", name]]
    hd += [[f"title::{language}", title] for language, title in zip(LANGUAGES, titles)]
    hd += [["enrolment_required", "no"]]
    hd += [[f"source_note::{language}", text] for language, text in zip(LANGUAGES, notes)]
    write(folder / "hd.csv", ["key", "value"], hd)
    write(folder / "survey.csv", HEADER, survey)
    used = {cells["type"].split()[1] for cells in survey if cells["type"].startswith("select")} - set(FILES)
    unknown = used - LISTS.keys()
    if unknown:
        raise SystemExit(f"{name}: no list {unknown}")
    choices = [[known, *choice] for known in LISTS if known in used for choice in LISTS[known]]
    write(folder / "choices.csv", ["list_name", "name", *texts("label")], choices)


def published(glossary: Glossary) -> None:
    with (HERE / "variables.tsv").open(encoding="utf-8", newline="") as file:
        next(file)
        source = list(csv.DictReader(file, delimiter="\t"))
    for dcd, form in FORMS.items():
        rows = [cells for cells in source if cells["dcd"] == dcd]
        project = rows[0]["register"].split(" ")[0]
        names = {cells["field"] for cells in rows}
        variables = []
        for cells in rows:
            variable = Variable(cells["field"], cells["type"], cells["required"] == "Y",
                                cells["cardinality"] == "multi", cells["code_list"] or "")
            type_of(variable, "CD_CNTRY_RESDC" in names)
            variables.append(variable)
        missing = [key for key in form.key if key not in names]
        if missing:
            raise SystemExit(f"{dcd}: no {missing}")
        rules(variables, form.key, form.procedure)
        survey = layout(variables, glossary)
        definition(form.name, project, form.abbreviation, form.titles, note(form, variables), survey)


def layout(variables: list[Variable], glossary: Glossary) -> list[dict]:
    survey, sections = [], []
    for variable in variables:
        name = variable.name
        starts = variable.kind == "begin_group"
        # A title right below another is within it, and both end together.
        within = starts and survey and survey[-1]["type"] == "begin_group"
        study = "TX_TTL_STDY" in sections and name in ENDS_STUDY
        if (starts and not within) or name in ENDS_SECTION or study:
            survey += [row("end_group", "") for _ in sections]
            sections = []
        sections += [name] if starts else []
        survey.append(cells_of(variable, glossary.label(name)))
    return survey + [row("end_group", "") for _ in sections]


def cells_of(variable: Variable, labels) -> dict:
    name = variable.name
    if variable.kind in ("begin_group", "note") or name in TECHNICAL:
        return row(variable.kind, name, labels)
    role = ROLES.get(name, "")
    if role == "" and name == "CD_PAT_PLC_RESDC" and variable.kind == "text":
        role = "postal_code"
    hint = ("", "", "")
    if name == "IDC_PAT":
        hint = PATIENT_HINT
    elif name in FILLED:
        hint = FILLED_HINT
    elif variable.system.startswith("healthdata.be") and variable.list:
        hint = tuple(text.format(variable.list) for text in CODE_HINT)
    return row(
        variable.kind, name, labels, hint=hint, required=variable.needed, relevant=variable.relevant,
        constraint=variable.constraint, message=variable.message, read_only="yes" if variable.read_only else "",
        destination="no" if name in STAYS else "yes", key="yes" if variable.key else "", role=role,
        code_system=variable.system)


def own() -> None:
    for form, rows in ((OWN_FORMS["BCFR"], BCFR), (OWN_FORMS["BARO"], BARO)):
        survey = [row(kind, name, (en, fr, nl), **{**more, "number_format": more.get("format", "")})
                  for kind, name, en, fr, nl, more in rows]
        definition(form.name, form.project, form.abbreviation, form.titles, own_note(form), survey)


def places_of_residence() -> None:
    places: dict[str, list[dict]] = {}
    with (HERE / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        for cells in csv.DictReader(file):
            places.setdefault(cells["postal_code"], []).append(cells)
    residences = []
    for code, towns in sorted(places.items()):
        french, dutch = ([town[column] for town in towns] for column in ("name_fr", "name_nl"))
        # Walloon municipalities by their French name, Flemish ones by their Dutch one, Brussels by both.
        local = [town["name_fr"] if town["region"] == "03000" else town["name_nl"] for town in towns]
        if towns[0]["region"] == "04000":
            local = french + [name for name in dutch if name not in french]
        residences.append([code, *(f"{code} {', '.join(names)}" for names in (local, french, dutch))])
    residences.append(["9999", "Not resident in Belgium", "Ne réside pas en Belgique", "Woonplaats niet in België"])
    write(ASSETS / "lists/places_of_residence.csv", ["name", *texts("label")], residences)


if __name__ == "__main__":
    places_of_residence()
    published(Glossary(HERE / "glossary.csv"))
    own()
