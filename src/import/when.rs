//! Days and times as spreadsheets write them.

use jiff::{
    civil::{Date, Time},
    tz::TimeZone,
};

use super::text::half_width;
use crate::base::Timestamp;

/// A time with its offset, or as clocks in `zone` show it: `2026-03-01T08:05:00+08:00`,
/// `2026/3/1 8:05`, `2026年3月1日 8:05`.
///
/// # Errors
/// Why it is no time.
pub fn instant(written: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    if let Ok(at) = written.parse() {
        return Ok(at);
    }
    let plain = plain(written);
    let mut words = plain.split_whitespace();
    let (day, clock) = (words.next().unwrap_or_default(), words.next());
    let local = match (date(day), clock.and_then(time), words.next()) {
        (Some(day), Some(clock), None) => day.to_datetime(clock),
        (Some(_), ..) if clock.is_none() => return Err(format!("{written:?} has no time of day")),
        _ => return Err(no_time(written, "a time such as 2026-03-01T08:05:00+08:00, or 2026/3/1 8:05 in local time")),
    };
    let at = local.to_zoned(zone.clone()).map_err(|e| format!("{written:?}: {e}"))?;
    Timestamp::from_ms(at.timestamp().as_millisecond()).map_err(|e| e.detail)
}

/// A day: `2026-03-01`, `2026/3/1`, `2026年3月1日`.
///
/// # Errors
/// Why it is none.
pub fn day(written: &str) -> Result<Date, String> {
    date(plain(written).trim()).ok_or_else(|| no_time(written, "a day such as 2026-03-01"))
}

/// The beginning of a [`day`] in `zone`, or an [`instant`].
///
/// # Errors
/// Why it is neither.
pub fn moment(written: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    match date(plain(written).trim()) {
        Some(day) => {
            let at = day.to_zoned(zone.clone()).map_err(|e| format!("{written:?}: {e}"))?;
            Timestamp::from_ms(at.timestamp().as_millisecond()).map_err(|e| e.detail)
        }
        None => instant(written, zone),
    }
}

/// As [`moment`] reads it: the day alone where it is midnight in `zone`.
pub fn moment_text(at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_jiff().to_zoned(zone.clone());
    let day = local.date();
    match day.to_zoned(zone.clone()) {
        Ok(midnight) if midnight == local => day.to_string(),
        _ => at.to_string(),
    }
}

/// A time of day: `8:05`, or the hour alone.
pub fn clock(written: &str) -> Option<Time> {
    let plain = plain(written);
    let hour = plain.trim().parse().ok();
    time(plain.trim()).or_else(|| Time::new(hour?, 0, 0, 0).ok())
}

fn no_time(written: &str, wanted: &str) -> String {
    if written.parse::<f64>().is_ok() {
        format!("{written:?} is a spreadsheet's count of days: format the column as a date and export it anew")
    } else {
        format!("{written:?} is not {wanted}")
    }
}

/// With `-` between the parts of a day and `:` between those of a clock.
fn plain(written: &str) -> String {
    let sign = |c: char| match c {
        '年' | '月' | '/' => '-',
        '时' | '分' => ':',
        '日' | 'T' => ' ',
        other => other,
    };
    half_width(written).chars().filter(|c| *c != '秒').map(sign).collect()
}

/// The year comes first: what begins with a day or a month may mean either.
fn date(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return None };
    let digits = |part: &str, of: std::ops::RangeInclusive<usize>| {
        of.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    if !digits(year, 4..=4) || !digits(month, 1..=2) || !digits(day, 1..=2) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn time(text: &str) -> Option<Time> {
    let parts: Vec<&str> = text.trim_end_matches(':').split(':').collect();
    let (hour, minute, second) = match parts[..] {
        [hour, minute] => (hour, minute, "0"),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let (whole, part) = second.split_once('.').unwrap_or((second, ""));
    let nanos = format!("{part:0<9}").get(..9)?.parse().ok()?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, whole.parse().ok()?, nanos).ok()
}

#[cfg(test)]
mod tests;
