//! Areas that do not come in force at once.

use clap::Args;
use jiff::tz::TimeZone;

use crate::{
    base::{Error, Result, Timestamp},
    domain::areas::{Area, Level},
    import::when,
};

/// Whether and until when they are a draft.
#[derive(Debug, Args)]
pub struct Drafting {
    /// Keep them beside the areas in force, until `xunge areas switch`
    #[arg(long)]
    draft: bool,
    /// A draft that comes in force by itself then: a day in the county, such as 2027-01-01, or a time
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// They go into this draft, which the new one takes the place of: so it gets its villages after its townships
    #[arg(long, value_name = "N")]
    onto: Option<i64>,
}

impl Drafting {
    pub fn is_draft(&self) -> bool {
        self.draft || self.from.is_some() || self.onto.is_some()
    }

    /// The draft that they go into.
    pub fn onto(&self) -> Option<i64> {
        self.onto
    }

    /// Refuses levels that are never drafted.
    pub fn check(&self, level: Level) -> Result<()> {
        if self.is_draft() && level == Level::Special {
            let why = "special areas lie beside the others and come in force at once: they are no draft";
            return Err(Error::invalid("draft", why));
        }
        Ok(())
    }

    /// When they come in force by themselves, if they do.
    pub fn from(&self, areas: &[Area], now: Timestamp) -> Result<Option<Timestamp>> {
        let Some(written) = &self.from else { return Ok(None) };
        let zone = areas.iter().find_map(|a| a.time_zone.as_deref()).and_then(|name| TimeZone::get(name).ok());
        let from = when::moment(written, &zone.unwrap_or(TimeZone::UTC)).map_err(|e| Error::invalid("from", e))?;
        if from <= now {
            return Err(Error::invalid("from", format!("{from} is over: without --from they come in force at once")));
        }
        Ok(Some(from))
    }
}
