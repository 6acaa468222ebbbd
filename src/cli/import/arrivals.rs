//! `xunge import arrivals`.

use std::path::PathBuf;

use clap::Args;

use super::open;
use crate::{
    base::Error,
    cli::{ACTOR, Place, now},
    import::arrivals,
    kernel::crs::Datum,
    store,
};

#[derive(Debug, Args)]
pub struct Import {
    /// CSV with the columns id (a UUID), squad, from_lng, from_lat, to_lng, to_lat, departed_at,
    /// arrived_at (RFC 3339); optional: profile (else the squad's), datum
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
        let squads = store::squads::load(&mut db.begin_read().await?).await?;
        let now = now();
        let all = arrivals::read(&self.file.display().to_string(), open(&self.file)?, &squads, self.datum, now)?;
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
