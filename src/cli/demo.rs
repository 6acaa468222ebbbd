//! `xunge demo`: made-up data for demonstration, always labelled.

use clap::{Args, Subcommand};

use super::{ACTOR, Place, now, roads};
use crate::{
    base::Error,
    domain::{
        areas::Areas,
        synthetic::{self, Spots},
    },
    feature::areas::place,
    import::settled,
    store,
};

#[derive(Debug, Subcommand)]
pub enum Demo {
    /// Adds synthetic incidents of the past year near buildings; a seed gives the same ones each time
    Incidents(Incidents),
}

#[derive(Debug, Args)]
pub struct Incidents {
    /// Length of the series; incidents that fall outside of every area are left out of it
    #[arg(long)]
    count: u32,
    /// Another seed gives other incidents
    #[arg(long)]
    seed: u64,
    #[command(flatten)]
    place: Place,
}

impl Demo {
    pub async fn run(self) -> anyhow::Result<()> {
        let Self::Incidents(ask) = self;
        let (db, folder) = ask.place.open().await?;
        let mut tx = db.begin_read().await?;
        let areas = Areas::new(store::areas::load(&mut tx).await?)?;
        let matters = store::matters::load(&mut tx).await?;
        drop(tx);
        if areas.is_empty() {
            return Err(Error::conflict("there are no areas to put incidents in: import areas first").into());
        }
        let network = roads::in_force(&db, &folder).await?;
        let inside = settled::weights(&network).into_iter().filter(|(at, _)| areas.locate(*at).county.is_some());
        let spots = Spots::new(inside)
            .ok_or_else(|| Error::conflict("no building and no residential road lies in the areas"))?;
        let now = now();
        let made = synthetic::incidents(&spots, &matters, |at| place(&areas, at, None), (ask.seed, ask.count), now);
        let many: Vec<_> = made.into_iter().map(|i| (i.clone(), i.id.to_string())).collect();
        let mut write = db.write(ACTOR, now).await?;
        let batch = format!("demo {} {} {now}", ask.seed, ask.count);
        let added = store::incidents::insert_batch(&mut write, &batch, &many).await?;
        write.commit().await?;
        match added {
            0 => println!("nothing changed: the series of seed {} is there already", ask.seed),
            n => println!("added {n} synthetic incidents; {} are there already", many.len() as u64 - n),
        }
        Ok(())
    }
}
