//! What was typed, judged by the rules of a file's rows.

use std::{ops::RangeInclusive, sync::Arc};

use jiff::Timestamp;

use super::{
    answers::{self, Answers},
    counted::{lacking, unfilled},
    settled::settle,
    stored::Stored,
    typed::{self, InInstance, Typed},
    unasked::Unasked,
};
use crate::{
    clock,
    definition::{Definition, Repeat, Variable},
    domain::finding::Severity,
    language::Language,
    validate::{CellFinding, Given, Look, Options, Row, Seen, Technical, Validator},
};

/// What is found where an answer is missing.
const MISSING: [&str; 3] = ["cell-required", "cell-patient-missing", "cell-required-without-ssin"];

/// What for a form is judged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// To see how far it is: what is still empty is not wrong.
    Check,
    /// To be stored as a draft.
    Draft,
    /// To be submitted.
    Submit,
}

/// A form that was judged.
pub struct Judged {
    /// What would be stored.
    pub row: Row,
    /// What the form shows.
    pub seen: Seen,
    /// What is wrong or remarkable, in the form's order.
    pub found: Vec<Found>,
    /// How many answers that must be given are missing.
    pub missing: usize,
    /// How many answers are wrong.
    pub wrong: usize,
    /// The labels of answers that are not asked, and so would not be stored.
    pub unasked: Vec<String>,
}

/// Something wrong or remarkable.
#[derive(Debug, serde::Serialize)]
pub struct Found {
    /// The id of the field; empty if it is about none.
    pub field: String,
    /// What the field is called.
    pub label: String,
    /// The sentence.
    pub text: String,
    /// Whether the form cannot be stored like this.
    pub is_wrong: bool,
}

/// Who fills the form in, and how numbers of physicians are checked.
pub struct Judging<'a> {
    /// The person's e-mail address.
    pub email: &'a str,
    /// As in the configuration.
    pub nihii_moduli: &'a [u64],
    /// In which sentences are written.
    pub language: Language,
}

