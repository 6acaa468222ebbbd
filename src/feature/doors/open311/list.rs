//! `GET requests`: what `GET /incidents` lists, as GeoReport asks for it.

use std::{collections::HashMap, sync::Arc};

use uuid::Uuid;

use super::{
    ask::{Ask, PAGE_MAX},
    wire::Request,
};
use crate::{
    api::Caller,
    base::{Code, Error, Result, Timestamp},
    ctx::Ctx,
    domain::incidents::Incident,
    feature::incidents::newest,
    store,
    world::World,
};

pub async fn requests(ctx: &Ctx, caller: &Caller, ask: &Ask) -> Result<Vec<Request>> {
    let world = ctx.world();
    if !ask.ids.is_empty() {
        return by_ids(ctx, caller, &world, &ask.ids).await;
    }
    let now = ctx.now();
    let filter = ask.filter(caller, &world, now)?;
    let codes = ask.codes.iter().map(|code| world.matters.own_code(code, now)).collect::<Result<Vec<_>>>()?;
    let wanted = |i: &Incident, touched: Timestamp| {
        ask.open.is_none_or(|open| open != i.status.is_ended())
            && (codes.is_empty() || i.matters().any(|matter| codes.contains(matter)))
            && ask.updated_after.is_none_or(|after| touched > after)
    };
    let (skipped, mut after) = ((ask.page - 1).saturating_mul(ask.page_size), None);
    let last = skipped.saturating_add(ask.page_size);
    let (mut found, mut seen) = (Vec::new(), 0);
    loop {
        let page = newest(ctx, &world, &filter, after, PAGE_MAX).await?;
        let touched = touched(ctx, &page).await?;
        for incident in &page {
            let at = touched.get(&incident.id).copied().unwrap_or(incident.created_at);
            if wanted(incident, at) {
                seen += 1;
                if seen > skipped && seen <= last {
                    found.push(request(incident, at, &world));
                }
            }
        }
        after = page.last().map(|i| (i.reported_at, i.id));
        if page.len() < PAGE_MAX || seen >= last {
            return Ok(found);
        }
    }
}

/// When something was done last about each of a page, where anything was.
async fn touched(ctx: &Ctx, page: &[Arc<Incident>]) -> Result<HashMap<Uuid, Timestamp>> {
    match page {
        [] => Ok(HashMap::new()),
        [newest, ..] => {
            let oldest = page[page.len() - 1].reported_at;
            store::incidents::touched(&ctx.db, oldest, newest.reported_at).await
        }
    }
}

async fn by_ids(ctx: &Ctx, caller: &Caller, world: &World, ids: &[Uuid]) -> Result<Vec<Request>> {
    if ids.len() > PAGE_MAX {
        return Err(Error::invalid("service_request_id", format!("{} ids are more than {PAGE_MAX}", ids.len())));
    }
    let (sight, mut found) = (caller.sight(world), Vec::new());
    for id in ids {
        let incident = ctx.incident(*id, &sight).await?;
        let at = store::incidents::touched(&ctx.db, incident.reported_at, incident.reported_at).await?;
        found.push(request(&incident, at.get(id).copied().unwrap_or(incident.created_at), world));
    }
    Ok(found)
}

fn request(incident: &Incident, updated_datetime: Timestamp, world: &World) -> Request {
    let matter = incident.matter.as_ref();
    let name = |code: &Code| world.areas.get(code.as_str()).map(|area| area.name.clone());
    Request {
        service_request_id: incident.id,
        status: if incident.status.is_ended() { "closed" } else { "open" },
        status_notes: incident.status.as_str(),
        service_code: matter.map(ToString::to_string),
        service_name: matter.and_then(|code| world.matters.get(code)).map(|matter| matter.name.clone()),
        description: incident.description.clone(),
        agency_responsible: incident.place.township.as_ref().and_then(name),
        requested_datetime: incident.reported_at,
        updated_datetime,
        lat: incident.at.lat,
        long: incident.at.lng,
    }
}
