//! `job list|cancel|findings|refused`: imports after they began.

use std::path::PathBuf;

use serde_json::json;

use super::{Context, Done, say, say_json, table};
use crate::{
    clock,
    domain::import::{ImportId, ImportState},
    error::{Code, Error, Result},
    intake::report,
    store::{audit, import},
};

/// Which import.
#[derive(clap::Args)]
pub struct Which {
    /// The import's number
    import: i64,
    /// The organisation's NIHDI number
    #[arg(long)]
    organisation: String,
}

#[derive(clap::Subcommand)]
pub enum Verb {
    /// Lists the imports, newest first
    List {
        /// The organisation's NIHDI number
        #[arg(long)]
        organisation: String,
        #[arg(long)]
        json: bool,
    },
    /// Ends a running import after the part it is at; what came before stays
    Cancel {
        #[command(flatten)]
        which: Which,
    },
    /// Writes the findings of an import into a new CSV file
    Findings {
        #[command(flatten)]
        which: Which,
        file: PathBuf,
    },
    /// Writes the refused rows into a new CSV file, to mend and import again.
    /// It holds patient data
    Refused {
        #[command(flatten)]
        which: Which,
        file: PathBuf,
    },
}

impl Verb {
    pub fn run(self, context: &Context) -> Result<Done> {
        match self {
            Self::List { organisation, json } => list(context, &organisation, json),
            Self::Cancel { which } => cancel(context, &which),
            Self::Findings { which, file } => {
                let organisation = context.organisation(&which.organisation)?;
                let count = context.store()?.read(|tx| {
                    report::findings(tx, organisation.id, ImportId(which.import), context.language, &file)
                })?;
                say(context.text("job-findings-written", &[("count", count.into())]))?;
                Ok(Done::Well)
            }
            Self::Refused { which, file } => {
                let organisation = context.organisation(&which.organisation)?;
                let store = context.store()?;
                // Handing out patient data is an act that the audit shows, so
                // the event comes first.
                store.write(|tx| {
                    import::get(tx, organisation.id, ImportId(which.import))?;
                    let details = json!({ "import": which.import });
                    audit::record(
                        tx,
                        &context.actor(),
                        "import.refused-rows",
                        Some(organisation.id),
                        &details,
                    )
                })?;
                store.read(|tx| report::refused(tx, organisation.id, ImportId(which.import), &file))?;
                say(context.text("job-refused-written", &[("path", file.display().to_string().into())]))?;
                Ok(Done::Well)
            }
        }
    }
}

fn list(context: &Context, organisation: &str, as_json: bool) -> Result<Done> {
    let organisation = context.organisation(organisation)?;
    let imports = context.store()?.read(|tx| import::all(tx, organisation.id))?;
    if as_json {
        let documents: Vec<_> = imports
            .into_iter()
            .map(|import| {
                let reason: serde_json::Value = import
                    .reason
                    .and_then(|reason| serde_json::from_str(&reason).ok())
                    .unwrap_or_default();
                json!({ "import": import.id.0, "file": import.file, "state": import.state, "reason": reason["code"],
                        "rows": import.counts, "started_at": import.started_at })
            })
            .collect();
        say_json(&documents)?;
        return Ok(Done::Well);
    }
    let mut rows = Vec::new();
    for import in imports {
        let at = jiff::Timestamp::from_millisecond(import.started_at).map_err(Error::internal)?;
        let at = clock::local(at).strftime("%Y-%m-%d %H:%M").to_string();
        let counts = format!("{}/{}", import.counts.accepted, import.counts.read());
        rows.push(vec![import.id.0.to_string(), at, import.state.as_str().to_owned(), counts, import.file]);
    }
    table::lines(&rows).iter().try_for_each(say)?;
    Ok(Done::Well)
}

/// An import that no process runs any more ends at once; a running one sees
/// the wish at its next part.
fn cancel(context: &Context, which: &Which) -> Result<Done> {
    let organisation = context.organisation(&which.organisation)?;
    let store = context.store()?;
    let id = ImportId(which.import);
    let ended = store.write(|tx| {
        let import = import::get(tx, organisation.id, id)?;
        if !import::cancel(tx, organisation.id, id)? {
            return Err(Error::new(Code::Conflict, "import-not-running").with("import", id.0.to_string()));
        }
        let lock = store.lock_import(id)?;
        if lock.is_some() {
            import::finish(tx, organisation.id, id, ImportState::Cancelled, None)?;
        }
        let details = json!({ "import": id.0, "ended": lock.is_some(), "rows": import.counts });
        audit::record(tx, &context.actor(), "import.cancel", Some(organisation.id), &details)?;
        Ok(lock.is_some())
    })?;
    let text = if ended { "import-cancelled" } else { "import-cancelling" };
    say(context.text(text, &[("import", id.0.to_string().into())]))?;
    Ok(Done::Well)
}
