//! How the clocks of a case ran, apart by clock, stage and interval.

use super::Page;
use crate::domain::{
    catalogue::{LimitUnit, Stage},
    incidents::ClockKind,
};

impl Page<'_> {
    pub(super) fn clocks(&mut self) {
        let t = self.t;
        let rows = self.dossier.clocks.iter().map(|c| {
            let what = match c.clock {
                ClockKind::Arrival => t.say("arrival", "到场"),
                ClockKind::Answer => t.say("answer", "答复"),
            };
            let unit = c.unit.as_ref().map_or_else(|| "–".to_owned(), |u| self.unit(u));
            let late = self.late(c.late).to_owned();
            vec![what, unit, self.time(c.began_at), self.time(c.due_at), self.maybe(c.ended_at), late]
        });
        let rows = rows.collect();
        let head =
            [["Clock", "时限"], ["Unit", "单位"], ["From", "起"], ["Due", "应于"], ["Came", "实际"], ["", "结果"]];
        self.table(["Clocks", "时限"], &head, rows);
        self.stages();
        let minutes = |s: i64| format!("{}:{:02}:{:02}", s / 3_600, s / 60 % 60, s % 60);
        let rows = self.dossier.intervals.iter();
        let rows = rows.map(|i| vec![format!("{} → {}", self.word(i.from), self.word(i.to)), minutes(i.s)]).collect();
        self.table(["Intervals", "各环节用时"], &[["Between", "环节"], ["h:mm:ss", "时:分:秒"]], rows);
    }

    /// The limits of the matter's stages; what is a number of this product says so.
    fn stages(&mut self) {
        let t = self.t;
        let rows = self.dossier.stages.iter().map(|c| {
            let Stage { name, name_zh, limit, is_default, .. } = &c.stage;
            let unit = match limit.unit {
                LimitUnit::Minutes => t.pick(" minutes", "分钟"),
                LimitUnit::WorkingHours => t.pick(" working hours", "工作时"),
                LimitUnit::WorkingDays => t.pick(" working days", "工作日"),
            };
            let own = if *is_default { t.pick(" (default)", "（默认值）") } else { "" };
            // A stage that was not reached has no clock.
            let late = if c.began_at.is_some() { self.late(c.late) } else { "–" };
            vec![
                t.name(name, name_zh.as_deref()),
                format!("{}{unit}{own}", limit.amount),
                self.maybe(c.began_at),
                self.maybe(c.due_at),
                self.maybe(c.ended_at),
                late.to_owned(),
            ]
        });
        let rows: Vec<_> = rows.collect();
        let head =
            [["Stage", "阶段"], ["Limit", "时限"], ["From", "起"], ["Due", "应于"], ["Came", "实际"], ["", "结果"]];
        if !rows.is_empty() {
            self.table(["Stages", "分阶段时限"], &head, rows);
        }
    }

    pub(super) fn late(&self, late: Option<bool>) -> &'static str {
        match late {
            Some(true) => self.t.pick("late", "超时"),
            Some(false) => self.t.pick("in time", "按时"),
            None => self.t.pick("running", "计时中"),
        }
    }
}
