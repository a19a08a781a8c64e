//! How fast the services are. Measured by hand, in a release build:
//! `cargo test --release -- --ignored --nocapture sandbox::speed`.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
    time::Instant,
};

use hd4dp::{front::provider, sandbox::Totals};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use serde_json::json;

use super::sender::{Batch, Sender, content_digest, sandbox};

const BATCHES: usize = 300;

/// One kept-open connection.
struct Connection(StreamOwned<ClientConnection, TcpStream>);

impl Connection {
    fn open(sender: &Sender, port: u16) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(sender.sandbox.join("ca.pem")).unwrap()).unwrap();
        let chain = CertificateDer::pem_file_iter(sender.folder.join("chain.pem")).unwrap();
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_client_auth_cert(
                chain.map(Result::unwrap).collect(),
                PrivateKeyDer::from_pem_file(sender.folder.join("authentication.key")).unwrap(),
            )
            .unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let tls = ClientConnection::new(Arc::new(config), name).unwrap();
        Self(StreamOwned::new(tls, TcpStream::connect(("127.0.0.1", port)).unwrap()))
    }

    fn put(&mut self, path: &str, kind: &str, body: &[u8]) -> u16 {
        let head = format!(
            "PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Digest: {}\r\n\
             Content-Length: {}\r\n\r\n",
            content_digest(body),
            body.len()
        );
        self.0.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut answer = [0; 4096];
        let read = self.0.read(&mut answer).unwrap();
        std::str::from_utf8(&answer[9..12.min(read)]).unwrap().parse().unwrap()
    }
}

/// Seconds of processor time that this process has used.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

fn laboratory(batch: usize) -> Batch {
    let names: Vec<String> = (0..1000).map(|at| format!("{:064x}", batch * 1000 + at)).collect();
    let mut made = Batch::new(&names.iter().map(String::as_str).collect::<Vec<_>>(), 1);
    for (at, line) in made.lines.iter_mut().enumerate() {
        line.registration["record"] = super::sender::hex(&super::sender::random::<32>()).into();
        line.registration["data"] = json!({
            "D_PAT_DOB": format!("19{:02}-04-07", at % 90),
            "CD_SEX": "M",
            "CD_POSTAL": format!("{}", 1000 + at),
            "CD_HPIN": "19990116004",
            "D_TEST": "2024-01-31",
            "CD_LOINC": format!("{}-7", 1000 + at * 7 % 9000),
            "TX_TEST": "Haemoglobin [Mass/volume] in Blood",
            "NR_RESULT": (at % 200) as f64 / 10.0 + 0.05,
            "CD_UNIT": "g/dL",
            "NR_REF_LOW": 12.5,
            "NR_REF_HIGH": 17.5,
        });
    }
    made
}

#[test]
#[ignore = "measures, and says nothing about right or wrong"]
#[allow(clippy::print_stderr)]
fn batches_a_second() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let sender = Sender::open(&sandbox, "71099911");
    let (ttp, platform) = sandbox.ports();
    let messages: Vec<(String, Vec<u8>, String)> = (0..BATCHES)
        .map(|at| {
            let batch = laboratory(at);
            let sealed = sender.seal(&batch.registrations(&sender));
            (batch.name.clone(), sealed, batch.identities(&sender))
        })
        .collect();
    eprintln!("{} bytes sealed, {} bytes of identities", messages[0].1.len(), messages[0].2.len());
    let (began, used) = (Instant::now(), processor_seconds());
    std::thread::scope(|scope| {
        for part in messages.chunks(BATCHES.div_ceil(3)) {
            let sender = &sender;
            scope.spawn(move || {
                let (mut to_platform, mut to_ttp) =
                    (Connection::open(sender, platform), Connection::open(sender, ttp));
                for (name, sealed, identities) in part {
                    let path = format!("/v1/batches/{name}/registrations");
                    assert_eq!(to_platform.put(&path, "application/cms", sealed), 202);
                    let path = format!("/v1/batches/{name}/identities");
                    assert_eq!(to_ttp.put(&path, "application/x-ndjson", identities.as_bytes()), 202);
                }
            });
        }
    });
    let accepted = began.elapsed();
    let log = sandbox.log(hd4dp::sandbox::Side::Ttp);
    while std::fs::read_to_string(&log).unwrap().matches("\"forwarded\"").count() < BATCHES {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let (all, used) = (began.elapsed(), processor_seconds() - used);
    let began = Instant::now();
    let totals = Totals::read(dir.path()).unwrap();
    assert_eq!((totals.consolidated, totals.codes), (1000 * BATCHES as u64, 0));
    let registrations = 1000.0 * BATCHES as f64;
    eprintln!(
        "accepted in {accepted:?}, consolidated in {all:?}: {:.0} registrations a second; \
         {:.2} µs of processor time each, this client's included; counted in {:?}",
        registrations / all.as_secs_f64(),
        used * 1e6 / registrations,
        began.elapsed()
    );
}
