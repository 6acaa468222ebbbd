//! The searches that answer what is asked, and what they found.

use std::collections::BTreeSet;

use super::{
    advice::{Against, Offer, PlannedResponse},
    ask::Ask,
    moving::Cover,
};
use crate::{
    base::{Code, Result},
    domain::{
        coverage::{Basis, Filter, Who, route},
        dispatch::{self, FirstLook, Ranked, Recommendation},
        recommend::{LeftUncovered, Policy, Prospect, SoonFree, Team, aware_of_coverage, is_competent, team},
        roster::Roster,
        traffic::Scene,
    },
    kernel::travel::Workspace,
};

/// So many competent squads are weighed where coverage counts.
const WEIGHED: usize = 10;
/// So many of the nearest may form a team.
const TEAM_OF: usize = 50;

/// What the searches found.
pub(super) struct Found {
    pub(super) soonest: Recommendation,
    pub(super) offers: Vec<Offer>,
    pub(super) against_closest: Option<Against>,
    pub(super) first_response: Option<Ranked>,
    pub(super) first_look: Vec<FirstLook>,
    pub(super) joint_team: Option<Team>,
    pub(super) response: Option<PlannedResponse>,
    pub(super) soon_free: Vec<SoonFree>,
}

impl Ask {
    pub(super) fn answer(&self, ws: &mut Workspace, scene: &Scene) -> Result<Found> {
        let roster = scene.roster(&self.posts);
        let mut nearest = |k, only_competent, among: Option<&BTreeSet<Code>>| {
            dispatch::nearest(&roster, &self.squads, ws, &self.query(scene, self.target, k, only_competent, among))
        };
        let weighed = if self.policy == Policy::CoverageAware { WEIGHED.max(self.k) } else { self.k };
        let mut soonest = nearest(weighed, true, None);
        let closest = soonest.squads.first().cloned();
        if self.policy == Policy::ZoneFirst {
            let own = nearest(self.k, true, Some(&self.own));
            dispatch::put_first(&mut soonest, own);
        }
        let anybody = nearest(1, false, None).squads.pop();
        let first_response = anybody.filter(|first| !is_competent(first));
        let competent_s = closest.as_ref().map_or(u64::MAX, |c| c.eta_s);
        let joint_team = first_response.is_some().then(|| nearest(TEAM_OF, false, None)).and_then(|near| {
            let with_squad = near.squads.iter().filter_map(|r| Some((r, &**self.squads.get(&r.squad.id)?)));
            team(with_squad).filter(|team| team.eta_s < competent_s)
        });
        let response = self.plan.as_ref().map(|plan| self.response(plan, nearest(TEAM_OF, false, None).squads));
        let soon_free = self.soon_free(ws, scene, competent_s);

        let definition = scene.coverage.definition();
        let first_look =
            dispatch::first_look(&self.squads, definition, &self.query(scene, self.target, self.k, false, None));
        let ranked = std::mem::take(&mut soonest.squads);
        let (offers, against_closest) = self.offers(ws, scene, &roster, ranked, closest)?;
        Ok(Found { soonest, offers, against_closest, first_response, first_look, joint_team, response, soon_free })
    }

    /// The `ranked` in the order of the policy, with what sending each uncovers; and the first against the `closest`.
    fn offers(
        &self,
        ws: &mut Workspace,
        scene: &Scene,
        roster: &Roster,
        ranked: Vec<Ranked>,
        closest: Option<Ranked>,
    ) -> Result<(Vec<Offer>, Option<Against>)> {
        let who = Who {
            squads: &self.squads,
            filter: &Filter::default(),
            basis: Basis::Live,
            lost: &self.lost,
            at: self.at,
            zone: &self.zone,
        };
        let covered = scene.covered(ws, who, self.minutes)?;
        let expected = scene.coverage.ground().tally(self.past.iter().copied());
        let uncovers = |squad: &Code| LeftUncovered::from(covered.coverage.loss(squad, &expected));
        let mut members = Vec::new();
        let mut ranked: Vec<(Ranked, LeftUncovered)> =
            ranked.into_iter().map(|r| (r.clone(), uncovers(&r.squad.id))).collect();
        if self.policy == Policy::CoverageAware {
            members = route(&scene.coverage, ws, &covered.placement.placed);
            let shares = scene.coverage.held(&members, &expected);
            let held: Vec<(&Code, f64)> = members.iter().map(|m| &m.squad).zip(shares).collect();
            ranked = self.by_coverage(ranked, &held);
        }
        let against_closest = closest.zip(ranked.first()).filter(|(c, (first, _))| c.squad.id != first.squad.id);
        let against_closest = against_closest.map(|(closest, (first, left))| Against {
            costs_s: first.eta_s - closest.eta_s,
            saves_cases: uncovers(&closest.squad.id).cases_expected - left.cases_expected,
            closest: closest.squad,
        });
        ranked.truncate(self.k);
        if members.is_empty() && ranked.iter().any(|(_, left)| left.cells > 0) {
            members = route(&scene.coverage, ws, &covered.placement.placed);
        }
        let cover = Cover { roster, coverage: &covered.coverage, members: &members, expected: &expected };
        let mut offers = Vec::new();
        for (rank, (ranked, uncovers)) in (1..).zip(ranked) {
            let move_up = (uncovers.cells > 0).then(|| self.move_up(ws, scene, &cover, &ranked)).flatten();
            offers.push(Offer {
                in_time: self.in_time(ranked.eta_s),
                ranked: Ranked { rank, ..ranked },
                uncovers,
                move_up,
            });
        }
        Ok((offers, against_closest))
    }

    /// Those whose leaving costs least first; `held` is what each holds, by id.
    fn by_coverage(&self, ranked: Vec<(Ranked, LeftUncovered)>, held: &[(&Code, f64)]) -> Vec<(Ranked, LeftUncovered)> {
        let prospect = |(ranked, _): &(Ranked, LeftUncovered)| {
            let of = held.binary_search_by(|(id, _)| (*id).cmp(&ranked.squad.id)).map_or(0.0, |n| held[n].1);
            Prospect { eta_s: ranked.eta_s, in_time: self.in_time(ranked.eta_s), held: of }
        };
        let prospects: Vec<Prospect> = ranked.iter().map(prospect).collect();
        aware_of_coverage(&prospects).into_iter().map(|n| ranked[n].clone()).collect()
    }

    fn in_time(&self, eta_s: u64) -> bool {
        eta_s <= ((self.due_at.ms() - self.at.ms()) / 1_000).max(0) as u64
    }
}
