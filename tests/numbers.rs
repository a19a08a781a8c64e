//! Exact decimals: no binary fraction ever changes a digit, wherever a value is
//! sent, shown, corrected, carried over or answered.

use std::fs;

use hd4dp::{domain::role::Role, store::history};

use crate::{
    api::system::{System, json_of},
    common::{NIHDI, TestApp},
    portal::client::{Person, Portal},
    version::{entered, filled, page, text},
};

const SURVEY: &str = "type,name,label,hd::key\n\
    decimal,ID,Number,yes\ndecimal,DEC,Value,\nselect_multiple CODE,M,Codes,\ninteger,N,Count,\n\
    begin_repeat,VISIT,Visit,\ndecimal,DOSE,Dose,\nselect_multiple CODE,VM,Codes,\nend_repeat,,,\n";

/// Numbers that no binary fraction is, and those that it is written with an
/// exponent for.
const NUMBERS: [&str; 6] = [
    "1234567890.12345678",
    "123456789012345678.12",
    "999999999999999999.999999999999999999",
    "0.000005",
    "-0.000000000000000001",
    "100000000000000000",
];

/// A version of `EXACT`.
fn folder(app: &TestApp, version: &str, survey: &str) -> String {
    let folder = app.path(&format!("exact-{version}"));
    fs::create_dir_all(&folder).unwrap();
    for (name, sheet) in [
        ("survey", survey.to_owned()),
        ("choices", "list_name,name,label\nCODE,1.10,One ten\nCODE,2.20,Two twenty\n".to_owned()),
        ("settings", format!("form_title,form_id,version\nExact,EXACT,{version}\n")),
        (
            "hd",
            "key,value\nproject,HDBP0147\nproject_abbreviation,EXACT\ndcd,EXACT\nenrolment_required,no\n"
                .to_owned(),
        ),
    ] {
        fs::write(folder.join(format!("{name}.csv")), sheet).unwrap();
    }
    folder.to_str().unwrap().to_owned()
}

fn portal() -> (Portal, Person) {
    let app = TestApp::new();
    app.ok(["definition", "add", &folder(&app, "1.0.0", SURVEY)]);
    let portal = Portal::start_on(app);
    let an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead]);
    (portal, an)
}

/// The paths of all registrations, in their order.
fn all(portal: &Portal) -> Vec<String> {
    let ids = portal.app.sqlite("SELECT id FROM registration ORDER BY id");
    ids.lines().map(|id| page(&format!("/{id}"))).collect()
}

/// The stored JSON for the platform.
fn data(portal: &Portal, path: &str) -> String {
    let id = hd4dp::domain::registration::RegistrationId(path.rsplit('/').next().unwrap().parse().unwrap());
    let here = portal.group(NIHDI).id;
    portal.store.read(|tx| Ok(history::whole(tx, here, id)?.data.to_string())).unwrap()
}

/// A file with each of the numbers as business key, as value, and in a repeat.
fn imported(portal: &Portal) -> Vec<String> {
    let row = |number: &&str| format!("{number};{number};1;\"[{{\"\"DOSE\"\":{number}}}]\"\n");
    let rows: String = NUMBERS.iter().map(row).collect();
    let file = portal.app.file("rows.csv", format!("ID;DEC;N;VISIT\n{rows}"));
    let (status, report) = portal.app.import("EXACT", &file);
    assert_eq!(status, 0, "{report}");
    all(portal)
}

#[test]
fn a_number_is_shown_and_corrected_with_just_its_digits() {
    let (portal, mut an) = portal();
    let paths = imported(&portal);
    assert_eq!(paths.len(), NUMBERS.len());
    for (path, number) in paths.iter().zip(NUMBERS) {
        let shown = text(&mut an, path);
        assert_eq!(shown.matches(&format!("<dd>{number}</dd>")).count(), 3, "{number}: {shown}");
        let form = text(&mut an, &format!("{path}/edit"));
        assert_eq!(form.matches(&format!("value=\"{number}\"")).count(), 2, "{number}: {form}");
        assert!(form.contains(&format!(">{number}</output>")), "the key, which stays: {form}");

        let answers =
            [("v-ID", number), ("v-DEC", number), ("v-N", "2"), ("n-VISIT", "1"), ("r-VISIT-1-DOSE", number)];
        let answer = an.post(&format!("{path}/edit"), &filled("1.0.0", &answers, "submit"));
        let corrected = entered(&answer);
        let expected =
            format!("{{\"ID\":{number},\"DEC\":{number},\"N\":2,\"VISIT\":[{{\"DOSE\":{number}}}]}}");
        assert_eq!(data(&portal, &corrected), expected);
        let shown = text(&mut an, &corrected);
        assert_eq!(shown.matches("<del>").count(), 1, "only what changed is told: {shown}");
        assert!(shown.contains("<del>1</del>"), "{shown}");
    }
    let path = &all(&portal)[NUMBERS.len()];
    let answers = [("v-ID", NUMBERS[0]), ("v-DEC", "0.1"), ("n-VISIT", "0")];
    let changed = entered(&an.post(&format!("{path}/edit"), &filled("1.0.0", &answers, "submit")));
    let shown = text(&mut an, &changed);
    assert!(
        shown.contains(&format!("0.1 <span class=\"soft small\">was <del>{}</del>", NUMBERS[0])),
        "{shown}"
    );
}

