//! What the page of a form shows, from top to bottom.

use serde::Serialize;

use super::{
    answers::Answers,
    control::{Choice, control, options, searched, shaped, words},
    counted::awaited,
    judged::{Judged, label},
    stored::{How, Stored},
    typed::{self, InInstance, Typed},
};
use crate::{
    definition::{Definition, Item, Kind, List, Role, Texts, Variable},
    language::Language,
    validate::Wanted,
};

/// A part of the page: the beginning or end of something, or a field.
#[derive(Debug, Default, Serialize)]
pub struct Part {
    /// `section`, `group`, `repeat`, `instance` and their ends `end-…`; `note`,
    /// `field`.
    pub kind: &'static str,
    /// Its id on the page.
    pub id: String,
    /// The title, or the note's text.
    pub title: String,
    /// Whether its texts speak of answers, and so change with them.
    pub speaks: bool,
    /// Whether it is shown at present.
    pub shown: bool,
    /// The name of a repeat, or its instance's.
    pub name: String,
    /// An instance's number, or how many instances a repeat has.
    pub number: usize,
    /// Whether a person may add an instance to a repeat.
    pub may_grow: bool,
    /// Whether a person may take the instance away.
    pub may_go: bool,
    /// Of a repeat with a count, how many instances it has and has to have; the
    /// script of the page gets it anew where this changes.
    pub shape: String,
    /// The labels of the answers without which it is not known how many.
    pub awaits: Option<String>,
    /// What is wrong with a repeat as such.
    pub wrong: Option<String>,
    /// The field.
    pub field: Option<Field>,
}

/// A field.
#[derive(Debug, Default, Serialize)]
pub struct Field {
    /// How it is filled in: `text`, `lines`, `whole`, `decimal`, `date`, `time`,
    /// `moment`, `radio`, `boxes`, `select`, `search`; or `shown` for a value
    /// that is not changed, `locked` for one that is part of the key.
    pub control: &'static str,
    /// The value as typed; nothing where it is not shown.
    pub value: String,
    /// The value in words, of what is not changed.
    pub words: String,
    /// What explains it.
    pub hint: String,
    /// What explains it further.
    pub guidance: String,
    /// Whether it must have a value.
    pub required: bool,
    /// Whether its stored value stays if nothing is typed.
    pub hidden_value: bool,
    /// In which stored instance of its repeat that value is, from 1.
    pub kept: Option<usize>,
    /// Whether digits are typed.
    pub digits: bool,
    /// Choices. Those of a `search` stand on the page once for all its fields,
    /// unless they are narrowed here.
    pub options: Vec<Choice>,
    /// The id of the choices that a `search` shares.
    pub list: String,
    /// Whether other answers may leave some of the choices only.
    pub is_filtered: bool,
    /// Whether they do, so that a `search` has its own.
    pub is_narrowed: bool,
    /// What is wrong with it.
    pub wrong: Option<String>,
    /// What is remarkable about it.
    pub warning: Option<String>,
}

/// The choices that fields on the page share.
#[derive(Debug, Serialize)]
pub struct Shared {
    /// Their id on the page.
    pub id: String,
    /// They.
    pub options: Vec<Choice>,
    /// Whether some field narrows them, so that the script has to know their
    /// codes.
    pub is_filtered: bool,
}

/// What the parts are made of.
pub struct Making<'a> {
    /// What is filled in.
    pub definition: &'a Definition,
    /// As it was typed.
    pub typed: &'a Typed,
    /// As it was judged.
    pub judged: &'a Judged,
    /// What it goes on from.
    pub stored: Option<&'a Stored>,
    /// The version that it was begun in, if that is another one.
    pub begun: Option<&'a Definition>,
    /// In which it is shown.
    pub language: Language,
}

