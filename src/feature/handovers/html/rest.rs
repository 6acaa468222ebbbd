//! What is open besides cases.

use super::Page;
use crate::{
    domain::handovers::{OpenCall, OpenDisruption, OpenThings, OpenWhistle, QuietSquad},
    feature::print,
};

impl Page<'_> {
    pub(super) fn rest(&mut self, open: &OpenThings) {
        self.calls(open);
        self.disruptions(open);
        self.squads(open);
        self.whistles(open);
    }

    fn calls(&mut self, open: &OpenThings) {
        let row = |c: &OpenCall| vec![c.address.clone(), self.time(c.reported_at), self.maybe(c.locate_by)];
        let rows: Vec<_> = open.calls.iter().map(row).collect();
        let head = [["Address", "地址"], ["Rang", "来电"], ["Locate by", "定位时限"]];
        print::table(&mut self.out, self.t, ["Held calls", "待定位来电"], &head, &rows);
    }

    fn disruptions(&mut self, open: &OpenThings) {
        let speed = |factor: f64| match factor {
            0.0 => self.t.say("closed", "封闭"),
            _ => format!("{:.0} %", factor * 100.0),
        };
        let row =
            |d: &OpenDisruption| vec![d.reason.clone(), speed(d.speed_factor), self.time(d.from), self.maybe(d.until)];
        let rows: Vec<_> = open.disruptions.iter().map(row).collect();
        let head = [["Reason", "原因"], ["Speed", "车速"], ["From", "开始"], ["Until", "结束"]];
        print::table(&mut self.out, self.t, ["Closures and slow roads", "封路与缓行"], &head, &rows);
    }

    fn squads(&mut self, open: &OpenThings) {
        let row = |s: &QuietSquad| vec![s.squad.to_string(), self.maybe(s.since)];
        let rows: Vec<_> = open.out_of_contact.iter().map(row).collect();
        let head = [["Squad", "队伍"], ["Since", "自"]];
        print::table(&mut self.out, self.t, ["Squads out of contact", "失联队伍"], &head, &rows);
    }

    fn whistles(&mut self, open: &OpenThings) {
        let row =
            |w: &OpenWhistle| vec![self.unit(&w.department), w.incident.to_string(), self.time(w.acknowledge_due_at)];
        let rows: Vec<_> = open.whistles.iter().map(row).collect();
        let head = [["Department", "部门"], ["Case", "案件"], ["Answer due", "响应时限"]];
        print::table(&mut self.out, self.t, ["Whistles unanswered", "未响应吹哨"], &head, &rows);
    }
}
