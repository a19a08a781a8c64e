//! Whole-process figures of the main job, as `benches/README.md` explains.
//!
//! Each figure is the median of several runs of the real binary. The referee
//! for `import` is the `sqlite3` shell's `.import` of the same file, run in
//! turn with it, so that a slow machine is slow for both.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

const NIHDI: &str = "71099911";

struct Bench {
    binary: PathBuf,
    folder: PathBuf,
    runs: usize,
}

fn main() {
    let wanted: Vec<String> = env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let setting =
        |name: &str, usual: u64| env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let folder = env::temp_dir().join(format!("hd4dp-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let bench = Bench {
        binary: env::var_os("HD4DP_BINARY").map_or_else(|| env!("CARGO_BIN_EXE_hd4dp").into(), PathBuf::from),
        folder,
        runs: setting("HD4DP_BENCH_RUNS", 5) as usize,
    };
    println!("binary {}", bench.binary.display());
    let rows = setting("HD4DP_BENCH_ROWS", 1_000_000);
    if wants("import") {
        bench.import(rows);
    }
    if wants("scale") {
        bench.scale(rows);
    }
    if wants("knee") {
        bench.knee(rows / 4);
    }
    if wants("deliver") {
        bench.deliver(rows);
    }
    fs::remove_dir_all(&bench.folder).unwrap();
}

impl Bench {
    /// `import` beside the sqlite3 shell, in turn.
    fn import(&self, rows: u64) {
        let file = self.sample(rows);
        let (mut ours, mut theirs, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.runs {
            let (seconds, report) = self.import_once(&file);
            ours.push(seconds);
            peaks.push(report["peak_rss_bytes"].as_f64().unwrap() / 1048576.0);
            theirs.push(self.shell_once(&file));
        }
        let mut ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
        println!("import of {rows} rows, {} bytes", fs::metadata(&file).unwrap().len());
        println!("  hd4dp import      {} s", spread(&mut ours));
        println!("  sqlite3 .import   {} s", spread(&mut theirs));
        println!("  ratio             {}", spread(&mut ratios));
        println!("  peak memory       {} MiB", spread(&mut peaks));
    }

    /// Throughput and memory of a quarter, of all and of five times the rows.
    fn scale(&self, rows: u64) {
        for rows in [rows / 4, rows, rows * 5] {
            let file = self.sample(rows);
            let (mut speeds, mut peaks) = (Vec::new(), Vec::new());
            for _ in 0..self.runs.min(3) {
                let (seconds, report) = self.import_once(&file);
                speeds.push(rows as f64 / seconds);
                peaks.push(report["peak_rss_bytes"].as_f64().unwrap() / 1048576.0);
            }
            println!("{rows} rows: {} rows a second, peak {} MiB", spread(&mut speeds), spread(&mut peaks));
            fs::remove_file(file).unwrap();
        }
    }

    /// The definition with many variables and rules: judged only, as a dry
    /// run, and judged and stored.
    fn knee(&self, rows: u64) {
        const KNEE: &str = "OP_KNEE_PRIM_IMPLT";
        let file = self.sample_of(KNEE, rows);
        let import = ["import", "--organisation", NIHDI, "--dcd", KNEE, file.to_str().unwrap()];
        let (mut judged, mut stored) = (Vec::new(), Vec::new());
        for _ in 0..self.runs {
            for (how, speeds) in [("--dry-run", &mut judged), ("--json", &mut stored)] {
                let _ = fs::remove_dir_all(self.data());
                self.run(&["organisation", "add", NIHDI, "Fictief Ziekenhuis"]);
                let started = Instant::now();
                // Fails if a row is rejected.
                self.run(&[&import[..], &[how]].concat());
                speeds.push(rows as f64 / started.elapsed().as_secs_f64());
            }
        }
        println!("{KNEE}, {rows} rows, {} bytes", fs::metadata(&file).unwrap().len());
        println!("  judged            {} rows a second", spread(&mut judged));
        println!("  judged and stored {} rows a second", spread(&mut stored));
    }

    /// Sealed, delivered and consolidated at a sandbox on this machine.
    fn deliver(&self, rows: u64) {
        let file = self.sample(rows);
        let mut speeds = Vec::new();
        let mut last = Value::Null;
        for _ in 0..self.runs.min(3) {
            let outside = self.folder.join("outside");
            let _ = fs::remove_dir_all(&outside);
            let mut sandbox = self.sandbox(&outside);
            let (_, _) = self.import_once(&file);
            let config = outside.join("hd4dp.toml");
            let store = outside.join(format!("{NIHDI}.p12"));
            let password = outside.join("password");
            let config = config.to_str().unwrap();
            let (store, password) = (store.to_str().unwrap(), password.to_str().unwrap());
            let add = ["certificate", "add", store, "--password-file", password, "--organisation", NIHDI];
            self.run(&[&["--config", config], &add[..]].concat());
            let started = Instant::now();
            last = self.json(&["--config", config, "deliver", "--until-empty", "--json"]);
            let seconds = started.elapsed().as_secs_f64();
            sandbox.kill().unwrap();
            sandbox.wait().unwrap();
            assert_eq!(last["reconciles"], true, "{last}");
            speeds.push(last["consolidated"].as_f64().unwrap() / seconds);
        }
        println!("delivered and consolidated: {} registrations a second", spread(&mut speeds));
        println!("last summary: {last}");
    }

    fn sample(&self, rows: u64) -> PathBuf {
        self.sample_of("INTEGO-LAB", rows)
    }

    fn sample_of(&self, dcd: &str, rows: u64) -> PathBuf {
        let path = self.folder.join(format!("{dcd}-{rows}.csv"));
        if !path.exists() {
            let out = fs::File::create(&path).unwrap();
            let rows = rows.to_string();
            let status = Command::new(&self.binary)
                .args(["sample", "--dcd", dcd, "--rows", &rows, "--seed", "1"])
                .stdout(out)
                .status();
            assert!(status.unwrap().success());
        }
        path
    }

    /// One import into a new store, with every physician of the file enrolled.
    fn import_once(&self, file: &Path) -> (f64, Value) {
        let _ = fs::remove_dir_all(self.data());
        self.run(&["organisation", "add", NIHDI, "Fictief Ziekenhuis"]);
        let physicians = self.folder.join("physicians.csv");
        let numbers: Vec<String> =
            (0..hd4dp::definition::PHYSICIANS).map(hd4dp::definition::sample_physician).collect();
        fs::write(&physicians, format!("CD_HPIN\n{}\n", numbers.join("\n"))).unwrap();
        let physicians = physicians.to_str().unwrap();
        self.run(&["enrolment", "import", physicians, "--organisation", NIHDI, "--project", "HDBP0147"]);
        let started = Instant::now();
        let file = file.to_str().unwrap();
        let report = self.json(&["import", "--organisation", NIHDI, "--dcd", "INTEGO-LAB", "--json", file]);
        let seconds = started.elapsed().as_secs_f64();
        assert_eq!(
            (&report["rejected"], &report["held"], &report["reconciles"]),
            (&0.into(), &0.into(), &true.into())
        );
        (seconds, report)
    }

    fn shell_once(&self, file: &Path) -> f64 {
        let database = self.folder.join("shell.db");
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{suffix}", database.display()));
        }
        let import = format!(".import {} lab", file.display());
        let started = Instant::now();
        let status = Command::new("sqlite3")
            .arg(&database)
            .args(["PRAGMA journal_mode=WAL", ".mode csv", ".separator ;", &import])
            .stdout(Stdio::null())
            .status();
        assert!(status.unwrap().success());
        started.elapsed().as_secs_f64()
    }

    fn sandbox(&self, folder: &Path) -> Child {
        let child = Command::new(&self.binary)
            .args(["sandbox", "--port", "19441", "--dir"])
            .arg(folder)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while std::net::TcpStream::connect("127.0.0.1:19442").is_err() {
            thread::sleep(Duration::from_millis(20));
        }
        child
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn run(&self, args: &[&str]) -> String {
        let output =
            Command::new(&self.binary).arg("--data-dir").arg(self.data()).args(args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.run(args)).unwrap()
    }
}

/// Median, and from least to most.
fn spread(figures: &mut [f64]) -> String {
    figures.sort_by(f64::total_cmp);
    let median = figures[figures.len() / 2];
    format!("{median:.2} ({:.2} to {:.2})", figures[0], figures[figures.len() - 1])
}
