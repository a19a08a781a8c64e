//! The HTTPS client against a small server with every fault it may meet.

#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use hd4dp::certificate::Credential;
use hd4dp::domain::organisation::OrganisationId;
use hd4dp::transfer::address::{ProxyUrl, ServiceUrl};
use hd4dp::transfer::client::{Client, Clients, Service};
use hd4dp::transfer::failure::Failure;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256};
use rustls::HandshakeKind;

use crate::service::{Authority, Reply, Server, Setting, answer, deaf, ok, proxy};

const DIGEST: &str = "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:";

fn put(client: &Client, body: &[u8]) -> Result<u16, Failure> {
    client.put("/v1/batches/b/registrations", "application/cms", DIGEST, body).map(|answer| answer.status)
}

#[test]
fn a_request_arrives_whole_in_the_name_of_the_organisation() {
    let setting = Setting::new();
    for key in [&PKCS_ECDSA_P256_SHA256, &PKCS_RSA_SHA256] {
        let server = setting.server(vec![Reply::Answer(answer("202 Accepted", "", r#"{"receipt":"r"}"#))]);
        let mut service = setting.service(server.port);
        service.url = ServiceUrl::parse(&format!("https://127.0.0.1:{}/hd/", server.port)).unwrap();
        let credential = setting.clients.hospital(KeyPair::generate_for(key).unwrap());
        let client = Client::new(&service, &credential).unwrap();
        let body: Vec<u8> = (0..300_000_u32).map(|place| place as u8).collect();
        let answer = client.put("/v1/batches/b/registrations", "application/cms", DIGEST, &body).unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (202, &br#"{"receipt":"r"}"#[..]));
        assert_eq!((answer.retry_after, answer.clock_skew), (None, None));

        let seen = server.seen.lock().unwrap();
        let (head, received) = &seen.requests[0];
        assert!(head.starts_with("PUT /hd/v1/batches/b/registrations HTTP/1.1\r\n"), "{head}");
        assert!(head.contains(&format!("\r\nHost: 127.0.0.1:{}\r\n", server.port)), "{head}");
        assert!(head.contains("\r\nContent-Type: application/cms\r\n"), "{head}");
        assert!(head.contains(&format!("\r\nContent-Digest: {DIGEST}\r\n")), "{head}");
        assert_eq!(*received, body);
        assert_eq!(seen.client, credential.chain);
    }
}

#[test]
fn both_versions_of_tls_are_spoken() {
    let setting = Setting::new();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let server = Server::start(setting.config(&[version]), vec![ok()]);
        assert_eq!(put(&setting.client(&server), b"body"), Ok(200));
    }
}

#[test]
fn openssl_is_content_with_the_handshake() {
    let setting = Setting::new();
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = setting.services.server(&["localhost"], 2040);
    std::fs::write(folder.path().join("server.der"), certificate).unwrap();
    std::fs::write(folder.path().join("server.key"), key.serialize_pem()).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut openssl = Command::new("openssl")
        .args(["s_server", "-www", "-Verify", "1", "-cert", "server.der", "-key", "server.key", "-accept"])
        .arg(port.to_string())
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() && started.elapsed() < Duration::from_secs(10) {
        thread::sleep(Duration::from_millis(20));
    }
    let answer = Client::new(&setting.service(port), &setting.credential()).unwrap().get("/");
    openssl.kill().unwrap();
    openssl.wait().unwrap();
    let answer = answer.unwrap();
    let page = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(answer.status, 200);
    assert!(page.contains("TLSv1.3") && page.contains("NIHII-HOSPITAL=71099911"), "{page}");
}

#[test]
fn a_connection_carries_many_requests_and_is_opened_anew_when_it_was_closed() {
    let setting = Setting::new();
    let closing = Reply::AnswerAndClose(answer("200 OK", "", "{}"));
    let server = setting.server(vec![ok(), ok(), closing, ok()]);
    let client = setting.client(&server);
    for _ in 0..3 {
        assert_eq!(put(&client, b"body"), Ok(200));
    }
    assert_eq!(server.seen.lock().unwrap().handshakes.len(), 1);
    thread::sleep(Duration::from_millis(50));
    assert_eq!(put(&client, &vec![7; 300_000]), Ok(200), "nobody notices that it was closed while idle");
    assert_eq!(server.seen.lock().unwrap().handshakes.len(), 2);
    assert_eq!(server.requests(), 4);
}

#[test]
fn sessions_are_resumed_by_the_same_client_and_by_no_other() {
    let setting = Setting::new();
    let server = setting.server(vec![Reply::Answer(answer("200 OK", "Connection: close\r\n", "{}"))]);
    let hospital = setting.client(&server);
    let laboratory = setting.client(&server);
    for client in [&hospital, &hospital, &laboratory] {
        assert_eq!(put(client, b"body"), Ok(200));
    }
    let handshakes = &server.seen.lock().unwrap().handshakes;
    assert_eq!(handshakes[0], HandshakeKind::Full);
    assert_eq!(handshakes[1], HandshakeKind::Resumed);
    assert_eq!(handshakes[2], HandshakeKind::Full);
}

#[test]
fn a_client_is_kept_until_its_certificate_or_its_service_changes() {
    let setting = Setting::new();
    let (service, credential) = (setting.service(443), setting.credential());
    let clients = Clients::default();
    let get = |organisation, service: &Service, credential: &Credential| {
        clients.get(OrganisationId(organisation), "platform", service, credential).unwrap()
    };
    let first = get(1, &service, &credential);
    assert!(Arc::ptr_eq(&first, &get(1, &service, &credential)));
    assert!(!Arc::ptr_eq(&first, &get(2, &service, &credential)));
    let renewed = get(1, &service, &setting.credential());
    assert!(!Arc::ptr_eq(&first, &renewed));
    let moved = Service { url: ServiceUrl::parse("https://other.example").unwrap(), ..service };
    assert!(!Arc::ptr_eq(&renewed, &get(1, &moved, &credential)));
}

#[test]
fn only_configured_authorities_names_and_dates_are_trusted() {
    let setting = Setting::new();
    let stranger = Authority::new("Stranger");
    for (certificate, expected) in [
        (setting.services.server(&["elsewhere.example"], 2040), Failure::TlsName),
        (stranger.server(&["localhost"], 2040), Failure::TlsUntrusted),
        (setting.services.server(&["localhost"], 2020), Failure::TlsExpired),
    ] {
        let config = setting.config_with(certificate, &setting.clients, rustls::ALL_VERSIONS);
        let server = Server::start(config, vec![ok()]);
        assert_eq!(put(&setting.client(&server), b"body"), Err(expected));
        assert_eq!(server.requests(), 0, "nothing was sent");
    }
    let nothing = Service { anchors: Vec::new(), ..setting.service(443) };
    assert_eq!(Client::new(&nothing, &setting.credential()).err().unwrap().id, "transfer-anchors");
    let nonsense = Service { anchors: vec![b"nonsense".to_vec()], ..setting.service(443) };
    assert_eq!(Client::new(&nonsense, &setting.credential()).err().unwrap().id, "transfer-anchors");
}

#[test]
fn a_refused_certificate_is_told_from_a_cut_connection() {
    let setting = Setting::new();
    let others = Authority::new("Fictief eHealth of somebody else");
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        for size in [10, 5_000_000] {
            let certificate = setting.services.server(&["localhost"], 2040);
            let server = Server::start(setting.config_with(certificate, &others, &[version]), vec![ok()]);
            let outcome = put(&setting.client(&server), &vec![7; size]);
            assert_eq!(outcome, Err(Failure::TlsClientRefused), "{version:?} {size}");
        }
    }
}

#[test]
fn a_server_without_tls_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let setting = Setting::new();
    let service = setting.service(listener.local_addr().unwrap().port());
    thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").ok();
            socket.read_to_end(&mut Vec::new()).ok();
        }
    });
    let client = Client::new(&service, &setting.credential()).unwrap();
    assert_eq!(put(&client, b"body"), Err(Failure::Tls));
}

