"""What follows from a variable's name and neighbours: type, need, relevance, constraint.

The official conditions are not public. A rule is made only where the names say it, and so that a wrong guess does not
refuse a right row: a detail is relevant as soon as the question before it has any answer.
"""

from dataclasses import dataclass

TECHNICAL = ("TX_AUTHOR_GR", "TX_AUTHOR", "TX_COAUTHOR")
FOOTER = ("CD_STATUS_REC", "CD_DATA_SRC", "TX_LANG", "TX_REG_NAM")
# Filled by the system that is reported from or to, never by a person.
FILLED = FOOTER + (
    "dcd_status", "TX_PROG", "TX_PROJ", "TX_EVENT", "TX_DCD", "TX_BUSINESS_KEY", "CD_NIC_TPE", "TX_REGN_CD")
# They tell who the patient is; the business key holds his identifier.
STAYS = (
    "IDC_PAT", "TX_IDC_PAT_GENER", "TX_IDC_PAT_INT", "TX_PAT_LAST_NAM", "TX_PAT_FIRST_NAM", "D_PAT_DOB", "DT_PAT_DOB",
    "TX_BUSINESS_KEY")
ROLES = {
    "IDC_PAT": "patient", "TX_IDC_PAT_GENER": "patient_generated", "TX_IDC_PAT_INT": "patient_internal",
    "D_PAT_DOB": "birth_date", "DT_PAT_DOB": "birth_date", "CD_PAT_SEX": "sex", "TX_PAT_LAST_NAM": "last_name",
    "TX_PAT_FIRST_NAM": "first_name", "CD_HPIN": "physician", "CD_RIZIV_TREAT_PHYS": "physician",
    "CD_CNTRY_RESDC": "country"}
# Asked of every registration of a form that has them; the source's "required" is meant where a field is shown.
ALWAYS = (
    "IDC_PAT", "D_PAT_DOB", "DT_PAT_DOB", "CD_PAT_SEX", "CD_PAT_PLC_RESDC", "CD_HPIN", "CD_RIZIV_TREAT_PHYS",
    "CD_PAT_DECEA", "CD_DIAGS", "CD_ASA_CLASS", "MS_PAT_WGHT", "MS_PAT_HGHT", "CD_SURGL_APPR", "CD_USE_ROBOT",
    "CD_INSTRU_USE")
# What is asked once another question is answered with yes.
AFTER_YES = {
    "CD_TPE_ROBOT": "CD_USE_ROBOT", "TX_MODEL_ROBOT": "CD_USE_ROBOT", "TX_INSTRU_MANU": "CD_INSTRU_USE",
    "TX_TPE_INSTRU": "CD_INSTRU_USE", "D_PAT_DOD": "CD_PAT_DECEA", "DT_PAT_DOD": "CD_PAT_DECEA",
    "CD_PTR_CEM": "CD_PTR", "DT_EXEC_CABG": "CD_CABG_EXEC", "D_HT": "CD_DISCS_HT"}
# What belongs to another variable that must have an answer.
AFTER_ANY = {
    "D_PAT_WGHT": "MS_PAT_WGHT", "D_PAT_HGHT": "MS_PAT_HGHT", "CD_LTRLTY_KNEE": "CD_LTRLTY",
    "CD_LTRLTY_HIP": "CD_LTRLTY", "CD_ANATCL_LOC_KNEE": "CD_DIAGS", "CD_PROC_SURGL_APPR": "CD_SURGL_APPR",
    "CD_ANATCL_LOC_IMPLANT_KNEE": "CD_IMPLANT", "CD_MED_DEVICE_KNEE": "CD_IMPLANT",
    "CD_IMPLANT_KNEE_UNICND": "CD_IMPLANT", "CD_IMPLANT_KNEE_TOT_PROST": "CD_IMPLANT", "CD_IMPLANT_INS": "CD_IMPLANT",
    "TX_TPE_ROBOT_OTH": "CD_TPE_ROBOT", "T_FIRST_SYMP": "DT_FIRST_SYMP", "T_FIRST_DIAGS": "DT_FIRST_DIAGS"}
