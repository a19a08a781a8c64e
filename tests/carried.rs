//! A draft that goes on in a new major version: each answer is taken over, shown
//! where it does not fit, or told by its label. None goes without a word.

use std::fs;

use hd4dp::domain::role::Role;

use crate::{
    common::{NIHDI, TestApp},
    portal::{
        client::{Answer, Person, Portal},
        entry::live,
    },
    version::{entered, filled, page, text, version_of},
};

const HEAD: &str = "type,name,label::English (en),label::Dutch (nl),label::French (fr),required,hd::key,relevant,\
    choice_filter,read_only\n\
    text,TX_NUMBER,Number,Nummer,Numéro,yes,yes,,,\n";

/// Adds a version of `HOUSE`.
pub fn add(app: &TestApp, version: &str, survey: &str, choices: &str, drafts: &[&str]) {
    let folder = app.path(&format!("house-{version}"));
    fs::create_dir_all(&folder).unwrap();
    for (name, sheet) in [
        ("survey", format!("{HEAD}{survey}")),
        ("choices", format!("list_name,name,label::English (en),side\n{choices}")),
        (
            "hd",
            "key,value\nproject,HDBP0147\nproject_abbreviation,HOUSE\ndcd,HOUSE\n\
             title::English (en),House\nenrolment_required,no\n"
                .to_owned(),
        ),
        (
            "settings",
            format!("form_title,form_id,version,default_language\nHouse,HOUSE,{version},English (en)\n"),
        ),
    ] {
        fs::write(folder.join(format!("{name}.csv")), sheet).unwrap();
    }
    app.ok([&["definition", "add", folder.to_str().unwrap()][..], drafts].concat());
}

/// A portal with the first version, and who begins a draft in it.
pub fn portal(survey: &str, choices: &str) -> (Portal, Person) {
    let app = TestApp::new();
    add(&app, "1.0.0", survey, choices, &[]);
    let portal = Portal::start_on(app);
    let an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead]);
    (portal, an)
}

/// The page on which a draft of the first version, with these answers, goes on
/// in the second, and its address.
fn carried(
    portal: &Portal,
    an: &mut Person,
    answers: &[(&str, &str)],
    survey: &str,
    choices: &str,
) -> (String, String) {
    let answers = [&[("v-TX_NUMBER", "7")], answers].concat();
    let id = entered(&an.post(&page("/new/HOUSE"), &filled("1.0.0", &answers, "draft")));
    add(&portal.app, "2.0.0", survey, choices, &["--drafts", "carry"]);
    let edit = format!("{id}/edit");
    (text(an, &edit), edit)
}

/// What a page tells of what is carried over.
fn note(page: &str) -> &str {
    let from = page.find("goes on in version 2.0.0").expect("a note");
    page[from..].split("</div>").next().unwrap()
}

fn save(an: &mut Person, edit: &str, answers: &[(&str, &str)]) -> Answer {
    let answers = [&[("v-TX_NUMBER", "7")], answers].concat();
    an.post(edit, &filled("2.0.0", &answers, "draft"))
}

const VISITS: &str = "select_one YN,CD_PAIN,Pain,Pijn,Douleur,,,,,\n\
    integer,MS_SCORE,Pain score,Pijnscore,Score de douleur,,,,,\n\
    text,TX_WHERE,Where,Waar,Où,,,,,\n\
    begin_repeat,VISIT,Visit,Bezoek,Visite,,,,,\n\
    date,DT_DAY,Day,Dag,Jour,,,,,\n\
    integer,MS_PULSE,Pulse,Pols,Pouls,,,,,\n\
    end_repeat,,,,,,,,,\n";

/// The same, but some of it is asked in some cases only.
const VISITS_ASKED: &str = "select_one YN,CD_PAIN,Pain,Pijn,Douleur,,,,,\n\
    integer,MS_SCORE,Pain score,Pijnscore,Score de douleur,,,${CD_PAIN} = 'y',,\n\
    begin_group,G,More,Meer,Plus,,,${MS_SCORE} > 5,,\n\
    text,TX_WHERE,Where,Waar,Où,,,,,\n\
    end_group,,,,,,,,,\n\
    begin_repeat,VISIT,Visit,Bezoek,Visite,,,,,\n\
    date,DT_DAY,Day,Dag,Jour,,,,,\n\
    integer,MS_PULSE,Pulse,Pols,Pouls,,,${DT_DAY} > '2024-01-31',,\n\
    end_repeat,,,,,,,,,\n";

const YES_NO: &str = "YN,y,Yes,\nYN,n,No,\n";

