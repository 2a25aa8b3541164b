//! The outermost layer: every request gets a log line and a place in the metrics.

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::json;

use crate::logs::Level;
use crate::shared::Shared;

const LONGEST_PATH: usize = 200;

/// The status, as NGINX writes it, of a request whose client left before an answer began.
const CLIENT_GONE: u16 = 499;

/// Answers a request, and accounts for it. While the service drains, every answer asks its caller to close the
/// connection: the next request on it would be lost.
pub async fn observed(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let mut account = Account::begun(shared, &request);
    let mut answer = next.run(request).await;
    account.status = answer.status().as_u16();
    if account.shared.lifecycle.draining() {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

/// What is known of a request. It is settled when this is dropped: by its answer, or when its client has gone.
struct Account {
    shared: Shared,
    method: Method,
    path: String,
    route: String,
    began: Instant,
    status: u16,
}

impl Account {
    fn begun(shared: Shared, request: &Request) -> Self {
        shared.metrics.in_flight.inc();
        let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
        Self {
            shared,
            method: request.method().clone(),
            path: request.uri().path().chars().take(LONGEST_PATH).collect(),
            route,
            began: Instant::now(),
            status: CLIENT_GONE,
        }
    }

    fn milliseconds(took: Duration) -> f64 {
        (took.as_secs_f64() * 1e6).round() / 1e3
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        self.shared.metrics.in_flight.dec();
        self.shared.metrics.observe(self.method.as_str(), &self.route, self.status, took);
        // Probes come every few seconds and would drown the rest.
        let level = match (self.status, self.route.as_str()) {
            (500, _) => Level::Error,
            (_, "/health" | "/ready") => Level::Debug,
            _ => Level::Info,
        };
        let fields = json!({
            "method": self.method.as_str(),
            "path": self.path,
            "route": self.route,
            "status": self.status,
            "duration_ms": Self::milliseconds(took),
        });
        self.shared.log.write(level, "request", fields);
    }
}
