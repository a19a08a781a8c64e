//! `sample`: fictitious rows of a definition.

use std::{
    io::{BufWriter, ErrorKind, Write, stdout},
    sync::Arc,
};

use super::{Context, Done};
use crate::{
    definition::{self, Definition},
    error::{Code, Error, Result},
    store,
};

#[derive(clap::Args)]
pub struct Verb {
    /// The definition, by name or NAME@VERSION
    #[arg(long, value_name = "NAME[@VERSION]")]
    dcd: String,
    /// How many rows
    #[arg(long)]
    rows: u64,
    /// Another seed gives other patients; the same one gives the same rows
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many rows of a hundred get a mistake for which they are refused
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0)]
    errors: f64,
}

impl Verb {
    pub fn run(self, context: &Context) -> Result<Done> {
        if !(0.0..=100.0).contains(&self.errors) {
            return Err(Error::new(Code::Usage, "sample-errors-range"));
        }
        let definition = find(context, &self.dcd)?;
        let mut out = BufWriter::new(stdout().lock());
        let written = definition::sample(&definition, self.rows, self.seed, self.errors, &mut out)
            .and_then(|()| out.flush());
        match written {
            // Whoever reads has seen enough, such as `head`.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Done::Well),
            written => written.map(|()| Done::Well).map_err(|error| match error.downcast::<Error>() {
                Ok(told) => told,
                Err(error) => Error::internal(error),
            }),
        }
    }
}

/// A stored definition if there is a store, else a bundled one, so that
/// nothing has to be set up for a sample.
fn find(context: &Context, name: &str) -> Result<Arc<Definition>> {
    if context.has_store() {
        return context.store()?.read(|tx| store::definition::find(tx, name));
    }
    definition::find_bundled(name)
        .ok_or_else(|| Error::new(Code::NotFound, "definition-unknown").with("name", name))
}
