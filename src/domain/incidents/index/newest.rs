//! The hot incidents in their order, the newest first, each found by its place there: a page costs what it holds.

use std::{ops::Range, sync::Arc};

use uuid::Uuid;

use super::Incidents;
use crate::{base::Timestamp, domain::incidents::Incident};

/// As they were when this was made.
#[derive(Debug)]
pub struct Newest {
    all: Arc<Incidents>,
    /// How many there are up to the end of each segment.
    ends: Vec<usize>,
    /// Places in the order of time.
    range: Range<usize>,
}

impl Newest {
    /// Those reported at or after, and before.
    pub fn new(all: Arc<Incidents>, [from, to]: [Option<Timestamp>; 2]) -> Self {
        let mut sum = 0;
        let ends = all.segments.iter().map(|segment| {
            sum += segment.len();
            sum
        });
        let ends: Vec<usize> = ends.collect();
        let end = to.map_or(all.len(), |to| all.reported_before(&ends, to));
        let begin = from.map_or(0, |from| all.reported_before(&ends, from));
        Self { all, ends, range: begin.min(end)..end }
    }

    pub fn len(&self) -> usize {
        self.range.len()
    }

    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// Panics where there are not so many.
    pub fn at(&self, place: usize) -> &Arc<Incident> {
        let in_time = self.range.end - 1 - place;
        let n = self.ends.partition_point(|end| *end <= in_time);
        let segment = &self.all.segments[n];
        segment.at(in_time + segment.len() - self.ends[n])
    }
}

impl Incidents {
    fn reported_before(&self, ends: &[usize], at: Timestamp) -> usize {
        let key = (at, Uuid::nil());
        let n = self.segments.partition_point(|segment| segment.last() < Some(key));
        self.segments.get(n).map_or(self.len(), |segment| ends[n] - segment.len() + segment.before(key))
    }
}
