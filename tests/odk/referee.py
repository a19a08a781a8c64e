"""What pyxform takes, and what ODK Validate (JavaRosa) takes of that.

    python3 -m venv target/odk && target/odk/bin/pip install pyxform==4.5.0

Needs Java.
"""

import multiprocessing
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from pyxform.validators.odk_validate import ODK_VALIDATE_PATH
from pyxform.xls2json_backends import get_excel_column_headers, get_excel_rows, xlsx_value_to_str
from pyxform.xls2xform import convert

# The columns that healthdata.be adds have no meaning there; pyxform takes name::technical for a translated name.
OWN = re.compile(r"\s*(hd|name|destination|authentic_source)::")


class Cell:
    def __init__(self, value):
        self.value = value or None


def workbook(grids):
    """Sheets, each a list of rows of text, by pyxform's own reader of workbooks."""
    book = {"sheet_names": list(grids)}
    for name, grid in grids.items():
        if not grid or name.lower() not in ("survey", "choices", "settings"):
            continue
        kept = [at for at, column in enumerate(grid[0]) if not OWN.match(column)]
        header = get_excel_column_headers([grid[0][at] for at in kept])
        # JavaRosa has no index(), as differences.tsv tells.
        cell = lambda cell, row, column: xlsx_value_to_str(cell.value.strip().replace("index()", "position(..)"))
        cells = [tuple(Cell(row[at].strip() if at < len(row) else None) for at in kept) for row in grid[1:]]
        book[name.lower()] = get_excel_rows(header, cells, cell)
        book[f"{name.lower()}_header"] = [{column: None for column in header if column is not None}]
    return book


def converted(sheets):
    """The form that pyxform makes of sheets, or none and why it makes none."""
    try:
        return convert(xlsform=workbook(sheets["grids"]) if "grids" in sheets else sheets, validate=False).xform, None
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"


def judged(forms):
    """Each form, by its key, as pyxform makes it and the reason why it is refused, if it is. One run of ODK Validate
    judges them all, each once."""
    with multiprocessing.Pool(2) as pool:
        made = dict(zip(forms, pool.map(converted, forms.values(), chunksize=8)))
    distinct = {form: f"{at}.xml" for at, form in enumerate(dict.fromkeys(form for form, _ in made.values() if form))}
    with tempfile.TemporaryDirectory() as scratch:
        for form, name in distinct.items():
            (Path(scratch) / name).write_text(form, encoding="utf8")
        run = ["java", "-Djava.awt.headless=true", "-jar", ODK_VALIDATE_PATH, *distinct.values()]
        told = subprocess.run(run, cwd=scratch, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    about, _, failed = told.partition("The following files failed validation:")
    parts = re.split(r"^Validating: (\d+\.xml)$", about, flags=re.MULTILINE)
    texts = dict(zip(parts[1::2], parts[2::2]))
    if texts.keys() != set(distinct.values()):
        sys.exit(f"ODK Validate looked at {len(texts)} of {len(distinct)} forms:\n{told[-2000:]}")
    failed = set(re.findall(r"^(\d+\.xml)$", failed, re.MULTILINE))
    return {key: (form, reason or reason_of(texts[distinct[form]], distinct[form] in failed))
            for key, (form, reason) in made.items()}


def reason_of(text, failed):
    """What ODK Validate says of a form that it refuses, without the places in its own code."""
    if not failed:
        return None
    return " ".join(line for line in text.split("\n") if line and not line.startswith("\t"))
