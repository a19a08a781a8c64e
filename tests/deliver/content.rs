//! What each party received, read as it came.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{
    DIAG_HEADER, NIHDI, diag,
    outside::{OTHER, Outside, other_patient},
};

#[test]
fn the_ttp_gets_no_registry_variable_and_the_platform_no_identifier() {
    let outside = Outside::new();
    let rows: Vec<String> = (0..40)
        .map(|number| {
            if number % 2 == 0 {
                diag(&format!("D{number}"), "text")
            } else {
                other_patient(&format!("D{number}"))
            }
        })
        .collect();
    outside.rows(&rows);
    outside.deliver_all();
    let (ttp, platform) = (outside.ttp.puts(), outside.platform.puts());
    assert_eq!((ttp.len(), platform.len()), (1, 1));
    assert_eq!(ttp[0].batch(), platform[0].batch());

    let payload = outside.opener.payload(&platform[0].body);
    for identifier in ["14100635354", "85040216932", "2014-10-06", "1985-04-02", "IDC_PAT", "D_PAT_DOB"] {
        assert!(!payload.contains(identifier), "the platform got {identifier}");
    }
    let body = String::from_utf8(ttp[0].body.clone()).unwrap();
    for value in
        ["R74", "P03", "17529086004", "TX_DIAG", "CD_HPIN", "2023-01-27", "ICPC2", "RESOLVED", "2060"]
    {
        assert!(!body.lines().skip(1).any(|line| line.contains(value)), "the TTP got {value}");
    }
    let header = ttp[0].header();
    let names: Vec<&String> = header.as_object().unwrap().keys().collect();
    assert_eq!(names.len(), 6, "{names:?}");
    for line in body.lines().skip(1) {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line.as_object().unwrap().keys().collect::<Vec<_>>(), ["code", "id", "type"]);
    }

    let registrations = outside.opener.registrations(&platform[0].body);
    let (_, identities) = outside.opener.identities(&ttp[0].body);
    let in_order: Vec<String> =
        registrations.iter().map(|line| line["code"].as_str().unwrap().to_owned()).collect();
    let at_the_ttp: Vec<String> = identities.iter().map(|(_, code)| code.clone()).collect();
    let set = |codes: &[String]| codes.iter().cloned().collect::<BTreeSet<_>>();
    assert_eq!(set(&in_order), set(&at_the_ttp), "the same codes");
    assert_eq!(set(&in_order).len(), 40, "each its own");
    assert_ne!(in_order, at_the_ttp, "in another order");
    for (id, code) in &identities {
        let line = registrations.iter().find(|line| line["code"] == code.as_str()).unwrap();
        let number: u32 = line["data"]["TX_DIAG_ID"].as_str().unwrap()[1..].parse().unwrap();
        let expected = if number.is_multiple_of(2) { "14100635354" } else { "85040216932" };
        assert_eq!(id, expected, "a code pairs a patient with the patient's own registration");
    }
}

#[test]
fn each_organisation_has_its_own_batches_certificate_and_connections() {
    let outside = Outside::new();
    outside.app.ok(["organisation", "add", OTHER, "Ander Ziekenhuis"]);
    outside.app.ok(["enrolment", "add", "17529086004", "--organisation", OTHER, "--project", "HDBP0147"]);
    outside.certify(OTHER);
    for round in 0..3 {
        outside.row(&format!("D{round}"));
        let file =
            outside.app.file("other.csv", format!("{DIAG_HEADER}\n{}\n", diag(&format!("E{round}"), "text")));
        let file = file.to_str().unwrap();
        outside.app.ok(["import", "--organisation", OTHER, "--dcd", "INTEGO-DIAG", file]);
    }
    outside.deliver_all();
    for receiver in [&outside.ttp, &outside.platform] {
        let mut whose: BTreeSet<(Vec<u8>, String)> = BTreeSet::new();
        let mut connections: BTreeSet<(usize, Vec<u8>)> = BTreeSet::new();
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for seen in receiver.seen() {
            connections.insert((seen.connection, seen.client.clone()));
            if seen.what() == "PUT" {
                let header = match seen.path.ends_with("identities") {
                    true => seen.header(),
                    false => serde_json::from_str(outside.opener.payload(&seen.body).lines().next().unwrap())
                        .unwrap(),
                };
                let nihdi = header["organization"]["nihdi"].as_str().unwrap().to_owned();
                // Two threads that seal may share what waits into two batches.
                *counts.entry(nihdi.clone()).or_default() += header["count"].as_u64().unwrap();
                whose.insert((seen.client, nihdi));
            }
        }
        let each = BTreeMap::from([(NIHDI.to_owned(), 3), (OTHER.to_owned(), 3)]);
        assert_eq!(counts, each, "batches hold all of one organisation and nothing of another");
        let nihdis: Vec<&str> = whose.iter().map(|(_, nihdi)| nihdi.as_str()).collect();
        assert_eq!(whose.len(), 2, "one certificate for each: {nihdis:?}");
        assert!(nihdis.contains(&NIHDI) && nihdis.contains(&OTHER));
        let numbers: BTreeSet<usize> = connections.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers.len(), connections.len(), "no connection carried two certificates");
    }
}
