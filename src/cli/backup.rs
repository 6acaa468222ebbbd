//! `xunge backup` and `xunge restore`.

use std::path::PathBuf;

use clap::Args;

use super::{Place, now};
use crate::{
    base::Error,
    store::backup::{self, Manifest},
};

#[derive(Debug, Args)]
pub struct Backup {
    /// A folder that is new or empty
    #[arg(value_name = "DIR")]
    to: PathBuf,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub struct Restore {
    /// What `xunge backup` made
    #[arg(value_name = "DIR")]
    from: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// PostgreSQL has tools of its own for this; the networks lie in the data folder either way.
fn refuse_postgres(place: &Place, what: &str, run: &str) -> anyhow::Result<PathBuf> {
    let store = place.settings()?.store;
    if store.database.is_none() {
        return Ok(store.data);
    }
    let roads = store.data.join("roads");
    let why = format!("nothing was {what}: the database is PostgreSQL's. Run `{run}`, and copy {}", roads.display());
    Err(Error::conflict(why).into())
}

fn told(manifest: &Manifest) -> String {
    let head = manifest.head.as_deref().unwrap_or("nothing was written yet");
    format!("of {}, {} files, head of the change log: {head}", manifest.made_at, manifest.files.len())
}

impl Backup {
    pub async fn run(self) -> anyhow::Result<()> {
        let run = "pg_dump --format=custom --file=xunge.dump DATABASE";
        let folder = refuse_postgres(&self.place, "copied", run)?;
        let manifest = backup::make(&folder, &self.to, now()).await?;
        println!("{} is a backup {}", self.to.display(), told(&manifest));
        Ok(())
    }
}

impl Restore {
    pub fn run(self) -> anyhow::Result<()> {
        let run = "pg_restore --create --dbname=postgres xunge.dump";
        let folder = refuse_postgres(&self.place, "put back", run)?;
        let manifest = backup::restore(&self.from, &folder)?;
        println!("{} holds the backup {}", folder.display(), told(&manifest));
        Ok(())
    }
}
