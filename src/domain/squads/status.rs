//! Of which kind a squad is, what it says it is doing, and when it said so.

use serde::{Deserialize, Serialize};

use super::Squad;
use crate::{
    base::{Error, Result, Timestamp, words},
    domain::clocks::WORD_AHEAD_MS,
};

/// A day: what a dead zone kept back longer tells nothing about the present, milliseconds.
const OLD_MS: i64 = 86_400_000;
/// Clocks of devices may be so slow, milliseconds.
const SLOW_MS: i64 = 5_000;
/// Who says the same again so soon says nothing new, milliseconds.
const AGAIN_MS: i64 = 60_000;

words! {
    /// Whose squad it is, and how it comes to be sent.
    SquadKind {
        /// A unit of the county, in a township.
        Stationed = "stationed",
        /// The county's own, sent by it directly.
        Direct = "direct",
        /// The township's own.
        Township = "township",
        /// At home or at other work until it is called; its turnout is long.
        OnCall = "on_call",
        /// From beyond the county line, lent to the county.
        MutualAid = "mutual_aid",
    }
}

words! {
    /// What the squad says it is doing. Whether it is on shift follows from its shifts.
    SquadStatus {
        Available = "available",
        Busy = "busy",
        /// On the way back; it may be sent.
        Returning = "returning",
        OutOfService = "out_of_service",
    }
}

impl SquadStatus {
    /// Who was sent is none of these before that has ended.
    pub fn is_free(self) -> bool {
        matches!(self, Self::Available | Self::Returning)
    }
}

/// Who told a status, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Said {
    /// When it was so.
    pub at: Timestamp,
    pub received_at: Timestamp,
    /// A key's id, `keyless` or `command line`.
    pub by: String,
}

/// A status that was told of a squad, and taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ToldStatus {
    /// From 1 for each squad, in the order in which they were taken.
    pub n: u32,
    pub status: SquadStatus,
    #[serde(flatten)]
    #[schema(inline)]
    pub said: Said,
}

/// What a word about a status comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    New(Box<Squad>),
    /// The same was said just before.
    Again,
    /// Something newer is known.
    Late,
}

impl Said {
    /// What a clock that runs ahead says was so now.
    pub fn new(at: Timestamp, received_at: Timestamp, by: &str) -> Self {
        Self { at: at.min(received_at), received_at, by: by.to_owned() }
    }

    /// Refuses a time that can't be, or that is over.
    pub fn told(at: Timestamp, received_at: Timestamp, by: &str) -> Result<Self> {
        at.not_ahead("at", received_at, WORD_AHEAD_MS)?;
        match received_at.ms() - at.ms() > OLD_MS {
            true => Err(Error::invalid("at", format!("{at} is more than a day ago"))),
            false => Ok(Self::new(at, received_at, by)),
        }
    }
}

impl Squad {
    /// The squad after this was said of it.
    pub fn hear(&self, status: SquadStatus, said: Said) -> Heard {
        match &self.said {
            Some(known) if said.at.plus_ms(SLOW_MS) < known.at => Heard::Late,
            Some(known) if status == self.status && said.at.ms() - known.at.ms() < AGAIN_MS => Heard::Again,
            _ => Heard::New(Box::new(self.clone().set(status, said))),
        }
    }

    /// The squad when it does this, whatever was told before. Its clock is never put back.
    pub fn set(self, status: SquadStatus, said: Said) -> Self {
        let at = self.said.as_ref().map_or(said.at, |known| known.at.max(said.at));
        Self { status, said: Some(Said { at, ..said }), ..self }
    }
}
