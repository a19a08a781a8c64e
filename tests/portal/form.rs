//! Forms: only ours, only once understood, and whatever stands in them.

#![allow(clippy::unwrap_used)]

use hd4dp::domain::role::Role;

use super::client::Portal;
use crate::common::NIHDI;

#[test]
fn a_form_without_its_token_or_of_another_site_changes_nothing() {
    let portal = Portal::start();
    let mut manager = portal.manager("an@fictief.example");
    let own = manager.csrf.clone();
    let other = portal.manager("eve@fictief.example").csrf;
    let add = |csrf: &str| format!("title=Nieuw&nihdi=72099902&csrf={csrf}");
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let tries: &[(&[(&str, &str)], &str)] = &[
        (&[form], ""),
        (&[form], "x"),
        (&[form], &other),
        (&[form, ("Sec-Fetch-Site", "cross-site")], &own),
        (&[form, ("Sec-Fetch-Site", "same-site")], &own),
        (&[form, ("Origin", "https://evil.example")], &own),
        (&[form, ("Origin", "null")], &own),
    ];
    for (headers, csrf) in tries {
        let refused = manager.send("POST", "/ssp/groups/add", headers, add(csrf).as_bytes());
        assert_eq!(refused.status, 403, "{headers:?}");
    }
    for kind in ["text/plain", "application/json", "multipart/form-data; boundary=x", ""] {
        let refused =
            manager.send("POST", "/ssp/groups/add", &[("Content-Type", kind)], add(&own).as_bytes());
        assert_eq!(refused.status, 400, "{kind}");
    }
    assert!(!portal.app.ok(["organisation", "list"]).stdout.contains("72099902"));
    let headers = [form, ("Origin", "https://localhost"), ("Sec-Fetch-Site", "same-origin")];
    assert_eq!(manager.send("POST", "/ssp/groups/add", &headers, add(&own).as_bytes()).status, 303);
}

#[test]
fn what_people_type_is_shown_as_they_typed_it() {
    let portal = Portal::start();
    let mut manager = portal.manager("an@fictief.example");
    for nasty in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'; DROP TABLE organisation; --",
        "../../etc/passwd",
        "{{ 700007 * 7 }}{% raw %}",
        "${jndi:ldap://x}",
        "\u{202e}txt.exe",
    ] {
        let fields = [("title", nasty), ("nihdi", NIHDI), ("message", nasty)];
        let path = format!("/ssp/groups/{NIHDI}/edit");
        assert_eq!(manager.post(&path, &fields).status, 303, "{nasty}");
        for path in [
            "/ssp",
            "/ssp/groups",
            &format!("/ssp/groups/{NIHDI}"),
            &format!("/ssp/groups/{NIHDI}/revisions"),
        ] {
            let page = manager.get(path);
            assert_eq!(page.status, 200);
            let text = page.text();
            assert!(!text.contains("<script>alert") && !text.contains("<img src=x"), "{path}: {nasty}");
            assert!(!text.contains("4900049"), "{path}");
        }
        let search = manager.get(&format!(
            "/ssp/groups?search={}",
            nasty.replace(['<', '>', '"', ' ', '\u{202e}', '\'', '{', '}', '%', '$', ';'], "")
        ));
        assert_eq!(search.status, 200);
    }
    let huge = "x".repeat(200 * 1024);
    assert_eq!(
        manager.post(&format!("/ssp/groups/{NIHDI}/edit"), &[("title", &huge), ("nihdi", NIHDI)]).status,
        422
    );
    let too_much = "x".repeat(300 * 1024);
    assert_eq!(manager.post(&format!("/ssp/groups/{NIHDI}/edit"), &[("title", &too_much)]).status, 413);
}

#[test]
fn every_page_tells_the_browser_what_it_may_load() {
    let portal = Portal::start();
    let group = portal.group(NIHDI);
    let mut lead = portal.member(&group, "lead@fictief.example", &[Role::StudyLead]);
    let mut guest = portal.stranger();
    for page in [guest.get("/ssp/login"), lead.get("/ssp"), lead.get("/ssp/nothing")] {
        let policy = page.header("content-security-policy").unwrap().to_owned();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("strict-transport-security"), None, "never for localhost");
        assert_eq!(page.header("server"), None);
        assert!(page.header("x-request-id").is_some());
    }
}

#[test]
fn a_new_member_is_added_and_the_temporary_password_is_shown_once() {
    let portal = Portal::start();
    let group = portal.group(NIHDI);
    let mut manager = portal.member(&group, "dp@fictief.example", &[Role::DpManager]);
    let base = format!("/ssp/groups/{NIHDI}/members");
    let form = manager.post(&format!("{base}/add"), &[("email", "new@fictief.example")]);
    assert_eq!(form.status, 200);
    let none = manager.post(&format!("{base}/add/roles"), &[("email", "new@fictief.example")]);
    assert_eq!(none.status, 422, "a member has at least one role");
    let fields = [
        ("email", "new@fictief.example"),
        ("role", "auditor"),
        ("role", "study_support"),
        ("projects-study_support", "HDBP0147"),
    ];
    let added = manager.post(&format!("{base}/add/roles"), &fields);
    assert_eq!(added.status, 200);
    let secret = added.text().split_once("id=\"secret\">").unwrap().1.split('<').next().unwrap().to_owned();
    assert!(!manager.get(&base).text().contains(&secret));
    let mut new = portal.stranger();
    new.get("/ssp/login");
    assert_eq!(
        new.post("/ssp/login", &[("email", "new@fictief.example"), ("password", &secret)]).status,
        303
    );
    let elevated = manager.post(&format!("{base}/add"), &[("email", "new@fictief.example")]);
    assert_eq!(elevated.status, 422, "a member already");
    let dp = [("email", "x@fictief.example"), ("role", "dp_manager")];
    assert_eq!(
        manager.post(&format!("{base}/add/roles"), &dp).status,
        403,
        "only a User Manager makes DP Managers"
    );
}
