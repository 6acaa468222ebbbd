//! `xunge areas`: generations of areas that are not in force yet.

use clap::{Args, Subcommand};

use super::{ACTOR, Place, now};
use crate::{
    base::{Error, Result},
    domain::areas::compare::{self, AreaHead, AreasDifference},
    store::{
        Db,
        areas::{drafts, in_force, in_force_tx, load_generation},
    },
};

/// Areas of a kind beyond this many are counted, not listed.
const LISTED: usize = 20;

#[derive(Debug, Subcommand)]
pub enum Areas {
    /// Lists the generations in force and the drafts
    List(Place),
    /// Tells which codes come, go and change with a draft
    Difference(One),
    /// Puts a draft in force now
    Switch(One),
    /// Takes a draft away
    Drop(One),
}

#[derive(Debug, Args)]
pub struct One {
    /// Its number
    generation: i64,
    #[command(flatten)]
    place: Place,
}

impl Areas {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(place) => list(&place.open().await?.0).await?,
            Self::Difference(one) => tell_difference(&difference(&one.place.open().await?.0, one.generation).await?),
            Self::Switch(one) => {
                let mut write = one.place.open().await?.0.write(ACTOR, now()).await?;
                let draft = drafts::switch(&mut write, one.generation).await?;
                write.commit().await?;
                println!("county {} has the areas of draft {} now", draft.county, draft.generation);
            }
            Self::Drop(one) => {
                let mut write = one.place.open().await?.0.write(ACTOR, now()).await?;
                let draft = drafts::drop_draft(&mut write, one.generation).await?;
                write.commit().await?;
                println!("draft {} of county {} is gone", draft.generation, draft.county);
            }
        }
        Ok(())
    }
}

async fn list(db: &Db) -> Result<()> {
    for one in in_force(db).await? {
        println!("{}  county {}  in force  {}", one.generation, one.county, one.source);
    }
    for draft in drafts::all(&mut db.begin_read().await?).await?.0.iter() {
        let from = draft.from.map_or_else(String::new, |from| format!(" from {from}"));
        println!("{}  county {}  draft{from}  {}", draft.generation, draft.county, draft.source);
    }
    Ok(())
}

async fn difference(db: &Db, generation: i64) -> Result<AreasDifference> {
    let mut tx = db.begin_read().await?;
    let drafts = drafts::all(&mut tx).await?;
    let draft = drafts.get(generation).ok_or_else(|| Error::not_found("draft of areas", generation))?;
    let now = in_force_tx(&mut tx).await?.into_iter().find(|g| g.county == draft.county.as_str());
    let before = match now {
        Some(now) => load_generation(&mut tx, now.generation).await?,
        None => Vec::new(),
    };
    Ok(compare::between(&before, &load_generation(&mut tx, generation).await?))
}

/// Prints what is other.
pub fn tell_difference(told: &AreasDifference) {
    println!("{} stay as they are", told.same);
    let heads = |what: &str, all: &[&AreaHead], more: &dyn Fn(usize) -> String| {
        if !all.is_empty() {
            println!("{what}: {}", all.len());
        }
        for (n, area) in all.iter().enumerate().take(LISTED) {
            println!("    {} {} {:?}{}", area.level, area.code, area.name, more(n));
        }
        if all.len() > LISTED {
            println!("    and {} more", all.len() - LISTED);
        }
    };
    heads("come", &told.come.iter().collect::<Vec<_>>(), &|_| String::new());
    heads("go", &told.gone.iter().collect::<Vec<_>>(), &|_| String::new());
    let changed: Vec<&AreaHead> = told.changed.iter().map(|c| &c.area).collect();
    heads("change", &changed, &|n| {
        let one = &told.changed[n];
        let ground = match one.won_m2 + one.lost_m2 > 0.0 {
            true => format!(", {:.0} m² won, {:.0} m² lost", one.won_m2, one.lost_m2),
            false => String::new(),
        };
        format!(": {}{ground}", one.fields.join(", "))
    });
}
