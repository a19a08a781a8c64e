//! Registrations as lists show them: what is found, in which order, by whom;
//! and what becomes of those that are taken back.

use hd4dp::{
    domain::{
        account::{AccountId, Actor},
        organisation::OrganisationId,
        registration::{RegistrationId, State},
        summary::Summary,
    },
    error::Code,
    store::{
        Store, count, definition, history,
        listing::{self, Filter, Listed, Page, Scope, Start},
        organisation, registration, withdrawal,
    },
};

use crate::common::{
    DIAG_HEADER, NIHDI, TestApp, diag,
    outside::{OTHER, Outside},
};

/// A store that the binary filled, looked into.
struct Shelf {
    store: Store,
    here: OrganisationId,
}

impl Shelf {
    fn of(app: &TestApp) -> Self {
        let store = Store::open(&app.data()).unwrap();
        let all = store.read(organisation::all).unwrap();
        let here = all.iter().find(|it| it.nihdi.as_str() == NIHDI).unwrap().id;
        Self { store, here }
    }

    fn filter(&self) -> Filter {
        let stored = self.store.read(definition::stored).unwrap();
        let scope = |(definition, _)| Scope { definition, people: Vec::new() };
        Filter { scopes: stored.into_iter().map(scope).collect(), ..Filter::default() }
    }

    fn page(&self, filter: &Filter, start: Start, limit: usize) -> Page {
        self.store.read(|tx| listing::page(tx, self.here, filter, start, limit)).unwrap()
    }

    fn all(&self, filter: &Filter) -> Vec<Listed> {
        self.page(filter, Start::Newest, 10_000).rows
    }

    /// The registration of the diagnosis called `id`, the newest of its key.
    fn find(&self, id: &str) -> RegistrationId {
        let rows = self.all(&self.filter()).into_iter().map(|row| row.id);
        let is_it = |row: &RegistrationId| {
            let whole = self.store.read(|tx| history::whole(tx, self.here, *row)).unwrap();
            whole.data.contains(&format!("\"TX_DIAG_ID\":\"{id}\""))
        };
        rows.into_iter().find(is_it).unwrap()
    }

    fn withdraw(&self, id: RegistrationId) -> hd4dp::error::Result<bool> {
        let by = Actor::Account(AccountId(1));
        self.store
            .write(|tx| withdrawal::withdraw(tx, &by, self.here, id, "mistake", "a note that is sealed"))
    }

    /// The quick counts, which must agree with counting one by one.
    fn counts(&self) -> Vec<(State, u64)> {
        let (quick, mut slow) = self
            .store
            .read(|tx| {
                let mut summary = Summary::default();
                registration::count_all(tx, &mut summary)?;
                Ok((count::of(tx, self.here)?, summary))
            })
            .unwrap();
        let mut summary = Summary::default();
        quick.iter().for_each(|(state, number)| summary.registrations(*state, *number));
        for summary in [&mut summary, &mut slow] {
            summary.reconcile(false);
        }
        assert_eq!(
            serde_json::to_value(&summary).unwrap(),
            serde_json::to_value(&slow).unwrap(),
            "counted by block and batch, and one by one"
        );
        quick
    }
}

fn ids(page: &Page) -> Vec<i64> {
    page.rows.iter().map(|row| row.id.0).collect()
}

fn file(app: &TestApp, name: &str, rows: impl Iterator<Item = String>) {
    let rows: Vec<String> = rows.collect();
    let path = app.file(name, format!("{DIAG_HEADER};TX_AUTHOR;TX_COAUTHOR\n{}\n", rows.join("\n")));
    let (status, report) = app.import("INTEGO-DIAG", &path);
    assert_eq!(status, 0, "{report}");
}

fn by(number: usize, author: &str, coauthor: &str) -> String {
    format!("{};{author};{coauthor}", diag(&format!("D{number}"), "text"))
}

