//! Texts of a form that speak of answers, with what is answered so far.

use std::borrow::Cow;

use jiff::Timestamp;

use super::{
    control::words,
    judged::label,
    stored::Stored,
    typed::{InInstance, Typed},
};
use crate::{
    definition::{Definition, Kind, Piece, Texts, Variable},
    language::Language,
    portal::format,
    validate::{Look, Seen, SeenInstance},
};

/// So many letters of an answer are told within a text.
const MOST_LETTERS: usize = 200;

/// What is told for an answer that there is not.
const NONE: &str = "…";

/// The answers of a form so far.
pub struct Answers<'a> {
    /// What is filled in.
    pub definition: &'a Definition,
    /// As it was typed.
    pub typed: &'a Typed,
    /// What is asked and calculated.
    pub seen: &'a Seen,
    /// What it goes on from.
    pub stored: Option<&'a Stored>,
    /// In which it is told.
    pub language: Language,
}

impl Answers<'_> {
    /// A text with the answers that it speaks of, in an instance of a repeat
    /// those of that one. What an answer holds is never taken for a reference.
    pub fn tell<'t>(&self, texts: &'t Texts, instance: Option<InInstance>) -> Cow<'t, str> {
        let Some(pieces) = texts.pieces(self.language) else {
            return Cow::Borrowed(texts.get(self.language));
        };
        let told = pieces.iter().map(|piece| match piece {
            Piece::Text(text) => Cow::Borrowed(text.as_str()),
            Piece::Answer(variable) => {
                let answer = self.answer(*variable, instance);
                answer.map_or(Cow::Borrowed(NONE), Cow::Owned)
            }
        });
        Cow::Owned(told.collect())
    }

    /// What a variable is called, in an instance of a repeat with that and its
    /// number.
    pub fn label_of(&self, variable: &Variable, instance: Option<InInstance>) -> String {
        let told = self.tell(&variable.labels, instance);
        let inner = label(&told, &variable.name);
        match instance {
            Some((repeat, _, number)) => {
                let repeat = &self.definition.repeats[repeat];
                format!("{} {number}: {inner}", label(&self.tell(&repeat.labels, instance), &repeat.name))
            }
            None => inner.to_owned(),
        }
    }

    /// What is answered, in words; none if nothing is, if it is not asked, or
    /// if it is not to be shown.
    fn answer(&self, at: usize, instance: Option<InInstance>) -> Option<String> {
        let variable = &self.definition.variables[at];
        // What is outside of repeats is the same in all instances.
        let instance = instance.filter(|(repeat, ..)| variable.repeat == Some(*repeat));
        if variable.repeat.is_some() && instance.is_none() {
            return None;
        }
        let look = look(self.seen, at, instance);
        if look.is_some_and(|look| !look.relevant) {
            return None;
        }
        let value = match (variable.calculation.is_some(), instance) {
            (true, _) => look?.value.as_str(),
            (false, None) => self.typed.cells.get(at)?,
            (false, Some((repeat, first, number))) => {
                self.typed.repeats[repeat].get(number.checked_sub(1)?)?.get(at - first)?
            }
        };
        let is_hidden = |stored: &Stored| stored.keeps(self.definition, at, value);
        if value.is_empty() || self.stored.is_some_and(is_hidden) {
            return None;
        }
        Some(short(self.worded(variable, value)))
    }

    fn worded(&self, variable: &Variable, value: &str) -> String {
        match variable.kind {
            Kind::Date => format::date(self.language, value),
            Kind::DateTime => moment(self.language, value),
            _ => words(self.definition.list_of(variable), value, self.language),
        }
    }
}

/// What is seen of a variable in an instance, from 1; of a blank one what is
/// seen of blank ones.
pub fn look(seen: &Seen, at: usize, instance: Option<InInstance>) -> Option<&Look> {
    let Some((repeat, first, number)) = instance else { return seen.flat.get(at) };
    let known = seen_instance(seen, repeat, number);
    known.and_then(|instance| instance.looks.get(at - first)).or_else(|| seen.flat.get(at))
}

/// What is seen of the instance of a repeat with this number, if it has a value.
pub fn seen_instance(seen: &Seen, repeat: usize, number: usize) -> Option<&SeenInstance> {
    seen.instances.get(repeat)?.iter().find(|instance| instance.number as usize == number)
}

/// A moment as a person reads it; what is none as it is.
fn moment(language: Language, value: &str) -> String {
    if let Ok(moment) = value.parse::<Timestamp>() {
        return format::time(language, moment.as_millisecond());
    }
    match value.split_once('T') {
        Some((day, clock)) => format!("{} {clock}", format::date(language, day)),
        None => format::date(language, value),
    }
}

