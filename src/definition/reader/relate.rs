//! What the rows of the survey say about each other.

use std::collections::HashMap;

use super::{
    located,
    order::Order,
    spoken::LABEL,
    survey::{Limits, Part, Reader, Row, Survey},
    truth,
    types::{OTHER, in_all_languages},
    whole,
};
use crate::{
    definition::{
        Item,
        expression::{Calculation, Expression, Fault, Purpose, Room, Scope, Type},
        sheet::SheetRow,
        text::Texts,
        variable::{Codes, Kind, NumberFormat, Repeat, Required, Role, Variable},
    },
    domain::{code_system::CodeSystem, decimal::Decimal, moment},
};

/// The rows, with what is known of all of them.
pub(super) struct Relations<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) kinds: Vec<Kind>,
    /// What is known of calculated values beyond their kinds.
    pub(super) calculated: Vec<Option<Type>>,
    pub(super) repeat_of: Vec<Option<usize>>,
    repeat_names: Vec<String>,
    pub(super) roles: Vec<Option<Role>>,
    /// The identities that each variable is, is calculated from or begins with.
    pub(super) identities: Vec<Vec<Role>>,
    /// How often texts speak of answers.
    pub(super) spoken: usize,
    pub(super) order: Order,
    calculations: HashMap<usize, Calculation>,
    /// What is left for expressions.
    room: Room,
    /// Whether the workbook says which variables go to the platform.
    pub(super) destined: bool,
}

impl<'a> Relations<'a> {
    pub(super) fn of(mut reader: Reader<'a>) -> Self {
        let order = Order::of(&mut reader);
        let repeats = reader.repeats.iter().map(|(row, _)| reader.cell(row, "name").to_owned());
        let mut relations = Self {
            kinds: reader.planned.iter().map(|planned| planned.kind).collect(),
            calculated: reader
                .planned
                .iter()
                .map(|planned| (planned.part == Part::Calculated).then_some(Type::Any))
                .collect(),
            repeat_of: reader.planned.iter().map(|planned| planned.repeat).collect(),
            repeat_names: repeats.collect(),
            roles: Vec::new(),
            identities: Vec::new(),
            spoken: 0,
            calculations: HashMap::new(),
            room: Room::default(),
            // An empty cell means no; as long as no row says yes, it means yes.
            destined: reader
                .planned
                .iter()
                .any(|planned| truth(reader.cell(planned.row, "destination::hd")) != Some(false)),
            order,
            reader,
        };
        relations.roles = (0..relations.kinds.len()).map(|place| relations.role(place)).collect();
        relations.find_identities();
        relations.calculate();
        relations
    }