#[test]
fn pages_hold_every_registration_once_while_more_arrive() {
    let app = TestApp::new();
    app.enrol();
    file(&app, "a.csv", (0..2_300).map(|number| by(number, "an@x.be", "")));
    let shelf = Shelf::of(&app);
    let filter = shelf.filter();
    let expected: Vec<i64> = shelf.all(&filter).iter().map(|row| row.id.0).collect();
    assert_eq!(expected.len(), 2_300);
    assert!(expected.is_sorted_by(|a, b| a > b), "the newest first");

    let mut seen = Vec::new();
    let mut page = shelf.page(&filter, Start::Newest, 700);
    let mut starts = Vec::new();
    while let Some(on) = page.older {
        seen.extend(ids(&page));
        starts.push(ids(&page));
        if seen.len() == 1_400 {
            file(&app, "b.csv", (5_000..5_100).map(|number| by(number, "an@x.be", "")));
        }
        page = shelf.page(&filter, Start::Before(on), 700);
    }
    seen.extend(ids(&page));
    assert_eq!(seen, expected, "none twice, none missed, none that came later");

    for earlier in starts.iter().rev().take(3) {
        page = shelf.page(&filter, Start::After(page.newer.unwrap()), 700);
        assert_eq!(ids(&page), *earlier, "the same way back");
    }
    let first = shelf.page(&filter, Start::After(page.newer.unwrap()), 700);
    assert_eq!(ids(&first), ids(&shelf.page(&filter, Start::Newest, 700)), "a short first page is filled up");
}

#[test]
fn a_person_finds_only_what_names_them() {
    let app = TestApp::new();
    app.enrol();
    let row = |number: usize| match number {
        3 | 1_700 => by(number, "An@x.be", ""),
        1_200 => by(number, "bo@x.be", "an@X.be"),
        _ => by(number, "bo@x.be", ""),
    };
    file(&app, "a.csv", (0..2_000).map(row));
    let shelf = Shelf::of(&app);
    let mut filter = shelf.filter();
    let whole = shelf.all(&filter);
    filter.scopes[0].people = vec!["an@x.be".into()];
    let own = shelf.all(&filter);
    assert_eq!(
        own.iter().map(|row| (row.author.as_str(), row.coauthor.as_str())).collect::<Vec<_>>(),
        [("An@x.be", ""), ("bo@x.be", "an@X.be"), ("An@x.be", "")]
    );
    for row in &whole {
        let found = shelf.store.read(|tx| listing::one(tx, shelf.here, &filter.scopes, row.id)).unwrap();
        assert_eq!(found.is_some(), own.iter().any(|own| own.id == row.id));
    }
    filter.scopes[0].people = vec!["an@x.be".into(), "bo@x.be".into()];
    assert_eq!(shelf.all(&filter).len(), 1, "named together");
    filter.scopes[0].people = vec!["nobody@x.be".into()];
    assert!(shelf.all(&filter).is_empty());
    filter.scopes.clear();
    assert!(shelf.all(&filter).is_empty(), "without a project nothing is shown");
}

#[test]
fn each_filter_finds_what_it_says_and_counts_agree() {
    let outside = Outside::new();
    let rows = |from: usize, until: usize| -> Vec<String> {
        (from..until).map(|number| diag(&format!("D{number}"), "text")).collect()
    };
    outside.rows(&rows(0, 30));
    outside.deliver_all();
    let shelf = Shelf::of(&outside.app);
    let before = shelf.all(&shelf.filter())[0].arrived_at;
    outside.rows(&[rows(30, 40), vec![diag("D1", "corrected")]].concat());
    let held = diag("H1", "text").replace("17529086004", "10000007999");
    outside.rows(&[held]);
    shelf.withdraw(shelf.find("D35")).unwrap();

    let mut filter = shelf.filter();
    let all = shelf.all(&filter);
    let counts = shelf.counts();
    assert!(counts.contains(&(State::Held, 1)) && counts.contains(&(State::Superseded, 1)), "{counts:?}");
    for state in State::ALL {
        filter.state = Some(state);
        let expected: Vec<i64> = all.iter().filter(|row| row.state == state).map(|row| row.id.0).collect();
        let found = shelf.page(&filter, Start::Newest, 1_000);
        assert_eq!(ids(&found), expected, "{state}");
        let count = counts.iter().find(|(known, _)| *known == state).map_or(0, |(_, number)| *number);
        assert_eq!(count, expected.len() as u64, "{state}");
        let one_by_one: Vec<i64> =
            std::iter::successors(Some(shelf.page(&filter, Start::Newest, 1)), |page| {
                page.older.map(|on| shelf.page(&filter, Start::Before(on), 1))
            })
            .flat_map(|page| ids(&page))
            .collect();
        assert_eq!(one_by_one, expected, "{state}, page by page");
    }
    filter.state = None;
    filter.from = Some(before + 1);
    assert_eq!(shelf.all(&filter).len(), 12);
    (filter.from, filter.until) = (None, Some(before + 1));
    assert_eq!(shelf.all(&filter).len(), 30);
    filter.until = Some(0);
    assert!(shelf.all(&filter).is_empty());
}

