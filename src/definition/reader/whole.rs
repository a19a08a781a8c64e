//! What must hold for the survey as a whole.

use super::survey::{Reader, Survey};
use crate::definition::{
    passing::Passing,
    sheet::Problem,
    variable::{Repeat, Role, Variable},
};

/// What the identifier of a patient without a number is made of, with the
/// names that the published definitions have for it.
const GENERATED_FROM: [(Role, &str); 4] = [
    (Role::LastName, "TX_PAT_LAST_NAM"),
    (Role::FirstName, "TX_PAT_FIRST_NAM"),
    (Role::BirthDate, "D_PAT_DOB"),
    (Role::Sex, "CD_PAT_SEX"),
];

/// Checks the business key, the roles and the technical names.
pub(super) fn check(reader: &mut Reader<'_>, survey: &Survey) {
    let sheet = |id| Problem::at("survey", 0, "", id);
    if survey.variables.is_empty() {
        reader.problems.push(sheet("definition-no-variables"));
        return;
    }
    if !survey.variables.iter().any(|variable| variable.key) {
        reader.problems.push(Problem::at("survey", 0, "hd::key", "definition-no-key"));
    }
    for (place, variable) in survey.variables.iter().enumerate() {
        let row = reader.planned[place].row;
        let earlier = &survey.variables[..place];
        let is_called = |other: &Variable, name: &str| {
            other.repeat == variable.repeat && name.eq_ignore_ascii_case(&variable.technical)
        };
        let is_own = variable.technical.eq_ignore_ascii_case(&variable.name);
        let is_name = |other: &Variable| is_called(other, &other.name);
        let is_technical = |other: &Variable| is_called(other, &other.technical);
        let is_repeat = |other: &Repeat| {
            variable.repeat.is_none() && other.name.eq_ignore_ascii_case(&variable.technical)
        };
        if !is_own
            && (survey.variables.iter().any(is_name)
                || earlier.iter().any(is_technical)
                || survey.repeats.iter().any(is_repeat))
        {
            reader.problem(row, "name::technical", "definition-technical-twice", &variable.technical);
        }
        if variable.role.is_some() && earlier.iter().any(|other| other.role == variable.role) {
            reader.problem(row, "hd::role", "definition-role-twice", &variable.name);
        }
        if variable.role == Some(Role::PatientGenerated) {
            let named =
                |role| survey.variables.iter().position(|other| Role::of_variable(&other.name) == Some(role));
            let has = |role| survey.variables.iter().any(|other| other.role == Some(role));
            for (role, name) in GENERATED_FROM.iter().filter(|(role, _)| !has(*role)) {
                match named(*role) {
                    Some(other) => {
                        let row = reader.planned[other].row;
                        reader.problem(row, "type", "definition-generated-type", name);
                    }
                    None => reader.problem(row, "name", "definition-generated-without", name),
                }
            }
        }
        if variable.repeat.is_some() && variable.key {
            reader.problem(row, "hd::key", "definition-repeat-key", "");
        }
        if variable.key
            && let Some(Passing { what, is_kept: false }) = Passing::of(&survey.variables, place)
        {
            reader.problem(row, "calculation", "definition-key-passing", what);
        }
        if variable.repeat.is_some() && variable.role.is_some() {
            reader.problem(row, "hd::role", "definition-repeat-role", &variable.name);
        }
        if variable.calculation.is_some() && variable.role == Some(Role::Patient) {
            reader.problem(row, "calculation", "definition-calculation-patient", "");
        }
    }
    for (place, (row, _)) in reader.repeats.clone().into_iter().enumerate() {
        // One whose variables have problems of their own is not empty.
        if !reader.filled.contains(&place) {
            reader.problem(row, "type", "definition-repeat-empty", "");
        }
    }
    let has_physician = survey.variables.iter().any(|variable| variable.role == Some(Role::Physician));
    if reader.settings.enrolment_required && !has_physician {
        reader.problems.push(sheet("definition-no-physician"));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::definition::reader::tests::{HD, SETTINGS, problems, read_csv};

    #[test]
    fn a_technical_name_means_one_variable() {
        let read = |rows: &str| {
            let survey = format!("type,name,name::technical,hd::key\ntext,K,,yes\n{rows}");
            let problems = read_csv("form_id,version\nA,1.0.0\n", &survey, "", "project\nHDBP0147\n").err();
            let problems = problems.into_iter().flat_map(|refused| refused.problems);
            problems.map(|problem| (problem.row, problem.column, problem.id)).collect::<Vec<_>>()
        };
        let twice = |row| vec![(row, "name::technical".to_owned(), "definition-technical-twice")];
        assert_eq!(read("text,A,b,\ntext,B,,\n"), twice(3), "the name of another");
        assert_eq!(read("text,A,b,\ntext,B,A,\n"), [twice(3), twice(4)].concat(), "exchanged");
        assert_eq!(read("text,A,T,\ntext,B,t,\n"), twice(4), "the technical name of another");
        let inside = "begin_repeat,R,,\ntext,C,A,\ntext,D,c,\nend_repeat,,,\n";
        assert_eq!(read(&format!("text,A,T,\n{inside}")), twice(6), "a repeat has columns of its own");
        assert_eq!(read("text,A,R,\nbegin_repeat,R,,\ntext,C,,\nend_repeat,,,\n"), twice(3));
        assert_eq!(read("text,A,a,\ntext,B,T_B,\n"), []);
    }

    #[test]
    fn what_an_identifier_is_generated_from_is_there() {
        let read = |more: &str| {
            let survey = format!("type,name,hd::key\ntext,IDC_PAT,yes\ntext,TX_IDC_PAT_GENER,\n{more}");
            problems(read_csv("form_id,version\nA,1.0.0\n", &survey, "", "project\nHDBP0147\n"))
        };
        let names = "text,TX_PAT_LAST_NAM,\ntext,TX_PAT_FIRST_NAM,\n";
        let without = ("survey", 3, "name".to_owned(), "definition-generated-without");
        assert_eq!(read(names), [without.clone(), without.clone()]);
        assert_eq!(read(&format!("{names}date,D_PAT_DOB,\n")), [without]);
        let of_kind = |kind: &str| read(&format!("{names}date,D_PAT_DOB,\n{kind},CD_PAT_SEX,\nmap,M,\n"));
        let unknown = ("survey", 8, "type".to_owned(), "definition-type");
        assert_eq!(of_kind("text"), std::slice::from_ref(&unknown));
        let other = ("survey", 7, "type".to_owned(), "definition-generated-type");
        assert_eq!(of_kind("date"), [other, unknown]);
    }

    #[test]
    fn a_business_key_stays_the_same() {
        let read = |rows: &str| {
            let survey = format!("type,name,calculation,hd::key\ntext,T,,yes\n{rows}");
            match read_csv(SETTINGS, &survey, "", HD) {
                Ok(definition) => definition.notices(),
                Err(refused) => refused.problems,
            }
            .into_iter()
            .map(|problem| (problem.row, problem.column, problem.id))
            .collect::<Vec<_>>()
        };
        let at = |row, id| vec![(row, "calculation".to_owned(), id)];
        for call in ["uuid()", "now()", "random()", "today()"] {
            let rows = |calculation: &str| format!("calculate,K,\"{calculation}\",yes\n");
            assert_eq!(read(&rows(&format!("concat(${{T}}, {call})"))), at(3, "definition-key-passing"));
            assert_eq!(read(&rows(&format!("once({call})"))), at(3, "definition-notice-key"));
            let by_way = format!("calculate,W,{call},\ncalculate,K,\"concat(${{W}}, 'x')\",yes\n");
            assert_eq!(read(&by_way), at(4, "definition-key-passing"));
            let kept = format!("calculate,W,once({call}),\ncalculate,K,\"concat(${{W}}, 'x')\",yes\n");
            assert_eq!(read(&kept), at(4, "definition-notice-key"));
        }
        assert_eq!(read("calculate,K,\"once(concat(${T}, '-'))\",yes\n"), []);
        assert_eq!(read("calculate,W,now(),\n"), []);
    }
}
