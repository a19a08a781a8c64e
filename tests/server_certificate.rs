//! The server's own certificate, judged by OpenSSL.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    process::{Command, Output},
    sync::Arc,
};

use hd4dp::{
    certificate::server::{Kind, Upload, answer, authority, forget, give, in_use, pending, request},
    front::{BodyLimit, Handler, Head, Limits, Request, Response, Rules, Server, Swap, listen},
    store::{Store, audit},
};

/// A folder with a store and the files that OpenSSL is asked about.
struct Desk {
    folder: tempfile::TempDir,
    store: Store,
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("data")).unwrap();
        Self { folder, store }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path().join(name), bytes).unwrap();
    }

    fn take(&self, name: &str) -> Vec<u8> {
        fs::read(self.path().join(name)).unwrap()
    }

    fn shell(&self, command: &str) -> Output {
        Command::new("sh").args(["-ec", command]).current_dir(self.path()).output().unwrap()
    }

    /// What a command prints; it must succeed.
    fn says(&self, command: &str) -> String {
        let output = self.shell(command);
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Writes `ca.pem` and `server.pem` as they are now.
    fn show(&self, names: &[String]) -> String {
        let certificate = in_use(&self.store, names).unwrap();
        self.put("server.der", &certificate.chain[0]);
        self.put("ca.pem", authority(&self.store).unwrap().unwrap());
        self.says("openssl x509 -inform DER -in server.der -out server.pem");
        certificate.thumbprint
    }

    fn refused(&self, names: &[String], key: &str, chain: &str) -> &'static str {
        let (key, chain) = (self.take(key), self.take(chain));
        let upload = Upload::Pem { key: &key, chain: &chain };
        give(&self.store, names, "test", &upload).err().expect("a refusal").id
    }

    /// A hospital's authority (`root`, `middle`) and `leaf` for these names.
    fn hospital(&self, alternative_names: &str) {
        self.put("leaf.ext", format!("subjectAltName={alternative_names}\nextendedKeyUsage=serverAuth\n"));
        self.put("middle.ext", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n");
        self.says(
            "ec='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
             openssl req -x509 $ec -keyout root.key -out root.pem -subj /CN=Root -days 9
             openssl req $ec -keyout middle.key -out middle.csr -subj /CN=Middle
             openssl x509 -req -in middle.csr -CA root.pem -CAkey root.key -extfile middle.ext -days 9 -out middle.pem
             openssl req $ec -keyout leaf.key -out leaf.csr -subj /CN=leaf
             openssl x509 -req -in leaf.csr -CA middle.pem -CAkey middle.key -extfile leaf.ext -days 9 -out leaf.pem
             cat root.pem leaf.pem middle.pem > mixed.pem",
        );
    }
}

#[test]
fn the_own_authority_certifies_the_installations_names_and_no_other() {
    let desk = Desk::new();
    let names = names(&["hd4dp.hospital.example", "192.0.2.7", "2001:db8::7", "localhost"]);
    desk.show(&names);
    let verify = "openssl verify -x509_strict -purpose sslserver -CAfile ca.pem";
    for check in ["-verify_hostname hd4dp.hospital.example", "-verify_ip 192.0.2.7", "-verify_ip 2001:db8::7"]
    {
        desk.says(&format!("{verify} {check} server.pem"));
    }
    let text = desk.says("openssl x509 -in ca.pem -noout -text");
    assert!(text.contains("X509v3 Name Constraints: critical"), "{text}");
    assert!(text.contains("CA:TRUE, pathlen:0"), "{text}");
    // Somebody who stole the authority's key signs for another name with it.
    desk.put("ca.key", stolen_key(&desk));
    for (other, permitted) in [
        ("DNS:hd4dp.hospital.example", true),
        ("IP:192.0.2.7", true),
        ("DNS:bank.example", false),
        ("DNS:localhost.evil.example", false),
        ("IP:192.0.2.8", false),
        ("IP:2001:db8::8", false),
        ("DNS:hd4dp.hospital.example,DNS:bank.example", false),
    ] {
        desk.put("forged.ext", format!("subjectAltName={other}\nbasicConstraints=CA:FALSE\n"));
        desk.says(
            "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout f.key -out f.csr -subj /CN=x
             openssl x509 -req -in f.csr -CA ca.pem -CAkey ca.key -extfile forged.ext -days 9 -out forged.pem",
        );
        let output = desk.shell("openssl verify -CAfile ca.pem forged.pem 2>&1");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.success(), permitted, "{other}: {told}");
        assert!(permitted || told.contains("permitted subtree violation"), "{told}");
    }
}

