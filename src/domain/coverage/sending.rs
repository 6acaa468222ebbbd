//! What sending a squad away uncovers, and who could move up for it.

use super::{CellIx, Coverage, Member, Tally};
use crate::{base::Code, kernel::graph::CLOSED};

/// Cells that nobody else would be in in time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Loss {
    pub cells: u32,
    pub buildings: u32,
    /// Of the incidents that were counted.
    pub incidents: u32,
}

/// Another squad in the place of one that is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct MoveUp {
    pub squad: Code,
    /// What is uncovered then.
    pub left: Loss,
}

impl Coverage {
    /// What is covered now and is not without the squad.
    pub fn loss(&self, squad: &Code, incidents: &Tally) -> Loss {
        let Ok(seat) = self.squads.binary_search(squad) else { return Loss::default() };
        // Where one is in time, it is the best.
        let alone = |ix: &CellIx| self.times(*ix).is_some_and(|t| t.depth == 1 && t.best.squad == seat as u32);
        self.sum((0..self.base.cells().len() as CellIx).filter(alone), incidents)
    }

    /// Who of the `members` (all that count, by id) leaves the least uncovered by waiting where `sent` waits
    /// now, in buildings, then in cells; the first by id of several. Only who travels the same way can; `None` where
    /// nobody makes it better than staying does.
    pub fn move_up(
        &self,
        members: &[Member],
        sent: &Code,
        may: impl Fn(&Code) -> bool,
        incidents: &Tally,
    ) -> Option<MoveUp> {
        let place = &members[members.binary_search_by(|m| m.squad.cmp(sent)).ok()?];
        let limit_ms = self.minutes * 60_000;
        let makes_it = |member: &Member, reach: &[u32], cell: usize| {
            let (before_ms, way_ms) = (self.base.definition().before_ms(member.extra_s), reach[cell]);
            way_ms != CLOSED && before_ms + way_ms <= limit_ms
        };
        let left = |moved: &Member| {
            let uncovered = |ix: &CellIx| {
                let (Some(access), Some(times)) = (self.base.cell(*ix).access, self.times(*ix)) else { return false };
                let cell = access as usize;
                let away: u32 = [place, moved].map(|m| u32::from(makes_it(m, &m.reach, cell))).iter().sum();
                times.depth > 0 && times.depth == away && !makes_it(moved, &place.reach, cell)
            };
            self.sum((0..self.base.cells().len() as CellIx).filter(uncovered), incidents)
        };
        let weight = |loss: &Loss| (loss.buildings, loss.cells);
        let stays = self.loss(sent, incidents);
        let others = members.iter().filter(|m| m.squad != *sent && may(&m.squad));
        let moved = others.map(|m| MoveUp { squad: m.squad.clone(), left: left(m) });
        moved.min_by_key(|m| weight(&m.left)).filter(|m| weight(&m.left) < weight(&stays))
    }

    fn sum(&self, cells: impl Iterator<Item = CellIx>, incidents: &Tally) -> Loss {
        let outer = &self.base.outer;
        cells.fold(Loss::default(), |mut loss, ix| {
            loss.cells += 1;
            for piece in outer.of_cell(ix) {
                loss.buildings += outer.pieces[piece].buildings;
                loss.incidents += incidents.0.get(piece).copied().unwrap_or(0);
            }
            loss
        })
    }
}
