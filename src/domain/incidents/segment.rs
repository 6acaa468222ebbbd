//! Incidents that were reported in one stretch of time, with every index over them. Small, so that a change
//! beside readers copies little.

mod in_order;

use std::{cmp::Reverse, collections::HashMap, sync::Arc};

use rstar::{AABB, Envelope, PointDistance, RTree, RTreeObject};

use self::in_order::InOrder;
pub use self::in_order::Window;
use super::{Cursor, Filter, Incident, IncidentStatus, Region};
use crate::base::{BBox, Code};

/// Fewer than these are looked at one by one; the tree does not help.
const FEW: usize = 32;

/// An incident with its place beside it: a search looks at many places, and at few incidents.
#[derive(Debug, Clone)]
struct Spot {
    at: [f64; 2],
    incident: Arc<Incident>,
}

impl Spot {
    fn of(incident: &Arc<Incident>) -> Self {
        Self { at: [incident.at.lng, incident.at.lat], incident: Arc::clone(incident) }
    }
}

impl PartialEq for Spot {
    fn eq(&self, other: &Self) -> bool {
        self.incident.id == other.incident.id
    }
}

impl RTreeObject for Spot {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        AABB::from_point(self.at)
    }
}

impl PointDistance for Spot {
    fn distance_2(&self, p: &[f64; 2]) -> f64 {
        (self.at[0] - p[0]).powi(2) + (self.at[1] - p[1]).powi(2)
    }
}

fn corners(b: &BBox) -> AABB<[f64; 2]> {
    AABB::from_corners([b.west, b.south], [b.east, b.north])
}

pub fn cursor(i: &Incident) -> Cursor {
    (i.reported_at, i.id)
}

#[derive(Debug, Clone, Default)]
pub struct Segment {
    by_time: InOrder,
    by_township: HashMap<Code, InOrder>,
    by_status: HashMap<IncidentStatus, InOrder>,
    by_matter: HashMap<Code, InOrder>,
    tree: RTree<Spot>,
}

impl Segment {
    /// Bulk load: the R-tree is packed at once.
    pub fn load(all: &[Arc<Incident>]) -> Self {
        let tree = RTree::bulk_load(all.iter().map(Spot::of).collect());
        let mut this = Self { tree, ..Self::default() };
        all.iter().for_each(|incident| this.index(incident));
        this
    }

    pub fn put(&mut self, incident: &Arc<Incident>) {
        self.tree.insert(Spot::of(incident));
        self.index(incident);
    }

    fn index(&mut self, incident: &Arc<Incident>) {
        self.by_time.put(incident);
        self.by_status.entry(incident.status).or_default().put(incident);
        for township in incident.townships() {
            self.by_township.entry(township.clone()).or_default().put(incident);
        }
        for matter in incident.matters() {
            self.by_matter.entry(matter.clone()).or_default().put(incident);
        }
    }

    pub fn remove(&mut self, incident: &Arc<Incident>) {
        let key = cursor(incident);
        self.tree.remove(&Spot::of(incident));
        self.by_time.remove(&key);
        for township in incident.townships() {
            self.by_township.get_mut(township).into_iter().for_each(|index| index.remove(&key));
        }
        for matter in incident.matters() {
            self.by_matter.get_mut(matter).into_iter().for_each(|index| index.remove(&key));
        }
        self.by_status.get_mut(&incident.status).into_iter().for_each(|index| index.remove(&key));
    }

    /// All of it but the earlier half, which it keeps.
    pub fn split(&mut self) -> Self {
        let all: Vec<Arc<Incident>> = self.all().map(Arc::clone).collect();
        let (earlier, later) = all.split_at(all.len() / 2);
        *self = Self::load(earlier);
        Self::load(later)
    }

    pub fn len(&self) -> usize {
        self.by_time.len()
    }

    pub fn first(&self) -> Option<Cursor> {
        self.by_time.first().map(|(key, _)| *key)
    }

    pub fn last(&self) -> Option<Cursor> {
        self.by_time.last().map(|(key, _)| *key)
    }

    /// By its place in the order of time.
    pub fn at(&self, place: usize) -> &Arc<Incident> {
        &self.by_time[place].1
    }

    /// How many were reported before.
    pub fn before(&self, key: Cursor) -> usize {
        self.by_time.partition_point(|(other, _)| *other < key)
    }

    pub fn envelope(&self) -> AABB<[f64; 2]> {
        self.tree.root().envelope()
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<Incident>> {
        self.by_time.iter().map(|(_, incident)| incident)
    }

    /// Those that have ended and were reported before.
    pub fn ended_before(&self, window: Window) -> impl Iterator<Item = &Arc<Incident>> {
        let ended = self.by_status.iter().filter(|(status, _)| status.is_ended());
        ended.flat_map(move |(_, index)| window.range(index)).map(|(_, incident)| incident)
    }

    /// What the filter accepts within the window, the newest first.
    pub fn newest<'a>(
        &'a self,
        filter: &'a Filter,
        window: Window,
    ) -> Box<dyn Iterator<Item = &'a Arc<Incident>> + 'a> {
        let (found, in_order) = self.found(filter, window);
        if in_order {
            return found;
        }
        let mut found: Vec<_> = found.collect();
        found.sort_unstable_by_key(|i| Reverse(cursor(i)));
        Box::new(found.into_iter())
    }

