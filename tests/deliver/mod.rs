//! The way out: from stored registrations to consolidated ones, and what is
//! done when it is barred.

mod alarm;
mod certificate;
mod content;
mod gate;
mod process;
mod queue;
mod retry;
mod sandbox;
mod secret;
