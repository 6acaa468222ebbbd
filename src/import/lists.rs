//! Lists from CSV, many in one table, and back; `docs/responsibility.md` says what the columns mean.

use std::io::Write;

use jiff::tz::TimeZone;

use super::{
    table::{self, Columns, Row, no_formula},
    units::{refused, span},
    when,
};
use crate::{
    base::{Code, Error, Result, Span, folded},
    domain::lists::{Entry, List, ListHead, ListKind, Powers, Scope},
};

/// Of the list and its version: on its first line, and where others repeat them, the same.
const HEAD: [&str; 9] =
    ["kind", "unit", "name", "name_zh", "parent", "list_basis", "list_basis_uri", "list_from", "list_until"];
const ENTRY: [&str; 16] = [
    "matter",
    "category",
    "except",
    "powers",
    "mode",
    "subject",
    "acting",
    "liable",
    "lead",
    "supporters",
    "basis",
    "basis_uri",
    "consent",
    "approval",
    "from",
    "until",
];

/// What desks write instead of the words of this service.
const SAID: [(&str, &str); 28] = [
    ("检查", "inspect"),
    ("处罚", "penalise"),
    ("强制", "coerce"),
    ("许可", "permit"),
    ("监管", "manage"),
    ("法定", "statutory"),
    ("集中", "concentrated"),
    ("划转", "concentrated"),
    ("赋权", "delegated"),
    ("授权", "delegated"),
    ("委托", "entrusted"),
    ("基本履职", "basic"),
    ("基本履职事项清单", "basic"),
    ("配合履职", "cooperating"),
    ("配合履职事项清单", "cooperating"),
    ("上级收回", "taken_back"),
    ("上级收回事项清单", "taken_back"),
    ("赋权清单", "delegation"),
    ("吹哨", "whistle"),
    ("吹哨清单", "whistle"),
    ("属地管理清单", "guide"),
    ("指导目录", "guide"),
    ("检查事项", "inspection"),
    ("检查事项清单", "inspection"),
    ("临时交办", "temporary"),
    ("临时交办清单", "temporary"),
    ("全部", "all"),
    ("penalize", "penalise"),
];

/// The word that is meant.
fn meant(text: &str) -> String {
    let text = folded(text);
    SAID.iter().find(|(said, _)| *said == text).map_or(text.into_owned(), |(_, word)| (*word).to_owned())
}

/// Reads versions of lists; days are those of `zone`.
pub fn read(name: &str, text: &str, zone: &TimeZone) -> Result<Vec<List>> {
    let columns = Columns {
        required: &["list", "version", "powers"],
        optional: &[&HEAD[..], &ENTRY[..]].concat(),
        ignore_unknown: false,
        renamed: &[],
    };
    let mut lists: Vec<(ListHead, Vec<Entry>)> = Vec::new();
    table::read(name, text, &columns, |row| {
        let (list, version): (Code, u32) = (row.code("list")?, row.number("version")?);
        let known = lists.iter().position(|(h, _)| h.list == list && h.version == version);
        let known = match known {
            Some(known) => {
                same(row, &lists[known].0, zone)?;
                known
            }
            None => {
                lists.push((head(row, list, version, zone)?, Vec::new()));
                lists.len() - 1
            }
        };
        let (head, entries) = &mut lists[known];
        let entry = entry(row, zone)?;
        entry.check(head.kind, &head.unit)?;
        entries.push(entry);
        Ok(())
    })?;
    let lists: Vec<List> = lists.into_iter().map(|(head, entries)| List::new(head, entries)).collect();
    lists.iter().try_for_each(List::check).map_err(|e| refused(name, &e))?;
    Ok(lists)
}

fn kind(row: &Row) -> Result<ListKind> {
    meant(row.text("kind")?).parse().map_err(|e: Error| Error::invalid("kind", e.detail))
}

fn head(row: &Row, list: Code, version: u32, zone: &TimeZone) -> Result<ListHead> {
    let span = Span { from: row.moment_opt("list_from", zone)?, until: row.moment_opt("list_until", zone)? };
    span.check().map_err(|e| Error::invalid("list_until", e.detail))?;
    Ok(ListHead {
        list,
        version,
        kind: kind(row)?,
        unit: row.code("unit")?,
        name: row.text("name")?.to_owned(),
        name_zh: row.text_opt("name_zh"),
        parent: row.code_opt("parent")?,
        basis: row.text_opt("list_basis"),
        basis_uri: row.text_opt("list_basis_uri"),
        span,
    })
}

