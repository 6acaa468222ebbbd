//! A handover as one page to print and to sign.

mod rest;

use jiff::tz::TimeZone;

use crate::{
    base::{Code, Timestamp},
    domain::handovers::{CaseRemark, Handover, OpenCase, OpenThings},
    feature::{print, zones::ReportLanguage},
    world::World,
};

struct Page<'a> {
    t: ReportLanguage,
    world: &'a World,
    zone: TimeZone,
    out: String,
}

pub(super) fn page(
    (handover, open, remarks): (&Handover, &OpenThings, &[CaseRemark]),
    language: ReportLanguage,
    world: &World,
) -> String {
    let title = format!("{} {}", language.pick("Shift handover", "交接班记录"), handover.id);
    let out = print::head(language, &title);
    let mut page = Page { t: language, world, zone: world.areas.time_zone(), out };
    page.facts(handover);
    page.cases(open, remarks);
    page.rest(open);
    page.signatures();
    page.out += "</body></html>\n";
    page.out
}

impl Page<'_> {
    fn time(&self, at: Timestamp) -> String {
        self.t.time(at, &self.zone)
    }

    fn maybe(&self, at: Option<Timestamp>) -> String {
        at.map_or_else(|| "–".to_owned(), |at| self.time(at))
    }

    fn area(&self, code: &Code) -> String {
        let area = self.world.areas.get(code.as_str());
        area.map_or_else(|| code.to_string(), |a| self.t.name(&a.name, a.name_zh.as_deref()))
    }

    fn unit(&self, code: &Code) -> String {
        let unit = self.world.units.get(code);
        unit.map_or_else(|| code.to_string(), |u| self.t.name(&u.name, u.name_zh.as_deref()))
    }

    fn matter(&self, code: Option<&Code>) -> String {
        let Some(code) = code else { return self.t.say("not known", "未知") };
        let known = self.world.matters.get(code);
        known.map_or_else(|| code.to_string(), |m| format!("{code} {}", self.t.pick(&m.name, &m.name_zh)))
    }

    fn facts(&mut self, handover: &Handover) {
        let t = self.t;
        let part = match (&handover.area, &handover.unit) {
            (Some(area), _) => self.area(area),
            (_, Some(unit)) => self.unit(unit),
            _ => t.say("everything", "全部"),
        };
        let counts = handover.counts;
        let open = format!(
            "{} ({} {}, {} {})",
            counts.incidents,
            t.pick("stuck", "停滞"),
            counts.stuck,
            t.pick("overdue", "超时"),
            counts.overdue
        );
        let (at, accepted) = (self.time(handover.at), handover.accepted.as_ref());
        let taken = accepted.map(|a| format!("{}, {}", a.by, self.time(a.at)));
        for (name, value) in [
            (t.pick("Part", "范围"), Some(part.as_str())),
            (t.pick("Handed over", "交班时间"), Some(at.as_str())),
            (t.pick("By", "交班人"), Some(handover.by.as_str())),
            (t.pick("To", "指定接班人"), handover.to.as_deref()),
            (t.pick("Note", "交班说明"), handover.note.as_deref()),
            (t.pick("Open cases", "未结案件"), Some(open.as_str())),
            (t.pick("Accepted", "接班"), taken.as_deref()),
            (t.pick("Note of who accepted", "接班说明"), accepted.and_then(|a| a.note.as_deref())),
        ] {
            print::fact(&mut self.out, name, value);
        }
        self.out += "</dl></header>\n";
    }

    /// And for what it waits, where nothing happens.
    fn state(&self, case: &OpenCase) -> String {
        let state = print::said(self.t, case.state.as_str());
        match case.stuck {
            Some(stuck) => format!("{state}{}{}", self.t.pick(": ", "："), print::word(self.t, stuck.reason.as_str())),
            None => state,
        }
    }

    fn case(&self, case: &OpenCase, remarks: &[CaseRemark]) -> Vec<String> {
        let squads: Vec<_> =
            case.squads.iter().map(|s| format!("{} {}", s.squad, print::word(self.t, s.status.as_str()))).collect();
        let due = self.maybe(case.due_at.or(case.answer_due_at));
        let mark = if case.overdue { self.t.pick(" (overdue)", "（超时）") } else { "" };
        let remark = remarks.iter().find(|r| r.incident == case.id);
        vec![
            case.id.to_string(),
            self.matter(case.matter.as_ref()),
            self.state(case),
            case.township.as_ref().map_or_else(|| "–".to_owned(), |code| self.area(code)),
            case.owner.as_ref().map_or_else(|| "–".to_owned(), |code| self.unit(code)),
            squads.join(self.t.pick(", ", "、")),
            format!("{due}{mark}"),
            remark.map_or_else(String::new, |r| r.remark.clone()),
        ]
    }

    fn cases(&mut self, open: &OpenThings, remarks: &[CaseRemark]) {
        let rows: Vec<_> = open.incidents.iter().map(|case| self.case(case, remarks)).collect();
        let head = [
            ["Case", "案件"],
            ["Matter", "事项"],
            ["State", "状态"],
            ["Township", "镇街"],
            ["Owner", "承办单位"],
            ["Squads", "队伍"],
            ["Due", "时限"],
            ["Remark", "接班备注"],
        ];
        print::table(&mut self.out, self.t, ["Open cases", "未结案件"], &head, &rows);
    }

    fn signatures(&mut self) {
        let [from, to] = [["Handed over by", "交班人签名"], ["Taken over by", "接班人签名"]];
        for [en, zh] in [from, to] {
            self.out += &format!("<p>{}: ____________________</p>\n", self.t.pick(en, zh));
        }
    }
}
