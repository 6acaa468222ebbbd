//! `xunge import arrivals`.

use std::path::PathBuf;

use clap::Args;

use super::text;
use crate::{
    base::Error,
    cli::{ACTOR, Place, now},
    domain::areas::Areas,
    import::arrivals,
    kernel::crs::Datum,
    store,
};

#[derive(Debug, Args)]
pub struct Import {
    /// CSV with the columns id (a UUID), squad, from_lng, from_lat, to_lng, to_lat, departed_at,
    /// arrived_at (with an offset, or local time of the county); optional: profile (else the squad's), datum
    file: PathBuf,
    /// Of lines that don't name theirs: wgs84, cgcs2000, gcj02 or bd09
    #[arg(long, default_value = "wgs84")]
    datum: Datum,
    #[command(flatten)]
    place: Place,
}

impl Import {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let mut tx = db.begin_read().await?;
        let squads = store::squads::load(&mut tx).await?;
        let zone = Areas::new(store::areas::load(&mut tx).await?)?.time_zone();
        drop(tx);
        let (now, name) = (now(), self.file.display().to_string());
        let all = arrivals::read(&name, &text(&self.file)?, &squads, self.datum, &zone, now)?;
        let mut write = db.write(ACTOR, now).await?;
        let mut added = 0;
        for arrival in &all {
            match store::arrivals::insert(&mut write.tx, arrival).await? {
                None => added += 1,
                Some(former) if former == *arrival => {}
                Some(_) => {
                    let detail = format!("arrival {} is there already with another content", arrival.id);
                    return Err(Error::conflict(detail).at("id").into());
                }
            }
        }
        store::arrivals::record(&mut write, added);
        write.commit().await?;
        match added {
            0 => println!("nothing changed: all {} arrivals are there already", all.len()),
            n => println!("taken: {n} arrivals; {} are there already", all.len() - n),
        }
        Ok(())
    }
}
