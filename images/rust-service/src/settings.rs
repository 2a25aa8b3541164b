//! What can be set, by environment variables.
//!
//! | variable | default | meaning |
//! |---|---|---|
//! | `APP_LISTEN` | `0.0.0.0:8001` | where the API listens |
//! | `APP_METRICS_LISTEN` | `0.0.0.0:9090` | where `/metrics` listens |
//! | `APP_LOG_LEVEL` | `info` | `debug`, `info`, `warning` or `error` |
//! | `APP_DRAIN_DELAY_SECONDS` | `5` | after SIGTERM, how long to go on serving while not ready |
//! | `APP_DRAIN_SECONDS` | `15` | after that, how long requests in flight may still take |
//! | `APP_MAX_BODY_BYTES` | `1048576` | the largest request body |

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::logs::Level;

const PREFIX: &str = "APP_";
const SECONDS: RangeInclusive<f64> = 0.0..=600.0;
const BODY: RangeInclusive<usize> = 1024..=64 * 1024 * 1024;

/// The settings; the module's documentation describes each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    pub listen: SocketAddr,
    pub metrics_listen: SocketAddr,
    pub log_level: Level,
    pub drain_delay: Duration,
    pub drain: Duration,
    pub max_body: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([0, 0, 0, 0], 8001)),
            metrics_listen: SocketAddr::from(([0, 0, 0, 0], 9090)),
            log_level: Level::Info,
            // One period of the readiness probe, so that traffic has moved away; with what follows and a `preStop` of
            // 5 s, 25 s: below Kubernetes' 30.
            drain_delay: Duration::from_secs(5),
            drain: Duration::from_secs(15),
            max_body: 1024 * 1024,
        }
    }
}

impl Settings {
    /// The settings that an environment gives; variables without the prefix are not looked at.
    ///
    /// # Errors
    ///
    /// One line for each variable that is wrong, with what is allowed.
    pub fn from_variables(variables: impl Iterator<Item = (String, String)>) -> Result<Self, Vec<String>> {
        let mut settings = Self::default();
        let mut problems = Vec::new();
        for (variable, text) in variables {
            let Some(name) = variable.strip_prefix(PREFIX) else { continue };
            if is_service_link(name) {
                continue;
            }
            match settings.set(name, &text) {
                Ok(true) => {}
                Ok(false) => problems.push(format!("{variable} is not a setting")),
                Err(allowed) => problems.push(format!("{variable} is '{text}'; allowed: {allowed}")),
            }
        }
        problems.sort();
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }

    fn set(&mut self, name: &str, text: &str) -> Result<bool, &'static str> {
        match name {
            "LISTEN" => self.listen = address(text)?,
            "METRICS_LISTEN" => self.metrics_listen = address(text)?,
            "LOG_LEVEL" => self.log_level = Level::parse(text).ok_or("debug, info, warning or error")?,
            "DRAIN_DELAY_SECONDS" => self.drain_delay = seconds(text)?,
            "DRAIN_SECONDS" => self.drain = seconds(text)?,
            "MAX_BODY_BYTES" => {
                self.max_body = text
                    .parse()
                    .ok()
                    .filter(|bytes| BODY.contains(bytes))
                    .ok_or("a whole number from 1024 to 67108864")?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "an address and a port, such as 0.0.0.0:8001 or [::]:8001")
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let number: Option<f64> = text.parse().ok().filter(|number| SECONDS.contains(number));
    number.map(Duration::from_secs_f64).ok_or("seconds from 0 to 600")
}

/// What Kubernetes sets in every container for a Service named `app` or `app-…`.
fn is_service_link(name: &str) -> bool {
    let tcp = |rest: &str| ["_TCP", "_UDP", "_SCTP"].iter().any(|protocol| rest.contains(protocol));
    name.ends_with("SERVICE_HOST")
        || name.contains("SERVICE_PORT")
        || name == "PORT"
        || name.ends_with("_PORT")
        || name.split_once("PORT_").is_some_and(|(_, rest)| tcp(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
        Settings::from_variables(variables.iter().map(|(name, value)| (name.to_string(), value.to_string())))
    }

    #[test]
    fn an_empty_environment_gives_the_defaults() {
        assert_eq!(read(&[("PATH", "/bin")]), Ok(Settings::default()));
    }

    #[test]
    fn each_variable_is_read() {
        let settings =
            read(&[("APP_LISTEN", "[::1]:1"), ("APP_LOG_LEVEL", "error"), ("APP_DRAIN_SECONDS", "1.5")]).unwrap();
        assert_eq!(settings.listen, SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], 1)));
        assert_eq!((settings.log_level, settings.drain), (Level::Error, Duration::from_millis(1500)));
    }

    #[test]
    fn every_wrong_variable_is_named_with_what_is_allowed() {
        let problems = read(&[
            ("APP_LISTEN", "8001"),
            ("APP_LOG_LEVEL", "loud"),
            ("APP_DRAIN_SECONDS", "-1"),
            ("APP_DRAIN_DELAY_SECONDS", "NaN"),
            ("APP_MAX_BODY_BYTES", "10"),
            ("APP_OTHER", "x"),
        ])
        .unwrap_err();
        assert_eq!(problems.len(), 6);
        assert_eq!(problems[1], "APP_DRAIN_SECONDS is '-1'; allowed: seconds from 0 to 600");
        assert_eq!(problems[5], "APP_OTHER is not a setting");
    }

    #[test]
    fn what_kubernetes_sets_for_a_service_is_no_setting() {
        for name in ["APP_PORT", "APP_SERVICE_HOST", "APP_API_SERVICE_PORT_HTTP", "APP_PORT_80_TCP_ADDR", "APP_X_PORT"]
        {
            assert_eq!(read(&[(name, "tcp://10.0.0.1:80")]), Ok(Settings::default()), "{name}");
        }
    }
}
