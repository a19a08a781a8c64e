//! Bad services, a bad network and kills at any moment, all at once: nothing is
//! lost and nothing is doubled.

use std::{
    collections::HashSet,
    fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use hd4dp::{
    definition::{PHYSICIANS, sample_physician},
    sandbox::consolidated,
};

use crate::common::{NIHDI, TestApp, extract, fixture, number_below, outside::settled};

/// How often something is killed, unless `HD4DP_KILLS` says otherwise.
const KILLS: usize = 8;

/// The steps of which each run does all: everything up to a delivery of
/// corrections and of one generated file.
const STEPS: usize = 8;

#[test]
fn faults_and_kills_lose_nothing_and_double_nothing() {
    let kills = std::env::var("HD4DP_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let app = TestApp::new();
    let mut services = Services::start(&app);
    let mut work = Work { config: services.configuration(), app: &app, step: 0 };
    enrol(&app);
    certify(&app, &services, &work.config);

    let mut child = work.start();
    let mut killed = 0;
    while killed < kills {
        thread::sleep(Duration::from_millis(number_below(500)));
        if let Some(status) = child.0.try_wait().unwrap() {
            child = work.next(status.code());
            continue;
        }
        let victim = number_below(3);
        if victim != 0 {
            child.kill();
            child = work.start();
        }
        if victim != 1 {
            services.restart();
        }
        killed += 1;
    }
    while work.step < STEPS || work.is_import(work.step - 1) {
        let status = child.0.wait().unwrap();
        child = work.next(status.code());
    }
    drop(child);

    let deliver = ["--config", work.config.to_str().unwrap(), "deliver", "--until-empty", "--json"];
    let summary = app.run(deliver).json();
    let expected = undisturbed(&work);
    assert_eq!(summary["reconciles"], true, "{summary}");
    for (name, expected) in [
        ("accepted", expected.accepted),
        ("held", expected.held),
        ("superseded", expected.superseded),
        ("consolidated", expected.accepted - expected.held - expected.superseded),
        ("refused", 0),
    ] {
        assert_eq!(summary[name], expected, "{name}: {summary}");
    }
    assert_eq!(summary["codes_deleted"], summary["batches"]);
    assert_eq!(app.run(["audit", "verify"]).status, 0);
    assert_eq!(app.sqlite("PRAGMA integrity_check"), "ok");
    let failed = app.sqlite("SELECT count(*) > 5 FROM attempt WHERE outcome = 'again'");
    assert_eq!(failed, "1", "the faults struck");

    let totals = settled(&services.dir);
    assert_eq!((totals.waiting, totals.refused_batches, totals.codes), (0, 0, 0), "{totals:?}");
    assert_eq!(totals.active, summary["consolidated"], "{totals:?}");
    let all = consolidated(&services.dir).unwrap();
    let versions: HashSet<_> = all.iter().map(|one| (&one.record, one.revision)).collect();
    assert_eq!(versions.len(), all.len(), "each version came once");
    let corrected = all.iter().filter(|one| one.revision == 2).count() as u64;
    assert!(corrected > 50, "{corrected}");
    assert_eq!(all.len() as u64 - corrected, totals.records, "of each record the first version came too");
}

/// The sandbox as a process of its own.
struct Services<'a> {
    app: &'a TestApp,
    dir: PathBuf,
    port: u16,
    process: Running,
}

impl<'a> Services<'a> {
    fn start(app: &'a TestApp) -> Self {
        let (dir, port) = (app.path("sandbox"), free_port());
        let services = Self { app, process: Self::spawn(app, &dir, port), dir, port };
        services.wait();
        services
    }

    fn spawn(app: &TestApp, dir: &Path, port: u16) -> Running {
        let faults = ["--fault", "http-500=30", "--fault", "reset=30", "--fault", "lost-answer=30"];
        let args = ["sandbox", "--dir", dir.to_str().unwrap(), "--port", &port.to_string()];
        Running(app.spawn(args.iter().chain(&faults)))
    }

    fn restart(&mut self) {
        self.process.kill();
        self.process = Self::spawn(self.app, &self.dir, self.port);
        self.wait();
    }

    /// Waits until both services listen.
    fn wait(&self) {
        let began = Instant::now();
        let listens = |port: u16| TcpStream::connect(("127.0.0.1", port)).is_ok();
        while !(listens(self.port) && listens(self.port + 1)) {
            assert!(began.elapsed().as_secs() < 60, "the sandbox does not start");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Its configuration, with less patience between two tries.
    fn configuration(&self) -> PathBuf {
        let text = fs::read_to_string(self.dir.join("hd4dp.toml")).unwrap();
        let queue =
            "\n[queue]\nattempts = 100000\nbackoff_milliseconds = 20\nbackoff_limit_milliseconds = 200\n";
        let path = self.dir.join("impatient.toml");
        fs::write(&path, text + queue).unwrap();
        path
    }
}

/// A process that ends with the test.
struct Running(Child);

impl Running {
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
        let _ended = self.0.wait();
    }
}

/// What the appliance does, one step after the other: the extract, then
/// corrections, then one generated file after the other, with a delivery after
/// each.
struct Work<'a> {
    app: &'a TestApp,
    config: PathBuf,
    step: usize,
}

impl Work<'_> {
    fn start(&self) -> Running {
        let config = self.config.to_str().unwrap();
        let mut command = self.app.command(["--config", config]);
        match input(self.app, self.step) {
            Some((dcd, file)) => {
                command.args(["import", "--organisation", NIHDI, "--dcd", dcd]).arg(file);
            }
            None => {
                command.args(["deliver", "--until-empty"]);
            }
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Running(command.spawn().unwrap())
    }

    /// Goes on to the next step; rejected rows are as it should be.
    fn next(&mut self, status: Option<i32>) -> Running {
        assert!(matches!(status, Some(0 | 3)), "step {} ended with {status:?}", self.step);
        self.step += 1;
        self.start()
    }

    fn is_import(&self, step: usize) -> bool {
        input(self.app, step).is_some()
    }
}

/// The file that a step imports; none if it delivers.
fn input(app: &TestApp, step: usize) -> Option<(&'static str, PathBuf)> {
    let lab = "INTEGO-LAB";
    match step {
        0 => Some(("INTEGO-DIAG", extract("INTEGO-DIAG"))),
        1 => Some((lab, extract(lab))),
        2 => Some(("INTEGO-PRESC", extract("INTEGO-PRESC"))),
        4 => Some((lab, made(app, "corrections.csv", corrections))),
        step if step % 2 == 0 => {
            Some((lab, made(app, &format!("generated-{step}.csv"), || generated(app, step))))
        }
        _ => None,
    }
}

fn made(app: &TestApp, name: &str, make: impl FnOnce() -> String) -> PathBuf {
    let path = app.path(name);
    if path.exists() { path } else { app.file(name, make()) }
}

fn generated(app: &TestApp, seed: usize) -> String {
    let seed = seed.to_string();
    app.ok(["sample", "--dcd", "INTEGO-LAB", "--rows", "3000", "--errors", "1", "--seed", &seed]).stdout
}

/// Every tenth result of the extract with a remark, which is the last column.
fn corrections() -> String {
    let text = fs::read_to_string(extract("INTEGO-LAB")).unwrap();
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    let corrected: Vec<String> = lines.step_by(10).map(|line| format!("{line}looked at again")).collect();
    format!("{header}\n{}\n", corrected.join("\n"))
}

struct Expected {
    accepted: u64,
    held: u64,
    superseded: u64,
}

/// What the same files come to when nothing goes wrong.
fn undisturbed(work: &Work<'_>) -> Expected {
    let app = TestApp::new();
    enrol(&app);
    let mut accepted = 0;
    for (dcd, file) in (0..work.step).filter_map(|step| input(work.app, step)) {
        accepted += app.import(dcd, &file).1["accepted"].as_u64().unwrap();
    }
    let count = |sql| app.sqlite(sql).parse().unwrap();
    Expected {
        accepted,
        held: count("SELECT count(*) FROM held"),
        superseded: count("SELECT count(*) FROM registration WHERE state = 7"),
    }
}

fn enrol(app: &TestApp) {
    app.enrol();
    let physicians: Vec<String> = (1..PHYSICIANS).map(sample_physician).collect();
    let file = app.file("physicians.csv", format!("CD_HPIN\n{}\n", physicians.join("\n")));
    let scope = ["--organisation", NIHDI, "--project", "HDBP0147"];
    app.ok(["enrolment", "import", file.to_str().unwrap()].iter().chain(&scope));
    let file = fixture("extract/objecting-patients.csv");
    app.ok(["objection", "import", file.to_str().unwrap()].iter().chain(&scope));
}

fn certify(app: &TestApp, services: &Services<'_>, config: &Path) {
    let (store, password) = (services.dir.join(format!("{NIHDI}.p12")), services.dir.join("password"));
    let [config, store, password] = [config, &store, &password].map(|path| path.to_str().unwrap());
    app.ok([
        "--config",
        config,
        "certificate",
        "add",
        store,
        "--password-file",
        password,
        "--organisation",
        NIHDI,
    ]);
}

/// A port with a free one after it, outside the range that outgoing connections
/// get theirs from, so that it is free again at each restart.
fn free_port() -> u16 {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    (0..1000)
        .map(|_| 15_000 + number_below(15_000) as u16)
        .find(|port| is_free(*port) && is_free(port + 1))
        .unwrap()
}
