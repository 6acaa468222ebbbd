//! `xunge demo roads`.

use std::time::Instant;

use clap::Args;

use super::tell;
use crate::{
    base::{Code, Error, Result},
    cli::{
        ACTOR, Place,
        made::{Made, save_network},
        now,
        show::Show,
    },
    domain::areas::Areas,
    import::generate::{self, county},
    store::{self, Tx, demo::MADE_UP},
};

/// What a province has.
const NODES_MAX: usize = 4_000_000;

#[derive(Debug, Args)]
pub struct Roads {
    /// Junctions of the network, 2 to 4,000,000
    #[arg(long)]
    nodes: usize,
    /// Another seed gives another network
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Take areas, roads and squads of your own away
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    place: Place,
}

impl Roads {
    pub async fn run(self) -> anyhow::Result<()> {
        let began = Instant::now();
        if !(2..=NODES_MAX).contains(&self.nodes) {
            let text = format!("{} junctions are not within 2 to {NODES_MAX}", self.nodes);
            return Err(Error::invalid("nodes", text).into());
        }
        let (db, folder) = self.place.open().await?;
        self.check(&mut db.begin_read().await?).await?;
        let show = Show::default();
        show.step("roads");
        let (network, towns) = generate::network(self.nodes, self.seed)?;
        show.step("townships and squads");
        let areas = county::areas(&towns)?;
        let squads = county::squads(&network, &towns, &Areas::new(areas.clone())?)?;
        show.step("write");
        let bytes = save_network(&network, &folder)?;
        let source = format!("{MADE_UP}, {} nodes, seed {}", self.nodes, self.seed);
        let made =
            Made { county: Code::new(county::CODE)?, source, areas, squads, powers: None, incidents: Vec::new() };
        let mut write = db.write(ACTOR, now()).await?;
        let own = self.check(&mut write.tx).await?;
        let former = store::roads::in_force(&mut write.tx).await?;
        if !own && former.is_some_and(|f| f.hash == network.hash && f.source == made.source) {
            show.done();
            println!("nothing changed: the network {} is in force already", &network.hash[..12]);
            return Ok(());
        }
        if own {
            store::demo::remove_all(&mut write).await?;
        } else if store::demo::is_used(&mut write.tx).await? {
            store::demo::remove(&mut write).await?;
        }
        made.write(&mut write, &folder, &network.hash).await?;
        write.commit().await?;
        show.done();
        tell(&made, &network, bytes, began);
        Ok(())
    }

    /// Whether there is something of the user's own, which only `--replace` takes away.
    async fn check(&self, tx: &mut Tx) -> Result<bool> {
        let mut own = store::demo::own(tx).await?;
        // Incidents that were reported stay in any case.
        own.retain(|&word| word != "incidents");
        if own.is_empty() || self.replace {
            return Ok(!own.is_empty());
        }
        let text = format!(
            "the data folder holds {} that are no demonstration: --replace takes its areas, roads and squads away",
            own.join(", ")
        );
        Err(Error::conflict(text))
    }
}
