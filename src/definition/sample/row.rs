//! One fictitious row after the other.

use std::collections::HashSet;

use jiff::civil::{Date, Time};

use super::{
    TODAY,
    codes::{ANALYSES, Analysis, Coded, ICPC2},
    filler::Filler,
    mistake::{self, Mistake},
    people::Person,
    random::Random,
    repeat::{self, Made},
};
use crate::definition::{Definition, Instance, Required, Value, Values, Variable, expression::Expression};

/// How many rows a patient has at most.
pub(super) const MOST_ROWS: u64 = 60;

/// How many rows a patient has at most of whom there is one a year.
const MOST_YEARS: i16 = 15;

/// So often is a row or an instance drawn until it is right.
pub(super) const MOST_DRAWS: usize = 50;

/// Why there is no row.
pub(super) enum Failure {
    /// No value was found for this variable of the business key that its
    /// constraint leaves.
    Key(usize),
    /// No row was found that has as many instances of this repeat as its count
    /// asks for.
    Count(usize),
}

/// What rows have had of a pattern's texts.
#[derive(Clone, Default)]
pub(super) struct Spent {
    /// The number of the next one.
    pub(super) next: u64,
    /// Those that were used.
    pub(super) texts: HashSet<String>,
}

/// Makes the rows of one sample.
pub(super) struct Generator<'a> {
    pub(super) definition: &'a Definition,
    pub(super) cells: Vec<String>,
    pub(super) values: Vec<Value>,
    pub(super) random: Random,
    pub(super) picked: Vec<u32>,
    pub(super) fillers: Vec<Filler>,
    /// Variables whose rules speak of variables that come later.
    pub(super) unsettled: Vec<usize>,
    /// Those of them that were not relevant when it was their turn.
    pub(super) passed_over: Vec<usize>,
    pub(super) mistakes: Vec<(usize, Mistake)>,
    pub(super) errors_percent: f64,
    pub(super) seed: u64,
    /// The instances of each repeat in the row.
    pub(super) instances: Vec<Vec<Made>>,
    /// How many of them there may be.
    pub(super) widths: Vec<usize>,
    /// The number of the instance that is being made, from 1.
    pub(super) position: usize,
    /// Whether a repeat's count hangs on each variable.
    pub(super) drivers: Vec<bool>,
    pub(super) rows_vary: bool,
    /// Whether nothing but the texts of a pattern tells rows apart.
    pub(super) keys_must_differ: bool,
    pub(super) spent: Vec<Spent>,
    pub(super) person: Person,
    pub(super) people: u64,
    pub(super) rows_left: u64,
    pub(super) row_of_person: u64,
    pub(super) number: u64,
    pub(super) visit: Date,
    pub(super) visit_left: u64,
    pub(super) visit_time: Option<Time>,
    pub(super) analysis: &'static Analysis,
    pub(super) shows_range: bool,
    pub(super) coded: Coded,
    pub(super) reason: Option<Coded>,
}

impl<'a> Generator<'a> {
    pub(super) fn new(
        definition: &'a Definition,
        seed: u64,
        errors_percent: f64,
        widths: Vec<usize>,
    ) -> Self {
        let fillers = Filler::of(definition);
        let keys = definition.variables.iter().zip(&fillers).filter(|(variable, _)| variable.key);
        let rows_vary = keys.clone().any(|(_, filler)| filler.tells_rows_apart());
        let keys_must_differ = !keys.clone().any(|(_, filler)| filler.tells_people_apart());
        let unsettled = definition
            .variables
            .iter()
            .enumerate()
            .filter(|(_, variable)| {
                variable.relevant.is_some() || matches!(variable.required, Required::When(_))
            })
            .map(|(at, _)| at)
            .collect();
        let count = definition.variables.len();
        Self {
            definition,
            cells: vec![String::new(); count],
            values: vec![Value::Empty; count],
            random: Random::new(seed),
            picked: Vec::new(),
            mistakes: mistake::possible(definition),
            fillers,
            unsettled,
            passed_over: Vec::new(),
            errors_percent,
            seed,
            instances: vec![Vec::new(); widths.len()],
            widths,
            position: 0,
            drivers: repeat::drivers(definition),
            rows_vary,
            keys_must_differ,
            spent: vec![Spent::default(); count],
            person: Person::new(0, seed),
            people: 0,
            rows_left: 0,
            row_of_person: 0,
            number: 0,
            visit: TODAY,
            visit_left: 0,
            visit_time: None,
            analysis: &ANALYSES[0],
            shows_range: false,
            coded: ("", ""),
            reason: None,
        }
    }

