//! What is typed to look for something: words, and among them `from:`, `in:`, `after:` and `before:`.

use chrono::{Local, NaiveDate, NaiveTime, TimeZone};
use hallway_protocol::{
    chat::{ChatText, ChatTextError, SearchFor, SearchPlace},
    names::{DisplayName, RoomName},
};

/// Reads what was typed. Names of several words stand in quotes: `from:"Ann Lee"`. A text without a known word before
/// its colon is a word like any other.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn parse(typed: &str) -> Result<SearchFor, String> {
    let mut wanted = SearchFor::default();
    let mut words = Vec::new();
    for word in split(typed) {
        match word.split_once(':') {
            Some(("from", name)) => {
                let name = DisplayName::new(name).map_err(|error| format!("This name {error}."))?;
                wanted.from = Some(name);
            }
            Some(("in", "everyone" | "world")) => wanted.place = Some(SearchPlace::World),
            Some(("in", name)) => {
                let name = RoomName::new(name).map_err(|error| format!("This name {error}."))?;
                wanted.place = Some(SearchPlace::Named(name));
            }
            Some(("after", day)) => wanted.since_ms = Some(start_of(day)?),
            Some(("before", day)) => wanted.until_ms = Some(start_of(day)?),
            _ => words.push(word),
        }
    }
    let words = words.join(" ");
    wanted.words = match ChatText::new(&words) {
        Ok(words) => Some(words),
        Err(ChatTextError::Empty) if wanted != SearchFor::default() => None,
        Err(ChatTextError::Empty) => return Err("Say what to look for.".to_owned()),
        Err(error) => return Err(format!("This text {error}.")),
    };
    Ok(wanted)
}

/// Words at blanks, but for those in quotes after a colon.
fn split(typed: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in typed.chars() {
        let Some(word) = words.last_mut() else { continue };
        match c {
            '"' if quoted || word.ends_with(':') => quoted = !quoted,
            _ if c.is_whitespace() && !quoted => words.push(String::new()),
            _ => word.push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// When a day began on this machine's clock, in milliseconds since the Unix epoch.
fn start_of(day: &str) -> Result<i64, String> {
    let date = NaiveDate::parse_from_str(day, "%Y-%m-%d")
        .map_err(|_| format!("“{day}” is no day; write it as 2026-11-01."))?;
    // Where clocks are put forward at midnight, the day begins with the first hour that there is.
    let start = date.and_time(NaiveTime::MIN);
    let moment = Local
        .from_local_datetime(&start)
        .earliest()
        .map_or_else(|| start.and_utc().timestamp_millis(), |at| at.timestamp_millis());
    Ok(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_what_narrows_them_are_told_apart() {
        let wanted = parse("fox from:\"Ann Lee\" in:Library http://x before:2026-11-01").unwrap();
        assert_eq!(wanted.words.unwrap().as_str(), "fox http://x");
        assert_eq!(wanted.from.unwrap().as_str(), "Ann Lee");
        assert_eq!(wanted.place, Some(SearchPlace::Named(RoomName::new("Library").unwrap())));
        assert!(wanted.until_ms.is_some() && wanted.since_ms.is_none());
        assert_eq!(parse("in:everyone after:2026-01-02").unwrap().place, Some(SearchPlace::World));
        assert_eq!(parse("say \"hi all\"").unwrap().words.unwrap().as_str(), "say \"hi all\"");
    }

    #[test]
    fn what_can_t_be_read_is_said() {
        for typed in ["", "  ", "before:yesterday", "from:", "in:\"\""] {
            assert!(parse(typed).is_err(), "{typed}");
        }
    }
}
