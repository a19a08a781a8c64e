//! Accounts, members, roles, sessions and organisations: the rules that no page
//! can forget, on a real database.

use std::{fs, net::IpAddr, path::Path};

use hd4dp::{
    domain::{
        account::{AccountId, Actor, Temporary},
        identifier::Nihdi,
        member::{Grant, Projects, Reach},
        organisation::{Details, Organisation, OrganisationId},
        role::{Permission, Role},
        session::Limits,
    },
    error::{Code, Error, Result},
    language::Language,
    portal::{
        password::{self, Hasher, Verdict},
        second_factor::{Secret, recovery_codes},
    },
    store::{
        Store, Tx, account, alert, audit, login, manager, member, password as stored, revision,
        second_factor, session,
    },
};
use jiff::SignedDuration;

use crate::common::{NIHDI, TestApp, diag, extract};

/// An installation with a manager and two organisations.
struct House {
    _directory: tempfile::TempDir,
    store: Store,
    manager: Actor,
    here: OrganisationId,
    there: OrganisationId,
}

const PASSWORD: &str = "een zeer geheim wachtwoord";

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
fn a_temporary_password_expires_and_ends_with_the_first_change() {
    let house = house();
    let someone = house.member(house.here, "iemand", &[Role::Auditor]);
    let until = house.write(|tx| account::get(tx, someone)).temporary_until.unwrap();
    let now = hd4dp::clock::now().as_millisecond();
    assert!(until > now && until <= now + 7 * 24 * 3_600_000);
    house.write(|tx| stored::change(tx, someone, "hash"));
    assert_eq!(house.write(|tx| account::get(tx, someone)).temporary_until, None);
}

#[test]
fn a_password_change_ends_all_sessions() {
    let house = house();
    let someone = house.member(house.here, "iemand", &[Role::Auditor]);
    let limits = Limits::default();
    let open = |tx: &Tx<'_>| session::open(tx, someone, true, "10.0.0.1", "Firefox\u{7}", limits);
    let (one, first) = house.write(open);
    let (two, second) = house.write(open);
    assert_eq!(first.browser, "Firefox");
    assert_eq!(house.write(|tx| session::list(tx, someone, limits)).len(), 2);
    // One's own can be ended one by one, nobody else's.
    assert_eq!(house.refused(|tx| session::end(tx, id(&house.manager), first.id)).code, Code::NotFound);
    house.write(|tx| session::end(tx, someone, first.id));
    assert!(house.write(|tx| session::find(tx, &one, limits)).is_none());
    assert_eq!(house.write(|tx| session::find(tx, &two, limits)).unwrap().0.id, second.id);
    house.write(|tx| stored::change(tx, someone, "hash"));
    assert!(house.write(|tx| session::find(tx, &two, limits)).is_none());
}

#[test]
fn a_session_ends_when_idle_and_in_any_case() {
    let house = house();
    let someone = id(&house.manager);
    let limits = Limits::default();
    let (token, opened) = house.write(|tx| session::open(tx, someone, true, "::1", "", limits));
    let find = |limits| house.store.read(|tx| session::find(tx, &token, limits)).unwrap();
    assert!(find(limits).is_some());
    let no_time = SignedDuration::from_millis(-1);
    assert!(find(Limits { idle: no_time, ..limits }).is_none());
    let (ended, _) =
        house.write(|tx| session::open(tx, someone, true, "::1", "", Limits { absolute: no_time, ..limits }));
    assert!(house.write(|tx| session::find(tx, &ended, limits)).is_none());
    std::thread::sleep(std::time::Duration::from_millis(2));
    house.write(|tx| session::touch(tx, opened.id));
    assert!(find(limits).unwrap().0.seen_at > opened.seen_at);
    assert_eq!(house.write(|tx| session::sweep(tx, limits)), 1);
}

#[test]
fn a_session_that_waits_for_the_second_factor_gets_a_new_token_with_it() {
    let house = house();
    let limits = Limits::default();
    let (before, opened) = house.write(|tx| session::open(tx, id(&house.manager), false, "::1", "", limits));
    assert!(!opened.is_complete);
    let after = house.write(|tx| session::complete(tx, &opened));
    assert!(house.write(|tx| session::find(tx, &before, limits)).is_none());
    let (found, account) = house.write(|tx| session::find(tx, &after, limits)).unwrap();
    assert!(found.is_complete);
    assert_eq!(account.email, "baas@fictief.example");
    let keys = house.store.keys();
    assert!(after.is_csrf(keys, &after.csrf(keys)));
    assert!(!after.is_csrf(keys, &before.csrf(keys)));
}

