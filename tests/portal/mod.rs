//! The portal, as people meet it.

pub mod client;

mod access;
mod audit;
mod certificate;
mod form;
mod list;
mod login;
mod pages;
mod queue;
mod registration;
mod settings;
mod upload;