impl Making<'_> {
    /// The parts. Every beginning has its end.
    pub fn parts(&self) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let mut open: Vec<&'static str> = Vec::new();
        let mut inside = false;
        for (at, item) in self.definition.layout.iter().enumerate() {
            match item {
                Item::RepeatEnd => inside = false,
                // Shown with their repeat, once for each instance.
                _ if inside => {}
                Item::Group { labels, .. } => {
                    if open.last() == Some(&"loose") {
                        end(&mut parts, &mut open);
                    }
                    let kind = if open.is_empty() { "section" } else { "group" };
                    parts.push(self.titled(kind, format!("g-{at}"), (labels, ""), None));
                    open.push(kind);
                }
                Item::GroupEnd => end(&mut parts, &mut open),
                Item::Repeat(place) => {
                    self.loosen(at, &mut parts, &mut open);
                    self.repeat(at, *place, &mut parts);
                    inside = true;
                }
                Item::Note { labels, .. } => {
                    self.loosen(at, &mut parts, &mut open);
                    let shown = self.judged.seen.notes.get(at).copied().unwrap_or(true);
                    parts.push(Part { shown, ..self.titled("note", format!("t-{at}"), (labels, ""), None) });
                }
                Item::Variable(place) => {
                    self.loosen(at, &mut parts, &mut open);
                    let value = &self.typed.cells[*place];
                    parts.extend(self.field(*place, value, None));
                }
            }
        }
        while !open.is_empty() {
            end(&mut parts, &mut open);
        }
        tidy(parts)
    }

    /// What stands outside of all groups stands in a section of its own.
    fn loosen(&self, at: usize, parts: &mut Vec<Part>, open: &mut Vec<&'static str>) {
        if open.is_empty() {
            parts.push(Part { kind: "section", id: format!("g-{at}"), ..Part::default() });
            open.push("loose");
        }
    }

    /// The instances of the repeat that begins with item `begin` of the layout.
    fn repeat(&self, begin: usize, place: usize, parts: &mut Vec<Part>) {
        let repeat = &self.definition.repeats[place];
        let instances = &self.typed.repeats[place];
        let id = format!("r-{}", repeat.name);
        let wrong = self.judged.found.iter().find(|found| found.field == id && found.is_wrong);
        let titled = |kind, id, instance| self.titled(kind, id, (&repeat.labels, &repeat.name), instance);
        let whole = titled("repeat", id, None);
        let (id, title, speaks) = (whole.id.clone(), whole.title.clone(), whole.speaks);
        let seen = self.judged.seen.repeats.get(place).copied();
        let wanted = self.judged.wanted(place);
        let is_open = seen.is_some_and(|seen| seen.relevant && seen.wanted == Wanted::Unknown);
        let awaits = is_open
            .then(|| awaited(self.definition, self.typed, self.judged, place, self.language).join(", "));
        let is_empty = wanted.is_some() && instances.is_empty() && !is_open && wrong.is_none();
        let shown = seen.is_none_or(|seen| seen.relevant) && !is_empty;
        let may_grow = repeat.count.is_none() && instances.len() < typed::most_instances(self.definition);
        // Who has more of them than there must be decides which ones go.
        let may_go = repeat.count.is_none() || wanted.is_some_and(|wanted| instances.len() > wanted);
        parts.push(Part {
            shown,
            name: repeat.name.clone(),
            number: instances.len(),
            wrong: wrong.map(|found| found.text.clone()),
            shape: match (&repeat.count, wanted) {
                (None, _) => String::new(),
                (Some(_), None) => format!("{}", instances.len()),
                (Some(_), Some(_)) if is_open => format!("{}/?", instances.len()),
                (Some(_), Some(wanted)) => format!("{}/{wanted}", instances.len()),
            },
            awaits,
            ..whole
        });
        for (at, cells) in instances.iter().enumerate() {
            let number = at + 1;
            let of = (place, repeat.variables.start, number);
            let part = titled("instance", format!("r-{}-{number}", repeat.name), Some(of));
            parts.push(Part {
                title: format!("{} {number}", part.title),
                name: repeat.name.clone(),
                number,
                shown,
                may_go,
                ..part
            });
            self.instance(begin, of, cells, parts);
            parts.push(Part { kind: "end-instance", ..Part::default() });
        }
        parts.push(Part {
            kind: "end-repeat",
            id,
            name: repeat.name.clone(),
            title,
            speaks,
            may_grow,
            ..Part::default()
        });
    }

    fn instance(&self, from: usize, of: InInstance, cells: &[String], parts: &mut Vec<Part>) {
        let (repeat, first, number) = of;
        let items = self.definition.layout.iter().enumerate().skip(from + 1);
        for (at, item) in items.take_while(|(_, item)| !matches!(item, Item::RepeatEnd)) {
            match item {
                Item::Group { labels, .. } => {
                    parts.push(self.titled("group", format!("g-{at}-{number}"), (labels, ""), Some(of)));
                }
                Item::GroupEnd => parts.push(Part { kind: "end-group", ..Part::default() }),
                Item::Note { labels, .. } => {
                    let shown = self.judged.notes(at, (repeat, from, number));
                    let note = self.titled("note", format!("t-{at}-{number}"), (labels, ""), Some(of));
                    parts.push(Part { shown, ..note });
                }
                Item::Variable(place) => {
                    parts.extend(self.field(*place, &cells[place - first], Some(of)));
                }
                // There is no repeat in a repeat.
                Item::Repeat(_) | Item::RepeatEnd => {}
            }
        }
    }

    fn field(&self, at: usize, value: &str, instance: Option<InInstance>) -> Option<Part> {
        let variable = &self.definition.variables[at];
        let look = self.judged.look(at, instance);
        let is_given = variable.calculation.is_some() || variable.read_only;
        let is_silent = is_given && variable.labels.is_empty();
        let shown = !is_silent && look.is_none_or(|look| look.relevant);
        let value = match look {
            Some(look) if variable.calculation.is_some() => look.value.as_str(),
            _ => value,
        };
        // What only helps to calculate is nobody's. What systems fill in is shown
        // to nobody without a label, and stays.
        let is_nothing = match variable.calculation {
            Some(_) => is_silent,
            None => is_given && value.is_empty(),
        };
        if is_nothing {
            return None;
        }
        let id = match instance {
            None => typed::flat_name(variable),
            Some((repeat, _, number)) => {
                typed::inner_name(&self.definition.repeats[repeat].name, number, variable)
            }
        };
        let list = self.definition.list_of(variable);
        let stored = self.stored;
        let is_locked = instance.is_none() && stored.is_some_and(|stored| stored.locks(variable));
        let hidden_value = stored.is_some_and(|stored| stored.keeps(self.definition, at, value));
        let kept = stored.and_then(|stored| stored.instance_with(self.definition, at, value));
        // Neither its choice nor its kind of field tells it either.
        let value = if hidden_value { "" } else { value };
        let control = match () {
            () if is_locked => "locked",
            () if is_given => "shown",
            () => control(variable, list, value),
        };
        let left = look.and_then(|look| look.choices.as_deref());
        let is_narrowed = left.zip(list).is_some_and(|(left, list)| left.len() < list.choices.len());
        let own = |is_wrong: bool| {
            let found = self.judged.found.iter().find(|it| it.field == id && it.is_wrong == is_wrong);
            found.map(|found| found.text.clone())
        };
        let field = Field {
            control,
            words: match hidden_value {
                true => self.language.text("entry-not-shown", &[]),
                false => words(list, value, self.language),
            },
            value: shaped(control, list, self.list_before(variable), value, self.language),
            hint: self.told(&variable.hints, instance),
            guidance: self.told(&variable.guidance, instance),
            required: look.is_some_and(|look| look.required) && !is_given,
            hidden_value,
            kept,
            list: list_id(variable),
            is_filtered: variable.filter.is_some(),
            is_narrowed,
            digits: variable.role == Some(Role::Patient)
                || matches!(variable.role, Some(Role::Physician | Role::Enterprise)),
            options: match (control, list) {
                ("locked" | "shown", _) => Vec::new(),
                ("search", Some(list)) if is_narrowed => searched(list, left, self.language),
                ("search", _) => Vec::new(),
                _ => options(variable, list, self.list_before(variable), value, left, self.language),
            },
            wrong: own(true),
            warning: own(false),
        };
        let part = self.titled("field", id, (&variable.labels, &variable.name), instance);
        let others = [&variable.hints, &variable.guidance];
        Some(Part {
            shown,
            speaks: part.speaks || others.iter().any(|texts| self.speaks(texts)),
            field: Some(field),
            ..part
        })
    }

    /// The choices that fields share, also those of instances that are still to
    /// come.
    pub fn shared(&self) -> Vec<Shared> {
        let mut shared: Vec<Shared> = Vec::new();
        for variable in &self.definition.variables {
            let is_typed = variable.calculation.is_none()
                && !variable.read_only
                && !self.stored.is_some_and(|stored| stored.locks(variable));
            let list = self.definition.list_of(variable).filter(|_| is_typed);
            let Some(list) = list.filter(|list| control(variable, Some(list), "") == "search") else {
                continue;
            };
            let (id, is_filtered) = (list_id(variable), variable.filter.is_some());
            match shared.iter_mut().find(|known| known.id == id) {
                Some(known) => known.is_filtered |= is_filtered,
                None => {
                    let options = searched(list, None, self.language);
                    shared.push(Shared { id, options, is_filtered });
                }
            }
        }
        shared
    }

    /// A part with its label, or its name where there is none.
    fn titled(
        &self,
        kind: &'static str,
        id: String,
        (labels, name): (&Texts, &str),
        instance: Option<InInstance>,
    ) -> Part {
        let title = match self.told(labels, instance) {
            title if title.is_empty() => name.to_owned(),
            title => title,
        };
        Part { kind, id, title, speaks: self.speaks(labels), ..Part::default() }
    }

    /// A text with the answers that it speaks of.
    fn told(&self, texts: &Texts, instance: Option<InInstance>) -> String {
        let Self { definition, typed, stored, language, .. } = *self;
        Answers { definition, typed, seen: &self.judged.seen, stored, language }
            .tell(texts, instance)
            .into_owned()
    }

    fn speaks(&self, texts: &Texts) -> bool {
        texts.pieces(self.language).is_some()
    }

    /// The list that the variable chose from in the version that this was begun
    /// in.
    fn list_before(&self, variable: &Variable) -> Option<&List> {
        let begun = self.begun?;
        begun.list_of(begun.variables.iter().find(|other| other.name == variable.name)?)
    }

    /// The labels of what was taken from an earlier registration.
    pub fn prefilled(&self) -> Vec<&str> {
        let Some(stored) = self.stored.filter(|stored| stored.how == How::Prefill) else { return Vec::new() };
        let variables = self.definition.variables.iter().zip(&stored.cells.cells);
        let taken = variables.filter(|(_, cell)| !cell.is_empty());
        taken.map(|(variable, _)| label(variable.labels.get(self.language), &variable.name)).collect()
    }
}

