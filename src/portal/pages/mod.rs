//! One file for each page, or for the few that belong together.

pub mod account;
pub mod definition;
pub mod error;
pub mod group;
pub mod group_edit;
pub mod help;
pub mod home;
pub mod language;
pub mod login;
pub mod me;
pub mod member;
pub mod member_edit;
pub mod role;
pub mod second_factor;
pub mod setup;
pub mod static_file;
pub mod welcome;
