//! Incidents, and apart from them who reported each.

mod pauses;
mod touched;

use std::collections::HashSet;

use serde::{Serialize, de::DeserializeOwned};
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    catalogue,
    db::{Db, Q, Tx, Val, insert_many, q},
    load::{Kept, Source},
    log::Write,
    matters, stored, stored_opt,
};
use crate::{
    base::{BBox, Code, Error, LngLat, Result, Timestamp},
    domain::{
        areas::Areas,
        incidents::{
            Act, Action, Change, Cursor, Filter, History, Incident, IncidentStatus, Incidents, Milestones, Place,
            Region, Taken, UnderProfile,
        },
        noun,
    },
    world::Update,
};

pub use pauses::pauses;
pub use touched::touched;

#[derive(FromRow)]
struct Row {
    id: String,
    lng: f64,
    lat: f64,
    accuracy_m: Option<f64>,
    status: String,
    matter: Option<String>,
    urgency: String,
    description: Option<String>,
    reported_at_ms: i64,
    created_at_ms: i64,
    county: Option<String>,
    township: Option<String>,
    village: Option<String>,
    grid: Option<String>,
    ambiguous: i64,
    candidates: String,
    synthetic: i64,
    source: String,
    external_id: Option<String>,
    zones: Option<String>,
    flags: Option<String>,
    milestones: Option<String>,
    ownership: Option<String>,
    profile: Option<String>,
    profile_version: Option<i64>,
    state: Option<String>,
    decision: Option<String>,
    merged_into: Option<String>,
    rectification: Option<String>,
    legal_review: Option<String>,
    further_matters: Option<String>,
    touched_at_ms: Option<i64>,
}

/// The columns of [`Row`].
macro_rules! select {
    ($($rest:tt)*) => {
        concat!(
            "SELECT id, lng, lat, accuracy_m, status, matter, urgency, description, reported_at_ms, created_at_ms, \
             county, township, village, grid, ambiguous, candidates, synthetic, source, external_id, zones, flags, milestones, \
             ownership, profile, profile_version, state, decision, merged_into, rectification, legal_review, \
             further_matters, touched_at_ms \
             FROM incidents ",
            $($rest)*
        )
    };
}

impl TryFrom<Row> for Incident {
    type Error = Error;
    fn try_from(r: Row) -> Result<Self> {
        Ok(Self {
            id: Uuid::parse_str(&r.id).map_err(|e| Error::internal(format!("the database holds id {}: {e}", r.id)))?,
            at: LngLat::new(r.lng, r.lat)?,
            accuracy_m: r.accuracy_m,
            status: stored(&r.status)?,
            matter: stored_opt(r.matter.as_ref())?,
            urgency: stored(&r.urgency)?,
            description: r.description,
            reported_at: Timestamp::from_ms(r.reported_at_ms)?,
            created_at: Timestamp::from_ms(r.created_at_ms)?,
            place: Place {
                county: stored_opt(r.county.as_ref())?,
                township: stored_opt(r.township.as_ref())?,
                village: stored_opt(r.village.as_ref())?,
                grid: stored_opt(r.grid.as_ref())?,
                ambiguous: r.ambiguous != 0,
                candidates: serde_json::from_str(&r.candidates).map_err(Error::internal)?,
                zones: r.zones.as_deref().map_or(Ok(Vec::new()), serde_json::from_str).map_err(Error::internal)?,
                in_force: None,
            },
            synthetic: r.synthetic != 0,
            source: stored(&r.source)?,
            external_id: r.external_id,
            flags: r.flags.as_deref().map_or(Ok(Vec::new()), serde_json::from_str).map_err(Error::internal)?,
            milestones: r
                .milestones
                .as_deref()
                .map_or(Ok(Milestones::default()), serde_json::from_str)
                .map_err(Error::internal)?,
            ownership: read_opt(r.ownership.as_deref())?,
            decision: read_opt(r.decision.as_deref())?,
            rectification: read_opt(r.rectification.as_deref())?,
            legal_review: read_opt(r.legal_review.as_deref())?,
            further_matters: read_opt(r.further_matters.as_deref())?.unwrap_or_default(),
            profile: match (&r.profile, r.profile_version, &r.state) {
                (Some(profile), Some(version), Some(state)) => {
                    let (profile, state) = (stored(profile)?, stored(state)?);
                    Some(Box::new(UnderProfile { profile, version: version as u32, state }))
                }
                _ => None,
            },
            merged_into: r.merged_into.as_deref().map(Uuid::parse_str).transpose().map_err(Error::internal)?,
            touched_at: r.touched_at_ms.map(Timestamp::from_ms).transpose()?,
        })
    }
}

