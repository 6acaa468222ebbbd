//! In which of several areas a case lies whose place is in doubt, once somebody has decided that (rule 14). Kept by
//! whatever is asked about the case later.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Incident;
use crate::{
    base::{Code, Error, Result, Timestamp, words},
    domain::{
        areas::{AreaIx, Areas},
        responsibility::{Candidate, Ground, candidates},
    },
};

words! {
    /// How it was decided; each weighs more than those before it.
    #[schema(as = PlaceDecidedBy)]
    DecidedBy {
        /// 先立案者: a unit of one of the areas took it on first.
        FirstFiler = "first_filer",
        /// 协商: the units have agreed.
        Negotiation = "negotiation",
        /// 指定管辖: a judge has said so.
        Designation = "designation",
    }
}

/// Areas over a place, by their codes when it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DecidedGround)]
pub struct Over {
    /// Special areas, the highest priority first.
    pub overlays: Vec<Code>,
    #[schema(value_type = Option<String>)]
    pub township: Option<Code>,
    #[schema(value_type = Option<String>)]
    pub county: Option<Code>,
}

/// Which of the candidates is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlaceChoice)]
pub struct Choice {
    /// A township or special area that the place may lie in.
    pub area: Code,
    pub by: DecidedBy,
    /// What powers depend on from then on: worked out by the service, never sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub over: Option<Over>,
}

/// Who decided, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PlaceDecision)]
pub struct Decision {
    pub area: Code,
    pub by: DecidedBy,
    pub over: Over,
    pub at: Timestamp,
    /// A key's id, `keyless` or `command line`.
    pub actor: String,
    pub reason: Option<String>,
    /// Of the case's history.
    pub action: Uuid,
}

/// By whom, when and why something is said.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    pub action: Uuid,
    pub at: Timestamp,
    pub actor: &'a str,
    pub reason: Option<&'a str>,
}

fn against(why: String) -> Error {
    Error::invalid("act", format!("{why} (rule 14)"))
}

impl Decision {
    /// What holds once somebody has said so, with an action.
    ///
    /// # Errors
    /// `Invalid` where something weightier stands, or somebody was first.
    pub fn after(former: Option<&Self>, choice: &Choice, said: Said) -> Result<Self> {
        let Choice { area, by, over } = choice.clone();
        if let Some(held) = former
            && ((by as u8) < held.by as u8 || by == DecidedBy::FirstFiler)
        {
            let (by, held_by) = (by.as_str(), held.by.as_str());
            return Err(against(format!("it was decided for {} by {held_by}: {by} comes too late", held.area)));
        }
        let over = over.ok_or_else(|| against(format!("what lies over {area} is not known")))?;
        let Said { action, at, actor, reason } = said;
        Ok(Self { area, by, over, at, actor: actor.to_owned(), reason: reason.map(str::to_owned), action })
    }
}

impl Incident {
    /// What the place may lie in, several where it is in doubt.
    pub fn doubts(&self, areas: &Areas) -> Vec<Candidate> {
        let found = candidates(areas, self.at, self.accuracy_m.unwrap_or(0.0));
        if found.len() > 1 { found } else { Vec::new() }
    }

    /// The ground if it lies in that area.
    ///
    /// # Errors
    /// `Invalid` where there is no doubt, or the area is none of the candidates.
    pub fn ground_in(&self, areas: &Areas, area: &Code) -> Result<Ground> {
        let doubts = self.doubts(areas);
        let code = |ix: AreaIx| &areas.at(ix).code;
        if let Some(meant) = doubts.iter().find(|c| code(c.area) == area) {
            return Ok(meant.ground.clone());
        }
        let named: Vec<&str> = doubts.iter().map(|c| code(c.area).as_str()).collect();
        Err(against(match named[..] {
            [] => "there is no doubt where it lies".to_owned(),
            _ => format!("{area} is none of the areas that may be meant: {}", named.join(", ")),
        }))
    }

    /// The areas that powers depend on: as decided, else those that it was filed in; those in force where these are
    /// no more.
    pub fn ground(&self, areas: &Areas) -> Ground {
        let known = |code: &Option<Code>| code.as_ref().and_then(|c| areas.index(c.as_str()));
        let here = Ground::at(areas, self.at);
        match self.decision.as_ref().map(|d| &d.over) {
            Some(over) => Ground {
                overlays: over.overlays.iter().filter_map(|code| areas.index(code.as_str())).collect(),
                township: known(&over.township).or(here.township),
                county: known(&over.county).or(here.county),
            },
            None => Ground {
                township: known(&self.place.township).or(here.township),
                county: known(&self.place.county).or(here.county),
                ..here
            },
        }
    }
}

impl Over {
    pub fn of(areas: &Areas, ground: &Ground) -> Self {
        let code = |ix: &AreaIx| areas.at(*ix).code.clone();
        Self {
            overlays: ground.overlays.iter().map(code).collect(),
            township: ground.township.as_ref().map(code),
            county: ground.county.as_ref().map(code),
        }
    }

    /// All of them.
    pub fn areas(&self) -> impl Iterator<Item = &Code> {
        self.overlays.iter().chain(&self.township).chain(&self.county)
    }
}

#[cfg(test)]
mod tests;
