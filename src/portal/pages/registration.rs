//! One registration: its values in the words of its definition, its way, its
//! versions.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::{
    entry_place::is_gone,
    group::person,
    registration_list::{kind, scopes},
};
use crate::{
    definition::{Choice, Definition, Item, Kind, Variable},
    domain::{
        member::not_found,
        organisation::OrganisationId,
        registration::{RegistrationId, State},
        role::Permission,
    },
    error::{Code, Result},
    language::{Arg, Language},
    portal::{
        answer::Answer,
        content::content,
        format,
        values::{Json, values},
        visit::Visit,
    },
    store::{
        Tx, definition, entry,
        history::{self, Batch, Version, Whole},
        import,
        listing::{self, Listed},
        withdrawal::{self, Withdrawal},
    },
};

/// What stands for a value that is not shown.
const MASK: &str = "••••••";

/// A value of the registration, or the title of a section.
#[derive(Serialize)]
struct Line {
    label: String,
    /// None for a title.
    value: Option<String>,
    is_masked: bool,
    /// What the version before had, if that is something else.
    before: Option<String>,
}

/// A step of the registration's way.
#[derive(Serialize)]
struct Step {
    at: Option<i64>,
    kind: &'static str,
    text: String,
}

/// The page.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let id = RegistrationId(visit.number("registration")?);
    let shown = visit.read(|tx| Shown::read(visit, tx, id))?;
    page(visit, &shown, false)
}

/// The page with the patient's identifiers in clear, which is written down.
pub fn identify(visit: &Visit<'_>) -> Result<Answer> {
    let id = RegistrationId(visit.number("registration")?);
    let shown = visit.write(|tx| {
        reached(visit, tx, id, Permission::IdentifiersShow)?;
        visit.audit(tx, "identifiers.show", &json!({ "registration": id.0 }))?;
        Shown::read(visit, tx, id)
    })?;
    page(visit, &shown, true)
}

/// The registration in short, if it is the group's and the person may do this
/// with it.
///
/// # Errors
///
/// `NotFound`.
pub fn reached(visit: &Visit<'_>, tx: &Tx<'_>, id: RegistrationId, permission: Permission) -> Result<Listed> {
    let scopes = scopes(visit, &definition::stored(tx)?, permission)?;
    listing::one(tx, visit.group()?.id, &scopes, id)?.ok_or_else(not_found)
}

/// All that the page is made of.
struct Shown {
    listed: Listed,
    whole: Whole,
    before: Option<BTreeMap<String, Json>>,
    definition: Definition,
    file: String,
    versions: Vec<Version>,
    withdrawal: Option<Withdrawal>,
    is_entered: bool,
    may: [bool; 2],
}

