//! The catalogue of matters, and how others number them.

use std::collections::BTreeMap;

use sqlx::FromRow;

use super::{
    db::{Tx, Val, insert_many, q},
    load::{Kept, Source},
    log::Write,
    stored, stored_opt,
    units::span,
};
use crate::{
    base::{Code, Error, Result},
    domain::matters::{Change, CodeOf, Matter, Matters, Scheme, SchemeCode, SchemeHead, Schemes},
};

#[derive(FromRow)]
struct Row {
    code: String,
    name: String,
    name_zh: String,
    domain: String,
    urgency: String,
    arrive_limit_min: i64,
    legal_review: i64,
}

#[derive(FromRow)]
struct SchemeRow {
    scheme: String,
    version: String,
    name: String,
    name_zh: Option<String>,
    from_ms: Option<i64>,
    until_ms: Option<i64>,
    source: Option<String>,
    is_default: i64,
}

#[derive(FromRow)]
struct CodeRow {
    scheme: String,
    version: String,
    code: String,
    name: Option<String>,
    matter: Option<String>,
    category: Option<String>,
}

impl Kept for Matters {
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        load(tx).await
    }
}

pub async fn load(tx: &mut Tx) -> Result<Matters> {
    let rows: Vec<Row> = q("SELECT code, name, name_zh, domain, urgency, arrive_limit_min, legal_review FROM matters")
        .all_tx(tx)
        .await?;
    let one = |r: Row| {
        Ok(Matter {
            code: stored(&r.code)?,
            name: r.name,
            name_zh: r.name_zh,
            domain: r.domain,
            urgency: stored(&r.urgency)?,
            arrive_limit_min: r.arrive_limit_min as u32,
            legal_review: r.legal_review != 0,
        })
    };
    Ok(Matters::new(rows.into_iter().map(one).collect::<Result<_>>()?)?.with_schemes(load_schemes(tx).await?))
}

/// Whether a matter wants a legal review of its cases.
pub async fn wants_review(tx: &mut Tx, matter: &Code) -> Result<bool> {
    let sql = "SELECT legal_review FROM matters WHERE code = $1";
    let row: Option<(i64,)> = q(sql).bind(matter.clone()).opt_tx(tx).await?;
    Ok(row.is_some_and(|(wants,)| wants != 0))
}

async fn load_schemes(tx: &mut Tx) -> Result<Schemes> {
    let mut codes: BTreeMap<(String, String), Vec<SchemeCode>> = BTreeMap::new();
    let rows: Vec<CodeRow> =
        q("SELECT scheme, version, code, name, matter, category FROM scheme_codes").all_tx(tx).await?;
    for r in rows {
        let of = match (stored_opt(r.matter.as_ref())?, r.category) {
            (Some(matter), _) => CodeOf::Matter(matter),
            (None, Some(category)) => CodeOf::Category(category),
            (None, None) => return Err(Error::internal(format!("code {} stands for nothing", r.code))),
        };
        let code = SchemeCode { code: stored(&r.code)?, name: r.name, of };
        codes.entry((r.scheme, r.version)).or_default().push(code);
    }
    let sql = "SELECT scheme, version, name, name_zh, from_ms, until_ms, source, is_default FROM code_schemes";
    let rows: Vec<SchemeRow> = q(sql).all_tx(tx).await?;
    let one = |r: SchemeRow| {
        let head = SchemeHead {
            scheme: stored(&r.scheme)?,
            version: stored(&r.version)?,
            name: r.name,
            name_zh: r.name_zh,
            span: span(r.from_ms, r.until_ms)?,
            source: r.source,
            is_default: r.is_default != 0,
        };
        Scheme::new(head, codes.remove(&(r.scheme, r.version)).unwrap_or_default())
    };
    Schemes::new(rows.into_iter().map(one).collect::<Result<_>>()?)
}

/// Adds versions that are not there.
pub async fn add_schemes(w: &mut Write, schemes: &[Scheme]) -> Result<()> {
    let of = |Scheme { head: s, .. }: &Scheme| -> Vec<Val> {
        vec![
            (&s.scheme).into(),
            (&s.version).into(),
            s.name.as_str().into(),
            s.name_zh.clone().into(),
            s.span.from.map(|at| at.ms()).into(),
            s.span.until.map(|at| at.ms()).into(),
            s.source.clone().into(),
            s.is_default.into(),
        ]
    };
    let head = "INSERT INTO code_schemes (scheme, version, name, name_zh, from_ms, until_ms, source, is_default)";
    insert_many(&mut w.tx, head, schemes.iter().map(of).collect::<Vec<_>>(), "").await?;
    let of = |s: &SchemeHead, (n, c): (i64, &SchemeCode)| -> Vec<Val> {
        let (matter, category) = match &c.of {
            CodeOf::Matter(matter) => (Some(matter.clone()), None),
            CodeOf::Category(category) => (None, Some(category.clone())),
        };
        vec![
            (&s.scheme).into(),
            (&s.version).into(),
            n.into(),
            (&c.code).into(),
            c.name.clone().into(),
            matter.into(),
            category.into(),
        ]
    };
    let rows: Vec<_> = schemes.iter().flat_map(|s| (0..).zip(s.codes()).map(move |c| of(&s.head, c))).collect();
    let count = rows.len() as u32;
    let head = "INSERT INTO scheme_codes (scheme, version, n, code, name, matter, category)";
    insert_many(&mut w.tx, head, rows, "").await?;
    w.record(Change::CodesTaken { schemes: schemes.iter().map(|s| s.head.reference()).collect(), count });
    Ok(())
}

pub async fn replace(w: &mut Write, matters: &Matters) -> Result<()> {
    q("DELETE FROM matters").exec_tx(&mut w.tx).await?;
    let rows = matters.all().iter().map(|m| {
        vec![
            (&m.code).into(),
            m.name.as_str().into(),
            m.name_zh.as_str().into(),
            m.domain.as_str().into(),
            m.urgency.as_str().into(),
            m.arrive_limit_min.into(),
            m.legal_review.into(),
        ]
    });
    let head = "INSERT INTO matters (code, name, name_zh, domain, urgency, arrive_limit_min, legal_review)";
    insert_many(&mut w.tx, head, rows.collect::<Vec<_>>(), "").await?;
    w.record(Change::MattersReplaced { count: matters.all().len() as u32 });
    Ok(())
}
