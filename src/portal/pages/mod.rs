//! One file for each page, or for the few that belong together.

pub mod account;
pub mod audit;
pub mod audit_text;
pub mod enrolment;
pub mod enrolment_file;
pub mod error;
pub mod group;
pub mod group_edit;
pub mod home;
pub mod language;
pub mod list_file;
pub mod login;
pub mod me;
pub mod member;
pub mod member_edit;
pub mod objection;
pub mod objection_file;
pub mod project;
pub mod queue;
pub mod reconciliation;
pub mod role;
pub mod second_factor;
pub mod setup;
pub mod static_file;
pub mod welcome;
