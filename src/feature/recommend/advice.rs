//! What is answered.

use serde::Serialize;
use uuid::Uuid;

use crate::{
    base::{Code, LngLat, Timestamp},
    domain::{
        catalogue::Wanted,
        dispatch::{ExcludedSquads, FirstLook, OutsideSquad, Ranked, SquadRef, Target},
        lists::ListRef,
        matters::Urgency,
        recommend::{LeftUncovered, Policy, SoonFree, Team},
        response::Definition,
        whistles::Obligation,
    },
    feature::zones::ZoneHere,
};
/// Whom to send.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Advice {
    pub(super) at: Timestamp,
    pub(super) incident: Option<Uuid>,
    pub(super) target: Target,
    pub(super) matter: Option<Code>,
    pub(super) urgency: Urgency,
    /// From the report to the arrival, minutes
    pub(super) limit_min: u32,
    /// Until when somebody should be there: for an incident, from its report.
    pub(super) due_at: Timestamp,
    /// In force for this answer.
    pub(super) policy: Policy,
    pub(super) definition: Definition,
    /// The last change that the answer reflects.
    pub(super) as_of_seq: i64,
    pub(super) zones: Vec<ZoneHere>,
    /// Competent, available and on shift, in the order of the policy.
    pub(super) squads: Vec<Offer>,
    /// Those of the squads that are out of the caller's scope, and who would be there before them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) outside: Vec<OutsideSquad>,
    /// What the first one costs and saves against the closest; null where it is the closest.
    pub(super) against_closest: Option<Against>,
    /// May secure the scene (先期处置) but impose no penalty, and is there before the first competent one; null where
    /// the nearest is competent.
    pub(super) first_response: Option<Ranked>,
    /// Units that have the power there by the lists in force; none where the lists give it to nobody.
    #[schema(value_type = Vec<String>)]
    pub(super) acting: Vec<Code>,
    /// Whom to whistle for a competent squad, where somebody comes for first response only: departments that a whistle
    /// list names.
    pub(super) whistle: Vec<WhistleFor>,
    /// Drones that could have a first look, the first over the place first: no officers, no arrival, and none of the
    /// squads.
    pub(super) first_look: Vec<FirstLook>,
    /// Squads that are only together competent, where they are complete before a competent one is there.
    pub(super) joint_team: Option<Team>,
    /// What the response plan wants, and who together holds it; null where no plan speaks of the matter here and now.
    pub(super) response: Option<PlannedResponse>,
    /// Who has another case to end and is still sooner than all who are free; `queue` sends them. The soonest first.
    pub(super) soon_free: Vec<SoonFree>,
    /// Why others are not among the squads.
    pub(super) excluded: ExcludedSquads,
    /// Why nobody can be sent to the place at all.
    pub(super) unreachable: Option<String>,
    /// Of the coordinates; WGS-84 where it is not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) datum: Option<&'static str>,
}

/// A department that may be called.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct WhistleFor {
    #[schema(value_type = String)]
    pub(super) department: Code,
    /// `must` where it is urgent.
    pub(super) obligation: Obligation,
    pub(super) list: ListRef,
}

/// What a response plan wants for the case, and who together holds it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PlannedResponse {
    #[schema(value_type = String)]
    pub(super) plan: Code,
    /// Whose line counts: the level asked for, or the plan's highest below it.
    pub(super) level: u32,
    /// How many levels the plan has.
    pub(super) levels: u32,
    pub(super) wants: Wanted,
    /// Who is sent already, and counts.
    #[schema(value_type = Vec<String>)]
    pub(super) sent: Vec<Code>,
    /// Whom to send beside them, the first to arrive first: of those who are free, so that the last is there as soon as
    /// can be, and nobody too many.
    pub(super) squads: Vec<PlannedSquad>,
    /// When the last of them is there; null where nobody is to be sent.
    pub(super) eta_s: Option<u64>,
    /// What is lacking even so: of all who are free nobody has it.
    pub(super) missing: Wanted,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PlannedSquad {
    pub(super) squad: SquadRef,
    pub(super) unit: Code,
    pub(super) eta_s: u64,
    /// Certified for the case.
    pub(super) officers: u32,
    pub(super) equipment: Vec<Code>,
}

/// A squad to send.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Offer {
    #[serde(flatten)]
    pub(super) ranked: Ranked,
    /// It is there when somebody is due.
    pub(super) in_time: bool,
    /// Of the others who are available now, at their last known positions, within `minutes`.
    pub(super) uncovers: LeftUncovered,
    /// Who else could wait where it waits now, so that less is uncovered; null where that helps nothing.
    pub(super) move_up: Option<Move>,
}

/// A squad that moves to another place.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = MoveUp)]
pub(super) struct Move {
    pub(super) squad: SquadRef,
    pub(super) to: LngLat,
    /// From the order until it is there, seconds
    pub(super) there_in_s: u64,
    /// What is uncovered then.
    pub(super) uncovers: LeftUncovered,
}

/// The first squad against the closest.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = AgainstClosest)]
pub(super) struct Against {
    pub(super) closest: SquadRef,
    /// By how much the first one is later, seconds
    pub(super) costs_s: u64,
    /// By how many fewer incidents are expected where nobody is in time
    pub(super) saves_cases: f64,
}
