//! Whether the service should get traffic.

use std::sync::atomic::{AtomicU8, Ordering};

const STARTING: u8 = 0;
const READY: u8 = 1;
const DRAINING: u8 = 2;

/// A service starts, is ready, and drains; it never goes back.
#[derive(Debug, Default)]
pub struct Lifecycle(AtomicU8);

impl Lifecycle {
    /// The service can answer. Too late once it drains.
    pub fn started(&self) {
        let _ = self.0.compare_exchange(STARTING, READY, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// No further traffic is wanted.
    pub fn drain(&self) {
        self.0.store(DRAINING, Ordering::SeqCst);
    }

    /// Whether requests should be sent here.
    pub fn ready(&self) -> bool {
        self.0.load(Ordering::SeqCst) == READY
    }

    /// Whether callers should connect to another.
    pub fn draining(&self) -> bool {
        self.0.load(Ordering::SeqCst) == DRAINING
    }

    /// The phase in a word.
    pub fn word(&self) -> &'static str {
        match self.0.load(Ordering::SeqCst) {
            STARTING => "starting",
            READY => "ready",
            _ => "draining",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draining_service_is_never_ready_again() {
        let lifecycle = Lifecycle::default();
        assert!(!lifecycle.ready());
        lifecycle.started();
        assert!(lifecycle.ready());
        lifecycle.drain();
        lifecycle.started();
        assert!(lifecycle.draining() && !lifecycle.ready());
    }
}
