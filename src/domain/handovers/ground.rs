//! How what is open is found.

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use super::open::{OpenCall, OpenCase, OpenDisruption, OpenThings, OpenWhistle, QuietSquad, SentSquad};
use crate::{
    base::{Code, Error, Result, Timestamp},
    domain::{
        assignments::Assignments,
        auth::Sight,
        calls::{self, Calls},
        disruptions::Disruptions,
        incidents::{Filter, Incident, Incidents, next_due_at},
        matters::Matters,
        squads::Squads,
        stuck::Watch,
        whistles::Whistles,
    },
};

/// More is handed over area by area.
const CASES_MAX: usize = 5_000;

/// What is looked at, and when.
#[derive(Debug)]
pub struct Ground<'a> {
    pub incidents: &'a Incidents,
    pub matters: &'a Matters,
    pub assignments: &'a Assignments,
    pub whistles: &'a Whistles,
    pub calls: (&'a Calls, &'a calls::Limits),
    pub disruptions: &'a Disruptions,
    pub squads: &'a Squads,
    /// Who is out of contact, and since when.
    pub lost: BTreeMap<Code, Option<Timestamp>>,
    pub watch: Watch<'a>,
    pub now: Timestamp,
}

impl Ground<'_> {
    /// What is open in sight.
    ///
    /// # Errors
    /// `Invalid` for more cases than a shift can hand over at once.
    pub fn open(&self, sight: &Sight) -> Result<OpenThings> {
        let filter = Filter { open: true, sight: sight.clone(), ..Filter::default() };
        let (cases, _) = self.incidents.page_due(&filter, self.matters, None, CASES_MAX + 1);
        if cases.len() > CASES_MAX {
            let why = format!("more than {CASES_MAX} cases are open: hand over area by area");
            return Err(Error::invalid("area", why));
        }
        let mut sent: HashMap<Uuid, Vec<SentSquad>> = HashMap::new();
        for a in self.assignments.all() {
            sent.entry(a.incident).or_default().push(SentSquad { squad: a.squad.clone(), status: a.status });
        }
        let known: HashSet<Uuid> = cases.iter().map(|case| case.id).collect();
        Ok(OpenThings {
            incidents: cases.iter().map(|case| self.case(case, sent.remove(&case.id).unwrap_or_default())).collect(),
            calls: self.calls(sight),
            disruptions: self.disruptions(),
            out_of_contact: self.out_of_contact(sight),
            whistles: self.unanswered(&known),
        })
    }

    fn case(&self, incident: &Incident, squads: Vec<SentSquad>) -> OpenCase {
        let due_at = next_due_at(incident, self.matters);
        let answer_due_at = incident.ownership.as_ref().and_then(|o| o.answer_due_at(incident.urgency));
        OpenCase {
            id: incident.id,
            matter: incident.matter.clone(),
            urgency: incident.urgency,
            status: incident.status,
            state: incident.state(),
            flags: incident.flags.clone(),
            township: incident.township().cloned(),
            owner: incident.ownership.as_ref().map(|o| o.owner.clone()),
            reported_at: incident.reported_at,
            due_at,
            answer_due_at,
            overdue: [due_at, answer_due_at].into_iter().flatten().any(|due| due < self.now),
            stuck: self.watch.stuck(incident, self.now),
            squads,
        }
    }

    fn calls(&self, sight: &Sight) -> Vec<OpenCall> {
        let (calls, limits) = self.calls;
        let seen = calls.all().filter(|call| call.is_seen(sight));
        let mut open: Vec<_> = seen
            .map(|call| OpenCall {
                id: call.id,
                address: call.address.clone(),
                area: call.area.clone(),
                reported_at: call.reported_at,
                locate_by: call.locate_by(limits),
                overdue: call.is_overdue(limits, self.now),
            })
            .collect();
        open.sort_unstable_by_key(|call| (call.reported_at, call.id));
        open
    }

    fn disruptions(&self) -> Vec<OpenDisruption> {
        let active = self.disruptions.active(self.now);
        let open = active.map(|d| OpenDisruption {
            id: d.id,
            reason: d.reason.clone(),
            speed_factor: d.speed_factor,
            from: d.from,
            until: d.until,
        });
        open.collect()
    }

    fn out_of_contact(&self, sight: &Sight) -> Vec<QuietSquad> {
        let seen = self.lost.iter().filter(|(id, _)| self.squads.get(id).is_some_and(|s| sight.sees_squad(s)));
        seen.map(|(squad, since)| QuietSquad { squad: squad.clone(), since: *since }).collect()
    }

    fn unanswered(&self, cases: &HashSet<Uuid>) -> Vec<OpenWhistle> {
        let waits = self.whistles.all().filter(|w| cases.contains(&w.incident));
        let waits = waits.filter(|w| w.acknowledged_at.is_none() && w.arrived_at.is_none());
        let mut open: Vec<_> = waits
            .map(|w| OpenWhistle {
                id: w.id,
                incident: w.incident,
                department: w.department.clone(),
                whistled_at: w.whistled_at,
                acknowledge_due_at: w.acknowledge_due_at,
            })
            .collect();
        open.sort_unstable_by_key(|w| (w.acknowledge_due_at, w.id));
        open
    }
}
