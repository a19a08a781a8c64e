//! Accounts, members and roles: the rules that no page can forget, on a real
//! database.

mod groups;
mod logging_in;

use std::{fs, path::Path};

use hd4dp::{
    domain::{
        account::{AccountId, Actor, Temporary},
        identifier::Nihdi,
        member::{Grant, Projects, Reach},
        organisation::{Details, OrganisationId},
        role::{Permission, Role},
        session::Limits,
    },
    error::{Code, Error, Result},
    language::Language,
    portal::password::{Hasher, Verdict},
    store::{
        Store, Tx, account, alert, audit, login, manager, member, password as stored, revision,
        second_factor, session,
    },
};

use crate::common::{NIHDI, TestApp};

/// An installation with a manager and two organisations.
struct House {
    _directory: tempfile::TempDir,
    store: Store,
    manager: Actor,
    here: OrganisationId,
    there: OrganisationId,
}

fn root() -> Actor {
    Actor::System("cli:tester".into())
}

fn temporary() -> Temporary {
    Temporary::new("$argon2id$not-a-real-one".into(), hd4dp::clock::now().as_millisecond())
}

fn details(nihdi: &str, title: &str) -> Details {
    let nihdi = Nihdi::parse(nihdi, Nihdi::MODULI).unwrap();
    Details { nihdi, title: title.into(), cbe: Vec::new(), ehp: Vec::new() }
}

fn house() -> House {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&directory.path().join("data")).unwrap();
    let (manager, here, there) = store
        .write(|tx| {
            let manager = manager::add(tx, &root(), "baas@fictief.example", &temporary())?;
            let here = revision::create(tx, &root(), &details(NIHDI, "Hier"), "")?;
            let there = revision::create(tx, &root(), &details("72099902", "Daar"), "")?;
            Ok((Actor::Account(manager), here.id, there.id))
        })
        .unwrap();
    House { _directory: directory, store, manager, here, there }
}

