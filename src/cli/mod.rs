//! The command line: one file per verb.
//!
//! What a verb reports goes to stdout, as text or with `--json` as one JSON
//! document; progress, warnings and errors go to stderr.

use std::{
    cell::OnceCell,
    io::{self, ErrorKind, IsTerminal, Write, stderr, stdout},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use clap::{Parser, Subcommand};
use tracing::Level;

use crate::{
    config::{Config, data_directory},
    definition::Definition,
    domain::{account::Actor, identifier::Nihdi, organisation::Organisation},
    error::{Code, Error, Result},
    language::{Arg, Language},
    store::{self, Store},
};

mod audit;
mod certificate;
mod config;
mod definition;
mod deliver;
mod demo;
mod enrolment;
mod import;
mod job;
mod list_file;
mod manager;
mod objection;
mod organisation;
mod peak;
mod progress;
mod queue;
mod sample;
mod sandbox;
mod serve;
mod table;

/// The on-premise side of healthdata.be: takes registrations in, validates
/// them, and delivers them sealed.
#[derive(Parser)]
#[command(name = "hd4dp", version, propagate_version = true)]
struct Cli {
    /// The configuration file
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the data are kept
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// What was done, by whom, in a chain that shows every change
    #[command(subcommand)]
    Audit(audit::Verb),
    /// The organisations' own certificates
    #[command(subcommand)]
    Certificate(certificate::Verb),
    /// The configuration in force
    Config(config::Verb),
    /// Data Collection Definitions
    #[command(subcommand)]
    Definition(definition::Verb),
    /// Delivers what waits
    Deliver(deliver::Verb),
    /// Everything on this machine, with fictitious data, from CSV files to
    /// consolidated registrations
    Demo(demo::Verb),
    /// Physicians who take part in a project
    #[command(subcommand)]
    Enrolment(enrolment::Verb),
    /// Takes in CSV files
    Import(import::Verb),
    /// Imports as jobs: progress, findings, files to mend
    #[command(subcommand)]
    Job(job::Verb),
    /// The User Managers, who manage accounts and organisations
    #[command(subcommand)]
    Manager(manager::Verb),
    /// Patients who object to sharing data
    #[command(subcommand)]
    Objection(objection::Verb),
    /// The organisations that this installation serves
    #[command(subcommand)]
    Organisation(organisation::Verb),
    /// Fictitious rows of a definition as CSV on stdout
    Sample(sample::Verb),
    /// The outside services for trials, on this machine
    Sandbox(sandbox::Verb),
    /// Runs the appliance: delivers what waits, for as long as it runs
    Serve(serve::Verb),
    /// What waits to be delivered, and why
    #[command(subcommand)]
    Queue(queue::Verb),
}

/// How a verb ended, if not with an error.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Done {
    /// All is well.
    Well,
    /// Done, but something needs attention.
    Attention,
    /// It did its work and the answer is no.
    Refused,
}

/// What every verb works with.
pub(crate) struct Context {
    pub config: Config,
    pub language: Language,
    directory: PathBuf,
    store: OnceCell<Arc<Store>>,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nothing better to do if even the usage cannot be printed.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let mut language = Language::from_environment();
    match run(cli, &mut language) {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::Refused) => ExitCode::from(1),
        Ok(Done::Attention) => ExitCode::from(3),
        Err(error) => {
            complain(&error, language);
            ExitCode::from(error.code.exit_status())
        }
    }
}

/// Runs a verb; `language` becomes the one to answer in as soon as it is known.
fn run(cli: Cli, language: &mut Language) -> Result<Done> {
    log(if matches!(cli.verb, Verb::Serve(_)) { Level::INFO } else { Level::WARN });
    let directory = data_directory(cli.data_dir.as_deref())?;
    let config = Config::read(cli.config.as_deref(), &directory)?;
    *language = config.language.unwrap_or(*language);
    let context = Context::new(config, *language, directory);
    match cli.verb {
        Verb::Audit(verb) => verb.run(&context),
        Verb::Certificate(verb) => verb.run(&context),
        Verb::Config(verb) => verb.run(&context),
        Verb::Definition(verb) => verb.run(&context),
        Verb::Deliver(verb) => verb.run(&context),
        Verb::Demo(verb) => verb.run(&context),
        Verb::Enrolment(verb) => verb.run(&context),
        Verb::Import(verb) => verb.run(&context),
        Verb::Job(verb) => verb.run(&context),
        Verb::Manager(verb) => verb.run(&context),
        Verb::Objection(verb) => verb.run(&context),
        Verb::Organisation(verb) => verb.run(&context),
        Verb::Sample(verb) => verb.run(&context),
        Verb::Sandbox(verb) => verb.run(&context),
        Verb::Serve(verb) => verb.run(&context),
        Verb::Queue(verb) => verb.run(&context),
    }
}

