//! A QuestionnaireResponse as a registration: it becomes the payload that says
//! the same. What would be lost on the way refuses it.

use std::{borrow::Cow, iter};

use serde_json::value::RawValue;

use super::{
    CANONICAL,
    node::{Node, Unreadable},
    payload::Payload,
};
use crate::{
    api::{
        answer::Answer,
        call::Call,
        known::{Known, Place},
        payload::{MOST_FINDINGS, finding},
        problem, submit,
    },
    error::{Code, Error, Result},
    intake::{
        convoy::{Done, Keep},
        header::quoted,
        rows::MAX_ROW,
    },
    language::Arg,
    validate::{CellFinding, Members},
};

/// The longest response, in bytes: FHIR needs several times as many for the
/// same values as the payload, which no row may exceed.
const MOST_BYTES: usize = 4 * MAX_ROW;

/// What a response has that says nothing of the registration. Neither here nor
/// below are those which FHIR forbids to pass over, `modifierExtension` and
/// `implicitRules`.
const OF_RESPONSE: &[&str] = &[
    "resourceType",
    "id",
    "meta",
    "language",
    "text",
    "contained",
    "extension",
    "identifier",
    "basedOn",
    "partOf",
    "questionnaire",
    "status",
    "subject",
    "encounter",
    "authored",
    "author",
    "source",
];

/// The same of an item.
const OF_ITEM: &[&str] = &["id", "extension", "linkId", "definition", "text"];

/// The same of an answer.
const OF_ANSWER: &[&str] = &["id", "extension"];

/// The values that an answer may have. Those of R4 that are more than one text
/// or number are not among them.
const VALUES: &[&str] = &[
    "valueBoolean",
    "valueCoding",
    "valueDate",
    "valueDateTime",
    "valueDecimal",
    "valueInteger",
    "valueString",
    "valueTime",
    "valueUri",
];

/// Stores the registration that a QuestionnaireResponse is.
pub fn response(call: &Call<'_>) -> Result<Answer> {
    if call.body.len() > MOST_BYTES {
        return Err(Error::new(Code::TooLarge, "api-fhir-too-large").with("limit", (MOST_BYTES >> 20) as u64));
    }
    let response: Node<'_> = serde_json::from_slice(call.body).map_err(|_| Unreadable)?;
    if response.text("resourceType")?.as_deref() != Some("QuestionnaireResponse") {
        return Err(Unreadable.into());
    }
    let address = response.text("questionnaire")?;
    let canonical = address.as_deref().and_then(|address| address.strip_prefix(CANONICAL));
    let (name, version) = match canonical.ok_or_else(|| Error::new(Code::Usage, "api-fhir-questionnaire"))? {
        name if name.contains('|') => name.split_once('|').map_or((name, None), |(a, b)| (a, Some(b))),
        name => (name, None),
    };
    let known = call.definition(Some(name), version)?;
    let mut payload = Payload::default();
    match response.text("status")?.as_deref() {
        Some("in-progress") => payload.put("STATUS".into(), "\"draft\"".into(), false),
        Some("completed" | "amended") => {}
        _ => return Err(Error::new(Code::Usage, "api-fhir-status")),
    }
    let mut reader = Reader { known: &known, wrong: Vec::new() };
    reader.know(&response, OF_RESPONSE, None);
    reader.items(response.items(), None, &mut payload)?;
    match reader.wrong.is_empty() {
        true => submit::one(call, &known, payload.object().as_bytes()),
        false => refuse(call, &known, payload.object().as_bytes(), reader.wrong),
    }
}

