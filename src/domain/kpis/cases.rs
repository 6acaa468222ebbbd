//! What became of cases: closed, closed in time, done again, extended, complained of again.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Grouping, share};
use crate::{
    base::Timestamp,
    domain::{
        incidents::{Flag, Incident, IncidentStatus, due_at},
        repeats::Limits,
    },
};

/// Printed beside the figures.
pub fn case_definition(Limits { within_m, within_days }: &Limits) -> String {
    format!(
        "cases: reported in the period, less discovered, village_corrected, transferred, void and merged ones and those \
         made up for demonstration; deferred: suspended, or to be rectified by a day that is not over, and open; \
         delivered: cases less deferred; closed: closed or rated, \
         closed share: closed ÷ delivered; due: of the delivered ones whose matter has limits for its stages, those \
         that are closed or late; in time: closed with no stage late, in time share: in time ÷ due; handled: at least \
         once; reworked: sent back after that, rework share: reworked ÷ handled; extended: at least once, extended \
         share: extended ÷ cases; repeats: of a matter that was reported before within {within_m} m and {within_days} \
         days (a default of this service, not a standard), merged: stands \
         for nothing itself by now, in repeats and in no other figure; repeat share: repeats ÷ (cases + merged)"
    )
}

/// Cases of one group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Cases {
    /// Code or word of the group; null for those without one.
    #[schema(value_type = Option<String>)]
    pub group: Option<String>,
    pub cases: usize,
    /// Not in `delivered`.
    pub deferred: usize,
    pub delivered: usize,
    pub closed: usize,
    /// 结案率: `closed` ÷ `delivered`; shares are null where there is nothing to be part of.
    pub closed_share: Option<f64>,
    pub due: usize,
    pub in_time: usize,
    /// 按期结案率: `in_time` ÷ `due`
    pub in_time_share: Option<f64>,
    pub handled: usize,
    pub reworked: usize,
    /// 返工率: `reworked` ÷ `handled`
    pub rework_share: Option<f64>,
    pub extended: usize,
    /// 延期率: `extended` ÷ `cases`
    pub extended_share: Option<f64>,
    /// Not in `cases`: another case stands for it (并案).
    pub merged: usize,
    /// Of cases and merged ones.
    pub repeats: usize,
    /// 重复投诉率: `repeats` ÷ (`cases` + `merged`)
    pub repeat_share: Option<f64>,
}

/// What a case's record alone does not say.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ran {
    /// A stage of it is late; none where none has a limit that it came to.
    pub late: Option<bool>,
    /// Its clocks stand: it is suspended, or somebody has time left to rectify something.
    pub stands: bool,
    /// It repeats an earlier one.
    pub repeats: bool,
}

impl Cases {
    fn count(&mut self, i: &Incident, Ran { late, stands, repeats }: Ran) {
        self.repeats += usize::from(repeats);
        if i.status == IncidentStatus::Merged {
            self.merged += 1;
            return;
        }
        let closed = matches!(i.status, IncidentStatus::Closed | IncidentStatus::Rated);
        let deferred = !i.status.is_ended() && (stands || i.flags.contains(&Flag::Suspended));
        let due = !deferred && late.is_some_and(|late| late || closed);
        let m = &i.milestones;
        for (count, holds) in [
            (&mut self.cases, true),
            (&mut self.deferred, deferred),
            (&mut self.delivered, !deferred),
            (&mut self.closed, closed),
            (&mut self.due, due),
            (&mut self.in_time, closed && late == Some(false)),
            (&mut self.handled, m.handled_at.or(m.closed_at).or(m.reworked_at).is_some()),
            (&mut self.reworked, m.reworked_at.is_some()),
            (&mut self.extended, m.extended_at.is_some()),
        ] {
            *count += usize::from(holds);
        }
    }

    fn told(self, group: Option<String>) -> Self {
        Self {
            group,
            closed_share: share(self.closed, self.delivered),
            in_time_share: share(self.in_time, self.due),
            rework_share: share(self.reworked, self.handled),
            extended_share: share(self.extended, self.cases),
            repeat_share: share(self.repeats, self.cases + self.merged),
            ..self
        }
    }
}

/// Of what was reported from `from` until before `to`, by group; `ran` is asked of each that counts.
pub fn cases<'a>(
    incidents: impl IntoIterator<Item = &'a Incident>,
    (from, to): (Timestamp, Timestamp),
    by: Grouping,
    ran: impl Fn(&Incident) -> Ran,
) -> Vec<Cases> {
    let mut groups: BTreeMap<Option<String>, Cases> = BTreeMap::new();
    // Of those to which somebody had to come.
    let counts = |i: &&Incident| {
        let one_of_them = i.status == IncidentStatus::Merged || due_at(i, by.matters).is_some();
        !i.synthetic && (from..to).contains(&i.reported_at) && one_of_them
    };
    for i in incidents.into_iter().filter(counts) {
        groups.entry(by.of(i)).or_default().count(i, ran(i));
    }
    groups.into_iter().map(|(group, counts)| counts.told(group)).collect()
}