#[test]
fn redirects_are_not_followed() {
    let setting = Setting::new();
    let elsewhere = setting.server(vec![ok()]);
    let location = format!("Location: https://localhost:{}/\r\n", elsewhere.port);
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"] {
        let server = setting.server(vec![Reply::Answer(answer(status, &location, ""))]);
        let client = setting.client(&server);
        assert_eq!(put(&client, b"body"), Ok(status[..3].parse().unwrap()));
        assert_eq!(client.get("/").unwrap().status.to_string(), status[..3]);
    }
    assert_eq!(elsewhere.requests(), 0);
}

#[test]
fn retry_after_and_the_clock_are_read() {
    let setting = Setting::new();
    let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    for (header, expected) in
        [("Retry-After: 17\r\n", 17), ("Retry-After: Sun, 06 Nov 1994 08:51:37 GMT\r\n", 120)]
    {
        let reply = answer("503 Service Unavailable", &format!("{date}{header}"), "");
        let server = setting.server(vec![Reply::Answer(reply)]);
        let answer = setting.client(&server).get("/v1/batches/b").unwrap();
        assert_eq!(answer.status, 503);
        assert_eq!(answer.retry_after, Some(Duration::from_secs(expected)));
        assert!(answer.clock_skew.unwrap().as_hours() < -24 * 365 * 30);
    }
}