impl House {
    fn write<T>(&self, act: impl FnOnce(&Tx<'_>) -> Result<T>) -> T {
        self.store.write(act).unwrap()
    }

    fn refused<T>(&self, act: impl FnOnce(&Tx<'_>) -> Result<T>) -> Error {
        self.store.write(act).err().expect("it was not refused")
    }

    /// A new member, whom the manager adds.
    fn member(&self, organisation: OrganisationId, name: &str, roles: &[Role]) -> AccountId {
        let email = format!("{name}@fictief.example");
        let roles: Vec<_> = roles.iter().map(|role| Grant::new(*role)).collect();
        self.write(|tx| member::add_new(tx, &self.manager, organisation, &email, &temporary(), &roles))
    }

    fn roles(&self, organisation: OrganisationId, id: AccountId) -> Vec<Role> {
        let grants = self.write(|tx| member::roles(tx, organisation, id));
        grants.into_iter().map(|grant| grant.role).collect()
    }
}

fn id(actor: &Actor) -> AccountId {
    actor.account().unwrap()
}

fn editor() -> [Grant; 1] {
    [Grant::new(Role::CertificateEditor)]
}

/// Whether a file of the directory holds these bytes.
fn holds(directory: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(directory).unwrap().any(|entry| {
        let content = fs::read(entry.unwrap().path()).unwrap_or_default();
        content.windows(bytes.len()).any(|window| window == bytes)
    })
}

#[test]
fn the_last_manager_cannot_be_removed() {
    let house = house();
    let only = id(&house.manager);
    assert_eq!(house.refused(|tx| manager::dismiss(tx, &house.manager, only)).code, Code::Conflict);
    assert_eq!(house.refused(|tx| account::cancel(tx, &root(), only)).code, Code::Conflict);
    let second = house.write(|tx| manager::add(tx, &house.manager, "tweede@fictief.example", &temporary()));
    house.write(|tx| manager::dismiss(tx, &house.manager, only));
    assert_eq!(
        house.refused(|tx| manager::dismiss(tx, &Actor::Account(second), second)).code,
        Code::Conflict
    );
    assert_eq!(house.write(manager::all).len(), 1);
}

#[test]
fn nobody_grants_roles_to_themselves() {
    let house = house();
    let (boss, leader) = (id(&house.manager), house.member(house.here, "leider", &[Role::DpManager]));
    let me = Actor::Account(leader);
    let error = house.refused(|tx| member::add(tx, &house.manager, house.here, boss, &editor()));
    assert_eq!(error.code, Code::Forbidden);
    let more = [Grant::new(Role::DpManager), Grant::new(Role::CertificateEditor)];
    assert_eq!(
        house.refused(|tx| member::set_roles(tx, &me, house.here, leader, &more)).code,
        Code::Forbidden
    );
    assert_eq!(house.roles(house.here, leader), [Role::DpManager]);
    // Another may, and what one has can be given up.
    house.write(|tx| member::set_roles(tx, &house.manager, house.here, leader, &more));
    house.write(|tx| member::set_roles(tx, &me, house.here, leader, &[Grant::new(Role::DpManager)]));
    assert_eq!(house.roles(house.here, leader), [Role::DpManager]);
}

#[test]
fn nobody_widens_their_own_projects() {
    let house = house();
    let leader = house.member(house.here, "leider", &[Role::DpManager]);
    let with =
        |projects: &[&str]| vec![Grant::new(Role::DpManager), Grant::of_projects(Role::StudyLead, projects)];
    house.write(|tx| member::set_roles(tx, &house.manager, house.here, leader, &with(&["A", "B"])));
    let me = Actor::Account(leader);
    house.write(|tx| member::set_roles(tx, &me, house.here, leader, &with(&["A"])));
    assert_eq!(
        house.refused(|tx| member::set_roles(tx, &me, house.here, leader, &with(&["A", "B"]))).code,
        Code::Forbidden
    );
}

#[test]
fn only_a_user_manager_makes_or_unmakes_a_dp_manager() {
    let house = house();
    let leader = Actor::Account(house.member(house.here, "leider", &[Role::DpManager]));
    let other = house.member(house.here, "ander", &[Role::CertificateEditor]);
    let second = house.member(house.here, "tweede", &[Role::DpManager]);
    let dp = [Grant::new(Role::DpManager)];
    let error = house.refused(|tx| member::set_roles(tx, &leader, house.here, other, &dp));
    assert_eq!(error.code, Code::Forbidden);
    assert!(error.text(Language::Nl).contains("User Manager"), "{}", error.text(Language::Nl));
    assert_eq!(
        house.refused(|tx| member::set_roles(tx, &leader, house.here, second, &editor())).code,
        Code::Forbidden
    );
    assert_eq!(house.refused(|tx| member::remove(tx, &leader, house.here, second)).code, Code::Forbidden);
    house.write(|tx| member::remove(tx, &leader, house.here, id(&leader)));
    house.write(|tx| member::set_roles(tx, &house.manager, house.here, other, &dp));
}

#[test]
fn a_dp_manager_manages_members_of_the_own_organisation_only() {
    let house = house();
    let leader = Actor::Account(house.member(house.here, "leider", &[Role::DpManager]));
    let add =
        |tx: &Tx<'_>, place, email: &str| member::add_new(tx, &leader, place, email, &temporary(), &editor());
    house.write(|tx| add(tx, house.here, "nieuw@fictief.example"));
    // What one does not see does not exist; what one may not do says who can.
    assert_eq!(house.refused(|tx| add(tx, house.there, "x@fictief.example")).code, Code::NotFound);
    let plain = Actor::Account(house.member(house.here, "gewoon", &[Role::CertificateEditor]));
    let error =
        house.refused(|tx| member::add_new(tx, &plain, house.here, "x@a.be", &temporary(), &editor()));
    assert_eq!(error.code, Code::Forbidden);
    let text = error.text(Language::En);
    assert!(text.contains("User Manager, DP Manager"), "{text}");
    for act in [
        house.refused(|tx| manager::appoint(tx, &leader, id(&plain))),
        house.refused(|tx| account::cancel(tx, &leader, id(&plain))),
        house.refused(|tx| revision::deactivate(tx, &leader, house.here, "")),
        house.refused(|tx| login::lift(tx, &leader, id(&plain))),
    ] {
        assert_eq!(act.code, Code::Forbidden);
    }
}

#[test]
fn a_member_who_exists_gets_roles_and_keeps_the_password() {
    let house = house();
    let someone = house.member(house.here, "An.Peeters", &[Role::CertificateEditor]);
    house.write(|tx| stored::change(tx, someone, "hash of the person"));
    let known = house.write(|tx| account::by_email(tx, "an.PEETERS@fictief.example")).unwrap();
    assert_eq!((known.id, known.email.as_str()), (someone, "An.Peeters@fictief.example"));
    house.write(|tx| {
        member::add(tx, &house.manager, house.there, someone, &[Grant::new(Role::NippinManager)])
    });
    assert_eq!(house.roles(house.here, someone), [Role::CertificateEditor]);
    assert_eq!(house.roles(house.there, someone), [Role::NippinManager]);
    assert_eq!(house.write(|tx| stored::hash(tx, someone)).as_deref(), Some("hash of the person"));
    let again = house.refused(|tx| member::add(tx, &house.manager, house.there, someone, &editor()));
    assert_eq!(again.code, Code::Conflict);
    let email = "an.peeters@FICTIEF.example";
    let new =
        house.refused(|tx| member::add_new(tx, &house.manager, house.there, email, &temporary(), &editor()));
    assert_eq!(new.code, Code::Conflict);
}

#[test]
fn roles_that_cannot_be_are_refused() {
    let house = house();
    for roles in [
        vec![],
        vec![Grant::new(Role::Manager)],
        vec![Grant::new(Role::StudyLead)],
        vec![Grant::of_projects(Role::Auditor, &["HDBP0147"])],
        vec![Grant::new(Role::Auditor), Grant::new(Role::Auditor)],
    ] {
        let error =
            house.refused(|tx| member::add_new(tx, &root(), house.here, "x@a.be", &temporary(), &roles));
        assert_eq!(error.code, Code::Invalid, "{roles:?}");
        assert!(house.write(|tx| account::by_email(tx, "x@a.be")).is_none(), "nothing of it stays");
    }
    let add = |tx: &Tx<'_>| member::add_new(tx, &root(), house.here, "geen adres", &temporary(), &editor());
    assert_eq!(house.refused(add).code, Code::Invalid);
}

#[test]
fn a_removed_member_keeps_the_account_and_a_cancelled_account_ends() {
    let house = house();
    let someone = house.member(house.here, "iemand", &[Role::Auditor]);
    house.write(|tx| member::remove(tx, &house.manager, house.here, someone));
    assert!(house.roles(house.here, someone).is_empty());
    assert!(house.write(|tx| account::by_email(tx, "iemand@fictief.example")).is_some());
    house.write(|tx| member::add(tx, &house.manager, house.there, someone, &editor()));
    let limits = Limits::default();
    let (token, _) = house.write(|tx| session::open(tx, someone, true, "10.0.0.1", "Firefox", limits));
    assert_eq!(
        house.refused(|tx| account::cancel(tx, &house.manager, id(&house.manager))).code,
        Code::Forbidden
    );
    house.write(|tx| account::cancel(tx, &house.manager, someone));
    assert!(house.write(|tx| session::find(tx, &token, limits)).is_none());
    assert!(house.write(|tx| account::by_email(tx, "iemand@fictief.example")).is_none());
    assert!(house.write(|tx| stored::hash(tx, someone)).is_none());
    assert!(house.roles(house.there, someone).is_empty());
    let anew = house.member(house.here, "iemand", &[Role::Auditor]);
    assert_ne!(anew, someone, "the same address begins anew");
}

#[test]
fn a_dp_manager_cannot_reset_an_account_with_roles_elsewhere() {
    let house = house();
    let leader = Actor::Account(house.member(house.here, "leider", &[Role::DpManager]));
    let someone = house.member(house.here, "iemand", &[Role::CertificateEditor]);
    let reset = |tx: &Tx<'_>, by: &Actor| stored::reset(tx, by, someone, &temporary());
    house.write(|tx| reset(tx, &leader));
    let alerts = house.write(alert::list);
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0].subject, format!("reset:{}:{NIHDI}", someone.0));
    house.write(|tx| stored::reset_seen(tx, &leader, house.here, someone));
    assert!(house.write(alert::list).is_empty());

