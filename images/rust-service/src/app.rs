//! The API: probes, and texts under `/v1`.

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::task::spawn_blocking;

use crate::fingerprint::{Fingerprint, Pair, pairs};
use crate::metrics::{CONTENT_TYPE, Metrics};
use crate::observe::observed;
use crate::shared::Shared;

/// Texts in a request; all pairs of so many are compared in a few milliseconds.
const MOST_TEXTS: usize = 1000;

/// The whole application; bodies larger than `max_body` bytes are answered 413.
pub fn application(shared: Shared, max_body: usize) -> Router {
    Router::new()
        .route("/health", get(async || Json(json!({"status": "ok"}))))
        .route("/ready", get(ready))
        .route("/v1/fingerprints", post(fingerprints))
        .route("/v1/duplicates", post(duplicates))
        .layer(DefaultBodyLimit::max(max_body))
        .layer(middleware::from_fn_with_state(shared.clone(), observed))
        .with_state(shared)
}

/// What Prometheus asks for.
pub fn telling(metrics: Arc<Metrics>) -> Router {
    let text = async |State(metrics): State<Arc<Metrics>>| ([(header::CONTENT_TYPE, CONTENT_TYPE)], metrics.text());
    Router::new().route("/metrics", get(text)).with_state(metrics)
}

async fn ready(State(shared): State<Shared>) -> impl IntoResponse {
    let status = if shared.lifecycle.ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({"status": shared.lifecycle.word()})))
}

/// Texts to tell apart.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    texts: Vec<String>,
}

#[derive(Serialize)]
struct Fingerprints {
    fingerprints: Vec<Fingerprint>,
}

async fn fingerprints(Body(body): Body<Texts>) -> Result<Json<Fingerprints>, Refusal> {
    Ok(Json(Fingerprints { fingerprints: computed(body.texts, |texts| texts).await? }))
}

/// Texts among which pairs are looked for whose fingerprints differ in at most `within` of their 64 bits.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Search {
    texts: Vec<String>,
    #[serde(default = "few_bits")]
    within: u32,
}

/// Texts of a paragraph that differ in a word differ in about so many bits.
fn few_bits() -> u32 {
    6
}

#[derive(Serialize)]
struct Duplicates {
    duplicates: Vec<Pair>,
}

async fn duplicates(Body(body): Body<Search>) -> Result<Json<Duplicates>, Refusal> {
    if body.within > 64 {
        return Err(Refusal(StatusCode::UNPROCESSABLE_ENTITY, "within: allowed: 0 to 64".into()));
    }
    Ok(Json(Duplicates { duplicates: computed(body.texts, move |all| pairs(&all, body.within)).await? }))
}

/// Fingerprints, and what follows from them: computed aside, since probes want an answer meanwhile.
async fn computed<T: Send + 'static>(
    texts: Vec<String>,
    then: impl FnOnce(Vec<Fingerprint>) -> T + Send + 'static,
) -> Result<T, Refusal> {
    if texts.is_empty() || texts.len() > MOST_TEXTS {
        return Err(Refusal(StatusCode::UNPROCESSABLE_ENTITY, format!("texts: allowed: 1 to {MOST_TEXTS} of them")));
    }
    let work = spawn_blocking(move || then(texts.iter().map(|text| Fingerprint::of(text)).collect()));
    work.await.map_err(|_| Refusal(StatusCode::INTERNAL_SERVER_ERROR, "it failed".into()))
}

/// What is wrong with a request.
struct Refusal(StatusCode, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"detail": self.1}))).into_response()
    }
}

/// A body of JSON, whose refusal is JSON, too.
struct Body<T>(T);

impl<T, S> FromRequest<S> for Body<T>
where
    Json<T>: FromRequest<S, Rejection = JsonRejection>,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(Refusal(rejection.status(), rejection.body_text())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::Lifecycle;
    use crate::logs::{Level, Log};
    use axum::body::Body as Bytes;
    use http_body_util::BodyExt;
    use serde_json::Value;
    use tower::ServiceExt;

    fn shared() -> Shared {
        let lifecycle = Arc::new(Lifecycle::default());
        Shared { metrics: Arc::new(Metrics::new(lifecycle.clone())), lifecycle, log: Log { least: Level::Error } }
    }

    async fn asked(shared: &Shared, method: &str, path: &str, body: &str) -> (StatusCode, Value) {
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let request = request.body(Bytes::from(body.to_owned())).unwrap();
        let answer = application(shared.clone(), 2048).oneshot(request).await.unwrap();
        let (head, body) = answer.into_parts();
        (head.status, serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap_or_default())
    }

    #[tokio::test]
    async fn readiness_follows_the_lifecycle_and_health_does_not() {
        let shared = shared();
        assert_eq!(asked(&shared, "GET", "/ready", "").await.0, StatusCode::SERVICE_UNAVAILABLE);
        shared.lifecycle.started();
        assert_eq!(asked(&shared, "GET", "/ready", "").await, (StatusCode::OK, json!({"status": "ready"})));
        shared.lifecycle.drain();
        assert_eq!(asked(&shared, "GET", "/ready", "").await.1, json!({"status": "draining"}));
        assert_eq!(asked(&shared, "GET", "/health", "").await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn near_duplicates_are_found() {
        let body = json!({"texts": ["the same words", "nothing like it at all", "The  same words"]}).to_string();
        let (status, answer) = asked(&shared(), "POST", "/v1/duplicates", &body).await;
        assert_eq!(
            (status, answer),
            (StatusCode::OK, json!({"duplicates": [{"first": 0, "second": 2, "distance": 0}]}))
        );
        let (_, answer) = asked(&shared(), "POST", "/v1/fingerprints", &body).await;
        assert_eq!(answer["fingerprints"][0], answer["fingerprints"][2]);
        assert_eq!(answer["fingerprints"][0].as_str().unwrap().len(), 16);
    }

    #[tokio::test]
    async fn what_can_not_be_is_answered_with_a_reason() {
        let many = json!({"texts": vec![""; 600]}).to_string();
        for (path, body, wanted) in [
            ("/v1/duplicates", r#"{"texts": ["a"], "within": 65}"#, 422),
            ("/v1/fingerprints", r#"{"texts": []}"#, 422),
            ("/v1/fingerprints", r#"{"texts": ["a"], "more": 1}"#, 422),
            ("/v1/fingerprints", r#"{"texts": "a"}"#, 422),
            ("/v1/fingerprints", r#"{"texts": "#, 400),
            ("/v1/fingerprints", &format!("{many}{}", " ".repeat(2048)), 413),
        ] {
            let (status, answer) = asked(&shared(), "POST", path, body).await;
            assert_eq!(status.as_u16(), wanted, "{path} {body}");
            assert!(answer["detail"].is_string(), "{path} {body}");
        }
    }

    #[tokio::test]
    async fn paths_that_match_nothing_share_one_series() {
        let shared = shared();
        for path in ["/a", "/b"] {
            assert_eq!(asked(&shared, "GET", path, "").await.0, StatusCode::NOT_FOUND);
        }
        let text = shared.metrics.text();
        assert!(
            text.contains(r#"application_requests_total{method="GET",route="unmatched",status="404"} 2"#),
            "{text}"
        );
        assert!(text.contains("application_requests_in_flight 0"), "{text}");
    }
}