/// JSON of a column.
fn read_opt<T: DeserializeOwned>(text: Option<&str>) -> Result<Option<T>> {
    text.map(serde_json::from_str).transpose().map_err(Error::internal)
}

/// The same the other way.
fn written<T: Serialize>(value: Option<&T>) -> Result<Option<String>> {
    value.map(serde_json::to_string).transpose().map_err(Error::internal)
}

fn domain(rows: Vec<Row>) -> Result<Vec<Incident>> {
    rows.into_iter().map(TryInto::try_into).collect()
}

impl Kept for Incidents {
    async fn load(tx: &mut Tx, source: Source<'_>) -> Result<Self> {
        Ok(Self::load(load_hot(tx, source.hot_since).await?, source.hot_since))
    }

    async fn read(tx: &mut Tx, source: Source<'_>, change: &Change) -> Result<Vec<Update>> {
        let Change::IncidentsImported { batch, .. } = change else { return Ok(Vec::new()) };
        let rows = load_batch(tx, batch, source.hot_since).await?;
        Ok(vec![noun::Update::<Self>::Rows(rows).into()])
    }
}

/// The hot ones: open, or reported since `since`.
pub async fn load_hot(tx: &mut Tx, since: Timestamp) -> Result<Vec<Incident>> {
    let sql = select!(
        "WHERE reported_at_ms >= $1 OR status NOT IN ('village_corrected', 'closed', 'rated', 'transferred', 'void', 'merged')"
    );
    domain(q(sql).bind(since).all_tx(tx).await?)
}

/// The hot ones of one import.
async fn load_batch(tx: &mut Tx, batch: &str, since: Timestamp) -> Result<Vec<Incident>> {
    let sql = select!(
        "WHERE batch = $1 AND (reported_at_ms >= $2 OR \
         status NOT IN ('village_corrected', 'closed', 'rated', 'transferred', 'void', 'merged'))"
    );
    domain(q(sql).bind(batch).bind(since).all_tx(tx).await?)
}

/// One incident, hot or not.
pub async fn get(db: &Db, id: Uuid) -> Result<Option<Incident>> {
    q(select!("WHERE id = $1")).bind(id).opt::<Row>(db).await?.map(TryInto::try_into).transpose()
}

/// The ended ones that were reported before `since`: those that no world holds. What can be is left to the
/// database; the filter itself has the last word.
macro_rules! older {
    ($select:expr, $rest:literal) => {
        concat!(
            $select,
            "WHERE reported_at_ms >= $1 AND (reported_at_ms < $2 OR (reported_at_ms = $2 AND id < $3)) \
             AND lng BETWEEN $4 AND $5 AND lat BETWEEN $6 AND $7 AND ($8 = '' OR status = $8) \
             AND ($9 = '' OR township = $9 OR decision IS NOT NULL OR \
             (lng BETWEEN $11 AND $12 AND lat BETWEEN $13 AND $14)) AND ($10 = '' OR matter = $10 OR \
             further_matters IS NOT NULL) \
             AND status IN ('village_corrected', 'closed', 'rated', 'transferred', 'void', 'merged') ",
            $rest
        )
    };
}

