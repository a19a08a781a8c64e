//! The appliance as it runs on its own.

use std::{
    fs::{self, File},
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use hd4dp::sandbox::{Options, Sandbox};

use crate::{
    common::{NIHDI, TestApp, extract},
    portal::client::Portal,
};

/// An installation with a certificate and something to deliver.
fn ready() -> (TestApp, Sandbox, String) {
    let app = TestApp::new();
    let sandbox = Sandbox::start(Options { dir: app.path("sandbox"), ..Options::default() }).unwrap();
    let path = |name: &str| sandbox.dir().join(name).to_str().unwrap().to_owned();
    let config = path("hd4dp.toml");
    let (store, password) = (path("71099911.p12"), path("password"));
    app.enrol();
    app.ok([
        "--config",
        &config,
        "certificate",
        "add",
        &store,
        "--password-file",
        &password,
        "--organisation",
        NIHDI,
    ]);
    app.import("INTEGO-DIAG", &extract("INTEGO-DIAG"));
    (app, sandbox, config)
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed().as_secs() < 60, "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
        let _ended = self.0.wait();
    }
}

#[test]
fn a_running_appliance_delivers_what_comes_and_logs_one_line_for_each_event() {
    let (app, _sandbox, config) = ready();
    let log = app.path("serve.log");
    let mut command = app.command(["--config", &config, "serve", "--listen", "127.0.0.1:0"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log).unwrap());
    let serving = Serving(command.spawn().unwrap());
    let consolidated = |count: &str| app.sqlite("SELECT count(*) FROM batch WHERE state = 5") == count;
    wait_until("what was there is delivered", || consolidated("1"));
    app.import("INTEGO-LAB", &extract("INTEGO-LAB"));
    wait_until("what comes later is delivered", || consolidated("2"));

    let ran = app.run(["--config", &config, "serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(ran.status, 1, "only one process delivers: {}", ran.stdout);
    drop(serving);
    app.ok(["--config", &config, "deliver", "--until-empty"]);

    let log = fs::read_to_string(log).unwrap();
    assert!(log.contains("head of the audit"), "{log}");
    for line in log.lines() {
        assert!(line.starts_with("20"), "{line}");
        // The head is 64 hexadecimal digits, of which any eleven may be decimal.
        let told = line.split(" head=").next().unwrap();
        let patient = told.split(|letter: char| !letter.is_ascii_digit()).find(|digits| digits.len() == 11);
        assert_eq!(patient, None, "{line}");
    }
}

#[test]
fn without_services_the_portal_runs_and_the_log_says_what_to_set() {
    let portal = Portal::start();
    assert_eq!(portal.stranger().get("/ssp/login").status, 200);
    wait_until("the log says what to set", || portal.log().contains("platform.url"));
}

#[test]
fn it_adds_the_organisations_of_its_configuration_once() {
    let (app, _sandbox, config) = ready();
    let listed = "[[organisations]]\nnihdi = \"71099911\"\ntitle = \"Anders\"\n\n[[organisations]]\nnihdi = \"72099902\"\ntitle = \"Ziekenhuis Daar\"\n";
    fs::write(&config, format!("{}\n{listed}", fs::read_to_string(&config).unwrap())).unwrap();
    let titles = || {
        let list = app.ok(["organisation", "list", "--json"]).json();
        list.as_array().unwrap().iter().map(|known| known["title"].clone()).collect::<Vec<_>>()
    };
    for _ in 0..2 {
        let mut command = app.command(["--config", &config, "serve", "--listen", "127.0.0.1:0"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let _serving = Serving(command.spawn().unwrap());
        wait_until("the organisation is added", || titles().len() > 1);
        assert_eq!(titles(), ["Fictief Ziekenhuis", "Ziekenhuis Daar"]);
    }
}

#[test]
fn nothing_leaves_for_a_deactivated_organisation() {
    let (app, _sandbox, config) = ready();
    let store = hd4dp::store::Store::open(&app.data()).unwrap();
    let root = hd4dp::domain::account::Actor::System("cli:tester".into());
    let here = store.read(|tx| Ok(hd4dp::store::organisation::all(tx)?.remove(0).id)).unwrap();
    store.write(|tx| hd4dp::store::revision::deactivate(tx, &root, here, "")).unwrap();
    let report = app.run(["--config", &config, "deliver", "--until-empty", "--json"]).json();
    assert_eq!((report["batches"].as_u64(), report["consolidated"].as_u64()), (Some(0), Some(0)), "{report}");
    store.write(|tx| hd4dp::store::revision::reactivate(tx, &root, here, "")).unwrap();
    let report = app.run(["--config", &config, "deliver", "--until-empty", "--json"]).json();
    assert!(report["consolidated"].as_u64() > Some(0), "{report}");
}
