//! Who may have another connection.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::Limits;

/// Counts open connections against the limits.
#[derive(Debug, Default)]
pub(super) struct Slots {
    open: Mutex<Open>,
    closed: Condvar,
}

#[derive(Debug, Default)]
struct Open {
    ordinary: usize,
    reserved: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// The right to one connection; given back when dropped.
#[derive(Debug)]
pub(super) struct Slot {
    slots: Arc<Slots>,
    address: IpAddr,
    reserved: bool,
}

impl Slots {
    /// Takes a slot for `address`, if the limits leave one.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr, limits: &Limits) -> Option<Slot> {
        // An IPv4 client of a dual-stack listener is the same client.
        let address = address.to_canonical();
        let mut open = self.open();
        let here = open.by_address.get(&address).copied().unwrap_or(0);
        let quota = here < limits.per_address || limits.exempt.contains(&address);
        let reserved = if quota && open.ordinary < limits.connections {
            open.ordinary += 1;
            *open.by_address.entry(address).or_default() += 1;
            false
        } else if address.is_loopback() && open.reserved < limits.loopback_reserve {
            open.reserved += 1;
            true
        } else {
            return None;
        };
        Some(Slot { slots: Arc::clone(self), address, reserved })
    }

    /// Waits until every slot is given back, or for this long.
    pub(super) fn wait_until_empty(&self, timeout: Duration) {
        let _waited = self
            .closed
            .wait_timeout_while(self.open(), timeout, |open| open.ordinary + open.reserved > 0)
            .unwrap_or_else(PoisonError::into_inner);
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.slots.open();
        if self.reserved {
            open.reserved -= 1;
        } else {
            open.ordinary -= 1;
            if let Some(here) = open.by_address.get_mut(&self.address) {
                *here -= 1;
                if *here == 0 {
                    open.by_address.remove(&self.address);
                }
            }
        }
        self.slots.closed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits { connections: 3, per_address: 2, loopback_reserve: 1, ..Limits::default() }
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn an_address_has_its_quota_in_either_notation() {
        let slots = Arc::new(Slots::default());
        let (plain, mapped) = (address("192.0.2.1"), address("::ffff:192.0.2.1"));
        let _first = slots.take(plain, &limits()).expect("free");
        let second = slots.take(mapped, &limits()).expect("free");
        assert!(slots.take(plain, &limits()).is_none());
        drop(second);
        assert!(slots.take(plain, &limits()).is_some());
    }

    #[test]
    fn an_exempt_address_is_bound_by_the_total_only() {
        let slots = Arc::new(Slots::default());
        let limits = Limits { exempt: vec![address("192.0.2.1")], ..limits() };
        let held: Vec<_> = (0..4).map(|_| slots.take(address("192.0.2.1"), &limits)).collect();
        assert_eq!(held.iter().filter(|slot| slot.is_some()).count(), 3);
    }

    #[test]
    fn the_machine_itself_gets_in_when_all_is_full() {
        let slots = Arc::new(Slots::default());
        let _held: Vec<_> =
            (1..=3).map(|last| slots.take(address(&format!("192.0.2.{last}")), &limits())).collect();
        assert!(slots.take(address("192.0.2.9"), &limits()).is_none());
        let _admin = slots.take(address("::1"), &limits()).expect("reserved");
        assert!(slots.take(address("127.0.0.1"), &limits()).is_none());
    }
}