/// The authority's key, which nothing but the store's own code can open.
fn stolen_key(desk: &Desk) -> Vec<u8> {
    use hd4dp::store::server_certificate::get;
    let row = desk.store.read(|tx| get(tx, Kind::Authority)).unwrap().unwrap();
    desk.put("ca.der", row.key);
    desk.says("openssl pkey -inform DER -in ca.der").into_bytes()
}

#[test]
fn the_own_certificate_is_made_once_and_anew_for_other_names() {
    let desk = Desk::new();
    let first = names(&["localhost", "127.0.0.1"]);
    let thumbprint = desk.show(&first);
    assert_eq!(desk.show(&names(&["127.0.0.1", "localhost"])), thumbprint, "the order does not matter");
    let authority_before = desk.take("ca.pem");
    let second = names(&["hd4dp.hospital.example", "localhost", "127.0.0.1"]);
    assert_ne!(desk.show(&second), thumbprint);
    assert_ne!(desk.take("ca.pem"), authority_before, "the one before may not certify the new name");
    desk.says("openssl verify -CAfile ca.pem -verify_hostname hd4dp.hospital.example server.pem");
    let days = desk.says(
        "from=$(date +%s -d \"$(openssl x509 -in server.pem -noout -startdate | cut -d= -f2)\")
         to=$(date +%s -d \"$(openssl x509 -in server.pem -noout -enddate | cut -d= -f2)\")
         echo $(( (to - from) / 86400 ))",
    );
    assert_eq!(days.trim(), "365");
    assert!(desk.says("openssl x509 -in server.pem -noout -text").contains("NIST CURVE: P-256"));
    let acts = desk.store.read(|tx| audit::list(tx, 9)).unwrap();
    let acts: Vec<_> = acts.iter().map(|event| event.act.as_str()).collect();
    assert_eq!(acts, ["server_authority.make", "server_certificate.issue"].repeat(2));
}

#[test]
fn a_certificate_is_renewed_when_a_third_of_its_life_is_left() {
    let desk = Desk::new();
    let certificate = in_use(&desk.store, &names(&["localhost"])).unwrap();
    let after = |days: i64| certificate.not_before + jiff::SignedDuration::from_hours(24 * days);
    assert!(!certificate.is_ending(after(243)));
    assert!(certificate.is_ending(after(244)));
    assert!(certificate.is_ending(after(400)));
}

#[test]
fn a_hospitals_own_certificate_takes_over_and_can_be_forgotten() {
    let desk = Desk::new();
    desk.hospital("DNS:hd4dp.hospital.example,DNS:other.example");
    let names = names(&["hd4dp.hospital.example", "localhost"]);
    let own = desk.show(&names);
    let (key, chain) = (desk.take("leaf.key"), desk.take("mixed.pem"));
    let given = give(&desk.store, &names, "test", &Upload::Pem { key: &key, chain: &chain }).unwrap();
    assert_eq!(given.chain.len(), 2, "in order and without the root");
    assert_eq!(given.names, ["hd4dp.hospital.example"]);
    let now = in_use(&desk.store, &names).unwrap();
    assert_eq!((now.kind, &now.thumbprint), (Kind::Given, &given.thumbprint));
    assert!(forget(&desk.store, "test").unwrap());
    assert_eq!(in_use(&desk.store, &names).unwrap().thumbprint, own);
    assert!(!forget(&desk.store, "test").unwrap());
}

#[test]
fn a_new_certificate_is_shown_without_a_restart() {
    let desk = Desk::new();
    desk.hospital("DNS:hd4dp.hospital.example");
    let names = names(&["hd4dp.hospital.example", "localhost"]);
    let swap = Arc::new(Swap::showing(&in_use(&desk.store, &names).unwrap()).unwrap());
    let rules = Rules { methods: &["GET"], names: names.clone(), limits: Limits::default(), log: false };
    let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let server =
        Server::start(vec![listener], Arc::clone(&swap) as Arc<_>, Arc::new(Nothing), rules).unwrap();
    let shown = || {
        let connect = format!("openssl s_client -connect {} </dev/null 2>/dev/null", server.addresses()[0]);
        desk.says(&format!("{connect} | openssl x509 -noout -subject")).trim().to_owned()
    };
    assert_eq!(shown(), "subject=CN = HD4DP");
    let (key, chain) = (desk.take("leaf.key"), desk.take("mixed.pem"));
    give(&desk.store, &names, "test", &Upload::Pem { key: &key, chain: &chain }).unwrap();
    assert!(swap.show(&in_use(&desk.store, &names).unwrap()).unwrap());
    assert_eq!(shown(), "subject=CN = leaf");
    assert!(!swap.show(&in_use(&desk.store, &names).unwrap()).unwrap(), "it is shown already");
}

struct Nothing;

impl Handler for Nothing {
    fn limit(&self, _: &Head) -> BodyLimit {
        BodyLimit::Bytes(0)
    }

    fn answer(&self, _: Request) -> Response {
        Response::new(204)
    }
}

#[test]
fn a_pkcs12_file_is_taken_with_its_password() {
    let desk = Desk::new();
    desk.hospital("DNS:hd4dp.hospital.example");
    desk.says(
        "openssl pkcs12 -export -inkey leaf.key -in leaf.pem -certfile middle.pem -out leaf.p12 -passout pass:geheim",
    );
    let (names, file) = (names(&["hd4dp.hospital.example"]), desk.take("leaf.p12"));
    let upload = |password| Upload::Pkcs12 { file: &file, password };
    let refused = give(&desk.store, &names, "test", &upload("verkeerd")).err().expect("a refusal");
    assert_eq!(refused.id, "server-certificate-password");
    assert_eq!(give(&desk.store, &names, "test", &upload("geheim")).unwrap().chain.len(), 2);
}

#[test]
fn what_cannot_be_used_is_refused_with_its_reason() {
    let desk = Desk::new();
    desk.hospital("DNS:hd4dp.hospital.example");
    desk.says(
        "openssl pkey -in leaf.key -aes256 -passout pass:x -out sealed.key
         openssl x509 -req -in leaf.csr -CA middle.pem -CAkey middle.key -extfile leaf.ext -days -1 -out past.pem
         sed s/serverAuth/clientAuth/ leaf.ext > client.ext
         openssl x509 -req -in leaf.csr -CA middle.pem -CAkey middle.key -extfile client.ext -days 9 -out client.pem
         openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout s.key -out s.pem -subj /CN=Stranger -days 9
         cat leaf.pem middle.pem s.pem > stranger.pem",
    );
    let names = names(&["hd4dp.hospital.example"]);
    let elsewhere = vec!["elsewhere.example".to_owned()];
    for (names, key, chain, id) in [
        (&names, "leaf.key", "middle.pem", "server-certificate-key-differs"),
        (&names, "middle.key", "leaf.pem", "server-certificate-key-differs"),
        (&names, "sealed.key", "leaf.pem", "server-certificate-key-encrypted"),
        (&names, "leaf.pem", "leaf.pem", "server-certificate-no-key"),
        (&names, "leaf.key", "leaf.key", "server-certificate-unreadable"),
        (&names, "leaf.key", "past.pem", "server-certificate-expired"),
        (&names, "leaf.key", "client.pem", "server-certificate-purpose"),
        (&names, "leaf.key", "stranger.pem", "server-certificate-chain"),
        (&elsewhere, "leaf.key", "leaf.pem", "server-certificate-names"),
    ] {
        assert_eq!(desk.refused(names, key, chain), id, "{key} {chain}");
    }
}

#[test]
fn a_request_made_here_is_answered_by_the_hospitals_authority() {
    let desk = Desk::new();
    desk.hospital("DNS:hd4dp.hospital.example");
    let names = names(&["hd4dp.hospital.example", "localhost"]);
    let early = answer(&desk.store, &names, "test", &desk.take("leaf.pem")).err().expect("a refusal");
    assert_eq!(early.id, "server-certificate-no-request");
    desk.put("own.csr", request(&desk.store, &names, "test").unwrap());
    assert_eq!(pending(&desk.store).unwrap().unwrap().pem.into_bytes(), desk.take("own.csr"));
    let told = desk.says("openssl req -in own.csr -verify -noout -text 2>&1");
    assert!(told.contains("DNS:hd4dp.hospital.example, DNS:localhost"), "{told}");
    let wrong = answer(&desk.store, &names, "test", &desk.take("leaf.pem")).err().expect("a refusal");
    assert_eq!(wrong.id, "server-certificate-key-differs");
    desk.says("openssl x509 -req -in own.csr -CA middle.pem -CAkey middle.key -extfile leaf.ext -days 9 -out own.pem");
    let given = answer(&desk.store, &names, "test", &desk.take("own.pem")).unwrap();
    assert_eq!(in_use(&desk.store, &names).unwrap().thumbprint, given.thumbprint);
    assert!(pending(&desk.store).unwrap().is_none());
}

#[test]
fn no_key_of_the_server_is_in_the_database_in_clear() {
    let desk = Desk::new();
    let certificate = in_use(&desk.store, &names(&["localhost"])).unwrap();
    // The secret number itself, wherever PKCS#8 puts it.
    let place = certificate.key.windows(2).position(|bytes| bytes == [0x04, 0x20]).unwrap() + 2;
    let secret = &certificate.key[place..place + 32];
    for file in fs::read_dir(desk.path().join("data")).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(32).any(|window| window == secret));
    }
}