#[test]
fn what_a_session_keeps_is_sealed_its_own_and_goes_with_it() {
    let house = house();
    let limits = Limits::default();
    let someone = id(&house.manager);
    let (_, mine) = house.write(|tx| session::open(tx, someone, true, "::1", "", limits));
    let (_, other) = house.write(|tx| session::open(tx, someone, true, "::1", "", limits));
    let name = house.write(|tx| session::keep(tx, mine.id, "85073003328"));
    assert_eq!(*house.write(|tx| session::kept(tx, mine.id, &name)).unwrap(), "85073003328");
    assert!(house.write(|tx| session::kept(tx, other.id, &name)).is_none());
    for number in 0..64 {
        house.write(|tx| session::keep(tx, mine.id, &number.to_string()));
    }
    assert!(house.write(|tx| session::kept(tx, mine.id, &name)).is_none(), "the oldest made room");
    let name = house.write(|tx| session::keep(tx, other.id, "85073003328"));
    house.write(|tx| session::end_all(tx, someone, Some(mine.id)));
    assert!(house.write(|tx| session::kept(tx, other.id, &name)).is_none());
    assert!(!holds(house.store.directory(), b"85073003328"));
}

#[test]
fn a_code_works_once() {
    let house = house();
    let someone = house.member(house.here, "iemand", &[Role::Auditor]);
    let (secret, codes) = (Secret::new().unwrap(), recovery_codes().unwrap());
    house.write(|tx| second_factor::set(tx, someone, secret.bytes(), 1_000, &codes, None));
    assert!(house.write(|tx| account::get(tx, someone)).has_second_factor);
    assert_eq!(**house.write(|tx| second_factor::secret(tx, someone)).as_deref().unwrap(), *secret.bytes());
    for (step, is_good) in [(1_000, false), (1_001, true), (1_001, false), (999, false), (1_003, true)] {
        assert_eq!(house.write(|tx| second_factor::use_step(tx, someone, step)), is_good, "{step}");
    }
    let code = codes[3].to_uppercase().replace('-', " ");
    let other = house.member(house.here, "ander", &[Role::Auditor]);
    assert!(!house.write(|tx| second_factor::use_code(tx, other, &code)));
    assert!(house.write(|tx| second_factor::use_code(tx, someone, &code)));
    assert!(!house.write(|tx| second_factor::use_code(tx, someone, &code)));
    assert_eq!(house.write(|tx| second_factor::codes_left(tx, someone)), 9);
}

#[test]
fn an_organisation_may_require_a_second_factor() {
    let house = house();
    let someone = house.member(house.here, "iemand", &[Role::Auditor]);
    let elsewhere = house.member(house.there, "elders", &[Role::Auditor]);
    let required = |id| house.write(|tx| second_factor::is_required(tx, id));
    assert!(!required(someone));
    house.write(|tx| revision::require_second_factor(tx, &house.manager, house.here, true, "beleid"));
    assert!(required(someone));
    assert!(required(id(&house.manager)), "a manager reaches every organisation");
    assert!(!required(elsewhere));
    house.write(|tx| second_factor::set(tx, someone, &[1; 20], 1, &[], None));
    assert_eq!(house.refused(|tx| second_factor::give_up(tx, someone)).code, Code::Conflict);
    house.write(|tx| second_factor::reset(tx, &house.manager, someone));
    assert!(!house.write(|tx| account::get(tx, someone)).has_second_factor);
}

