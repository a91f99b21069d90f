//! Prints the settings in effect as a settings file that reads back as the same settings.

use super::Settings;
use std::fmt::Write;

/// The settings as commented TOML. One that is unset stands there as a comment.
#[must_use]
pub fn print(settings: &Settings) -> String {
    let mut text = String::from("# Hallway's server. Every setting as it is in effect.\n");
    for row in settings.rows() {
        text.push('\n');
        for line in row.help {
            let _ = writeln!(text, "#{line}");
        }
        let _ = match row.value {
            Some(value) => writeln!(text, "{} = {value}", row.name),
            None => writeln!(text, "# {} is unset", row.name),
        };
    }
    text
}
