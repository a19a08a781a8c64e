//! A fictitious eHealth: an authority, holders with their two keys, and stores,
//! all made by OpenSSL and the JDK, never by the code under test.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

/// The password of every store, unless a test says otherwise. Fictitious.
pub const PASSWORD: &str = "Ehealth-Test-2025";

const EXTENSIONS: &str = "
[root]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
[issuing]
basicConstraints=critical,CA:TRUE,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
[auth]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature,nonRepudiation,keyEncipherment
extendedKeyUsage=clientAuth,emailProtection
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
[sign_only]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=emailProtection
[enc]
keyUsage=critical,keyEncipherment,dataEncipherment
[server]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectAltName=DNS:localhost,IP:127.0.0.1
[req]
distinguished_name=dn
[dn]
";

/// A kind of key, as OpenSSL is asked for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// RSA with 2048 bits.
    Rsa,
    /// The curve P-256.
    P256,
    /// The curve P-384.
    P384,
    /// The curve P-521, which is not supported.
    P521,
}

/// A root and an issuing authority on P-384, as eHealth has since 2024.
pub struct Issuer {
    folder: TempDir,
    counter: AtomicU32,
}

/// A private key and its certificate.
pub struct Pair {
    /// The kind of key.
    pub kind: Kind,
    /// The key in PEM.
    pub key: PathBuf,
    /// The certificate in PEM.
    pub certificate: PathBuf,
    /// The certificate's serial number in decimal digits.
    pub serial: String,
}

/// A holder with both keys.
pub struct Holder {
    /// The distinguished name in OpenSSL's form.
    pub subject: String,
    /// The authentication key.
    pub authentication: Pair,
    /// The encryption key.
    pub encryption: Pair,
}

impl Issuer {
    /// Makes both authorities; `name` starts their common names.
    pub fn new(name: &str) -> Self {
        let issuer = Self { folder: tempfile::tempdir().unwrap(), counter: AtomicU32::new(0) };
        fs::write(issuer.path("x.cnf"), EXTENSIONS).unwrap();
        let subject =
            |role: &str| format!("/C=BE/O=FICTIEF TRUST SA/serialNumber=002/CN={name} - {role} 002");
        issuer.key(Kind::P384, "root.key");
        issuer.key(Kind::P384, "ca.key");
        issuer.openssl(&[
            "req",
            "-new",
            "-x509",
            "-sha384",
            "-key",
            "root.key",
            "-days",
            "9131",
            "-subj",
            &subject("root CA"),
            "-config",
            "x.cnf",
            "-extensions",
            "root",
            "-out",
            "root.pem",
        ]);
        issuer.request("ca.key", &subject("eHealth issuing CA"), "ca.csr");
        issuer.sign("ca.csr", "root.pem", "root.key", "issuing", &["-sha384", "-days", "3652"], "ca.pem");
        fs::write(issuer.path("chain.pem"), [issuer.read("ca.pem"), issuer.read("root.pem")].concat())
            .unwrap();
        issuer
    }

    /// A file in the issuer's folder: `root.pem`, `ca.pem`, `chain.pem`, ….
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The bytes of such a file.
    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// The hospital 71099911 with an authentication key of this kind.
    pub fn hospital(&self, kind: Kind) -> Holder {
        self.holder("NIHII-HOSPITAL", "71099911", "FICTIEF ZIEKENHUIS", kind)
    }

    /// Any holder.
    pub fn holder(&self, kind: &str, number: &str, owner: &str, key: Kind) -> Holder {
        let subject = format!(
            "/C=BE/O=Federal Government/OU=HD4DP/OU={kind}\\={number}/OU={owner}\
             /OU=eHealth-platform Belgium/CN={kind}\\={number}, HD4DP"
        );
        let authentication = self.authentication(&subject, key, "auth");
        let encryption = self.encryption(&subject, &authentication);
        Holder { subject, authentication, encryption }
    }

    /// An authentication pair for a subject, with these extensions.
    pub fn authentication(&self, subject: &str, kind: Kind, extensions: &str) -> Pair {
        self.pair(subject, kind, extensions, (&self.path("ca.pem"), &self.path("ca.key")), &[])
    }

    /// An encryption pair whose certificate is signed with `signer`'s key.
    pub fn encryption(&self, subject: &str, signer: &Pair) -> Pair {
        self.encryption_signed(subject, signer, &[])
    }

    /// The same, signed with further options of `openssl x509`.
    pub fn encryption_signed(&self, subject: &str, signer: &Pair, options: &[&str]) -> Pair {
        self.pair(subject, Kind::Rsa, "enc", (&signer.certificate, &signer.key), options)
    }

    fn pair(
        &self,
        subject: &str,
        kind: Kind,
        extensions: &str,
        (ca, ca_key): (&Path, &Path),
        options: &[&str],
    ) -> Pair {
        let number = self.counter.fetch_add(1, Ordering::Relaxed);
        let name = |suffix: &str| format!("{number}.{suffix}");
        let serial = 0x1000_0000_0000_0000_0000_0000_0000_u128 + u128::from(number);
        self.key(kind, &name("key"));
        self.request(&name("key"), subject, &name("csr"));
        let (ca, ca_key) = (ca.to_str().unwrap(), ca_key.to_str().unwrap());
        let serial_option = format!("0x{serial:x}");
        let options = [&["-days", "1187", "-set_serial", &serial_option], options].concat();
        self.sign(&name("csr"), ca, ca_key, extensions, &options, &name("pem"));
        Pair {
            kind,
            key: self.path(&name("key")),
            certificate: self.path(&name("pem")),
            serial: serial.to_string(),
        }
    }

