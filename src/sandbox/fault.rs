//! Faults to switch on, so that an appliance can be seen to cope.

use std::{
    str::FromStr,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use crate::{
    error::{Code, Error, Result},
    front::{Ending, Response},
};

/// Which service.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// The trusted third party.
    Ttp,
    /// The platform.
    Platform,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FaultKind {
    /// Answers 500.
    Http500,
    /// Answers 429 with `Retry-After: 1`.
    Http429,
    /// Resets the connection in the middle of an answer, the work not done.
    Reset,
    /// Says nothing for a minute, then resets the connection.
    Stall,
    /// Does the work and resets the connection in place of the answer.
    LostAnswer,
    /// The platform refuses every tenth registration of the batch.
    RefuseSome,
    /// The receipt names another digest.
    WrongDigest,
    /// The server's certificate has elapsed.
    ExpiredCertificate,
    /// The server's certificate is for another name.
    WrongName,
}

/// A fault that is switched on.
///
/// Its text form is `NAME`, `NAME=PERCENT`, and for one service alone
/// `ttp:NAME=PERCENT` or `platform:NAME=PERCENT`; without a percentage it
/// strikes always.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// In how many of a hundred requests (of a hundred connections for the
    /// certificates), 0 to 100.
    pub percent: u8,
    /// Where; at both services if none is named.
    pub side: Option<Side>,
}

impl FaultKind {
    /// All faults with their names on the command line.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::Http500, "http-500"),
        (Self::Http429, "http-429"),
        (Self::Reset, "reset"),
        (Self::Stall, "stall"),
        (Self::LostAnswer, "lost-answer"),
        (Self::RefuseSome, "refuse-some"),
        (Self::WrongDigest, "wrong-digest"),
        (Self::ExpiredCertificate, "expired-certificate"),
        (Self::WrongName, "wrong-name"),
    ];
}

impl FromStr for Fault {
    type Err = Error;

    /// # Errors
    ///
    /// [`Code::Usage`] if the name is unknown or the percentage is not a whole
    /// number from 0 to 100.
    fn from_str(text: &str) -> Result<Self> {
        let (side, rest) = match text.split_once(':') {
            Some(("ttp", rest)) => (Some(Side::Ttp), rest),
            Some(("platform", rest)) => (Some(Side::Platform), rest),
            _ => (None, text),
        };
        let (name, percent) = match rest.split_once('=') {
            Some((name, percent)) => (name, Some(percent)),
            None => (rest, None),
        };
        let kind = FaultKind::ALL.into_iter().find(|(_, known)| *known == name).ok_or_else(|| {
            let known = FaultKind::ALL.map(|(_, name)| name).join(", ");
            Error::new(Code::Usage, "sandbox-fault-unknown").with("name", name).with("known", known)
        })?;
        let percent =
            match percent {
                None => 100,
                Some(percent) => percent.parse().ok().filter(|percent| *percent <= 100).ok_or_else(|| {
                    Error::new(Code::Usage, "sandbox-fault-percent").with("percent", percent)
                })?,
            };
        Ok(Self { kind: kind.0, percent, side })
    }
}

/// The faults that are on now.
#[derive(Debug, Default)]
pub(super) struct Faults(RwLock<Vec<Fault>>);

impl Faults {
    /// Replaces all of them.
    pub(super) fn set(&self, faults: Vec<Fault>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    /// Whether this fault strikes here and now.
    pub(super) fn strikes(&self, side: Side, kind: FaultKind) -> bool {
        let faults = self.0.read().unwrap_or_else(PoisonError::into_inner);
        faults.iter().any(|fault| {
            fault.kind == kind && fault.side.is_none_or(|only| only == side) && dice() < fault.percent
        })
    }

    /// The answer of a fault that leaves the work undone, and its name.
    pub(super) fn instead_of_work(&self, side: Side) -> Option<(&'static str, Response)> {
        let kinds = [FaultKind::Http500, FaultKind::Http429, FaultKind::Reset, FaultKind::Stall];
        let kind = kinds.into_iter().find(|kind| self.strikes(side, *kind))?;
        let response = match kind {
            FaultKind::Http429 => {
                let busy = Response::problem(429);
                busy.header("Retry-After", "1").unwrap_or_else(|_| Response::problem(429))
            }
            FaultKind::Reset => Response::problem(500).ending(Ending::Reset),
            FaultKind::Stall => Response::problem(500).ending(Ending::Stall(STALL)),
            _ => Response::problem(500),
        };
        Some((name(kind), response))
    }
}

/// A fault's name on the command line.
pub(super) fn name(kind: FaultKind) -> &'static str {
    FaultKind::ALL.into_iter().find(|(other, _)| *other == kind).map_or("", |(_, name)| name)
}

const STALL: Duration = Duration::from_secs(60);

/// 0 to 99, each as likely as the others, near enough.
fn dice() -> u8 {
    let mut random = [0; 4];
    match aws_lc_rs::rand::fill(&mut random) {
        Ok(()) => (u32::from_le_bytes(random) % 100) as u8,
        Err(_) => 99,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_as_the_command_line_gives_them() {
        let read = |text: &str| text.parse::<Fault>().ok();
        let fault = |kind, percent, side| Some(Fault { kind, percent, side });
        assert_eq!(read("http-500"), fault(FaultKind::Http500, 100, None));
        assert_eq!(read("lost-answer=20"), fault(FaultKind::LostAnswer, 20, None));
        assert_eq!(read("ttp:stall=5"), fault(FaultKind::Stall, 5, Some(Side::Ttp)));
        for text in ["", "http-501", "reset=", "reset=101", "reset=-1", "nic:reset", "platform:"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_fault_strikes_as_often_as_asked_and_only_where_asked() {
        let faults = Faults::default();
        let strikes = |side| (0..1000).filter(|_| faults.strikes(side, FaultKind::Reset)).count();
        faults.set(vec![Fault { kind: FaultKind::Reset, percent: 50, side: Some(Side::Ttp) }]);
        assert!((350..650).contains(&strikes(Side::Ttp)));
        assert_eq!(strikes(Side::Platform), 0);
        faults.set(vec![Fault { kind: FaultKind::Reset, percent: 100, side: None }]);
        assert_eq!(strikes(Side::Platform), 1000);
    }
}