/// Binds what [`older`] asks for.
fn ask_older(sql: &'static str, filter: &Filter, areas: &Areas, since: Timestamp, after: Option<Cursor>) -> Q {
    let to = filter.to.unwrap_or(since).min(since);
    // What was reported at the moment itself is not before it: no id is less than this one.
    let (before, id) = after.filter(|after| after.0 < to).unwrap_or((to, Uuid::nil()));
    let world = BBox { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };
    let within = filter.region.as_ref().and_then(Region::bbox).unwrap_or(world);
    // Who lies in a township by now need not have been filed in it.
    let nowhere = BBox { west: 1.0, south: 1.0, east: -1.0, north: -1.0 };
    let over = filter.township.as_ref().and_then(|code| areas.get(code.as_str())).map_or(nowhere, |area| area.bbox);
    let code = |code: &Option<Code>| code.as_ref().map_or(String::new(), ToString::to_string);
    q(sql)
        .bind(filter.from.unwrap_or(Timestamp::MIN))
        .bind(before)
        .bind(id)
        .bind(within.west)
        .bind(within.east)
        .bind(within.south)
        .bind(within.north)
        .bind(filter.status.map_or("", IncidentStatus::as_str))
        .bind(code(&filter.township))
        .bind(code(&filter.matter))
        .bind(over.west)
        .bind(over.east)
        .bind(over.south)
        .bind(over.north)
}

/// Up to `limit` ended incidents after `after`, the newest first, of those reported before `since`.
pub async fn older(
    db: &Db,
    (filter, areas): (&Filter, &Areas),
    since: Timestamp,
    mut after: Option<Cursor>,
    limit: usize,
) -> Result<Vec<Incident>> {
    const ROWS: usize = 1_000;
    let (mut found, sql) = (Vec::new(), older!(select!(""), "ORDER BY reported_at_ms DESC, id DESC LIMIT $15"));
    loop {
        let wanted = limit.saturating_sub(found.len()).min(ROWS);
        let rows: Vec<Row> = ask_older(sql, filter, areas, since, after).bind(wanted as i64).all(db.readers()).await?;
        let (n, mut rows) = (rows.len(), domain(rows)?);
        rows.iter_mut().for_each(|i| i.recode(areas));
        after = rows.last().map(|i| (i.reported_at, i.id));
        found.extend(rows.into_iter().filter(|i| filter.accepts(i)));
        if n < wanted || wanted == 0 || found.len() >= limit {
            return Ok(found);
        }
    }
}

/// How many there are in all of what [`older`] gives.
pub async fn count_older(db: &Db, (filter, areas): (&Filter, &Areas), since: Timestamp) -> Result<usize> {
    #[derive(FromRow)]
    struct Count {
        n: i64,
    }
    let by_sql = matches!(filter.region, None | Some(Region::BBox(_)))
        && filter.sight.is_everything()
        && filter.unit.is_none()
        && filter.revisit_due_by.is_none()
        && filter.matter.is_none()
        && filter.township.is_none();
    if !by_sql {
        return Ok(older(db, (filter, areas), since, None, usize::MAX).await?.len());
    }
    let sql = older!("SELECT COUNT(*) AS n FROM incidents ", "");
    let count: Option<Count> = ask_older(sql, filter, areas, since, None).opt(db.readers()).await?;
    Ok(count.map_or(0, |c| c.n as usize))
}

/// None where none were in force.
fn zones(place: &Place) -> Result<Option<String>> {
    let some = Some(&place.zones).filter(|z| !z.is_empty());
    some.map(|z| serde_json::to_string(z).map_err(Error::internal)).transpose()
}

