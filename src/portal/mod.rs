//! The Self-Service Portal.

pub mod password;
pub mod second_factor;
pub mod setup_code;
