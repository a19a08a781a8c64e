//! The sheet `survey`: first every row for itself, then what rows say about
//! each other.

use std::collections::{HashMap, HashSet};

use super::{TextColumns, is_name, located, settings::Settings, truth};
use crate::{
    definition::{
        Item,
        choice::List,
        expression::{Expression, Scope},
        sheet::{Problem, Sheet, SheetRow, column_name},
        text::Texts,
        variable::{Codes, Destinations, Kind, NumberFormat, Required, Role, Variable},
    },
    domain::code_system::CodeSystem,
};

/// Columns of a file that tell about the registration itself. A definition
/// may list them; they are never its variables.
const TECHNICAL: [&str; 4] = ["TX_AUTHOR_GR", "TX_AUTHOR", "TX_COAUTHOR", "STATUS"];

/// The most variables of a definition; the largest published has 374.
const MOST_VARIABLES: usize = 5_000;

/// What the sheet says.
#[derive(Default)]
pub(super) struct Survey {
    pub(super) variables: Vec<Variable>,
    pub(super) layout: Vec<Item>,
}

/// Reads the variables and the form's layout.
pub(super) fn read(
    sheet: &Sheet,
    settings: &Settings,
    lists: &[List],
    problems: &mut Vec<Problem>,
) -> Survey {
    for name in ["type", "name"] {
        if sheet.column(name).is_none() {
            problems.push(Problem::at("survey", 0, name, "definition-no-column"));
        }
    }
    if !problems.is_empty() && (sheet.column("type").is_none() || sheet.column("name").is_none()) {
        return Survey::default();
    }
    let mut columns = HashMap::new();
    for (at, column) in sheet.header.iter().enumerate() {
        columns.entry(column_name(column)).or_insert(at);
    }
    let mut reader = Reader {
        sheet,
        columns,
        lists,
        list_places: lists.iter().enumerate().map(|(at, list)| (list.name.as_str(), at)).collect(),
        problems,
        texts: ["label", "hint", "required_message", "constraint_message"]
            .map(|name| TextColumns::new(sheet, name, settings.language)),
        variables: Vec::new(),
        names: HashMap::new(),
        taken: HashSet::new(),
        kinds: Vec::new(),
    };
    let rows = reader.read_rows();
    let survey = reader.relate(&rows);
    reader.check_whole(&survey, settings);
    survey
}

/// How many variables a sheet without problems has.
pub(super) fn count(sheet: &Sheet) -> usize {
    let (kind, name) = (sheet.column("type"), sheet.column("name"));
    let is_variable = |row: &&SheetRow| {
        let kind = row.cell(kind);
        let is_layout = ["begin", "end", "note"].iter().any(|layout| kind.starts_with(layout));
        !is_layout && !TECHNICAL.contains(&row.cell(name))
    };
    sheet.rows.iter().filter(is_variable).count()
}

/// Whether a sheet without problems has a variable for the patient.
pub(super) fn has_patient(sheet: &Sheet) -> bool {
    let (name, role) = (sheet.column("name"), sheet.column("hd::role"));
    sheet.rows.iter().any(|row| {
        let role = match row.cell(role) {
            "" => Role::of_variable(row.cell(name)),
            said => Role::by_name(said),
        };
        role == Some(Role::Patient)
    })
}

struct Reader<'a> {
    sheet: &'a Sheet,
    columns: HashMap<String, usize>,
    lists: &'a [List],
    list_places: HashMap<&'a str, usize>,
    problems: &'a mut Vec<Problem>,
    /// Label, hint, message if required, message of the constraint.
    texts: [TextColumns; 4],
    variables: Vec<&'a SheetRow>,
    names: HashMap<String, usize>,
    /// The names in small letters.
    taken: HashSet<String>,
    kinds: Vec<Kind>,
}

