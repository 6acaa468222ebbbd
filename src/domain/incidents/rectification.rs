//! An order to rectify by a date (责令限期整改), and the visit that sees whether that was done (复查). Who has to rectify
//! is a person: the notice that names him stays in the case system, as evidence (rules 11 and 12).

use jiff::{ToSpan, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::decision::Said;
use crate::base::{Error, Result, Timestamp, at_most, no_nul, words};

const WHAT_MAX: usize = 1_000;
/// No date lies farther ahead; a default of this product.
const DAYS_MAX: i64 = 366;

/// What has to be rectified, and by when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RectificationOrder {
    /// At most 1000 characters. Never who has to.
    pub what: String,
    /// The last day for it, in the county's calendar; at most 366 days ahead.
    #[schema(value_type = String, format = Date, example = "2026-03-09")]
    pub by: Date,
    /// The end of that day, when the visit is due: worked out by the service, never sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub due_at: Option<Timestamp>,
}

words! {
    /// What the visit saw.
    RevisitResult { Rectified = "rectified", NotRectified = "not_rectified" }
}

/// The visit after an order to rectify.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revisit {
    pub result: RevisitResult,
    /// Of what was not rectified, the new last day; without one the case goes on to be handled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = Date, nullable = false)]
    pub by: Option<Date>,
    /// The end of that day: worked out by the service, never sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub due_at: Option<Timestamp>,
}

/// An order to rectify that waits for its visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rectification {
    pub what: String,
    /// The last day for it, in the county's calendar.
    #[schema(value_type = String, format = Date)]
    pub by: Date,
    /// The end of that day: from then on the visit is overdue.
    pub due_at: Timestamp,
    pub ordered_at: Timestamp,
    /// Who ordered it: a key's id, `keyless` or `command line`.
    pub actor: String,
    /// Of the case's history.
    pub action: Uuid,
    /// Visits that found it not rectified, and gave another day.
    pub revisits: u32,
}

/// Whether a day may be named at a time.
fn check_due(due_at: Option<Timestamp>, at: Timestamp) -> Result<Timestamp> {
    match due_at {
        Some(due) if due <= at => Err(Error::invalid("act.by", format!("the day ends at {due}, before {at}"))),
        Some(due) => Ok(due),
        None => Err(Error::invalid("act.by", "when the day ends is not known")),
    }
}

/// When a day ends that is named at a time.
fn end_of(by: Date, at: Timestamp, zone: &TimeZone) -> Result<Timestamp> {
    let first = at.to_jiff().to_zoned(zone.clone()).date();
    if first.checked_add(DAYS_MAX.days()).is_ok_and(|last| by > last) {
        return Err(Error::invalid("act.by", format!("{by} lies more than {DAYS_MAX} days after {first}")));
    }
    let next = by.tomorrow().and_then(|day| day.to_zoned(zone.clone()));
    let next = next.map_err(|e| Error::invalid("act.by", format!("{by}: {e}")))?;
    let due_at = Timestamp::from_ms(next.timestamp().as_millisecond())?;
    check_due(Some(due_at), at)
}

impl RectificationOrder {
    /// Works out when the day ends, in the county's calendar.
    ///
    /// # Errors
    /// `Invalid` for a day that is over, or too far ahead.
    pub(super) fn set_dates(&mut self, at: Timestamp, zone: &TimeZone) -> Result<()> {
        self.due_at = Some(end_of(self.by, at, zone)?);
        Ok(())
    }

    pub(super) fn check_by_hand(&self) -> Result<()> {
        if self.what.trim().is_empty() {
            return Err(Error::invalid("act.what", "is empty: say what has to be rectified"));
        }
        at_most("act.what", Some(&self.what), WHAT_MAX)?;
        no_nul("act.what", &self.what)?;
        not_sent(self.due_at)
    }
}

impl Revisit {
    /// As [`RectificationOrder::set_dates`], where there is another day.
    pub(super) fn set_dates(&mut self, at: Timestamp, zone: &TimeZone) -> Result<()> {
        self.due_at = self.by.map(|by| end_of(by, at, zone)).transpose()?;
        Ok(())
    }

    pub(super) fn check_by_hand(&self) -> Result<()> {
        if let (RevisitResult::Rectified, Some(by)) = (self.result, self.by) {
            return Err(Error::invalid("act.by", format!("{by}: what is rectified has no other day")));
        }
        not_sent(self.due_at)
    }
}

fn not_sent(due_at: Option<Timestamp>) -> Result<()> {
    match due_at {
        Some(_) => Err(Error::invalid("act.due_at", "when the day ends is worked out here: send by")),
        None => Ok(()),
    }
}

impl Rectification {
    pub(super) fn ordered(order: &RectificationOrder, said: Said) -> Result<Box<Self>> {
        Ok(Box::new(Self {
            what: order.what.clone(),
            by: order.by,
            due_at: check_due(order.due_at, said.at)?,
            ordered_at: said.at,
            actor: said.actor.to_owned(),
            action: said.action,
            revisits: 0,
        }))
    }

    /// What it waits for after a visit; nothing where it was rectified, or goes on to be handled.
    pub(super) fn after(mut self: Box<Self>, revisit: &Revisit, at: Timestamp) -> Result<Option<Box<Self>>> {
        let Some(by) = revisit.by else { return Ok(None) };
        (self.by, self.due_at) = (by, check_due(revisit.due_at, at)?);
        self.revisits += 1;
        Ok(Some(self))
    }
}