    /// The survey.
    pub(super) fn survey(mut self, rows: &[Row<'a>]) -> Survey {
        let mut survey = Survey::default();
        let mut groups: Vec<Option<Expression>> = Vec::new();
        let mut inside = None;
        for row in rows {
            let around = groups.last().cloned().flatten();
            survey.layout.push(match row {
                Row::Group(row) => {
                    let relevant = self.relevance(row, around, inside);
                    groups.push(relevant.clone());
                    Item::Group { labels: self.texts(LABEL, row, inside), relevant }
                }
                Row::GroupEnd => {
                    groups.pop();
                    Item::GroupEnd
                }
                Row::Repeat(place) => {
                    let (row, first) = self.reader.repeats[*place];
                    let relevant = self.relevance(row, around, None);
                    groups.push(relevant.clone());
                    inside = Some(*place);
                    let labels = self.texts(LABEL, row, inside);
                    survey.repeats.push(Repeat { labels, ..self.repeat(row, first, relevant) });
                    Item::Repeat(*place)
                }
                Row::RepeatEnd => {
                    groups.pop();
                    inside = None;
                    if let Some(repeat) = survey.repeats.last_mut() {
                        repeat.variables.end = survey.variables.len();
                    }
                    Item::RepeatEnd
                }
                Row::Note(row) => Item::Note {
                    labels: self.texts(LABEL, row, inside),
                    relevant: self.relevance(row, around, inside),
                },
                Row::Variable(place) => {
                    let variable = self.variable(*place, around);
                    survey.variables.push(variable);
                    Item::Variable(*place)
                }
            });
        }
        survey.calculated = std::mem::take(&mut self.order.places);
        survey.volatile = std::mem::take(&mut self.order.volatile);
        whole::check(&mut self.reader, &survey);
        survey.lists = self.reader.lists;
        survey
    }

    /// Compiles the calculations in their order, so that each knows the types
    /// of those that it needs.
    fn calculate(&mut self) {
        for place in self.order.places.clone() {
            let (row, repeat) = (self.reader.planned[place].row, self.repeat_of[place]);
            let scope = self.scope(Some(place), repeat, Purpose::Calculation);
            match Calculation::compile(self.reader.cell(row, "calculation"), &scope) {
                Ok((calculation, kind)) => {
                    let is_any_kind = self.reader.planned[place].part == Part::Calculated;
                    if is_any_kind {
                        self.kinds[place] = kind.kind();
                    }
                    self.calculated[place] = match kind {
                        Type::Any => is_any_kind.then_some(kind),
                        _ => kind.beyond(self.kinds[place]),
                    };
                    if !kind.fits(self.kinds[place]) {
                        self.reader.problem(row, "calculation", "definition-calculation-type", "");
                    }
                    self.calculations.insert(place, calculation.held_by(self.kinds[place], kind));
                }
                Err(fault) => self.fault(fault, row, "calculation"),
            }
        }
    }

    fn repeat(&mut self, row: &SheetRow, first: usize, relevant: Option<Expression>) -> Repeat {
        let text = self.reader.cell(row, "repeat_count");
        let count = (!text.is_empty())
            .then(|| Calculation::compile(text, &self.scope(None, None, Purpose::Condition)));
        let count = match count {
            Some(Ok((count, _))) => Some(count),
            Some(Err(fault)) => {
                self.fault(fault, row, "repeat_count");
                None
            }
            None => None,
        };
        Repeat {
            name: self.reader.cell(row, "name").to_owned(),
            labels: Texts::default(),
            relevant,
            count,
            variables: first..first,
            row: row.0,
        }
    }

    fn variable(&mut self, place: usize, around: Option<Expression>) -> Variable {
        let row = self.reader.planned[place].row;
        let part = self.reader.planned[place].part.clone();
        let name = self.reader.planned[place].name.clone();
        let kind = self.kinds[place];
        let destinations = self.destinations(place);
        if let Part::Other(of) = part {
            let asked = format!("selected(${{{}}}, '{OTHER}')", self.reader.planned[of].name);
            let asked = self.expression(row, "relevant", &asked, None, self.repeat_of[place]);
            return Variable {
                technical: name.clone(),
                labels: in_all_languages("definition-other-text"),
                repeat: self.repeat_of[place],
                relevant: both(around, asked),
                destinations,
                row: row.0,
                ..Variable::plain(name, kind)
            };
        }
        let technical = match self.reader.cell(row, "name::technical") {
            "" => name.clone(),
            technical => technical.to_owned(),
        };
        let repeat = self.repeat_of[place];
        let [labels, hints, required_message, constraint_message, guidance] =
            [LABEL, 1, 2, 3, 4].map(|at| self.texts(at, row, repeat));
        let range = match &part {
            Part::Range(Limits { rule, .. }) => self.expression(row, "parameters", rule, Some(place), repeat),
            _ => None,
        };
        let rule = self.reader.cell(row, "constraint").to_owned();
        let constraint_message = match part {
            Part::Range(Limits { message, .. }) if rule.is_empty() && constraint_message.is_empty() => {
                message
            }
            _ => constraint_message,
        };
        let begins = self.begins(row, kind, repeat);
        Variable {
            technical,
            labels,
            hints,
            guidance,
            appearance: self.reader.cell(row, "appearance").to_owned(),
            sources: self.sources(row),
            repeat,
            calculation: self.calculations.remove(&place),
            filter: self.filter(place),
            required: self.required(row, repeat),
            required_message,
            relevant: self.relevance(row, around, repeat),
            constraint: both(range, self.expression(row, "constraint", &rule, Some(place), repeat)),
            constraint_message,
            default: self.default_value(row, kind),
            begins,
            read_only: self.yes_or_no(row, "read_only") || self.yes_or_no(row, "readonly"),
            format: self.format(row, kind),
            key: self.yes_or_no(row, "hd::key"),
            role: self.roles[place],
            identifies: self.identifies(place),
            codes: self.codes(row, repeat),
            destinations,
            row: row.0,
            ..Variable::plain(name, kind)
        }
    }

    fn required(&mut self, row: &SheetRow, repeat: Option<usize>) -> Required {
        match truth(self.reader.cell(row, "required")) {
            Some(true) => Required::Always,
            Some(false) => Required::Never,
            None => self.condition(row, "required", repeat).map_or(Required::Never, Required::When),
        }
    }

    fn role(&mut self, place: usize) -> Option<Role> {
        let planned = &self.reader.planned[place];
        if let Part::Other(_) = planned.part {
            return None;
        }
        let (row, kind) = (planned.row, planned.kind);
        let said = self.reader.cell(row, "hd::role");
        if said.is_empty() {
            return Role::of_variable(&planned.name).filter(|role| role.fits(kind) || role.is_identity());
        }
        match Role::by_name(said) {
            Some(role) if role.fits(kind) => Some(role),
            Some(_) => self.reader.refuse(row, "hd::role", "definition-role-type", said),
            None => self.reader.refuse(row, "hd::role", "definition-role", said),
        }
    }

    fn default_value(&mut self, row: &SheetRow, kind: Kind) -> String {
        let default = self.reader.cell(row, "default").to_owned();
        if default.is_empty() || is_worked_out(&default, kind) {
            return default;
        }
        let wrong = match kind {
            Kind::SelectOne(list) | Kind::SelectMultiple(list) => {
                let list = &self.reader.lists[list];
                let is_unknown = |code: &&str| list.find_code(code).is_none();
                codes_of(&default, kind).into_iter().find(is_unknown).map(|code| ("definition-default", code))
            }
            _ => (!is_literal(&default, kind)).then_some(("definition-default-type", default.as_str())),
        };
        if let Some((id, what)) = wrong {
            self.reader.problem(row, "default", id, what);
        }
        codes_of(&default, kind).join("|")
    }

    fn begins(&mut self, row: &SheetRow, kind: Kind, repeat: Option<usize>) -> Option<Calculation> {
        let text = self.reader.cell(row, "default");
        if text.is_empty() || !is_worked_out(text, kind) {
            return None;
        }
        match Calculation::compile(text, &self.scope(None, repeat, Purpose::Calculation)) {
            // As a number a date is none that somebody would go on from.
            Ok((calculation, given)) if given.fits(kind) && given.beyond(kind).is_none() => {
                Some(calculation.held_by(kind, given))
            }
            Ok(_) => self.reader.refuse(row, "default", "definition-calculation-type", ""),
            Err(fault) => {
                self.fault(fault, row, "default");
                None
            }
        }
    }

    fn format(&mut self, row: &SheetRow, kind: Kind) -> Option<NumberFormat> {
        let text = self.reader.cell(row, "hd::number_format");
        if text.is_empty() || !matches!(kind, Kind::Integer | Kind::Decimal) {
            return None;
        }
        let (total, decimals) = text.split_once('.').unwrap_or((text, "0"));
        match (total.parse(), decimals.parse()) {
            (Ok(total), Ok(decimals)) if decimals <= total => Some(NumberFormat { total, decimals }),
            _ => self.reader.refuse(row, "hd::number_format", "definition-number-format", text),
        }
    }

    fn codes(&mut self, row: &SheetRow, repeat: Option<usize>) -> Option<Codes> {
        let text = self.reader.cell(row, "hd::code_system");
        if text.is_empty() {
            return None;
        }
        let Some(name) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) else {
            return match CodeSystem::by_name(text) {
                Some(system) => Some(Codes::Of(system)),
                None => self.reader.refuse(row, "hd::code_system", "definition-code-system", text),
            };
        };
        let by = self.reader.names.get(name).copied();
        let by = by.filter(|by| self.repeat_of[*by].is_none() || self.repeat_of[*by] == repeat);
        match by.map(|by| (by, self.kinds[by])) {
            Some((by, Kind::SelectOne(list))) => {
                let choices = self.reader.lists[list].choices.iter();
                let systems = choices.map(|choice| CodeSystem::by_name(&choice.code)).collect();
                Some(Codes::Told { by, systems })
            }
            _ => self.reader.refuse(row, "hd::code_system", "definition-code-system-variable", name),
        }
    }

