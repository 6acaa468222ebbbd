//! `xunge import working-time`, `stages`, `scenes` and `response-plans`.

use std::{collections::BTreeSet, path::PathBuf};

use clap::Args;

use super::text;
use crate::{
    base::Error,
    cli::{ACTOR, Place, now},
    domain::areas::Areas,
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

#[derive(Debug, Args)]
pub struct ResponsePlans {
    /// CSV with the columns plan, matter, category, area, hours, level, squads, officers, units, equipment, source,
    /// is_default
    file: PathBuf,
    /// Take plans that leave hours of the week without one
    #[arg(long)]
    gaps: bool,
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

impl ResponsePlans {
    pub async fn run(self) -> anyhow::Result<()> {
        /// Gaps beyond these are counted, not listed.
        const LISTED: usize = 20;
        let (db, _) = self.place.open().await?;
        let table = text(&self.file)?;
        let mut write = db.write(ACTOR, now()).await?;
        let (matters, units) = (store::matters::load(&mut write.tx).await?, store::units::load(&mut write.tx).await?);
        let areas = Areas::new(store::areas::load(&mut write.tx).await?)?;
        let plans = catalogue::response_plans(&self.file.display().to_string(), &table, (&matters, &areas, &units))?;
        let lines = plans.all().len();
        let (gaps, without) = plans.gaps(&matters, &areas);
        let told = gaps.iter().take(LISTED).map(|gap| {
            let area = gap.area.as_ref().map_or_else(|| "elsewhere".to_owned(), |area| format!("area {area}"));
            format!("no plan for matter {}, {area}, from {} on", gap.matter, gap.from)
        });
        let told = told.collect::<Vec<_>>().join("\n");
        if !gaps.is_empty() && !self.gaps {
            let why = format!("{} gaps; --gaps takes them:\n{told}", gaps.len());
            return Err(Error::invalid("hours", why).into());
        }
        if store::catalogue::load(&mut write.tx).await?.response_plans == plans {
            println!("nothing changed: these {lines} lines of response plans are there already");
            return Ok(());
        }
        store::catalogue::replace_response_plans(&mut write, &plans).await?;
        write.commit().await?;
        let names: BTreeSet<_> = plans.all().iter().map(|p| &p.plan).collect();
        println!("taken: {} response plans with {lines} levels; {without} matters have none", names.len());
        if !gaps.is_empty() {
            println!("{} gaps:\n{told}", gaps.len());
        }
        Ok(())
    }
}