#[test]
fn each_phase_has_its_own_limit() {
    let setting = Setting::new();
    let limit = Duration::from_millis(300);
    let (credential, started) = (setting.credential(), Instant::now());

    let server = setting.server(vec![Reply::Wait(Duration::from_secs(60))]);
    let mut service = setting.service(server.port);
    service.timeouts.answer = limit;
    assert_eq!(put(&Client::new(&service, &credential).unwrap(), b"body"), Err(Failure::TimeoutAnswer));

    let half = Reply::Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".to_vec());
    let server = setting.server(vec![half]);
    let mut service = setting.service(server.port);
    service.timeouts.body = limit;
    assert_eq!(put(&Client::new(&service, &credential).unwrap(), b"body"), Err(Failure::TimeoutAnswer));

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut service = setting.service(silent.local_addr().unwrap().port());
    service.timeouts.tls = limit;
    assert_eq!(put(&Client::new(&service, &credential).unwrap(), b"body"), Err(Failure::TimeoutTls));
    assert!(started.elapsed() < Duration::from_secs(15), "no limit waited for another");

    let mut service = setting.service(deaf(&setting));
    service.timeouts.send = limit;
    let outcome = put(&Client::new(&service, &credential).unwrap(), &vec![7; 50_000_000]);
    assert_eq!(outcome, Err(Failure::TimeoutSend));
}

#[test]
fn a_cut_connection_is_told_wherever_it_is_cut() {
    let setting = Setting::new();
    for part in ["", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"] {
        let server = setting.server(vec![Reply::Cut(part.as_bytes().to_vec())]);
        assert_eq!(put(&setting.client(&server), b"body"), Err(Failure::Reset), "{part}");
        assert_eq!(server.requests(), 1, "a fresh connection is not tried twice");
    }
    let server = setting.server(vec![ok(), Reply::Cut(b"HTTP/1.1 20".to_vec())]);
    let client = setting.client(&server);
    assert_eq!(put(&client, b"body"), Ok(200));
    assert_eq!(put(&client, b"body"), Err(Failure::Reset), "an answer had begun");
    assert_eq!(server.requests(), 2);
}

#[test]
fn an_answer_that_comes_before_the_body_was_read_is_not_lost() {
    let setting = Setting::new();
    let server = setting.server(vec![Reply::Early(answer("413 Content Too Large", "", "{}"))]);
    assert_eq!(put(&setting.client(&server), &vec![7; 50_000_000]), Ok(413));
}

