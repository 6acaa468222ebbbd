//! A dossier as one page to print: nothing is loaded from anywhere, every text is escaped.

mod clocks;
mod rectified;

use jiff::tz::TimeZone;

use super::{Done, DoneWhat, Dossier};
use crate::{
    base::{Code, Timestamp},
    domain::{
        incidents::{Act, DecidedBy},
        lists::Power,
        ownership::{Entitled, Order},
    },
    feature::{print, zones::ReportLanguage},
};

struct Page<'a> {
    dossier: &'a Dossier,
    t: ReportLanguage,
    zone: &'a TimeZone,
    out: String,
}

pub(super) fn page(dossier: &Dossier, language: ReportLanguage, zone: &TimeZone) -> String {
    let mut page = Page { dossier, t: language, zone, out: String::new() };
    page.head();
    page.owners();
    page.returns();
    page.done();
    page.merged();
    page.rectifications();
    page.clocks();
    page.lists();
    page.out += "</body></html>\n";
    page.out
}

impl Page<'_> {
    fn time(&self, at: Timestamp) -> String {
        self.t.time(at, self.zone)
    }

    fn maybe(&self, at: Option<Timestamp>) -> String {
        at.map_or_else(|| "–".to_owned(), |at| self.time(at))
    }

    fn unit(&self, code: &Code) -> String {
        let known = self.dossier.units.iter().find(|u| u.code == *code);
        known.map_or_else(|| code.to_string(), |u| format!("{} ({code})", self.t.name(&u.name, u.name_zh.as_deref())))
    }

    /// A state as its profile calls it.
    fn state(&self, state: &Code) -> String {
        match self.dossier.profile.states.iter().find(|s| s.state == *state) {
            Some(s) => self.t.name(&s.name, s.name_zh.as_deref()),
            None => print::said(self.t, state.as_str()),
        }
    }

    /// A matter by its code and name.
    fn matter(&self, code: &Code) -> String {
        let known = self.dossier.matter.iter().chain(&self.dossier.further_matters).find(|m| m.code == *code);
        known.map_or_else(|| code.to_string(), |m| format!("{code} {}", self.t.pick(&m.name, &m.name_zh)))
    }

    fn word(&self, word: &'static str) -> &'static str {
        print::word(self.t, word)
    }

    fn powers(&self, powers: &[Power]) -> String {
        let powers: Vec<_> = powers.iter().map(|p| self.word(p.as_str())).collect();
        if powers.is_empty() { "–".to_owned() } else { powers.join(self.t.pick(", ", "、")) }
    }

    fn table(&mut self, title: [&str; 2], head: &[[&str; 2]], rows: Vec<Vec<String>>) {
        print::table(&mut self.out, self.t, title, head, &rows);
    }

    fn head(&mut self) {
        let (t, d) = (self.t, self.dossier);
        let incident = d.incident.incident();
        let title = format!("{} {}", t.pick("Dossier", "案件卷宗"), incident.id);
        self.out = print::head(t, &title);
        let matter = incident.matter.as_ref().map(|code| self.matter(code));
        let further: Vec<_> = incident.further_matters.iter().map(|code| self.matter(code)).collect();
        let areas: Vec<_> = d.filed_in.iter().map(|a| t.name(&a.name, a.name_zh.as_deref())).collect();
        let reporter = d.reporter.as_ref().map(|r| {
            let known: Vec<_> = [&r.name, &r.phone].into_iter().flatten().map(String::as_str).collect();
            known.join(" ")
        });
        let facts = [
            (t.pick("Matter", "事项"), Some(matter.unwrap_or_else(|| t.pick("not known", "未知").to_owned()))),
            (t.pick("Further matters", "其他事项"), (!further.is_empty()).then(|| further.join("; "))),
            (t.pick("State", "状态"), Some(self.state(&incident.state()))),
            (t.pick("Profile", "流程"), incident.profile.as_ref().map(|_| self.profile())),
            (t.pick("Merged into", "并入"), incident.merged_into.map(|lead| lead.to_string())),
            (t.pick("Told", "告知上报人"), incident.milestones.told_at.map(|at| self.time(at))),
            (t.pick("Reported", "上报"), Some(self.time(incident.reported_at))),
            (t.pick("Filed in", "所在区域"), Some(areas.join(" / "))),
            (t.pick("Decided", "管辖确定"), incident.decision.as_ref().map(|d| self.decided(&d.area, d.by))),
            (t.pick("Legal review", "法制审核"), self.review()),
            (t.pick("Place", "位置"), Some(format!("{:.6}, {:.6} (WGS-84)", incident.at.lng, incident.at.lat))),
            (t.pick("Description", "描述"), incident.description.clone()),
            (t.pick("Reported by", "上报人"), reporter),
            (t.pick("Receives first", "首接单位"), d.first_receiver.as_ref().map(|u| self.unit(u))),
            (t.pick("Made", "制作时间"), Some(format!("{}, {}", self.time(d.made_at), d.as_of_seq))),
        ];
        for (name, value) in facts {
            print::fact(&mut self.out, name, value.as_deref());
        }
        self.out += "</dl></header>\n";
    }

    fn profile(&self) -> String {
        let p = &self.dossier.profile;
        format!("{} v{}", self.t.name(&p.name, p.name_zh.as_deref()), p.version)
    }

    fn by(&self, by: &[Entitled]) -> String {
        let one = |e: &Entitled| {
            let version = format!("{} v{}", e.list.list, e.list.version);
            format!("{} {}: {version}", self.unit(&e.unit), self.word(e.power.as_str()))
        };
        let by: Vec<_> = by.iter().map(one).collect();
        if by.is_empty() { "–".to_owned() } else { by.join("; ") }
    }

    fn owners(&mut self) {
        let rows = self.dossier.tenures.iter().map(|tenure| {
            let o = &tenure.ownership;
            let no_penalty = if o.no_penalty { self.t.pick(" [no penalty]", "【不得处罚】") } else { "" };
            let asked = o.offer.as_ref().map_or_else(|| "–".to_owned(), |offer| self.unit(&offer.to));
            vec![
                self.time(tenure.from),
                self.maybe(tenure.until),
                format!("{}{no_penalty}", self.unit(&o.owner)),
                self.word(o.state.as_str()).to_owned(),
                asked,
                self.by(&tenure.by),
            ]
        });
        let rows = rows.collect();
        let head = [
            ["From", "起"],
            ["Until", "止"],
            ["Owner", "责任单位"],
            ["State", "状态"],
            ["Asked", "交办单位"],
            ["By which list (as it stood when the case was filed)", "依据清单（立案时有效版本）"],
        ];
        self.table(["Who was responsible", "责任归属"], &head, rows);
        let rows = self.dossier.by_lists.iter().map(|l| {
            let leads: Vec<_> = l.leads.iter().map(|g| self.unit(&g.lead)).collect();
            let liable: Vec<_> = l.leads.iter().map(|g| self.unit(&g.liable)).collect();
            let by: Vec<_> = l.leads.iter().map(|g| format!("{} v{}", g.list.list, g.list.version)).collect();
            let powers = self.powers(&[l.power]);
            vec![powers, self.word(l.outcome.as_str()).to_owned(), leads.join("; "), liable.join("; "), by.join("; ")]
        });
        let rows = rows.collect();
        let head = [["Power", "权力"], ["Answer", "结论"], ["Leads", "主体"], ["Liable", "责任"], ["List", "清单"]];
        self.table(["What the lists say for the date of filing", "清单结论（按立案日期）"], &head, rows);
    }

    fn returns(&mut self) {
        let rows = self.dossier.returns.iter().map(|r| {
            let cites = format!("{} v{} {}", r.cites.list, r.cites.version, self.word(r.cites.power.as_str()));
            vec![self.time(r.at), self.unit(&r.unit), cites, r.reason.clone().unwrap_or_default(), r.actor.clone()]
        });
        let rows = rows.collect();
        let head = [["At", "时间"], ["Unit", "单位"], ["Cites", "依据条目"], ["Why", "理由"], ["By", "经办"]];
        self.table(["Returns", "退回"], &head, rows);
    }

    fn order(&self, order: &Order) -> String {
        let t = self.t;
        match order {
            Order::Offer(o) => format!("{} {}", t.pick("offered to", "交办"), self.unit(&o.to)),
            Order::Deliver => t.say("delivered", "送达"),
            Order::Accept => t.say("the unit accepted it", "单位接收"),
            Order::Return(c) => format!("{} {} v{}", t.pick("returned by", "退回，依据"), c.list, c.version),
            Order::HandOver(h) => format!("{} {}", t.pick("handed over to", "移交"), self.unit(&h.to)),
            Order::Judge(j) => {
                let power = j.power.map_or(t.pick("handling", "处置协调"), |p| self.word(p.as_str()));
                format!("{} {} ({power})", t.pick("judged to be of", "裁定归"), self.unit(&j.to))
            }
            Order::Use(power) => format!("{} {}", t.pick("used the power to", "行使权力："), self.word(power.as_str())),
        }
    }

    fn decided(&self, area: &Code, by: DecidedBy) -> String {
        let t = self.t;
        let how = match by {
            DecidedBy::FirstFiler => t.pick("filed first there", "先行立案"),
            DecidedBy::Negotiation => t.pick("agreed between the units", "协商确定"),
            DecidedBy::Designation => t.pick("designated", "指定管辖"),
        };
        let known = self.dossier.decided_in.iter().find(|a| a.code == *area);
        let name = known.map_or_else(|| area.to_string(), |a| t.name(&a.name, a.name_zh.as_deref()));
        format!("{} {name} ({area}): {how}", t.pick("lies in", "管辖区域"))
    }

    fn what(&self, done: &Done) -> String {
        let t = self.t;
        match &done.what {
            DoneWhat::Step(s) => format!("{} {}: {}", t.pick("squad", "队伍"), s.squad, self.word(s.to.as_str())),
            DoneWhat::Act(act) => match act {
                Act::To(to) => self.state(to),
                Act::Raise(flag) => format!("{} {}", t.pick("raised", "标记"), self.word(flag.as_str())),
                Act::Lower(flag) => format!("{} {}", t.pick("lowered", "解除"), self.word(flag.as_str())),
                Act::OnScene(_) => self.word("on_scene").to_owned(),
                Act::Remark => t.say("remark", "备注"),
                Act::Matter(code) => format!("{} {code}", t.pick("matter", "事项")),
                Act::AddMatter(code) => format!("{} {}", t.pick("further matter", "增加事项"), self.matter(code)),
                Act::RemoveMatter(code) => format!("{} {}", t.pick("no more of matter", "撤销事项"), self.matter(code)),
                Act::Decide(choice) => self.decided(&choice.area, choice.by),
                Act::Own(order) => self.order(order),
                Act::Merge(lead) => format!("{} {lead}", t.pick("merged into", "并入")),
                Act::Unmerge => t.say("stands for itself again", "撤销并案"),
                Act::Tell => t.say("who reported it was told", "已告知上报人"),
                Act::OrderRectification(order) => self.ordered(order),
                Act::Revisit(revisit) => self.revisit(revisit),
                Act::WantLegalReview => t.say("legal review wanted", "提请法制审核"),
                Act::LegalReview(result) => {
                    format!("{}{}", t.pick("legal review: ", "法制审核："), self.word(result.as_str()))
                }
            },
        }
    }

    fn done(&mut self) {
        let rows = self.dossier.done.iter().map(|d| {
            let late = if d.late { self.t.pick(" (told late)", "（补报）") } else { "" };
            let what = format!("{}{late}", self.what(d));
            let evidence = d.evidence.iter();
            let evidence = evidence.map(|e| format!("{} {} (SHA-256 {})", self.word(e.kind.as_str()), e.uri, e.sha256));
            let why: Vec<String> = d.reason.iter().cloned().chain(evidence).collect();
            let (actor, why) = (d.actor.clone().unwrap_or_default(), why.join("; "));
            vec![self.time(d.at), self.maybe(d.received_at), what, why, actor]
        });
        let rows = rows.collect();
        let head = [["Done", "发生时间"], ["Received", "收到时间"], ["What", "事项"], ["Why", "理由"], ["By", "经办"]];
        self.table(["What was done", "办理经过"], &head, rows);
    }

    fn merged(&mut self) {
        let rows = self.dossier.merged.iter().map(|m| {
            let external = m.external_id.clone().unwrap_or_default();
            let what = m.description.clone().unwrap_or_default();
            vec![m.id.to_string(), external, self.time(m.reported_at), what, self.maybe(m.told_at)]
        });
        let rows = rows.collect();
        let head = [["Case", "案件"], ["Number", "来源编号"], ["Reported", "上报"], ["What", "描述"], ["Told", "告知"]];
        self.table(["Merged into it", "并入案件"], &head, rows);
    }

    fn lists(&mut self) {
        let t = self.t;
        let rows = self.dossier.lists.iter().map(|l| {
            let basis: Vec<_> = [&l.basis, &l.basis_uri].into_iter().flatten().map(String::as_str).collect();
            let name = t.name(&l.name, l.name_zh.as_deref());
            vec![format!("{} v{}", l.list, l.version), name, self.unit(&l.unit), basis.join(" ")]
        });
        let rows = rows.collect();
        let head = [["List", "清单"], ["Name", "名称"], ["Unit", "单位"], ["Basis", "依据文件"]];
        self.table(["Lists named here", "所引清单"], &head, rows);
    }
}
