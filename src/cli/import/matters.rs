//! `xunge import matters`.

use std::path::PathBuf;

use clap::Args;

use super::{text, units::former};
use crate::{
    cli::{ACTOR, Place, now},
    import::matters,
    store,
};

#[derive(Debug, Args)]
pub struct Import {
    /// CSV with at least the columns code, domain, name_zh, name_en, urgency (U, Q or N), arrive_limit_min
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

impl Import {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let matters = matters::read(&self.file.display().to_string(), &text(&self.file)?)?;
        let mut write = db.write(ACTOR, now()).await?;
        if store::matters::load(&mut write.tx).await? == matters {
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