impl Context {
    /// A context with its own configuration and data directory.
    pub fn new(config: Config, language: Language, directory: PathBuf) -> Self {
        Self { config, language, directory, store: OnceCell::new() }
    }

    /// The store, opened at its first use.
    pub fn store(&self) -> Result<&Arc<Store>> {
        if let Some(store) = self.store.get() {
            return Ok(store);
        }
        let store = Arc::new(Store::open(&self.directory)?);
        Ok(self.store.get_or_init(|| store))
    }

    /// Whether there is a store already.
    pub fn has_store(&self) -> bool {
        self.directory.join(store::DATABASE_FILE).exists()
    }

    /// The organisation that the command line names by its NIHDI number.
    pub fn organisation(&self, nihdi: &str) -> Result<Organisation> {
        let nihdi = self.nihdi(nihdi)?;
        named(self.store()?.read(|tx| store::organisation::by_nihdi(tx, &nihdi)))
    }

    /// The definition that the command line names: `NAME` or `NAME@VERSION`.
    pub fn definition(&self, name: &str) -> Result<Arc<Definition>> {
        named(self.store()?.read(|tx| store::definition::find(tx, name)))
    }

    /// The project that the command line names by its number, spelt as its
    /// definitions spell it.
    pub fn project(&self, number: &str) -> Result<String> {
        let all = self.store()?.read(store::definition::all)?;
        let known = all.iter().find(|known| known.project.eq_ignore_ascii_case(number.trim()));
        known
            .map(|known| known.project.clone())
            .ok_or_else(|| Error::new(Code::Usage, "project-unknown").with("project", number))
    }

    /// Reads a NIHDI number given on the command line.
    pub fn nihdi(&self, text: &str) -> Result<Nihdi> {
        Nihdi::parse(text, &self.config.validation.nihdi_moduli).map_err(|_| {
            Error::new(Code::Usage, "nihdi-invalid").with("given", crate::domain::finding::shape(text))
        })
    }

    /// A text in the language of the command line.
    pub fn text(&self, id: &str, args: &[(&str, Arg)]) -> String {
        self.language.text(id, args)
    }

    /// Who acts, where that is judged: whoever may run this program on these
    /// data may do everything.
    pub fn by(&self) -> Actor {
        Actor::System(self.actor())
    }

    /// Who acts, for the audit.
    pub fn actor(&self) -> String {
        let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
        format!("cli:{}", user.unwrap_or_else(|| "unknown".to_owned()))
    }
}

/// What the command line names and is not there makes it a wrong one.
fn named<T>(found: Result<T>) -> Result<T> {
    found.map_err(|mut error| {
        if error.code == Code::NotFound {
            error.code = Code::Usage;
        }
        error
    })
}

/// Prints a line on stdout.
pub(crate) fn say(line: impl AsRef<str>) -> Result<()> {
    printed(writeln!(stdout(), "{}", line.as_ref()))
}

/// What became of printing on stdout. Whoever reads may have seen enough and be
/// gone, such as `head`: that is no failure, the work is done all the same, and
/// the exit status tells of it.
pub(crate) fn printed(written: io::Result<()>) -> Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(Error::internal),
    }
}

/// Prints a JSON document on stdout.
pub(crate) fn say_json(document: &impl serde::Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(document).map_err(Error::internal)?;
    say(text)
}

/// Prints a line on stderr; if that is gone there is nobody to tell.
pub(crate) fn note(line: impl AsRef<str>) {
    let _ = writeln!(stderr(), "{}", line.as_ref());
}

/// Whether progress may be drawn.
pub(crate) fn on_terminal() -> bool {
    stderr().is_terminal()
}

fn complain(error: &Error, language: Language) {
    note(format!("hd4dp: {}", error.text(language)));
    // The text of an internal error sends its reader to the log.
    if let Some(cause) = error.cause.as_ref().filter(|_| error.code == Code::Internal) {
        tracing::error!(%cause, "verb failed");
    }
}

/// Sends events to stderr, one line each.
fn log(most: Level) {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(most)
        .with_target(false)
        .with_ansi(on_terminal())
        // It would tell of a stderr that is gone on stderr, and panic.
        .log_internal_errors(false)
        .with_writer(stderr);
    // Only the first subscriber of a process counts; a second one is no harm.
    let _ = subscriber.try_init();
}