#[test]
fn a_business_key_leads_to_its_newest_version_and_that_to_all_others() {
    let app = TestApp::new();
    app.enrol();
    for (name, text) in [("a.csv", "one"), ("b.csv", "two"), ("c.csv", "three")] {
        let rows = [diag("D1", text), diag(&format!("other-{name}"), text)];
        app.import("INTEGO-DIAG", &app.file(name, format!("{DIAG_HEADER}\n{}\n", rows.join("\n"))));
    }
    let shelf = Shelf::of(&app);
    let name = shelf.store.keys().record(shelf.here, "INTEGO-DIAG", b"idc_pat=14100635354\x1ftx_diag_id=D1");
    let newest = shelf.store.read(|tx| listing::of_key(tx, &name)).unwrap().unwrap();
    assert_eq!(newest, shelf.find("D1"));
    let versions = shelf.store.read(|tx| history::versions(tx, shelf.here, &name)).unwrap();
    assert_eq!(versions.iter().map(|version| version.revision).collect::<Vec<_>>(), [3, 2, 1]);
    let texts: Vec<bool> = versions
        .iter()
        .zip(["three", "two", "one"])
        .map(|(version, text)| {
            let whole = shelf.store.read(|tx| history::whole(tx, shelf.here, RegistrationId(version.id)));
            whole.unwrap().data.contains(text)
        })
        .collect();
    assert_eq!(texts, [true; 3]);
    let unknown =
        shelf.store.keys().record(shelf.here, "INTEGO-DIAG", b"idc_pat=14100635354\x1ftx_diag_id=D9");
    assert_eq!(shelf.store.read(|tx| listing::of_key(tx, &unknown)).unwrap(), None);
}

#[test]
fn another_organisation_s_registration_does_not_exist() {
    let app = TestApp::new();
    app.enrol();
    app.ok(["organisation", "add", OTHER, "Ander Ziekenhuis"]);
    file(&app, "a.csv", (0..5).map(|number| by(number, "an@x.be", "")));
    let shelf = Shelf::of(&app);
    let id = shelf.find("D3");
    let there =
        shelf.store.read(organisation::all).unwrap().iter().find(|it| it.id != shelf.here).unwrap().id;
    let stranger = Shelf { store: Store::open(&app.data()).unwrap(), here: there };
    assert!(stranger.all(&stranger.filter()).is_empty());
    let scopes = stranger.filter().scopes;
    assert!(stranger.store.read(|tx| listing::one(tx, there, &scopes, id)).unwrap().is_none());
    let whole = stranger.store.read(|tx| history::whole(tx, there, id).map(drop));
    assert_eq!(whole.unwrap_err().code, Code::NotFound);
    assert_eq!(stranger.withdraw(id).unwrap_err().code, Code::NotFound);
    assert!(stranger.store.read(|tx| history::versions(tx, there, &[0; 16])).unwrap().is_empty());
    assert_eq!(shelf.all(&shelf.filter()).len(), 5);
}

#[test]
fn what_waits_and_is_withdrawn_never_leaves() {
    let outside = Outside::new();
    outside.rows(&[diag("D1", "one"), diag("D2", "two")]);
    let shelf = Shelf::of(&outside.app);
    let id = shelf.find("D1");
    assert!(!shelf.withdraw(id).unwrap(), "nobody has to be told");
    assert_eq!(shelf.withdraw(id).unwrap_err().code, Code::Conflict, "once is enough");
    let summary = outside.deliver_all();
    assert_eq!((&summary["consolidated"], &summary["withdrawn"]), (&1.into(), &1.into()));
    let sent = outside.opener.registrations(&outside.platform.puts()[0].body);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["data"]["TX_DIAG_ID"], "D2");
    let seen = shelf.store.read(|tx| withdrawal::get(tx, shelf.here, id)).unwrap().unwrap();
    assert_eq!((seen.reason.as_str(), seen.note.as_str()), ("mistake", "a note that is sealed"));
    shelf.counts();
}

