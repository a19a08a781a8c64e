//! What leaves the appliance: sealing, and the connections to the outside
//! services. Nothing else opens an outgoing connection.

pub mod address;
pub mod client;
pub mod failure;
pub mod seal;

mod cms;
mod connection;
mod exchange;