    /// How many the filter accepts within the window.
    pub fn count(&self, filter: &Filter, window: Window) -> usize {
        let whole = self.first().is_none_or(|first| window.from <= first)
            && self.last().is_none_or(|last| !window.is_before(last));
        let size = |index: &InOrder| if whole { index.len() } else { window.range(index).len() };
        let several = filter.status.is_some() || filter.open;
        let kinds = [several, filter.township.is_some(), filter.matter.is_some()].into_iter().filter(|k| *k).count();
        let alike = filter.sight.is_everything() && filter.unit.is_none() && filter.among.is_none();
        let alike = alike && filter.revisit_due_by.is_none();
        if kinds <= 1 && alike && self.lies_within(filter) {
            return self.smallest(filter).into_iter().map(size).sum();
        }
        match &filter.region {
            // Nothing else is asked of them.
            Some(Region::BBox(b)) if kinds == 0 && alike && whole => self.tree.locate_in_envelope(&corners(b)).count(),
            _ => self.found(filter, window).0.count(),
        }
    }

    /// What the filter accepts within the window, and whether the newest come first.
    fn found<'a>(
        &'a self,
        filter: &'a Filter,
        window: Window,
    ) -> (Box<dyn Iterator<Item = &'a Arc<Incident>> + 'a>, bool) {
        let indexes = self.smallest(filter);
        let few = indexes.iter().map(|index| index.len()).sum::<usize>() <= FEW;
        if let Some(b) = filter.region.as_ref().filter(|_| !few && !self.lies_within(filter)).and_then(Region::bbox) {
            let found = self
                .tree
                .locate_in_envelope(&corners(&b))
                .map(|s| &s.incident)
                .filter(move |i| window.holds(cursor(i)) && filter.accepts(i));
            return (Box::new(found), false);
        }
        let in_order = indexes.len() <= 1;
        let found =
            indexes.into_iter().flat_map(move |index| window.range(index).iter().rev().map(|(_, incident)| incident));
        (Box::new(found.filter(|i| filter.accepts(i))), in_order)
    }

    /// Whether the filter's region holds all of it, or there is none.
    fn lies_within(&self, filter: &Filter) -> bool {
        match &filter.region {
            None => true,
            Some(Region::BBox(b)) => corners(b).contains_envelope(&self.envelope()),
            Some(Region::Polygon(_) | Region::Radius(..)) => false,
        }
    }

    /// The indexes that together hold all that the filter accepts, and the least besides.
    fn smallest(&self, filter: &Filter) -> Vec<&InOrder> {
        let open = || self.by_status.iter().filter(|(status, _)| !status.is_ended()).map(|(_, index)| index).collect();
        let status = filter.status.map(|s| self.by_status.get(&s).into_iter().collect());
        let choices = [
            status.or_else(|| filter.open.then(open)),
            filter.township.as_ref().map(|t| self.by_township.get(t).into_iter().collect()),
            filter.matter.as_ref().map(|m| self.by_matter.get(m).into_iter().collect()),
        ];
        let size = |indexes: &Vec<&InOrder>| indexes.iter().map(|index| index.len()).sum::<usize>();
        choices.into_iter().flatten().min_by_key(size).unwrap_or_else(|| vec![&self.by_time])
    }

    /// Every index holds exactly the incidents.
    pub fn check(&self) -> Result<(), String> {
        let n = self.len();
        let sum = |sizes: &mut dyn Iterator<Item = usize>| sizes.sum::<usize>();
        let townships = sum(&mut self.by_township.values().map(|index| index.len()));
        let statuses = sum(&mut self.by_status.values().map(|index| index.len()));
        let matters = sum(&mut self.by_matter.values().map(|index| index.len()));
        let with_township = self.all().map(|i| i.townships().count()).sum();
        let with_matter = self.all().map(|i| i.matters().count()).sum();
        if [self.tree.size(), statuses, townships, matters] != [n, n, with_township, with_matter] {
            return Err(format!(
                "{n} incidents, but the tree holds {}, status {statuses}, township {townships} of {with_township}, \
                 matter {matters} of {with_matter}",
                self.tree.size()
            ));
        }
        match self.all().find(|i| !self.tree.contains(&Spot::of(i))) {
            Some(i) => Err(format!("incident {} is missing from the tree", i.id)),
            None => Ok(()),
        }
    }
}
