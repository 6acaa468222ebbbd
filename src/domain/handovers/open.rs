//! What a shift hands over: what is open at a moment, in a part of the county.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Counts;
use crate::{
    base::{Code, Timestamp},
    domain::{
        assignments::AssignmentStatus,
        incidents::{Flag, IncidentStatus},
        matters::Urgency,
        stuck::Stuck,
    },
};

/// A squad that is sent to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SentSquad {
    pub squad: Code,
    pub status: AssignmentStatus,
}

/// A case as it stood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OpenCase {
    pub id: Uuid,
    #[schema(value_type = Option<String>)]
    pub matter: Option<Code>,
    pub urgency: Urgency,
    pub status: IncidentStatus,
    /// Of its profile.
    pub state: Code,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
    #[schema(value_type = Option<String>)]
    pub township: Option<Code>,
    #[schema(value_type = Option<String>)]
    pub owner: Option<Code>,
    pub reported_at: Timestamp,
    /// By when somebody has to be there, for the first time or to see whether something was rectified; null where
    /// nobody has to come any more.
    pub due_at: Option<Timestamp>,
    /// By when the unit that is asked has to answer.
    pub answer_due_at: Option<Timestamp>,
    /// One of these has passed.
    pub overdue: bool,
    /// Nothing had happened in it for too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub stuck: Option<Stuck>,
    pub squads: Vec<SentSquad>,
}

/// A call that nobody had located.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OpenCall {
    pub id: Uuid,
    pub address: String,
    #[schema(value_type = Option<String>)]
    pub area: Option<Code>,
    pub reported_at: Timestamp,
    pub locate_by: Option<Timestamp>,
    pub overdue: bool,
}

/// A disruption of the roads in force; 0 closes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OpenDisruption {
    pub id: Uuid,
    pub reason: String,
    pub speed_factor: f64,
    pub from: Timestamp,
    pub until: Option<Timestamp>,
}

/// A squad that was out of contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QuietSquad {
    pub squad: Code,
    pub since: Option<Timestamp>,
}

/// A whistle that the department had not answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OpenWhistle {
    pub id: Uuid,
    pub incident: Uuid,
    pub department: Code,
    pub whistled_at: Timestamp,
    pub acknowledge_due_at: Timestamp,
}

/// All that is open.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OpenThings {
    /// What is due first comes first, as in `GET /incidents?order=due`.
    pub incidents: Vec<OpenCase>,
    /// Who waits longest comes first.
    pub calls: Vec<OpenCall>,
    /// Of the whole county, as roads are told.
    pub disruptions: Vec<OpenDisruption>,
    pub out_of_contact: Vec<QuietSquad>,
    /// Of the cases above.
    pub whistles: Vec<OpenWhistle>,
}

impl OpenThings {
    pub fn counts(&self) -> Counts {
        let cases = |fits: &dyn Fn(&OpenCase) -> bool| self.incidents.iter().filter(|case| fits(case)).count();
        Counts {
            incidents: self.incidents.len(),
            stuck: cases(&|case| case.stuck.is_some()),
            overdue: cases(&|case| case.overdue),
            calls: self.calls.len(),
            disruptions: self.disruptions.len(),
            out_of_contact: self.out_of_contact.len(),
            whistles: self.whistles.len(),
        }
    }
}
