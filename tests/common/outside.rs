//! An installation with the outside world that it delivers to: the sandbox,
//! or receivers that record.

use std::{
    fs,
    path::Path,
    process::{Child, Stdio},
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use hd4dp::{
    domain::identifier::Nihdi,
    sandbox::{Options, Sandbox, Totals},
};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde_json::Value;
use tempfile::TempDir;

use super::{DIAG_HEADER, NIHDI, Ran, TestApp, diag, opener::Opener, receiver::Receiver};
use crate::service::Authority;

/// The second organisation.
pub const OTHER: &str = "72099902000";

/// Stores of two organisations, made once, because keys take their time.
/// `renewed.p12` is the first organisation's next one.
fn stores() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let nihdi = |text: &str| Nihdi::parse(text, Nihdi::MODULI).unwrap();
        let options = || Options {
            dir: folder.path().to_owned(),
            organisations: vec![nihdi(NIHDI), nihdi(OTHER)],
            ..Options::default()
        };
        Sandbox::start(options()).unwrap().stop();
        fs::rename(path(&format!("{NIHDI}.p12")), path("first")).unwrap();
        Sandbox::start(options()).unwrap().stop();
        fs::rename(path(&format!("{NIHDI}.p12")), path("renewed")).unwrap();
        fs::rename(path("first"), path(&format!("{NIHDI}.p12"))).unwrap();
        folder
    });
    folder.path()
}

/// A sandbox in a folder of its own, with the keys that are there already.
pub fn sandbox(dir: &Path, change: impl FnOnce(&mut Options)) -> Sandbox {
    fs::create_dir_all(dir.join("keys")).unwrap();
    for folder in ["", "keys"] {
        for file in fs::read_dir(stores().join(folder)).unwrap() {
            let file = file.unwrap();
            let name = file.file_name().into_string().unwrap();
            if file.path().is_file() && !name.ends_with(".db") && !name.contains(".db-") {
                fs::copy(file.path(), dir.join(folder).join(name)).unwrap();
            }
        }
    }
    let mut options = Options { dir: dir.to_owned(), ..Options::default() };
    change(&mut options);
    Sandbox::start(options).unwrap()
}

