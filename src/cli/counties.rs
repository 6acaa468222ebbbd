//! The counties in force, read before long work and looked at again before it is written.

use super::show;
use crate::{
    base::{Code, Error, Result},
    domain::areas::{Area, Areas, Level},
    store::{
        Db, Tx,
        areas::{Generation, drafts, in_force_tx, load_generation},
    },
};

/// One county with its generation.
#[derive(Debug)]
pub struct County {
    pub generation: Generation,
    pub areas: Vec<Area>,
}

#[derive(Debug)]
pub struct Counties {
    /// Everything that was in force when this was read.
    seen: Vec<Generation>,
    pub all: Vec<County>,
}

impl Counties {
    /// The demo is passed over unless `with_demo`.
    pub async fn read(db: &Db, with_demo: bool) -> Result<Self> {
        let mut tx = db.begin_read().await?;
        let seen = in_force_tx(&mut tx).await?;
        let mut all = Vec::new();
        for generation in seen.iter().filter(|g| with_demo || g.demo == 0) {
            let areas = load_generation(&mut tx, generation.generation).await?;
            all.push(County { generation: generation.clone(), areas });
        }
        Ok(Self { seen, all })
    }

    /// As if this draft were in force; gives its county.
    pub async fn with_draft(&mut self, db: &Db, generation: i64) -> Result<Code> {
        let mut tx = db.begin_read().await?;
        let draft = drafts::known(&mut tx, generation).await?;
        let areas = load_generation(&mut tx, generation).await?;
        let (county, source) = (draft.county.to_string(), draft.source);
        match self.all.iter_mut().find(|c| c.generation.county == county) {
            Some(known) => known.areas = areas,
            None => {
                let valid_from_ms = draft.drafted_at.ms();
                let generation = Generation { generation, county, source, demo: 0, valid_from_ms };
                self.all.push(County { generation, areas });
            }
        }
        Ok(draft.county)
    }

    /// The county with this code; without one the only county there is.
    pub fn pick(&self, code: Option<&str>) -> Result<Option<&County>> {
        match (code, &self.all[..]) {
            (Some(code), all) => Ok(all.iter().find(|c| c.generation.county == code)),
            (None, []) => Ok(None),
            (None, [only]) => Ok(Some(only)),
            (None, all) => {
                let codes: Vec<_> = all.iter().map(|c| c.generation.county.as_str()).collect();
                Err(Error::invalid("county", format!("there are several counties, name one: {}", codes.join(", "))))
            }
        }
    }

    /// Refuses `areas` as those of `county` when they clash with themselves or with another county.
    pub fn check(&self, county: &str, areas: &[Area]) -> Result<()> {
        let others = self.all.iter().filter(|c| c.generation.county != county);
        Areas::new(others.flat_map(|c| &c.areas).chain(areas).cloned().collect()).map(drop)
    }

    /// Refuses to go on when somebody replaced areas since.
    pub async fn still(&self, tx: &mut Tx) -> Result<()> {
        if in_force_tx(tx).await? == self.seen {
            return Ok(());
        }
        Err(Error::conflict("the areas were changed meanwhile by somebody else, run the command again"))
    }
}

/// Prints how many areas of each level there are.
pub fn print(heading: &str, areas: &[Area]) {
    let count = |level| areas.iter().filter(|a| a.level == level).count() as u64;
    show::counts(
        heading,
        Level::ALL.into_iter().chain([Level::Special]).map(|l| (l.as_str(), count(l))).filter(|(_, n)| *n > 0),
    );
}