    /// A store with one entry by OpenSSL; `options` are those of `pkcs12 -export`.
    pub fn one_key_store(&self, pair: &Pair, alias: &str, password: &str, options: &[&str]) -> Vec<u8> {
        let (key, certificate) = (pair.key.to_str().unwrap(), pair.certificate.to_str().unwrap());
        let password = format!("pass:{password}");
        let mut arguments = vec![
            "pkcs12",
            "-export",
            "-inkey",
            key,
            "-in",
            certificate,
            "-name",
            alias,
            "-passout",
            &password,
            "-out",
            "one.p12",
        ];
        arguments.extend(options);
        self.openssl(&arguments);
        self.read("one.p12")
    }

    /// A store with any entries, by the JDK, which does not look at what it is
    /// given: alias, the pair that gives the key, the pair that gives the
    /// certificate, whether the chain goes in.
    pub fn store(&self, password: &str, entries: &[(&str, &Pair, &Pair, bool)]) -> Vec<u8> {
        let number = self.counter.fetch_add(1, Ordering::Relaxed);
        let file = self.path(&format!("{number}.p12"));
        let mut manifest = String::new();
        for (place, (alias, key, certificate, with_chain)) in entries.iter().enumerate() {
            let der = self.path(&format!("{number}-{place}.der"));
            self.openssl(&[
                "pkcs8",
                "-topk8",
                "-nocrypt",
                "-outform",
                "DER",
                "-in",
                key.key.to_str().unwrap(),
                "-out",
                der.to_str().unwrap(),
            ]);
            let mut chain = fs::read(&certificate.certificate).unwrap();
            if *with_chain {
                chain.extend(self.read("chain.pem"));
            }
            let pem = self.path(&format!("{number}-{place}.pem"));
            fs::write(&pem, chain).unwrap();
            let algorithm = if key.kind == Kind::Rsa { "RSA" } else { "EC" };
            let line = [file.to_str().unwrap(), password, alias, algorithm, der.to_str().unwrap()].join("\t");
            manifest += &format!("{line}\t{}\n", pem.to_str().unwrap());
        }
        let list = self.path(&format!("{number}.txt"));
        fs::write(&list, manifest).unwrap();
        let options = ["-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8", "-cp"];
        let (classes, list) = (store_writer().to_str().unwrap(), list.to_str().unwrap());
        self.run("java", &[&options[..], &[classes, "Stores", list]].concat());
        fs::read(file).unwrap()
    }

    /// The store that eHealth would issue to the holder.
    pub fn good_store(&self, holder: &Holder) -> Vec<u8> {
        let (authentication, encryption) = (&holder.authentication, &holder.encryption);
        self.store(
            PASSWORD,
            &[
                ("authentication", authentication, authentication, true),
                (&encryption.serial, encryption, encryption, false),
            ],
        )
    }

    /// Runs OpenSSL in the issuer's folder and gives what it printed.
    pub fn openssl(&self, arguments: &[&str]) -> Vec<u8> {
        self.run("openssl", arguments)
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Vec<u8> {
        let output = Command::new(program).args(arguments).current_dir(self.folder.path()).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {}: {errors}", arguments.join(" "));
        output.stdout
    }

    fn key(&self, kind: Kind, file: &str) {
        let (algorithm, option) = match kind {
            Kind::Rsa => ("RSA", "rsa_keygen_bits:2048"),
            Kind::P256 => ("EC", "ec_paramgen_curve:P-256"),
            Kind::P384 => ("EC", "ec_paramgen_curve:P-384"),
            Kind::P521 => ("EC", "ec_paramgen_curve:P-521"),
        };
        self.openssl(&["genpkey", "-algorithm", algorithm, "-pkeyopt", option, "-out", file]);
    }

    fn request(&self, key: &str, subject: &str, file: &str) {
        self.openssl(&[
            "req", "-new", "-utf8", "-key", key, "-subj", subject, "-config", "x.cnf", "-out", file,
        ]);
    }

    fn sign(&self, request: &str, ca: &str, ca_key: &str, extensions: &str, options: &[&str], file: &str) {
        let mut arguments = vec![
            "x509",
            "-req",
            "-in",
            request,
            "-CA",
            ca,
            "-CAkey",
            ca_key,
            "-CAcreateserial",
            "-extfile",
            "x.cnf",
            "-extensions",
            extensions,
            "-out",
            file,
        ];
        arguments.extend(options);
        self.openssl(&arguments);
    }
}

/// The folder with the compiled `Stores.java`.
fn store_writer() -> &'static Path {
    static CLASSES: OnceLock<TempDir> = OnceLock::new();
    let classes = CLASSES.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let compiled =
            Command::new("javac").arg("-d").arg(folder.path()).arg(fixture("Stores.java")).status();
        assert!(compiled.unwrap().success());
        folder
    });
    classes.path()
}

/// A file among the fixtures for PKCS#12.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/p12").join(name)
}