    house.write(|tx| member::add(tx, &house.manager, house.there, someone, &editor()));
    assert_eq!(house.refused(|tx| reset(tx, &leader)).code, Code::Forbidden);
    assert_eq!(house.refused(|tx| second_factor::reset(tx, &leader, someone)).code, Code::Forbidden);
    // An organisation that is deactivated is elsewhere too.
    house.write(|tx| revision::deactivate(tx, &house.manager, house.there, ""));
    assert_eq!(house.refused(|tx| reset(tx, &leader)).code, Code::Forbidden);
    house.write(|tx| reset(tx, &house.manager));
    assert_eq!(house.write(alert::list).len(), 2, "both organisations are alerted");

    let stranger = house.member(house.there, "vreemde", &[Role::CertificateEditor]);
    assert_eq!(house.refused(|tx| stored::reset(tx, &leader, stranger, &temporary())).code, Code::NotFound);
    let plain = Actor::Account(house.member(house.here, "gewoon", &[Role::Auditor]));
    assert_eq!(house.refused(|tx| reset(tx, &plain)).code, Code::Forbidden);
    house.write(|tx| member::add(tx, &root(), house.here, id(&house.manager), &editor()));
    let boss = id(&house.manager);
    assert_eq!(house.refused(|tx| stored::reset(tx, &leader, boss, &temporary())).code, Code::Forbidden);
    assert_eq!(
        house.refused(|tx| stored::reset(tx, &house.manager, boss, &temporary())).code,
        Code::Forbidden
    );
}