/// What is in the sandbox of this folder once its TTP has nothing left to
/// hand on: it forgets a batch when it has the platform's receipt, and a
/// batch's outcome is known a moment before.
pub fn settled(dir: &Path) -> Totals {
    let began = Instant::now();
    loop {
        let totals = Totals::read(dir).unwrap();
        if totals.codes == 0 || began.elapsed() > Duration::from_secs(60) {
            return totals;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// An installation that delivers to the sandbox of this folder, its physicians
/// enrolled for INTEGO.
pub fn delivering(dir: &Path) -> TestApp {
    let app = TestApp::new();
    let text = fs::read_to_string(dir.join("hd4dp.toml")).unwrap();
    let absolute = |name: &str| format!("{:?}", dir.join(name));
    let text = text
        .replace("\"ca.pem\"", &absolute("ca.pem"))
        .replace("\"platform-encryption.pem\"", &absolute("platform-encryption.pem"));
    fs::write(app.data().join("hd4dp.toml"), text).unwrap();
    app.enrol();
    let (store, password) = (dir.join(format!("{NIHDI}.p12")), dir.join("password"));
    let (store, password) = (store.to_str().unwrap(), password.to_str().unwrap());
    app.ok(["certificate", "add", store, "--password-file", password, "--organisation", NIHDI]);
    app
}

/// An installation whose services are receivers that record.
pub struct Outside {
    pub app: TestApp,
    pub ttp: Receiver,
    pub platform: Receiver,
    pub opener: Arc<Opener>,
    folder: TempDir,
}

impl Outside {
    /// With a certificate and all physicians enrolled; tries again soon.
    pub fn new() -> Self {
        let outside = Self::uncertified();
        outside.certify(NIHDI);
        outside
    }

    /// The same without a certificate.
    pub fn uncertified() -> Self {
        let app = TestApp::new();
        app.enrol();
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new("Fictief services");
        fs::write(folder.path().join("services.pem"), pem(&authority.der)).unwrap();
        let opener = Arc::new(Opener::new());
        let anchor = anchor();
        let ttp = Receiver::start(&authority, &anchor, &opener);
        let platform = Receiver::start(&authority, &anchor, &opener);
        let outside = Self { app, ttp, platform, opener, folder };
        outside.configure((outside.ttp.port, outside.platform.port), "");
        outside
    }

    /// Writes the configuration for services at these ports.
    pub fn configure(&self, ports: (u16, u16), queue: &str) {
        let services = self.folder.path().join("services.pem");
        let limit = if queue.contains("backoff_limit") { "" } else { "backoff_limit_milliseconds = 2000\n" };
        let text = format!(
            "[ttp]\nurl = \"https://localhost:{}\"\nanchors = {services:?}\n\
             [platform]\nurl = \"https://localhost:{}\"\nanchors = {services:?}\n\
             encryption_certificate = {:?}\n[certificates]\nanchors = {:?}\n\
             [queue]\nbackoff_milliseconds = 200\n{limit}\
             outcome_patience_seconds = 5\n{queue}\n",
            ports.0,
            ports.1,
            self.opener.certificate(),
            stores().join("ca.pem"),
        );
        fs::write(self.app.data().join("hd4dp.toml"), text).unwrap();
    }

    /// The configuration as it is, with other settings of the queue.
    pub fn configure_queue(&self, queue: &str) {
        self.configure((self.ttp.port, self.platform.port), queue);
    }

    /// Hands in an organisation's certificate.
    pub fn certify(&self, nihdi: &str) {
        self.hand_in(&format!("{nihdi}.p12"), nihdi);
    }

    /// Hands in the first organisation's next certificate.
    pub fn renew(&self) {
        self.hand_in("renewed", NIHDI);
    }

    fn hand_in(&self, name: &str, nihdi: &str) {
        let (store, password) = (stores().join(name), stores().join("password"));
        let (store, password) = (store.to_str().unwrap(), password.to_str().unwrap());
        self.app.ok(["certificate", "add", store, "--password-file", password, "--organisation", nihdi]);
    }

    /// Imports INTEGO-DIAG rows for the first organisation.
    pub fn rows(&self, rows: &[String]) {
        let file = self.app.file("rows.csv", format!("{DIAG_HEADER}\n{}\n", rows.join("\n")));
        let (status, report) = self.app.import("INTEGO-DIAG", &file);
        assert_eq!(status, 0, "{report}");
    }

    /// Imports one row, which becomes one batch.
    pub fn row(&self, id: &str) {
        self.rows(&[diag(id, "text")]);
    }

    /// Delivers until nothing can move: exit status and summary.
    pub fn deliver(&self) -> (i32, Value) {
        let ran = self.app.run(["deliver", "--until-empty", "--json"]);
        (ran.status, ran.json())
    }

    /// Delivers, and all must be consolidated.
    pub fn deliver_all(&self) -> Value {
        let (status, summary) = self.deliver();
        assert_eq!((status, &summary["reconciles"]), (0, &true.into()), "{summary}");
        summary
    }

    /// Starts delivering and leaves it running.
    pub fn start(&self) -> Child {
        self.app.spawn(["deliver", "--until-empty"])
    }

    /// Starts delivering; what it prints can be had at its end.
    pub fn start_with_output(&self) -> Child {
        let mut command = self.app.command(["deliver", "--until-empty", "--json"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The queue as JSON: deliveries and alerts.
    pub fn queue(&self) -> (Vec<Value>, Vec<Value>) {
        let queue = self.app.run(["queue", "list", "--all", "--json"]).json();
        let list = |name: &str| queue[name].as_array().unwrap().clone();
        (list("deliveries"), list("alerts"))
    }

    /// The subjects and reasons of the alerts.
    pub fn alerts(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        self.queue().1.iter().map(|alert| (text(&alert["subject"]), text(&alert["reason"]))).collect()
    }

    /// The delivery to a service, of which there must be one that is not done.
    pub fn delivery(&self, service: &str) -> Value {
        let mut found = self.queue().0;
        found.retain(|delivery| delivery["service"] == service && delivery["state"] != "sent");
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }
}

/// A diagnosis of another patient.
pub fn other_patient(id: &str) -> String {
    diag(id, "text").replace("14100635354;2014-10-06", "85040216932;1985-04-02")
}

/// Waits until `done` says so.
pub fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// How a process that was started ended.
pub fn end(child: Child) -> Ran {
    Ran::from(child.wait_with_output().unwrap())
}

/// The certificates that the organisations' chain to.
fn anchor() -> Vec<u8> {
    CertificateDer::from_pem_file(stores().join("ca.pem")).unwrap().to_vec()
}

fn pem(der: &[u8]) -> String {
    der::pem::encode_string("CERTIFICATE", der::pem::LineEnding::LF, der).unwrap()
}
