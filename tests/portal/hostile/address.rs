//! Everything hostile in the place of each part of an address, and in each
//! query: a new route, or a new name in a query, is tried without a word here.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeSet, fs, path::Path};

use hd4dp::portal::routes::{Line, lines};

use super::{
    MARK,
    house::House,
    payloads,
    walk::{faults, route, walk},
};
use crate::{common::NIHDI, portal::client::encoded};

/// What no part of an address is, as it stands in the request's first line.
fn parts() -> Vec<String> {
    let raw = [
        "..",
        ".",
        "",
        "%2e%2e",
        "..%2f..%2fetc%2fpasswd",
        "..%5c..%5cMARK",
        "\"><script>alert(1)</script>MARK",
        "%",
        "%zz",
        "%00",
        "%0d%0aX-Injected:%201",
        "%ff%fe",
        "%u202e",
        "MARK;x=1",
        "MARK\\",
        "-1",
        "+1",
        "0",
        "1e3",
        "NaN",
        "0x1",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999999999",
        "\u{661}",
        "\u{e9}",
    ];
    let raw = raw.iter().map(|part| part.replace("MARK", MARK));
    let long = [129, 8_000].map(|length| MARK.repeat(length)[..length].to_owned());
    raw.chain(long)
        .chain(payloads().iter().filter(|text| text.len() < 900).map(|text| encoded(text)))
        .collect()
}

/// The names that the portal's source asks queries for.
fn names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/portal")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(path).unwrap();
            for part in text.split("query.").skip(1) {
                let argument = part.split_once('(').map(|(_, rest)| rest.split('"').nth(1));
                names.extend(argument.flatten().map(str::to_owned));
            }
        }
    }
    assert!(names.contains("next") && names.contains("search"), "{names:?}");
    names
}

#[test]
fn no_address_and_no_query_does_harm() {
    let mut house = House::full();
    let mut wrong = Vec::new();
    let (names, parts) = (names(), parts());
    let mut asked = BTreeSet::new();
    for number in 0..house.people.len() {
        let actors = house.actors.clone();
        let (name, person) = &mut house.people[number];
        let paths: BTreeSet<_> = walk(person, &actors)
            .iter()
            .filter(|(_, page)| page.status == 200)
            .map(|(path, _)| path.split('?').next().unwrap().to_owned())
            .collect();
        // Who is not logged in is sent to the log-in everywhere.
        let is_somebody = matches!(*name, "member" | "manager");
        let is_new = |line: &Line| line.path.contains('{') && !asked.contains(line.path);
        for Line { method, path: line } in lines().filter(|line| is_somebody && is_new(line)) {
            let known = paths.iter().find(|path| route("GET", path) == Some(line));
            let filled = known.cloned().unwrap_or_else(|| {
                let parts = line.split('/').map(|part| match part {
                    "{group}" => NIHDI,
                    part if part.starts_with('{') => "1",
                    part => part,
                });
                parts.collect::<Vec<_>>().join("/")
            });
            let known: Vec<_> = filled.split('/').collect();
            let named = line.split('/').enumerate().filter(|(_, part)| part.starts_with('{'));
            for (place, _) in named {
                for part in &parts {
                    let mut path = known.clone();
                    path[place] = part;
                    let path = path.join("/");
                    let answer = match method {
                        "GET" => person.get(&path),
                        _ => person.post(&path, &[]),
                    };
                    let what = format!("{name}: {method} {path}");
                    wrong.extend(faults(&what, &answer));
                    if !(400..500).contains(&answer.status) {
                        wrong.push(format!("{what}: {}", answer.status));
                    }
                }
            }
        }
        let shapes: BTreeSet<_> = paths.iter().filter_map(|path| route("GET", path)).collect();
        for line in shapes {
            // Who is logged in first stands for the others.
            if is_somebody && !asked.insert(line) {
                continue;
            }
            let path = paths.iter().find(|path| route("GET", path) == Some(line)).unwrap();
            for payload in payloads() {
                let value = encoded(&payload);
                let all: Vec<_> = names.iter().map(|name| format!("{name}={value}")).collect();
                let mut queries = vec![all.join("&")];
                if is_somebody && ["-9", "99", "\">"].iter().any(|start| payload.starts_with(start)) {
                    queries.extend(all);
                }
                for query in queries {
                    let what = format!("{name}: GET {path}?{}", &query[..query.len().min(80)]);
                    wrong.extend(faults(&what, &person.get(&format!("{path}?{query}"))));
                }
            }
            for query in
                ["%", "%zz=%ff%fe&search=%ed%a0%80", "&&&=&=x", "search=\"><script>alert(1)</script>"]
            {
                let what = format!("{name}: GET {path}?{query}");
                wrong.extend(faults(&what, &person.get(&format!("{path}?{query}"))));
            }
        }
        for (path, page) in walk(person, &actors) {
            wrong.extend(faults(&format!("{name} asks for {path} afterwards"), &page));
        }
    }
    house.is_whole();
    assert!(wrong.is_empty(), "{} {:#?}", wrong.len(), &wrong[..wrong.len().min(40)]);
}
