//! Times of messages as people read them: hours and minutes, and days where a new one begins.

use chrono::{DateTime, Local, NaiveDate};

/// A moment on this machine's clock, from milliseconds since the Unix epoch.
#[must_use]
pub fn local(ms: i64) -> DateTime<Local> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default().with_timezone(&Local)
}

/// Hours and minutes.
#[must_use]
pub fn hour(ms: i64) -> String {
    local(ms).format("%H:%M").to_string()
}

/// A day as seen from another.
#[must_use]
pub fn day(day: NaiveDate, today: NaiveDate) -> String {
    match today.signed_duration_since(day).num_days() {
        0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        2..=6 => day.format("%A").to_string(),
        _ => day.format("%-d %B %Y").to_string(),
    }
}

/// Today on this machine's calendar.
#[must_use]
pub fn today() -> NaiveDate {
    Local::now().date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_named_as_people_name_them() {
        let date = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        let today = date(2026, 3, 2);
        let cases = [
            (date(2026, 3, 2), "Today"),
            (date(2026, 3, 1), "Yesterday"),
            (date(2026, 2, 26), "Thursday"),
            (date(2026, 2, 23), "23 February 2026"),
            (date(2026, 3, 3), "3 March 2026"),
        ];
        for (then, expected) in cases {
            assert_eq!(day(then, today), expected);
        }
    }
}