#[test]
fn failures_slow_down_and_lock_and_a_manager_lifts_it() {
    let house = house();
    let email = "iemand@fictief.example";
    let someone = house.member(house.here, "iemand", &[Role::Auditor]);
    let address: IpAddr = "10.0.0.7".parse().unwrap();
    let gate = |email: &str| house.store.read(|tx| login::gate(tx, email, address)).unwrap();
    for _ in 0..5 {
        assert_eq!(gate(email), login::Gate::Open);
        house.write(|tx| login::fail(tx, email, address));
    }
    assert_eq!(gate(email), login::Gate::Open);
    house.write(|tx| login::fail(tx, "IEMAND@fictief.example", address));
    assert!(matches!(gate(email), login::Gate::Waits(_)));
    let known = house.write(|tx| account::get(tx, someone));
    house.write(|tx| login::succeed(tx, &known, address));
    assert_eq!(gate(email), login::Gate::Open);
    assert!(house.write(login::list).is_empty(), "a success leaves no trace of an honest mistake");
    for _ in 0..20 {
        house.write(|tx| login::fail(tx, email, address));
    }
    assert_eq!(gate(email), login::Gate::Locked);
    let listed = house.write(login::list);
    assert_eq!((listed.len(), listed[0].failures, listed[0].is_locked), (1, 20, true));
    assert_eq!(listed[0].account.as_ref().unwrap().id, someone);
    house.write(|tx| login::lift(tx, &house.manager, someone));
    assert_eq!(gate(email), login::Gate::Open);
}

