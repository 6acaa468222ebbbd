//! The hot incidents with every index over them: segments of time, which readers share with whoever changes
//! one of them.

mod by_id;
mod newest;

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    ops::Bound,
    sync::Arc,
};

use rstar::{AABB, Envelope};
use uuid::Uuid;

use self::by_id::ById;
pub use self::newest::Newest;
use super::{
    Codes, Cursor, Filter, Incident, due,
    segment::{Segment, Window, cursor},
    tally::Tally,
};
use crate::{
    base::{BBox, Code, Error, Kind, Result, Timestamp},
    domain::{areas::Areas, matters::Matters},
};

/// A segment of more is cut in two.
const SEGMENT: usize = if cfg!(test) { 16 } else { 1_024 };

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
///
/// Hot is what has not ended, and what was reported since a moment that moves on: see [`Self::forget`].
/// A clone shares all that is changed in neither.
#[derive(Debug, Clone)]
pub struct Incidents {
    by_id: ById,
    /// In the order of time; none is empty, and none holds what belongs before or behind another.
    segments: Vec<Arc<Segment>>,
    tally: Tally,
    /// By matter, seconds from arrival to handled.
    handling: HashMap<Code, Arc<BTreeSet<(u64, Uuid)>>>,
    /// Ended ones reported before are not here.
    since: Timestamp,
    /// Those in force, by which each is recoded; none until the world has said which.
    areas: Option<Arc<Areas>>,
    /// Grows with every change.
    version: u64,
}

impl Default for Incidents {
    fn default() -> Self {
        Self {
            by_id: ById::default(),
            segments: Vec::new(),
            tally: Tally::default(),
            handling: HashMap::new(),
            since: Timestamp::MIN,
            areas: None,
            version: 0,
        }
    }
}

impl PartialEq for Incidents {
    /// Same incidents; that the indexes agree is what [`Incidents::check`] is for.
    fn eq(&self, other: &Self) -> bool {
        self.by_id == other.by_id
    }
}

impl Incidents {
    /// Bulk load of those that are hot since `since`.
    pub fn load(all: Vec<Incident>, since: Timestamp) -> Self {
        Self { since, ..Self::default() }.with(all.into_iter().map(Arc::new).collect())
    }

    fn with(mut self, mut all: Vec<Arc<Incident>>) -> Self {
        all.sort_unstable_by_key(|i| cursor(i));
        self.segments = all.chunks(SEGMENT).map(|chunk| Arc::new(Segment::load(chunk))).collect();
        self.tally = Tally::of(&all);
        for incident in all {
            self.keep_handling(&incident);
            self.by_id.put(incident);
        }
        self
    }

    /// Takes the place of `former`: its version comes after.
    pub fn follow(&mut self, former: &Self) {
        self.version = former.version + 1;
    }

    /// Adds many at once; all is packed anew when they outnumber what is there.
    pub fn put_all(&mut self, mut many: Vec<Incident>) {
        many.iter_mut().for_each(|i| self.recode(i));
        if many.len() > self.len() / 4 {
            let mut merged: HashMap<Uuid, Arc<Incident>> = self.all().map(|i| (i.id, Arc::clone(i))).collect();
            merged.extend(many.into_iter().map(|i| (i.id, Arc::new(i))));
            let (since, areas) = (self.since, self.areas.clone());
            let mut packed = Self { since, areas, ..Self::default() }.with(merged.into_values().collect());
            packed.follow(self);
            *self = packed;
        } else {
            many.into_iter().for_each(|i| self.put(i));
        }
    }

    fn recode(&self, incident: &mut Incident) {
        self.areas.iter().for_each(|areas| incident.recode(areas));
    }

    /// Whether these are the areas in force that it knows of.
    pub fn stands_on(&self, areas: &Arc<Areas>) -> bool {
        self.areas.as_ref().is_some_and(|known| Arc::ptr_eq(known, areas))
    }

    /// The same once these areas are in force; made beside readers.
    pub fn standing_on(self: Arc<Self>, areas: &Arc<Areas>) -> Arc<Self> {
        let mut this = self;
        if !this.stands_on(areas) {
            Arc::make_mut(&mut this).stand_on(areas);
        }
        this
    }

