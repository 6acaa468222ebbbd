//! A comparison as one printable HTML page: maps and charts drawn as SVG, tables, every definition, date
//! and attribution; nothing is loaded from anywhere. In Chinese or English.

mod maps;
mod style;
mod words;

use std::fmt::Write;

use jiff::tz::TimeZone;

use self::maps::Maps;
pub use self::{style::STYLE, words::ReportLanguage};
use crate::{
    base::{Code, Timestamp, tenths},
    domain::{
        response::Definition,
        squads::Squads,
        zones::{
            atoms::Atoms,
            compare::Comparison,
            judge::{FIGURES, JudgeAssumptions, Judgement, PlanFigures, Unevenness, ZoneFigures},
            plan::ZoneLayer,
        },
    },
};

/// Rows of a table beyond this many are counted.
const ROWS: usize = 200;

/// What a report tells.
#[derive(Debug, Clone, Copy)]
pub struct ComparisonReport<'a> {
    pub county: &'a str,
    /// Names of the plans.
    pub names: [&'a str; 2],
    pub layers: [&'a ZoneLayer; 2],
    pub atoms: &'a Atoms,
    /// Whose posts are drawn.
    pub squads: &'a Squads,
    pub comparison: &'a Comparison,
    pub assumptions: &'a JudgeAssumptions,
    pub definition: &'a Definition,
    /// When the squads are on shift.
    pub at: Timestamp,
    pub made_at: Timestamp,
    pub attribution: &'a str,
    pub language: ReportLanguage,
    /// The county's, in which times are told.
    pub zone: &'a TimeZone,
}

/// Text that is safe in HTML.
pub fn esc(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

impl ComparisonReport<'_> {
    pub fn html(&self) -> String {
        let t = self.language;
        let title = format!("{}: {} → {}", t.say("Zone plans compared", "网格方案对比"), self.names[0], self.names[1]);
        let mut out = String::new();
        let _ = write!(
            out,
            "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>{}</title><style>{STYLE}</style></head><body>",
            t.tag(),
            esc(&title)
        );
        self.head(&mut out);
        self.summary(&mut out);
        self.maps(&mut out);
        self.charts(&mut out);
        self.zones(&mut out);
        self.moves(&mut out);
        self.cells(&mut out);
        self.definitions(&mut out);
        let _ = writeln!(
            out,
            "<footer>{} · {}</footer></body></html>",
            esc(self.attribution),
            t.time(self.made_at, self.zone)
        );
        out
    }

    fn head(&self, out: &mut String) {
        let t = self.language;
        let layer = &self.layers[1].head;
        let layer = t.name(&layer.name, layer.name_zh.as_deref());
        let _ = write!(
            out,
            "<header><h1>{}</h1><p class=\"names\"><b>{}</b> → <b>{}</b></p><dl>",
            t.say("Zone plans compared", "网格方案对比"),
            esc(self.names[0]),
            esc(self.names[1])
        );
        let minutes =
            t.say(&format!("{} min", self.assumptions.minutes), &format!("{} 分钟", self.assumptions.minutes));
        for (what, text) in [
            (t.say("County", "县域"), self.county.to_owned()),
            (t.say("Layer", "图层"), layer),
            (t.say("Squads on shift at", "在班时刻"), t.time(self.at, self.zone)),
            (t.say("In time means within", "按时到场标准"), minutes),
            (t.say("Report of", "报告日期"), t.time(self.made_at, self.zone)),
        ] {
            let _ = write!(out, "<div><dt>{what}</dt><dd>{}</dd></div>", esc(&text));
        }
        out.push_str("</dl></header>");
    }

    fn summary(&self, out: &mut String) {
        let t = self.language;
        let c = self.comparison;
        let [a, b] = [&c.before.whole, &c.after.whole];
        let _ = write!(out, "<section><h2>{}</h2>", t.say("At a glance", "概览"));
        let moved_m2: f64 = c.moved.iter().map(|m| m.area_m2).sum();
        let _ = write!(
            out,
            "<p>{}</p>",
            t.say(
                &format!(
                    "{} atoms ({} km²) change hands; {} cells are reached sooner by their zone's own squads, {} later.",
                    c.moved.len(),
                    tenths(moved_m2 / 1e6),
                    c.cells.better.cells,
                    c.cells.worse.cells
                ),
                &format!(
                    "{} 个网格（{} 平方公里）易属；{} 个单元由本区中队更快到达，{} 个变慢。",
                    c.moved.len(),
                    tenths(moved_m2 / 1e6),
                    c.cells.better.cells,
                    c.cells.worse.cells
                ),
            )
        );
        let _ = write!(
            out,
            "<table><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>",
            t.say("Figure", "指标"),
            esc(self.names[0]),
            esc(self.names[1]),
            t.say("Change", "变化")
        );
        let imbalance = |of: fn(&PlanFigures) -> f64, side: &[std::sync::Arc<ZoneFigures>]| {
            Unevenness::of(side.iter().map(|z| of(&z.figures)))
        };
        let workload = [&c.before, &c.after].map(|j| imbalance(|f| f.workload.total_h, &j.zones));
        let percent = |share: Option<f64>| share.map(|s| 100.0 * s);
        let rows: [(String, &str, [Option<f64>; 2]); 11] = [
            (t.say("Zones", "分区数"), "", [Some(c.before.zones.len() as f64), Some(c.after.zones.len() as f64)]),
            (t.figure("workload.total_h"), t.unit("h/week"), [a, b].map(|f| Some(f.workload.total_h))),
            (
                format!("{} · {}", t.figure("workload.total_h"), t.figure("max_to_mean")),
                "",
                workload.map(|u| u.max_to_mean),
            ),
            (format!("{} · {}", t.figure("workload.total_h"), t.figure("gini")), "", workload.map(|u| u.gini)),
            (self.own("p50_s"), t.unit("min"), [a, b].map(|f| minutes(f.own.p50_s))),
            (self.own("p90_s"), t.unit("min"), [a, b].map(|f| minutes(f.own.p90_s))),
            (self.own("worst_s"), t.unit("min"), [a, b].map(|f| minutes(f.own.worst_s))),
            (self.own("within"), "%", [a, b].map(|f| percent(f.own.within.share))),
            (self.anybody("p90_s"), t.unit("min"), [a, b].map(|f| minutes(f.anybody.p90_s))),
            (self.anybody("within"), "%", [a, b].map(|f| percent(f.anybody.within.share))),
            (
                t.say("Atoms without a zone", "未分配网格"),
                "",
                [Some(c.before.unassigned as f64), Some(c.after.unassigned as f64)],
            ),
        ];
        for (what, unit, [was, is]) in rows {
            let change = was.zip(is).map(|(was, is)| is - was);
            let change = change.map_or("–".to_owned(), changed);
            let _ = write!(
                out,
                "<tr><td>{what}</td><td>{}</td><td>{}</td><td>{change}</td></tr>",
                with_unit(was, unit),
                with_unit(is, unit)
            );
        }
        out.push_str("</tbody></table></section>");
    }

    fn own(&self, figure: &str) -> String {
        let t = self.language;
        format!("{} · {}", t.figure(figure), t.say("own squads", "本区中队"))
    }

    fn anybody(&self, figure: &str) -> String {
        let t = self.language;
        format!("{} · {}", t.figure(figure), t.say("any squad", "任意中队"))
    }

    fn maps(&self, out: &mut String) {
        let t = self.language;
        let maps = Maps::new(self.atoms, self.layers, self.squads);
        let _ = write!(out, "<section><h2>{}</h2><div class=\"maps\">", t.say("Maps", "地图"));
        for (name, svg) in [
            (esc(self.names[0]), maps.zones(self.layers[0], &[])),
            (
                format!("{} ({})", esc(self.names[1]), t.say("hatched: atoms that changed hands", "斜线：易属网格")),
                maps.zones(self.layers[1], &self.comparison.moved),
            ),
            (
                t.say("Cells reached sooner (blue) or later (red)", "到达变快（蓝）或变慢（红）的单元"),
                maps.cells(self.layers[1], &self.comparison.cells.cells),
            ),
        ] {
            let _ = write!(out, "<figure>{svg}<figcaption>{name}</figcaption></figure>");
        }
        out.push_str("</div></section>");
    }

    fn charts(&self, out: &mut String) {
        let t = self.language;
        let _ = write!(out, "<section><h2>{}</h2><div class=\"charts\">", t.say("Zone by zone", "分区对照"));
        let of = |value: fn(&PlanFigures) -> Option<f64>| -> Vec<(String, [Option<f64>; 2])> {
            let find = |side: &[std::sync::Arc<ZoneFigures>], code: &Code| {
                side.iter().find(|z| z.zone == *code).and_then(|z| value(&z.figures))
            };
            let c = self.comparison;
            c.zones
                .iter()
                .map(|z| (z.zone.to_string(), [find(&c.before.zones, &z.zone), find(&c.after.zones, &z.zone)]))
                .collect()
        };
        for (name, unit, bars) in [
            (t.figure("workload.total_h"), t.unit("h/week"), of(|f| Some(f.workload.total_h))),
            (self.own("p90_s"), t.unit("min"), of(|f| minutes(f.own.p90_s))),
        ] {
            let svg = maps::bars(&bars);
            let _ = write!(out, "<figure>{svg}<figcaption>{name} ({unit})</figcaption></figure>");
        }
        let _ = write!(
            out,
            "</div><p class=\"key\"><i class=\"was\"></i>{} <i class=\"is\"></i>{}</p></section>",
            esc(self.names[0]),
            esc(self.names[1])
        );
    }

    fn zones(&self, out: &mut String) {
        let t = self.language;
        let c = self.comparison;
        let figures = [
            "atoms",
            "area_m2",
            "incidents",
            "road_km",
            "workload.total_h",
            "p50_s",
            "p90_s",
            "within",
            "parts",
            "polsby_popper",
            "reock",
            "hull",
            "people.wanted",
            "people.there",
        ];
        let _ = write!(
            out,
            "<section><h2>{}</h2><p>{}</p><table class=\"wide\"><thead><tr><th>{}</th><th></th>",
            t.say("Figures of every zone", "各区指标"),
            t.say(
                "Area in km², work in hours a week, responses of own squads in minutes, share in time in percent.",
                "面积：平方公里；工作量：小时/周；本区中队响应：分钟；按时到场占比：百分比。",
            ),
            t.say("Zone", "分区")
        );
        for figure in figures {
            let _ = write!(out, "<th>{}</th>", t.figure(figure));
        }
        out.push_str("</tr></thead>");
        for zone in c.zones.iter().take(ROWS) {
            out.push_str("<tbody>");
            let sides = [(&c.before, self.names[0]), (&c.after, self.names[1])];
            let figures = |side: &Judgement| side.zones.iter().find(|z| z.zone == zone.zone).cloned();
            let known = figures(&c.after).or_else(|| figures(&c.before));
            let name = known.map(|z| t.name(&z.name, z.name_zh.as_deref())).unwrap_or_default();
            for (i, (side, plan)) in sides.into_iter().enumerate() {
                let _ = write!(out, "<tr class=\"{}\">", ["was", "is"][i]);
                if i == 0 {
                    let code = esc(zone.zone.as_str());
                    let _ = write!(out, "<td class=\"zone\" rowspan=\"2\"><b>{code}</b> {}</td>", esc(&name));
                }
                let _ = write!(out, "<td class=\"plan\">{}</td>", esc(plan));
                let values = figures(side).map_or([None; 14], |z| values(&z));
                for value in values {
                    let _ = write!(out, "<td>{}</td>", with_unit(value, ""));
                }
                out.push_str("</tr>");
            }
            out.push_str("</tbody>");
        }
        out.push_str("</table>");
        self.more(out, c.zones.len());
        out.push_str("</section>");
    }

    fn more(&self, out: &mut String, all: usize) {
        if all > ROWS {
            let rest = all - ROWS;
            let text = self.language.say(&format!("and {rest} more"), &format!("另有 {rest} 项"));
            let _ = write!(out, "<p>{text}</p>");
        }
    }

    fn moves(&self, out: &mut String) {
        let t = self.language;
        let flows = &self.comparison.flows;
        if flows.is_empty() {
            return;
        }
        let _ = write!(
            out,
            "<section><h2>{}</h2><table><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{} (km²)</th><th>{}</th><th>{}</th>\
             </tr></thead><tbody>",
            t.say("Who gives and who gains", "易属去向"),
            t.say("From", "原属"),
            t.say("To", "现属"),
            t.figure("atoms"),
            t.figure("area_m2"),
            t.figure("buildings"),
            t.figure("incidents")
        );
        let zones = |codes: &[Code]| {
            let codes: Vec<String> = codes.iter().map(|c| esc(c.as_str())).collect();
            if codes.is_empty() { t.say("no zone", "无") } else { codes.join(", ") }
        };
        for f in flows.iter().take(ROWS) {
            let _ = write!(
                out,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{:.2}</td><td>{}</td><td>{}</td></tr>",
                zones(&f.from),
                zones(&f.to),
                f.atoms,
                f.area_m2 / 1e6,
                f.buildings,
                f.incidents
            );
        }
        out.push_str("</tbody></table>");
        self.more(out, flows.len());
        out.push_str("</section>");
    }

    fn cells(&self, out: &mut String) {
        let t = self.language;
        let c = &self.comparison.cells;
        let _ = write!(
            out,
            "<section><h2>{}</h2><table><thead><tr><th></th><th>{}</th><th>{}</th><th>{} ({})</th></tr></thead><tbody>",
            t.say("Response of own squads, cell by cell", "本区中队逐单元响应"),
            t.say("Cells", "单元数"),
            t.figure("buildings"),
            t.say("Mean change", "平均变化"),
            t.unit("s")
        );
        for (what, sum) in [
            (t.say("Sooner", "变快"), c.better),
            (t.say("Later", "变慢"), c.worse),
            (t.say("As before", "不变"), c.same),
        ] {
            let mean = sum.mean_change_s.map_or("–".to_owned(), |s| changed(s.round()));
            let _ =
                write!(out, "<tr><td>{what}</td><td>{}</td><td>{}</td><td>{mean}</td></tr>", sum.cells, sum.buildings);
        }
        out.push_str("</tbody></table></section>");
    }

    fn definitions(&self, out: &mut String) {
        let t = self.language;
        let a = self.assumptions;
        let d = self.definition;
        let _ = write!(out, "<section><h2>{}</h2>", t.say("Definitions", "指标定义"));
        let _ = write!(
            out,
            "<p>{}</p><table class=\"definitions\"><tbody>",
            t.say(
                &format!(
                    "Reckoned with (defaults of this service, not a standard): {} min on the scene, {} patrols a week at \
                     {} km/h, incidents of {} days; {} s from call to order, walking at {} m/s, no access beyond {} m \
                     from a road; speeds {}, {}.",
                    a.handling_min,
                    a.patrols_per_week,
                    a.patrol_km_per_h,
                    a.days,
                    d.handling_s,
                    d.walk_m_per_s,
                    d.access_limit_m,
                    d.speed_table,
                    d.calibration
                ),
                &format!(
                    "计算参数（本系统默认值，非标准）：现场处置 {} 分钟；每周巡查 {} 次，时速 {} 公里；统计 {} 天事件；\
                     受理 {} 秒；步行 {} 米/秒；距道路超过 {} 米视为无路可达；速度表 {}，{}。",
                    a.handling_min,
                    a.patrols_per_week,
                    a.patrol_km_per_h,
                    a.days,
                    d.handling_s,
                    d.walk_m_per_s,
                    d.access_limit_m,
                    d.speed_table,
                    if d.calibration == "uncalibrated" { "未经实际到场校准" } else { &d.calibration }
                ),
            )
        );
        for f in FIGURES {
            let _ = write!(
                out,
                "<tr><th>{}</th><td>{}</td><td>{}</td></tr>",
                t.pick(f.name, f.name_zh),
                t.unit(f.unit),
                t.pick(f.meaning, f.meaning_zh)
            );
        }
        out.push_str("</tbody></table></section>");
    }
}

fn minutes(seconds: Option<u64>) -> Option<f64> {
    seconds.map(|s| s as f64 / 60.0)
}

fn values(z: &ZoneFigures) -> [Option<f64>; 14] {
    let f = &z.figures;
    [
        Some(f.atoms as f64),
        Some(f.area_m2 / 1e6),
        Some(f.incidents.into()),
        Some(f.road_km),
        Some(f.workload.total_h),
        minutes(f.own.p50_s),
        minutes(f.own.p90_s),
        f.own.within.share.map(|s| 100.0 * s),
        Some(z.parts as f64),
        z.polsby_popper,
        z.reock,
        z.hull,
        Some(z.people.wanted.into()),
        Some(z.people.there.into()),
    ]
}

/// Whole numbers as they are, others with three digits or one place.
fn short(v: f64) -> String {
    let places = match v.abs() {
        _ if v.fract() == 0.0 => 0,
        ..1.0 => 3,
        ..10.0 => 2,
        _ => 1,
    };
    format!("{v:.places$}")
}

/// By how much, with its sign.
fn changed(by: f64) -> String {
    match short(by) {
        _ if by.abs() < 5e-4 => "0".to_owned(),
        less if by < 0.0 => less.replace('-', "−"),
        more => format!("+{more}"),
    }
}

fn with_unit(v: Option<f64>, unit: &str) -> String {
    match v {
        None => "–".to_owned(),
        Some(v) if unit.is_empty() => short(v),
        Some(v) => format!("{} {unit}", short(v)),
    }
}

#[cfg(test)]
mod tests;
