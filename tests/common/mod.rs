//! A throw-away installation driven through the real binary.

#![allow(clippy::unwrap_used)]

pub mod opener;
pub mod outside;
pub mod receiver;
pub mod workbook;

use std::{
    ffi::OsStr,
    fs,
    hash::{BuildHasher, Hasher, RandomState},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// The organisation that tests act for.
pub const NIHDI: &str = "71099911";

/// A data directory and the binary on it.
pub struct TestApp {
    directory: TempDir,
    binary: PathBuf,
}

/// Copies a program that is to be run. Another process does it: a child that
/// another test starts while this one writes would hold the file open, and a
/// program that is open for writing cannot be run ("text file busy").
pub fn copy_binary(from: &Path, to: &Path) {
    assert!(Command::new("cp").args([from, to]).status().unwrap().success());
}

/// How a verb ended.
pub struct Ran {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl TestApp {
    /// An empty installation with one organisation.
    pub fn new() -> Self {
        let app = Self::bare();
        app.ok(["organisation", "add", NIHDI, "Fictief Ziekenhuis"]);
        app
    }

    /// An installation without anything in it.
    pub fn bare() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), binary: env!("CARGO_BIN_EXE_hd4dp").into() }
    }

    /// An installation with one organisation whose binary has nothing beside
    /// it: that of `HD4DP_BINARY`, if the environment names one.
    pub fn alone() -> Self {
        let mut app = Self::bare();
        let built = std::env::var_os("HD4DP_BINARY").map_or_else(|| app.binary.clone(), PathBuf::from);
        app.binary = app.path("empty").join("hd4dp");
        fs::create_dir(app.path("empty")).unwrap();
        copy_binary(&built, &app.binary);
        app.ok(["organisation", "add", NIHDI, "Fictief Ziekenhuis"]);
        app
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// A path beside the data directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file beside the data directory.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// The command, ready to run.
    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("--data-dir").arg(self.data()).args(args);
        command.env("LANG", "C").env_remove("LC_ALL").env_remove("LC_MESSAGES").env("USER", "tester");
        command
    }

    /// Runs a verb to its end.
    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ran {
        Ran::from(self.command(args).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs a verb that must end with status 0.
    pub fn ok<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
        ran
    }

    /// Starts a verb and leaves it running.
    pub fn spawn<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Child {
        let mut command = self.command(args);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Imports a file as `dcd` and returns the JSON report.
    pub fn import(&self, dcd: &str, file: &Path) -> (i32, Value) {
        let ran = self.run([
            OsStr::new("import"),
            OsStr::new("--organisation"),
            OsStr::new(NIHDI),
            OsStr::new("--dcd"),
            OsStr::new(dcd),
            OsStr::new("--json"),
            file.as_os_str(),
        ]);
        (
            ran.status,
            serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}{}", ran.stdout, ran.stderr)),
        )
    }

    /// Enrols the physicians of the fixtures.
    pub fn enrol(&self) {
        let file = fixture("extract/enrolled-physicians.csv");
        let file = file.to_str().unwrap();
        self.ok(["enrolment", "import", file, "--organisation", NIHDI, "--project", "HDBP0147"]);
    }

    /// Asks the sqlite3 shell, as a referee.
    pub fn sqlite(&self, sql: &str) -> String {
        let output = Command::new("sqlite3").arg(self.data().join("hd4dp.db")).arg(sql).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    /// What it printed as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("{}{}", self.stdout, self.stderr))
    }
}

/// A number below `limit` that differs from run to run.
pub fn number_below(limit: u64) -> u64 {
    RandomState::new().build_hasher().finish() % limit
}

/// A file under `tests/fixtures`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// One of the extract's files.
pub fn extract(dcd: &str) -> PathBuf {
    fixture(&format!("extract/HD_DCD_submcsv_HDBP0147_{dcd}_v1.csv"))
}

/// The codes of the findings about a file as a whole.
pub fn codes(report: &Value) -> Vec<String> {
    let imports = report["imports"].as_array().unwrap();
    let findings = imports.iter().flat_map(|import| import["findings"].as_array().unwrap());
    findings.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

/// INTEGO-DIAG rows: a header and `rows` of (identifier, date, remaining cells).
pub const DIAG_HEADER: &str = "IDC_PAT;D_PAT_DOB;CD_PAT_SEX;CD_CNTRY_RES;CD_PAT_PLC_RESDC;CD_HPIN;TX_PRACTICE;TX_DIAG_ID;DT_DIAG;CD_DIAG_SYST;CD_DIAG;TX_DIAG;CD_DIAG_STAT;DT_DIAG_END";

/// A good INTEGO-DIAG row with the diagnosis number `id` and the text `text`.
pub fn diag(id: &str, text: &str) -> String {
    format!(
        "14100635354;2014-10-06;M;BE;2060;17529086004;P03;{id};27/01/2023;ICPC2;R74;{text};RESOLVED;09/02/2023"
    )
}
