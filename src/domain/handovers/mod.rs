//! Shift handovers (交接班): what was open when one shift handed over to the next, and that the next took it over.
//!
//! Who hands over and who takes over are keys: names of people stand nowhere in what is logged or told.

mod ground;
mod limits;
mod noun;
mod open;
mod remarks;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::{
    ground::Ground,
    limits::Limits,
    noun::{Change, Handovers},
    open::{OpenCall, OpenCase, OpenDisruption, OpenThings, OpenWhistle, QuietSquad, SentSquad},
    remarks::{CaseRemark, check_remarks},
};
use super::auth::Sight;
use crate::base::{Code, Error, Kind, Result, Timestamp, at_most};

const NOTE_MAX: usize = 2_000;

/// How many open things there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = OpenCounts)]
pub struct Counts {
    /// Cases.
    pub incidents: usize,
    /// Of the cases, those in which nothing had happened for too long.
    pub stuck: usize,
    /// Of the cases, those whose arrival or answer was late.
    pub overdue: usize,
    pub calls: usize,
    pub disruptions: usize,
    pub out_of_contact: usize,
    pub whistles: usize,
}

/// A handover without its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ShiftHandoverRecord)]
pub struct Handover {
    pub id: Uuid,
    /// What is handed over: an area, or what a unit has; all where neither is said.
    #[schema(value_type = Option<String>)]
    pub area: Option<Code>,
    #[schema(value_type = Option<String>)]
    pub unit: Option<Code>,
    /// The id of the key that is to take it over; whoever may dispatch there where it is null.
    pub to: Option<String>,
    pub note: Option<String>,
    /// When: the list tells of this moment.
    pub at: Timestamp,
    /// A key's id or `keyless`.
    pub by: String,
    pub counts: Counts,
    /// Once somebody has taken it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub accepted: Option<Acceptance>,
}

/// That it was taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ShiftAcceptance)]
pub struct Acceptance {
    pub at: Timestamp,
    /// A key's id or `keyless`.
    pub by: String,
    pub note: Option<String>,
    /// On how many cases something was remarked.
    pub remarks: usize,
}

/// Refuses a note that is too long.
pub fn check_note(note: Option<&str>) -> Result<()> {
    at_most("note", note, NOTE_MAX)
}

impl Handover {
    /// Whether a caller sees it.
    pub fn is_seen(&self, sight: &Sight) -> bool {
        sight.is_everything()
            || self.area.as_ref().is_some_and(|area| sight.sees_area(area))
            || self.unit.as_ref().is_some_and(|unit| sight.is_of(unit))
    }

    /// The handover once `by` has taken it over.
    ///
    /// # Errors
    /// `Forbidden` for who handed it over, and for another than it was handed to; `Conflict` once it is accepted.
    pub fn accepted(self, by: &str, at: Timestamp, note: Option<String>, remarks: usize) -> Result<Self> {
        if let Some(Acceptance { at, by, .. }) = &self.accepted {
            return Err(Error::conflict(format!("handover {} was accepted by {by} at {at}", self.id)));
        }
        match &self.to {
            Some(to) if to != by => {
                return Err(Error::new(Kind::Forbidden, format!("it is handed over to {to}, not to {by}")));
            }
            // Without keys all are one.
            None if self.by == by && by != "keyless" => {
                return Err(Error::new(Kind::Forbidden, "who hands over does not take over".to_owned()));
            }
            _ => {}
        }
        check_note(note.as_deref())?;
        let accepted = Acceptance { at, by: by.to_owned(), note, remarks };
        Ok(Self { accepted: Some(accepted), ..self })
    }

    /// By when somebody has to take it over; none once that is done, or where nobody has to.
    pub fn accept_by(&self, limits: &Limits) -> Option<Timestamp> {
        let waits = self.accepted.is_none() && limits.accept_min > 0;
        waits.then(|| self.at.plus_ms(limits.accept_ms()))
    }

    pub fn is_late(&self, limits: &Limits, now: Timestamp) -> bool {
        self.accept_by(limits).is_some_and(|by| by < now)
    }
}

#[cfg(test)]
mod tests;