/// Refuses what could be read in part only, and counts it like other refused
/// registrations.
fn refuse(call: &Call<'_>, known: &Known, payload: &[u8], wrong: Vec<CellFinding>) -> Result<Answer> {
    let mut row = submit::read(call, known, iter::once(payload)).remove(0);
    row.findings.extend(wrong);
    let findings = submit::told(call, known, &row);
    let title = call.language.text("api-payload-refused", &[]);
    let answer = problem::of(422, "api-payload-refused", &title, &call.head.id.to_string(), &findings);
    let keep = submit::name(call)?.map(|name| {
        let bytes = answer.to_bytes();
        Keep { name, answer: Some(Box::new(move |_| bytes.clone())) }
    });
    match call.api.convoy.send(submit::sending(call, known, vec![row], keep)?)? {
        Done::Stored(_) => Ok(answer),
        Done::Before(bytes) => submit::again(&bytes),
        Done::Other => Err(submit::other()),
        Done::UnderWay => Err(submit::under_way()),
        Done::KeyEnded => Err(submit::key_ended()),
    }
}

impl From<Unreadable> for Error {
    fn from(_: Unreadable) -> Self {
        Self::new(Code::Usage, "api-fhir-unreadable")
    }
}

/// Reads the items of a response to a definition.
struct Reader<'k> {
    known: &'k Known,
    wrong: Vec<CellFinding>,
}

/// An instance of a repeat: the repeat's place, and its number from 1.
type Inside = Option<(usize, usize)>;

impl Reader<'_> {
    /// Puts what items say into a payload, or into an instance of a repeat.
    fn items<'a>(
        &mut self,
        items: &[Node<'a>],
        inside: Inside,
        into: &mut Payload<'a>,
    ) -> Result<(), Unreadable> {
        for item in items {
            let link = item.text("linkId")?.ok_or(Unreadable)?;
            let path = self.path(inside, &link);
            self.know(item, OF_ITEM, Some(&path));
            let place = match inside {
                Some((repeat, _)) => self.known.place_inside(repeat, &link).map(Place::Variable),
                None => None,
            };
            let variable = match place.or_else(|| self.known.place(&link)) {
                Some(Place::Repeat(repeat)) => {
                    if !item.answers().is_empty() {
                        self.find("payload-fhir-group", &path);
                    }
                    let name = &self.known.definition.repeats[repeat].name;
                    let mut instance = Payload::default();
                    let number = into.count(name) + 1;
                    self.items(item.items(), Some((repeat, number)), &mut instance)?;
                    into.put(name.clone().into(), instance.object().into(), true);
                    continue;
                }
                Some(Place::Variable(at)) => Some(at),
                // Whether it is a draft, the response says by its status.
                Some(Place::Technical(_)) => {
                    self.find("payload-fhir-unknown", &path);
                    continue;
                }
                None => None,
            };
            for answer in item.answers() {
                if let Some(value) = self.value(answer, variable, &path) {
                    into.put(link.clone(), value, false);
                }
                self.items(answer.items(), inside, into)?;
            }
            // Groups are for people; their variables stand beside the others.
            self.items(item.items(), inside, into)?;
        }
        Ok(())
    }

    /// The value of an answer as JSON. None if it has none, or none that can
    /// be taken.
    fn value<'a>(&mut self, answer: &Node<'a>, variable: Option<usize>, path: &str) -> Option<Cow<'a, str>> {
        let before = self.wrong.len();
        self.know(answer, &[OF_ANSWER, VALUES].concat(), Some(path));
        if answer.answer.is_some() {
            self.find("payload-fhir-unknown", &format!("{path}/answer"));
        }
        let mut values = answer.members.iter().filter(|(name, _)| VALUES.contains(&&**name));
        let found = match (values.next(), values.next()) {
            // An extension can tell why there is no value.
            (None, _) if answer.item.is_some() || !answer.members.is_empty() => return None,
            (Some((kind, raw)), None) => self.plain(kind, raw, variable),
            _ => None,
        };
        if found.is_none() && self.wrong.len() == before {
            self.find("payload-fhir-value", path);
        }
        found
    }

    /// One value as JSON: of a coding its code, or what people read of it.
    fn plain<'a>(&self, kind: &str, raw: &'a RawValue, variable: Option<usize>) -> Option<Cow<'a, str>> {
        let value = match kind {
            "valueCoding" => coding(raw)?,
            "valueBoolean" if raw.get() == "true" && self.is_confirmation(variable) => "\"OK\"",
            _ => raw.get(),
        };
        (!value.starts_with(['[', '{', 'n'])).then_some(Cow::Borrowed(value))
    }

    /// Whether a variable has one answer alone, which XLSForm writes "OK".
    fn is_confirmation(&self, variable: Option<usize>) -> bool {
        let definition = &self.known.definition;
        let list = variable.and_then(|at| definition.list_of(&definition.variables[at]));
        list.is_some_and(|list| matches!(list.choices.as_slice(), [only] if only.code == "OK"))
    }

    /// Finds the members that nobody knows.
    fn know(&mut self, node: &Node<'_>, names: &[&str], path: Option<&str>) {
        for (name, _) in &node.members {
            // What an underscore leads says something about a member, not what
            // is in it.
            let plain = name.strip_prefix('_').unwrap_or(name);
            if !names.contains(&plain) {
                let path = path.map_or_else(|| name.to_string(), |path| format!("{path}/{name}"));
                self.find("payload-fhir-unknown", &path);
            }
        }
    }

    fn path(&self, inside: Inside, link: &str) -> String {
        match inside {
            Some((repeat, number)) => {
                format!("{}[{number}]/{link}", self.known.definition.repeats[repeat].name)
            }
            None => link.to_owned(),
        }
    }

    fn find(&mut self, code: &'static str, path: &str) {
        if self.wrong.len() < MOST_FINDINGS {
            self.wrong.push(finding(code, &[("column", Arg::Text(quoted(path)))]));
        }
    }
}

