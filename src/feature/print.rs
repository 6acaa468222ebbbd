//! Pages to print: nothing is loaded from anywhere, every text is escaped.

use std::fmt::Write;

use super::zones::{REPORT_STYLE, ReportLanguage, esc};

/// Left, and no wider than it must be.
const STYLE: &str = "td:not(:first-child), thead th:not(:first-child) { text-align: left; } \
                     .mark { border: .2mm solid #b3261e; color: #b3261e; padding: 0 1mm; font-size: 8pt; }";

/// From the beginning of a page to where its facts come.
pub fn head(language: ReportLanguage, title: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>{REPORT_STYLE}{STYLE}</style></head><body><header><h1>{title}</h1><dl>",
        language.tag(),
        title = esc(title),
    )
}

/// A fact, where there is one.
pub fn fact(out: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        let _ = write!(out, "<div><dt>{name}</dt><dd>{}</dd></div>", esc(value));
    }
}

/// A table in English or Chinese; nothing where there are no rows.
pub fn table(out: &mut String, language: ReportLanguage, title: [&str; 2], head: &[[&str; 2]], rows: &[Vec<String>]) {
    if rows.is_empty() {
        return;
    }
    let _ = write!(out, "<h2>{}</h2><table><thead><tr>", language.pick(title[0], title[1]));
    for [en, zh] in head {
        let _ = write!(out, "<th>{}</th>", language.pick(en, zh));
    }
    *out += "</tr></thead><tbody>";
    for row in rows {
        let cells: Vec<_> = row.iter().map(|cell| format!("<td>{}</td>", esc(cell))).collect();
        let _ = write!(out, "<tr>{}</tr>", cells.concat());
    }
    *out += "</tbody></table>\n";
}

/// A word of the contract as it is printed.
pub fn word(language: ReportLanguage, word: &'static str) -> &'static str {
    let known = WORDS.iter().find(|(key, _)| *key == word);
    language.pick(word, known.map_or(word, |(_, zh)| zh))
}

/// As [`word`], of what a deployment calls so.
pub fn said(language: ReportLanguage, text: &str) -> String {
    let known = WORDS.iter().find(|(key, _)| *key == text);
    language.pick(text, known.map_or(text, |(_, zh)| zh)).to_owned()
}

/// What states, flags, steps, outcomes and powers are called in Chinese, and why a case is stuck.
const WORDS: &[(&str, &str)] = &[
    ("discovered", "发现"),
    ("village_corrected", "村社纠正"),
    ("reported", "上报"),
    ("accepted", "受理"),
    ("filed", "立案"),
    ("dispatched", "派遣"),
    ("arrived", "到场"),
    ("handled", "处置"),
    ("fed_back", "反馈"),
    ("verified", "核查"),
    ("closed", "结案"),
    ("rated", "评价"),
    ("returned", "退回"),
    ("transferred", "移送"),
    ("void", "作废"),
    ("merged", "并案"),
    ("suspended", "挂账"),
    ("extended", "延期"),
    ("supervised", "督办"),
    ("whistled", "吹哨"),
    ("queued", "待派"),
    ("assigned", "已派遣"),
    ("en_route", "途中"),
    ("on_scene", "到场"),
    ("done", "完成"),
    ("declined", "谢绝"),
    ("cancelled", "取消"),
    ("diverted", "改派"),
    ("offered", "待送达"),
    ("delivered", "已送达"),
    ("disputed", "待裁定"),
    ("judged", "已裁定"),
    ("lead", "有主体"),
    ("several_leads", "多个主体"),
    ("no_lead", "无主体"),
    ("first_receiver", "首接负责"),
    ("inspect", "检查"),
    ("penalise", "处罚"),
    ("coerce", "强制"),
    ("permit", "许可"),
    ("manage", "监管"),
    ("unaccepted", "未受理"),
    ("unanswered", "单位未答复"),
    ("unowned", "无承办单位"),
    ("undecided", "待裁定"),
    ("unassigned", "未派队伍"),
    ("not_departed", "队伍未出发"),
    ("not_arrived", "队伍未到场"),
    ("unhandled", "未反馈处置"),
    ("unrevisited", "逾期未复查"),
    ("unreviewed", "待法制审核"),
    ("approved", "审核通过"),
    ("rejected", "审核不通过"),
    ("unclosed", "未核查结案"),
    ("rectified", "已整改"),
    ("not_rectified", "未整改"),
];