    fn filter(&mut self, place: usize) -> Option<Expression> {
        let row = self.reader.planned[place].row;
        let text = self.reader.cell(row, "choice_filter").to_owned();
        if text.is_empty() {
            return None;
        }
        let (Kind::SelectOne(list) | Kind::SelectMultiple(list)) = self.kinds[place] else {
            return self.reader.refuse(row, "choice_filter", "definition-choice-filter", "");
        };
        let scope = self.scope(None, self.repeat_of[place], Purpose::Condition);
        match Expression::compile(&text, &Scope { columns: Some(list), ..scope }) {
            Ok(filter) => Some(filter),
            Err(fault) => {
                self.fault(fault, row, "choice_filter");
                None
            }
        }
    }

    /// What `authentic_source::` columns say.
    fn sources(&self, row: &SheetRow) -> Vec<(String, String)> {
        let columns = self.reader.sheet.header.iter().enumerate().filter_map(|(at, column)| {
            let (kind, source) = column.split_once("::")?;
            let is_source = kind.trim().eq_ignore_ascii_case("authentic_source");
            Some((source.trim().to_owned(), row.cell(Some(at))))
                .filter(|(_, cell)| is_source && !cell.is_empty())
        });
        columns.map(|(source, cell)| (source, cell.to_owned())).collect()
    }

