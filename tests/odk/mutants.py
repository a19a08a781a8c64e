"""What pyxform and ODK Validate make of workbooks, for tests/mutation.

    target/odk/bin/python tests/odk/mutants.py < WORKBOOKS > VERDICTS

A line of WORKBOOKS is a JSON object of sheets, each a list of rows of text. A line of VERDICTS is a JSON array for
the workbook in the same line: a digest of the form that it becomes, and the reason why it is refused, or null.
"""

import hashlib
import json
import sys

from referee import judged

forms = {at: {"grids": json.loads(line)} for at, line in enumerate(sys.stdin)}
verdicts = judged(forms)
for at in forms:
    form, reason = verdicts[at]
    blanks_aside = " ".join((form or "").replace("&#10;", " ").split())
    print(json.dumps([hashlib.sha256(blanks_aside.encode()).hexdigest(), reason]))
