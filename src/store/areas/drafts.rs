//! Generations that are not in force yet. Their stretch of time is empty, so that nobody takes them for one that is.

use sqlx::FromRow;

use super::{in_force_tx, insert, load, next_generation, start};
use crate::{
    base::{Code, Error, Result, Timestamp},
    domain::areas::{Area, Areas, Draft, DraftChange, Drafts},
    store::{
        db::{Tx, q},
        load::{Kept, Source, blocking},
        log::Write,
        stored,
    },
};

#[derive(FromRow)]
struct Row {
    generation: i64,
    county: String,
    source: String,
    base: i64,
    from_ms: Option<i64>,
    valid_from_ms: i64,
}

impl TryFrom<Row> for Draft {
    type Error = Error;
    fn try_from(r: Row) -> Result<Self> {
        Ok(Self {
            generation: r.generation,
            county: stored(&r.county)?,
            source: r.source,
            base: r.base,
            from: r.from_ms.map(Timestamp::from_ms).transpose()?,
            drafted_at: Timestamp::from_ms(r.valid_from_ms)?,
        })
    }
}

impl Kept for Drafts {
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        all(tx).await
    }
}

/// All drafts, by generation.
pub async fn all(tx: &mut Tx) -> Result<Drafts> {
    let sql = "SELECT generation, county, source, base, from_ms, valid_from_ms FROM area_generations \
               WHERE base IS NOT NULL ORDER BY generation";
    let rows: Vec<Row> = q(sql).all_tx(tx).await?;
    Ok(Drafts(rows.into_iter().map(TryInto::try_into).collect::<Result<_>>()?))
}

async fn in_force_of(tx: &mut Tx, county: &Code) -> Result<Option<i64>> {
    Ok(in_force_tx(tx).await?.into_iter().find(|g| g.county == county.as_str()).map(|g| g.generation))
}

/// Keeps `areas` for `county` beside those in force, in the place of the draft `onto` if there is one; gives their
/// generation.
pub async fn draft(
    w: &mut Write,
    (county, areas, source): (&Code, &[Area], &str),
    from: Option<Timestamp>,
    onto: Option<i64>,
) -> Result<i64> {
    let generation = next_generation(&mut w.tx).await?;
    let (base, from) = match onto {
        Some(former) => {
            let former = drop_draft(w, former).await?;
            (former.base, from.or(former.from))
        }
        None => (in_force_of(&mut w.tx, county).await?.unwrap_or(0), from),
    };
    start(w, generation, (county, source, false)).await?;
    q("UPDATE area_generations SET valid_to_ms = valid_from_ms, base = $1, from_ms = $2 WHERE generation = $3")
        .bind(base)
        .bind(from)
        .bind(generation)
        .exec_tx(&mut w.tx)
        .await?;
    insert(w, generation, areas).await?;
    w.record(DraftChange::AreasDrafted { county: county.clone(), generation, from });
    Ok(generation)
}

/// A draft.
///
/// # Errors
/// `NotFound`.
pub async fn known(tx: &mut Tx, generation: i64) -> Result<Draft> {
    let found = all(tx).await?.get(generation).cloned();
    found.ok_or_else(|| Error::not_found("draft of areas", generation))
}

/// Puts a draft in force in the place of what it was made on.
///
/// # Errors
/// `NotFound`; `Conflict` where something else is in force by now; `Invalid` where it clashes with another county.
pub async fn switch(w: &mut Write, generation: i64) -> Result<Draft> {
    let draft = known(&mut w.tx, generation).await?;
    draft.check_base(in_force_of(&mut w.tx, &draft.county).await?)?;
    super::close(&mut w.tx, w.at, draft.county.as_str()).await?;
    let sql = "UPDATE area_generations SET valid_from_ms = $1, valid_to_ms = NULL, base = NULL, from_ms = NULL \
               WHERE generation = $2 AND base IS NOT NULL";
    if q(sql).bind(w.at).bind(generation).exec_tx(&mut w.tx).await? == 0 {
        return Err(Error::conflict(format!("draft {generation} was put in force meanwhile")));
    }
    let areas = load(&mut w.tx).await?;
    let areas = blocking(move || Areas::new(areas)).await?;
    super::record_replaced(w, &draft.county, generation, areas.len());
    Ok(draft)
}

/// Takes a draft away.
///
/// # Errors
/// `NotFound`.
pub async fn drop_draft(w: &mut Write, generation: i64) -> Result<Draft> {
    let draft = known(&mut w.tx, generation).await?;
    q("DELETE FROM areas WHERE generation = $1").bind(generation).exec_tx(&mut w.tx).await?;
    let sql = "DELETE FROM area_generations WHERE generation = $1 AND base IS NOT NULL";
    q(sql).bind(generation).exec_tx(&mut w.tx).await?;
    w.record(DraftChange::AreasDraftDropped { county: draft.county.clone(), generation });
    Ok(draft)
}
