//! Log in, Welcome, second factor, sessions.

#![allow(clippy::unwrap_used)]

use super::client::Portal;
use crate::common::TestApp;

const PASSWORD: &str = "correct horse battery staple";

/// A portal and the temporary password of its first manager.
fn fresh() -> (Portal, String) {
    let app = TestApp::new();
    let made = app.ok(["manager", "add", "an@fictief.example", "--json"]).json();
    (Portal::start_on(app), made["temporary_password"].as_str().unwrap().to_owned())
}

#[test]
fn a_temporary_password_leads_to_the_welcome_page_and_nowhere_else() {
    let (portal, temporary) = fresh();
    let mut an = portal.stranger();
    an.get("/ssp/login");
    let arrived = an.post("/ssp/login", &[("email", "AN@fictief.example"), ("password", &temporary)]);
    assert_eq!((arrived.status, arrived.location()), (303, "/ssp"));
    for path in ["/ssp", "/ssp/groups", "/ssp/me"] {
        assert_eq!(an.get(path).location(), "/ssp/welcome", "{path}");
    }
    an.get("/ssp/welcome");
    let weak = an.post("/ssp/welcome", &[("new", "Welkom123456"), ("again", "Welkom123456")]);
    assert_eq!(weak.status, 422);
    let differs = an.post("/ssp/welcome", &[("new", PASSWORD), ("again", "correct horse")]);
    assert_eq!(differs.status, 422);
    assert_eq!(an.post("/ssp/welcome", &[("new", PASSWORD), ("again", PASSWORD)]).status, 303);
    assert_eq!(an.get("/ssp").status, 200);
    let mut again = portal.stranger();
    again.get("/ssp/login");
    assert_eq!(
        again.post("/ssp/login", &[("email", "an@fictief.example"), ("password", &temporary)]).status,
        422
    );
    assert_eq!(
        again.post("/ssp/login", &[("email", "an@fictief.example"), ("password", PASSWORD)]).status,
        303
    );
    let log = portal.log();
    assert!(
        !log.contains(&temporary) && !log.contains(PASSWORD) && !log.contains("fictief.example"),
        "{log}"
    );
}

#[test]
fn the_page_that_was_asked_for_comes_after_the_log_in_and_no_other_host() {
    let (portal, temporary) = fresh();
    let mut an = portal.stranger();
    assert_eq!(an.get("/ssp/groups").location(), "/ssp/login?next=%2Fssp%2Fgroups");
    for (next, to) in [
        ("/ssp/groups", "/ssp/groups"),
        ("https://evil.example/", "/ssp"),
        ("//evil.example", "/ssp"),
        ("/ssp/../x?y\r\nSet-Cookie: a=b", "/ssp"),
        ("/sspx", "/ssp"),
    ] {
        let mut an = portal.stranger();
        an.get("/ssp/login");
        let fields = [("email", "an@fictief.example"), ("password", temporary.as_str()), ("next", next)];
        assert_eq!(an.post("/ssp/login", &fields).location(), to, "{next:?}");
    }
}

#[test]
fn somebody_who_does_not_exist_is_answered_as_somebody_with_a_wrong_password() {
    let (portal, _) = fresh();
    let mut texts = Vec::new();
    for email in ["an@fictief.example", "nobody@fictief.example"] {
        let mut guest = portal.stranger();
        guest.get("/ssp/login");
        let refused = guest.post("/ssp/login", &[("email", email), ("password", "wrong password")]);
        assert_eq!(refused.status, 422);
        let told = refused.text();
        assert!(told.contains("You could not be logged in.") && !told.contains("be saved"), "{told}");
        texts.push(refused.text().replace(email, "").replace(&guest.csrf, ""));
    }
    assert_eq!(texts[0], texts[1]);
}

#[test]
fn failures_slow_an_account_down_and_a_manager_opens_it_again() {
    let (portal, temporary) = fresh();
    let mut guest = portal.stranger();
    guest.get("/ssp/login");
    for _ in 0..6 {
        guest.post("/ssp/login", &[("email", "an@fictief.example"), ("password", "wrong password")]);
    }
    let right = guest.post("/ssp/login", &[("email", "an@fictief.example"), ("password", &temporary)]);
    assert_eq!(right.status, 422, "even the right password waits");
    let mut manager = portal.manager("bert@fictief.example");
    let accounts = manager.get("/ssp/accounts").text();
    let id = accounts.split_once("/unlock").unwrap().0.rsplit('/').next().unwrap().to_owned();
    assert_eq!(manager.post(&format!("/ssp/accounts/{id}/unlock"), &[]).status, 303);
    let opened = guest.post("/ssp/login", &[("email", "an@fictief.example"), ("password", &temporary)]);
    assert_eq!(opened.status, 303);
}

#[test]
fn a_session_ends_at_the_log_out_and_with_a_new_password() {
    let portal = Portal::start();
    let mut an = portal.manager("an@fictief.example");
    let id = an.account.unwrap();
    let (mut elsewhere, stale) = (portal.stranger(), an.cookies.clone());
    elsewhere.cookies = stale.clone();
    assert_eq!(elsewhere.get("/ssp").status, 200);
    assert_eq!(an.post("/ssp/logout", &[]).location(), "/ssp/login");
    assert_eq!(elsewhere.get("/ssp").location(), "/ssp/login", "a copy of the cookie is worth nothing");
    let mut here = portal.arrived(id);
    let mut there = portal.arrived(id);
    assert_eq!(here.get("/ssp").location(), "/ssp/login", "a new password ended it");
    assert_eq!(there.get("/ssp/me").status, 200);
}

#[test]
fn the_first_manager_is_made_once_with_the_code_of_the_data_directory() {
    let portal = Portal::start();
    let code = std::fs::read_to_string(portal.app.data().join("setup-code")).unwrap();
    let mut guest = portal.stranger();
    guest.get("/ssp/setup");
    let wrong = guest.post("/ssp/setup", &[("code", "aaaa-bbbb"), ("email", "an@fictief.example")]);
    assert_eq!(wrong.status, 422);
    let made = guest.post("/ssp/setup", &[("code", code.trim()), ("email", "an@fictief.example")]);
    assert_eq!(made.status, 200);
    assert!(!portal.app.data().join("setup-code").exists());
    let again = guest.post("/ssp/setup", &[("code", code.trim()), ("email", "eve@fictief.example")]);
    assert_eq!(again.status, 422);
}
