//! Coverage that is kept up to date: who is where changes, the cells and the roads do not.
//!
//! Every squad that is asked about has a seat; it counts or not. A squad that turns free is compared
//! with the best two of each cell. One that turns busy leaves gaps where it was one of them: those
//! cells alone look for the next best among all. Nothing is routed for either, a seat keeps its drives.

use std::sync::Arc;

use super::{Arrival, Base, Coverage, Placed, Start, Times, check_minutes};
use crate::{
    base::{Code, Result},
    kernel::{graph::CLOSED, travel::Workspace},
};

/// What [`Coverage::compute`] tells, after any number of changes.
#[derive(Debug, Clone)]
pub struct Standing {
    base: Arc<Base>,
    minutes: u32,
    /// By id.
    squads: Arc<[Code]>,
    /// By squad.
    seats: Vec<Seat>,
    /// By accessible cell.
    times: Arc<Vec<Times>>,
}

/// What is known of a squad, whether it counts or not.
#[derive(Debug, Clone, Default)]
struct Seat {
    counts: bool,
    /// Where the drives begin; nowhere before it counted first.
    from: Option<Start>,
    extra_s: u32,
    reach: Arc<Vec<u32>>,
}

impl Seat {
    fn begins_at(&self, p: &Placed) -> bool {
        self.from.as_ref().is_some_and(|(profile, from)| *profile == p.profile && *from == p.from)
    }
}

impl Standing {
    /// Nobody yet. Refuses the minutes that [`Coverage::compute`] refuses.
    pub fn new(base: &Arc<Base>, minutes: u32) -> Result<Self> {
        check_minutes(base, minutes)?;
        let times = Arc::new(vec![Times::NOBODY; base.accessible()]);
        Ok(Self { base: Arc::clone(base), minutes, squads: Arc::default(), seats: Vec::new(), times })
    }

    /// Makes `placed` those who count, of all `squads`; both by id. Left as it was when the search is
    /// stopped.
    pub fn update<'a>(
        &mut self,
        ws: &mut Workspace,
        squads: impl ExactSizeIterator<Item = &'a Code> + Clone,
        placed: &[Placed],
    ) {
        if !self.squads.iter().eq(squads.clone()) {
            self.seat(squads);
        }
        let seats: Vec<usize> = placed.iter().filter_map(|p| self.squads.binary_search(&p.squad).ok()).collect();
        let moved = |&(seat, p): &(usize, &Placed)| !self.seats[seat].begins_at(p);
        let moved: Vec<(usize, &Placed)> = seats.iter().copied().zip(placed).filter(moved).collect();
        let from: Vec<Start> = moved.iter().map(|(_, p)| p.start()).collect();
        let reaches = self.base.reaches(ws, &from);
        if ws.search.stop.is_set() {
            return;
        }
        for ((seat, p), reach) in moved.into_iter().zip(reaches) {
            self.leave(seat);
            self.seats[seat] = Seat { from: Some(p.start()), reach, ..Seat::default() };
        }
        let mut counting = seats.iter().copied().zip(placed).peekable();
        for seat in 0..self.seats.len() {
            match counting.next_if(|c| c.0 == seat) {
                Some((_, p)) => self.join(seat, p.extra_s),
                None => self.leave(seat),
            }
        }
    }

    /// Seats other squads; whoever stays keeps the drives.
    fn seat<'a>(&mut self, squads: impl Iterator<Item = &'a Code>) {
        let squads: Arc<[Code]> = squads.cloned().collect();
        let seat =
            |id: &Code| self.squads.binary_search(id).map_or_else(|_| Seat::default(), |i| self.seats[i].clone());
        let seats: Vec<Seat> = squads.iter().map(seat).map(|seat| Seat { counts: false, ..seat }).collect();
        (self.squads, self.seats) = (squads, seats);
        Arc::make_mut(&mut self.times).fill(Times::NOBODY);
    }

    /// The squad counts from now on.
    fn join(&mut self, seat: usize, extra_s: u32) {
        if self.seats[seat].counts && self.seats[seat].extra_s == extra_s {
            return;
        }
        self.leave(seat);
        self.seats[seat].extra_s = extra_s;
        self.seats[seat].counts = true;
        let (before_ms, limit_ms) = (self.before_ms(seat), self.limit_ms());
        for (t, &way_ms) in Arc::make_mut(&mut self.times).iter_mut().zip(self.seats[seat].reach.iter()) {
            if way_ms != CLOSED {
                let arrival = Arrival { ms: before_ms + way_ms, squad: seat as u32 };
                t.depth += u32::from(arrival.ms <= limit_ms);
                t.offer(arrival);
            }
        }
    }

    /// The squad counts no longer.
    fn leave(&mut self, seat: usize) {
        if !std::mem::take(&mut self.seats[seat].counts) {
            return;
        }
        let (before_ms, limit_ms, squad) = (self.before_ms(seat), self.limit_ms(), seat as u32);
        let times = Arc::make_mut(&mut self.times);
        let mut gaps: Vec<u32> = Vec::new();
        for (cell, (t, &way_ms)) in times.iter_mut().zip(self.seats[seat].reach.iter()).enumerate() {
            if way_ms == CLOSED {
                continue;
            }
            t.depth -= u32::from(before_ms + way_ms <= limit_ms);
            if t.best.squad == squad {
                t.best = t.second;
            } else if t.second.squad != squad {
                continue;
            }
            t.second = Arrival::NOBODY;
            gaps.push(cell as u32);
        }
        for (other, seat) in self.seats.iter().enumerate().filter(|(_, s)| s.counts) {
            let before_ms = self.base.definition().before_ms(seat.extra_s);
            for &cell in &gaps {
                let (t, way_ms) = (&mut times[cell as usize], seat.reach[cell as usize]);
                if way_ms != CLOSED && t.best.squad != other as u32 {
                    t.second = t.second.min(Arrival { ms: before_ms + way_ms, squad: other as u32 });
                }
            }
        }
    }

    fn before_ms(&self, seat: usize) -> u32 {
        self.base.definition().before_ms(self.seats[seat].extra_s)
    }

    fn limit_ms(&self) -> u32 {
        self.minutes * 60_000
    }

    /// As it stands now; a later change leaves it alone.
    pub fn coverage(&self) -> Coverage {
        let Self { base, minutes, squads, times, .. } = self;
        Coverage { base: base.clone(), minutes: *minutes, squads: squads.clone(), times: times.clone() }
    }
}
