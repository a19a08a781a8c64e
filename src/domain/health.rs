//! Whether the installation is well, one check after the other.

use serde::Serialize;

/// How well something is; the worst counts.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing is to be done.
    #[default]
    Ok,
    /// It works, and somebody should look.
    Attention,
    /// It does not work.
    Failing,
}

/// One check.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Check {
    /// Its name: `health-` and the name is the Fluent message of what it is,
    /// followed by the state's name that of what to do.
    pub id: &'static str,
    /// How well it is.
    pub state: State,
    /// A figure and what it counts.
    pub figure: Option<(&'static str, i64)>,
}

impl State {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Attention => "attention",
            Self::Failing => "failing",
        }
    }
}

impl Check {
    /// A check without a figure.
    pub fn new(id: &'static str, state: State) -> Self {
        Self { id, state, figure: None }
    }

    /// The same with a figure.
    #[must_use]
    pub fn with(self, unit: &'static str, number: i64) -> Self {
        Self { figure: Some((unit, number)), ..self }
    }
}

/// The worst of all.
pub fn worst(checks: &[Check]) -> State {
    checks.iter().map(|check| check.state).max().unwrap_or_default()
}
