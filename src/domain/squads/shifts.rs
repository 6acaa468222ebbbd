//! Weekly shifts in local time.
//!
//! The text form, used in CSV and SQL: windows joined by `; `, each `DAYS FROM-TO` or `DAYS 24h`,
//! where DAYS is a comma list of days or day ranges (`mon-fri,sun`). A window whose end is not after
//! its start runs past midnight and belongs to the day it starts on. Empty text: never on shift.

use std::{fmt, str::FromStr};

use jiff::{Span, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::base::{Error, Result, Timestamp, words};

words! {
    /// A day of the week.
    Day { Mon = "mon", Tue = "tue", Wed = "wed", Thu = "thu", Fri = "fri", Sat = "sat", Sun = "sun" }
}

const DAYS: [&str; 7] = {
    use Day::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    [Mon.as_str(), Tue.as_str(), Wed.as_str(), Thu.as_str(), Fri.as_str(), Sat.as_str(), Sun.as_str()]
};
const DAY_MIN: u16 = 24 * 60;
const WEEK_MIN: u16 = 7 * DAY_MIN;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Window {
    /// Bit 0 is Monday.
    days: u8,
    /// Minutes after local midnight, 0 to 1439.
    from_min: u16,
    /// Minutes after the midnight the window starts from, up to 24 hours after `from_min`.
    to_min: u16,
}

/// When a squad is on shift.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<WindowWire>", into = "Vec<WindowWire>")]
pub struct Shifts(Vec<Window>);

/// A window on the wire.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ShiftWindow)]
pub struct WindowWire {
    #[schema(value_type = Vec<Day>)]
    pub days: Vec<String>,
    /// Local time `HH:MM`.
    pub from: String,
    /// Local time `HH:MM`, up to `24:00`; not after `from` means the next day.
    pub to: String,
}

impl Shifts {
    pub fn always() -> Self {
        Self(vec![Window { days: 0x7f, from_min: 0, to_min: DAY_MIN }])
    }

    /// How many windows there are.
    pub fn windows(&self) -> usize {
        self.0.len()
    }

    /// The windows that begin on a day, 0 for Monday: minutes after its midnight, up to a day after they begin.
    pub fn of_day(&self, day: u8) -> Vec<(u16, u16)> {
        self.0.iter().filter(|w| w.days & (1 << day) != 0).map(|w| (w.from_min, w.to_min)).collect()
    }

    /// Whether there is no window at all.
    pub fn are_never(&self) -> bool {
        self.0.is_empty()
    }

    /// Which minutes of the week they cover.
    fn week(&self) -> Vec<bool> {
        let mut week = vec![false; usize::from(WEEK_MIN)];
        for (window, day) in self.0.iter().flat_map(|w| (0..7).map(move |day| (w, day))) {
            if window.days & (1 << day) != 0 {
                let minutes = (window.from_min..window.to_min).map(|m| (day * DAY_MIN + m) % WEEK_MIN);
                minutes.for_each(|m| week[usize::from(m)] = true);
            }
        }
        week
    }

    /// Whether there is a minute of the week that both cover.
    pub fn overlap(&self, other: &Self) -> bool {
        self.week().into_iter().zip(other.week()).any(|(a, b)| a && b)
    }

    /// The first minute of the week, such as `fri 18:00`, that none of them covers.
    pub fn first_gap(all: &[&Self]) -> Option<String> {
        let mut week = vec![false; usize::from(WEEK_MIN)];
        for shifts in all {
            week.iter_mut().zip(shifts.week()).for_each(|(covered, too)| *covered |= too);
        }
        let minute = week.iter().position(|covered| !covered)? as u16;
        Some(format!("{} {}", DAYS[usize::from(minute / DAY_MIN)], clock(minute % DAY_MIN)))
    }

    /// Whether a squad with these shifts is on duty at `at` in local time.
    pub fn cover(&self, at: Timestamp, zone: &TimeZone) -> bool {
        let local = at.to_jiff().to_zoned(zone.clone());
        let minute = local.hour() as u16 * 60 + local.minute() as u16;
        let today = 1u8 << local.weekday().to_monday_zero_offset();
        let yesterday = 1u8 << ((local.weekday().to_monday_zero_offset() + 6) % 7);
        self.0.iter().any(|w| {
            (w.days & today != 0 && (w.from_min..w.to_min).contains(&minute))
                || (w.days & yesterday != 0 && minute + DAY_MIN < w.to_min)
        })
    }

    /// When the shift that goes on at `at` began, or when the last one ended; none within eight days.
    pub fn turned(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let today = at.to_jiff().to_zoned(zone.clone()).date();
        let midnight = |back: i32| today.checked_sub(Span::new().days(back)).ok();
        let moment = |(day, min): (jiff::civil::Date, u16)| {
            let local = day.at(0, 0, 0, 0).checked_add(Span::new().minutes(min)).ok()?;
            Timestamp::from_ms(local.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond()).ok()
        };
        let on = |at: Timestamp| self.cover(at, zone);
        let turns = |t: &Timestamp| *t <= at && on(*t) == on(at) && on(t.plus_ms(-1)) != on(at);
        (0..=8).filter_map(midnight).find_map(|day| {
            let of = 1u8 << day.weekday().to_monday_zero_offset();
            let begun = self.0.iter().filter(|w| w.days & of != 0);
            let ends = begun.flat_map(|w| [(day, w.from_min), (day, w.to_min)]).filter_map(moment);
            ends.filter(turns).max()
        })
    }
}

fn minutes(text: &str) -> Result<u16> {
    let bad = || Error::invalid("shifts", format!("{text:?} is not a time of day such as 08:30"));
    let (h, m) = text.split_once(':').ok_or_else(bad)?;
    let two_digits = |s: &str| s.len() == 2 && s.bytes().all(|b| b.is_ascii_digit());
    if !two_digits(h) || !two_digits(m) {
        return Err(bad());
    }
    let (h, m): (u16, u16) = (h.parse().map_err(|_| bad())?, m.parse().map_err(|_| bad())?);
    if m > 59 || h * 60 + m > DAY_MIN { Err(bad()) } else { Ok(h * 60 + m) }
}

fn day(text: &str) -> Result<u8> {
    let found = DAYS.iter().position(|d| *d == text);
    found.map(|i| i as u8).ok_or_else(|| Error::invalid("shifts", format!("{text:?} is not a day, mon to sun")))
}

fn window(days: u8, from: &str, to: &str) -> Result<Window> {
    let (from_min, mut to_min) = (minutes(from)?, minutes(to)?);
    if from_min == DAY_MIN {
        return Err(Error::invalid("shifts", "a shift can't start at 24:00, write 00:00 of the next day"));
    }
    if to_min <= from_min {
        to_min += DAY_MIN;
    }
    Ok(Window { days, from_min, to_min })
}

fn clock(min: u16) -> String {
    let min = if min > DAY_MIN { min - DAY_MIN } else { min };
    format!("{:02}:{:02}", min / 60, min % 60)
}

impl FromStr for Shifts {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let one = |part: &str| {
            let (days, hours) = part.split_once(' ').ok_or_else(|| {
                Error::invalid("shifts", format!("{part:?} is not DAYS FROM-TO, such as mon-fri 08:00-18:00"))
            })?;
            let mut set = 0u8;
            for range in days.split(',') {
                let (a, b) = range.split_once('-').unwrap_or((range, range));
                let (a, b) = (day(a)?, day(b)?);
                for i in 0..=(b + 7 - a) % 7 {
                    set |= 1 << ((a + i) % 7);
                }
            }
            match hours.trim() {
                "24h" => Ok(Window { days: set, from_min: 0, to_min: DAY_MIN }),
                hours => {
                    let (from, to) = hours
                        .split_once('-')
                        .ok_or_else(|| Error::invalid("shifts", format!("{hours:?} is not FROM-TO or 24h")))?;
                    window(set, from, to)
                }
            }
        };
        text.split(';').map(str::trim).filter(|p| !p.is_empty()).map(one).collect::<Result<_>>().map(Self)
    }
}

