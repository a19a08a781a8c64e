//! A sender made of openssl and curl, which owes the appliance nothing.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, Instant},
};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    digest::{SHA256, digest},
    rand,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hd4dp::{
    domain::identifier::Nihdi,
    sandbox::{Fault, Options, Sandbox},
};
use serde_json::{Value, json};
use uuid::Uuid;

pub fn nihdi(text: &str) -> Nihdi {
    Nihdi::parse(text, Nihdi::MODULI).unwrap()
}

pub fn fault(text: &str) -> Fault {
    text.parse().unwrap()
}

/// A sandbox for two hospitals, in a folder of its own.
pub fn sandbox(dir: &Path) -> Sandbox {
    Sandbox::start(options(dir)).unwrap()
}

pub fn options(dir: &Path) -> Options {
    Options {
        dir: dir.to_owned(),
        organisations: vec![nihdi("71099911"), nihdi("72099902000")],
        without_identity: vec!["NO-PATIENT".to_owned()].into(),
        ..Options::default()
    }
}

/// One hospital with what is in its store.
pub struct Sender {
    pub nihdi: &'static str,
    pub folder: PathBuf,
    pub sandbox: PathBuf,
    pub ports: (u16, u16),
}

/// How to seal a message; the defaults are as the protocol wants it.
pub struct Seal<'a> {
    pub inner: &'a Sender,
    pub outer: &'a Sender,
    pub recipient: PathBuf,
    pub cipher: &'static str,
    pub padding: &'static str,
    pub inner_certificates: bool,
    pub outer_certificates: Option<PathBuf>,
    /// The envelope in indefinite lengths and pieces, as the platform's own
    /// library writes.
    pub ber: bool,
}

