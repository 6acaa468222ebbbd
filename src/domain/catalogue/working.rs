//! Working time: the hours of an ordinary week, holidays, and workdays that make up for them (调休). What limits in
//! working hours and working days are counted by.

use std::{collections::BTreeMap, fmt, str::FromStr};

use jiff::{ToSpan, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    base::{Error, Result, Span, Timestamp, words},
    domain::squads::Shifts,
};

/// No limit is looked for beyond so many days.
const DAYS_MAX: usize = 4_000;
const MINUTE_MS: i64 = 60_000;
/// Where nothing else was imported; a default of this product.
const HOURS: &str = "mon-fri 08:30-12:00; mon-fri 14:00-17:30";

words! {
    /// What a day is that is not as its day of the week.
    DayKind {
        Holiday = "holiday",
        /// Makes up for a holiday: it has the hours of the first day of the week that has some.
        Workday = "workday",
    }
}

/// A day that is not as its day of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialDay {
    pub kind: DayKind,
    pub name: Option<String>,
    /// Who said so.
    pub source: Option<String>,
}

words! {
    /// What a limit is counted in.
    LimitUnit {
        Minutes = "minutes",
        WorkingHours = "working_hours",
        WorkingDays = "working_days",
    }
}

/// How long something may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = StageLimit)]
pub struct Limit {
    pub amount: u32,
    pub unit: LimitUnit,
}

/// What desks write, and how many of which unit it is.
const SAID: [(&str, u32, LimitUnit); 14] = [
    ("minutes", 1, LimitUnit::Minutes),
    ("min", 1, LimitUnit::Minutes),
    ("分钟", 1, LimitUnit::Minutes),
    ("hours", 60, LimitUnit::Minutes),
    ("h", 60, LimitUnit::Minutes),
    ("小时", 60, LimitUnit::Minutes),
    ("days", 1_440, LimitUnit::Minutes),
    ("日", 1_440, LimitUnit::Minutes),
    ("working_hours", 1, LimitUnit::WorkingHours),
    ("working hours", 1, LimitUnit::WorkingHours),
    ("工作时", 1, LimitUnit::WorkingHours),
    ("working_days", 1, LimitUnit::WorkingDays),
    ("working days", 1, LimitUnit::WorkingDays),
    ("工作日", 1, LimitUnit::WorkingDays),
];

impl FromStr for Limit {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, said) = (text[..digits].parse::<u32>(), text[digits..].trim());
        let known = SAID.iter().find(|(word, ..)| *word == said);
        let read = number.ok().zip(known).and_then(|(n, (_, each, unit))| Some((n.checked_mul(*each)?, *unit)));
        match read {
            Some((amount, unit)) if (1..=1_000_000).contains(&amount) => Ok(Self { amount, unit }),
            _ => {
                let why =
                    format!("{text:?} is not a limit such as 30 minutes, 4 working_hours, 7 working_days or 7工作日");
                Err(Error::invalid("limit", why))
            }
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.unit.as_str())
    }
}

/// When people work.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkingTime {
    /// Of an ordinary week.
    pub hours: Shifts,
    /// Where these are from; none for the default of this product.
    pub source: Option<String>,
    pub days: BTreeMap<Date, SpecialDay>,
}

impl Default for WorkingTime {
    fn default() -> Self {
        Self { hours: HOURS.parse().unwrap_or_default(), source: None, days: BTreeMap::new() }
    }
}

impl WorkingTime {
    /// Refuses a week without an hour, and hours that run past midnight.
    pub fn check(&self) -> Result<()> {
        if self.hours.are_never() {
            return Err(Error::invalid("hours", "there is no hour in it"));
        }
        if (0..7).flat_map(|day| self.hours.of_day(day)).any(|(_, to_min)| to_min > 1_440) {
            return Err(Error::invalid("hours", "working hours end by midnight"));
        }
        Ok(())
    }

    /// The working hours of a day, minutes after its midnight, in order.
    pub fn on(&self, date: Date) -> Vec<(u16, u16)> {
        let of = |day: u8| {
            let mut windows = self.hours.of_day(day);
            windows.sort_unstable();
            let mut joined: Vec<(u16, u16)> = Vec::new();
            for (from, to) in windows {
                match joined.last_mut() {
                    Some(last) if from <= last.1 => last.1 = last.1.max(to),
                    _ => joined.push((from, to)),
                }
            }
            joined
        };
        match self.days.get(&date).map(|day| day.kind) {
            Some(DayKind::Holiday) => Vec::new(),
            Some(DayKind::Workday) => (0..7).map(of).find(|w| !w.is_empty()).unwrap_or_default(),
            None => of(date.weekday().to_monday_zero_offset() as u8),
        }
    }

