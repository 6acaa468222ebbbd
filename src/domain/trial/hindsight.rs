//! What could have been done knowing the whole day beforehand: exact, for small days.
//!
//! A late case may as well be served last, so a squad's day is the set of cases that it comes to in time. Of one such
//! set only the earliest time at which the squad is back matters, as it always sets out from the same place: a later
//! start never comes sooner. So the best time for each set follows from those of the sets with one case less, and the
//! squads' sets are chosen apart from each other so that they hold as many cases as possible.

use super::Day;

/// A day of so many cases is searched through in well under a second.
pub const CASES_MAX: usize = 12;

/// When a squad is back at the earliest that was in time at exactly the cases of each set; none where it can't be.
fn back_at(day: &Day, squad: usize) -> Vec<Option<u32>> {
    let mut back = vec![None; 1 << day.cases.len()];
    back[0] = Some(0);
    for set in 1..back.len() {
        let last = |n: usize| {
            let (case, before) = (&day.cases[n], back[set & !(1 << n)]?);
            let leaves_s = day.sets_out(squad, case.ready_s.max(before))?;
            (leaves_s + case.ways[squad].s? <= case.due_s).then(|| case.keeps_s(squad).map(|s| leaves_s + s))?
        };
        back[set] = (0..day.cases.len()).filter(|n| set >> n & 1 == 1).filter_map(last).min();
    }
    back
}

/// How few cases could have been late; none for days of more than [`CASES_MAX`] cases.
pub fn fewest_late(day: &Day) -> Option<usize> {
    if day.cases.len() > CASES_MAX {
        return None;
    }
    // By set: how many of its cases the squads so far could be in time at.
    let mut most = vec![0u32; 1 << day.cases.len()];
    for squad in 0..day.shifts.len() {
        let back = back_at(day, squad);
        let with = |set: usize| {
            let mut best = most[set];
            // All subsets that are not empty.
            let mut own = set;
            while own > 0 {
                if back[own].is_some() {
                    best = best.max(own.count_ones() + most[set & !own]);
                }
                own = (own - 1) & set;
            }
            best
        };
        most = (0..most.len()).map(with).collect();
    }
    Some(day.cases.len() - most.last().copied().unwrap_or_default() as usize)
}
