//! What every request may need.

use std::sync::Arc;

use crate::lifecycle::Lifecycle;
use crate::logs::Log;
use crate::metrics::Metrics;

/// One of each for the whole service.
#[derive(Clone)]
pub struct Shared {
    pub lifecycle: Arc<Lifecycle>,
    pub metrics: Arc<Metrics>,
    pub log: Log,
}
