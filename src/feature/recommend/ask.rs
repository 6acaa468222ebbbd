//! What is asked, and all that it is answered from but the roads.

use std::{collections::BTreeSet, sync::Arc};

use jiff::tz::TimeZone;

use crate::{
    base::{Code, LngLat, Timestamp},
    domain::{
        catalogue::ResponsePlan,
        dispatch, officers,
        recommend::{Engaged, Policy},
        squads::Squads,
        traffic::{Posts, Scene},
    },
};

/// What is asked, and all that it is answered from but the roads.
pub(super) struct Ask {
    pub(super) target: LngLat,
    pub(super) k: usize,
    pub(super) at: Timestamp,
    pub(super) due_at: Timestamp,
    pub(super) policy: Policy,
    pub(super) minutes: u32,
    pub(super) zone: TimeZone,
    /// Decides who may conclude it.
    pub(super) sent_for: officers::Case,
    pub(super) squads: Arc<Squads>,
    pub(super) posts: Posts,
    /// Those out of contact.
    pub(super) lost: BTreeSet<Code>,
    /// The squads of the zones over the place.
    pub(super) own: BTreeSet<Code>,
    /// Incidents of the same hour of the weeks before.
    pub(super) past: Vec<LngLat>,
    pub(super) engaged: Vec<Engaged>,
    pub(super) plan: Option<AskedPlan>,
}

/// What a response plan says of the case.
pub(super) struct AskedPlan {
    pub(super) line: ResponsePlan,
    pub(super) levels: u32,
    /// Who is sent to it already.
    pub(super) sent: Vec<Code>,
}

impl Ask {
    pub(super) fn query<'a>(
        &'a self,
        scene: &'a Scene,
        target: LngLat,
        k: usize,
        only_competent: bool,
        among: Option<&'a BTreeSet<Code>>,
    ) -> dispatch::Query<'a> {
        dispatch::Query {
            target,
            k,
            at: self.at,
            zone: &self.zone,
            case: self.sent_for.clone(),
            only_competent,
            with_route: false,
            among,
            lost: &self.lost,
            slot: scene.slot.as_ref(),
            calibration: scene.calibration.as_deref(),
        }
    }
}
