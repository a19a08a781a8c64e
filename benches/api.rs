//! How fast the API takes registrations, from a client over TLS: `api URL
//! AUTHORITY USER SECRET singles|batches SECONDS`. Prints what was accepted a
//! second, and how long answers took.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use hd4dp::front::provider;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, pki_types::CertificateDer};
use x509_cert::der::{DecodePem, Encode};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Clients that send at the same time.
const SINGLE_CLIENTS: usize = 32;
const BATCH_CLIENTS: usize = 2;

/// Registrations of a batch.
const BATCH: usize = 20_000;

struct Client {
    address: String,
    tls: Arc<ClientConfig>,
    proof: String,
    connection: Option<StreamOwned<ClientConnection, TcpStream>>,
}

impl Client {
    fn post(&mut self, kind: &str, body: &str) -> Result<u16, Failure> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let tls = ClientConnection::new(Arc::clone(&self.tls), "localhost".try_into()?)?;
                let tcp = TcpStream::connect(&self.address)?;
                tcp.set_nodelay(true)?;
                StreamOwned::new(tls, tcp)
            }
        };
        write!(
            connection,
            "POST /proxy/api/dcd/payload/submit HTTP/1.1\r\nHost: localhost\r\nAuthorization: {}\r\n\
             Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            self.proof,
            body.len()
        )?;
        let mut bytes = Vec::new();
        let mut buffer = vec![0; 1 << 16];
        let head = loop {
            let read = connection.read(&mut buffer)?;
            bytes.extend_from_slice(&buffer[..read]);
            if let Some(end) = memchr::memmem::find(&bytes, b"\r\n\r\n") {
                break end + 4;
            }
        };
        let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
        let length: usize = text
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.split("\r\n").next()?.parse().ok())
            .ok_or("an answer without length")?;
        while bytes.len() < head + length {
            let read = connection.read(&mut buffer)?;
            bytes.extend_from_slice(&buffer[..read]);
        }
        if !text.contains("connection: close") {
            self.connection = Some(connection);
        }
        Ok(text.split(' ').nth(1).unwrap_or_default().parse()?)
    }
}

fn payload(name: &str) -> String {
    format!(
        r#"{{"IDC_PAT":"14100635354","D_PAT_DOB":"2014-10-06","CD_PAT_SEX":"M","CD_CNTRY_RES":"BE","CD_PAT_PLC_RESDC":"2060","CD_HPIN":"17529086004","TX_PRACTICE":"P03","TX_DIAG_ID":"{name}","DT_DIAG":"2023-01-27","CD_DIAG_SYST":"ICPC2","CD_DIAG":"R74","TX_DIAG":"text","CD_DIAG_STAT":"RESOLVED","DT_DIAG_END":"2023-02-09"}}"#
    )
}

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [address, authority, user, secret, kind, seconds] = arguments.as_slice() else {
        return Err("api HOST:PORT AUTHORITY USER SECRET singles|batches SECONDS".into());
    };
    let mut roots = RootCertStore::empty();
    let certificate = x509_cert::Certificate::from_pem(fs::read(authority)?)?.to_der()?;
    roots.add(CertificateDer::from(certificate))?;
    let tls = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tls = Arc::new(tls);
    let proof = format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{secret}")));
    let (clients, size, media) = match kind.as_str() {
        "singles" => (SINGLE_CLIENTS, 1, "application/json"),
        _ => (BATCH_CLIENTS, BATCH, "application/x-ndjson"),
    };
    let until = Duration::from_secs(seconds.parse()?);
    let began = Instant::now();
    let run = std::process::id();
    let work = |number: usize| -> Result<Vec<Duration>, Failure> {
        let mut client = Client {
            address: address.clone(),
            tls: Arc::clone(&tls),
            proof: proof.clone(),
            connection: None,
        };
        let mut took = Vec::new();
        while began.elapsed() < until {
            let first = took.len() * size;
            let name = |item: usize| payload(&format!("R{run}C{number}N{}", first + item));
            let body = (0..size).map(name).collect::<Vec<_>>().join("\n");
            let sent = Instant::now();
            let status = client.post(media, &body)?;
            if status != 202 {
                return Err(format!("answered {status}").into());
            }
            took.push(sent.elapsed());
        }
        Ok(took)
    };
    let work_of = &work;
    let mut took = Vec::new();
    thread::scope(|scope| -> Result<(), Failure> {
        let running: Vec<_> = (0..clients).map(|number| scope.spawn(move || work_of(number))).collect();
        for client in running {
            took.extend(client.join().map_err(|_| "a client panicked")??);
        }
        Ok(())
    })?;
    took.sort_unstable();
    let rate = (took.len() * size) as f64 / began.elapsed().as_secs_f64();
    let at = |part: f64| took.get((took.len() as f64 * part) as usize).copied().unwrap_or_default();
    println!(
        "{kind}: {rate:.0} registrations a second; answers: half in {:?}, 99 % in {:?}",
        at(0.5),
        at(0.99)
    );
    Ok(())
}
