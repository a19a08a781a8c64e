//! The portal, as people meet it.

pub mod client;
pub mod markup;
mod mend;

mod access;
mod audit;
mod certificate;
mod definition;
pub mod entry;
mod entry_again;
mod entry_chain;
mod entry_changed;
mod entry_counted;
mod entry_kept;
mod entry_large;
mod form;
mod hidden;
mod hostile;
mod list;
mod login;
mod pages;
mod queue;
mod registration;
mod room;
mod scan;
mod settings;
mod slow;
mod upload;