impl Judging<'_> {
    /// Judges what was typed. Values of variables that are not asked are
    /// dropped, and what then is not asked either, until nothing changes.
    pub fn judge(
        &self,
        definition: &Arc<Definition>,
        typed: &Typed,
        stored: Option<&Stored>,
        purpose: Purpose,
    ) -> Judged {
        let options = Options {
            today: clock::today(),
            now: clock::now(),
            decimal_comma: true,
            nihii_moduli: self.nihii_moduli.to_vec(),
        };
        let mut validator = Validator::new(Arc::clone(definition), options);
        let mut cells = typed.clone();
        settle(definition, &mut cells, stored);
        let mut row = Row::default();
        let mut unasked = Unasked::default();
        // Each round takes an answer out and none puts one in, so there is a last.
        let seen = loop {
            let seen = self.look(&mut validator, &cells, stored, purpose, &mut row);
            if !unasked.take(definition, &mut cells, &seen) {
                break seen;
            }
        };
        let unasked = unasked.labels(definition, self.language);
        let missing = row.findings.iter().filter(|finding| MISSING.contains(&finding.code)).count()
            + unfilled(definition, &seen);
        row.findings.retain(|finding| counts(finding, purpose, &seen));
        let is_wrong = |it: &&CellFinding| it.severity == Severity::Error && !is_missing(it, &seen);
        let wrong = row.findings.iter().filter(is_wrong).count();
        let answers = Answers { definition, typed, seen: &seen, stored, language: self.language };
        let mut found: Vec<_> = row
            .findings
            .iter()
            .map(|finding| (order(definition, finding), self.found(&answers, finding)))
            .collect();
        found.sort_by_key(|(order, _)| *order);
        let found = found.into_iter().map(|(_, found)| found).collect();
        Judged { row, seen, found, missing, wrong, unasked }
    }

    /// Puts what the definition's expressions say into fields that are still
    /// empty: into all of a new form, or into those of one instance that is
    /// `new`, told by its repeat and number. Where something is stored, nothing
    /// begins with what tells who the patient is.
    pub fn begin(
        &self,
        definition: &Arc<Definition>,
        typed: &mut Typed,
        stored: Option<&Stored>,
        new: Option<(usize, usize)>,
    ) {
        let places: Vec<(usize, Option<InInstance>)> = (0..definition.variables.len())
            .filter(|at| definition.variables[*at].begins.is_some())
            .filter(|at| stored.is_none() || !definition.variables[*at].identifies)
            .flat_map(|at| match (definition.variables[at].repeat, new) {
                (None, None) => vec![(at, None)],
                (Some(repeat), None) => numbered(definition, at, repeat, 1..=typed.repeats[repeat].len()),
                (Some(repeat), Some((of, number))) if repeat == of => {
                    numbered(definition, at, repeat, number..=number)
                }
                _ => Vec::new(),
            })
            .collect();
        if places.is_empty() {
            return;
        }
        let mut judged = self.judge(definition, typed, stored, Purpose::Check);
        let mut is_stale = false;
        for (at, instance) in places {
            let expression = definition.variables[at].begins.as_ref();
            // One may begin with what another one before it begins with.
            if is_stale && expression.is_some_and(|expression| expression.text().contains("${")) {
                judged = self.judge(definition, typed, stored, Purpose::Check);
                is_stale = false;
            }
            let begins = judged.look(at, instance).map_or("", |look| look.begins.as_str());
            if let Some(cell) = typed.cell(at, instance)
                && cell.is_empty()
                && !begins.is_empty()
            {
                *cell = local(begins);
                is_stale = true;
            }
        }
    }

    fn look(
        &self,
        validator: &mut Validator,
        cells: &Typed,
        stored: Option<&Stored>,
        purpose: Purpose,
        row: &mut Row,
    ) -> Seen {
        let given: Vec<Given<'_>> = cells
            .repeats
            .iter()
            .map(|instances| Given {
                json: "",
                columns: instances.iter().map(|cells| cells.iter().map(String::as_str).collect()).collect(),
            })
            .collect();
        let flat: Vec<&str> = cells.cells.iter().map(String::as_str).collect();
        let [group, author, coauthor] = self.authors(stored);
        let technical = Technical {
            author_group: group,
            author,
            coauthor,
            default_author: self.email,
            status: if purpose == Purpose::Draft { "draft" } else { "" },
        };
        validator.look(&flat, &given, &technical, row)
    }

    /// The author of what is continued or corrected stays; who does it is
    /// co-author if nobody is yet.
    fn authors<'a>(&'a self, stored: Option<&'a Stored>) -> [&'a str; 3] {
        let Some(stored) = stored.filter(|stored| stored.is_same_registration()) else { return ["", "", ""] };
        let [group, author, coauthor] = stored.authors.each_ref().map(String::as_str);
        let is_known = author.is_empty() || author.eq_ignore_ascii_case(self.email) || !coauthor.is_empty();
        [group, author, if is_known { coauthor } else { self.email }]
    }

    fn found(&self, answers: &Answers<'_>, finding: &CellFinding) -> Found {
        let definition = answers.definition;
        let variable = finding.variable.map(|at| &definition.variables[at]);
        let repeat = finding.repeat.map(|(at, number)| (&definition.repeats[at], number as usize));
        let instance =
            finding.repeat.map(|(at, number)| (at, definition.repeats[at].variables.start, number as usize));
        let label = match (variable, repeat) {
            (Some(variable), _) => answers.label_of(variable, instance),
            (None, Some((repeat, _))) => label(repeat.labels.get(self.language), &repeat.name).to_owned(),
            (None, None) => String::new(),
        };
        let field = match (variable, repeat) {
            (Some(variable), None) => typed::flat_name(variable),
            (Some(variable), Some((repeat, number))) => typed::inner_name(&repeat.name, number, variable),
            (None, Some((repeat, _))) => format!("r-{}", repeat.name),
            (None, None) => String::new(),
        };
        let text = match finding.own_text(definition) {
            Some(texts) => answers.tell(texts, instance).into_owned(),
            None => finding.text(self.language, definition),
        };
        Found { field, label, text, is_wrong: finding.severity == Severity::Error }
    }
}

impl Judged {
    /// Whether it cannot be stored.
    pub fn is_refused(&self) -> bool {
        self.row.refused()
    }