# The description of an implant that was not notified.
UNNOTIFIED = ("_PROD", "_MANU", "_DSTRBTR", "_DESC")
# Dates or codes of the nominative lists, and notification numbers, which have slashes: any text.
PLAIN = ("VFROM", "VTO", "SADMI_NOTIFIC")
# SNOMED CT "Other (qualifier value)".
OTHER = "74964007"

LATE = ("The date lies in the future.", "La date se situe dans le futur.", "De datum ligt in de toekomst.")
EARLY = (
    "The date lies before the birth or in the future.", "La date précède la naissance ou se situe dans le futur.",
    "De datum valt vóór de geboorte of in de toekomst.")
BEFORE = (
    "The date lies before {0} or in the future.", "La date précède {1} ou se situe dans le futur.",
    "De datum valt vóór {2} of in de toekomst.")
REVERSED = (
    "The end lies before the start or in the future.", "La fin précède le début ou se situe dans le futur.",
    "Het einde valt vóór het begin of in de toekomst.")
NEGATIVE = ("The number is negative.", "Le nombre est négatif.", "Het getal is negatief.")
UNLIKELY = ("The value cannot be right.", "La valeur ne peut être correcte.", "De waarde kan niet juist zijn.")


@dataclass
class Variable:
    name: str
    source: str
    required: bool
    several: bool
    list: str
    kind: str = "text"
    system: str = ""
    key: bool = False
    needed: str = ""
    relevant: str = ""
    constraint: str = ""
    message: tuple = ("", "", "")
    read_only: bool = False


def yes_no_list(code_list: str, source: str) -> str:
    """The list of yes and no that a list's name announces; none for other lists."""
    plain = code_list.rstrip("0123456789")
    if source == "boolean" or plain in ("yn", "ca_yn", "pm_yn"):
        return "YN"
    if plain in ("yn_na", "pm_yn_na"):
        return "YN_NA"
    return "YN_UNKNOWN" if plain.startswith("yn_") else ""


def type_of(variable: Variable, has_country: bool) -> None:
    """Gives a variable its type: that of its name's prefix where the source has only text."""
    name = variable.name
    if name.startswith("TX_TTL_"):
        variable.kind = "begin_group"
    elif name == "TX_CTNT_LANG_2":
        variable.kind = "note"
    elif name.startswith(("D_", "DT_")):
        variable.kind = "date"
    elif name.startswith("T_"):
        variable.kind = "time"
    elif name.startswith(("NR_", "MS_")):
        variable.kind = "decimal"
    elif name == "CD_PAT_SEX":
        variable.kind = "select_one SEX_FMUI" if variable.list == "sexfmui" else "select_one SEX"
    elif name == "CD_PAT_PLC_RESDC":
        variable.kind = "text" if has_country else "select_one_from_file places_of_residence.csv"
    elif name == "CD_CNTRY_RESDC":
        variable.kind = "select_one_from_file countries.csv"
    elif name == "CD_LTRLTY":
        variable.kind = "select_one LATERALITY"
    elif yes_no_list(variable.list, variable.source):
        variable.kind = f"select_one {yes_no_list(variable.list, variable.source)}"
    elif any(part in name for part in PLAIN) or name in TECHNICAL or name in ROLES:
        variable.kind = "text"
    elif variable.list == "hpin" or name == "CD_RIZIV_TREAT_PHYS_2":
        variable.system = "NIHDI"
    elif name.startswith("CD_") or variable.source == "code":
        variable.system = "healthdata.be codes" if variable.several else "healthdata.be"


