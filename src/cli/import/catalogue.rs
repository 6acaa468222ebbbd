//! `xunge import working-time`, `stages` and `scenes`.

use std::path::PathBuf;

use clap::Args;

use super::text;
use crate::{
    cli::{ACTOR, Place, now},
    import::catalogue,
    store,
};

#[derive(Debug, Args)]
pub struct WorkingTime {
    /// CSV with the columns kind (hours, holiday or workday), date, hours, name, source
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub struct Stages {
    /// CSV with the columns stage, matter, category, name, name_zh, from, until, limit, closes_when, source, is_default
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub struct Scenes {
    /// CSV with the columns scene, name, name_zh, matters, lead, supporters, source, is_default
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

impl WorkingTime {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let time = catalogue::working_time(&self.file.display().to_string(), &text(&self.file)?)?;
        let mut write = db.write(ACTOR, now()).await?;
        let days = time.days.len();
        if store::catalogue::load(&mut write.tx).await?.working_time == time {
            println!("nothing changed: this working time, with {days} holidays and workdays, is there already");
            return Ok(());
        }
        store::catalogue::replace_working_time(&mut write, &time).await?;
        write.commit().await?;
        println!("taken: working time, with {days} holidays and workdays");
        Ok(())
    }
}

impl Stages {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let table = text(&self.file)?;
        let mut write = db.write(ACTOR, now()).await?;
        let matters = store::matters::load(&mut write.tx).await?;
        let stages = catalogue::stages(&self.file.display().to_string(), &table, &matters)?;
        if store::catalogue::load(&mut write.tx).await?.stages == stages {
            println!("nothing changed: these {} stages are there already", stages.len());
            return Ok(());
        }
        store::catalogue::replace_stages(&mut write, &stages).await?;
        write.commit().await?;
        let defaults = stages.iter().filter(|s| s.is_default).count();
        println!("taken: {} stages, {defaults} of them defaults", stages.len());
        Ok(())
    }
}

impl Scenes {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let table = text(&self.file)?;
        let mut write = db.write(ACTOR, now()).await?;
        let (matters, units) = (store::matters::load(&mut write.tx).await?, store::units::load(&mut write.tx).await?);
        let scenes = catalogue::scenes(&self.file.display().to_string(), &table, &matters, &units)?;
        if store::catalogue::load(&mut write.tx).await?.scenes == scenes {
            println!("nothing changed: these {} scenes are there already", scenes.len());
            return Ok(());
        }
        store::catalogue::replace_scenes(&mut write, &scenes).await?;
        write.commit().await?;
        println!("taken: {} scenes", scenes.len());
        Ok(())
    }
}
