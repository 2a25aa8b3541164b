//! Logs for machines: one JSON object a line on standard output.

use std::io::Write;
use std::time::SystemTime;

use serde_json::{Map, Value, json};

/// How much a line matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub enum Level {
    Debug,
    #[default]
    Info,
    Warning,
    Error,
}

impl Level {
    /// Reads a level's word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Debug, Self::Info, Self::Warning, Self::Error].into_iter().find(|level| level.word() == text)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Writes lines of a level or above.
#[derive(Clone, Copy, Debug, Default)]
pub struct Log {
    pub least: Level,
}

impl Log {
    /// Writes a line with further fields.
    pub fn write(self, level: Level, message: &str, fields: Value) {
        if level >= self.least {
            // Who closed the other end wants no more lines, and that is no reason to end.
            let _ = writeln!(std::io::stdout().lock(), "{}", line(level, message, fields, SystemTime::now()));
        }
    }

    /// Writes a line about what happens.
    pub fn info(self, message: &str, fields: Value) {
        self.write(Level::Info, message, fields);
    }

    /// Writes a line about what went wrong.
    pub fn error(self, message: &str) {
        self.write(Level::Error, message, json!({}));
    }
}

fn line(level: Level, message: &str, fields: Value, time: SystemTime) -> Value {
    let mut line = Map::new();
    line.insert("time".into(), humantime::format_rfc3339_millis(time).to_string().into());
    line.insert("level".into(), level.word().into());
    line.insert("message".into(), message.into());
    if let Value::Object(fields) = fields {
        line.extend(fields);
    }
    Value::Object(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_object_with_its_fields() {
        let made = line(Level::Warning, "two\nlines", json!({"status": 200}), SystemTime::UNIX_EPOCH);
        let wanted =
            json!({"time": "1970-01-01T00:00:00.000Z", "level": "warning", "message": "two\nlines", "status": 200});
        assert_eq!(made, wanted);
        assert!(!made.to_string().contains('\n'));
    }
}