def rules(variables: list[Variable], key: list[str], procedure: str) -> None:
    """Gives the variables of a definition their rules. `procedure` is the date of what was done."""
    names = {variable.name: variable for variable in variables}
    birth = next(name for name in ("D_PAT_DOB", "DT_PAT_DOB") if name in names)
    notified = None
    for variable in variables:
        name = variable.name
        variable.key = name in key
        variable.read_only = name in FILLED or name.startswith("SADMI_")
        if variable.kind in ("begin_group", "note") or name in TECHNICAL:
            continue
        always = name in ALWAYS and variable.required
        variable.needed = "yes" if variable.key or always else ""
        if "SADMI_NOTIFIC" in name and name.startswith("CD_"):
            notified = name
        relevance(variable, names, notified)
        if variable.kind == "date":
            dates(variable, names, birth, procedure)
        elif name in ("MS_PAT_WGHT", "NR_PAT_WGHT"):
            variable.constraint, variable.message = ". > 0 and . < 700", UNLIKELY
        elif name in ("MS_PAT_HGHT", "NR_PAT_HGHT"):
            variable.constraint, variable.message = ". > 0 and . < 300", UNLIKELY
        elif variable.kind == "decimal":
            variable.constraint, variable.message = ". >= 0", NEGATIVE


def relevance(variable: Variable, names: dict, notified: str | None) -> None:
    name = variable.name
    yes, other = AFTER_YES.get(name), before(name, names)
    if yes in names and names[yes].kind.startswith("select_one YN"):
        variable.relevant = f"${{{yes}}} = 'yes'"
        variable.needed = "yes" if variable.required else ""
    elif name.startswith("SADMI_") and notified:
        variable.relevant = f"${{{notified}}} != ''"
    elif notified and name.startswith(("TX_IMPLANT_", "TX_QERMID_")) and name.endswith(UNNOTIFIED):
        variable.relevant = f"${{{notified}}} = ''"
    elif name == "CD_PAT_PLC_RESDC" and "CD_CNTRY_RESDC" in names:
        variable.relevant = "${CD_CNTRY_RESDC} = 'BE'"
    elif other and not variable.key:
        variable.relevant = f"${{{other}}} != ''"
        if name.endswith("_OTH") and names[other].system == "healthdata.be":
            variable.needed = f"${{{other}}} = '{OTHER}'"


def before(name: str, names: dict) -> str | None:
    """The question that a detail belongs to, by its name."""
    candidates = [AFTER_ANY.get(name)]
    if name.startswith(("TX_", "CD_")):
        stem = name[3:]
        for suffix in ("_OTH", "_SPECIF", "_REAS", "_RMRK"):
            if stem.endswith(suffix):
                candidates.append("CD_" + stem.removesuffix(suffix))
        for suffix in ("_CEM_NO_AB", "_CEM_AB"):
            if stem.endswith(suffix):
                candidates.append("CD_" + stem.removesuffix(suffix) + "_CEM")
        if stem.startswith("PROB_TPE_"):
            candidates.append("CD_" + stem.removeprefix("PROB_TPE_"))
    elif name.startswith(("D_", "DT_")) and name.endswith(("_START", "_STP")):
        candidates.append("CD_" + name.split("_", 1)[1].rsplit("_", 1)[0])
    return next((known for known in candidates if known in names and known != name), None)


def dates(variable: Variable, names: dict, birth: str, procedure: str) -> None:
    name = variable.name
    start = name.replace("_STP", "_START")
    # Nothing is later than a date that is not there, so one that may be missing is asked for first.
    born = f". >= ${{{birth}}}" if names[birth].needed else f"(${{{birth}}} = '' or . >= ${{{birth}}})"
    if name == birth:
        variable.constraint, variable.message = ". <= today()", LATE
    elif name in ("D_DISCH", "DT_DISCH"):
        said = ("the admission or intervention", "l’admission ou l’intervention", "de opname of ingreep")
        variable.constraint = f". >= ${{{procedure}}} and . <= today()"
        variable.message = tuple(text.format(*said) for text in BEFORE)
    elif name == "D_PAT_DOD" and procedure in ("D_IMPLANT", "D_RSCT"):
        variable.constraint = f". >= ${{{procedure}}} and . <= today()"
        variable.message = tuple(text.format("the intervention", "l’intervention", "de ingreep") for text in BEFORE)
    elif "_STP" in name and start in names:
        variable.constraint = f"(${{{start}}} = '' or . >= ${{{start}}}) and {born} and . <= today()"
        variable.message = REVERSED
    else:
        variable.constraint, variable.message = f"{born} and . <= today()", EARLY
