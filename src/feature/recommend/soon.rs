//! Who is soon free.

use std::sync::Arc;

use super::ask::Ask;
use crate::{
    base::Timestamp,
    domain::{
        dispatch,
        recommend::{Engaged, SoonFree, as_if_free, is_competent},
        response::Start,
        roster::Roster,
        squads::Squad,
        traffic::Scene,
    },
    kernel::travel::Workspace,
};
impl Ask {
    /// Who has another case to end and is there before `competent_s`.
    pub(super) fn soon_free(&self, ws: &mut Workspace, scene: &Scene, competent_s: u64) -> Vec<SoonFree> {
        let wait_s = |ready: Timestamp| ((ready.ms() - self.at.ms()).max(0) as u64).div_ceil(1_000);
        // Who is not there yet is there now at the earliest: most are out of the question without a search.
        let early = |e: &&Engaged| {
            let (ready, _) = e.ready(e.assignment.arrived_at.unwrap_or(self.at), self.at);
            wait_s(ready) < competent_s
        };
        let mut found = Vec::new();
        for engaged in self.engaged.iter().filter(early) {
            let arrived = match engaged.assignment.arrived_at {
                Some(arrived) => Some(arrived),
                None => self.arrives(ws, scene, engaged),
            };
            let squad = self.squads.get(&engaged.assignment.squad);
            let (Some(arrived), Some(squad)) = (arrived, squad) else { continue };
            let ready = engaged.ready(arrived, self.at);
            let free = Arc::new(as_if_free(squad, engaged.place));
            let query = self.query(scene, self.target, 1, false, None);
            let ranked = dispatch::nearest(&self.alone(scene), &free, ws, &query).squads.pop();
            let soon = ranked.map(|ranked| SoonFree::of(ranked, engaged, ready, self.at));
            let soon = soon.map(|soon| self.on_arrival(soon, squad));
            found.extend(soon.filter(|soon| soon.ranked.eta_s < competent_s && is_competent(&soon.ranked)));
        }
        found
            .sort_by(|a: &SoonFree, b| (a.ranked.eta_s, &a.ranked.squad.id).cmp(&(b.ranked.eta_s, &b.ranked.squad.id)));
        found.truncate(self.k);
        (1..).zip(&mut found).for_each(|(rank, soon)| soon.ranked.rank = rank);
        found
    }

    /// As the squad will be when it arrives, which is after its present case.
    fn on_arrival(&self, mut soon: SoonFree, squad: &Squad) -> SoonFree {
        let arrives = self.at.plus_ms(soon.ranked.eta_s as i64 * 1_000);
        soon.ranked.certified = self.sent_for.certified(squad, arrives);
        soon.ranked.competence = soon.ranked.certified.competence();
        soon
    }

    /// When a squad that is on its way is at its present case: it drives on from where it was seen last.
    fn arrives(&self, ws: &mut Workspace, scene: &Scene, engaged: &Engaged) -> Option<Timestamp> {
        let squad = self.squads.get(&engaged.assignment.squad)?;
        let definition = scene.coverage.definition();
        let from = Start::last_known(&self.squads, squad, self.at, definition).point();
        let on_its_way = Arc::new(as_if_free(squad, from));
        let query = self.query(scene, engaged.place, 1, false, None);
        let ranked = dispatch::nearest(&self.alone(scene), &on_its_way, ws, &query).squads.pop()?;
        Some(self.at.plus_ms(i64::from(ranked.parts.drive_s + ranked.parts.walk_s) * 1_000))
    }

    /// For a few squads that are looked at once.
    fn alone(&self, scene: &Scene) -> Roster {
        Roster::for_once(Arc::clone(scene.network()), scene.coverage.definition().clone())
    }
}
