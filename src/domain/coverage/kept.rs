//! The coverages that were asked about last, kept up to date under one state of the roads.

use std::{
    mem::size_of,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Base, Basis, Coverage, Filter, Placement, Places, Standing, Times, Who, check_minutes, route};
use crate::{
    base::{Code, Result},
    kernel::travel::Workspace,
};

/// For all that one state of the roads keeps; seven states are held at once: 252 MB.
const BYTES_MAX: usize = 36 << 20;

/// What was asked.
type Key = (Basis, u32, Filter);
/// One query at a time brings it up to date.
type Shared = Arc<Mutex<Standing>>;

/// Coverages, and where the squads were placed for them.
#[derive(Debug)]
pub struct Coverages {
    bytes_max: usize,
    /// By basis.
    places: [Mutex<Places>; 2],
    /// With the bytes of each; the one used last at the end.
    standing: Mutex<Vec<(Key, usize, Shared)>>,
}

/// Coverage, and by whom.
#[derive(Debug)]
pub struct Covered {
    pub coverage: Coverage,
    pub placement: Placement,
}

impl Default for Coverages {
    fn default() -> Self {
        Self::within(BYTES_MAX)
    }
}

impl Coverages {
    /// What does not fit is computed anew each time.
    pub(super) fn within(bytes_max: usize) -> Self {
        Self { bytes_max, places: Default::default(), standing: Mutex::default() }
    }

    /// Where squads are taken to be.
    pub fn places(&self, basis: Basis) -> Places {
        lock(&self.places[basis as usize]).clone()
    }

    /// Those who count now.
    pub fn placed(&self, base: &Base, who: Who) -> Placement {
        lock(&self.places[who.basis as usize]).place(base, who)
    }

    /// Coverage over `base`, always the same one, by those who count now.
    pub fn covered(&self, base: &Arc<Base>, ws: &mut Workspace, who: Who, minutes: u32) -> Result<Covered> {
        check_minutes(base, minutes)?;
        let placement = self.placed(base, who);
        let bytes = bytes(base, placement.total);
        let coverage = if bytes > self.bytes_max {
            Coverage::compute(base, &route(base, ws, &placement.placed), minutes)?
        } else {
            let standing = self.standing((who.basis, minutes, who.filter.clone()), bytes, base)?;
            let mut standing = whole(&standing, base, minutes)?;
            let asked: Vec<&Code> = who.asked().map(|s| &s.id).collect();
            standing.update(ws, asked.into_iter(), &placement.placed);
            standing.coverage()
        };
        Ok(Covered { coverage, placement })
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        lock(&self.standing).len()
    }

    fn standing(&self, key: Key, bytes: usize, base: &Arc<Base>) -> Result<Shared> {
        let mut all = lock(&self.standing);
        let known = all.iter().position(|(k, ..)| *k == key);
        let standing = match known {
            Some(i) => all.remove(i).2,
            None => Arc::new(Mutex::new(Standing::new(base, key.1)?)),
        };
        while all.iter().map(|k| k.1).sum::<usize>() + bytes > self.bytes_max {
            all.remove(0);
        }
        all.push((key, bytes, Arc::clone(&standing)));
        Ok(standing)
    }
}

/// About what a coverage by so many squads takes, drives that it shares with others included.
pub(super) fn bytes(base: &Base, squads: usize) -> usize {
    4_096 + base.accessible() * size_of::<Times>() + squads * (128 + base.accessible() * size_of::<u32>())
}

/// What a panic in the midst of an update left is made anew.
fn whole<'a>(standing: &'a Mutex<Standing>, base: &Arc<Base>, minutes: u32) -> Result<MutexGuard<'a, Standing>> {
    if standing.is_poisoned() {
        let mut broken = lock(standing);
        *broken = Standing::new(base, minutes)?;
        standing.clear_poison();
        return Ok(broken);
    }
    Ok(lock(standing))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