#[test]
fn a_queued_batch_of_which_nothing_left_is_sealed_anew_without_it() {
    let outside = Outside::new();
    let ports = (outside.ttp.port, outside.platform.port);
    outside.configure((1, 1), "attempts = 2");
    outside.rows(&[diag("D1", "one"), diag("D2", "two"), diag("D3", "three")]);
    assert_eq!(outside.deliver().0, 3, "parked, because nobody listened");
    let name = outside.app.sqlite("SELECT name FROM batch");
    let shelf = Shelf::of(&outside.app);
    assert!(!shelf.withdraw(shelf.find("D2")).unwrap());
    assert_eq!(shelf.counts(), [(State::Submitted, 2), (State::Withdrawn, 1)]);
    outside.configure(ports, "");
    let summary = outside.deliver_all();
    assert_eq!((&summary["consolidated"], &summary["withdrawn"]), (&2.into(), &1.into()));
    let puts = outside.platform.puts();
    assert!(puts.iter().all(|put| put.batch() != name));
    let sent = outside.opener.registrations(&puts[0].body);
    let mut sent: Vec<_> = sent.iter().map(|line| line["data"]["TX_DIAG_ID"].as_str().unwrap()).collect();
    sent.sort_unstable();
    assert_eq!(sent, ["D1", "D3"]);
}

#[test]
fn the_platform_is_told_what_is_withdrawn_after_it_left_even_if_the_patient_objects() {
    let outside = Outside::new();
    outside.rows(&[diag("D1", "one"), diag("D2", "two")]);
    outside.deliver_all();
    let scope = ["--organisation", NIHDI, "--project", "HDBP0147"];
    outside.app.ok([&["objection", "add", "14100635354"][..], &scope].concat());
    let shelf = Shelf::of(&outside.app);
    let id = shelf.find("D1");
    assert!(shelf.withdraw(id).unwrap(), "the platform has it");
    let summary = outside.deliver_all();
    assert_eq!((&summary["consolidated"], &summary["withdrawn"]), (&1.into(), &1.into()));

    let puts = outside.platform.puts();
    let first = outside.opener.registrations(&puts[0].body);
    let submitted = first.iter().find(|line| line["data"]["TX_DIAG_ID"] == "D1").unwrap();
    let told = outside.opener.registrations(&puts[1].body);
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["action"], &told[0]["revision"]), (&"withdraw".into(), &2.into()));
    assert_eq!(told[0]["record"], submitted["record"]);
    assert!(told[0].get("data").is_none() && told[0]["code"] != submitted["code"]);
    let (_, identities) = outside.opener.identities(&outside.ttp.puts()[1].body);
    assert_eq!(identities, [("14100635354".to_owned(), told[0]["code"].as_str().unwrap().to_owned())]);
    let seen = shelf.store.read(|tx| withdrawal::get(tx, shelf.here, id)).unwrap().unwrap();
    assert_eq!(seen.batch.unwrap().state, Some(State::Consolidated));
    shelf.counts();

    outside.app.ok([&["objection", "end", "14100635354"][..], &scope].concat());
    outside.rows(&[diag("D1", "one again")]);
    outside.deliver_all();
    let again = outside.opener.registrations(&outside.platform.puts()[2].body);
    assert_eq!((&again[0]["action"], &again[0]["revision"]), (&"submit".into(), &3.into()));
    shelf.counts();
}

#[test]
fn withdrawing_a_correction_that_waits_takes_back_the_version_that_left() {
    let outside = Outside::new();
    outside.rows(&[diag("D1", "one")]);
    outside.deliver_all();
    outside.rows(&[diag("D1", "two")]);
    let shelf = Shelf::of(&outside.app);
    assert!(shelf.withdraw(shelf.find("D1")).unwrap());
    outside.deliver_all();
    let puts = outside.platform.puts();
    assert_eq!(puts.len(), 2);
    let told = outside.opener.registrations(&puts[1].body);
    assert_eq!((&told[0]["action"], &told[0]["revision"]), (&"withdraw".into(), &3.into()));
}

#[test]
fn without_a_certificate_a_withdrawal_waits_and_holds_nothing_up() {
    let outside = Outside::new();
    outside.rows(&[diag("D1", "one")]);
    outside.deliver_all();
    outside.app.sqlite("UPDATE certificate SET published = 0");
    let shelf = Shelf::of(&outside.app);
    assert!(shelf.withdraw(shelf.find("D1")).unwrap());
    outside.deliver();
    assert_eq!(outside.platform.puts().len(), 1);
    outside.app.sqlite("UPDATE certificate SET published = 1");
    outside.deliver_all();
    assert_eq!(outside.platform.puts().len(), 2);
}