impl Shown {
    fn read(visit: &Visit<'_>, tx: &Tx<'_>, id: RegistrationId) -> Result<Self> {
        let group = visit.group()?.id;
        let listed = reached(visit, tx, id, Permission::RegistrationsRead)?;
        let whole = history::whole(tx, group, id)?;
        // Another author's version is not this person's to see.
        let mut versions = Vec::new();
        for version in history::versions(tx, group, &whole.key)? {
            let id = RegistrationId(version.id);
            match reached(visit, tx, id, Permission::RegistrationsRead) {
                Ok(_) => versions.push(version),
                Err(error) if error.code == Code::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        let at = versions.iter().position(|version| version.id == id.0);
        let before = at.and_then(|at| versions.get(at + 1)).map(|version| RegistrationId(version.id));
        let mut withdrawal = withdrawal::get(tx, group, id)?;
        if let Some(withdrawal) = &mut withdrawal {
            withdrawal.actor = person(tx, visit.language, &withdrawal.actor)?;
        }
        let may = [Permission::IdentifiersShow, Permission::RegistrationsEdit]
            .map(|permission| reached(visit, tx, id, permission).is_ok());
        Ok(Self {
            before: before.map(|before| stored_values(tx, group, before)).transpose()?,
            definition: definition::get(tx, whole.definition)?,
            file: import::get(tx, group, whole.import)?.file,
            is_entered: entry::is_entered(tx, whole.import)?,
            listed,
            whole,
            versions,
            withdrawal,
            may,
        })
    }

    /// What a correction that replaced it says.
    fn successor(&self) -> Option<&Version> {
        let at = self.versions.iter().position(|version| version.id == self.whole.id.0)?;
        self.versions.get(at.checked_sub(1)?)
    }
}

fn page(visit: &Visit<'_>, shown: &Shown, in_clear: bool) -> Result<Answer> {
    let state = shown.listed.state;
    let [may_identify, may_edit] = shown.may;
    let content = content! {
        id => shown.whole.id.0,
        name => format!("{} {}", shown.definition.name, shown.definition.version),
        title => shown.definition.titles.get(visit.language),
        state,
        kind => kind(state),
        revision => shown.listed.revision,
        author => shown.listed.author,
        coauthor => shown.listed.coauthor,
        row => shown.whole.row,
        file => shown.file,
        lines => lines(visit.language, shown, in_clear),
        way => way(visit, shown),
        versions => shown.versions,
        in_clear,
        may_identify,
        may_withdraw => may_edit && !is_gone(state),
        may_edit => may_edit && !is_gone(state) && visit.group()?.takes(&shown.definition.name),
        is_draft => state == State::Open,
        may_enter => visit.permits(Permission::RegistrationsEnter),
    };
    Ok(visit.page("registration.html", content))
}

/// The values that the definition knows, in its order and words.
fn lines(language: Language, shown: &Shown, in_clear: bool) -> Vec<Line> {
    let values = values(&shown.definition, &shown.whole);
    let before = &shown.before;
    let telling = telling(&shown.definition, &values);
    let line = |at: usize, value: Option<&Json>, earlier: Option<Option<&Json>>| {
        let variable = &shown.definition.variables[at];
        let earlier = earlier.filter(|earlier| *earlier != value);
        if value.is_none() && earlier.is_none() {
            return None;
        }
        let text =
            |value: Option<&Json>| match value.map(|it| text(&shown.definition, variable, it, language)) {
                None => String::new(),
                Some(text) if in_clear || (!variable.identifies && !tells(&text, &telling)) => text,
                Some(_) => MASK.to_owned(),
            };
        let value = text(value);
        Some(Line {
            label: variable.label(language).to_owned(),
            is_masked: value == MASK,
            value: Some(value),
            before: earlier.map(text),
        })
    };
    let title = |label: String| Line { label, value: None, is_masked: false, before: None };
    let mut lines = Vec::new();
    let mut inside = false;
    for item in &shown.definition.layout {
        match item {
            Item::RepeatEnd => inside = false,
            // Told with their repeat.
            _ if inside => {}
            Item::Group { labels, .. } => lines.push(title(labels.get(language).to_owned())),
            Item::Variable(at) => {
                let name = &shown.definition.variables[*at].name;
                let earlier = before.as_ref().map(|before| before.get(name));
                lines.extend(line(*at, values.get(name), earlier));
            }
            Item::Repeat(place) => {
                inside = true;
                let repeat = &shown.definition.repeats[*place];
                let now = instances(values.get(&repeat.name));
                let earlier = before.as_ref().map(|before| instances(before.get(&repeat.name)));
                for number in 0..now.len().max(earlier.as_ref().map_or(0, Vec::len)) {
                    let label = match repeat.labels.get(language) {
                        "" => repeat.name.as_str(),
                        label => label,
                    };
                    lines.push(title(format!("{label} {}", number + 1)));
                    for at in repeat.variables.clone() {
                        let name = &shown.definition.variables[at].name;
                        let of = |all: &[&BTreeMap<String, Json>]| {
                            all.get(number).and_then(|instance| instance.get(name)).cloned()
                        };
                        let (now, earlier) = (of(&now), earlier.as_ref().map(|earlier| of(earlier)));
                        lines.extend(line(at, now.as_ref(), earlier.as_ref().map(Option::as_ref)));
                    }
                }
            }
            Item::GroupEnd | Item::Note { .. } => {}
        }
    }
    // A section of which nothing is filled in has no title either.
    let is_title = |line: Option<&Line>| line.is_none_or(|line| line.value.is_none());
    let empty: Vec<bool> =
        (0..lines.len()).map(|at| lines[at].value.is_none() && is_title(lines.get(at + 1))).collect();
    lines.into_iter().zip(empty).filter(|(_, is_empty)| !is_empty).map(|(line, _)| line).collect()
}

fn stored_values(tx: &Tx<'_>, group: OrganisationId, id: RegistrationId) -> Result<BTreeMap<String, Json>> {
    let whole = history::whole(tx, group, id)?;
    Ok(values(&definition::get(tx, whole.definition)?, &whole))
}

/// The instances of a repeat.
fn instances(value: Option<&Json>) -> Vec<&BTreeMap<String, Json>> {
    value.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_object).collect()
}

/// The numbers by which the patient could be told in other values.
fn telling(definition: &Definition, values: &BTreeMap<String, Json>) -> Vec<String> {
    use crate::definition::Role::{Patient, PatientInternal};
    let value = |role| values.get(&definition.variables[definition.with_role(role)?].name)?.as_str();
    let numbers = [Patient, PatientInternal].into_iter().filter_map(value).map(digits);
    numbers.filter(|number| number.len() >= 6).collect()
}

fn tells(text: &str, telling: &[String]) -> bool {
    let digits = digits(text);
    telling.iter().any(|number| digits.contains(number.as_str()))
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A value as a person reads it: labels for codes, days as the language writes
/// them.
fn text(definition: &Definition, variable: &Variable, value: &Json, language: Language) -> String {
    let label = |value: &Json| {
        let list = definition.list_of(variable)?;
        let is_it = |choice: &&Choice| value.as_str() == Some(choice.code.as_str());
        let choice = list.choices.iter().find(is_it)?;
        Some(match choice.labels.get(language) {
            "" => choice.code.clone(),
            label if label == choice.code => label.to_owned(),
            label => format!("{label} ({})", choice.code),
        })
    };
    match value {
        Json::Array(values) => {
            let texts = values.iter().map(|value| text(definition, variable, value, language));
            texts.collect::<Vec<_>>().join(", ")
        }
        Json::String(text) => label(value).unwrap_or_else(|| match variable.kind {
            Kind::Date => format::date(language, text),
            _ => text.clone(),
        }),
        Json::Number(digits) => digits.clone(),
        Json::Bool(truth) => label(value).unwrap_or_else(|| truth.to_string()),
        Json::Null | Json::Object(_) => String::new(),
    }
}

/// What happened to it, in order.
fn way(visit: &Visit<'_>, shown: &Shown) -> Vec<Step> {
    let say = |id: &str, args: &[(&str, Arg)]| visit.text(id, args);
    let state = shown.listed.state;
    let mut way = vec![Step {
        at: Some(shown.listed.arrived_at),
        kind: "good",
        text: say(
            if shown.is_entered { "way-entered" } else { "way-received" },
            &[("file", shown.file.as_str().into()), ("row", u64::from(shown.whole.row).into())],
        ),
    }];
    if state == State::Open {
        way.push(Step { at: None, kind: "", text: say("way-draft", &[]) });
    }
    if state == State::Submitted {
        way.push(Step { at: None, kind: "", text: say("way-waits", &[]) });
    }
    for name in shown.whole.held.iter().flat_map(|reasons| reasons.names()) {
        way.push(Step { at: None, kind: "warn", text: say(&format!("way-held-{name}"), &[]) });
    }
    if let Some(batch) = &shown.whole.batch {
        of_batch(visit, batch, "way-sealed", &mut way);
        if let Some(reason) = &shown.whole.refusal {
            let args = [("reason", reason.as_str().into())];
            way.push(Step { at: batch.ended_at, kind: "bad", text: say("way-refused", &args) });
        }
    }
    if let Some(by) = shown.successor().filter(|_| state == State::Superseded) {
        let args = [("revision", (by.revision.max(0) as u64).into())];
        way.push(Step { at: Some(by.arrived_at), kind: "", text: say("way-superseded", &args) });
    }
    if let Some(withdrawal) = &shown.withdrawal {
        let reason = say(&format!("withdraw-reason-{}", withdrawal.reason), &[]);
        let args = [("who", withdrawal.actor.as_str().into()), ("reason", reason.into())];
        way.push(Step { at: Some(withdrawal.at), kind: "warn", text: say("way-withdrawn", &args) });
        if !withdrawal.note.is_empty() {
            way.push(Step { at: None, kind: "", text: withdrawal.note.clone() });
        }
        match &withdrawal.batch {
            Some(batch) => of_batch(visit, batch, "way-withdrawal-sealed", &mut way),
            None if withdrawal.is_told => {
                way.push(Step { at: None, kind: "", text: say("way-withdrawal-waits", &[]) });
            }
            None => {}
        }
    }
    way
}

/// The steps of a batch: sealed, delivered, judged, codes deleted.
fn of_batch(visit: &Visit<'_>, batch: &Batch, sealed: &str, way: &mut Vec<Step>) {
    let say = |id: &str, args: &[(&str, Arg)]| visit.text(id, args);
    let line = batch.line.unwrap_or_default() as u64;
    way.push(Step {
        at: Some(batch.created_at),
        kind: "good",
        text: say(sealed, &[("batch", batch.name.as_str().into()), ("line", line.into())]),
    });
    for stream in &batch.deliveries {
        let (kind, id) = match stream.state.as_str() {
            "sent" => ("good", "way-delivered"),
            "parked" => ("bad", "way-parked"),
            "dissolved" => continue,
            _ => ("", "way-queued"),
        };
        let receipt = stream.receipt.as_deref().unwrap_or_default();
        let service = say(&format!("way-service-{}", stream.service), &[]);
        way.push(Step {
            at: Some(stream.changed_at),
            kind,
            text: say(id, &[("service", service.into()), ("receipt", receipt.into())]),
        });
    }
    match batch.state {
        Some(State::Sent) => way.push(Step { at: None, kind: "", text: say("way-asked", &[]) }),
        Some(State::Consolidated) => {
            way.push(Step { at: batch.ended_at, kind: "good", text: say("way-consolidated", &[]) });
        }
        Some(State::Refused) => {
            let args = [("reason", batch.reason.as_deref().unwrap_or("–").into())];
            way.push(Step { at: batch.ended_at, kind: "bad", text: say("way-batch-refused", &args) });
        }
        _ => {}
    }
    if batch.codes_deleted {
        way.push(Step { at: batch.ended_at, kind: "good", text: say("way-codes-deleted", &[]) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::registration::HoldReasons;

    #[test]
    fn every_step_that_is_made_up_of_a_name_has_a_text() {
        let held = HoldReasons::ALL.map(|(_, name)| format!("way-held-{name}"));
        let reasons = withdrawal::REASONS.map(|reason| format!("withdraw-reason-{reason}"));
        let services = ["platform", "ttp"].map(|service| format!("way-service-{service}"));
        for id in held.iter().chain(&reasons).chain(&services) {
            for language in Language::ALL {
                assert!(language.has(id), "{id} {language:?}");
            }
        }
    }

    #[test]
    fn a_patient_s_number_is_found_in_other_values_whatever_stands_between() {
        let telling = ["85040216932".to_owned()];
        assert!(tells("see 85.04.02-169.32", &telling));
        assert!(!tells("85040216933", &telling) && !tells("text", &telling) && !tells("85040216932", &[]));
    }
}
