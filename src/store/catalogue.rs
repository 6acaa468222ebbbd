//! Working time, stages, scenes, response plans and profiles.

use std::sync::Arc;

use jiff::civil::Date;
use sqlx::FromRow;

use super::{
    db::{Tx, Val, insert_many, q},
    load::{Kept, Source},
    log::Write,
    stored, stored_opt,
};
use crate::{
    base::{Code, Error, Result},
    domain::{
        catalogue::{
            Catalogue, Change, Limit, ResponsePlan, ResponsePlans, Scene, SpecialDay, Stage, Wanted, WorkingTime,
        },
        incidents::{CaseProfile, Profiles, UnderProfile},
        matters::ForMatters,
    },
};

/// The line of [`WorkingTime::hours`].
const WEEK: &str = "week";

#[derive(FromRow)]
struct DayRow {
    day: String,
    kind: String,
    hours: Option<String>,
    name: Option<String>,
    source: Option<String>,
}

#[derive(FromRow)]
struct StageRow {
    stage: String,
    matter: Option<String>,
    category: Option<String>,
    name: String,
    name_zh: Option<String>,
    from_mark: String,
    until_mark: String,
    amount: i64,
    unit: String,
    closes_when: Option<String>,
    source: Option<String>,
    is_default: i64,
}

#[derive(FromRow)]
struct SceneRow {
    scene: String,
    name: String,
    name_zh: Option<String>,
    matters: String,
    lead: Option<String>,
    supporters: String,
    source: Option<String>,
    is_default: i64,
}

#[derive(FromRow)]
struct PlanRow {
    plan: String,
    matter: Option<String>,
    category: Option<String>,
    area: Option<String>,
    hours: Option<String>,
    level: i64,
    squads: i64,
    officers: i64,
    units: String,
    equipment: String,
    source: Option<String>,
    is_default: i64,
}

impl TryFrom<PlanRow> for ResponsePlan {
    type Error = Error;
    fn try_from(r: PlanRow) -> Result<Self> {
        Ok(Self {
            plan: stored(&r.plan)?,
            of: ForMatters { matter: stored_opt(r.matter.as_ref())?, category: r.category },
            area: stored_opt(r.area.as_ref())?,
            hours: stored_opt(r.hours.as_ref())?,
            level: r.level as u32,
            wants: Wanted {
                squads: r.squads as u32,
                officers: r.officers as u32,
                units: codes(&r.units)?,
                equipment: codes(&r.equipment)?,
            },
            source: r.source,
            is_default: r.is_default != 0,
        })
    }
}

/// Codes, a line each.
fn codes(text: &str) -> Result<Vec<Code>> {
    text.lines().map(stored).collect()
}

fn lines(codes: &[Code]) -> String {
    codes.iter().map(Code::as_str).collect::<Vec<_>>().join("\n")
}

/// As it was imported: a version never changes.
#[derive(FromRow)]
struct ProfileRow {
    body: String,
}

impl TryFrom<ProfileRow> for CaseProfile {
    type Error = Error;
    fn try_from(row: ProfileRow) -> Result<Self> {
        serde_json::from_str(&row.body).map_err(Error::internal)
    }
}

impl Kept for Catalogue {
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        load(tx).await
    }
}

pub async fn load(tx: &mut Tx) -> Result<Catalogue> {
    let mut catalogue = Catalogue::default();
    let days: Vec<DayRow> = q("SELECT day, kind, hours, name, source FROM working_time").all_tx(tx).await?;
    for row in days {
        if row.day == WEEK {
            catalogue.working_time.hours = stored(row.hours.as_deref().unwrap_or(""))?;
            catalogue.working_time.source = row.source;
        } else {
            let date: Date = row.day.parse().map_err(Error::internal)?;
            let day = SpecialDay { kind: stored(&row.kind)?, name: row.name, source: row.source };
            catalogue.working_time.days.insert(date, day);
        }
    }
    let stages: Vec<StageRow> =
        q("SELECT stage, matter, category, name, name_zh, from_mark, until_mark, amount, unit, \
                                   closes_when, source, is_default FROM stages ORDER BY n")
        .all_tx(tx)
        .await?;
    for r in stages {
        catalogue.stages.push(Stage {
            stage: stored(&r.stage)?,
            of: ForMatters { matter: stored_opt(r.matter.as_ref())?, category: r.category },
            name: r.name,
            name_zh: r.name_zh,
            from: stored(&r.from_mark)?,
            until: stored(&r.until_mark)?,
            limit: Limit { amount: r.amount as u32, unit: stored(&r.unit)? },
            closes_when: r.closes_when,
            source: r.source,
            is_default: r.is_default != 0,
        });
    }
    let sql = "SELECT scene, name, name_zh, matters, lead, supporters, source, is_default FROM scenes ORDER BY n";
    let scenes: Vec<SceneRow> = q(sql).all_tx(tx).await?;
    for r in scenes {
        catalogue.scenes.push(Scene {
            scene: stored(&r.scene)?,
            name: r.name,
            name_zh: r.name_zh,
            matters: codes(&r.matters)?,
            lead: stored_opt(r.lead.as_ref())?,
            supporters: codes(&r.supporters)?,
            source: r.source,
            is_default: r.is_default != 0,
        });
    }
    let sql = "SELECT plan, matter, category, area, hours, level, squads, officers, units, equipment, source, is_default \
               FROM response_plans ORDER BY n";
    let plans: Vec<PlanRow> = q(sql).all_tx(tx).await?;
    let plans = plans.into_iter().map(TryInto::try_into).collect::<Result<_>>()?;
    catalogue.response_plans = ResponsePlans::new(plans)?;
    let sql = "SELECT body FROM case_profiles ORDER BY profile, version";
    let profiles: Vec<ProfileRow> = q(sql).all_tx(tx).await?;
    catalogue.profiles = Profiles::new(profiles.into_iter().map(TryInto::try_into).collect::<Result<Vec<_>>>()?);
    Ok(catalogue)
}