    /// From now on these areas are in force: says of each what lies over it by now.
    pub fn stand_on(&mut self, areas: &Arc<Areas>) {
        self.areas = Some(Arc::clone(areas));
        let changed = self.all().filter(|i| Codes::beside(i, areas) != i.place.in_force);
        let changed: Vec<Incident> = changed.map(|i| Incident::clone(i)).collect();
        self.put_all(changed);
    }

    pub fn put(&mut self, mut incident: Incident) {
        self.recode(&mut incident);
        self.remove(&incident.id);
        self.version += 1;
        if self.is_history(&incident) {
            return;
        }
        let (key, incident) = (cursor(&incident), Arc::new(incident));
        let at = self.place(key);
        // What comes last begins a segment of its own: full ones stay full.
        let behind = |segment: &Arc<Segment>| segment.len() >= SEGMENT && segment.last() < Some(key);
        match self.segments.get_mut(at) {
            Some(segment) if !behind(segment) => {
                let segment = Arc::make_mut(segment);
                segment.put(&incident);
                if segment.len() > SEGMENT {
                    let later = segment.split();
                    self.segments.insert(at + 1, Arc::new(later));
                }
            }
            full => {
                let at = at + usize::from(full.is_some());
                self.segments.insert(at, Arc::new(Segment::load(&[Arc::clone(&incident)])));
            }
        }
        self.keep_handling(&incident);
        self.tally.put(&incident);
        self.by_id.put(incident);
    }

    pub fn remove(&mut self, id: &Uuid) -> Option<Arc<Incident>> {
        let old = self.by_id.remove(id)?;
        self.version += 1;
        let at = self.place(cursor(&old));
        let segment = Arc::make_mut(&mut self.segments[at]);
        segment.remove(&old);
        self.tally.remove(&old);
        if segment.len() == 0 {
            self.segments.remove(at);
        }
        if let Some((matter, took)) = handling(&old)
            && let Some(set) = self.handling.get_mut(matter)
        {
            Arc::make_mut(set).remove(&took);
        }
        Some(old)
    }

    /// The segment that holds this moment: the last that begins at it or before, else the first.
    fn place(&self, key: Cursor) -> usize {
        self.segments.partition_point(|segment| segment.first() <= Some(key)).saturating_sub(1)
    }

    fn keep_handling(&mut self, i: &Incident) {
        if let Some((matter, took)) = handling(i) {
            Arc::make_mut(self.handling.entry(matter.clone()).or_default()).insert(took);
        }
    }

    /// Since when all incidents are here; of those reported before, what has not ended.
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// # Errors
    /// `Invalid` where what was reported at `from` may be history.
    pub fn check_at_hand(&self, from: Timestamp) -> Result<()> {
        if from >= self.since {
            return Ok(());
        }
        let detail = format!("{from} lies before {}, since when all incidents are at hand", self.since);
        Err(Error::new(Kind::Invalid, detail))
    }

    fn is_history(&self, i: &Incident) -> bool {
        i.status.is_ended() && i.reported_at < self.since
    }

    /// Lets go of what has ended and was reported before `since`.
    pub fn forget(&mut self, since: Timestamp) {
        self.since = self.since.max(since);
        let before = Window { from: (Timestamp::MIN, Uuid::nil()), until: Bound::Excluded((self.since, Uuid::nil())) };
        let old = self.segments.iter().take_while(|s| s.first().is_some_and(|first| first.0 < self.since));
        let gone: Vec<Uuid> = old.flat_map(|s| s.ended_before(before)).map(|i| i.id).collect();
        for id in gone {
            self.remove(&id);
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
        self.tally.total()
    }

    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// The box around all of them.
    pub fn extent(&self) -> Option<BBox> {
        let mut bounds = AABB::new_empty();
        self.segments.iter().for_each(|segment| bounds.merge(&segment.envelope()));
        let ([west, south], [east, north]) = (bounds.lower(), bounds.upper());
        BBox::new(west, south, east, north).ok()
    }

    /// In the order in which they were reported.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Incident>> {
        self.segments.iter().flat_map(|segment| segment.all())
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
        self.page(&filter, None, usize::MAX)
    }