const FILLED: &[(&str, &str)] = &[
    ("v-CD_PAIN", "n"),
    ("v-MS_SCORE", "8"),
    ("v-TX_WHERE", "knee"),
    ("n-VISIT", "2"),
    ("r-VISIT-1-DT_DAY", "2024-02-01"),
    ("r-VISIT-1-MS_PULSE", "70"),
    ("r-VISIT-2-DT_DAY", "2024-01-01"),
    ("r-VISIT-2-MS_PULSE", "80"),
];

#[test]
fn answers_that_the_new_version_does_not_ask_are_listed_in_the_language_of_the_person() {
    let (portal, mut an) = portal(VISITS, YES_NO);
    let (form, edit) = carried(&portal, &mut an, FILLED, VISITS_ASKED, YES_NO);
    let told = note(&form);
    assert!(told.contains("does not ask the following"), "{told}");
    let listed = told.split("data-unasked>").nth(1).and_then(|it| it.split("</p>").next()).unwrap();
    assert!(listed.contains("Pain score, Where, Visit 2: Pulse<"), "{listed}");
    assert!(!listed.contains("Visit 1") && !listed.contains("knee"), "by name, never by value: {listed}");
    assert!(!told.contains("no place for"), "{told}");
    // While somebody types the list is what it has become.
    let yes: Vec<_> = FILLED.iter().map(|it| if it.0 == "v-CD_PAIN" { (it.0, "y") } else { *it }).collect();
    for (answers, expected) in [(FILLED, "Pain score, Where, Visit 2: Pulse"), (&yes, "Visit 2: Pulse")] {
        let fields = filled("2.0.0", answers, "check");
        assert_eq!(live(&mut an, &edit, &fields)["unasked"], expected);
    }
    // What is told is what happens.
    let id = entered(&save(&mut an, &edit, FILLED));
    let stored = text(&mut an, &id);
    assert!(stored.contains("was <del>knee</del>") && stored.contains("<dd>70</dd>"), "{stored}");
    assert!(!text(&mut an, &format!("{id}/edit")).contains("data-unasked"), "nothing is carried over now");
    for (language, words) in [
        ("nl", ["vraagt versie 2.0.0 het volgende niet", "Pijnscore, Waar, Bezoek 2: Pols<"]),
        ("fr", ["ne demande pas ce qui suit", "Score de douleur, Où, Visite 2: Pouls<"]),
    ] {
        an.post("/ssp/language", &[("language", language)]);
        let number = if language == "nl" { "8" } else { "9" };
        let mut answers = FILLED.to_vec();
        answers.push(("v-TX_NUMBER", number));
        portal.app.ok(["definition", "drafts", "HOUSE", "keep"]);
        let id = entered(&an.post(&page("/new/HOUSE"), &filled("1.0.0", &answers, "draft")));
        portal.app.ok(["definition", "drafts", "HOUSE", "carry"]);
        let form = text(&mut an, &format!("{id}/edit"));
        for word in words {
            assert!(form.contains(word), "{word}: {form}");
        }
    }
}

#[test]
fn what_was_typed_and_is_not_asked_in_the_version_it_would_be_stored_in_is_listed_too() {
    let (portal, mut an) = portal(VISITS, YES_NO);
    add(&portal.app, "2.0.0", VISITS_ASKED, YES_NO, &["--drafts", "close"]);
    let answers = [&[("v-TX_NUMBER", "7")], FILLED].concat();
    let answer = an.post(&page("/new/HOUSE"), &filled("1.0.0", &answers, "draft"));
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("Pain score, Where, Visit 2: Pulse<"), "{}", answer.text());
}

#[test]
fn a_choice_that_is_gone_stays_chosen_under_its_old_label_until_another_one_is() {
    let one = "select_one SIDE,CD_SIDE,Side,Kant,Côté,,,,,\n\
        select_one SIDE,CD_OTHER,Other side,Andere kant,Autre côté,,,,,\n\
        select_multiple SIDE,CD_SIDES,Sides,Kanten,Côtés,,,,,\n\
        begin_repeat,VISIT,Visit,Bezoek,Visite,,,,,\n\
        select_one SIDE,CD_SEEN,Seen side,Kant,Côté,,,,,\n\
        end_repeat,,,,,,,,,\n";
    let before = "SIDE,L,Left,\nSIDE,R,Right,\nSIDE,B,Both of them,\n";
    let after = "SIDE,L,Left,\nSIDE,R,Right,\n";
    let answers = [
        ("v-CD_SIDE", "B"),
        ("v-CD_OTHER", "L"),
        ("v-CD_SIDES", "L"),
        ("v-CD_SIDES", "B"),
        ("n-VISIT", "1"),
        ("r-VISIT-1-CD_SEEN", "B"),
    ];
    let (portal, mut an) = portal(one, before);
    let (form, edit) = carried(&portal, &mut an, &answers, one, after);
    let told = note(&form);
    for field in ["v-CD_SIDE", "v-CD_SIDES", "r-VISIT-1-CD_SEEN"] {
        assert!(told.contains(&format!("href=\"#{field}\"")), "{field}: {told}");
        let kept = format!("name=\"{field}\" value=\"B\" checked><label");
        assert!(form.contains(&kept), "{field}: {form}");
    }
    assert!(!told.contains("#v-CD_OTHER"), "{told}");
    assert_eq!(form.matches(">Both of them</label>").count(), 3, "{form}");
    // What a browser sends then is refused, not stored without it.
    let refused = save(&mut an, &edit, &answers);
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("no such code"), "{}", refused.text());
    assert_eq!(version_of(&portal, edit.trim_end_matches("/edit")), "1.0.0");
}

