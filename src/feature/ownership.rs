//! Whose a case is: what the lists have to say to orders about it, who is asked as it comes in, what judges decided
//! for like cases. The orders are actions of an incident: see `incidents::life`. Table `precedents`; emits
//! `Change::Precedent`.

pub mod decisions;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    api::{May, rights},
    base::{Code, Error, Kind, Result, Timestamp, words},
    ctx::Ctx,
    domain::{
        areas::Areas,
        auth::Sight,
        incidents::{Act, Action, Choice, Incident, NextAct},
        ownership::{Judgement, Order, Precedent},
        responsibility::Law,
    },
    store::{self, Db, Write},
    world::World,
};

/// Incidents of one commit when many are asked about.
const A_COMMIT: usize = 200;

words! {
    /// Why a case has no owner.
    Unowned {
        /// There are no units: nobody could be asked.
        NoUnits = "no_units",
        /// It has ended, before there were units.
        Ended = "ended",
        /// No unit leads or receives there, or none did when it came in: hand it over.
        NobodyAsked = "nobody_asked",
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PrecedentList {
    /// By id.
    precedents: Vec<Precedent>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(precedents))
}

/// What judges decided for like cases.
#[utoipa::path(get, path = "/precedents", operation_id = "list_precedents", tag = "responsibility",
    responses((status = 200, body = PrecedentList)))]
async fn precedents(_: May<rights::Read>, State(ctx): State<Ctx>) -> Json<PrecedentList> {
    let all = ctx.world().precedents.all().map(|p| Precedent::clone(p)).collect();
    Json(PrecedentList { precedents: all })
}

/// What the lists have to say to an action that is about whose it is, of which matter, or where it lies: refuses what they forbid,
/// and notes who leads by them.
pub(super) async fn settle(
    world: &World,
    write: &mut Write,
    incident: Uuid,
    action: &mut Action,
    sight: &Sight,
) -> Result<()> {
    // What is taken back may not be in the catalogue any more.
    if let Act::AddMatter(code) = &mut action.act {
        *code = world.matters.meant(code, action.at)?.code.clone();
        return Ok(());
    }
    if !matches!(action.act, Act::Own(_) | Act::Matter(_) | Act::Decide(_)) {
        return Ok(());
    }
    let known = store::incidents::get_tx(&mut write.tx, incident).await?;
    let mut known = known.ok_or_else(|| Error::not_found("incident", incident))?;
    if let Act::Matter(code) = &mut action.act {
        *code = world.matters.meant(code, known.reported_at)?.code.clone();
        known.matter = known.matter.or_else(|| Some(code.clone()));
    }
    if let Act::Decide(choice) = &action.act {
        let choice = Choice { over: Some(decisions::settle(world, &known, choice, sight)?), ..choice.clone() };
        known.decision = Some(Box::new(action.decided(known.decision.as_deref(), &choice)?));
        action.act = Act::Decide(choice);
    }
    let case = known.case(world.law(), &world.matters);
    if let Act::Own(order) = &action.act {
        let now = known.ownership.as_deref();
        if let Some(unit) = now.and_then(|o| o.acting(order)) {
            check_acts_for(world, sight, unit)?;
        }
        case.check(now, order)?;
    }
    action.entitled = case.entitled().to_vec();
    Ok(())
}

pub(super) fn acts_for(world: &World, sight: &Sight, unit: &Code) -> bool {
    let serves = world.units.index(unit).and_then(|ix| world.units.area(ix));
    sight.acts_for(unit, serves)
}

/// # Errors
/// `Forbidden` for who sees this much, but does not act for the unit.
pub(super) fn check_acts_for(world: &World, sight: &Sight, unit: &Code) -> Result<()> {
    if acts_for(world, sight, unit) {
        return Ok(());
    }
    Err(Error::new(Kind::Forbidden, format!("unit {unit} is out of the scope of this key")))
}

/// Writes what a judge decided for like cases, if he did.
pub(super) async fn keep_precedent(write: &mut Write, incident: &Incident, action: &Action) -> Result<()> {
    let Act::Own(Order::Judge(Judgement { to, power, like_cases: Some(like) })) = &action.act else { return Ok(()) };
    let Some(matter) = incident.matter.clone() else { return Ok(()) };
    let precedent = Precedent {
        id: action.id,
        incident: incident.id,
        matter,
        area: like.area.clone(),
        to: to.clone(),
        power: *power,
        from: action.at,
        until: like.until,
        by: action.actor.clone(),
        reason: action.reason.clone().unwrap_or_default(),
    };
    store::ownership::insert(write, &precedent).await
}

/// What may be ordered about whose an incident is, by who sees this much.
pub(super) fn next(world: &World, incident: &Incident, sight: &Sight) -> Vec<NextAct> {
    let now = incident.ownership.as_deref();
    let orders = incident.case(world.law(), &world.matters).next(now);
    let own = |order: &Order| now.and_then(|o| o.acting(order)).is_none_or(|unit| acts_for(world, sight, unit));
    incident.next_orders(orders.into_iter().filter(own).collect())
}

pub(super) fn unowned(world: &World, incident: &Incident) -> Option<Unowned> {
    match incident.ownership {
        Some(_) => None,
        None if world.units.is_empty() => Some(Unowned::NoUnits),
        None if incident.status.is_ended() => Some(Unowned::Ended),
        None => Some(Unowned::NobodyAsked),
    }
}

/// Who is asked about incidents that come in together.
pub async fn intake<'a>(
    db: &Db,
    many: &'a [Incident],
    actor: &str,
    now: Timestamp,
) -> Result<Vec<(&'a Incident, Vec<Action>)>> {
    let open: Vec<&Incident> = many.iter().filter(|i| !i.status.is_ended()).collect();
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let mut tx = db.begin_read().await?;
    let units = store::units::load(&mut tx).await?;
    if units.is_empty() {
        return Ok(Vec::new());
    }
    let areas = Areas::new(store::areas::load(&mut tx).await?)?;
    let (lists, matters) = (store::lists::load(&mut tx).await?, store::matters::load(&mut tx).await?);
    let precedents = store::ownership::load(&mut tx).await?;
    let law = Law { areas: &areas, units: &units, lists: &lists };
    let asked = |i: &'a Incident| {
        let case = i.case(law, &matters);
        (i, i.intake(&case, &precedents, (now, now, actor), Uuid::now_v7))
    };
    Ok(open.into_iter().map(asked).filter(|(_, intake)| !intake.is_empty()).collect())
}

/// Asks about open incidents that came in before there were units, or before this program knew of owners; how many.
pub async fn adopt(db: &Db, actor: &str, now: Timestamp) -> Result<usize> {
    let waiting = store::incidents::unowned(&mut db.begin_read().await?).await?;
    let asked = intake(db, &waiting, actor, now).await?;
    for some in asked.chunks(A_COMMIT) {
        let mut write = db.write(actor, now).await?;
        for (incident, intake) in some {
            // Another process may have asked meanwhile.
            let known = store::incidents::get_tx(&mut write.tx, incident.id).await?;
            if known.is_none_or(|i| i.ownership.is_some() || i.status != incident.status) {
                continue;
            }
            for action in intake {
                store::incidents::act(&mut write, incident.id, action.clone()).await?;
            }
        }
        write.commit().await?;
    }
    Ok(asked.len())
}