#[test]
fn a_standing_tells_what_is_seen_and_which_registrations() {
    let house = house();
    let someone = house.member(house.here, "iemand", &[Role::CsvUploadManager]);
    let study =
        [Grant::of_projects(Role::StudyLead, &["A"]), Grant::of_projects(Role::StudyAssociate, &["A", "B"])];
    house.write(|tx| member::set_roles(tx, &house.manager, house.here, someone, &study));
    house.write(|tx| {
        member::add(tx, &house.manager, house.there, someone, &[Grant::new(Role::CsvUploadManager)])
    });
    let standing = house.write(|tx| member::standing(tx, someone));
    let read = standing.projects(Permission::RegistrationsRead, house.here);
    assert_eq!(
        [read.reach("A"), read.reach("B"), read.reach("C")],
        [Some(Reach::All), Some(Reach::Own), None]
    );
    assert_eq!(standing.projects(Permission::Upload, house.there), Projects::All);
    assert!(!standing.permits(Permission::RegistrationsRead, house.there));
    assert!(!standing.permits_somewhere(Permission::MembersEdit));
    let boss = house.write(|tx| member::standing(tx, id(&house.manager)));
    assert!(boss.sees(house.here) && !boss.permits(Permission::RegistrationsRead, house.here));
    assert!(!boss.permits(Permission::CertificatesEdit, house.here));
}

#[test]
fn the_audit_names_accounts_by_number_and_holds_no_secret() {
    let house = house();
    let someone = house.member(house.here, "iemand", &[Role::Auditor]);
    house.write(|tx| stored::reset(tx, &house.manager, someone, &temporary()));
    let events = house.write(|tx| audit::list(tx, 100));
    let acts: Vec<_> = events.iter().map(|event| event.act.as_str()).collect();
    for act in ["account.add", "manager.appoint", "organisation.add", "member.add", "password.reset"] {
        assert!(acts.contains(&act), "{act}");
    }
    assert_eq!(events.last().unwrap().actor, house.manager.to_string());
    assert!(events.iter().all(|event| !event.details.contains('@') && !event.details.contains("argon2id")));
}

#[test]
fn the_verb_makes_a_user_manager_and_shows_the_password_once() {
    let app = TestApp::bare();
    assert!(app.ok(["manager", "list"]).stdout.contains("hd4dp manager add"));
    let made = app.ok(["manager", "add", "Baas@fictief.example", "--json"]).json();
    let password = made["temporary_password"].as_str().unwrap();
    assert_eq!(app.run(["manager", "add", "baas@FICTIEF.example"]).status, 1);
    assert_eq!(app.run(["manager", "add", "geen adres"]).status, 1);
    let store = Store::open(&app.data()).unwrap();
    let boss = store.read(|tx| account::by_email(tx, "baas@fictief.example")).unwrap().unwrap();
    assert!(boss.is_manager && boss.temporary_until.is_some());
    let hash = store.read(|tx| stored::hash(tx, boss.id)).unwrap();
    let hasher = Hasher::new(store.keys());
    assert_eq!(hasher.check(password, hash.as_deref()).unwrap(), Verdict::Right);
    assert!(!holds(&app.data(), password.as_bytes()));

    let reset = app.ok(["manager", "reset", "baas@fictief.example", "--json"]).json();
    assert_ne!(reset["temporary_password"], made["temporary_password"]);
    assert_eq!(app.run(["manager", "reset", "ander@fictief.example"]).status, 2);
    let text = app.ok(["manager", "add", "tweede@fictief.example"]).stdout;
    assert!(text.contains("tweede@fictief.example"), "{text}");
    let list = app.ok(["manager", "list", "--json"]).json();
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert!(!list.to_string().contains("argon2"), "{list}");
}
