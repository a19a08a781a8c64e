//! The queue and how imports add up, as people see them.

#![allow(clippy::unwrap_used)]

use hd4dp::{
    domain::{
        account::Actor,
        delivery::DeliveryId,
        identifier::Nihdi,
        member::{Grant, Projects},
        role::Role,
    },
    store::{
        Store, member, organisation,
        queue::{self, Place, View},
    },
};

use super::client::Portal;
use crate::common::{NIHDI, TestApp, outside::Outside, receiver::Act};

#[test]
fn a_parked_delivery_tells_why_and_goes_on_for_its_own_group_only() {
    let mut outside = Outside::new();
    outside.platform.first([Act::Status(422, "")]);
    outside.row("D1");
    assert_eq!(outside.deliver().0, 3);
    let id = outside.delivery("platform")["id"].as_i64().unwrap();
    let portal = Portal::start_on(std::mem::replace(&mut outside.app, TestApp::bare()));
    let (group, other) = (portal.group(NIHDI), portal.organisation("72099902", "Ander Ziekenhuis"));
    let mut manager = portal.member(&group, "upload@fictief.example", &[Role::CsvUploadManager]);
    let base = format!("/ssp/groups/{NIHDI}/queue");
    for path in [base.clone(), format!("{base}?show=parked"), format!("{base}/{id}")] {
        let text = manager.get(&path).text();
        assert!(text.contains("The service refused it (answer 422)."), "{path}: {text}");
    }
    assert!(!manager.get(&format!("{base}?show=sent")).text().contains(&format!("{base}/{id}\"")));

    let mut stranger = portal.member(&other, "vreemd@fictief.example", &[Role::DpManager]);
    let elsewhere = format!("/ssp/groups/72099902/queue/{id}");
    assert_eq!(stranger.get(&elsewhere).status, 404);
    assert_eq!(stranger.post(&format!("{elsewhere}/retry"), &[]).status, 404);
    assert_eq!(stranger.get("/ssp/groups/72099902/queue/imports/1").status, 404);
    assert!(stranger.get("/ssp/groups/72099902/queue").text().contains("Nothing needs you here"));
    let attempts = |organisation| {
        let shown = portal.store.read(|tx| queue::show(tx, organisation, DeliveryId(id)));
        shown.map(|(_, attempts)| attempts.into_iter().map(|it| it.outcome).collect::<Vec<_>>())
    };
    assert!(attempts(other.id).is_err());
    assert_eq!(attempts(group.id).unwrap(), ["parked"]);

    let resumed = manager.post(&format!("{base}/{id}/retry"), &[]);
    assert!(resumed.location().contains("done=delivery-retried"), "{resumed:?}");
    assert_eq!(attempts(group.id).unwrap()[1], "retry");
    assert!(manager.get(&format!("{base}/{id}")).text().contains("upload@fictief.example"));
    let mut reader = portal.member(&group, "auditor@fictief.example", &[Role::Auditor]);
    assert_eq!(reader.post(&format!("{base}/{id}/park"), &[]).status, 403);

    for path in [format!("{base}/imports"), format!("{base}/imports/1")] {
        let text = manager.get(&path).text();
        assert!(text.contains("dds up") && !text.contains("ot add up"), "{text}");
    }
}

#[test]
fn a_study_lead_sees_the_deliveries_of_the_own_projects_only() {
    let mut outside = Outside::new();
    outside.row("D1");
    outside.deliver_all();
    let id = outside.queue().0[0]["id"].clone();
    let portal = Portal::start_on(std::mem::replace(&mut outside.app, TestApp::bare()));
    let group = portal.group(NIHDI);
    let grant = |project: &str| [Grant::of_projects(Role::StudyLead, &[project])];
    let mut lead = portal.member(&group, "lead@fictief.example", &[Role::StudyLead]);
    let path = format!("/ssp/groups/{NIHDI}/queue/{id}");
    assert_eq!(lead.get(&path).status, 200);
    let by = Actor::System("test".into());
    let account = lead.account.unwrap();
    portal.store.write(|tx| member::set_roles(tx, &by, group.id, account, &grant("HDBP9999"))).unwrap();
    assert_eq!(lead.get(&path).status, 404);
    assert_eq!(lead.get(&format!("/ssp/groups/{NIHDI}/queue/imports/1")).status, 404);
    let list = lead.get(&format!("/ssp/groups/{NIHDI}/queue?show=sent")).text();
    assert!(list.contains("Nothing has been receipted yet."), "{list}");
}

#[test]
fn a_long_queue_is_read_page_by_page_each_delivery_once() {
    let outside = Outside::new();
    for number in 1..=3 {
        outside.platform.first([Act::Status(422, "")]);
        outside.row(&format!("D{number}"));
        outside.deliver();
    }
    let store = Store::open(&outside.app.data()).unwrap();
    let nihdi = Nihdi::stored(NIHDI.into()).unwrap();
    let group = store.read(|tx| organisation::by_nihdi(tx, &nihdi)).unwrap().id;
    let page = |after: Option<&Place>| {
        store.read(|tx| queue::page(tx, group, &Projects::All, View::Problems, after, 2)).unwrap()
    };
    let first = page(None);
    let last = first.last().unwrap();
    let second = page(Some(&Place { state: last.state.clone(), id: last.id }));
    let ids: Vec<_> = first.iter().chain(&second).map(|it| it.id).collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.is_sorted_by(|a, b| a > b), "{ids:?}");
    let counts = store.read(|tx| queue::counts(tx, group, &Projects::All)).unwrap();
    let parked = counts.iter().find(|it| it.state == "parked").unwrap();
    assert_eq!((parked.service.as_str(), parked.number), ("platform", 3));
}
