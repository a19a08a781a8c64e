//! Plain HTTP, and the probe.

use std::{net::SocketAddr, process::Command};

use hd4dp::front::{Limits, listen, probe, redirect};

use super::{House, house};

#[test]
fn plain_http_is_sent_to_https_under_the_name_it_asked_for() {
    let names = ["hd4dp.hospital.example", "localhost"].map(str::to_owned).to_vec();
    let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let server = redirect(vec![listener], names, 8443, Limits::default()).unwrap();
    let url = format!("http://127.0.0.1:{}/ssp/a%20b?c=d", server.addresses()[0].port());
    let curl = |args: &[&str]| {
        let output = Command::new("curl")
            .args(["--silent", "--noproxy", "*", "--output", "/dev/null"])
            .args(["--write-out", "%{http_code} %{redirect_url}"])
            .args(args)
            .arg(&url)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let there = "308 https://hd4dp.hospital.example:8443/ssp/a%20b?c=d";
    assert_eq!(curl(&["--header", "Host: hd4dp.hospital.example"]), there);
    assert_eq!(curl(&["--header", "Host: hd4dp.hospital.example:80", "--head"]), there);
    assert_eq!(curl(&["--header", "Host: evil.example"]), "421 ");
    assert_eq!(curl(&["--header", "Host: localhost", "--data", "secret"]), "405 ");
    assert_eq!(curl(&["--header", "Host: localhost", "--http1.0"]), "505 ");
}

#[test]
fn the_probe_tells_a_server_that_answers_from_one_that_does_not() {
    let house = house(Limits::default());
    let address = house.server.addresses()[0];
    probe(address, "localhost", "/").unwrap();
    let everywhere = SocketAddr::from(([0, 0, 0, 0], address.port()));
    probe(everywhere, "localhost", "/").unwrap();
    assert!(probe(address, "localhost", "/panic").is_err());
    let House { server, .. } = house;
    server.stop();
    assert_eq!(probe(address, "localhost", "/").unwrap_err().id, "front-silent");
}
