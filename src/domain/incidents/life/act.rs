//! What is done to an incident.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    base::{Code, Error, Result, Timestamp, words},
    domain::{
        auth::Right,
        incidents::{Choice, DecidedBy, RectificationOrder, ReviewResult, Revisit, RevisitResult},
        officers::Competence,
        ownership::Order,
    },
};

words! {
    /// What holds beside the main state; any number at once.
    #[schema(as = IncidentFlag)]
    Flag {
        /// 挂账
        Suspended = "suspended",
        /// 延期
        Extended = "extended",
        /// 督办
        Supervised = "supervised",
        /// 吹哨
        Whistled = "whistled",
    }
}

impl Flag {
    /// Those that somebody raises and lowers. Whether a department is called follows from the whistles.
    pub(super) const BY_HAND: [Self; 3] = [Self::Suspended, Self::Extended, Self::Supervised];
}

/// What is done to an incident; one of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = IncidentAct)]
pub enum Act {
    /// It comes into another state of its profile.
    To(Code),
    Raise(Flag),
    Lower(Flag),
    /// Somebody who was sent is there; the first brings it into a state that marks `arrived`.
    OnScene(Competence),
    /// What the reason says, and nothing else.
    Remark,
    /// It is known of which matter it is, where that was not known.
    Matter(Code),
    /// In which of the areas in doubt it lies: see `docs/responsibility.md`, rule 14.
    Decide(Choice),
    /// Whose it is: see `docs/responsibility.md`, rules 15 to 19.
    Own(Order),
    /// 并案: it tells of the same as this case, which stands for both from now on.
    Merge(Uuid),
    /// It stands for itself again, where it stood.
    Unmerge,
    /// Whoever reported it was told what the reason says: with it all that are merged into it, too.
    Tell,
    /// The same act comes under this matter, too (一案多事项); the first one leads.
    AddMatter(Code),
    RemoveMatter(Code),
    /// 责令限期整改: something has to be rectified by a day; the case is not closed before the visit that sees whether
    /// that was done.
    OrderRectification(RectificationOrder),
    /// 复查: that visit. What was not rectified gets another day, or is handled.
    Revisit(Revisit),
    /// 法制审核: the case is not closed before it was legally reviewed, whatever its matter wants.
    WantLegalReview,
    /// It was legally reviewed, with what the reason says.
    LegalReview(ReviewResult),
}

impl Act {
    /// What one must have the right to for doing it, where that is the same in every profile: others remark, all else
    /// is the command centre's.
    pub fn needs(&self) -> Option<Right> {
        match self {
            Self::To(_) => None,
            Self::Remark => Some(Right::Remark),
            Self::Own(Order::Judge(_)) | Self::Decide(Choice { by: DecidedBy::Designation, .. }) => Some(Right::Judge),
            Self::LegalReview(_) => Some(Right::Judge),
            Self::Raise(_) | Self::Lower(_) | Self::OnScene(_) | Self::Matter(_) | Self::Decide(_) | Self::Own(_) => {
                Some(Right::Dispatch)
            }
            Self::OrderRectification(_) | Self::Revisit(_) | Self::WantLegalReview => Some(Right::Dispatch),
            Self::AddMatter(_) | Self::RemoveMatter(_) => Some(Right::Dispatch),
            Self::Merge(_) | Self::Unmerge | Self::Tell => Some(Right::Dispatch),
        }
    }

    /// Refuses what follows from something else.
    pub fn check_by_hand(&self) -> Result<()> {
        match self {
            Self::Raise(flag) | Self::Lower(flag) if !Flag::BY_HAND.contains(flag) => {
                let why = format!(
                    "the flag {} follows from the whistles of the case: whistle for a department",
                    flag.as_str()
                );
                Err(Error::invalid("act", why))
            }
            Self::Decide(Choice { over: Some(_), .. }) => {
                Err(Error::invalid("act", "what lies over the place is worked out here: send area and by"))
            }
            Self::OrderRectification(order) => order.check_by_hand(),
            Self::Revisit(revisit) => revisit.check_by_hand(),
            _ => Ok(()),
        }
    }

    /// Works out when the day ends that is named, in the county's calendar.
    ///
    /// # Errors
    /// `Invalid` for a day that is over, or too far ahead.
    pub fn set_dates(&mut self, at: Timestamp, zone: &TimeZone) -> Result<()> {
        match self {
            Self::OrderRectification(order) => order.set_dates(at, zone),
            Self::Revisit(revisit) => revisit.set_dates(at, zone),
            _ => Ok(()),
        }
    }

    /// What nobody does without saying why, in every profile.
    pub(super) fn needs_reason(&self) -> bool {
        match self {
            Self::Raise(flag) => matches!(flag, Flag::Suspended | Flag::Extended),
            Self::Remark | Self::WantLegalReview | Self::Own(Order::Judge(_)) => true,
            Self::Unmerge | Self::Tell => true,
            Self::LegalReview(result) => *result == ReviewResult::Rejected,
            Self::Decide(choice) => choice.by != DecidedBy::FirstFiler,
            Self::Revisit(revisit) => revisit.result == RevisitResult::NotRectified,
            Self::To(_) | Self::Lower(_) | Self::OnScene(_) | Self::Matter(_) | Self::Own(_) => false,
            Self::OrderRectification(_) | Self::AddMatter(_) | Self::Merge(_) => false,
            // What somebody said is taken back.
            Self::RemoveMatter(_) => true,
        }
    }

    /// The area that it says a place in doubt lies in.
    pub fn decides(&self) -> Option<&Code> {
        if let Self::Decide(choice) = self { Some(&choice.area) } else { None }
    }

    /// The units that it names.
    pub fn units(&self) -> impl Iterator<Item = &Code> {
        let order = if let Self::Own(order) = self { Some(order) } else { None };
        order.into_iter().flat_map(Order::units)
    }
}