/// The code of a coding, or its display if it has no code.
fn coding(raw: &RawValue) -> Option<&str> {
    let Members(members) = serde_json::from_str(raw.get()).ok()?;
    let all = |wanted: &str| -> Vec<&str> {
        members.iter().filter(|(name, _)| name == wanted).map(|(_, raw)| raw.get()).collect()
    };
    match (all("code").as_slice(), all("display").as_slice()) {
        ([code], [] | [_]) => Some(code),
        ([], [display]) => Some(display),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::definition::Definition;

    const SURVEY: &str = "type,name,hd::key\ntext,K,yes\ntext,A,\nselect_multiple L,B,\nacknowledge,OKAY,\n\
        begin repeat,VISIT,\ntext,VT,\nselect_multiple L,VL,\nend repeat,,\n";

    fn known() -> Known {
        let file = |name: &str| {
            let text = match name {
                "settings.csv" => "form_title,form_id,version\nTrial,TRIAL,1.0.0\n",
                "hd.csv" => "key,value\nproject,HDBP0001\nenrolment_required,no\n",
                "choices.csv" => "list_name,name,label\nL,x,Ex\nL,y,Why\n",
                "survey.csv" => SURVEY,
                _ => return None,
            };
            Some(text.as_bytes().to_vec())
        };
        Known::new(Definition::from_folder(file).unwrap().into(), None)
    }

    /// The payload that items make, and what is wrong with them.
    fn read(items: &str) -> (String, Vec<(&'static str, String)>) {
        let known = known();
        let mut reader = Reader { known: &known, wrong: Vec::new() };
        let text = format!(r#"{{"item":[{items}]}}"#);
        let response: Node<'_> = serde_json::from_str(&text).unwrap();
        let mut payload = Payload::default();
        reader.items(response.items(), None, &mut payload).map_err(|_| "unreadable").unwrap();
        let wrong = reader.wrong.iter().map(|found| match &found.args[0].1 {
            Arg::Text(path) => (found.code, path.clone()),
            _ => unreachable!(),
        });
        (payload.object(), wrong.collect())
    }

    #[test]
    fn answers_become_members_and_numbers_keep_their_digits() {
        let (payload, wrong) = read(
            r#"{"linkId":"A","text":"Who?","answer":[{"valueDecimal":1.50}]},
            {"linkId":"G","item":[{"linkId":"B","answer":[{"valueCoding":{"code":"x","display":"Why"}},
            {"valueCoding":{"display":"Why"}}]}]},{"linkId":"OKAY","answer":[{"valueBoolean":true}]}"#,
        );
        assert_eq!(wrong, []);
        assert_eq!(payload, r#"{"A":1.50,"B":["x","Why"],"OKAY":"OK"}"#);
    }

    #[test]
    fn items_within_an_answer_are_read_in_and_out_of_repeats() {
        let (payload, wrong) = read(
            r#"{"linkId":"K","answer":[{"valueString":"k","item":[{"linkId":"A","answer":[{"valueString":"a"}]},
            {"linkId":"visit","item":[{"linkId":"VT","answer":[{"valueString":"1",
            "item":[{"linkId":"VL","answer":[{"valueCoding":{"code":"y"}}]}]}]}]}]}]},
            {"linkId":"VISIT","item":[{"linkId":"VT","answer":[{"valueString":"2","_valueString":{"id":"i"}}]}]},
            {"linkId":"B","answer":[{"extension":[]},{"item":[]}]}"#,
        );
        assert_eq!(wrong, []);
        assert_eq!(payload, r#"{"K":"k","A":"a","VISIT":[{"VT":"1","VL":"y"},{"VT":"2"}]}"#);
    }

    #[test]
    fn what_would_be_lost_is_found() {
        let answer = |answer: &str| format!(r#"{{"linkId":"A","answer":[{answer}]}}"#);
        let inside = |item: &str| format!(r#"{{"linkId":"VISIT","item":[]}},{{"linkId":"VISIT",{item}}}"#);
        for (items, code, path) in [
            (answer(r#"{"valueInteger":3,"valueString":"two"}"#), "payload-fhir-value", "A"),
            (answer(r#"{"valueString":"one","valueString":"two"}"#), "payload-fhir-value", "A"),
            (answer(r#"{"valueString":["one","two"]}"#), "payload-fhir-value", "A"),
            (answer(r#"{"valueString":null}"#), "payload-fhir-value", "A"),
            (answer("{}"), "payload-fhir-value", "A"),
            (answer(r#"{"valueCoding":{"system":"s"}}"#), "payload-fhir-value", "A"),
            (answer(r#"{"valueCoding":{"code":"x","code":"y"}}"#), "payload-fhir-value", "A"),
            (answer(r#"{"vlaueString":"lost"}"#), "payload-fhir-unknown", "A/vlaueString"),
            (answer(r#"{"valueQuantity":{"value":3}}"#), "payload-fhir-unknown", "A/valueQuantity"),
            (answer(r#"{"modifierExtension":[]}"#), "payload-fhir-unknown", "A/modifierExtension"),
            (answer(r#"{"valueString":"a","answer":[]}"#), "payload-fhir-unknown", "A/answer"),
            (r#"{"linkId":"A","anwser":[]}"#.to_owned(), "payload-fhir-unknown", "A/anwser"),
            (inside(r#""answer":[{"valueString":"lost"}]"#), "payload-fhir-group", "VISIT"),
            (
                inside(r#""item":[{"linkId":"VT","answer":[{"value":1}]}]"#),
                "payload-fhir-unknown",
                "VISIT[2]/VT/value",
            ),
        ] {
            assert_eq!(read(&items).1, [(code, path.to_owned())], "{items}");
        }
        let nested =
            inside(r#""item":[{"linkId":"VISIT","item":[{"linkId":"VT","answer":[{"valueTime":"1"}]}]}]"#);
        assert_eq!(read(&nested).0, r#"{"VISIT":[{},{"VISIT":[{"VT":"1"}]}]}"#, "which the payload refuses");
    }
}
