//! `xunge import`: a user's own data. All or nothing; the same data again changes nothing.

mod areas;
mod arrivals;
mod catalogue;
mod drafting;
pub mod drawn;
mod incidents;
mod lists;
mod matters;
mod officers;
mod owners;
mod places;
mod profiles;
mod roads;
mod squads;
mod units;
pub mod zones;

use std::path::Path;

use clap::Subcommand;
use serde::Serialize;

use crate::{
    base::{Error, Result},
    import::Source,
    store::{self, Db, Write},
};

#[derive(Debug, Subcommand)]
pub enum Import {
    /// Replaces the road network by that of OpenStreetMap extracts
    Roads(roads::Import),
    /// Replaces one level of a county, and what lies below it, by the areas of a file
    Areas(Box<areas::Import>),
    /// Replaces all squads by those of a CSV file
    Squads(squads::Import),
    /// Replaces our own list of places that are found by their names by that of a CSV file
    Places(places::Import),
    /// Adds past incidents from a CSV file
    Incidents(incidents::Import),
    /// Adds observed drives from a CSV file, for calibration
    Arrivals(arrivals::Import),
    /// Replaces the catalogue of matters by that of a CSV file
    Matters(matters::Import),
    /// Adds versions of schemes, how others number matters, from a CSV file
    Codes(matters::Codes),
    /// Replaces working time, with holidays and make-up workdays, by that of a CSV file
    WorkingTime(catalogue::WorkingTime),
    /// Replaces the stages in which cases are handled, with their limits, by those of a CSV file
    Stages(catalogue::Stages),
    /// Replaces scenes, matters that are handled as one thing, by those of a CSV file
    Scenes(catalogue::Scenes),
    /// Replaces response plans, what a case wants by matter, area, hour and alarm level, by those of a CSV file
    ResponsePlans(catalogue::ResponsePlans),
    /// Adds a version of a profile, which states cases go through and what leads from one to another, from a CSV file
    Profile(profiles::Import),
    /// Replaces the tree of units by that of a CSV file
    Units(units::Import),
    /// Replaces all duty rosters by those of a CSV file
    Rosters(units::Rosters),
    /// Replaces all officers by those of a CSV file
    Officers(officers::Import),
    /// Adds versions of lists, which unit has which power over which matter, from a CSV file
    Lists(lists::Import),
    /// Cuts a layer of a plan as drawn polygons, or a table of atoms and zones, say
    Zones(zones::Import),
}

impl Import {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Roads(import) => import.run().await,
            Self::Areas(import) => import.run().await,
            Self::Squads(import) => import.run().await,
            Self::Places(import) => import.run().await,
            Self::Incidents(import) => import.run().await,
            Self::Arrivals(import) => import.run().await,
            Self::Matters(import) => import.run().await,
            Self::Codes(import) => import.run().await,
            Self::WorkingTime(import) => import.run().await,
            Self::Stages(import) => import.run().await,
            Self::Scenes(import) => import.run().await,
            Self::ResponsePlans(import) => import.run().await,
            Self::Profile(import) => import.run().await,
            Self::Units(import) => import.run().await,
            Self::Rosters(import) => import.run().await,
            Self::Officers(import) => import.run().await,
            Self::Lists(import) => import.run().await,
            Self::Zones(import) => import.run().await,
        }
    }
}

/// Refuses to mix real data into the demo county unless it is to be replaced.
async fn check_demo(db: &Db, replace_demo: bool) -> Result<()> {
    if !replace_demo && store::demo::in_force(&mut db.begin_read().await?).await? {
        return Err(refused());
    }
    Ok(())
}

/// Takes the demo county away inside the transaction that puts real data in force; says whether
/// there was one.
async fn remove_demo(write: &mut Write, replace_demo: bool) -> Result<bool> {
    let demo = store::demo::in_force(&mut write.tx).await?;
    if demo && !replace_demo {
        return Err(refused());
    }
    if demo {
        store::demo::remove(write).await?;
    }
    Ok(demo)
}

fn refused() -> Error {
    Error::conflict(
        "the data folder holds the demonstration county: --replace-demo takes its areas, roads, squads and \
         synthetic incidents away",
    )
}

fn tell_removed(demo: bool) {
    if demo {
        println!("the demonstration county was taken away: areas, roads, squads and synthetic incidents");
    }
}

/// Writes what an import has to tell for other programs, where they want it.
fn keep_report(file: Option<&Path>, report: &impl Serialize) -> Result<()> {
    let Some(file) = file else { return Ok(()) };
    let text = serde_json::to_string_pretty(report).map_err(Error::internal)?;
    let unwritable = |e| Error::invalid("report", format!("{} can't be written: {e}", file.display()));
    std::fs::write(file, text + "\n").map_err(unwritable)
}

/// The text of a file; tells when it was written in something else than UTF-8.
fn text(file: &Path) -> Result<String> {
    let read = Source::Path(file).text()?;
    if read.encoding != "UTF-8" {
        println!("{} was read as {}", file.display(), read.encoding);
    }
    Ok(read.text)
}