impl Sender {
    /// Takes a store apart with openssl, as an independent reader of it.
    pub fn open(sandbox: &Sandbox, nihdi: &'static str) -> Self {
        let folder = sandbox.dir().join(format!("sender-{nihdi}"));
        std::fs::create_dir_all(&folder).unwrap();
        let store = sandbox.dir().join(format!("{nihdi}.p12"));
        let password = format!("file:{}", sandbox.dir().join("password").display());
        let bags =
            run(Command::new("openssl").args(["pkcs12", "-nodes", "-passin", &password, "-in"]).arg(store));
        let text = String::from_utf8(bags.stdout).unwrap();
        let mut blocks: Vec<(String, String)> = Vec::new();
        for bag in text.split("Bag Attributes").skip(1) {
            let key = |id: &str| bag.contains(&format!("localKeyID: {id}"));
            let id = if key("01") {
                "authentication"
            } else if key("02") {
                "encryption"
            } else {
                "issuing"
            };
            let (kind, start) = match bag.find("-----BEGIN PRIVATE KEY") {
                Some(at) => ("key", at),
                None => ("pem", bag.find("-----BEGIN CERTIFICATE").unwrap()),
            };
            blocks.push((format!("{id}.{kind}"), bag[start..].to_owned()));
        }
        blocks.sort();
        let names: Vec<&str> = blocks.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            ["authentication.key", "authentication.pem", "encryption.key", "encryption.pem", "issuing.pem"]
        );
        for (name, pem) in &blocks {
            std::fs::write(folder.join(name), pem).unwrap();
        }
        let chain = [&blocks[1].1, &blocks[4].1].map(String::as_str).concat();
        std::fs::write(folder.join("chain.pem"), chain).unwrap();
        Self { nihdi, folder, sandbox: sandbox.dir().to_owned(), ports: sandbox.ports() }
    }

    /// The same hospital where the services have other ports.
    pub fn at(&self, ports: (u16, u16)) -> Self {
        Self { nihdi: self.nihdi, folder: self.folder.clone(), sandbox: self.sandbox.clone(), ports }
    }

    pub fn seal(&self, clear: &[u8]) -> Vec<u8> {
        self.how().seal(clear)
    }

    pub fn how(&self) -> Seal<'_> {
        Seal {
            inner: self,
            outer: self,
            recipient: self.sandbox.join("platform-encryption.pem"),
            cipher: "-aes128",
            padding: "pss",
            inner_certificates: false,
            outer_certificates: Some(self.folder.join("issuing.pem")),
            ber: false,
        }
    }

    /// Sends a request with curl; its status and body, none if no answer came.
    pub fn curl(&self, port: u16, path: &str, args: &[&str], body: Option<&[u8]>) -> Option<(u16, Value)> {
        let mut command = Command::new("curl");
        command.args(["--silent", "--noproxy", "*", "--max-time", "20", "--http1.1"]);
        command.arg("--cacert").arg(self.sandbox.join("ca.pem"));
        command.arg("--cert").arg(self.folder.join("chain.pem"));
        command.arg("--key").arg(self.folder.join("authentication.key"));
        command.args(["--write-out", "\n%{http_code}"]).args(args);
        let file = self.folder.join(format!("body-{}", Uuid::now_v7()));
        if let Some(body) = body {
            std::fs::write(&file, body).unwrap();
            command.args(["--request", "PUT", "--data-binary"]).arg(format!("@{}", file.display()));
        }
        let output = command.arg(format!("https://localhost:{port}{path}")).output().unwrap();
        let _gone = std::fs::remove_file(&file);
        if !output.status.success() {
            return None;
        }
        let text = String::from_utf8(output.stdout).unwrap();
        let (body, status) = text.rsplit_once('\n').unwrap();
        Some((status.parse().unwrap(), serde_json::from_str(body).unwrap_or(Value::Null)))
    }

    pub fn put(&self, port: u16, path: &str, kind: &str, body: &[u8]) -> Option<(u16, Value)> {
        let kind = format!("Content-Type: {kind}");
        let digest = format!("Content-Digest: {}", content_digest(body));
        self.curl(port, path, &["--header", &kind, "--header", &digest], Some(body))
    }

    pub fn put_registrations(&self, batch: &Batch) -> Option<(u16, Value)> {
        self.put_sealed(batch, &self.seal(&batch.registrations(self)))
    }

    pub fn put_sealed(&self, batch: &Batch, sealed: &[u8]) -> Option<(u16, Value)> {
        let path = format!("/v1/batches/{}/registrations", batch.name);
        self.put(self.ports.1, &path, "application/cms", sealed)
    }

    pub fn put_identities(&self, batch: &Batch) -> Option<(u16, Value)> {
        self.put_lines(batch, &batch.identities(self))
    }

    pub fn put_lines(&self, batch: &Batch, body: &str) -> Option<(u16, Value)> {
        let path = format!("/v1/batches/{}/identities", batch.name);
        self.put(self.ports.0, &path, "application/x-ndjson", body.as_bytes())
    }

    pub fn get(&self, port: u16, path: &str) -> Option<(u16, Value)> {
        self.curl(port, path, &[], None)
    }

    pub fn outcome(&self, batch: &Batch) -> Option<(u16, Value)> {
        self.get(self.ports.1, &format!("/v1/batches/{}", batch.name))
    }

    /// Waits until the batch is final; its outcome.
    pub fn wait_for(&self, batch: &Batch) -> Value {
        let began = Instant::now();
        loop {
            if let Some((200, outcome)) = self.outcome(batch)
                && outcome["state"] != "waiting"
            {
                return outcome;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "the batch never became final");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Delivers both streams and waits for the outcome.
    pub fn deliver(&self, batch: &Batch) -> Value {
        assert_eq!(self.put_registrations(batch).unwrap().0, 202);
        assert_eq!(self.put_identities(batch).unwrap().0, 202);
        self.wait_for(batch)
    }
}

impl Seal<'_> {
    pub fn seal(&self, clear: &[u8]) -> Vec<u8> {
        let folder = &self.outer.folder;
        let name = |what: &str| folder.join(format!("{what}-{}", Uuid::now_v7()));
        let (input, inner, envelope, outer) = (name("clear"), name("inner"), name("envelope"), name("outer"));
        std::fs::write(&input, clear).unwrap();
        let no_certificates: &[&str] = if self.inner_certificates { &[] } else { &["-nocerts"] };
        let mut sign = self.sign(self.inner, &input, &inner);
        run(sign.args(no_certificates));
        let mut encrypt = Command::new("openssl");
        encrypt.args(["cms", "-encrypt", "-binary", "-outform", "DER", self.cipher]);
        if self.ber {
            encrypt.arg("-stream");
        }
        run(encrypt.arg("-in").arg(&inner).arg("-out").arg(&envelope).arg(&self.recipient));
        let mut sign = self.sign(self.outer, &envelope, &outer);
        if let Some(certificates) = &self.outer_certificates {
            sign.arg("-certfile").arg(certificates);
        }
        run(&mut sign);
        let sealed = std::fs::read(&outer).unwrap();
        for file in [input, inner, envelope, outer] {
            std::fs::remove_file(file).unwrap();
        }
        sealed
    }

    fn sign(&self, signer: &Sender, input: &Path, output: &Path) -> Command {
        let mut command = Command::new("openssl");
        command.args([
            "cms",
            "-sign",
            "-binary",
            "-nodetach",
            "-nosmimecap",
            "-outform",
            "DER",
            "-md",
            "sha256",
        ]);
        command.arg("-signer").arg(signer.folder.join("authentication.pem"));
        command.arg("-inkey").arg(signer.folder.join("authentication.key"));
        command.args(["-keyopt", &format!("rsa_padding_mode:{}", self.padding)]);
        if self.padding == "pss" {
            command.args(["-keyopt", "rsa_pss_saltlen:digest"]);
        }
        command.arg("-in").arg(input).arg("-out").arg(output);
        command
    }
}