#[test]
fn answers_end_where_they_say() {
    let setting = Setting::new();
    let chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: t\r\n\r\n";
    let body = |reply| {
        let server = setting.server(vec![reply]);
        let client = setting.client(&server);
        let first = client.get("/").map(|answer| String::from_utf8(answer.body).unwrap())?;
        assert_eq!(client.get("/").unwrap().body, first.as_bytes(), "and the next one starts there");
        Ok::<_, Failure>(first)
    };
    let bytes = |text: &str| text.as_bytes().to_vec();
    assert_eq!(body(Reply::Answer(bytes(chunked))), Ok("abcde".to_owned()));
    let interim =
        ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", chunked].concat();
    assert_eq!(body(Reply::Answer(bytes(&interim))), Ok("abcde".to_owned()));
    let to_end = "HTTP/1.0 200 OK\r\n\r\nuntil the end";
    assert_eq!(body(Reply::AnswerAndClose(bytes(to_end))), Ok("until the end".to_owned()));
    assert_eq!(body(Reply::Answer(bytes("HTTP/1.1 204 No Content\r\n\r\n"))), Ok(String::new()));

    let large = "x".repeat(1024 * 1024 + 1);
    for (answer, expected) in [
        (answer("200 OK", "", &large), Failure::TooLarge),
        (
            bytes(&format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n", u64::MAX)),
            Failure::TooLarge,
        ),
        (bytes("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), Failure::TooLarge),
        (bytes("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), Failure::Protocol),
        (bytes("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), Failure::Protocol),
        (bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"), Failure::Protocol),
        (
            bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"),
            Failure::Protocol,
        ),
        (bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"), Failure::Protocol),
        (bytes("HTTP/1.1 101 Switching Protocols\r\n\r\n"), Failure::Protocol),
        (bytes("SSH-2.0-OpenSSH_9.2\r\n\r\n"), Failure::Protocol),
        (bytes(&format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(20_000))), Failure::Protocol),
        (bytes(&format!("HTTP/1.0 200 OK\r\n\r\n{large}")), Failure::TooLarge),
    ] {
        let server = setting.server(vec![Reply::AnswerAndClose(answer.clone())]);
        let outcome = setting.client(&server).get("/").map(|answer| answer.status);
        assert_eq!(outcome, Err(expected), "{}", String::from_utf8_lossy(&answer[..answer.len().min(90)]));
    }
}

#[test]
fn a_service_that_is_not_there_is_told_from_a_name_that_is_not_known() {
    let setting = Setting::new();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let service = setting.service(closed);
    let credential = setting.credential();
    assert_eq!(put(&Client::new(&service, &credential).unwrap(), b""), Err(Failure::Connect));
    let unknown = Service { url: ServiceUrl::parse("https://platform.invalid").unwrap(), ..service };
    assert_eq!(put(&Client::new(&unknown, &credential).unwrap(), b""), Err(Failure::Dns));
}

#[test]
fn a_proxy_is_asked_for_a_tunnel_with_and_without_a_password() {
    let setting = Setting::new();
    let server = setting.server(vec![ok()]);
    let through = |proxy: &str| {
        let proxy = Some(ProxyUrl::parse(proxy).unwrap());
        let service = Service { proxy, ..setting.service(server.port) };
        put(&Client::new(&service, &setting.credential()).unwrap(), &vec![7; 300_000])
    };
    let (open, asked) = proxy(None, false);
    assert_eq!(through(&format!("http://127.0.0.1:{open}")), Ok(200));
    let head = asked.lock().unwrap()[0].clone();
    assert!(head.starts_with(&format!("CONNECT localhost:{} HTTP/1.1\r\n", server.port)), "{head}");
    assert!(!head.contains("Authorization"), "{head}");

    let (locked, _) = proxy(None, true);
    assert_eq!(through(&format!("http://jan:p%40ss@127.0.0.1:{locked}")), Ok(200));
    assert_eq!(through(&format!("http://jan:wrong@127.0.0.1:{locked}")), Err(Failure::ProxyLogin));
    assert_eq!(through(&format!("http://127.0.0.1:{locked}")), Err(Failure::ProxyLogin));

    let (refusing, _) = proxy(Some("403 Forbidden"), false);
    assert_eq!(through(&format!("http://127.0.0.1:{refusing}")), Err(Failure::ProxyRefused));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(through(&format!("http://127.0.0.1:{closed}")), Err(Failure::Proxy));
    assert_eq!(through("http://proxy.invalid"), Err(Failure::Proxy));
}