fn values(i: &Incident, batch: Option<&str>, fingerprint: &str) -> Result<Vec<Val>> {
    Ok(vec![
        i.id.into(),
        i.at.lng.into(),
        i.at.lat.into(),
        i.accuracy_m.into(),
        i.status.as_str().into(),
        i.matter.clone().into(),
        i.urgency.as_str().into(),
        i.description.clone().into(),
        i.reported_at.into(),
        i.created_at.into(),
        i.place.county.clone().into(),
        i.place.township.clone().into(),
        i.place.village.clone().into(),
        i.place.grid.clone().into(),
        i.place.ambiguous.into(),
        serde_json::to_string(&i.place.candidates).map_err(Error::internal)?.into(),
        i.synthetic.into(),
        i.source.as_str().into(),
        i.external_id.clone().into(),
        zones(&i.place)?.into(),
        written(i.ownership.as_ref())?.into(),
        i.profile.as_ref().map(|under| under.profile.clone()).into(),
        i.profile.as_ref().map(|under| i64::from(under.version)).into(),
        i.profile.as_ref().map(|under| under.state.clone()).into(),
        i.touched_at.into(),
        batch.into(),
        fingerprint.into(),
    ])
}

const HEAD: &str = "INSERT INTO incidents (id, lng, lat, accuracy_m, status, matter, urgency, description, \
                    reported_at_ms, created_at_ms, county, township, village, grid, ambiguous, candidates, \
                    synthetic, source, external_id, zones, ownership, profile, profile_version, state, \
                    touched_at_ms, batch, fingerprint)";

/// Who reported it. Never in a layer, a log line or an event.
#[derive(Debug, Clone, Default, FromRow)]
pub struct Reporter {
    pub name: Option<String>,
    pub phone: Option<String>,
}

/// Adds one report, and what was done with it as it came in. A second one with the same id is a
/// [`Kind::Conflict`](crate::base::Kind::Conflict).
pub async fn insert(
    w: &mut Write,
    (i, intake): (&Incident, &[Action]),
    reporter: Option<&Reporter>,
    fingerprint: &str,
) -> Result<()> {
    insert_many(&mut w.tx, HEAD, [values(i, None, fingerprint)?], "").await?;
    let rows = intake_rows(i, intake).collect::<Result<Vec<_>>>()?;
    insert_many(&mut w.tx, ACTION_HEAD, rows, "").await?;
    if let Some(r) = reporter {
        q("INSERT INTO incident_reporters (incident, name, phone) VALUES ($1, $2, $3)")
            .bind(i.id)
            .bind(r.name.clone())
            .bind(r.phone.clone())
            .exec_tx(&mut w.tx)
            .await?;
    }
    w.record(Change::Incident { incident: Box::new(i.clone()) });
    Ok(())
}

/// What was done as it came in, and left its state as it was.
fn intake_rows<'a>(i: &'a Incident, intake: &'a [Action]) -> impl Iterator<Item = Result<Vec<Val>>> + 'a {
    (1..).zip(intake).map(|(n, action)| action_row(i, n, action))
}

/// Writes what was done with incidents of a batch as they came in; not with those that were there before.
pub async fn insert_intake(w: &mut Write, batch: &str, many: &[(&Incident, Vec<Action>)]) -> Result<()> {
    #[derive(FromRow)]
    struct New {
        id: String,
    }
    let new: Vec<New> = q("SELECT id FROM incidents WHERE batch = $1").bind(batch).all_tx(&mut w.tx).await?;
    let new: HashSet<String> = new.into_iter().map(|row| row.id).collect();
    let rows = many.iter().filter(|(i, _)| new.contains(&i.id.to_string()));
    let rows = rows.flat_map(|(i, intake)| intake_rows(i, intake)).collect::<Result<Vec<_>>>()?;
    insert_many(&mut w.tx, ACTION_HEAD, rows, "").await?;
    Ok(())
}

/// Open ones that nobody was asked to own yet, and the state that each is in.
pub async fn unowned(tx: &mut Tx) -> Result<Vec<Incident>> {
    let sql = select!(
        "WHERE ownership IS NULL AND status NOT IN ('village_corrected', 'closed', 'rated', 'transferred', 'void', 'merged') \
         ORDER BY reported_at_ms, id"
    );
    domain(q(sql).all_tx(tx).await?)
}

