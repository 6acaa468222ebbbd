//! `xunge import matters` and `codes`.

use std::path::PathBuf;

use clap::Args;

use super::{text, units::former};
use crate::{
    base::Error,
    cli::{ACTOR, Place, now},
    domain::{areas::Areas, matters::SchemeHead},
    import::matters,
    store,
};

#[derive(Debug, Args)]
pub struct Import {
    /// CSV with at least the columns code, domain, name_zh, name_en, urgency (U, Q or N), arrive_limit_min; legal_review (yes or no) where there is one
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub struct Codes {
    /// CSV with the columns scheme, version, code, matter or category, code_name, and on the first line of a version
    /// name, name_zh, from, until, source, is_default
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

impl Import {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let matters = matters::read(&self.file.display().to_string(), &text(&self.file)?)?;
        let mut write = db.write(ACTOR, now()).await?;
        if store::matters::load(&mut write.tx).await?.all() == matters.all() {
            println!("nothing changed: these {} matters are there already", matters.all().len());
            return Ok(());
        }
        let (areas, units) = former(&mut write.tx).await?;
        store::lists::load(&mut write.tx).await?.check(&units, &matters, &areas)?;
        store::matters::replace(&mut write, &matters).await?;
        write.commit().await?;
        println!("taken: {} matters", matters.all().len());
        Ok(())
    }
}

impl Codes {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let (name, table) = (self.file.display().to_string(), text(&self.file)?);
        let mut write = db.write(ACTOR, now()).await?;
        let areas = Areas::new(store::areas::load(&mut write.tx).await?)?;
        let matters = store::matters::load(&mut write.tx).await?;
        let read = matters::codes(&name, &table, &areas.time_zone(), &matters)?;
        let said = |e: Error| Error { detail: format!("{name}: {}", e.detail), ..e };
        let (_, taken) = matters.schemes().with(read).map_err(said)?;
        if taken.is_empty() {
            println!("nothing changed: these codes are there already");
            return Ok(());
        }
        store::matters::add_schemes(&mut write, &taken).await?;
        write.commit().await?;
        for SchemeHead { scheme, version, is_default, .. } in taken.iter().map(|s| &s.head) {
            println!("scheme {scheme} version {version}{}", if *is_default { ", a default" } else { "" });
        }
        println!("taken: {} codes", taken.iter().map(|s| s.codes().len()).sum::<usize>());
        Ok(())
    }
}
