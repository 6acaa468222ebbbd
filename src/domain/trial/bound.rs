//! A bound by relaxation: each case for itself, as if every squad were idle for it alone.

use super::Day;

/// So many are late however squads are sent: nobody on shift comes in time, even if it has nothing else to do all day.
pub fn late_at_least(day: &Day) -> usize {
    let comes = |case: &super::Case, squad: usize| {
        let (way_s, sets_out_s) = (case.ways[squad].s?, day.sets_out(squad, case.ready_s)?);
        (sets_out_s + way_s <= case.due_s).then_some(())
    };
    let lost = |case: &&super::Case| !(0..day.shifts.len()).any(|squad| comes(case, squad).is_some());
    day.cases.iter().filter(lost).count()
}