/// Adds those that are new under one batch; returns how many were.
pub async fn insert_batch(w: &mut Write, batch: &str, many: &[(Incident, String)]) -> Result<u64> {
    let rows: Vec<_> =
        many.iter().map(|(i, fingerprint)| values(i, Some(batch), fingerprint)).collect::<Result<_>>()?;
    let added = insert_many(&mut w.tx, HEAD, rows, "ON CONFLICT (id) DO NOTHING").await?;
    if added > 0 {
        w.record(Change::IncidentsImported { batch: batch.to_owned(), count: added as u32 });
    }
    Ok(added)
}

/// The reporter of an incident, for those who may know.
pub async fn reporter(db: &Db, id: Uuid) -> Result<Option<Reporter>> {
    q("SELECT name, phone FROM incident_reporters WHERE incident = $1").bind(id).opt(db).await
}

/// Logs that the writer read who reported an incident.
pub fn log_reading(w: &mut Write, id: Uuid) {
    w.record(Change::ReporterRead { id });
}

/// The incident as the transaction sees it.
pub async fn get_tx(tx: &mut Tx, id: Uuid) -> Result<Option<Incident>> {
    q(select!("WHERE id = $1")).bind(id).opt_tx::<Row>(tx).await?.map(TryInto::try_into).transpose()
}

/// Those that are merged into a case, in the order in which they were reported.
pub async fn merged_into(tx: &mut Tx, lead: Uuid) -> Result<Vec<Incident>> {
    domain(q(select!("WHERE merged_into = $1 ORDER BY reported_at_ms, id")).bind(lead).all_tx(tx).await?)
}

/// The incident that is to be changed.
async fn get_to_change(tx: &mut Tx, id: Uuid) -> Result<Option<Incident>> {
    // PostgreSQL must hold the row until commit; SQLite's writer is alone anyway.
    let sql = if tx.is_postgres() { select!("WHERE id = $1 FOR UPDATE") } else { select!("WHERE id = $1") };
    q(sql).bind(id).opt_tx::<Row>(tx).await?.map(TryInto::try_into).transpose()
}

#[derive(FromRow)]
struct ActionRow {
    id: String,
    act: String,
    at_ms: i64,
    received_at_ms: i64,
    actor: String,
    reason: Option<String>,
    assignment: Option<String>,
    late: i64,
    entitled: Option<String>,
    evidence: Option<String>,
    status: String,
    state: Option<String>,
}

impl TryFrom<ActionRow> for Action {
    type Error = Error;
    fn try_from(r: ActionRow) -> Result<Self> {
        Ok(Self {
            id: Uuid::parse_str(&r.id).map_err(Error::internal)?,
            act: serde_json::from_str(&r.act).map_err(Error::internal)?,
            at: Timestamp::from_ms(r.at_ms)?,
            received_at: Timestamp::from_ms(r.received_at_ms)?,
            actor: r.actor,
            reason: r.reason,
            assignment: r.assignment.as_deref().map(Uuid::parse_str).transpose().map_err(Error::internal)?,
            late: r.late != 0,
            entitled: r.entitled.as_deref().map_or(Ok(Vec::new()), serde_json::from_str).map_err(Error::internal)?,
            evidence: r.evidence.as_deref().map_or(Ok(Vec::new()), serde_json::from_str).map_err(Error::internal)?,
        })
    }
}

/// What was done to an incident.
pub async fn history(tx: &mut Tx, incident: &Incident) -> Result<History> {
    let profile = catalogue::profile(tx, incident.profile.as_deref()).await?;
    let sql = "SELECT id, act, at_ms, received_at_ms, actor, reason, assignment, late, entitled, evidence, \
               status, state FROM incident_actions \
               WHERE incident = $1 ORDER BY n";
    let rows: Vec<ActionRow> = q(sql).bind(incident.id).all_tx(tx).await?;
    let mut wants_review = false;
    for matter in incident.matters() {
        wants_review |= matters::wants_review(tx, matter).await?;
    }
    let Some(first) = rows.first() else { return Ok(History::begun(incident, profile).wanting(wants_review)) };
    let status: IncidentStatus = stored(&first.status)?;
    let state = stored_opt(first.state.as_ref())?.unwrap_or_else(|| status.state());
    let actions = rows.into_iter().map(TryInto::try_into).collect::<Result<_>>()?;
    Ok(History::new(incident, profile, (state, status), actions).wanting(wants_review))
}

