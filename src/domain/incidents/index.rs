//! The hot incidents with every index over them.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use rstar::{AABB, PointDistance, RTree, RTreeObject};
use uuid::Uuid;

use super::{Cursor, Filter, Incident, IncidentStatus, Region, due};
use crate::{
    base::{BBox, Code, Timestamp},
    domain::matters::Matters,
};

#[derive(Debug, Clone, Copy, PartialEq)]
struct Spot {
    at: [f64; 2],
    id: Uuid,
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

impl Spot {
    fn of(i: &Incident) -> Self {
        Self { at: [i.at.lng, i.at.lat], id: i.id }
    }
}

/// The middle one of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Median {
    pub cases: usize,
    pub s: u64,
}

/// How long it took from arrival to handled, where both are known.
fn handling(i: &Incident) -> Option<(&Code, (u64, Uuid))> {
    let (arrived, handled) = (i.milestones.arrived_at?, i.milestones.handled_at?);
    let took_ms = u64::try_from(handled.ms() - arrived.ms()).ok()?;
    Some((i.matter.as_ref()?, (took_ms / 1_000, i.id)))
}

/// The hot incidents with all their indexes; nobody updates one of them alone.
#[derive(Debug, Clone, Default)]
pub struct Incidents {
    by_id: HashMap<Uuid, Arc<Incident>>,
    by_time: BTreeSet<Cursor>,
    by_township: HashMap<Code, BTreeSet<Cursor>>,
    by_status: HashMap<IncidentStatus, BTreeSet<Cursor>>,
    /// By matter, seconds from arrival to handled.
    handling: HashMap<Code, BTreeSet<(u64, Uuid)>>,
    tree: RTree<Spot>,
    /// Grows with every change.
    version: u64,
}

impl PartialEq for Incidents {
    /// Same incidents; that the indexes agree is what [`Incidents::check`] is for.
    fn eq(&self, other: &Self) -> bool {
        self.by_id == other.by_id
    }
}

impl Incidents {
    /// Bulk load: the R-tree is packed at once.
    pub fn load(all: Vec<Incident>) -> Self {
        let mut this = Self { tree: RTree::bulk_load(all.iter().map(Spot::of).collect()), ..Self::default() };
        for incident in all {
            this.index(&incident);
            this.by_id.insert(incident.id, Arc::new(incident));
        }
        this
    }

    /// Takes the place of `former`: its version comes after.
    pub fn follow(&mut self, former: &Self) {
        self.version = former.version + 1;
    }

    /// Adds many at once; the tree is packed anew when they outnumber what is there.
    pub fn put_all(&mut self, many: Vec<Incident>) {
        if many.len() > self.by_id.len() / 4 {
            let mut merged = std::mem::take(&mut self.by_id);
            merged.extend(many.into_iter().map(|i| (i.id, Arc::new(i))));
            let mut packed = Self::load(merged.into_values().map(Arc::unwrap_or_clone).collect());
            packed.follow(self);
            *self = packed;
        } else {
            many.into_iter().for_each(|i| self.put(i));
        }
    }

    pub fn put(&mut self, incident: Incident) {
        self.remove(&incident.id);
        self.version += 1;
        self.tree.insert(Spot::of(&incident));
        self.index(&incident);
        self.by_id.insert(incident.id, Arc::new(incident));
    }

    pub fn remove(&mut self, id: &Uuid) -> Option<Arc<Incident>> {
        let old = self.by_id.remove(id)?;
        self.version += 1;
        let key = (old.reported_at, old.id);
        self.tree.remove(&Spot::of(&old));
        self.by_time.remove(&key);
        if let Some(set) = old.place.township.as_ref().and_then(|t| self.by_township.get_mut(t)) {
            set.remove(&key);
        }
        if let Some(set) = self.by_status.get_mut(&old.status) {
            set.remove(&key);
        }
        if let Some((matter, took)) = handling(&old)
            && let Some(set) = self.handling.get_mut(matter)
        {
            set.remove(&took);
        }
        Some(old)
    }

    fn index(&mut self, i: &Incident) {
        let key = (i.reported_at, i.id);
        self.by_time.insert(key);
        self.by_status.entry(i.status).or_default().insert(key);
        if let Some(township) = &i.place.township {
            self.by_township.entry(township.clone()).or_default().insert(key);
        }
        if let Some((matter, took)) = handling(i) {
            self.handling.entry(matter.clone()).or_default().insert(took);
        }
    }

    /// Another number whenever something changed: tells whether what was derived still holds.
    pub fn version(&self) -> u64 {
        self.version
    }

