//! The dossier of a case, years later too: who was responsible by which version of which list at each moment, what
//! was done when, by whom, what was returned and why, how the clocks ran. As JSON, and as one page to print.
//! Reads; who reported is told with a right of its own, and that it was told stands in the log.

mod html;

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::State,
    response::{Html, IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{IncidentWire, Reporter, found, life::states, merge::Merged, stages};
use crate::{
    api::{Answer, May, Path, ProblemBody, Query, rights},
    base::{Code, Result, Timestamp},
    ctx::Ctx,
    domain::{
        assignments::{Assignment, AssignmentStatus},
        auth::Right,
        catalogue::StageClock,
        incidents::{
            Act, Action, CaseClock, CaseInterval, CaseState, Evidence, History, Incident, RectificationTold, Tenure,
        },
        lists::{ListKind, ListRef, Power},
        matters::Matter,
        ownership::{Citation, Order},
        responsibility::{Grant, Outcome},
    },
    feature::{areas::Named, zones::ReportLanguage},
    store,
    world::World,
};

/// How a dossier is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum DossierFormat {
    Json,
    Html,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DossierAsked {
    /// json when not given; html is one page to print
    #[param(inline)]
    format: Option<DossierFormat>,
    /// Of the page: zh or en, which counts when not given
    #[param(inline)]
    lang: Option<ReportLanguage>,
    /// With who reported it: needs the right read_personal, and is noted in the log
    #[serde(default)]
    personal: bool,
}

/// Who leads with a kind of power, by the lists as they are known today for the date of filing.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct LeadByLists {
    power: Power,
    outcome: Outcome,
    leads: Vec<Grant>,
}

/// A list that the dossier names.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct DossierList {
    list: Code,
    version: u32,
    kind: ListKind,
    unit: Code,
    name: String,
    name_zh: Option<String>,
    basis: Option<String>,
    basis_uri: Option<String>,
}

/// The profile of a case, and those of its states that the dossier names; none in the loop of townships.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct DossierProfile {
    profile: Code,
    version: u32,
    name: String,
    name_zh: Option<String>,
    states: Vec<CaseState>,
}

/// What was done, by its own time.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Done {
    at: Timestamp,
    /// Null where an earlier version of this service did not keep it.
    received_at: Option<Timestamp>,
    /// A key's id, `keyless`, `geofence` or `command line`; null where it was not kept.
    actor: Option<String>,
    /// It was received after what was done later.
    late: bool,
    reason: Option<String>,
    /// What was referred to with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(nullable = false)]
    evidence: Vec<Evidence>,
    what: DoneWhat,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum DoneWhat {
    /// With the incident.
    Act(Act),
    /// With a squad that was sent.
    Step(SquadStep),
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SquadStep {
    assignment: Uuid,
    squad: Code,
    to: AssignmentStatus,
}

/// That a unit sent it back, by which entry.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ReturnTold {
    at: Timestamp,
    unit: Code,
    cites: Citation,
    reason: Option<String>,
    actor: String,
}

/// All that is known of a case, in the order of its own times.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Dossier {
    incident: IncidentWire,
    made_at: Timestamp,
    as_of_seq: i64,
    matter: Option<Matter>,
    /// Those that it ever came under beside; which it still does, `incident` says.
    further_matters: Vec<Matter>,
    /// The areas that it was filed in, the smallest last.
    filed_in: Vec<Named>,
    /// The areas that were ever said to be those that it lies in, where that was in doubt; why stands in `done`.
    decided_in: Vec<Named>,
    /// Under which profile, in which version, it is handled.
    profile: DossierProfile,
    /// Only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reporter: Option<Reporter>,
    by_lists: Vec<LeadByLists>,
    /// Who receives first there.
    #[schema(value_type = Option<String>)]
    first_receiver: Option<Code>,
    /// Whose it was at each moment.
    tenures: Vec<Tenure>,
    returns: Vec<ReturnTold>,
    done: Vec<Done>,
    assignments: Vec<Assignment>,
    /// The cases for which it stands; the one that stands for it says `merged_into` of the incident.
    merged: Vec<Merged>,
    clocks: Vec<CaseClock>,
    /// What had to be rectified by a day (限期整改), and what the visits saw.
    rectifications: Vec<RectificationTold>,
    /// The stages of its matter; limits do not run while it is suspended (挂账), nor while somebody has time left to
    /// rectify something.
    stages: Vec<StageClock>,
    intervals: Vec<CaseInterval>,
    /// Every unit that is named.
    units: Vec<Named>,
    /// Every version of a list that is named.
    lists: Vec<DossierList>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(dossier))
}

