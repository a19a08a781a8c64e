//! When to try again, and when to stop trying.

use std::time::Duration;

use aws_lc_rs::rand;

use crate::config::Queue;

/// What kind of failure it was. Each has its own cap.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FailureClass {
    /// The network, TLS, a time-out: as often as the configuration says.
    Network,
    /// The service answered that it cannot now (408, 425, 429, 5xx).
    Service,
    /// The service answered something that is no answer; asking again rarely
    /// helps.
    Answer,
}

/// Attempts after which an unusable answer is a person's business.
const ANSWER_ATTEMPTS: u32 = 10;

/// The longest wait that a service may ask for.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// What to do after `attempts` failed attempts, the one just made included:
/// wait that long, or `None` to park.
pub fn next_try(
    settings: &Queue,
    class: FailureClass,
    attempts: u32,
    asked: Option<Duration>,
) -> Option<Duration> {
    let cap = match class {
        FailureClass::Network | FailureClass::Service => settings.attempts,
        FailureClass::Answer => ANSWER_ATTEMPTS.min(settings.attempts),
    };
    if attempts >= cap {
        return None;
    }
    let doublings = attempts.saturating_sub(1).min(20);
    let backoff =
        settings.backoff_milliseconds.saturating_mul(1 << doublings).min(settings.backoff_limit_milliseconds);
    // Half of it is drawn, so that many deliveries do not come back at once.
    let wait = Duration::from_millis(backoff / 2 + jitter(backoff / 2 + 1));
    Some(wait.max(asked_for(asked)))
}

/// The wait that a service asks for, within reason: a mistake of its must not
/// park a delivery for years.
pub fn asked_for(asked: Option<Duration>) -> Duration {
    asked.unwrap_or_default().min(LONGEST)
}

fn jitter(below: u64) -> u64 {
    let mut draw = [0; 8];
    // Without randomness everything waits its full time, which is safe.
    match rand::fill(&mut draw) {
        Ok(()) => u64::from_le_bytes(draw) % below,
        Err(_) => below - 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Queue {
        Queue {
            attempts: 5,
            backoff_milliseconds: 100,
            backoff_limit_milliseconds: 1_000,
            ..Queue::default()
        }
    }

    #[test]
    fn the_wait_doubles_within_its_limit_and_ends_at_the_cap() {
        for _ in 0..50 {
            let wait = |attempts| next_try(&settings(), FailureClass::Network, attempts, None);
            assert!((50..=100).contains(&wait(1).map_or(0, |wait| wait.as_millis())));
            assert!((200..=400).contains(&wait(3).map_or(0, |wait| wait.as_millis())));
            assert_eq!(wait(5), None);
        }
    }

    #[test]
    fn what_the_service_asks_for_is_honoured() {
        let asked = Some(Duration::from_secs(30));
        assert_eq!(next_try(&settings(), FailureClass::Service, 1, asked), asked);
        assert_eq!(asked_for(Some(Duration::MAX)), LONGEST);
    }

    #[test]
    fn each_class_has_its_own_cap() {
        let patient = Queue { attempts: 60, ..settings() };
        assert!(next_try(&patient, FailureClass::Answer, 9, None).is_some());
        assert!(next_try(&patient, FailureClass::Answer, 10, None).is_none());
        assert!(next_try(&patient, FailureClass::Network, 10, None).is_some());
    }
}