    pub fn get(&self, id: &Uuid) -> Option<&Arc<Incident>> {
        self.by_id.get(id)
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The box around all of them.
    pub fn extent(&self) -> Option<BBox> {
        let bounds = self.tree.root().envelope();
        let ([west, south], [east, north]) = (bounds.lower(), bounds.upper());
        BBox::new(west, south, east, north).ok()
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<Incident>> {
        self.by_id.values()
    }

    /// How long cases of a matter take from arrival to handled; the lower one of the two in the middle.
    pub fn handling_median(&self, matter: &Code) -> Option<Median> {
        let all = self.handling.get(matter)?;
        let (s, _) = all.iter().nth(all.len().checked_sub(1)? / 2)?;
        Some(Median { cases: all.len(), s: *s })
    }

    /// Those reported from `from` until before `to`, the newest first.
    pub fn reported(&self, from: Timestamp, to: Timestamp) -> Vec<Arc<Incident>> {
        let filter = Filter { from: Some(from), to: Some(to), ..Filter::default() };
        self.by_the_shortest_index(&filter).filter(|i| filter.accepts(i)).map(Arc::clone).collect()
    }

    /// Up to `limit` incidents after `after`, newest first, and how many match in all.
    pub fn page(&self, filter: &Filter, after: Option<Cursor>, limit: usize) -> (Vec<Arc<Incident>>, usize) {
        let (mut matching, sorted) = self.matching(filter);
        if !sorted {
            matching.sort_unstable_by_key(|i| std::cmp::Reverse((i.reported_at, i.id)));
        }
        let total = matching.len();
        let start = after.map_or(0, |c| matching.partition_point(|i| (i.reported_at, i.id) >= c));
        (matching[start..].iter().take(limit).map(|i| Arc::clone(i)).collect(), total)
    }

    /// As [`Self::page`], but what is due first comes first.
    pub fn page_due(
        &self,
        filter: &Filter,
        matters: &Matters,
        after: Option<Cursor>,
        limit: usize,
    ) -> (Vec<Arc<Incident>>, usize) {
        let mut matching: Vec<_> = self.matching(filter).0.into_iter().map(|i| (due(i, matters), i)).collect();
        matching.sort_unstable_by_key(|(due, _)| *due);
        let total = matching.len();
        let start = after.map_or(0, |c| matching.partition_point(|(due, _)| *due <= c));
        (matching[start..].iter().take(limit).map(|(_, i)| Arc::clone(i)).collect(), total)
    }

    /// What the filter accepts, and whether the newest come first.
    fn matching(&self, filter: &Filter) -> (Vec<&Arc<Incident>>, bool) {
        if let Some(b) = filter.region.as_ref().and_then(Region::bbox) {
            let envelope = AABB::from_corners([b.west, b.south], [b.east, b.north]);
            let spots = self.tree.locate_in_envelope(&envelope);
            return (spots.filter_map(|s| self.by_id.get(&s.id)).filter(|i| filter.accepts(i)).collect(), false);
        }
        // Most of what is kept has ended.
        if filter.open && filter.status.is_none() {
            let open = self.by_status.iter().filter(|(status, _)| !status.is_ended()).flat_map(|(_, set)| set);
            let open = open.filter_map(|(_, id)| self.by_id.get(id));
            return (open.filter(|i| filter.accepts(i)).collect(), false);
        }
        (self.by_the_shortest_index(filter).filter(|i| filter.accepts(i)).collect(), true)
    }

    fn by_the_shortest_index<'a>(&'a self, filter: &Filter) -> Box<dyn Iterator<Item = &'a Arc<Incident>> + 'a> {
        let township = filter.township.as_ref().map(|t| self.by_township.get(t));
        let status = filter.status.map(|s| self.by_status.get(&s));
        let mut best = Some(&self.by_time);
        for other in [township, status].into_iter().flatten() {
            if other.map_or(0, BTreeSet::len) < best.map_or(0, BTreeSet::len) {
                best = other;
            }
        }
        let lowest = (filter.from.unwrap_or(Timestamp::MIN), Uuid::nil());
        let highest = (filter.to.unwrap_or(Timestamp::MAX), Uuid::max());
        if lowest > highest {
            return Box::new(std::iter::empty());
        }
        Box::new(
            best.into_iter()
                .flat_map(move |set| set.range(lowest..=highest).rev())
                .filter_map(|(_, id)| self.by_id.get(id)),
        )
    }

    /// Every index holds exactly the incidents: the invariant that tests assert.
    pub fn check(&self) -> Result<(), String> {
        let n = self.by_id.len();
        let townships: usize = self.by_township.values().map(BTreeSet::len).sum();
        let with_township = self.by_id.values().filter(|i| i.place.township.is_some()).count();
        let statuses: usize = self.by_status.values().map(BTreeSet::len).sum();
        if [self.tree.size(), self.by_time.len(), statuses] != [n, n, n] || townships != with_township {
            return Err(format!(
                "{n} incidents, but the tree holds {}, time {}, status {statuses}, township {townships} of {with_township}",
                self.tree.size(),
                self.by_time.len()
            ));
        }
        let took: usize = self.handling.values().map(BTreeSet::len).sum();
        let known = self.by_id.values().filter_map(|i| handling(i));
        if took != known.clone().count() || known.into_iter().any(|(m, t)| !self.handling[m].contains(&t)) {
            return Err(format!("handling times are {took}, or other ones"));
        }
        match self.by_id.values().find(|i| !self.tree.contains(&Spot::of(i))) {
            Some(i) => Err(format!("incident {} is missing from the tree", i.id)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use geo::MultiPolygon;

    use super::*;
    use crate::{
        base::LngLat,
        domain::incidents::{Milestones, Place, reported},
    };

    /// SplitMix64: a seeded sequence for tests.
    struct Rng(u64);
    impl Rng {
        fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        }
        fn below(&mut self, n: u64) -> u64 {
            self.next() % n
        }
    }

    fn some_time(rng: &mut Rng) -> Option<Timestamp> {
        (rng.below(2) == 0).then(|| Timestamp::from_ms(rng.below(50) as i64 * 100_000).unwrap())
    }

    fn incident(rng: &mut Rng) -> Incident {
        let status =
            [IncidentStatus::Reported, IncidentStatus::Accepted, IncidentStatus::Closed][rng.below(3) as usize];
        let township = Code::new(&format!("T{}", rng.below(4))).unwrap();
        Incident {
            id: Uuid::from_u128(rng.below(300) as u128),
            at: LngLat::new(rng.below(20) as f64 / 100.0, rng.below(20) as f64 / 100.0).unwrap(),
            status,
            reported_at: Timestamp::from_ms(rng.below(50) as i64).unwrap(),
            created_at: Timestamp::from_ms(0).unwrap(),
            matter: Some(Code::new(&format!("M{}", rng.below(3))).unwrap()),
            milestones: Milestones { arrived_at: some_time(rng), handled_at: some_time(rng), ..Milestones::default() },
            place: Place { township: (rng.below(5) > 0).then_some(township), ..Place::default() },
            ..reported()
        }
    }

    fn filter(rng: &mut Rng) -> Filter {
        let corner = |rng: &mut Rng| (rng.below(20) as f64 / 100.0, rng.below(20) as f64 / 100.0);
        let (x, y) = corner(rng);
        let bbox = BBox::new(x, y, x + 0.07, y + 0.05).unwrap();
        let region = match rng.below(4) {
            0 => Some(Region::BBox(bbox)),
            1 => Some(Region::Radius(LngLat::new(x, y).unwrap(), 4_000.0)),
            2 => {
                let r = geo::Rect::new((bbox.west, bbox.south), (bbox.east, bbox.north));
                Some(Region::Polygon(MultiPolygon::new(vec![r.to_polygon()])))
            }
            _ => None,
        };
        let some_time = |rng: &mut Rng| some_time(rng).map(|at| Timestamp::from_ms(at.ms() / 100_000).unwrap());
        Filter {
            region,
            from: some_time(rng),
            to: some_time(rng),
            status: (rng.below(3) == 0).then_some(IncidentStatus::Reported),
            open: rng.below(2) == 0,
            matter: None,
            township: (rng.below(3) == 0).then(|| Code::new("T1").unwrap()),
            ..Filter::default()
        }
    }

    #[test]
    fn every_index_equals_brute_force_after_random_puts_and_removals() {
        let mut rng = Rng(7);
        let mut all = Incidents::default();
        let matters = Matters::default();
        for round in 0..2_000 {
            match rng.below(10) {
                0..=5 => all.put(incident(&mut rng)),
                6 => drop(all.remove(&Uuid::from_u128(rng.below(300) as u128))),
                7 => {
                    let many: HashMap<_, _> =
                        (0..rng.below(40)).map(|_| incident(&mut rng)).map(|i| (i.id, i)).collect();
                    all.put_all(many.into_values().collect());
                }
                _ => {
                    let f = filter(&mut rng);
                    let mut want: Vec<_> = all.all().filter(|i| f.accepts(i)).cloned().collect();
                    want.sort_by_key(|i| std::cmp::Reverse((i.reported_at, i.id)));
                    let (mut got, mut after) = (Vec::new(), None);
                    loop {
                        let (page, total) = all.page(&f, after, 7);
                        assert_eq!(total, want.len(), "round {round}: {f:?}");
                        after = page.last().map(|i| (i.reported_at, i.id));
                        got.extend(page);
                        if after.is_none() {
                            break;
                        }
                    }
                    assert_eq!(got, want, "round {round}: {f:?}");
                    want.sort_by_key(|i| due(i, &matters));
                    let (mut got, mut after) = (Vec::new(), None);
                    loop {
                        let (page, total) = all.page_due(&f, &matters, after, 7);
                        assert_eq!(total, want.len(), "round {round}: {f:?}");
                        after = page.last().map(|i| due(i, &matters));
                        got.extend(page);
                        if after.is_none() {
                            break;
                        }
                    }
                    assert_eq!(got, want, "round {round}, due: {f:?}");
                }
            }
            all.check().unwrap_or_else(|e| panic!("round {round}: {e}"));
            let matter = Code::new("M1").unwrap();
            let took = |i: &Arc<Incident>| handling(i).filter(|(m, _)| **m == matter).map(|(_, (s, _))| s);
            let mut took: Vec<u64> = all.all().filter_map(took).collect();
            took.sort_unstable();
            let middle = (!took.is_empty()).then(|| Median { cases: took.len(), s: took[(took.len() - 1) / 2] });
            assert_eq!(all.handling_median(&matter), middle, "round {round}");
        }
    }
}
