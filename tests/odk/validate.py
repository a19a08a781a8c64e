"""What pyxform and ODK Validate (JavaRosa) take and refuse, beside what we do.

    python3 -m venv target/odk && target/odk/bin/pip install pyxform==4.5.0
    target/odk/bin/python tests/odk/validate.py

Needs Java. Each expression of tests/expressions.tsv is put in a form of its own, and each bundled definition is
converted, and the workbook of tests/never_seen; one run of ODK Validate judges them all. Where they judge otherwise
than we do stands in differences.tsv, with the reason; any other difference is printed, and the exit status is 1.
"""

import csv
import re
import sys
from pathlib import Path

from referee import judged

HERE = Path(__file__).parent
FLAT = ["text t", "text u", "integer i", "integer j", "decimal d", "decimal e", "date day", "date end", "dateTime at",
        "time clock", "select_one COLOUR one", "select_multiple COLOUR many", "select_one YN yn", "select_one SCORE score"]
REPEATED = ["text name", "integer age", "select_one COLOUR sex"]
CHOICES = {"COLOUR": ["red", "green", "blue"], "YN": ["yes", "no"], "SCORE": ["0", "1", "2"]}
TYPES = {field.rsplit(" ", 1)[1]: field.rsplit(" ", 1)[0] for field in FLAT}


def lines(path):
    text = path.read_text(encoding="utf8").split("\n")
    return [line.split("\t") for line in text if line and not line.startswith("#")]


def rows(header, *cells):
    """Rows as pyxform has them from a workbook: without the cells that are empty."""
    return [{name: cell for name, cell in zip(header, row) if cell} for row in cells]


def form(text, given):
    """A form that has all variables of the table, and this expression."""
    header = ["type", "name", "label", "calculation", "constraint"]
    fields = [[*field.rsplit(" ", 1), "label"] for field in FLAT]
    child = [[*field.rsplit(" ", 1), "label"] for field in REPEATED]
    calculated = ["calculate", "asked", None, text]
    this = re.search(r"this=(\w+)", given)
    inside = [calculated] if "inside=" in given else []
    outside = [[TYPES[this[1]], "asked", "label", None, text]] if this else [] if inside else [calculated]
    survey = [*fields, ["begin_repeat", "child", "label"], *child, *inside, ["end_repeat"], *outside]
    choices = [(name, code, code) for name, codes in CHOICES.items() for code in codes]
    return {"survey": rows(header, *survey), "choices": rows(["list_name", "name", "label"], *choices)}


def bundled(folder):
    """The sheets of a definition."""
    grids = {}
    for name in ["survey", "choices", "settings"]:
        with open(folder / f"{name}.csv", encoding="utf-8-sig", newline="") as file:
            grids[name] = list(csv.reader(file))
    return {"grids": grids}


def main():
    table = lines(HERE.parent / "expressions.tsv")
    ours = {(text, given): not result.startswith("!") for text, given, result in table}
    forms = {key: form(*key) for key in ours}
    definitions = sorted((HERE.parents[1] / "assets/definitions").iterdir())
    definitions.append(HERE.parent / "fixtures/definition/never-seen")
    forms |= {(folder.name, ""): bundled(folder) for folder in definitions}
    theirs = {key for key, (_, reason) in judged(forms).items() if reason}
    differences = {key: key not in theirs for key in forms if (key not in theirs) != ours.get(key, True)}
    known = {(text, given): reason for text, given, reason in lines(HERE / "differences.tsv")}
    new = [key for key in differences if key not in known]
    gone = [key for key in known if key not in differences]
    for text, given in new:
        print(f"{text}\t{given}\t{'taken' if differences[text, given] else 'refused'} by ODK alone" )
    for text, given in gone:
        print(f"{text}\t{given}\tis no difference")
    print(f"{len(ours)} expressions judged, {len(differences)} differently, {len(new)} of these new")
    sys.exit(1 if new or gone else 0)


main()
