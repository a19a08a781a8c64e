//! `sandbox`: the outside services on their own.

use std::{path::PathBuf, thread};

use super::{Context, Done, note};
use crate::{
    definition,
    error::Result,
    sandbox::{Fault, Options, Sandbox},
};

#[derive(clap::Args)]
pub struct Verb {
    /// Where it keeps what it got, and writes ca.pem, hd4dp.toml, the stores and their password
    #[arg(long)]
    dir: PathBuf,
    /// The port of the TTP; the platform listens on the next one
    #[arg(long, default_value_t = 9441)]
    port: u16,
    /// The NIHDI number of an organisation that gets a certificate store
    #[arg(long = "organisation", value_name = "NIHDI")]
    organisations: Vec<String>,
    /// What goes wrong, and how often (100 % if not said)
    #[arg(long = "fault", value_name = "NAME[=PERCENT]")]
    faults: Vec<String>,
    /// A definition without a patient identifier, beside those that come with this program
    #[arg(long, value_name = "DCD")]
    without_identity: Vec<String>,
}

impl Verb {
    pub fn run(self, context: &Context) -> Result<Done> {
        let organisations =
            self.organisations.iter().map(|nihdi| context.nihdi(nihdi)).collect::<Result<_>>()?;
        let faults = self.faults.iter().map(|fault| fault.parse::<Fault>()).collect::<Result<_>>()?;
        let without_identity = [bundled_without_identity(), self.without_identity].concat().into();
        let options = Options { dir: self.dir, port: self.port, organisations, faults, without_identity };
        let sandbox = Sandbox::start(options)?;
        let (ttp, platform) = sandbox.ports();
        note(context.text(
            "sandbox-ready",
            &[
                ("ttp", ttp.to_string().into()),
                ("platform", platform.to_string().into()),
                ("dir", sandbox.dir().display().to_string().into()),
            ],
        ));
        // It keeps everything durably, so being killed is its ordinary end.
        loop {
            thread::park();
        }
    }
}

/// The bundled definitions that know no patient.
fn bundled_without_identity() -> Vec<String> {
    let bundled = definition::bundled().iter().map(|known| &known.summary);
    bundled.filter(|known| !known.has_patient).map(|known| known.name.clone()).collect()
}