    /// Up to `limit` incidents after `after`, the newest first.
    pub fn page(&self, filter: &Filter, after: Option<Cursor>, limit: usize) -> Vec<Arc<Incident>> {
        let window = window(filter, after);
        if let Some(mut found) = self.in_few_squares(filter, window) {
            found.sort_unstable_by_key(|i| Reverse(cursor(i)));
            return found.into_iter().take(limit).map(Arc::clone).collect();
        }
        self.of(window).rev().flat_map(|s| s.newest(filter, window)).take(limit).map(Arc::clone).collect()
    }

    /// How many the filter accepts.
    pub fn count(&self, filter: &Filter) -> usize {
        self.tally.count(filter).unwrap_or_else(|| {
            let window = window(filter, None);
            match self.in_few_squares(filter, window) {
                Some(found) => found.len(),
                None => self.of(window).map(|segment| segment.count(filter, window)).sum(),
            }
        })
    }

    /// What the filter accepts within the window, in no order, where so few lie in its region that it is quicker to
    /// look at each than at every segment.
    fn in_few_squares(&self, filter: &Filter, window: Window) -> Option<Vec<&Arc<Incident>>> {
        let mut found = self.tally.within(&filter.region.as_ref()?.bbox()?, SEGMENT)?;
        found.retain(|i| window.holds(cursor(i)) && filter.accepts(i));
        Some(found)
    }

    /// As [`Self::page`], but what is due first comes first; and how many the filter accepts.
    pub fn page_due(
        &self,
        filter: &Filter,
        matters: &Matters,
        after: Option<Cursor>,
        limit: usize,
    ) -> (Vec<Arc<Incident>>, usize) {
        let window = window(filter, None);
        let matching = self
            .in_few_squares(filter, window)
            .unwrap_or_else(|| self.of(window).flat_map(|segment| segment.newest(filter, window)).collect());
        let mut matching: Vec<_> = matching.into_iter().map(|i| (due(i, matters), i)).collect();
        let total = matching.len();
        matching.retain(|(due, _)| after.is_none_or(|after| *due > after));
        if limit < matching.len() {
            matching.select_nth_unstable_by_key(limit, |(due, _)| *due);
            matching.truncate(limit);
        }
        matching.sort_unstable_by_key(|(due, _)| *due);
        (matching.into_iter().map(|(_, i)| Arc::clone(i)).collect(), total)
    }

    /// The segments that reach into the window.
    fn of(&self, window: Window) -> impl DoubleEndedIterator<Item = &Arc<Segment>> {
        let begin = self.segments.partition_point(|segment| segment.last() < Some(window.from));
        let end = self.segments.partition_point(|segment| segment.first().is_some_and(|f| !window.is_before(f)));
        self.segments[begin.min(end)..end].iter()
    }

    /// Every index holds exactly the incidents: the invariant that tests assert.
    pub fn check(&self) -> std::result::Result<(), String> {
        self.segments.iter().try_for_each(|segment| segment.check())?;
        let mut last = None;
        for segment in &self.segments {
            if segment.len() == 0 || segment.len() > SEGMENT || segment.first() <= last {
                return Err(format!("a segment of {} from {:?}, after {last:?}", segment.len(), segment.first()));
            }
            last = segment.last();
        }
        let in_segments: usize = self.segments.iter().map(|segment| segment.len()).sum();
        if in_segments != self.len() || self.by_id.len() != self.len() || self.all().any(|i| self.get(&i.id) != Some(i))
        {
            return Err(format!("{} incidents by id, {} by time", self.by_id.len(), self.len()));
        }
        if let Some(i) = self.all().find(|i| self.is_history(i)) {
            return Err(format!("incident {} was ended before {}", i.id, self.since));
        }
        let took: usize = self.handling.values().map(|set| set.len()).sum();
        let known: Vec<_> = self.all().filter_map(|i| handling(i)).collect();
        if took != known.len() || known.into_iter().any(|(m, t)| !self.handling[m].contains(&t)) {
            return Err(format!("handling times are {took}, or other ones"));
        }
        Ok(())
    }
}

/// The moments that a page behind `after` may lie in.
fn window(filter: &Filter, after: Option<Cursor>) -> Window {
    let to = filter.to.map(|to| (to, Uuid::nil()));
    let until = [to, after].into_iter().flatten().min();
    let from = (filter.from.unwrap_or(Timestamp::MIN), Uuid::nil());
    Window { from, until: until.map_or(Bound::Unbounded, Bound::Excluded) }
}

#[cfg(test)]
mod tests;
