//! Passwords, second factors, sessions and failed log-ins.

use std::net::IpAddr;

use hd4dp::{
    domain::{role::Role, session::Limits},
    error::Code,
    portal::{
        password::{self, Hasher, Verdict},
        second_factor::{Secret, recovery_codes},
    },
    store::{Tx, account, login, password as stored, second_factor, session},
};
use jiff::SignedDuration;

use super::{holds, house, id};

const PASSWORD: &str = "een zeer geheim wachtwoord";

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
    let long_ago = Limits { absolute: SignedDuration::from_hours(-25), ..limits };
    let (forgotten, _) = house.write(|tx| session::open(tx, someone, true, "::1", "", long_ago));
    assert_eq!(house.write(|tx| session::sweep(tx, limits)), 1);
    let whose = |token| house.write(|tx| session::ended(tx, token));
    assert_eq!((whose(&ended), whose(&forgotten)), (Some(someone), None), "a day long");
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
    assert_ne!(after.csrf(keys), before.csrf(keys), "forms of before are worth nothing");
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
fn strong_passwords_are_asked_of_people() {
    assert!(password::strength(PASSWORD, &["iemand@fictief.example"]).is_ok());
    assert!(password::strength("iemand@fictief", &["iemand@fictief.example"]).is_err());
}
