//! How log-ins are slowed down and locked after failures.

use std::net::{IpAddr, Ipv6Addr};

/// Failures of one e-mail address that cost no waiting.
const FREE: u32 = 5;

/// Failures of one e-mail address in a day after which it is locked.
pub const LOCKED_AFTER: u32 = 20;

/// Failures of one network address that cost no waiting: a whole hospital may
/// sit behind one.
const FREE_OF_ADDRESS: u32 = 50;

/// The most seconds to wait between two tries.
const MOST_SECONDS: i64 = 900;

/// Seconds to wait after the `failures`-th failure of an e-mail address.
pub fn wait_of_account(failures: u32) -> i64 {
    wait(failures, FREE)
}

/// Seconds to wait after the `failures`-th failure from a network address.
pub fn wait_of_address(failures: u32) -> i64 {
    wait(failures, FREE_OF_ADDRESS)
}

/// The part of a network address that one party is known by: of IPv6 the first
/// 64 bits, since everybody has all the rest.
pub fn party(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

fn wait(failures: u32, free: u32) -> i64 {
    match failures.saturating_sub(free) {
        0 => 0,
        over => 2_i64.saturating_pow(over).min(MOST_SECONDS),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn waiting_begins_after_the_free_failures_and_doubles_up_to_a_quarter_of_an_hour() {
        let waits: Vec<_> = (4..=9).map(wait_of_account).collect();
        assert_eq!(waits, [0, 0, 2, 4, 8, 16]);
        assert_eq!(wait_of_account(19), 900);
        assert_eq!(wait_of_account(u32::MAX), 900);
        assert_eq!(wait_of_address(50), 0);
        assert_eq!(wait_of_address(51), 2);
    }

    #[test]
    fn the_addresses_of_one_party_count_as_one() {
        let same = |a: &str, b: &str| party(a.parse().unwrap()) == party(b.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:1"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1"));
        assert!(same("::ffff:10.0.0.1", "10.0.0.1"));
        assert!(!same("10.0.0.1", "10.0.0.2"));
    }
}
