//! The services as configured.

use std::time::Duration;

use super::{client, seal::Recipient};
use crate::{
    certificate::Anchors,
    config::Config,
    domain::delivery::Service,
    error::{Code, Error, Result},
};

/// Where and how the two services are reached.
pub struct Services {
    platform: client::Service,
    ttp: client::Service,
}