#[test]
fn what_a_system_sends_and_reads_back_has_the_same_digits() {
    let (portal, mut an) = portal();
    let mut system = System::with(&portal, &["EXACT"], true);
    for number in NUMBERS {
        let body = format!("{{\"ID\":{number},\"DEC\":{number},\"VISIT\":[{{\"DOSE\":{number}}}]}}");
        let sent = system.post("/proxy/api/dcd/payload/submit", "application/json", &[], body.as_bytes());
        assert_eq!(sent.status, 202, "{}", sent.text());
        let read = system.get("/proxy/api/dcd/submit?incl-submit-data=true&limit=1").text();
        assert!(read.contains(&format!("\"data\":{body}")), "{number}: {read}");

        let items = |dose: &str| {
            format!(
                "{{\"resourceType\":\"QuestionnaireResponse\",\"questionnaire\":\"urn:hd4dp:dcd:EXACT\",\
                 \"status\":\"completed\",\"item\":[\
                 {{\"linkId\":\"ID\",\"answer\":[{{\"valueDecimal\":{number}}}]}},\
                 {{\"linkId\":\"DEC\",\"answer\":[{{\"valueDecimal\":{number}}}]}},\
                 {{\"linkId\":\"VISIT\",\"item\":[{{\"linkId\":\"DOSE\",\"answer\":[{{\"valueDecimal\":{dose}}}]}}]}}]}}"
            )
        };
        let mut respond = |body: String| {
            let kind = "application/fhir+json";
            let sent = system.post("/proxy/fhir/QuestionnaireResponse", kind, &[], body.as_bytes());
            assert_eq!(sent.status, 202, "{}", sent.text());
            json_of(&sent)["result"].clone()
        };
        assert_eq!(respond(items(number)), "unchanged", "{number}");
        // Another number with the same binary fraction.
        assert_eq!(respond(items("0.100000000000000001")), "correction");
        assert_eq!(respond(items("0.100000000000000002")), "correction");
    }
    let newest = all(&portal).pop().unwrap();
    assert!(data(&portal, &newest).contains("\"DOSE\":0.100000000000000002"));
    assert!(text(&mut an, &newest).contains("<dd>0.100000000000000002 "));
}

#[test]
fn codes_that_look_like_numbers_keep_their_zeros_in_a_list_of_a_repeat() {
    let (portal, mut an) = portal();
    let row = "7;\"[{\"\"VM\"\":[1.10,\"\"2.20\"\"]}]\"";
    let file = portal.app.file("codes.csv", format!("ID;VISIT\n{row}\n"));
    let (status, report) = portal.app.import("EXACT", &file);
    assert_eq!(status, 0, "{report}");
    let path = all(&portal).pop().unwrap();
    assert_eq!(data(&portal, &path), "{\"ID\":7,\"VISIT\":[{\"VM\":[\"1.10\",\"2.20\"]}]}");
    assert!(text(&mut an, &path).contains("One ten (1.10), Two twenty (2.20)"));
}

#[test]
fn a_draft_goes_on_in_a_new_version_with_the_same_digits() {
    let (portal, mut an) = portal();
    let drafts = NUMBERS.map(|number| {
        let answers = [("v-ID", number), ("v-DEC", number), ("n-VISIT", "1"), ("r-VISIT-1-DOSE", number)];
        entered(&an.post(&page("/new/EXACT"), &filled("1.0.0", &answers, "draft")))
    });
    let survey = SURVEY.replace("integer,N,", "text,ADDED,Added,\ninteger,N,");
    portal.app.ok(["definition", "add", &folder(&portal.app, "2.0.0", &survey), "--drafts", "carry"]);
    for (draft, number) in drafts.iter().zip(NUMBERS) {
        let edit = format!("{draft}/edit");
        let form = text(&mut an, &edit);
        assert!(form.contains("goes on in version 2.0.0"), "{form}");
        assert_eq!(form.matches(&format!("value=\"{number}\"")).count(), 3, "{number}: {form}");
        let answers = [("v-ID", number), ("v-DEC", number), ("n-VISIT", "1"), ("r-VISIT-1-DOSE", number)];
        let submitted = entered(&an.post(&edit, &filled("2.0.0", &answers, "submit")));
        let expected = format!("{{\"ID\":{number},\"DEC\":{number},\"VISIT\":[{{\"DOSE\":{number}}}]}}");
        assert_eq!(data(&portal, &submitted), expected);
    }
}

#[test]
fn a_range_ends_at_the_very_number_that_the_workbook_says() {
    let (portal, _an) = portal();
    let survey = "type,name,label,hd::key,parameters\ntext,ID,Number,yes,\n\
        range,R,Range,,start=123456789012345671 end=123456789012345678\n\
        range,D,Part,,start=0 end=0.123456789012345678 step=0.000000000000000001\n";
    portal.app.ok(["definition", "add", &folder(&portal.app, "2.0.0", survey)]);
    let rows = "ID;R;D\n1;123456789012345671;\n2;123456789012345678;\n3;123456789012345670;\n\
        4;123456789012345679;\n5;;0.123456789012345678\n6;;0.123456789012345679\n";
    let (_, report) = portal.app.import("EXACT", &portal.app.file("rows.csv", rows));
    let wrong = portal.app.sqlite("SELECT row || ' ' || column FROM finding ORDER BY row");
    assert_eq!(wrong, "3 R\n4 R\n6 D", "{report}");
}