/// The profile that a case came in under.
pub async fn profile(tx: &mut Tx, under: Option<&UnderProfile>) -> Result<Arc<CaseProfile>> {
    let Some(UnderProfile { profile, version, .. }) = under else { return Ok(Arc::clone(CaseProfile::township())) };
    let sql = "SELECT body FROM case_profiles WHERE profile = $1 AND version = $2";
    let row: Option<ProfileRow> = q(sql).bind(profile).bind(*version).opt_tx(tx).await?;
    let row = row.ok_or_else(|| Error::internal(format!("the database lacks profile {profile} v{version}")))?;
    Ok(Arc::new(row.try_into()?))
}

/// Adds a version of a profile.
pub async fn insert_profile(w: &mut Write, profile: &CaseProfile) -> Result<()> {
    let body = serde_json::to_string(profile).map_err(Error::internal)?;
    let row: Vec<Val> = vec![(&profile.profile).into(), profile.version.into(), body.into()];
    insert_many(&mut w.tx, "INSERT INTO case_profiles (profile, version, body)", [row], "").await?;
    w.record(Change::ProfileImported { profile: profile.profile.clone(), version: profile.version });
    Ok(())
}

/// Puts it in the place of the former.
pub async fn replace_working_time(w: &mut Write, time: &WorkingTime) -> Result<()> {
    q("DELETE FROM working_time").exec_tx(&mut w.tx).await?;
    let none = || None::<String>.into();
    let week: Vec<Val> =
        vec![WEEK.into(), "hours".into(), Some(time.hours.to_string()).into(), none(), time.source.clone().into()];
    let day = |(date, day): (&Date, &SpecialDay)| -> Vec<Val> {
        vec![
            date.to_string().into(),
            day.kind.as_str().into(),
            none(),
            day.name.clone().into(),
            day.source.clone().into(),
        ]
    };
    let rows: Vec<_> = [week].into_iter().chain(time.days.iter().map(day)).collect();
    insert_many(&mut w.tx, "INSERT INTO working_time (day, kind, hours, name, source)", rows, "").await?;
    w.record(Change::WorkingTimeReplaced { count: time.days.len() as u32 });
    Ok(())
}

/// Puts them in the place of the former.
pub async fn replace_stages(w: &mut Write, stages: &[Stage]) -> Result<()> {
    q("DELETE FROM stages").exec_tx(&mut w.tx).await?;
    let row = |(n, s): (i64, &Stage)| -> Vec<Val> {
        vec![
            n.into(),
            (&s.stage).into(),
            s.of.matter.clone().into(),
            s.of.category.clone().into(),
            s.name.as_str().into(),
            s.name_zh.clone().into(),
            s.from.as_str().into(),
            s.until.as_str().into(),
            s.limit.amount.into(),
            s.limit.unit.as_str().into(),
            s.closes_when.clone().into(),
            s.source.clone().into(),
            s.is_default.into(),
        ]
    };
    let head = "INSERT INTO stages (n, stage, matter, category, name, name_zh, from_mark, until_mark, amount, unit, \
                closes_when, source, is_default)";
    insert_many(&mut w.tx, head, (0..).zip(stages).map(row).collect::<Vec<_>>(), "").await?;
    w.record(Change::StagesReplaced { count: stages.len() as u32 });
    Ok(())
}

/// Puts them in the place of the former.
pub async fn replace_scenes(w: &mut Write, scenes: &[Scene]) -> Result<()> {
    q("DELETE FROM scenes").exec_tx(&mut w.tx).await?;
    let row = |(n, s): (i64, &Scene)| -> Vec<Val> {
        vec![
            n.into(),
            (&s.scene).into(),
            s.name.as_str().into(),
            s.name_zh.clone().into(),
            lines(&s.matters).into(),
            s.lead.clone().into(),
            lines(&s.supporters).into(),
            s.source.clone().into(),
            s.is_default.into(),
        ]
    };
    let head = "INSERT INTO scenes (n, scene, name, name_zh, matters, lead, supporters, source, is_default)";
    insert_many(&mut w.tx, head, (0..).zip(scenes).map(row).collect::<Vec<_>>(), "").await?;
    w.record(Change::ScenesReplaced { count: scenes.len() as u32 });
    Ok(())
}

/// Puts them in the place of the former.
pub async fn replace_response_plans(w: &mut Write, plans: &ResponsePlans) -> Result<()> {
    q("DELETE FROM response_plans").exec_tx(&mut w.tx).await?;
    let row = |(n, p): (i64, &ResponsePlan)| -> Vec<Val> {
        vec![
            n.into(),
            (&p.plan).into(),
            p.of.matter.clone().into(),
            p.of.category.clone().into(),
            p.area.clone().into(),
            p.hours.as_ref().map(ToString::to_string).into(),
            p.level.into(),
            p.wants.squads.into(),
            p.wants.officers.into(),
            lines(&p.wants.units).into(),
            lines(&p.wants.equipment).into(),
            p.source.clone().into(),
            p.is_default.into(),
        ]
    };
    let head = "INSERT INTO response_plans (n, plan, matter, category, area, hours, level, squads, officers, units, \
                equipment, source, is_default)";
    insert_many(&mut w.tx, head, (0..).zip(plans.all()).map(row).collect::<Vec<_>>(), "").await?;
    w.record(Change::ResponsePlansReplaced { count: plans.all().len() as u32 });
    Ok(())
}