#[test]
fn several_answers_to_what_now_takes_one_are_shown_and_none_is_picked() {
    let (portal, mut an) = portal("select_multiple SIDE,CD_SIDE,Side,Kant,Côté,,,,,\n", SIDES);
    let answers = [("v-CD_SIDE", "L"), ("v-CD_SIDE", "R")];
    let one = "select_one SIDE,CD_SIDE,Side,Kant,Côté,,,,,\n";
    let (form, edit) = carried(&portal, &mut an, &answers, one, SIDES);
    assert!(note(&form).contains("href=\"#v-CD_SIDE\""), "{form}");
    assert!(form.contains("name=\"v-CD_SIDE\" value=\"L|R\" checked"), "{form}");
    assert!(form.contains(">Left, Right</label>") && form.matches(" checked>").count() == 1, "{form}");
    assert_eq!(save(&mut an, &edit, &[("v-CD_SIDE", "L|R")]).status, 422);
    // The same of what is typed while the new version comes in.
    let typed = [&[("v-TX_NUMBER", "8")], &answers[..]].concat();
    portal.app.ok(["definition", "drafts", "HOUSE", "close"]);
    let moved = an.post(&page("/new/HOUSE"), &filled("1.0.0", &typed, "draft"));
    assert_eq!(moved.status, 422);
    assert!(moved.text().contains("value=\"L|R\" checked"), "{}", moved.text());
}

const SIDES: &str = "SIDE,L,Left,\nSIDE,R,Right,\n";

#[test]
fn a_value_that_is_of_another_type_now_is_shown_as_it_is_and_refused() {
    let texts = "text,TX_A,Age,Leeftijd,Âge,,,,,\ndateTime,DT_B,Begun,Begin,Début,,,,,\n\
        text,TX_C,Clock,Uur,Heure,,,,,\n\
        begin_repeat,VISIT,Visit,Bezoek,Visite,,,,,\ntext,TX_D,Pulse,Pols,Pouls,,,,,\nend_repeat,,,,,,,,,\n";
    let typed = "integer,TX_A,Age,Leeftijd,Âge,,,,,\ndate,DT_B,Begun,Begin,Début,,,,,\n\
        time,TX_C,Clock,Uur,Heure,,,,,\n\
        begin_repeat,VISIT,Visit,Bezoek,Visite,,,,,\ninteger,TX_D,Pulse,Pols,Pouls,,,,,\nend_repeat,,,,,,,,,\n";
    let answers = [
        ("v-TX_A", "sixty"),
        ("v-DT_B", "2024-07-01T10:00"),
        ("v-TX_C", "9:05"),
        ("n-VISIT", "1"),
        ("r-VISIT-1-TX_D", "fast"),
    ];
    let (portal, mut an) = portal(texts, SIDES);
    let (form, edit) = carried(&portal, &mut an, &answers, typed, SIDES);
    let told = note(&form);
    for (field, value) in [
        ("v-TX_A", "sixty"),
        ("v-DT_B", "2024-07-01T10:00:00+02:00"),
        ("v-TX_C", "9:05"),
        ("r-VISIT-1-TX_D", "fast"),
    ] {
        assert!(told.contains(&format!("href=\"#{field}\"")), "{field}: {told}");
        let at = form.find(&format!("id=\"{field}\"")).unwrap();
        let input = form[at..].split('>').next().unwrap();
        assert!(input.contains(&format!("value=\"{value}\"")), "{field}: {input}");
        assert!(!input.contains("type=\""), "a browser would show an empty field: {input}");
    }
    assert_eq!(save(&mut an, &edit, &answers).status, 422);
}

