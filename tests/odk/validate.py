"""What pyxform and ODK Validate (JavaRosa) take and refuse, beside what we do.

    python3 -m venv VENV && VENV/bin/pip install pyxform==4.5.0 openpyxl==3.1.5
    VENV/bin/python tests/odk/validate.py

Needs Java; takes some minutes. Each expression of tests/expressions.tsv is put in a workbook, and each bundled
definition is converted. Where they judge otherwise than we do stands in differences.tsv, with the reason; any other
difference is printed, and the exit status is 1.
"""

import csv
import re
import sys
import tempfile
from pathlib import Path

import openpyxl
from pyxform.xls2xform import convert

HERE = Path(__file__).parent
SCRATCH = Path(tempfile.mkdtemp())
FLAT = ["text t", "text u", "integer i", "integer j", "decimal d", "decimal e", "date day", "date end", "dateTime at",
        "time clock", "select_one COLOUR one", "select_multiple COLOUR many", "select_one YN yn", "select_one SCORE score"]
REPEATED = ["text name", "integer age", "select_one COLOUR sex"]
CHOICES = {"COLOUR": ["red", "green", "blue"], "YN": ["yes", "no"], "SCORE": ["0", "1", "2"]}
TYPES = {field.rsplit(" ", 1)[1]: field.rsplit(" ", 1)[0] for field in FLAT}


def lines(path):
    text = path.read_text(encoding="utf8").split("\n")
    return [line.split("\t") for line in text if line and not line.startswith("#")]


def save(sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(SCRATCH / "form.xlsx")


def complaint():
    """Why the saved workbook is refused; nothing if it is taken."""
    try:
        convert(xlsform=str(SCRATCH / "form.xlsx"), validate=True)
        return None
    except Exception as error:
        return " ".join(str(error).split())


def judge(expressions):
    survey = [["type", "name", "label", "calculation", "constraint"]]
    survey += [[*field.rsplit(" ", 1), "label"] for field in FLAT]
    survey += [["begin_repeat", "child", "label"]] + [[*field.rsplit(" ", 1), "label"] for field in REPEATED]
    asked = [(f"c{at}", *row) for at, row in enumerate(expressions)]
    survey += [["calculate", name, None, text] for name, text, given in asked if "inside=" in given]
    survey += [["end_repeat"]]
    for name, text, given in asked:
        this = re.search(r"this=(\w+)", given)
        if this:
            survey.append([TYPES[this[1]], name, "label", None, text])
        elif "inside=" not in given:
            survey.append(["calculate", name, None, text])
    choices = [["list_name", "name", "label"]]
    choices += [[name, code, code] for name, codes in CHOICES.items() for code in codes]
    save({"survey": survey, "choices": choices})
    return complaint()


def refused(expressions):
    """Those that are refused, found by halving."""
    if not expressions or judge(expressions) is None:
        return []
    if len(expressions) == 1:
        return expressions
    half = len(expressions) // 2
    return refused(expressions[:half]) + refused(expressions[half:])


def without_own_columns(rows):
    """The columns that healthdata.be adds have no meaning there; pyxform takes name::technical for a translated name."""
    own = re.compile(r"(hd|name|destination|authentic_source)::")
    kept = [at for at, column in enumerate(rows[0]) if not own.match(column)]
    return [[row[at] for at in kept if at < len(row)] for row in rows]


def main():
    table = lines(HERE.parent / "expressions.tsv")
    ours = {(text, given): not result.startswith("!") for text, given, result in table}
    taken = [key for key, is_taken in ours.items() if is_taken]
    theirs = {key: True for key in taken}
    for start in range(0, len(taken), 36):
        theirs.update((key, False) for key in refused(taken[start:start + 36]))
    theirs.update((key, judge([key]) is None) for key, is_taken in ours.items() if not is_taken)
    differences = {key: theirs[key] for key in ours if theirs[key] != ours[key]}
    for folder in sorted((HERE.parents[1] / "assets/definitions").iterdir()):
        sheets = {}
        for name in ["survey", "choices", "settings"]:
            with open(folder / f"{name}.csv", encoding="utf-8-sig", newline="") as file:
                sheets[name] = without_own_columns(list(csv.reader(file)))
        save(sheets)
        why = complaint()
        if why:
            differences[folder.name, why] = False
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
