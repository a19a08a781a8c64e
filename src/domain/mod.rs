//! Pure types and rules. Nothing here reads, writes or knows another folder.

pub mod account;
pub mod act;
pub mod api_key;
pub mod certificate;
pub mod code_system;
pub mod connection;
pub mod decimal;
pub mod delivery;
pub mod email;
pub mod enrolment;
pub mod finding;
pub mod form;
pub mod health;
pub mod identifier;
pub mod import;
pub mod login;
pub mod member;
pub mod moment;
pub mod older_drafts;
pub mod organisation;
pub mod registration;
pub mod role;
pub mod session;
pub mod spreadsheet;
pub mod summary;
pub mod upload;