    /// Makes row `number`, counted from 0.
    pub(super) fn row(&mut self, number: u64) -> Result<(), Failure> {
        self.number = number;
        self.turn_to_next();
        self.picked.clear();
        for at in 0..self.fillers.len() {
            self.cells[at].clear();
            self.values[at] = Value::Empty;
        }
        self.draw()?;
        if self.errors_percent > 0.0 && self.random.percent(self.errors_percent) {
            self.spoil();
        }
        Ok(())
    }

    /// Fills the row until it is right; its business key stays as it was first.
    fn draw(&mut self) -> Result<(), Failure> {
        let is_checked = !self.definition.repeats.is_empty() || !self.definition.calculated.is_empty();
        let mut drawn = self.fill_all();
        for _ in 1..MOST_DRAWS {
            if matches!(drawn, Err(Failure::Key(_))) {
                break;
            }
            if !is_checked || (drawn.is_ok() && self.is_whole()) {
                break;
            }
            for at in (0..self.fillers.len()).filter(|at| !self.definition.variables[*at].key) {
                self.cells[at].clear();
                self.values[at] = Value::Empty;
            }
            drawn = self.fill_all();
        }
        drawn
    }

    fn fill_all(&mut self) -> Result<(), Failure> {
        self.passed_over.clear();
        self.instances.iter_mut().for_each(Vec::clear);
        let definition = self.definition;
        let is_flat = |at: &usize| definition.variables[*at].repeat.is_none();
        for at in (0..self.fillers.len()).filter(is_flat) {
            if self.values[at].is_empty() {
                self.fill(at);
            }
        }
        self.work_out_all();
        for place in 0..self.unsettled.len() {
            if is_flat(&self.unsettled[place]) {
                self.settle(self.unsettled[place]);
            }
        }
        if let Some(at) = self.keyless() {
            return Err(Failure::Key(at));
        }
        self.work_out_all();
        self.fill_repeats().map_err(Failure::Count)?;
        self.work_out_all();
        Ok(())
    }

    fn work_out_all(&mut self) {
        let definition = self.definition;
        for at in &definition.calculated {
            if definition.variables[*at].repeat.is_none() {
                self.work_out(*at);
            }
        }
    }

    /// Whether the row outside of its repeats is right.
    fn is_whole(&self) -> bool {
        (0..self.fillers.len())
            .filter(|at| self.definition.variables[*at].repeat.is_none())
            .all(|at| self.is_right(at))
    }

    /// Whether a variable has a value if it must have one, and one that its rules
    /// leave.
    pub(super) fn is_right(&self, at: usize) -> bool {
        let variable = &self.definition.variables[at];
        if variable.calculation.is_some() {
            return true;
        }
        let is_asked = variable.relevant.as_ref().is_none_or(|rule| self.holds(rule) != Some(false));
        match (is_asked, self.values[at].is_empty()) {
            (is_asked, true) => !is_asked || self.fillers[at].decides() || !self.is_needed(variable),
            (false, false) => false,
            (true, false) => {
                variable.constraint.as_ref().is_none_or(|rule| self.holds(rule) != Some(false))
                    && self.is_offered(at)
            }
        }
    }

    fn is_needed(&self, variable: &Variable) -> bool {
        variable.key
            || match &variable.required {
                Required::Never => false,
                Required::Always => true,
                Required::When(when) => self.holds(when) == Some(true),
            }
    }

    /// A variable of the business key whose constraint leaves so few texts that
    /// not each of so many rows has its own, with their number.
    pub(super) fn too_narrow(&self, rows: u64) -> Option<(usize, u64)> {
        let keys = (0..self.fillers.len()).filter(|at| self.definition.variables[*at].key);
        let rooms = keys.filter_map(|at| match &self.fillers[at] {
            Filler::Pattern(pattern) => Some((at, pattern.room())),
            _ => None,
        });
        rooms.max_by_key(|(_, room)| *room).filter(|(_, room)| self.keys_must_differ && *room < rows)
    }

    fn keyless(&self) -> Option<usize> {
        (0..self.fillers.len()).find(|at| {
            let variable = &self.definition.variables[*at];
            variable.key
                && variable.constraint.is_some()
                && self.values[*at].is_empty()
                && !self.fillers[*at].decides()
                && variable.relevant.as_ref().is_none_or(|relevant| self.holds(relevant) != Some(false))
        })
    }

    /// Whether an expression holds in the row so far.
    pub(super) fn holds(&self, expression: &Expression) -> Option<bool> {
        let cells: Vec<&str> = match expression.node().compares_text() {
            true => self.cells.iter().map(String::as_str).collect(),
            false => Vec::new(),
        };
        expression.evaluate(&self.seen(&cells, &self.repeats()))
    }