    /// The working hours of a day in milliseconds; by the clock, whatever it does in that night.
    fn windows(&self, date: Date, zone: &TimeZone) -> Vec<(i64, i64)> {
        let at = |minute: u16| {
            let midnight = date.to_zoned(zone.clone()).ok()?;
            let clock = midnight.datetime().checked_add(i64::from(minute).minutes()).ok()?;
            Some(clock.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
        };
        self.on(date).into_iter().filter_map(|(from, to)| Some((at(from)?, at(to)?))).collect()
    }

    /// How much of what a limit is counted in lies between two times, milliseconds: of working days their hours.
    pub fn between_ms(&self, [from, to]: [Timestamp; 2], unit: LimitUnit, zone: &TimeZone) -> i64 {
        if unit == LimitUnit::Minutes {
            return (to.ms() - from.ms()).max(0);
        }
        let [first, last] = [from, to].map(|at| at.to_jiff().to_zoned(zone.clone()).date());
        let days = (0..DAYS_MAX as i64).map_while(|n| first.checked_add(n.days()).ok()).take_while(|day| *day <= last);
        let windows = days.flat_map(|day| self.windows(day, zone));
        windows.map(|(a, b)| (b.min(to.ms()) - a.max(from.ms())).max(0)).sum()
    }

    /// When a limit that runs from `from` ends, if the clock does not stand: it does not run in `pauses`, and a working
    /// day in which it stood does not count. The day on which it begins counts for no limit in working days.
    pub fn due(&self, from: Timestamp, limit: Limit, pauses: &[Span], zone: &TimeZone) -> Option<Timestamp> {
        if limit.unit == LimitUnit::Minutes {
            return runs(&[(from.ms(), i64::MAX)], i64::from(limit.amount) * MINUTE_MS, pauses).ok();
        }
        let first = from.to_jiff().to_zoned(zone.clone()).date();
        let days = (0..DAYS_MAX as i64).map_while(|n| first.checked_add(n.days()).ok());
        let windows = |date: Date| self.windows(date, zone);
        match limit.unit {
            LimitUnit::WorkingDays => {
                let stood = |w: &(i64, i64)| pauses.iter().any(|p| meets(p, *w));
                let counted = days.skip(1).map(windows).filter(|day| !day.is_empty() && !day.iter().any(stood));
                counted.take(limit.amount as usize).enumerate().last().and_then(|(n, day)| {
                    (n + 1 == limit.amount as usize).then(|| Timestamp::from_ms(day.last()?.1).ok()).flatten()
                })
            }
            _ => {
                let mut left = i64::from(limit.amount) * 60 * MINUTE_MS;
                for day in days {
                    let after: Vec<_> =
                        windows(day).into_iter().map(|(a, b)| (a.max(from.ms()), b)).filter(|(a, b)| a < b).collect();
                    match runs(&after, left, pauses) {
                        Ok(due) => return Some(due),
                        Err(rest) => left = rest,
                    }
                }
                None
            }
        }
    }
}

fn meets(pause: &Span, (from, to): (i64, i64)) -> bool {
    pause.begins().ms() < to && pause.until.is_none_or(|until| from < until.ms())
}

/// When so much has run in the windows, pauses taken out; else what is left.
fn runs(windows: &[(i64, i64)], mut left_ms: i64, pauses: &[Span]) -> Result<Timestamp, i64> {
    let mut pauses: Vec<(i64, i64)> =
        pauses.iter().map(|p| (p.begins().ms(), p.until.map_or(i64::MAX, Timestamp::ms))).collect();
    pauses.sort_unstable();
    for &(from, to) in windows {
        let mut at = from;
        for &(stands, goes_on) in pauses.iter().filter(|(_, goes_on)| *goes_on > from) {
            let runs = (stands.min(to) - at).max(0);
            if runs >= left_ms {
                break;
            }
            left_ms -= runs;
            at = at.max(goes_on).min(to);
        }
        if to.saturating_sub(at) >= left_ms {
            return Timestamp::from_ms(at.saturating_add(left_ms)).map_err(|_| left_ms);
        }
        left_ms -= to - at;
    }
    Err(left_ms)
}
