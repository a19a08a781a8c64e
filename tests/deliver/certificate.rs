//! Deliveries and the organisation's certificate.

use crate::common::{
    DIAG_HEADER, NIHDI, diag,
    outside::{OTHER, Outside, end, wait_until},
    receiver::Act,
};

#[test]
fn without_a_certificate_registrations_are_held_until_one_is_handed_in() {
    let outside = Outside::uncertified();
    outside.row("D1");
    let (exit, summary) = outside.deliver();
    assert_eq!((exit, &summary["held"], &summary["queued"]), (0, &1.into(), &0.into()), "{summary}");
    assert_eq!(outside.app.sqlite("SELECT reasons FROM held"), "8");
    assert_eq!(outside.alerts(), [(format!("certificate:{NIHDI}"), "certificate-none".to_owned())]);
    assert!(outside.platform.seen().is_empty() && outside.ttp.seen().is_empty());

    outside.certify(NIHDI);
    assert_eq!(outside.app.sqlite("SELECT count(*) FROM held"), "0", "released at once");
    assert!(outside.alerts().is_empty());
    assert_eq!(outside.deliver_all()["consolidated"], 1);
}

#[test]
fn an_expired_certificate_holds_like_none_and_a_renewed_one_releases() {
    let outside = Outside::new();
    outside.app.sqlite("UPDATE certificate SET not_after = 1000");
    outside.row("D1");
    let (exit, summary) = outside.deliver();
    assert_eq!((exit, &summary["held"]), (0, &1.into()), "{summary}");
    outside.renew();
    assert_eq!(outside.deliver_all()["consolidated"], 1);
}

#[test]
fn a_sealed_batch_whose_certificate_expires_waits_without_being_parked() {
    let outside = Outside::new();
    let (ttp, platform) = (outside.ttp.port, outside.platform.port);
    outside.configure((1, 1), "attempts = 2");
    outside.row("D1");
    assert_eq!(outside.deliver().0, 3);
    outside.app.sqlite("UPDATE certificate SET not_after = 1000");
    outside.configure((ttp, platform), "attempts = 2");
    outside.app.ok(["queue", "retry", "--parked"]);
    let (exit, summary) = outside.deliver();
    assert_eq!(
        (exit, &summary["deliveries"]["queued"], &summary["deliveries"]["parked"]),
        (3, &2.into(), &0.into())
    );
    let waiting = outside.delivery("ttp");
    assert_eq!((&waiting["reason"], &waiting["attempts"]), (&"certificate-none".into(), &0.into()));
    outside.renew();
    outside.deliver_all();
    assert_eq!(outside.ttp.puts().len(), 1);
}

#[test]
fn a_renewed_certificate_is_used_at_once_by_a_process_that_runs() {
    let outside = Outside::new();
    outside.platform.plan(|_| Act::Status(503, ""));
    outside.row("D1");
    let child = outside.start();
    outside.platform.wait_for("PUT", 1);
    wait_until("the other stream is receipted", || {
        outside.app.sqlite("SELECT count(*) FROM delivery WHERE state = 'sent'") == "1"
    });
    let first = outside.platform.seen()[0].client.clone();
    outside.renew();
    outside.rows(&[diag("D2", "text")]);
    outside.platform.plan(|_| Act::Well);
    assert_eq!(end(child).status, 0);
    let last = outside.platform.seen().last().unwrap().client.clone();
    assert_ne!(first, last, "the platform saw the new one");
    assert_eq!(outside.ttp.seen().last().unwrap().client, last, "and so did the TTP");
}

#[test]
fn an_organisation_without_a_certificate_holds_up_no_other() {
    let outside = Outside::new();
    outside.app.ok(["organisation", "add", OTHER, "Ander Ziekenhuis"]);
    let rows = outside.app.file("o.csv", format!("{}\n{}\n", DIAG_HEADER, diag("E1", "text")));
    outside.app.ok(["enrolment", "add", "17529086004", "--organisation", OTHER, "--project", "HDBP0147"]);
    outside.app.ok(["import", "--organisation", OTHER, "--dcd", "INTEGO-DIAG", rows.to_str().unwrap()]);
    outside.row("D1");
    let (exit, summary) = outside.deliver();
    assert_eq!((exit, &summary["held"], &summary["consolidated"]), (0, &1.into(), &1.into()), "{summary}");
}