/// A row whose type is understood.
enum Row<'a> {
    Group(&'a SheetRow),
    GroupEnd,
    Note(&'a SheetRow),
    Variable(usize),
}

impl<'a> Reader<'a> {
    fn read_rows(&mut self) -> Vec<Row<'a>> {
        let sheet = self.sheet;
        let mut rows = Vec::new();
        let mut open_groups = Vec::new();
        for row in &sheet.rows {
            let kind = self.cell(row, "type").to_owned();
            let words: Vec<&str> = kind.split_whitespace().collect();
            match words[..] {
                [] => self.problem(row, "type", "definition-empty", ""),
                ["begin_group"] | ["begin", "group"] => {
                    open_groups.push(row);
                    rows.push(Row::Group(row));
                }
                ["end_group"] | ["end", "group"] => match open_groups.pop() {
                    Some(_) => rows.push(Row::GroupEnd),
                    None => self.problem(row, "type", "definition-group-end", ""),
                },
                ["note"] => rows.push(Row::Note(row)),
                _ if TECHNICAL.contains(&self.cell(row, "name")) => {}
                _ => {
                    if let Some(kind) = self.kind(row, &words) {
                        rows.extend(self.variable_row(row, kind).map(Row::Variable));
                    }
                }
            }
        }
        for row in open_groups {
            self.problem(row, "type", "definition-group-open", "");
        }
        rows
    }

    fn kind(&mut self, row: &SheetRow, words: &[&str]) -> Option<Kind> {
        let found = match words {
            ["text"] => Kind::Text,
            ["integer"] => Kind::Integer,
            ["decimal"] => Kind::Decimal,
            ["date"] => Kind::Date,
            ["time"] => Kind::Time,
            ["datetime" | "dateTime"] => Kind::DateTime,
            ["select_one", list] => Kind::SelectOne(self.list(row, list)?),
            ["select_multiple", list] => Kind::SelectMultiple(self.list(row, list)?),
            ["select_one" | "select_multiple", _, "or_other"] => {
                return self.refuse(row, "type", "definition-or-other", "");
            }
            ["calculate"] => return self.refuse(row, "type", "definition-calculation", ""),
            ["begin_repeat" | "end_repeat"] | ["begin" | "end", "repeat"] => {
                return self.refuse(row, "type", "definition-repeat", "");
            }
            ["select_one_from_file" | "select_multiple_from_file", ..] => {
                return self.refuse(row, "type", "definition-from-file", "");
            }
            _ => return self.refuse(row, "type", "definition-type", &words.join(" ")),
        };
        Some(found)
    }

    fn list(&mut self, row: &SheetRow, name: &str) -> Option<usize> {
        match self.list_places.get(name).copied() {
            None => self.refuse(row, "type", "definition-no-list", name),
            found => found,
        }
    }

    fn variable_row(&mut self, row: &'a SheetRow, kind: Kind) -> Option<usize> {
        let name = self.cell(row, "name");
        if !is_name(name) {
            return self.refuse(row, "name", "definition-variable-name", name);
        }
        if !self.taken.insert(name.to_ascii_lowercase()) {
            return self.refuse(row, "name", "definition-twice", name);
        }
        let place = self.variables.len();
        if place >= MOST_VARIABLES {
            return self.refuse(row, "name", "definition-too-many", &MOST_VARIABLES.to_string());
        }
        self.names.insert(name.to_owned(), place);
        self.variables.push(row);
        self.kinds.push(kind);
        Some(place)
    }

    fn relate(&mut self, rows: &[Row<'a>]) -> Survey {
        let destined = self.has_destinations();
        let mut survey = Survey::default();
        let mut groups: Vec<Option<Expression>> = Vec::new();
        for row in rows {
            let around = groups.last().cloned().flatten();
            survey.layout.push(match row {
                Row::Group(row) => {
                    let relevant = both(around, self.expression(row, "relevant", None));
                    groups.push(relevant.clone());
                    Item::Group { labels: self.texts[0].read(row), relevant }
                }
                Row::GroupEnd => {
                    groups.pop();
                    Item::GroupEnd
                }
                Row::Note(row) => Item::Note {
                    labels: self.texts[0].read(row),
                    relevant: both(around, self.expression(row, "relevant", None)),
                },
                Row::Variable(place) => {
                    let variable = self.variable(*place, around, destined);
                    survey.variables.push(variable);
                    Item::Variable(*place)
                }
            });
        }
        survey
    }

    fn variable(&mut self, place: usize, around: Option<Expression>, destined: bool) -> Variable {
        let row = self.variables[place];
        let kind = self.kinds[place];
        for (column, id) in
            [("calculation", "definition-calculation"), ("choice_filter", "definition-choice-filter")]
        {
            if !self.cell(row, column).is_empty() {
                self.problem(row, column, id, "");
            }
        }
        let name = self.cell(row, "name").to_owned();
        let technical = match self.cell(row, "name::technical") {
            "" => name.clone(),
            technical => technical.to_owned(),
        };
        let role = self.role(row, &name, kind);
        let texts = |at: usize| -> Texts { self.texts[at].read(row) };
        let [labels, hints, required_message, constraint_message] = [0, 1, 2, 3].map(texts);
        Variable {
            technical,
            labels,
            hints,
            kind,
            required: self.required(row),
            required_message,
            relevant: both(around, self.expression(row, "relevant", None)),
            constraint: self.expression(row, "constraint", Some(place)),
            constraint_message,
            default: self.default_value(row, kind),
            read_only: self.yes_or_no(row, "read_only") || self.yes_or_no(row, "readonly"),
            format: self.format(row, kind),
            key: self.yes_or_no(row, "hd::key"),
            role,
            codes: self.codes(row),
            destinations: self.destinations(row, role, destined),
            row: row.0,
            name,
        }
    }

    fn required(&mut self, row: &SheetRow) -> Required {
        match truth(self.cell(row, "required")) {
            Some(true) => Required::Always,
            Some(false) => Required::Never,
            None => self.expression(row, "required", None).map_or(Required::Never, Required::When),
        }
    }

    fn role(&mut self, row: &SheetRow, name: &str, kind: Kind) -> Option<Role> {
        let said = self.cell(row, "hd::role");
        if said.is_empty() {
            return Role::of_variable(name).filter(|role| role.fits(kind) || role.is_identity());
        }
        match Role::by_name(said) {
            Some(role) if role.fits(kind) => Some(role),
            Some(_) => self.refuse(row, "hd::role", "definition-role-type", said),
            None => self.refuse(row, "hd::role", "definition-role", said),
        }
    }

    fn default_value(&mut self, row: &SheetRow, kind: Kind) -> String {
        let default = self.cell(row, "default").to_owned();
        if let Kind::SelectOne(list) = kind
            && !default.is_empty()
            && self.lists[list].find_code(&default).is_none()
        {
            self.problem(row, "default", "definition-default", &default);
        }
        default
    }

    fn format(&mut self, row: &SheetRow, kind: Kind) -> Option<NumberFormat> {
        let text = self.cell(row, "hd::number_format");
        if text.is_empty() || !matches!(kind, Kind::Integer | Kind::Decimal) {
            return None;
        }
        let (total, decimals) = text.split_once('.').unwrap_or((text, "0"));
        match (total.parse(), decimals.parse()) {
            (Ok(total), Ok(decimals)) if decimals <= total => Some(NumberFormat { total, decimals }),
            _ => self.refuse(row, "hd::number_format", "definition-number-format", text),
        }
    }

    fn codes(&mut self, row: &SheetRow) -> Option<Codes> {
        let text = self.cell(row, "hd::code_system");
        if text.is_empty() {
            return None;
        }
        let Some(name) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) else {
            return match CodeSystem::by_name(text) {
                Some(system) => Some(Codes::Of(system)),
                None => self.refuse(row, "hd::code_system", "definition-code-system", text),
            };
        };
        let by = self.names.get(name).copied();
        match by.map(|by| (by, self.kinds[by])) {
            Some((by, Kind::SelectOne(list))) => {
                let systems =
                    self.lists[list].choices.iter().map(|choice| CodeSystem::by_name(&choice.code)).collect();
                Some(Codes::Told { by, systems })
            }
            _ => self.refuse(row, "hd::code_system", "definition-code-system-variable", name),
        }
    }

    /// Whether the workbook says which variables go to the platform. Then an
    /// empty cell means no; as long as no row says yes, it means yes.
    fn has_destinations(&self) -> bool {
        self.variables.iter().any(|row| truth(self.cell(row, "destination::hd")) != Some(false))
    }

    /// Identities stay here unless their row itself says otherwise; the
    /// patient's own number goes to the trusted third party alone, whatever
    /// the row says.
    fn destinations(&mut self, row: &SheetRow, role: Option<Role>, destined: bool) -> Destinations {
        let said = self.cell(row, "destination::hd");
        let is_identity = role.is_some_and(Role::is_identity);
        let hd = match said {
            _ if role == Some(Role::Patient) => false,
            "" => !destined && !is_identity,
            _ => truth(said).unwrap_or(true),
        };
        let identifying = role == Some(Role::BirthDate) && self.yes_or_no(row, "hd::identifying");
        let goes = |column: &str| truth(self.cell(row, column)).unwrap_or(true);
        Destinations {
            hd: hd || identifying,
            hd_client: goes("destination::hd_client"),
            nippin: goes("destination::nippin"),
            nippin_xml_name: self.cell(row, "destination::nippin_xml_name").to_owned(),
            nippin_relevant: self.cell(row, "destination::nippin_relevant").to_owned(),
            ima: goes("destination::ima"),
        }
    }

    fn check_whole(&mut self, survey: &Survey, settings: &Settings) {
        let sheet = |id| Problem::at("survey", 0, "", id);
        if survey.variables.is_empty() {
            self.problems.push(sheet("definition-no-variables"));
            return;
        }
        if !survey.variables.iter().any(|variable| variable.key) {
            self.problems.push(Problem::at("survey", 0, "hd::key", "definition-no-key"));
        }
        for (place, variable) in survey.variables.iter().enumerate() {
            let earlier = &survey.variables[..place];
            if variable.role.is_some() && earlier.iter().any(|other| other.role == variable.role) {
                self.problem(self.variables[place], "hd::role", "definition-role-twice", &variable.name);
            }
        }
        let has_physician = survey.variables.iter().any(|variable| variable.role == Some(Role::Physician));
        if settings.enrolment_required && !has_physician {
            self.problems.push(sheet("definition-no-physician"));
        }
    }

    fn expression(&mut self, row: &SheetRow, column: &str, this: Option<usize>) -> Option<Expression> {
        let text = self.cell(row, column);
        if text.is_empty() {
            return None;
        }
        let scope = Scope { variables: &self.names, kinds: &self.kinds, lists: self.lists, this };
        match Expression::compile(text, &scope) {
            Ok(expression) => Some(expression),
            Err(fault) => {
                self.problems.push(located(fault, "survey", row.0, column));
                None
            }
        }
    }

    fn yes_or_no(&mut self, row: &SheetRow, column: &str) -> bool {
        truth(self.cell(row, column)).unwrap_or_else(|| {
            let said = self.cell(row, column).to_owned();
            self.problem(row, column, "definition-yes-or-no", &said);
            false
        })
    }

    fn cell<'row>(&self, row: &'row SheetRow, column: &str) -> &'row str {
        row.cell(self.columns.get(column).copied())
    }

    fn refuse<T>(&mut self, row: &SheetRow, column: &str, id: &'static str, what: &str) -> Option<T> {
        self.problem(row, column, id, what);
        None
    }

    fn problem(&mut self, row: &SheetRow, column: &str, id: &'static str, what: &str) {
        let what: String = what.chars().take(60).collect();
        self.problems.push(Problem::at("survey", row.0, column, id).with("what", what));
    }
}

fn both(one: Option<Expression>, other: Option<Expression>) -> Option<Expression> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.and(other)),
        (one, other) => one.or(other),
    }
}
