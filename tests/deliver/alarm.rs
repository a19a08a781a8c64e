//! Alerts: once for each change of state.

use crate::common::{NIHDI, diag, outside::Outside, receiver::Act};

/// The reason of the alert about a subject.
fn alert(outside: &Outside, subject: &str) -> Option<String> {
    outside.alerts().into_iter().find(|(known, _)| known == subject).map(|(_, reason)| reason)
}

#[test]
fn a_service_that_fails_is_one_alert_until_it_works_again() {
    let outside = Outside::new();
    let subject = format!("service:platform:{NIHDI}");
    outside.configure_queue("attempts = 6\nbackoff_limit_milliseconds = 200");
    outside.platform.plan(|_| Act::Status(500, ""));
    outside.rows(&[diag("D1", "text")]);
    outside.deliver();
    assert_eq!(alert(&outside, &subject).as_deref(), Some("status-500"));
    let since = outside.app.sqlite("SELECT group_concat(subject || since) FROM alert");
    outside.app.ok(["queue", "retry", "--parked"]);
    outside.deliver();
    let again =
        outside.app.sqlite("SELECT group_concat(subject || since) FROM alert WHERE subject LIKE 'service:%'");
    assert!(since.contains(&again), "raised once for twelve failures: {since} {again}");
    let told = outside.app.run(["queue", "list"]).stdout;
    assert!(told.contains(&subject) && told.contains("cannot take it now (answer 500)"), "{told}");

    outside.platform.plan(|_| Act::Well);
    outside.app.ok(["queue", "retry", "--parked"]);
    outside.deliver_all();
    assert!(outside.alerts().is_empty(), "{:?}", outside.alerts());
}

#[test]
fn a_single_failure_that_passes_is_no_alert() {
    let outside = Outside::new();
    outside.platform.first([Act::Status(500, "")]);
    outside.row("D1");
    outside.deliver_all();
    assert_eq!(outside.app.sqlite("SELECT count(*) FROM attempt WHERE outcome = 'again'"), "1");
    assert!(outside.alerts().is_empty());
}

#[test]
fn a_clock_that_is_off_is_told_once_and_forgotten_when_it_is_right() {
    for ahead in [120, -120] {
        let outside = Outside::new();
        outside.platform.set_clock_ahead(ahead);
        outside.row("D1");
        outside.deliver_all();
        assert_eq!(outside.alerts(), [("clock:platform".to_owned(), "clock-skew".to_owned())]);
        let since = outside.app.sqlite("SELECT since FROM alert");
        outside.row("D2");
        outside.deliver_all();
        assert_eq!(outside.app.sqlite("SELECT since FROM alert"), since, "told once");
        let told = outside.app.ok(["queue", "list"]).stdout;
        assert!(told.contains("more than a minute apart"), "{told}");
        outside.platform.set_clock_ahead(ahead / 4);
        outside.row("D3");
        outside.deliver_all();
        assert!(outside.alerts().is_empty(), "half a minute is nothing");
    }
}

#[test]
fn a_platform_certificate_that_expired_stops_the_sealing_with_a_word_and_ends_the_run() {
    let outside = Outside::new();
    let expired = crate::service::Authority::new("Fictief").encryption(2020);
    std::fs::write(outside.opener.certificate(), expired).unwrap();
    outside.row("D1");
    let (exit, summary) = outside.deliver();
    assert_eq!((exit, &summary["queued"]), (3, &1.into()), "{summary}");
    assert_eq!(outside.alerts(), [(format!("sealing:{NIHDI}"), "recipient-expired".to_owned())]);
}
