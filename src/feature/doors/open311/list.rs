//! `GET requests`: what `GET /incidents` lists, as GeoReport asks for it.

use std::{collections::HashMap, sync::Arc};

use uuid::Uuid;

use super::wire::Request;
use crate::{
    api::{Caller, query_pairs},
    base::{Code, Error, Result, Timestamp},
    ctx::Ctx,
    domain::incidents::{Filter, Incident},
    feature::incidents::newest,
    store,
    world::World,
};

/// Most that one answer holds.
const PAGE_MAX: usize = 1_000;
/// The longest stretch of time that is looked through.
const WINDOW_MS: i64 = 90 * 24 * 3_600_000;

/// What is asked.
#[derive(Debug, Default)]
pub struct Ask {
    /// These, whatever else is asked.
    ids: Vec<Uuid>,
    /// Any where none is named.
    codes: Vec<Code>,
    /// Whether open or closed ones alone.
    open: Option<bool>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    updated_after: Option<Timestamp>,
    /// From 1.
    page: usize,
    page_size: usize,
}

impl Ask {
    /// One alone.
    pub fn of(id: Uuid) -> Self {
        Self { ids: vec![id], ..Self::default() }
    }

    pub fn read(query: Option<&str>) -> Result<Self> {
        let mut ask = Self { page: 1, page_size: PAGE_MAX, ..Self::default() };
        let pairs = query_pairs(query)?.into_iter().filter(|(_, text)| !text.is_empty());
        pairs.into_iter().try_for_each(|(name, text)| ask.take(&name, &text).map_err(|e| e.at(name)))?;
        Ok(ask)
    }

    fn take(&mut self, name: &str, text: &str) -> Result<()> {
        match name {
            "service_request_id" => self.ids = each(text)?,
            "service_code" => self.codes = each(text)?,
            "start_date" => self.from = Some(text.parse()?),
            "end_date" => self.to = Some(text.parse()?),
            "updated_after" => self.updated_after = Some(text.parse()?),
            "status" => self.open = status(text)?,
            "page" => self.page = at_least_one(text)?,
            "page_size" => self.page_size = at_least_one(text)?.min(PAGE_MAX),
            // There is one jurisdiction, and a key is shown otherwise.
            "jurisdiction_id" | "extensions" => {}
            _ => return Err(Error::invalid(name, "no parameter of this service")),
        }
        Ok(())
    }

    /// What is looked through; nothing of it lies more than 90 days apart.
    fn filter(&self, caller: &Caller, world: &World, now: Timestamp) -> Result<Filter> {
        let (from, to) = match (self.from, self.to) {
            (Some(from), Some(to)) if to.ms() - from.ms() > WINDOW_MS => {
                return Err(Error::invalid("end_date", "start_date and end_date lie more than 90 days apart"));
            }
            (Some(from), to) => (from, to.unwrap_or(from.plus_ms(WINDOW_MS))),
            (None, to) => {
                let to = to.unwrap_or(now);
                (to.plus_ms(-WINDOW_MS), to)
            }
        };
        // The end belongs to it.
        let to = Some(to.plus_ms(1));
        let matter = if let [only] = &self.codes[..] { Some(world.matters.own_code(only, now)?) } else { None };
        let open = self.open == Some(true);
        Ok(Filter { from: Some(from), to, matter, open, sight: caller.sight(world), ..Filter::default() })
    }
}

fn each<T: std::str::FromStr>(text: &str) -> Result<Vec<T>>
where
    T::Err: std::fmt::Display,
{
    let one = |word: &str| word.trim().parse().map_err(|e: T::Err| Error::invalid("", format!("{word:?}: {e}")));
    let all = text.split(',').map(one).collect::<Result<_>>();
    all.map_err(|e| Error { field: None, ..e })
}

fn status(text: &str) -> Result<Option<bool>> {
    let is_open = |word: &str| match word.trim() {
        "open" => Ok(true),
        "closed" => Ok(false),
        other => Err(Error::invalid("status", format!("{other:?} is neither open nor closed"))),
    };
    let all = text.split(',').map(is_open).collect::<Result<Vec<bool>>>()?;
    Ok(all.iter().all(|open| *open == all[0]).then_some(all[0]))
}

fn at_least_one(text: &str) -> Result<usize> {
    let number = text.parse().ok().filter(|n| *n > 0);
    number.ok_or_else(|| Error { field: None, ..Error::invalid("", format!("{text:?} is no number from 1 on")) })
}

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
            && (codes.is_empty() || i.matter.as_ref().is_some_and(|matter| codes.contains(matter)))
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