#[test]
fn an_answer_that_a_filter_leaves_out_now_stays_chosen_and_is_told() {
    let before = "select_one WARD,CD_WARD,Ward,Afdeling,Service,,,,,\n\
        select_one BED,CD_BED,Bed,Bed,Lit,,,,,\nselect_multiple BED,CD_BEDS,Beds,Bedden,Lits,,,,,\n";
    let after = "select_one WARD,CD_WARD,Ward,Afdeling,Service,,,,,\n\
        select_one BED,CD_BED,Bed,Bed,Lit,,,,${CD_WARD} = side,\n\
        select_multiple BED,CD_BEDS,Beds,Bedden,Lits,,,,${CD_WARD} = side,\n";
    let choices = "WARD,L,Left ward,\nWARD,R,Right ward,\nBED,1,One,L\nBED,2,Two,L\nBED,3,Three,L\n\
        BED,4,Four,R\nBED,5,Five,R\nBED,6,Six,R\nBED,7,Seven,R\n";
    let answers = [("v-CD_WARD", "L"), ("v-CD_BED", "5"), ("v-CD_BEDS", "1"), ("v-CD_BEDS", "6")];
    let (portal, mut an) = portal(before, choices);
    let (form, edit) = carried(&portal, &mut an, &answers, after, choices);
    let told = note(&form);
    assert!(told.contains("#v-CD_BED\"") && told.contains("#v-CD_BEDS\""), "{told}");
    assert!(
        form.contains("<option value=\"5\" selected>Five"),
        "a browser sends nothing of a disabled one: {form}"
    );
    assert!(form.contains("<option value=\"7\" hidden disabled>Seven"), "{form}");
    let six = form.find("value=\"6\" checked").unwrap();
    assert!(!form[..six].rsplit("<div").next().unwrap().contains("hidden"), "it is to be seen");
    let submitted = [&[("v-TX_NUMBER", "7")], &answers[..]].concat();
    let refused = an.post(&edit, &filled("2.0.0", &submitted, "submit"));
    assert_eq!(refused.status, 422);
    // A draft may be as it is; nothing of it is lost.
    let id = entered(&save(&mut an, &edit, &answers));
    let stored = text(&mut an, &id);
    assert!(stored.contains("Five") && stored.contains("Six"), "{stored}");
}

#[test]
fn what_a_system_filled_in_and_no_form_shows_stays() {
    let open = "text,TX_SYSTEM,System,Systeem,Système,,,,,\n";
    let (portal, mut an) = portal(open, SIDES);
    let silent = "text,TX_SYSTEM,,,,,,,,yes\n";
    let (form, edit) = carried(&portal, &mut an, &[("v-TX_SYSTEM", "ward 9")], silent, SIDES);
    assert!(form.contains("name=\"v-TX_SYSTEM\" value=\"ward 9\""), "{form}");
    let field = form.find("data-part=\"v-TX_SYSTEM\"").unwrap();
    assert!(form[field..].split('>').next().unwrap().contains("hidden"), "it has no label to show");
    let id = entered(&save(&mut an, &edit, &[("v-TX_SYSTEM", "ward 9")]));
    assert!(text(&mut an, &id).contains("ward 9"));
}

#[test]
fn yes_stays_yes_where_a_list_has_more_than_yes_and_no_now() {
    let survey = "select_one YN,CD_PAIN,Pain,Pijn,Douleur,,,,,\n\
        select_multiple YN,CD_BOTH,Both,Beide,Les deux,,,,,\n\
        begin_repeat,VISIT,Visit,Bezoek,Visite,,,,,\n\
        select_one YN,CD_SEEN,Seen,Gezien,Vu,,,,,\nend_repeat,,,,,,,,,\n";
    let two = "YN,yes,Yes,\nYN,no,No,\n";
    let three = "YN,yes,Yes,\nYN,no,No,\nYN,unk,Unknown,\n";
    let answers = [
        ("v-CD_PAIN", "yes"),
        ("v-CD_BOTH", "yes"),
        ("v-CD_BOTH", "no"),
        ("n-VISIT", "1"),
        ("r-VISIT-1-CD_SEEN", "no"),
    ];
    for (before, after) in [(two, three), (three, two)] {
        let (portal, mut an) = portal(survey, before);
        let (form, edit) = carried(&portal, &mut an, &answers, survey, after);
        assert!(!note(&form).contains("href=\"#"), "{form}");
        for chosen in [
            "name=\"v-CD_PAIN\" value=\"yes\" checked",
            "name=\"v-CD_BOTH\" value=\"yes\" checked",
            "name=\"v-CD_BOTH\" value=\"no\" checked",
            "name=\"r-VISIT-1-CD_SEEN\" value=\"no\" checked",
        ] {
            assert!(form.contains(chosen), "{chosen}: {form}");
        }
        assert!(!form.contains("\"true\" checked") && !form.contains("\"false\" checked"), "{form}");
        let mut answers = answers;
        answers[4].1 = "yes";
        let submitted = [&[("v-TX_NUMBER", "7")], &answers[..]].concat();
        let id = entered(&an.post(&edit, &filled("2.0.0", &submitted, "submit")));
        let stored = text(&mut an, &id);
        assert_eq!(stored.matches("was <del>").count(), 1, "what is the same is no change: {stored}");
        assert!(stored.contains("was <del>No (no)</del>"), "{stored}");
    }
}
