//! Assignments of squads to incidents.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    db::{Tx, Val, insert_many, q},
    load::{Kept, Source},
    log::Write,
    stored,
};
use crate::{
    base::{Code, Error, Result, Timestamp},
    domain::{
        assignments::{ArrivedBy, Assignment, AssignmentStatus, Assignments, Change, Step, ToldStep},
        officers::Rule,
    },
};

#[derive(FromRow)]
struct Row {
    id: String,
    incident: String,
    squad: String,
    status: String,
    competence: String,
    breaks: Option<String>,
    assigned_at_ms: i64,
    assigned_by: String,
    departed_at_ms: Option<i64>,
    arrived_at_ms: Option<i64>,
    ended_at_ms: Option<i64>,
    reason: Option<String>,
    arrived_by: Option<String>,
    ready_at_ms: Option<i64>,
}

impl TryFrom<Row> for Assignment {
    type Error = Error;
    fn try_from(r: Row) -> Result<Self> {
        let id =
            |text: &str| Uuid::parse_str(text).map_err(|e| Error::internal(format!("the database holds {text}: {e}")));
        let time = |ms: Option<i64>| ms.map(Timestamp::from_ms).transpose();
        Ok(Self {
            id: id(&r.id)?,
            incident: id(&r.incident)?,
            squad: stored(&r.squad)?,
            status: stored(&r.status)?,
            competence: stored(&r.competence)?,
            breaks: r.breaks.as_deref().map(stored).transpose()?,
            assigned_at: Timestamp::from_ms(r.assigned_at_ms)?,
            assigned_by: r.assigned_by,
            departed_at: time(r.departed_at_ms)?,
            arrived_at: time(r.arrived_at_ms)?,
            ended_at: time(r.ended_at_ms)?,
            reason: r.reason,
            arrived_by: r.arrived_by.as_deref().map(stored).transpose()?,
            ready_at: time(r.ready_at_ms)?,
        })
    }
}

/// The columns of [`Row`].
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, incident, squad, status, competence, breaks, assigned_at_ms, assigned_by, departed_at_ms, \
             arrived_at_ms, ended_at_ms, reason, arrived_by, ready_at_ms FROM assignments ",
            $rest
        )
    };
}

impl Kept for Assignments {
    /// Those that have not ended.
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        let rows: Vec<Row> = q(select!("WHERE ended_at_ms IS NULL")).all_tx(tx).await?;
        Ok(Self::new(rows.into_iter().map(TryInto::try_into).collect::<Result<Vec<_>>>()?))
    }
}

/// One, ended or not.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Assignment>> {
    q(select!("WHERE id = $1")).bind(id).opt_tx::<Row>(tx).await?.map(TryInto::try_into).transpose()
}

/// What a squad is doing.
pub async fn of_squad(tx: &mut Tx, squad: &Code) -> Result<Option<Assignment>> {
    let sql = select!("WHERE squad = $1 AND ended_at_ms IS NULL AND status <> 'queued'");
    q(sql).bind(squad).opt_tx::<Row>(tx).await?.map(TryInto::try_into).transpose()
}

/// What a squad is to do next of what waits.
pub async fn next_of(tx: &mut Tx, squad: &Code) -> Result<Option<Assignment>> {
    let sql = select!("WHERE squad = $1 AND status = 'queued' ORDER BY assigned_at_ms, id LIMIT 1");
    q(sql).bind(squad).opt_tx::<Row>(tx).await?.map(TryInto::try_into).transpose()
}