    /// What is seen of a variable in an instance, from 1; of a blank one what
    /// is seen of blank ones.
    pub fn look(&self, at: usize, instance: Option<InInstance>) -> Option<&Look> {
        answers::look(&self.seen, at, instance)
    }

    /// Whether the note that is item `at` of the layout is shown in an instance of
    /// the repeat that begins with item `begin`.
    pub fn notes(&self, at: usize, (repeat, begin, number): InInstance) -> bool {
        let known = answers::seen_instance(&self.seen, repeat, number);
        let known = known.and_then(|instance| instance.notes.get(at - begin));
        known.or_else(|| self.seen.notes.get(at)).copied().unwrap_or(true)
    }
}

/// The label of a variable, in an instance of a repeat with that and its number.
/// It tells no answer, as [`Answers::label_of`] does.
pub fn label_of(variable: &Variable, instance: Option<(&Repeat, usize)>, language: Language) -> String {
    let inner = label(variable.labels.get(language), &variable.name);
    match instance {
        Some((repeat, number)) => {
            format!("{} {number}: {inner}", label(repeat.labels.get(language), &repeat.name))
        }
        None => inner.to_owned(),
    }
}

/// The label, or the name where there is none.
pub fn label<'a>(label: &'a str, name: &'a str) -> &'a str {
    if label.is_empty() { name } else { label }
}

fn numbered(
    definition: &Definition,
    at: usize,
    repeat: usize,
    numbers: RangeInclusive<usize>,
) -> Vec<(usize, Option<InInstance>)> {
    let first = definition.repeats[repeat].variables.start;
    numbers.map(|number| (at, Some((repeat, first, number)))).collect()
}

/// A moment as people write it, in Belgium's time and to the minute; anything
/// else as it is.
pub fn local(text: &str) -> String {
    match text.parse::<Timestamp>() {
        Ok(moment) => moment.to_zoned(clock::belgium()).strftime("%Y-%m-%dT%H:%M").to_string(),
        Err(_) => text.to_owned(),
    }
}

/// Whether a finding is one here. A form shows what it calculates, so nobody
/// typed another value.
fn counts(finding: &CellFinding, purpose: Purpose, seen: &Seen) -> bool {
    match finding.code {
        "cell-calculation-differs" => false,
        _ if is_missing(finding, seen) => purpose == Purpose::Submit,
        _ => true,
    }
}

/// Whether a finding says that something is still to be filled in: an answer, or
/// an instance that a repeat's count asks for.
fn is_missing(finding: &CellFinding, seen: &Seen) -> bool {
    match (finding.code, finding.repeat) {
        ("cell-repeat-count", Some((at, _))) => lacking(seen, at) > 0,
        (code, _) => MISSING.contains(&code),
    }
}

