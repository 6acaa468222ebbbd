//! The catalogue of matters from CSV, and how others number them.

use jiff::tz::TimeZone;

use super::{
    catalogue::{is_default, is_yes},
    table::{self, Columns, Row},
    units::refused,
};
use crate::{
    base::{Error, Result, Span},
    domain::matters::{CodeOf, Matter, Matters, Scheme, SchemeCode, SchemeHead, SchemeRef, Urgency},
};

const COLUMNS: Columns = Columns {
    required: &["code", "domain", "name_zh", "name_en", "urgency", "arrive_limit_min"],
    optional: &["legal_review"],
    // The catalogue tells more (leads, limits, sources) than the service uses so far.
    ignore_unknown: true,
    renamed: &[],
};

/// Reads the catalogue; `urgency` is U, Q or N.
pub fn read(name: &str, text: &str) -> Result<Matters> {
    let all = table::read(name, text, &COLUMNS, matter)?;
    Matters::new(all).map_err(|e| Error::invalid("file", format!("{name}: {}", e.detail)))
}

fn matter(row: &Row) -> Result<Matter> {
    let urgency = match row.text("urgency")? {
        "U" => Urgency::Urgent,
        "Q" => Urgency::Quick,
        "N" => Urgency::Normal,
        _ => return Err(Error::invalid("urgency", "is not one of U, Q, N")),
    };
    Ok(Matter {
        code: row.code("code")?,
        name: row.text("name_en")?.to_owned(),
        name_zh: row.text("name_zh")?.to_owned(),
        domain: row.text("domain")?.to_owned(),
        urgency,
        arrive_limit_min: row.number("arrive_limit_min")?,
        legal_review: is_yes(row, "legal_review")?,
    })
}

const CODES: Columns = Columns {
    required: &["scheme", "version", "code"],
    optional: &["name", "name_zh", "from", "until", "source", "is_default", "code_name", "matter", "category"],
    ignore_unknown: false,
    renamed: &[],
};

/// Reads versions of schemes. What is of a version stands on its first line; later lines leave it empty or repeat it.
/// Days are those of `zone`.
pub fn codes(name: &str, text: &str, zone: &TimeZone, matters: &Matters) -> Result<Vec<Scheme>> {
    let mut schemes: Vec<(SchemeHead, Vec<SchemeCode>)> = Vec::new();
    table::read(name, text, &CODES, |row| {
        let of = SchemeRef { scheme: row.code("scheme")?, version: row.code("version")? };
        let known = schemes.iter().position(|(s, _)| s.reference() == of);
        let n = match known {
            Some(n) => {
                repeats(row, &schemes[n].0, zone)?;
                n
            }
            None => {
                schemes.push((head(row, of, zone)?, Vec::new()));
                schemes.len() - 1
            }
        };
        let code = scheme_code(row)?;
        code.check(matters)?;
        schemes[n].1.push(code);
        Ok(())
    })?;
    let whole = |(head, codes)| Scheme::new(head, codes);
    schemes.into_iter().map(whole).collect::<Result<_>>().map_err(|e| refused(name, &e))
}

fn head(row: &Row, of: SchemeRef, zone: &TimeZone) -> Result<SchemeHead> {
    let span = Span { from: row.moment_opt("from", zone)?, until: row.moment_opt("until", zone)? };
    let head = SchemeHead {
        scheme: of.scheme,
        version: of.version,
        name: row.text("name")?.to_owned(),
        name_zh: row.text_opt("name_zh"),
        span,
        source: row.text_opt("source"),
        is_default: is_default(row)?,
    };
    head.check()?;
    Ok(head)
}

/// Refuses what a later line says otherwise than the first one of its version.
fn repeats(row: &Row, first: &SchemeHead, zone: &TimeZone) -> Result<()> {
    let differs = |field: &str| Err(Error::invalid(field, "is another than on the first line of this version"));
    for (field, said) in
        [("name", Some(&first.name)), ("name_zh", first.name_zh.as_ref()), ("source", first.source.as_ref())]
    {
        if row.get(field).is_some_and(|text| said.is_none_or(|said| said != text)) {
            return differs(field);
        }
    }
    for (field, said) in [("from", first.span.from), ("until", first.span.until)] {
        if row.moment_opt(field, zone)?.is_some_and(|at| said != Some(at)) {
            return differs(field);
        }
    }
    match row.get("is_default") {
        Some(_) if is_default(row)? != first.is_default => differs("is_default"),
        _ => Ok(()),
    }
}

fn scheme_code(row: &Row) -> Result<SchemeCode> {
    let of = match (row.code_opt("matter")?, row.get("category")) {
        (Some(matter), None) => CodeOf::Matter(matter),
        (None, Some(category)) => CodeOf::Category(category.to_owned()),
        (Some(_), Some(_)) => return Err(Error::invalid("category", "there is a matter already")),
        (None, None) => return Err(Error::invalid("matter", "a code stands for a matter or a category")),
    };
    Ok(SchemeCode { code: row.code("code")?, name: row.get("code_name").map(str::to_owned), of })
}

#[cfg(test)]
mod tests;
