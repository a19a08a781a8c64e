//! FHIR R4, as far as it fits: a definition as a Questionnaire, and a
//! QuestionnaireResponse as a registration. An item is linked to a variable by
//! its name.

mod node;
mod payload;
mod questionnaire;
mod response;

pub use questionnaire::questionnaire;
pub use response::response;

/// Before the name of a definition in its canonical address.
const CANONICAL: &str = "urn:hd4dp:dcd:";
