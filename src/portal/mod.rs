//! The Self-Service Portal at `/ssp`: pages rendered here, forms posted back.
//!
//! One table (`routes.rs`) names every page, the permission it needs and the
//! body it takes. A request goes through `gate.rs`, which finds its line, the
//! session and the organisation, and refuses before any page is asked; then to
//! the one function that its line names. Pages read and write the store, never
//! the network.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    clock,
    config::Config,
    domain::{account::Temporary, connection::Sighting, form, organisation::OrganisationId, session::Limits},
    error::{Code, Error, Result},
    front::{BodyLimit, Handler, Head, Request, Response},
    intake::desk::Desk,
    store::Store,
};

mod answer;
mod asset;
mod browser;
mod content;
mod cookie;
mod csrf;
mod entry;
mod errors;
mod figures;
mod format;
mod frame;
mod gate;
mod health;
mod manual;
mod multipart;
mod pages;
pub mod password;
mod presence;
mod receive;
mod render;
mod route;
pub mod routes;
pub mod second_factor;
pub mod setup_code;
mod sheet;
mod upload;
mod values;
mod verification;
mod visit;

/// The portal as what answers the front door.
pub struct Portal {
    store: Arc<Store>,
    config: Config,
    renderer: render::Renderer,
    hasher: password::Hasher,
    presence: presence::Presence,
    figures: figures::Figures,
    renew: Renew,
    trial: Mutex<Trial>,
    shelf: Arc<receive::Shelf>,
    desk: Desk,
    verifier: verification::Verifier,
    forms: entry::desk::Desk,
}

/// Has the front door take up another certificate after it was changed.
pub type Renew = Box<dyn Fn() -> Result<()> + Send + Sync>;

/// Tries to reach the services with an organisation's certificate. The portal
/// itself opens no connection.
pub type Trial = Box<dyn Fn(OrganisationId) -> Result<Vec<Sighting>> + Send>;

impl Portal {
    /// A portal on `store`.
    pub fn new(store: Arc<Store>, config: Config, renew: Renew, trial: Trial) -> Self {
        Self {
            config,
            renderer: render::Renderer::default(),
            hasher: password::Hasher::new(store.keys()),
            presence: presence::Presence::default(),
            figures: figures::Figures::default(),
            store,
            renew,
            trial: Mutex::new(trial),
            shelf: Arc::default(),
            desk: Desk::default(),
            verifier: verification::Verifier::default(),
            forms: entry::desk::Desk::default(),
        }
    }

    /// Where the runner of uploads tells how far it is, and hears of new ones.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Tells the store what is kept in memory: which sessions were used.
    pub fn settle(&self) -> Result<()> {
        self.presence.settle(&self.store)
    }

    /// Tries to reach the services with the organisation's certificate, for
    /// one person at a time: it takes seconds.
    ///
    /// # Errors
    ///
    /// Somebody else waits for one, or as the trial says.
    fn try_connection(&self, organisation: OrganisationId) -> Result<Vec<Sighting>> {
        let busy = || Error::new(Code::Conflict, "connection-busy");
        let trial = self.trial.try_lock().map_err(|_| busy())?;
        trial(organisation)
    }

    /// A new temporary password, and how it is stored.
    fn temporary(&self) -> Result<(Zeroizing<String>, Temporary)> {
        let secret = password::temporary()?;
        let hash = self.hasher.hash(&secret)?;
        Ok((secret, Temporary::new(hash, clock::now().as_millisecond())))
    }

    /// When sessions end by themselves.
    fn limits(&self) -> Limits {
        let portal = &self.config.portal;
        Limits {
            idle: SignedDuration::from_mins(portal.idle_minutes.into()),
            absolute: SignedDuration::from_hours(portal.absolute_hours.into()),
        }
    }
}

impl Handler for Portal {
    fn limit(&self, head: &Head) -> BodyLimit {
        gate::limit(self, head)
    }

    fn answer(&self, request: Request) -> Response {
        gate::answer(self, request)
    }

    fn knows(&self, part: &str) -> bool {
        routes::TABLE.knows(part)
    }

    fn abandon(&self, spool: &str) {
        self.shelf.take(spool);
    }

    fn refuse(&self, status: u16, _id: Uuid, head: Option<&Head>) -> Response {
        match (status, head) {
            (413 | 507, Some(head)) => gate::refuse(self, status, head),
            _ => pages::error::bare(status),
        }
    }
}

/// Tells the log what the reader of an error is not told.
fn log(error: &Error, request: &str) {
    let cause = error.cause.as_ref().map(tracing::field::display);
    tracing::error!(id = error.id, request, cause, "a page failed");
}
