//! What a list of requests is asked for.

use uuid::Uuid;

use crate::{
    api::{Caller, page_limit, query_pairs},
    base::{Code, Error, Result, Timestamp},
    domain::incidents::Filter,
    world::World,
};

/// Most that one answer holds.
pub const PAGE_MAX: usize = 1_000;
/// The longest stretch of time that is looked through.
const WINDOW_MS: i64 = 90 * 24 * 3_600_000;

/// Parameters of the list of requests.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only the document reads it")]
pub struct Asked {
    /// These, with commas; nothing else counts then
    service_request_id: Option<String>,
    /// With commas
    service_code: Option<String>,
    /// Reported then or later; 90 days before the end when not given
    start_date: Option<String>,
    /// Reported then or before, at most 90 days after the start
    end_date: Option<String>,
    /// `open`, `closed`, or both with a comma
    status: Option<String>,
    /// Something was done about it later than that
    updated_after: Option<String>,
    /// From 1
    page: Option<u32>,
    /// At most 1000, which it is when not given
    page_size: Option<u32>,
    /// Taken, and does nothing: there is one
    jurisdiction_id: Option<String>,
    /// Taken, and does nothing
    extensions: Option<bool>,
}

/// What is asked.
#[derive(Debug, Default)]
pub struct Ask {
    /// These, whatever else is asked.
    pub ids: Vec<Uuid>,
    /// Any where none is named.
    pub codes: Vec<Code>,
    /// Whether open or closed ones alone.
    pub open: Option<bool>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    pub updated_after: Option<Timestamp>,
    /// From 1.
    pub page: usize,
    pub page_size: usize,
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
            "page_size" => self.page_size = page_size(text)?,
            // There is one jurisdiction, and a key is shown otherwise.
            "jurisdiction_id" | "extensions" => {}
            _ => return Err(Error::invalid(name, "no parameter of this service")),
        }
        Ok(())
    }

    /// What is looked through; nothing of it lies more than 90 days apart.
    pub fn filter(&self, caller: &Caller, world: &World, now: Timestamp) -> Result<Filter> {
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

fn page_size(text: &str) -> Result<usize> {
    page_limit(Some(at_least_one(text)?), PAGE_MAX, PAGE_MAX).map_err(|e| Error { field: None, ..e })
}

fn at_least_one(text: &str) -> Result<usize> {
    let number = text.parse().ok().filter(|n| *n > 0);
    number.ok_or_else(|| Error { field: None, ..Error::invalid("", format!("{text:?} is no number from 1 on")) })
}
