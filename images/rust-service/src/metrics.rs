//! What Prometheus sees.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram};
use prometheus_client::registry::Registry;

use crate::lifecycle::Lifecycle;

pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Seconds. From a millisecond, since most answers take a few, to ten, where clients have given up.
const LATENCY_BUCKETS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Route {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Answer {
    method: &'static str,
    route: String,
    status: u16,
}

/// The same metrics as those of this project's other services. A route is the pattern that matched, never the path:
/// whoever sends paths at random must not fill the monitoring's memory.
pub struct Metrics {
    registry: Registry,
    latency: Family<Route, Histogram, fn() -> Histogram>,
    requests: Family<Answer, Counter>,
    pub in_flight: Gauge<i64, AtomicI64>,
    ready: Gauge<i64, AtomicI64>,
    lifecycle: Arc<Lifecycle>,
}

impl Metrics {
    /// The metrics of a service.
    pub fn new(lifecycle: Arc<Lifecycle>) -> Self {
        let mut registry = Registry::default();
        let latency =
            Family::<Route, Histogram, fn() -> Histogram>::new_with_constructor(|| Histogram::new(LATENCY_BUCKETS));
        let requests = Family::<Answer, Counter>::default();
        let in_flight = Gauge::<i64, AtomicI64>::default();
        let ready = Gauge::<i64, AtomicI64>::default();
        registry.register(
            "application_latency_seconds",
            "Time from a request's head to the head of its answer",
            latency.clone(),
        );
        registry.register("application_requests", "Requests answered", requests.clone());
        registry.register("application_requests_in_flight", "Requests being answered now", in_flight.clone());
        registry.register("application_ready", "1 when requests should be sent here, else 0", ready.clone());
        Self { registry, latency, requests, in_flight, ready, lifecycle }
    }

    /// Counts one answered request.
    pub fn observe(&self, method: &str, route: &str, status: u16, took: Duration) {
        let method = METHODS.into_iter().find(|known| *known == method).unwrap_or("OTHER");
        let route = route.to_owned();
        self.latency.get_or_create(&Route { method, route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Answer { method, route, status }).inc();
    }

    /// All of them as text.
    pub fn text(&self) -> String {
        self.ready.set(self.lifecycle.ready().into());
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("a String takes whatever is written");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_that_nobody_knows_share_one_series() {
        let metrics = Metrics::new(Arc::default());
        metrics.observe("GRAB", "unmatched", 404, Duration::from_millis(3));
        metrics.observe("TAKE", "unmatched", 404, Duration::from_millis(3));
        let text = metrics.text();
        assert!(
            text.contains(r#"application_requests_total{method="OTHER",route="unmatched",status="404"} 2"#),
            "{text}"
        );
        assert!(text.contains(r#"application_latency_seconds_count{method="OTHER",route="unmatched"} 2"#), "{text}");
        assert!(text.contains("application_ready 0"), "{text}");
    }
}
