//! The portal, as people meet it.

pub mod client;

mod access;
mod certificate;
mod form;
mod login;
mod pages;
mod registration;
mod settings;
mod upload;