/// The dossier of a case.
#[utoipa::path(get, path = "/incidents/{id}/dossier", operation_id = "show_dossier", tag = "incidents",
    params(("id" = Uuid, Path), DossierAsked),
    responses(
        (status = 200, description = "In the form asked for", content((Dossier = "application/json"), (String = "text/html"))),
        (status = 400, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn dossier(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Query(ask): Query<DossierAsked>,
) -> Answer<Response> {
    if ask.personal {
        caller.needs(Right::ReadPersonal)?;
    }
    let world = ctx.world();
    // One moment of the database.
    let mut tx = ctx.db.begin_read().await?;
    let sight = caller.sight(&world);
    let (incident, history) = found(&mut tx, id, &sight).await?;
    let assignments = store::assignments::of_incident(&mut tx, id).await?;
    let steps = store::assignments::steps_of(&mut tx, id).await?;
    let merged = store::incidents::merged_into(&mut tx, id).await?;
    drop(tx);
    let reporter = if ask.personal { Some(reporter(&ctx, &caller.actor, id).await?) } else { None };
    let found = Found { incident, history, assignments, steps, merged, reporter };
    let dossier = found.told(&world, ctx.now())?;
    Ok(match ask.format.unwrap_or(DossierFormat::Json) {
        DossierFormat::Json => Json(dossier).into_response(),
        DossierFormat::Html => {
            let language = ask.lang.unwrap_or(ReportLanguage::En);
            Html(html::page(&dossier, language, &world.areas.time_zone())).into_response()
        }
    })
}

/// Who reported it; nobody where that was not said. What can't be logged is not told.
async fn reporter(ctx: &Ctx, actor: &str, id: Uuid) -> Result<Reporter> {
    let found = store::incidents::reporter(&ctx.db, id).await?.unwrap_or_default();
    let logged = ctx.change(actor, async |mut write| {
        store::incidents::log_reading(&mut write, id);
        Ok((write, ()))
    });
    logged.await?;
    Ok(Reporter { name: found.name, phone: found.phone })
}

/// What is kept of a case.
struct Found {
    incident: Incident,
    history: History,
    assignments: Vec<Assignment>,
    steps: Vec<store::assignments::KeptStep>,
    merged: Vec<Incident>,
    reporter: Option<Reporter>,
}

impl Found {
    fn told(self, world: &World, now: Timestamp) -> Result<Dossier> {
        let Self { incident, history, assignments, steps, merged, reporter } = self;
        let matter = incident.matter.as_ref().and_then(|code| world.matters.get(code));
        let stages = stages(&incident, &history, world, now);
        let (tenures, case) = (history.tenures()?, incident.case(world.law(), &world.matters));
        let by_lists: Vec<LeadByLists> = Power::ALL
            .into_iter()
            .filter(|_| incident.matter.is_some())
            .map(|power| {
                let answer = case.answer(power);
                LeadByLists { power, outcome: answer.outcome, leads: answer.leads }
            })
            .collect();
        let returns = returns(&history.actions, &tenures);
        let mut named: BTreeSet<&Code> = incident.units().chain(case.first_receiver()).collect();
        named.extend(history.actions.iter().flat_map(|a| a.act.units()));
        named.extend(tenures.iter().flat_map(|t| t.by.iter().map(|e| &e.unit)));
        named.extend(by_lists.iter().flat_map(|l| &l.leads).flat_map(|g| [&g.lead, &g.acting, &g.subject, &g.liable]));
        let units = named.into_iter().filter_map(|code| world.units.get(code)).map(Named::from).collect();
        let mut lists: BTreeSet<ListRef> = tenures.iter().flat_map(|t| t.by.iter().map(|e| e.list.clone())).collect();
        lists.extend(by_lists.iter().flat_map(|l| l.leads.iter().map(|g| g.list.clone())));
        lists.extend(returns.iter().map(|r| ListRef { list: r.cites.list.clone(), version: r.cites.version }));
        let place = &incident.place;
        let areas = [&place.county, &place.township, &place.village, &place.grid].into_iter().flatten();
        let area = |code: &Code| {
            let known = world.areas.get(code.as_str()).map(Named::from);
            known.unwrap_or_else(|| Named { code: code.clone(), name: code.to_string(), name_zh: None })
        };
        let decided: BTreeSet<&Code> = history.actions.iter().filter_map(|a| a.act.decides()).collect();
        let profile = DossierProfile {
            profile: history.profile.profile.clone(),
            version: history.profile.version,
            name: history.profile.name.clone(),
            name_zh: history.profile.name_zh.clone(),
            states: states(&incident, &history.profile, history.actions.iter().map(|a| &a.act)),
        };
        Ok(Dossier {
            made_at: now,
            profile,
            as_of_seq: world.seq,
            matter: matter.cloned(),
            further_matters: further_matters(&history.actions, world),
            filed_in: areas.map(area).collect(),
            decided_in: decided.into_iter().map(area).collect(),
            reporter,
            first_receiver: case.first_receiver().cloned(),
            by_lists,
            clocks: incident.clocks(&tenures, &world.matters, now),
            stages,
            intervals: incident.intervals(),
            returns,
            rectifications: history.rectifications(now),
            done: done(history.actions, &assignments, steps),
            tenures,
            assignments,
            merged: merged.into_iter().map(Merged::from).collect(),
            units,
            lists: lists.iter().filter_map(|list| cited(world, list)).collect(),
            incident: IncidentWire::of(incident, world),
        })
    }
}

fn further_matters(actions: &[Action], world: &World) -> Vec<Matter> {
    let added = actions.iter().filter_map(|a| if let Act::AddMatter(code) = &a.act { Some(code) } else { None });
    let added: BTreeSet<&Code> = added.collect();
    added.into_iter().filter_map(|code| world.matters.get(code)).cloned().collect()
}

fn cited(world: &World, ListRef { list, version }: &ListRef) -> Option<DossierList> {
    let head = &world.lists.version(list, *version)?.head;
    Some(DossierList {
        list: list.clone(),
        version: *version,
        kind: head.kind,
        unit: head.unit.clone(),
        name: head.name.clone(),
        name_zh: head.name_zh.clone(),
        basis: head.basis.clone(),
        basis_uri: head.basis_uri.clone(),
    })
}

fn returns(actions: &[Action], tenures: &[Tenure]) -> Vec<ReturnTold> {
    let one = |a: &Action| {
        let Act::Own(Order::Return(cites)) = &a.act else { return None };
        let before = tenures.iter().take_while(|t| t.action != a.id).last()?;
        let unit = before.ownership.offer.as_ref()?.to.clone();
        Some(ReturnTold { at: a.at, unit, cites: cites.clone(), reason: a.reason.clone(), actor: a.actor.clone() })
    };
    actions.iter().filter_map(one).collect()
}

/// Actions and the squads' steps, by their own time; what follows from a step is not told twice.
fn done(actions: Vec<Action>, assignments: &[Assignment], steps: Vec<store::assignments::KeptStep>) -> Vec<Done> {
    let mut done: Vec<Done> = Vec::new();
    for a in actions.into_iter().filter(|a| a.assignment.is_none()) {
        let (received_at, actor) = (Some(a.received_at), Some(a.actor));
        let Action { at, act, late, reason, evidence, .. } = a;
        done.push(Done { at, received_at, actor, late, reason, evidence, what: DoneWhat::Act(act) });
    }
    for a in assignments {
        let step = |to| DoneWhat::Step(SquadStep { assignment: a.id, squad: a.squad.clone(), to });
        let mut latest = Timestamp::MIN;
        let kept: Vec<_> = steps.iter().filter(|s| s.assignment == a.id).collect();
        for s in &kept {
            let (received_at, actor) = (Some(s.received_at), Some(s.actor.clone()));
            let late = s.at < latest;
            latest = latest.max(s.at);
            done.push(Done {
                at: s.at,
                received_at,
                actor,
                late,
                reason: s.reason.clone(),
                evidence: vec![],
                what: step(s.to),
            });
        }
        if kept.is_empty() {
            use AssignmentStatus::{Assigned, EnRoute, OnScene};
            let mut told = |at: Option<Timestamp>, to, actor: Option<&String>, reason: Option<&String>| {
                let Some(at) = at else { return };
                let (actor, reason) = (actor.cloned(), reason.cloned());
                done.push(Done { at, received_at: None, actor, late: false, reason, evidence: vec![], what: step(to) });
            };
            told(Some(a.assigned_at), Assigned, Some(&a.assigned_by), None);
            told(a.departed_at, EnRoute, None, None);
            told(a.arrived_at, OnScene, None, None);
            told(a.ended_at, a.status, None, a.reason.as_ref());
        }
    }
    done.sort_by_key(|d| (d.at, d.received_at));
    done
}
