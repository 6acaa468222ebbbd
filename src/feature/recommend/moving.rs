//! Who moves up when a squad is sent.

use std::{collections::BTreeSet, sync::Arc};

use super::{advice::Move, ask::Ask};
use crate::{
    base::Code,
    domain::{
        coverage::{Coverage, Member, Tally},
        dispatch::{self, Ranked},
        roster::Roster,
        squads::Squad,
        traffic::Scene,
    },
    kernel::travel::Workspace,
};
/// So many of the nearest squads are asked to move up.
const MOVERS: usize = 20;

/// What covers the county now.
pub(super) struct Cover<'a> {
    pub(super) roster: &'a Roster,
    pub(super) coverage: &'a Coverage,
    pub(super) members: &'a [Member],
    pub(super) expected: &'a Tally,
}

impl Ask {
    pub(super) fn move_up(&self, ws: &mut Workspace, scene: &Scene, cover: &Cover<'_>, sent: &Ranked) -> Option<Move> {
        let &Cover { roster, coverage, members, expected } = cover;
        let to = sent.from.point();
        let profile = self.squads.get(&sent.squad.id)?.profile;
        let mut near: Vec<&Arc<Squad>> =
            members.iter().filter_map(|m| self.squads.get(&m.squad)).filter(|s| s.profile == profile).collect();
        let away_m = |s: &Squad| s.post.distance_m(to);
        near.sort_by(|a, b| away_m(a).total_cmp(&away_m(b)).then(a.id.cmp(&b.id)));
        let movers: BTreeSet<&Code> = near.iter().take(MOVERS + 1).map(|s| &s.id).collect();
        let moved = coverage.move_up(members, &sent.squad.id, |id| movers.contains(id), expected)?;
        let among = BTreeSet::from([moved.squad]);
        let query = self.query(scene, to, 1, false, Some(&among));
        let ranked = dispatch::nearest(roster, &self.squads, ws, &query).squads.pop()?;
        let there_in_s = ranked.eta_s - u64::from(ranked.parts.handling_s);
        Some(Move { squad: ranked.squad, to, there_in_s, uncovers: moved.left.into() })
    }
}
