//! One file for each page, or for the few that belong together.

pub mod account;
pub mod error;
pub mod group;
pub mod group_edit;
pub mod home;
pub mod language;
pub mod login;
pub mod me;
pub mod member;
pub mod member_edit;
pub mod registration;
pub mod registration_list;
pub mod registration_search;
pub mod registration_withdraw;
pub mod role;
pub mod second_factor;
pub mod setup;
pub mod static_file;
pub mod welcome;
