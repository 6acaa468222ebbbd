//! Versions of lists with their entries: they are added, never changed.

use std::{collections::HashMap, sync::Arc};

use sqlx::FromRow;

use super::{
    db::{Tx, Val, insert_many, q},
    load::{Kept, Source},
    log::Write,
    stored, stored_opt,
    units::span,
};
use crate::{
    base::{Error, Result},
    domain::lists::{Change, Entry, List, ListHead, Lists},
};

#[derive(FromRow)]
struct HeadRow {
    list: String,
    version: i64,
    kind: String,
    unit: String,
    name: String,
    name_zh: Option<String>,
    parent: Option<String>,
    basis: Option<String>,
    basis_uri: Option<String>,
    from_ms: Option<i64>,
    until_ms: Option<i64>,
}

#[derive(FromRow)]
struct EntryRow {
    list: String,
    version: i64,
    scope: String,
    powers: String,
    mode: Option<String>,
    subject: Option<String>,
    acting: Option<String>,
    liable: Option<String>,
    lead: Option<String>,
    supporters: String,
    basis: Option<String>,
    basis_uri: Option<String>,
    consent: Option<String>,
    approval: Option<String>,
    from_ms: Option<i64>,
    until_ms: Option<i64>,
}

impl HeadRow {
    fn read(self) -> Result<ListHead> {
        Ok(ListHead {
            list: stored(&self.list)?,
            version: self.version as u32,
            kind: stored(&self.kind)?,
            unit: stored(&self.unit)?,
            name: self.name,
            name_zh: self.name_zh,
            parent: stored_opt(self.parent.as_ref())?,
            basis: self.basis,
            basis_uri: self.basis_uri,
            span: span(self.from_ms, self.until_ms)?,
        })
    }
}

impl EntryRow {
    fn read(self) -> Result<Entry> {
        Ok(Entry {
            scope: serde_json::from_str(&self.scope).map_err(Error::internal)?,
            powers: stored(&self.powers)?,
            mode: stored_opt(self.mode.as_ref())?,
            subject: stored_opt(self.subject.as_ref())?,
            acting: stored_opt(self.acting.as_ref())?,
            liable: stored_opt(self.liable.as_ref())?,
            lead: stored_opt(self.lead.as_ref())?,
            supporters: serde_json::from_str(&self.supporters).map_err(Error::internal)?,
            basis: self.basis,
            basis_uri: self.basis_uri,
            consent: self.consent,
            approval: self.approval,
            span: span(self.from_ms, self.until_ms)?,
        })
    }
}

impl Kept for Lists {
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        load(tx).await
    }
}

pub async fn load(tx: &mut Tx) -> Result<Lists> {
    let heads: Vec<HeadRow> =
        q("SELECT list, version, kind, unit, name, name_zh, parent, basis, basis_uri, from_ms, until_ms FROM lists")
            .all_tx(tx)
            .await?;
    let rows: Vec<EntryRow> =
        q("SELECT list, version, scope, powers, mode, subject, acting, liable, lead, supporters, basis, basis_uri, \
           consent, approval, from_ms, until_ms FROM list_entries")
        .all_tx(tx)
        .await?;
    let mut entries: HashMap<(String, i64), Vec<Entry>> = HashMap::new();
    for row in rows {
        let of = (row.list.clone(), row.version);
        entries.entry(of).or_default().push(row.read()?);
    }
    let list = |head: HeadRow| {
        let entries = entries.remove(&(head.list.clone(), head.version)).unwrap_or_default();
        Ok(List::new(head.read()?, entries))
    };
    Lists::new(heads.into_iter().map(list).collect::<Result<_>>()?)
}

/// Adds versions that are not there.
pub async fn insert(w: &mut Write, lists: &[Arc<List>], demo: bool) -> Result<()> {
    let at = w.at;
    let head = |h: &ListHead| -> Vec<Val> {
        vec![
            (&h.list).into(),
            h.version.into(),
            h.kind.as_str().into(),
            (&h.unit).into(),
            h.name.as_str().into(),
            h.name_zh.clone().into(),
            h.parent.clone().into(),
            h.basis.clone().into(),
            h.basis_uri.clone().into(),
            h.span.from.into(),
            h.span.until.into(),
            at.into(),
            demo.into(),
        ]
    };
    let heads = lists.iter().map(|l| head(&l.head)).collect::<Vec<_>>();
    let sql = "INSERT INTO lists (list, version, kind, unit, name, name_zh, parent, basis, basis_uri, from_ms, until_ms, \
               taken_at_ms, demo)";
    insert_many(&mut w.tx, sql, heads, "").await?;
    let mut rows = Vec::new();
    for list in lists {
        for (n, e) in (0_i64..).zip(&list.entries) {
            rows.push(entry(&list.head, n, e)?);
        }
    }
    let sql = "INSERT INTO list_entries (list, version, n, scope, powers, mode, subject, acting, liable, lead, supporters, \
               basis, basis_uri, consent, approval, from_ms, until_ms)";
    insert_many(&mut w.tx, sql, rows, "").await?;
    w.record(Change::ListsTaken { lists: lists.iter().map(|l| l.reference()).collect() });
    Ok(())
}

fn entry(head: &ListHead, n: i64, e: &Entry) -> Result<Vec<Val>> {
    Ok(vec![
        (&head.list).into(),
        head.version.into(),
        n.into(),
        serde_json::to_string(&e.scope).map_err(Error::internal)?.into(),
        e.powers.text().into(),
        e.mode.map(|m| m.as_str()).into(),
        e.subject.clone().into(),
        e.acting.clone().into(),
        e.liable.clone().into(),
        e.lead.clone().into(),
        serde_json::to_string(&e.supporters).map_err(Error::internal)?.into(),
        e.basis.clone().into(),
        e.basis_uri.clone().into(),
        e.consent.clone().into(),
        e.approval.clone().into(),
        e.span.from.into(),
        e.span.until.into(),
    ])
}