fn order(definition: &Definition, finding: &CellFinding) -> (usize, u32) {
    let number = finding.repeat.map_or(0, |(_, number)| number);
    let first = finding.repeat.map(|(repeat, _)| definition.repeats[repeat].variables.start);
    match (first, finding.variable) {
        (Some(first), Some(_)) => (first, number),
        (None, Some(at)) => (at, 0),
        (Some(first), None) => (first, 0),
        (None, None) => (0, 0),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{
        domain::{form::Form, registration::RegistrationId},
        portal::{
            entry::{live::Live, parts::Making, stored::How},
            values,
        },
    };

    /// A definition with a repeat, a calculation, a filter and relevance.
    fn definition() -> Arc<Definition> {
        read(
            "type,name,label,required,relevant,calculation,hd::key,constraint\n\
             text,ID,Number,yes,,,yes,\n\
             select_one yn,PAIN,Pain,,,,,\n\
             integer,SCORE,Score,,${PAIN} = 'yes',,,. < 11\n\
             begin_group,G,More,,${PAIN} = 'yes',,,\n\
             text,WHERE,Where,,${SCORE} > 5,,,\n\
             end_group,,,,,,,\n\
             begin_repeat,VISIT,Visit,,,,,\n\
             date,DAY,Day,,,,,\n\
             integer,PULSE,Pulse,,${DAY} != '',,,\n\
             end_repeat,,,,,,,\n\
             calculate,VISITS,Visits,,,count(${VISIT}),,\n",
        )
    }

    fn read(survey: &str) -> Arc<Definition> {
        let sheet = |name: &str| {
            let text = match name {
                "settings.csv" => "form_title,form_id,version\nVisits,VISITS,1.0.0\n",
                "survey.csv" => survey,
                "choices.csv" => "list_name,name,label\nyn,yes,Yes\nyn,no,No\n",
                "hd.csv" => "key,value\nproject,HDBP0999\ndcd,VISITS\n",
                _ => return None,
            };
            Some(text.as_bytes().to_vec())
        };
        match Definition::from_folder(sheet) {
            Ok(definition) => Arc::new(definition),
            Err(refused) => {
                let texts: Vec<_> = refused.problems.iter().map(|it| it.text(Language::En)).collect();
                panic!("{texts:#?}")
            }
        }
    }

    fn judge(definition: &Arc<Definition>, fields: &str, purpose: Purpose) -> (Typed, Judged) {
        let typed = Typed::read(definition, &Form::read(fields.as_bytes()), None);
        let judging = Judging { email: "an@x.example", nihii_moduli: &[97], language: Language::En };
        let judged = judging.judge(definition, &typed, None, purpose);
        (typed, judged)
    }

    #[test]
    fn what_hangs_on_something_that_is_not_asked_is_not_asked_either() {
        let definition = definition();
        let all = "v-ID=1&v-PAIN=no&v-SCORE=9&v-WHERE=knee";
        let (typed, judged) = judge(&definition, all, Purpose::Submit);
        assert!(!judged.is_refused(), "{:?}", judged.found);
        let data = String::from_utf8(judged.row.data.clone()).unwrap();
        assert!(!data.contains("knee") && !data.contains("SCORE"), "{data}");
        let making = Making {
            definition: &definition,
            typed: &typed,
            judged: &judged,
            stored: None,
            begun: None,
            language: Language::En,
        };
        let parts = making.parts();
        let hidden = Live::of(&parts, "", "").hidden;
        assert!(hidden.contains(&"v-SCORE") && hidden.contains(&"v-WHERE"));
        assert!(
            hidden.iter().any(|id| id.starts_with("g-")),
            "a section of which nothing is asked: {hidden:?}"
        );
        let begins =
            parts.iter().filter(|part| matches!(part.kind, "section" | "group" | "repeat" | "instance"));
        let ends = parts.iter().filter(|part| part.kind.starts_with("end-"));
        assert_eq!(begins.count(), ends.count());
    }

    #[test]
    fn a_form_begins_with_what_expressions_say_and_a_new_instance_too() {
        let definition = read(
            "type,name,label,default,hd::key\ntext,ID,Number,,yes\ndate,DAY,Day,today(),\n\
             dateTime,AT,At,now(),\ntext,NOTE,Note,nothing (yet),\ntext,TAG,Tag,\"concat(${NOTE}, '/', ${DAY})\",\n\
             begin_repeat,VISIT,Visit,,\ninteger,PULSE,Pulse,\"if(position(..) > 1, indexed-repeat(${PULSE}, \
             ${VISIT}, position(..) - 1), 70)\",\nend_repeat,,,,\n",
        );
        let judging = Judging { email: "an@x.example", nihii_moduli: &[97], language: Language::En };
        let mut typed = Typed::defaults(&definition, "an@x.example");
        judging.begin(&definition, &mut typed, None, None);
        let today = clock::today().to_string();
        assert_eq!(typed.cells[1], today);
        assert!(typed.cells[2].starts_with(&today) && typed.cells[2].len() == 16, "{}", typed.cells[2]);
        assert_eq!(typed.cells[3], "nothing (yet)", "a bracket in a sentence is no expression");
        assert_eq!(typed.cells[4], format!("nothing (yet)/{today}"));
        assert_eq!(typed.repeats[0], [["70"]]);
        typed.repeats[0][0][0] = "80".into();
        typed.cells[1].clear();
        typed.add_instance(&definition, 0);
        judging.begin(&definition, &mut typed, None, Some((0, 2)));
        assert_eq!(typed.repeats[0], [["80"], ["80"]], "as its expression says of the one before");
        assert_eq!(typed.cells[1], "", "what somebody emptied stays so");
    }

    #[test]
    fn instances_are_counted_judged_and_named_by_their_number() {
        let definition = definition();
        let fields =
            "v-ID=1&n-VISIT=3&r-VISIT-1-DAY=2024-01-02&r-VISIT-1-PULSE=70&r-VISIT-3-DAY=x&r-VISIT-2-PULSE=8";
        let (mut typed, judged) = judge(&definition, fields, Purpose::Check);
        let wrong: Vec<_> = judged.found.iter().map(|found| found.field.as_str()).collect();
        assert_eq!(wrong, ["r-VISIT-3-DAY"], "a pulse without its day is not asked: {:?}", judged.found);
        let making = Making {
            definition: &definition,
            typed: &typed,
            judged: &judged,
            stored: None,
            begun: None,
            language: Language::En,
        };
        let parts = making.parts();
        let live = Live::of(&parts, "", "");
        assert!(live.hidden.contains(&"r-VISIT-2-PULSE") && !live.hidden.contains(&"r-VISIT-1-PULSE"));
        assert_eq!(live.values["v-VISITS"][0], "2", "a blank one is none");
        typed.remove_instance(0, 3);
        typed.add_instance(&definition, 0);
        assert_eq!(typed.repeats[0].len(), 3);
        assert_eq!(typed.repeats[0][2], ["", ""]);
        typed.remove_instance(0, 9);
        assert_eq!(typed.repeats[0].len(), 3);
        let fields = Form::read(b"n-VISIT=1000&r-VISIT-150-DAY=2024-01-02");
        let many = Typed::read(&definition, &fields, None);
        assert_eq!(many.repeats[0].len(), typed::MOST_INSTANCES, "nobody adds more");
        let values = serde_json::json!({ "VISIT": vec![serde_json::json!({ "PULSE": 70 }); 150] });
        let values = values::read(&values.to_string());
        let stored = Stored::new(RegistrationId(1), &definition, &values, How::Continue);
        let mut many = Typed::read(&definition, &fields, Some(&stored));
        many.add_instance(&definition, 0);
        assert_eq!(many.repeats[0].len(), 150, "more came by a file; there they stay, and grow no further");
        assert_eq!(many.repeats[0][149][0], "2024-01-02");
    }

    #[test]
    fn groups_and_notes_of_a_repeat_stand_in_each_instance_and_obey_its_answers() {
        let definition = read(
            "type,name,label,relevant,hd::key\ntext,ID,Number,,yes\nbegin_repeat,VISIT,Visit,,\n\
             integer,PULSE,Pulse,,\nnote,N_HIGH,That is high.,${PULSE} > 90,\n\
             begin_group,WHY,Why,${PULSE} > 90,\ntext,CAUSE,Cause,,\nend_group,,,,\nend_repeat,,,,\n\
             text,LAST,Last,,\n",
        );
        let fields = "v-ID=1&n-VISIT=2&r-VISIT-1-PULSE=70&r-VISIT-2-PULSE=99&r-VISIT-2-CAUSE=tea";
        let (typed, judged) = judge(&definition, fields, Purpose::Check);
        let stored = None;
        let language = Language::En;
        let parts =
            Making { definition: &definition, typed: &typed, judged: &judged, stored, begun: None, language }
                .parts();
        let seen: Vec<(&str, bool)> = parts
            .iter()
            .filter(|part| matches!(part.kind, "note" | "group") || part.id.ends_with("CAUSE"))
            .map(|part| {
                (if part.kind == "field" { part.id.as_str() } else { part.title.as_str() }, part.shown)
            })
            .collect();
        let first = [("That is high.", false), ("Why", false), ("r-VISIT-1-CAUSE", false)];
        let second = [("That is high.", true), ("Why", true), ("r-VISIT-2-CAUSE", true)];
        assert_eq!(seen, [first, second].concat());
        assert_eq!(parts.iter().filter(|part| part.title == "Why").count(), 2, "once for each instance");
    }
}
