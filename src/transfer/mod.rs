//! What leaves the appliance: sealing, and the connections to the outside
//! services. Nothing else opens an outgoing connection.

pub mod seal;

mod cms;