    /// Whether the variable's filter leaves its choices.
    fn is_offered(&self, at: usize) -> bool {
        let variable = &self.definition.variables[at];
        let (Some(filter), Some(list)) = (&variable.filter, self.definition.list_of(variable)) else {
            return true;
        };
        let cells: Vec<&str> = self.cells.iter().map(String::as_str).collect();
        let repeats = self.repeats();
        let values = self.seen(&cells, &repeats);
        let leaves = |choice: u32| {
            let choice = list.choices.get(choice as usize);
            filter.evaluate(&Values { choice, ..values }) != Some(false)
        };
        match self.values[at] {
            Value::Choice(choice) => leaves(choice),
            _ => values.choices(at).iter().all(|choice| leaves(*choice)),
        }
    }

    pub(super) fn seen<'b>(&'b self, cells: &'b [&'b str], repeats: &'b [Vec<Instance<'b>>]) -> Values<'b> {
        Values {
            lists: &self.definition.lists,
            language: self.definition.language,
            repeats,
            position: self.position,
            ..Values::plain(cells, &self.values, &self.picked, TODAY)
        }
    }

    fn turn_to_next(&mut self) {
        if self.rows_left == 0 {
            self.person = Person::new(self.people, self.seed);
            self.people += 1;
            self.rows_left = if self.rows_vary { 20 + self.random.below(MOST_ROWS - 19) } else { 1 };
            if self.fillers.iter().any(|filler| matches!(filler, Filler::YearOfRow)) {
                let years = TODAY.year() - self.person.birth.year() + 1;
                self.rows_left = self.rows_left.min(years.clamp(1, MOST_YEARS) as u64);
            }
            self.row_of_person = 0;
            self.visit_left = 0;
        } else {
            self.row_of_person += 1;
        }
        self.rows_left -= 1;
        if self.visit_left == 0 {
            self.visit_left = 1 + self.random.below(14);
            self.visit = self.day_between(self.person.birth, TODAY);
            let minutes = self.random.below(600);
            self.visit_time = (self.random.below(10) < 3)
                .then(|| Time::constant(8 + (minutes / 60) as i8, (minutes % 60) as i8, 0, 0));
        }
        self.visit_left -= 1;
        self.analysis = &ANALYSES[self.random.below(ANALYSES.len() as u64) as usize];
        self.shows_range = self.random.below(10) < 4;
        self.coded = ("", "");
        self.reason = (self.random.below(2) == 0).then(|| self.random.one(&ICPC2));
    }

    pub(super) fn fill(&mut self, at: usize) {
        let variable = &self.definition.variables[at];
        if variable.calculation.is_some() {
            return self.work_out(at);
        }
        if let Some(relevant) = &variable.relevant
            && self.holds(relevant) == Some(false)
        {
            self.passed_over.push(at);
            return;
        }
        if self.is_needed(variable) || self.fillers[at].decides() || self.random.below(10) < 7 {
            self.try_values(at);
        }
    }

    /// Rules may speak of later variables, so they are asked once more.
    pub(super) fn settle(&mut self, at: usize) {
        let variable = &self.definition.variables[at];
        if variable.calculation.is_some() {
            return self.work_out(at);
        }
        let is_relevant =
            variable.relevant.as_ref().is_none_or(|relevant| self.holds(relevant) != Some(false));
        if !is_relevant {
            self.cells[at].clear();
            self.values[at] = Value::Empty;
        } else if let Some(place) = self.passed_over.iter().position(|passed| *passed == at) {
            self.passed_over.swap_remove(place);
            self.fill(at);
        } else if self.values[at].is_empty() && self.is_needed(variable) {
            self.try_values(at);
        }
    }

    /// Takes the first value that fulfils the constraint; none if none of
    /// several does.
    fn try_values(&mut self, at: usize) {
        let constraint = self.definition.variables[at].constraint.as_ref();
        for attempt in 0..20 {
            self.cells[at].clear();
            self.values[at] = self.value(at, attempt);
            if self.values[at].is_empty()
                || (constraint.is_none_or(|constraint| self.holds(constraint) != Some(false))
                    && self.is_offered(at))
            {
                return;
            }
        }
        self.cells[at].clear();
        self.values[at] = Value::Empty;
    }

    /// Makes one of the mistakes that the row can have.
    fn spoil(&mut self) {
        if self.mistakes.is_empty() {
            return;
        }
        let start = self.random.below(self.mistakes.len() as u64) as usize;
        for step in 0..self.mistakes.len() {
            let (at, mistake) = self.mistakes[(start + step) % self.mistakes.len()];
            if mistake.make(at, self) {
                return;
            }
        }
    }
}
