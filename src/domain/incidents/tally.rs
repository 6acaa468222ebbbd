//! How many there are of one state, township or matter, and how many lie in a box, without a look at each; and
//! which ones lie in a box, where they are few.

mod quarters;

use std::{collections::HashMap, sync::Arc};

use self::quarters::{Quarter, Spot, Square};
use super::{Filter, Incident, IncidentStatus, Region};
use crate::base::{BBox, Code};

#[derive(Debug, Clone, Default)]
pub struct Tally {
    by_status: HashMap<IncidentStatus, usize>,
    by_township: HashMap<Code, usize>,
    by_matter: HashMap<Code, usize>,
    places: Quarter,
}

impl Tally {
    pub fn of(all: &[Arc<Incident>]) -> Self {
        let mut this = Self::default();
        all.iter().for_each(|incident| this.change(incident, |n| n + 1));
        this.places = Quarter::of(all.iter().map(Spot::of).collect(), Square::WORLD);
        this
    }

    pub fn put(&mut self, incident: &Arc<Incident>) {
        self.change(incident, |n| n + 1);
        self.places.put(Spot::of(incident), Square::WORLD);
    }

    pub fn remove(&mut self, incident: &Incident) {
        self.change(incident, |n| n - 1);
        self.places.remove(incident, Square::WORLD);
    }

    fn change(&mut self, incident: &Incident, by: impl Fn(usize) -> usize) {
        let change = |n: &mut usize| *n = by(*n);
        change(self.by_status.entry(incident.status).or_default());
        for township in incident.townships() {
            change(self.by_township.entry(township.clone()).or_default());
        }
        for matter in incident.matters() {
            change(self.by_matter.entry(matter.clone()).or_default());
        }
    }

    pub fn total(&self) -> usize {
        self.places.len()
    }

    /// All that lie in the box or on its edge, in no order; `None` where they are more than `few`.
    pub fn within(&self, b: &BBox, few: usize) -> Option<Vec<&Arc<Incident>>> {
        let mut found = Vec::new();
        self.places.within(b, Square::WORLD, few, &mut found).then_some(found)
    }

    /// How many the filter accepts; `None` where it asks for two things at once, or for what is not tallied.
    pub fn count(&self, filter: &Filter) -> Option<usize> {
        // A filter that asks for more one day is looked at here.
        let Filter { region, from, to, status, open, matter, township, unit, revisit_due_by, among, sight } = filter;
        let one_by_one = from.is_some() || to.is_some() || unit.is_some() || revisit_due_by.is_some();
        if one_by_one || among.is_some() || !sight.is_everything() {
            return None;
        }
        let sizes = |wanted: &dyn Fn(&IncidentStatus) -> bool| {
            self.by_status.iter().filter(|(status, _)| wanted(status)).map(|(_, n)| n).sum()
        };
        let of = |tally: &HashMap<Code, usize>, code: &Code| tally.get(code).copied().unwrap_or(0);
        match (region, status, open, matter, township) {
            (None, None, false, None, None) => Some(self.total()),
            (None, Some(wanted), open, None, None) => Some(sizes(&|s| s == wanted && !(*open && s.is_ended()))),
            (None, None, true, None, None) => Some(sizes(&|s| !s.is_ended())),
            (None, None, false, Some(code), None) => Some(of(&self.by_matter, code)),
            (None, None, false, None, Some(code)) => Some(of(&self.by_township, code)),
            (Some(Region::BBox(b)), None, false, None, None) => Some(self.places.count(b, Square::WORLD)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