/// The id of the choices of a variable's list on the page.
fn list_id(variable: &Variable) -> String {
    match variable.kind {
        Kind::SelectOne(list) => format!("l-{list}"),
        _ => String::new(),
    }
}

fn end(parts: &mut Vec<Part>, open: &mut Vec<&'static str>) {
    let kind = if open.pop() == Some("group") { "end-group" } else { "end-section" };
    parts.push(Part { kind, ..Part::default() });
}

/// Leaves out what holds nothing, and shows what holds something shown.
fn tidy(parts: Vec<Part>) -> Vec<Part> {
    let mut tidy: Vec<Part> = Vec::with_capacity(parts.len());
    let mut open: Vec<usize> = Vec::new();
    for part in parts {
        match part.kind {
            "section" | "group" => {
                open.push(tidy.len());
                tidy.push(part);
            }
            "end-section" | "end-group" => {
                let Some(begin) = open.pop() else { continue };
                if begin + 1 == tidy.len() {
                    tidy.pop();
                    continue;
                }
                if let (Some(around), true) = (open.last(), tidy[begin].shown) {
                    tidy[*around].shown = true;
                }
                tidy.push(part);
            }
            _ => {
                if let (Some(around), true) = (open.last(), part.shown) {
                    tidy[*around].shown = true;
                }
                tidy.push(part);
            }
        }
    }
    tidy
}