    fn scope(&self, this: Option<usize>, repeat: Option<usize>, purpose: Purpose) -> Scope<'_> {
        Scope {
            variables: &self.reader.names,
            kinds: &self.kinds,
            calculated: &self.calculated,
            repeat_of: &self.repeat_of,
            repeats: &self.repeat_names,
            lists: &self.reader.lists,
            this,
            repeat,
            columns: None,
            purpose,
            room: &self.room,
        }
    }

    /// The condition of a row, with those of the groups around it.
    fn relevance(
        &mut self,
        row: &SheetRow,
        around: Option<Expression>,
        repeat: Option<usize>,
    ) -> Option<Expression> {
        let own = self.condition(row, "relevant", repeat);
        let room = around.as_ref().map_or(Ok(()), |around| self.room.take_text(around.text()));
        match room {
            Ok(()) => both(around, own),
            Err(fault) => {
                self.fault(fault, row, "relevant");
                own
            }
        }
    }

    fn condition(
        &mut self,
        row: &SheetRow,
        column: &'static str,
        repeat: Option<usize>,
    ) -> Option<Expression> {
        let text = self.reader.cell(row, column).to_owned();
        self.expression(row, column, &text, None, repeat)
    }

    fn expression(
        &mut self,
        row: &SheetRow,
        column: &'static str,
        text: &str,
        this: Option<usize>,
        repeat: Option<usize>,
    ) -> Option<Expression> {
        if text.is_empty() {
            return None;
        }
        let purpose = if this.is_some() { Purpose::Constraint } else { Purpose::Condition };
        match Expression::compile(text, &self.scope(this, repeat, purpose)) {
            Ok(expression) => Some(expression),
            Err(fault) => {
                self.fault(fault, row, column);
                None
            }
        }
    }

    fn fault(&mut self, fault: Fault, row: &SheetRow, column: &str) {
        self.reader.problems.push(located(fault, "survey", row.0, column));
    }

    pub(super) fn yes_or_no(&mut self, row: &SheetRow, column: &str) -> bool {
        truth(self.reader.cell(row, column)).unwrap_or_else(|| {
            let said = self.reader.cell(row, column).to_owned();
            self.reader.problem(row, column, "definition-yes-or-no", &said);
            false
        })
    }
}

/// Whether a default is worked out: it mentions a variable or calls a
/// function, which a bracket in a sentence does not.
pub(super) fn is_expression(default: &str) -> bool {
    let calls = |(at, _): (usize, &str)| default[..at].ends_with(|it: char| it.is_ascii_alphanumeric());
    default.contains("${") || default.match_indices('(').any(calls)
}

/// Whether the default of a variable of this type is worked out. `1 + 2` is a
/// text where one is wanted.
fn is_worked_out(default: &str, kind: Kind) -> bool {
    let is_number = matches!(kind, Kind::Integer | Kind::Decimal);
    is_expression(default) || (is_number && Decimal::parse(default, false).is_none())
}

fn is_literal(default: &str, kind: Kind) -> bool {
    match kind {
        Kind::Integer => Decimal::parse(default, false).is_some_and(Decimal::is_whole),
        Kind::Decimal => Decimal::parse(default, false).is_some(),
        Kind::Date => moment::date(default).is_ok(),
        Kind::Time => moment::time(default).is_ok(),
        Kind::DateTime => moment::date_time(default).is_ok(),
        Kind::Text | Kind::SelectOne(_) | Kind::SelectMultiple(_) => true,
    }
}

/// The codes of a default, of which several stand with blanks between them.
fn codes_of(default: &str, kind: Kind) -> Vec<&str> {
    match kind {
        Kind::SelectMultiple(_) => default
            .split(|sign: char| sign.is_whitespace() || sign == '|')
            .filter(|it| !it.is_empty())
            .collect(),
        _ => vec![default],
    }
}

fn both(one: Option<Expression>, other: Option<Expression>) -> Option<Expression> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.and(other)),
        (one, other) => one.or(other),
    }
}