fn short(mut answer: String) -> String {
    if let Some((end, _)) = answer.char_indices().nth(MOST_LETTERS) {
        answer.truncate(end);
        answer.push_str(NONE);
    }
    answer
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        domain::{form::Form, registration::RegistrationId},
        portal::{
            entry::{
                judged::{Judging, Purpose},
                stored::How,
            },
            values,
        },
    };

    /// A definition whose variable `ALL` has a label that speaks of the others.
    fn definition() -> Arc<Definition> {
        let survey = "type,name,label,calculation,relevant,hd::key\n\
            text,ID,Number,,,yes\ntext,TX_PAT_LAST_NAM,Name,,,\nselect_multiple side,SIDE,Side,,,\n\
            date,DAY,Day,,,\ndateTime,AT,At,,,\ntext,MORE,More,,${SIDE} != '',\n\
            calculate,TWICE,,\"concat(${ID}, ${ID})\",,\ncalculate,WHO,,\"concat(${TX_PAT_LAST_NAM}, '!')\",,\n\
            text,ALL,${ID}|${TX_PAT_LAST_NAM}|${SIDE}|${DAY}|${AT}|${MORE}|${TWICE}|${WHO},,,\n\
            begin_repeat,VISIT,Visit ${PULSE},,,\ninteger,PULSE,Pulse for ${ID},,,\nend_repeat,,,,,\n";
        let sheet = |name: &str| {
            let text = match name {
                "settings.csv" => "form_title,form_id,version\nVisits,VISITS,1.0.0\n",
                "survey.csv" => survey,
                "choices.csv" => {
                    "list_name,name,label::English (en),label::French (fr)\n\
                                  side,L,Left,Gauche\nside,R,Right,Droite\n"
                }
                "hd.csv" => "key,value\nproject,HDBP0999\ndcd,VISITS\n",
                _ => return None,
            };
            Some(text.as_bytes().to_vec())
        };
        Arc::new(Definition::from_folder(sheet).unwrap())
    }

    /// What the label of `ALL` tells, and the labels of the pulses.
    fn told(fields: &str, language: Language, stored: Option<&Stored>) -> (String, Vec<String>) {
        let definition = definition();
        let mut typed = Typed::read(&definition, &Form::read(fields.as_bytes()), stored);
        if let Some(stored) = stored {
            typed.fill(&definition, stored);
        }
        let judging = Judging { email: "an@x.example", nihii_moduli: &[97], language };
        let judged = judging.judge(&definition, &typed, stored, Purpose::Check);
        let answers =
            Answers { definition: &definition, typed: &typed, seen: &judged.seen, stored, language };
        let variable = |name: &str| &definition.variables[definition.variable(name).unwrap()];
        let first = definition.repeats[0].variables.start;
        let pulses = (1..=typed.repeats[0].len())
            .map(|number| answers.label_of(variable("PULSE"), Some((0, first, number))));
        (answers.label_of(variable("ALL"), None), pulses.collect())
    }

    #[test]
    fn answers_are_told_in_the_words_and_days_of_who_reads() {
        let all = "v-ID=7&v-TX_PAT_LAST_NAM=Peeters&v-SIDE=L&v-SIDE=R&v-DAY=2024-07-01&v-AT=2024-07-01T10:05&v-MORE=so";
        let english = "7|Peeters|Left, Right|1 Jul 2024|1 Jul 2024 10:05|so|77|Peeters!";
        assert_eq!(told(all, Language::En, None).0, english);
        let french = "7|Peeters|Gauche, Droite|01/07/2024|01/07/2024 10:05|so|77|Peeters!";
        assert_eq!(told(all, Language::Fr, None).0, french);
        assert_eq!(moment(Language::Fr, "2024-07-01T10:05:00+02:00"), "01/07/2024 10:05");
        let wrong = "v-DAY=tomorrow&v-AT=x&v-SIDE=B&v-MORE=so";
        assert_eq!(told(wrong, Language::En, None).0, "…|…|B|tomorrow|x|so|…|!");
        assert_eq!(told("v-ID=7&v-MORE=so", Language::En, None).0, "7|…|…|…|…|…|77|!", "what is not asked");
        let long = told(&format!("v-ID={}", "a".repeat(500)), Language::En, None).0;
        assert!(long.starts_with(&format!("{}…|", "a".repeat(200))), "{long}");
    }

    #[test]
    fn an_answer_that_looks_like_a_reference_is_told_as_it_is() {
        let (all, _) = told("v-ID=${TX_PAT_LAST_NAM}&v-TX_PAT_LAST_NAM=Peeters", Language::En, None);
        assert!(all.starts_with("${TX_PAT_LAST_NAM}|Peeters|"), "{all}");
    }

    #[test]
    fn an_instance_of_a_repeat_tells_its_own_answers_and_those_outside() {
        let fields = "v-ID=7&n-VISIT=3&r-VISIT-1-PULSE=70&r-VISIT-3-PULSE=90";
        let expected = ["Visit 70 1: Pulse for 7", "Visit … 2: Pulse for 7", "Visit 90 3: Pulse for 7"];
        assert_eq!(told(fields, Language::En, None).1, expected);
    }

    #[test]
    fn what_is_stored_of_the_patient_is_not_told_again() {
        let definition = definition();
        let values = values::read(r#"{"ID":"7","TX_PAT_LAST_NAM":"Peeters"}"#);
        let stored = Stored::new(RegistrationId(1), &definition, &values, How::Continue);
        assert_eq!(told("v-ID=8", Language::En, Some(&stored)).0, "8|…|…|…|…|…|88|…");
        let typed = told("v-ID=8&v-TX_PAT_LAST_NAM=Janssens", Language::En, Some(&stored)).0;
        assert_eq!(typed, "8|Janssens|…|…|…|…|88|…", "what is typed now is in its field, too");
    }
}
