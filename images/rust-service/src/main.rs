//! Finds texts that are nearly the same, behind a small HTTP API.

mod app;
mod fingerprint;
mod health;
mod lifecycle;
mod logs;
mod metrics;
mod observe;
mod server;
mod settings;
mod shared;

use std::process::ExitCode;

const USAGE: &str = "usage: rust-service [--health-check]";
const BAD_SETTINGS: u8 = 2;

/// Serves until SIGTERM or SIGINT: 0 after a stop, 1 when an address can't be used, 2 when arguments or settings are
/// wrong. With `--health-check`, asks the service of this container whether it is alive: 0 or 1.
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--health-check"] => true,
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(BAD_SETTINGS);
        }
    };
    let settings = match settings::Settings::from_variables(std::env::vars()) {
        Ok(settings) => settings,
        Err(problems) => {
            for problem in problems {
                logs::Log::default().error(&problem);
            }
            return ExitCode::from(BAD_SETTINGS);
        }
    };
    if check {
        return if health::alive(settings.listen) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    server::run(settings)
}