/// What a later line of a list says of the list again is the same.
fn same(row: &Row, known: &ListHead, zone: &TimeZone) -> Result<()> {
    let differs = |field: &str| -> Result<bool> {
        if row.get(field).is_none() {
            return Ok(false);
        }
        Ok(match field {
            "kind" => kind(row)? != known.kind,
            "unit" => row.code(field)? != known.unit,
            "parent" => row.code_opt(field)? != known.parent,
            "name" => row.get(field) != Some(known.name.as_str()),
            "name_zh" => row.get(field) != known.name_zh.as_deref(),
            "list_basis" => row.get(field) != known.basis.as_deref(),
            "list_basis_uri" => row.get(field) != known.basis_uri.as_deref(),
            "list_from" => row.moment_opt(field, zone)? != known.span.from,
            _ => row.moment_opt(field, zone)? != known.span.until,
        })
    };
    for field in HEAD {
        if differs(field)? {
            return Err(Error::invalid(field, "is not what a line above says of this version of the list"));
        }
    }
    Ok(())
}

fn entry(row: &Row, zone: &TimeZone) -> Result<Entry> {
    let except: Vec<String> = row.parts("except").map(str::to_owned).collect();
    let scope = match (row.get("matter"), row.get("category")) {
        (Some("*" | "＊"), None) => Scope::All { except },
        (Some(_), None) if !except.is_empty() => {
            return Err(Error::invalid("except", "a matter has no exceptions"));
        }
        (Some(_), None) => Scope::Matter { matter: row.code("matter")? },
        (None, Some(category)) => Scope::Category { category: category.to_owned(), except },
        (None, None) => return Err(Error::invalid("matter", "neither a matter, nor * for all, nor a category")),
        (Some(_), Some(_)) => return Err(Error::invalid("category", "there is a matter already")),
    };
    let power = |part: &str| {
        let word = meant(part);
        if word == "all" { Ok(Powers::ALL) } else { word.parse() }
    };
    let powers = row.parts("powers").map(power).collect::<Result<Vec<Powers>>>();
    let powers = powers.map_err(|e| Error::invalid("powers", e.detail))?;
    let mode = row.get("mode").map(|text| meant(text).parse()).transpose();
    Ok(Entry {
        scope,
        powers: powers.into_iter().flat_map(Powers::iter).collect(),
        mode: mode.map_err(|e: Error| Error::invalid("mode", e.detail))?,
        subject: row.code_opt("subject")?,
        acting: row.code_opt("acting")?,
        liable: row.code_opt("liable")?,
        lead: row.code_opt("lead")?,
        supporters: row.codes("supporters")?,
        basis: row.get("basis").map(str::to_owned),
        basis_uri: row.get("basis_uri").map(str::to_owned),
        consent: row.get("consent").map(str::to_owned),
        approval: row.get("approval").map(str::to_owned),
        span: span(row, zone)?,
    })
}

/// The table that [`read`] reads.
pub fn write<'a>(lists: impl IntoIterator<Item = &'a List>, zone: &TimeZone, out: impl Write) -> Result<()> {
    let failed = |e: &dyn std::fmt::Display| Error::internal(format!("the table cannot be written: {e}"));
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["list", "version"].into_iter().chain(HEAD).chain(ENTRY)).map_err(|e| failed(&e))?;
    let day = |at: Option<crate::base::Timestamp>| at.map(|at| when::moment_text(at, zone)).unwrap_or_default();
    let code = |code: &Option<Code>| code.as_ref().map(ToString::to_string).unwrap_or_default();
    let text = |text: &Option<String>| no_formula(text.as_deref().unwrap_or("")).into_owned();
    for list in lists {
        let h = &list.head;
        for e in &list.entries {
            let (matter, category) = match &e.scope {
                Scope::Category { category, .. } => (String::new(), no_formula(category).into_owned()),
                scope => (scope.text().to_owned(), String::new()),
            };
            let record = [
                h.list.to_string(),
                h.version.to_string(),
                h.kind.as_str().to_owned(),
                h.unit.to_string(),
                no_formula(&h.name).into_owned(),
                text(&h.name_zh),
                code(&h.parent),
                text(&h.basis),
                text(&h.basis_uri),
                day(h.span.from),
                day(h.span.until),
                matter,
                category,
                e.scope.except().join(";"),
                e.powers.text(),
                e.mode.map_or("", |m| m.as_str()).to_owned(),
                code(&e.subject),
                code(&e.acting),
                code(&e.liable),
                code(&e.lead),
                e.supporters.iter().map(Code::as_str).collect::<Vec<_>>().join(";"),
                text(&e.basis),
                text(&e.basis_uri),
                text(&e.consent),
                text(&e.approval),
                day(e.span.from),
                day(e.span.until),
            ];
            csv.write_record(record).map_err(|e| failed(&e))?;
        }
    }
    csv.flush().map_err(|e| failed(&e))
}

#[cfg(test)]
mod tests;
