//! The judges of the layers asked about last, and the facts that they share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::{
    base::{Code, Result, Timestamp},
    domain::{
        coverage::Base,
        incidents::{IncidentStatus, Incidents},
        zones::{
            atoms::Atoms,
            judge::{Facts, Judge, JudgeAssumptions, PastIncident},
        },
    },
};

/// So many facts and judges are kept; both are a few megabytes at 10,000 atoms.
const FACTS: usize = 3;
const JUDGES: usize = 12;

/// Whose incidents count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedDays {
    pub since: Timestamp,
    /// Exclusive.
    pub until: Timestamp,
}

#[derive(Debug)]
struct KeptFacts {
    window: CountedDays,
    /// Of the incidents that were counted.
    version: u64,
    facts: Arc<Facts>,
}

#[derive(Debug)]
struct KeptJudge {
    plan: Uuid,
    layer: Code,
    at: Timestamp,
    base: Arc<Base>,
    facts: Arc<Facts>,
    assumptions: JudgeAssumptions,
    judge: Arc<Mutex<Judge>>,
}

/// The one used last at the end.
#[derive(Debug, Default)]
pub struct Judges {
    facts: Mutex<Vec<KeptFacts>>,
    judges: Mutex<Vec<KeptJudge>>,
}

impl Judges {
    /// What lies in each atom, counted anew when atoms, roads, incidents or the window are others.
    /// Takes a while the first time: call it on the search pool.
    pub fn facts(
        &self,
        atoms: &Arc<Atoms>,
        base: &Base,
        incidents: (u64, Vec<PastIncident>),
        window: CountedDays,
        zone: &TimeZone,
    ) -> Arc<Facts> {
        let (version, incidents) = incidents;
        let same = |k: &KeptFacts| {
            k.window == window
                && k.version == version
                && Arc::ptr_eq(k.facts.atoms(), atoms)
                && Arc::ptr_eq(k.facts.ground(), base.ground())
        };
        let mut kept = lock(&self.facts);
        if let Some(known) = kept.iter().position(same) {
            let known = kept.remove(known);
            let facts = Arc::clone(&known.facts);
            kept.push(known);
            return facts;
        }
        drop(kept);
        let facts = Arc::new(Facts::new(atoms, base.ground(), base.network(), incidents, zone));
        let mut kept = lock(&self.facts);
        let full = kept.len().saturating_sub(FACTS - 1);
        kept.drain(..full);
        kept.push(KeptFacts { window, version, facts: Arc::clone(&facts) });
        facts
    }

    /// The judge of this layer who judged it last under the same facts, roads and assumptions; else a
    /// new one. One caller at a time makes it judge.
    pub fn judge(
        &self,
        (plan, layer): (Uuid, &Code),
        at: Timestamp,
        base: &Arc<Base>,
        facts: &Arc<Facts>,
        assumptions: &JudgeAssumptions,
    ) -> Result<Arc<Mutex<Judge>>> {
        let mut kept = lock(&self.judges);
        let same = |k: &KeptJudge| {
            (k.plan, &k.layer, k.at, &k.assumptions) == (plan, layer, at, assumptions)
                && Arc::ptr_eq(&k.base, base)
                && Arc::ptr_eq(&k.facts, facts)
        };
        let known = kept.iter().position(same).map(|i| kept.remove(i));
        let known = match known {
            Some(known) => known,
            None => {
                let judge = Arc::new(Mutex::new(Judge::new(base, facts, assumptions.clone())?));
                let (base, facts) = (Arc::clone(base), Arc::clone(facts));
                KeptJudge { plan, layer: layer.clone(), at, base, facts, assumptions: assumptions.clone(), judge }
            }
        };
        let judge = Arc::clone(&known.judge);
        let full = kept.len().saturating_sub(JUDGES - 1);
        kept.drain(..full);
        kept.push(known);
        Ok(judge)
    }
}

/// The incidents of the window, without void ones, and which version of all they are of.
pub fn past(incidents: &Incidents, window: CountedDays) -> (u64, Vec<PastIncident>) {
    let counts = |i: &&Arc<crate::domain::incidents::Incident>| {
        i.reported_at >= window.since
            && i.reported_at < window.until
            && !matches!(i.status, IncidentStatus::Void | IncidentStatus::Merged)
    };
    let past = incidents.all().filter(counts);
    let past = past.map(|i| PastIncident { at: i.at, reported_at: i.reported_at, urgency: i.urgency });
    (incidents.version(), past.collect())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