impl fmt::Display for Shifts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, w) in self.0.iter().enumerate() {
            let days: Vec<_> = (0..7).filter(|d| w.days & (1 << d) != 0).map(|d| DAYS[d]).collect();
            let join = if i > 0 { "; " } else { "" };
            write!(f, "{join}{} {}-{}", days.join(","), clock(w.from_min), clock(w.to_min))?;
        }
        Ok(())
    }
}

impl From<Shifts> for Vec<WindowWire> {
    fn from(shifts: Shifts) -> Self {
        let days = |w: &Window| (0..7).filter(|d| w.days & (1 << d) != 0).map(|d| DAYS[d].to_owned()).collect();
        shifts.0.iter().map(|w| WindowWire { days: days(w), from: clock(w.from_min), to: clock(w.to_min) }).collect()
    }
}

impl TryFrom<Vec<WindowWire>> for Shifts {
    type Error = Error;

    fn try_from(wire: Vec<WindowWire>) -> Result<Self> {
        let one = |w: &WindowWire| {
            let days = w.days.iter().try_fold(0u8, |set, d| Ok::<_, Error>(set | 1 << day(d)?))?;
            if days == 0 {
                return Err(Error::invalid("shifts", "a shift window names no day"));
            }
            window(days, &w.from, &w.to)
        };
        wire.iter().map(one).collect::<Result<_>>().map(Self)
    }
}

#[cfg(test)]
mod tests;
