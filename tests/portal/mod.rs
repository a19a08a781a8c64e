//! The portal, as people meet it.

pub mod client;

mod access;
mod audit;
mod form;
mod list;
mod login;
mod pages;
mod queue;
mod upload;