/// Everybody who was ever sent to an incident, in order.
pub async fn of_incident(tx: &mut Tx, incident: Uuid) -> Result<Vec<Assignment>> {
    let rows: Vec<Row> =
        q(select!("WHERE incident = $1 ORDER BY assigned_at_ms, id")).bind(incident).all_tx(tx).await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Who still has something to do at an incident, or will have.
pub async fn open_of(tx: &mut Tx, incident: Uuid) -> Result<Vec<Assignment>> {
    let rows: Vec<Row> =
        q(select!("WHERE incident = $1 AND ended_at_ms IS NULL ORDER BY id")).bind(incident).all_tx(tx).await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

fn values(a: &Assignment) -> Vec<Val> {
    vec![
        a.id.into(),
        a.incident.into(),
        (&a.squad).into(),
        a.status.as_str().into(),
        a.competence.as_str().into(),
        a.breaks.map(Rule::as_str).into(),
        a.assigned_at.into(),
        a.assigned_by.as_str().into(),
        a.departed_at.into(),
        a.arrived_at.into(),
        a.ended_at.into(),
        a.reason.clone().into(),
        a.arrived_by.map(ArrivedBy::as_str).into(),
        a.ready_at.into(),
    ]
}

/// A step as it was told.
#[derive(Debug, Clone)]
pub struct KeptStep {
    pub assignment: Uuid,
    pub to: AssignmentStatus,
    /// When it was so.
    pub at: Timestamp,
    pub received_at: Timestamp,
    pub actor: String,
    pub reason: Option<String>,
}

#[derive(FromRow)]
struct StepRow {
    assignment: String,
    status: String,
    at_ms: i64,
    received_at_ms: i64,
    actor: String,
    reason: Option<String>,
}

/// The steps of all that were sent to an incident, as they were received.
pub async fn steps_of(tx: &mut Tx, incident: Uuid) -> Result<Vec<KeptStep>> {
    let sql = "SELECT assignment, status, at_ms, received_at_ms, actor, reason FROM assignment_steps \
               WHERE assignment IN (SELECT id FROM assignments WHERE incident = $1) ORDER BY received_at_ms, id";
    let rows: Vec<StepRow> = q(sql).bind(incident).all_tx(tx).await?;
    let step = |r: StepRow| {
        Ok(KeptStep {
            assignment: r.assignment.parse().map_err(Error::internal)?,
            to: stored(&r.status)?,
            at: Timestamp::from_ms(r.at_ms)?,
            received_at: Timestamp::from_ms(r.received_at_ms)?,
            actor: r.actor,
            reason: r.reason,
        })
    };
    rows.into_iter().map(step).collect()
}

/// What was told of one, in no order.
pub async fn told_of(tx: &mut Tx, assignment: Uuid) -> Result<Vec<ToldStep>> {
    let sql = "SELECT status, at_ms FROM assignment_steps WHERE assignment = $1";
    let rows: Vec<(String, i64)> = q(sql).bind(assignment).all_tx(tx).await?;
    let told = |(to, at_ms): (String, _)| Ok(ToldStep { at: Timestamp::from_ms(at_ms)?, to: stored(&to)? });
    rows.into_iter().map(told).collect()
}

/// Adds it, or writes how far it got, with the step that tells so, where it is one. That a squad has one at a time is
/// kept by the table as well.
pub async fn put(w: &mut Write, assignment: &Assignment, step: Option<&Step>) -> Result<()> {
    let head = "INSERT INTO assignments (id, incident, squad, status, competence, breaks, assigned_at_ms, \
                assigned_by, departed_at_ms, arrived_at_ms, ended_at_ms, reason, arrived_by, ready_at_ms)";
    let tail = "ON CONFLICT (id) DO UPDATE SET status = excluded.status, departed_at_ms = excluded.departed_at_ms, \
                arrived_at_ms = excluded.arrived_at_ms, ended_at_ms = excluded.ended_at_ms, reason = excluded.reason, \
                arrived_by = excluded.arrived_by, ready_at_ms = excluded.ready_at_ms";
    insert_many(&mut w.tx, head, [values(assignment)], tail).await?;
    if let Some(step) = step {
        let row = vec![
            Uuid::now_v7().into(),
            assignment.id.into(),
            step.to.as_str().into(),
            step.at.into(),
            w.at.into(),
            w.actor().into(),
            step.reason.clone().into(),
        ];
        let head = "INSERT INTO assignment_steps (id, assignment, status, at_ms, received_at_ms, actor, reason)";
        insert_many(&mut w.tx, head, [row], "").await?;
    }
    w.record(Change::Assignment { assignment: assignment.clone() });
    Ok(())
}
