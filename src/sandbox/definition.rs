//! What the platform knows of the definitions that come.

use std::{fmt, sync::Arc};

/// Some of the definitions, told by their name.
#[derive(Clone)]
pub struct Definitions(Arc<Has>);

type Has = dyn Fn(&str) -> bool + Send + Sync;

impl Definitions {
    /// Those that `has` says yes to, whenever one of them comes.
    pub fn told_by(has: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(has))
    }

    /// Whether the one of this name is among them.
    pub(super) fn has(&self, name: &str) -> bool {
        (self.0)(name)
    }
}

impl From<Vec<String>> for Definitions {
    fn from(names: Vec<String>) -> Self {
        Self::told_by(move |name| names.iter().any(|known| known == name))
    }
}

impl Default for Definitions {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl fmt::Debug for Definitions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Definitions")
    }
}