/// A batch before it is sealed.
pub struct Batch {
    pub name: String,
    pub header: Value,
    pub lines: Vec<Line>,
    pub code_key: [u8; 32],
}

#[derive(Clone)]
pub struct Line {
    pub code: [u8; 16],
    pub registration: Value,
    pub id: String,
    pub id_type: &'static str,
}

/// Four patients.
pub const SSINS: [&str; 4] = ["53040799731", "61113099644", "99123199544", "85040216932"];

impl Batch {
    /// Registrations called after `records`, all with this revision, the
    /// patients in turn.
    pub fn new(records: &[&str], revision: u64) -> Self {
        let lines = records.iter().enumerate().map(|(at, record)| {
            let code = random::<16>();
            Line {
                code,
                registration: json!({
                    "code": hex(&code),
                    "record": record,
                    "revision": revision,
                    "action": "submit",
                    "data": {"CD_SEX": "1", "DT_DIAG": "2024-01-31", "NR_VAL": 1.5, "CD_HPIN": "19990116004"},
                }),
                id: SSINS[at % SSINS.len()].to_owned(),
                id_type: "ssin",
            }
        });
        Self {
            name: Uuid::now_v7().to_string(),
            header: json!({
                "protocol": "hd-transfer/1",
                "project": "HDBP0147",
                "dcd": "INTEGO-DIAG",
                "version": "1",
                "created": "2026-11-22T10:00:00Z",
            }),
            lines: lines.collect(),
            code_key: random(),
        }
    }

    fn header(&self, sender: &Sender) -> Value {
        let mut header = json!({
            "protocol": "hd-transfer/1",
            "batch": self.name,
            "organization": {"nihdi": sender.nihdi, "name": "Fictief Ziekenhuis"},
            "project": "HDBP0147",
            "count": self.lines.len(),
        });
        for (name, value) in self.header.as_object().unwrap() {
            header[name] = value.clone();
        }
        header
    }

    pub fn payload(&self, sender: &Sender) -> String {
        let mut payload = format!("{}\n", self.header(sender));
        self.lines.iter().for_each(|line| payload.push_str(&format!("{}\n", line.registration)));
        payload
    }

    pub fn registrations(&self, sender: &Sender) -> Vec<u8> {
        zstd::bulk::compress(self.payload(sender).as_bytes(), 3).unwrap()
    }

    pub fn identities(&self, sender: &Sender) -> String {
        self.identities_with(sender, &sender.seal(&self.code_key))
    }

    /// The order is turned round, which is another one for more than a line.
    pub fn identities_with(&self, sender: &Sender, code_key: &[u8]) -> String {
        let mut header = self.header(sender);
        for name in ["dcd", "version", "created"] {
            header.as_object_mut().unwrap().remove(name);
        }
        header["code_key"] = STANDARD.encode(code_key).into();
        let mut body = format!("{header}\n");
        for line in self.lines.iter().rev() {
            let code = STANDARD.encode(self.sealed_code(line));
            body.push_str(&format!("{}\n", json!({"id": line.id, "type": line.id_type, "code": code})));
        }
        body
    }

    fn sealed_code(&self, line: &Line) -> Vec<u8> {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &self.code_key).unwrap());
        let nonce = random::<12>();
        let mut sealed = line.code.to_vec();
        let aad = Aad::from(self.name.as_bytes());
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed).unwrap();
        [&nonce[..], &sealed].concat()
    }
}

pub fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(digest(&SHA256, body)))
}

pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).unwrap();
    bytes
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    output
}
