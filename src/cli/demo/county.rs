//! `xunge demo county`.

use std::time::Instant;

use clap::{Args, Subcommand};

use super::tell;
use crate::{
    base::{Code, Error, Result},
    cli::{
        ACTOR, Place,
        made::{self, Made, save_network},
        now,
        powers::NANHU,
        show::Show,
    },
    domain::areas::Areas,
    import::generate::nanhu,
    store::{self, Tx, demo::MADE_UP},
};

const TABLE: &str = include_str!("../../../geodata/nanhu_townships.csv");
/// Seed and number of the past incidents.
const INCIDENTS: (u64, u32) = (1, 2_000);

#[derive(Debug, Subcommand)]
pub enum County {
    /// 13 towns and streets with the codes and names of Nanhu district, Jiaxing; the rest is made up
    Nanhu(Nanhu),
}

#[derive(Debug, Args)]
pub struct Nanhu {
    /// Take another demonstration away
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    place: Place,
}

impl County {
    pub async fn run(self) -> anyhow::Result<()> {
        let Self::Nanhu(nanhu) = self;
        nanhu.run().await
    }
}

impl Nanhu {
    async fn run(self) -> anyhow::Result<()> {
        let (began, now) = (Instant::now(), now());
        let (db, folder) = self.place.open().await?;
        self.check(&mut db.begin_read().await?).await?;
        let show = Show::default();
        show.step("county");
        let nanhu::County { areas, network, squads } = nanhu::county("nanhu_townships.csv", TABLE)?;
        let areas = [areas.clone(), NANHU.special(&areas)?].concat();
        let lookup = Areas::new(areas.clone())?;
        let powers = NANHU.powers(&lookup)?;
        show.step("incidents");
        let incidents = made::incidents(&lookup, &network, &powers.matters, INCIDENTS, now)?;
        show.step("write");
        let bytes = save_network(&network, &folder)?;
        let source =
            format!("{MADE_UP} 合成, nanhu_townships.csv: codes and names are real, borders and all else made up");
        let made = Made { county: Code::new(nanhu::CODE)?, source, areas, squads, powers: Some(powers), incidents };
        let mut write = db.write(ACTOR, now).await?;
        if self.check(&mut write.tx).await? {
            store::demo::remove(&mut write).await?;
        }
        made.write(&mut write, &folder, &network.hash).await?;
        write.commit().await?;
        show.done();
        tell(&made, &network, bytes, began);
        Ok(())
    }

    /// Whether there is another demonstration to take away.
    async fn check(&self, tx: &mut Tx) -> Result<bool> {
        let own = store::demo::own(tx).await?;
        if !own.is_empty() {
            let text = format!("the data folder holds {} that are no demonstration: take an empty one", own.join(", "));
            return Err(Error::conflict(text));
        }
        let used = store::demo::is_used(tx).await?;
        if used && !self.replace {
            return Err(Error::conflict("the data folder is not empty: --replace takes the demonstration in it away"));
        }
        Ok(used)
    }
}
