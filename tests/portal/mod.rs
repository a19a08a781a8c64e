//! The portal, as people meet it.

pub mod client;

mod access;
mod form;
mod login;
mod pages;
mod upload;
