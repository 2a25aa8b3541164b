//! The process: sockets, signals, and the order of starting and stopping.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::app::{application, telling};
use crate::lifecycle::Lifecycle;
use crate::logs::Log;
use crate::metrics::Metrics;
use crate::settings::Settings;
use crate::shared::Shared;

/// Serves until told to stop.
pub fn run(settings: Settings) -> ExitCode {
    let log = Log { least: settings.log_level };
    let served = Runtime::new().map_err(|error| format!("can't start: {error}")).and_then(|runtime| {
        let served = runtime.block_on(serve(settings, log));
        // A computation that nobody waits for any more does not hold up the end.
        runtime.shutdown_background();
        served
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            log.error(&problem);
            ExitCode::FAILURE
        }
    }
}

/// Told to end: by SIGTERM or by SIGINT.
struct Told {
    term: Signal,
    int: Signal,
}

impl Told {
    fn new() -> std::io::Result<Self> {
        Ok(Self { term: signal(SignalKind::terminate())?, int: signal(SignalKind::interrupt())? })
    }

    async fn again(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
        }
    }
}

async fn serve(settings: Settings, log: Log) -> Result<(), String> {
    // First of all: the first process of a container ignores a signal that it has no handler for.
    let mut told = Told::new().map_err(|error| format!("can't wait for signals: {error}"))?;
    let lifecycle = Arc::new(Lifecycle::default());
    let metrics = Arc::new(Metrics::new(lifecycle.clone()));
    let listener = listen("APP_LISTEN", settings.listen).await?;
    let scraped = listen("APP_METRICS_LISTEN", settings.metrics_listen).await?;
    let bound = json!({"listen": address(&listener), "metrics": address(&scraped)});
    tokio::spawn(axum::serve(scraped, telling(metrics.clone())).into_future());
    let (stop, stopped) = oneshot::channel::<()>();
    let app = application(Shared { lifecycle: lifecycle.clone(), metrics, log }, settings.max_body);
    let serving = tokio::spawn(async move {
        let serving = axum::serve(listener, app);
        serving.with_graceful_shutdown(async { drop(stopped.await) }).await
    });
    lifecycle.started();
    log.info("ready", bound);
    told.again().await;

    // Not ready, but still serving: requests keep coming until whoever sends them has asked again. A second signal is
    // from someone who does not want to wait.
    lifecycle.drain();
    log.info("draining", json!({"delay_seconds": settings.drain_delay.as_secs_f64()}));
    let hurry = timeout(settings.drain_delay, told.again()).await.is_ok();
    drop(stop);
    if !hurry {
        tokio::select! {
            _ = timeout(settings.drain, serving) => {}
            () = told.again() => {}
        }
    }
    log.info("stopped", json!({}));
    Ok(())
}

async fn listen(variable: &str, address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| format!("{variable}: can't listen on {address}: {error}"))
}

fn address(listener: &TcpListener) -> String {
    listener.local_addr().map_or_else(|error| error.to_string(), |address| address.to_string())
}