#[test]
fn an_unknown_address_waits_and_locks_as_a_known_one_does() {
    let house = house();
    let address: IpAddr = "10.0.0.7".parse().unwrap();
    let gate = |email: &str| house.store.read(|tx| login::gate(tx, email, address)).unwrap();
    for failures in 1..=20 {
        for email in ["niemand@fictief.example", "baas@fictief.example"] {
            house.write(|tx| login::fail(tx, email, "10.9.9.9".parse().unwrap()));
        }
        let kind = |email| std::mem::discriminant(&gate(email));
        assert_eq!(kind("niemand@fictief.example"), kind("baas@fictief.example"), "{failures}");
    }
    assert!(!holds(house.store.directory(), b"niemand@"), "what was typed is not kept");
    // From one network address all e-mail addresses are slowed down in the end.
    for number in 0..11 {
        house.write(|tx| {
            login::fail(tx, &format!("raad{number}@fictief.example"), "10.9.9.9".parse().unwrap())
        });
    }
    let gate = house.write(|tx| login::gate(tx, "vers@fictief.example", "10.9.9.9".parse().unwrap()));
    assert!(matches!(gate, login::Gate::Waits(_)), "{gate:?}");
    let listed = house.write(login::list);
    assert!(listed.iter().any(|listed| listed.account.is_none() && listed.address == "10.9.9.9"));
    house.write(|tx| login::lift_address(tx, &house.manager, "10.9.9.9"));
    let gate = house.write(|tx| login::gate(tx, "vers@fictief.example", "10.9.9.9".parse().unwrap()));
    assert_eq!(gate, login::Gate::Open);
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
fn members_of_a_deactivated_organisation_lose_access_and_managers_do_not() {
    let house = house();
    let someone = house.member(house.here, "iemand", &[Role::DpManager]);
    house.write(|tx| revision::deactivate(tx, &house.manager, house.here, "fusie"));
    let standing = house.write(|tx| member::standing(tx, someone));
    assert!(!standing.sees(house.here));
    assert!(house.write(|tx| member::standing(tx, id(&house.manager))).sees(house.here));
    house.write(|tx| revision::reactivate(tx, &house.manager, house.here, "toch niet"));
    assert!(house.write(|tx| member::standing(tx, someone)).sees(house.here));
}

#[test]
fn each_change_of_an_organisation_is_a_revision() {
    let house = house();
    let edited = Details { cbe: vec!["0999999031".into()], ..details(NIHDI, "Nieuw hier") };
    let edit = |tx: &Tx<'_>| revision::edit(tx, &house.manager, house.here, &edited, " nieuwe naam ");
    let changed: Organisation = house.write(edit);
    assert_eq!(changed.title, "Nieuw hier");
    house.write(edit);
    house.write(|tx| revision::deactivate(tx, &house.manager, house.here, "fusie"));
    let revisions = house.write(|tx| revision::list(tx, house.here));
    assert_eq!(revisions.len(), 3, "what changes nothing is no revision");
    assert_eq!(revisions[1].message, "nieuwe naam");
    assert_eq!(revisions[1].actor, house.manager.to_string());
    assert_eq!(revisions[1].before["title"], "Hier");
    assert_eq!(revisions[1].after["cbe"][0], "0999999031");
    assert_eq!(revisions[0].after["active"], false);
    assert!(revisions[2].before.is_null());
    let taken = details("72099902", "Dubbel");
    assert_eq!(
        house.refused(|tx| revision::edit(tx, &house.manager, house.here, &taken, "")).code,
        Code::Conflict
    );
    let empty = details(NIHDI, "  ");
    assert_eq!(
        house.refused(|tx| revision::edit(tx, &house.manager, house.here, &empty, "")).code,
        Code::Invalid
    );
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
fn no_password_hash_input_is_in_the_database() {
    let house = house();
    let hasher = Hasher::new(house.store.keys());
    let someone = house.member(house.here, "iemand", &[Role::Auditor]);
    let (secret, codes) = (Secret::new().unwrap(), recovery_codes().unwrap());
    let limits = Limits::default();
    let token = house.write(|tx| {
        stored::change(tx, someone, &hasher.hash(PASSWORD)?)?;
        second_factor::set(tx, someone, secret.bytes(), 1, &codes, None)?;
        Ok(session::open(tx, someone, true, "::1", "Firefox", limits)?.0)
    });
    let hash = house.write(|tx| stored::hash(tx, someone)).unwrap();
    assert_eq!(hasher.check(PASSWORD, Some(&hash)).unwrap(), Verdict::Right);
    let directory = house.store.directory();
    assert!(holds(directory, b"$argon2id$"), "the question itself works");
    for secret in [PASSWORD.as_bytes(), secret.bytes(), codes[0].as_bytes(), token.text().as_bytes()] {
        assert!(!holds(directory, secret));
    }
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

#[test]
fn organisations_come_from_a_file() {
    let app = TestApp::new();
    let file = app.file(
        "organisaties.csv",
        "Title;NIHDI;CBE\nZiekenhuis Daar;72099902;0999999031\nFictief;71099911;\nFout;71099912;\n",
    );
    let ran = app.run(["organisation", "import", file.to_str().unwrap(), "--json"]);
    assert_eq!(ran.status, 3, "{}", ran.stderr);
    assert_eq!(ran.json(), serde_json::json!({ "added": 1, "known": 1, "refused": 1 }));
    assert!(ran.stderr.contains('4'), "the line is named: {}", ran.stderr);
    let list = app.ok(["organisation", "list", "--json"]).json();
    let titles: Vec<_> = list.as_array().unwrap().iter().map(|known| known["title"].clone()).collect();
    assert_eq!(titles, ["Fictief Ziekenhuis", "Ziekenhuis Daar"], "what is known keeps its title");
    let wrong = app.file("zonder.csv", "title\nZiekenhuis\n");
    assert_eq!(app.run(["organisation", "import", wrong.to_str().unwrap()]).status, 1);
}

#[test]
fn nothing_is_imported_or_sealed_for_a_deactivated_organisation() {
    let app = TestApp::new();
    app.enrol();
    app.import("INTEGO-DIAG", &extract("INTEGO-DIAG"));
    let store = Store::open(&app.data()).unwrap();
    let waiting = || store.read(hd4dp::store::batch::waiting).unwrap().len();
    assert_eq!(waiting(), 1);
    let here = store.read(|tx| Ok(hd4dp::store::organisation::all(tx)?.remove(0).id)).unwrap();
    store.write(|tx| revision::deactivate(tx, &root(), here, "")).unwrap();
    assert_eq!(waiting(), 0);
    let row = diag("D9001", "x");
    let file = app.file("nieuw.csv", format!("{}\n{row}\n", crate::common::DIAG_HEADER));
    let file = file.to_str().unwrap();
    let ran = app.run(["import", "--organisation", NIHDI, "--dcd", "INTEGO-DIAG", file]);
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("deactivated"), "{}", ran.stderr);
    store.write(|tx| revision::reactivate(tx, &root(), here, "")).unwrap();
    assert_eq!(waiting(), 1);
}

#[test]
fn strong_passwords_are_asked_of_people() {
    assert!(password::strength(PASSWORD, &["iemand@fictief.example"]).is_ok());
    assert!(password::strength("iemand@fictief", &["iemand@fictief.example"]).is_err());
}

/// Whether a file of the directory holds these bytes.
fn holds(directory: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(directory).unwrap().any(|entry| {
        let content = fs::read(entry.unwrap().path()).unwrap_or_default();
        content.windows(bytes.len()).any(|window| window == bytes)
    })
}