const ACTION_HEAD: &str = "INSERT INTO incident_actions (incident, n, id, act, at_ms, received_at_ms, actor, reason, \
                           assignment, late, entitled, evidence, status, state)";

/// The `n`th that was received, while the incident stood so.
fn action_row(former: &Incident, n: i64, action: &Action) -> Result<Vec<Val>> {
    let entitled = (!action.entitled.is_empty()).then(|| serde_json::to_string(&action.entitled)).transpose();
    let evidence = (!action.evidence.is_empty()).then(|| serde_json::to_string(&action.evidence)).transpose();
    Ok(vec![
        former.id.into(),
        n.into(),
        action.id.into(),
        serde_json::to_string(&action.act).map_err(Error::internal)?.into(),
        action.at.into(),
        action.received_at.into(),
        action.actor.as_str().into(),
        action.reason.clone().into(),
        action.assignment.into(),
        action.late.into(),
        entitled.map_err(Error::internal)?.into(),
        evidence.map_err(Error::internal)?.into(),
        former.status.as_str().into(),
        former.profile.as_ref().map(|under| under.state.clone()).into(),
    ])
}

/// Writes one action, and the incident as it is afterwards.
///
/// # Errors
/// `NotFound`; `Invalid` for an action that can't be.
pub async fn act(w: &mut Write, incident: Uuid, action: Action) -> Result<Taken> {
    let former = get_to_change(&mut w.tx, incident).await?.ok_or_else(|| Error::not_found("incident", incident))?;
    let mut history = history(&mut w.tx, &former).await?;
    let taken = history.take(&former, action)?;
    let row = action_row(&former, history.actions.len() as i64, &taken.action)?;
    insert_many(&mut w.tx, ACTION_HEAD, [row], "").await?;
    let after = &taken.incident;
    let is_remark = taken.action.act == Act::Remark;
    if *after != former {
        let (flags, milestones) = marks(after)?;
        q("UPDATE incidents SET status = $1, state = $2, flags = $3, milestones = $4, matter = $5, ownership = $6, \
           decision = $7, rectification = $8, legal_review = $9, further_matters = $10, merged_into = $11, \
           touched_at_ms = $12 WHERE id = $13")
        .bind(after.status.as_str())
        .bind(after.profile.as_ref().map(|under| under.state.clone()))
        .bind(flags)
        .bind(milestones)
        .bind(after.matter.clone())
        .bind(written(after.ownership.as_ref())?)
        .bind(written(after.decision.as_ref())?)
        .bind(written(after.rectification.as_ref())?)
        .bind(written(after.legal_review.as_ref())?)
        .bind(written(Some(&after.further_matters).filter(|further| !further.is_empty()))?)
        .bind(after.merged_into)
        .bind(after.touched_at)
        .bind(incident)
        .exec_tx(&mut w.tx)
        .await?;
    }
    if is_remark {
        w.record(Change::remark(after, &taken.action));
    } else if *after != former {
        w.record(Change::Incident { incident: Box::new(after.clone()) });
    }
    Ok(taken)
}

/// Flags and milestones; none where nothing is.
fn marks(i: &Incident) -> Result<(Option<String>, Option<String>)> {
    let flags = (!i.flags.is_empty()).then(|| serde_json::to_string(&i.flags)).transpose();
    let milestones = (!i.milestones.is_empty()).then(|| serde_json::to_string(&i.milestones)).transpose();
    Ok((flags.map_err(Error::internal)?, milestones.map_err(Error::internal)?))
}
