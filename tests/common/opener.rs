//! The platform's key in the hands of openssl and zstd: opens sealed messages
//! as an independent receiver would.

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256};
use serde_json::Value;
use tempfile::TempDir;

/// A key for sealed messages, and openssl to use it.
pub struct Opener(TempDir);

impl Opener {
    /// Makes a key and its certificate.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
        let mut params = CertificateParams::default();
        params.key_usages = vec![KeyUsagePurpose::KeyEncipherment, KeyUsagePurpose::DataEncipherment];
        let certificate = params.self_signed(&key).unwrap();
        fs::write(folder.path().join("key.pem"), key.serialize_pem()).unwrap();
        fs::write(folder.path().join("certificate.pem"), certificate.pem()).unwrap();
        Self(folder)
    }

    /// The certificate to seal for, in PEM.
    pub fn certificate(&self) -> PathBuf {
        self.0.path().join("certificate.pem")
    }

    /// Opens a sealed message in its three steps.
    pub fn open(&self, sealed: &[u8]) -> Vec<u8> {
        let folder = tempfile::tempdir_in(self.0.path()).unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let (key, certificate) = (self.0.path().join("key.pem"), self.certificate());
        fs::write(path("sealed"), sealed).unwrap();
        let outer = ["-verify", "-noverify", "-signer", &path("signer.pem"), "-in", &path("sealed")];
        openssl(&outer, &path("envelope"));
        let decrypt = ["-decrypt", "-inkey", key.to_str().unwrap(), "-recip", certificate.to_str().unwrap()];
        openssl(&[&decrypt[..], &["-in", &path("envelope")]].concat(), &path("inner"));
        let inner = ["-verify", "-noverify", "-certfile", &path("signer.pem"), "-in", &path("inner")];
        openssl(&inner, &path("clear"));
        fs::read(path("clear")).unwrap()
    }

    /// What the platform got: a header and registrations, a line each.
    pub fn payload(&self, sealed: &[u8]) -> String {
        let mut zstd =
            Command::new("zstd").arg("-d").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let clear = self.open(sealed);
        let mut input = zstd.stdin.take().unwrap();
        let writer = std::thread::spawn(move || input.write_all(&clear));
        let output = zstd.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    }

    /// The registrations of a platform's body.
    pub fn registrations(&self, sealed: &[u8]) -> Vec<Value> {
        let payload = self.payload(sealed);
        let lines: Vec<Value> = payload.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[0]["count"], lines.len() - 1);
        lines[1..].to_vec()
    }

    /// The key of a TTP's body, and its lines as pairs of identifier and code.
    pub fn identities(&self, body: &[u8]) -> (Vec<u8>, Vec<(String, String)>) {
        let text = std::str::from_utf8(body).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let key = self.open(&STANDARD.decode(lines[0]["code_key"].as_str().unwrap()).unwrap());
        let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).unwrap());
        let batch = lines[0]["batch"].as_str().unwrap();
        let pairs = lines[1..].iter().map(|line| {
            let mut sealed = STANDARD.decode(line["code"].as_str().unwrap()).unwrap();
            let nonce = Nonce::try_assume_unique_for_key(&sealed[..12]).unwrap();
            let code = cipher.open_in_place(nonce, Aad::from(batch.as_bytes()), &mut sealed[12..]).unwrap();
            let code = code.iter().map(|byte| format!("{byte:02x}")).collect();
            (line["id"].as_str().unwrap().to_owned(), code)
        });
        let pairs = pairs.collect();
        (key, pairs)
    }
}

fn openssl(arguments: &[&str], out: &str) {
    let mut command = Command::new("openssl");
    command.arg("cms").args(arguments).args(["-inform", "DER", "-binary", "-out", out]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
