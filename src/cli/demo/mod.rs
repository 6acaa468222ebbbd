//! `xunge demo`: made-up data for demonstration, always labelled.

mod county;
mod day;
mod policies;
mod roads;

use std::time::Instant;

use clap::{Args, Subcommand};

use super::{
    ACTOR, Place, counties,
    made::Made,
    now,
    powers::{self, Powers},
};
use crate::{
    base::Error,
    domain::{areas::Areas, roads::Network, synthetic},
    store,
};

#[derive(Debug, Subcommand)]
pub enum Demo {
    /// Lays a made-up road network of any size down, with a county, townships and squads on it
    Roads(roads::Roads),
    /// Lays a made-up picture of a Chinese county down: areas, roads, squads and incidents
    #[command(subcommand)]
    County(county::County),
    /// Adds synthetic incidents of the past year near buildings; a seed gives the same ones each time
    Incidents(Incidents),
    /// Plays a day against a running service through its interface, prints the key figures, and checks that nothing is
    /// crooked at its end
    Day(day::Day),
    /// Tries policies of dispatch on made-up days in process: who comes late under each, beside what nobody could have
    /// done better; changes nothing
    Policies(policies::Policies),
    /// Adds units, rosters and lists to a demonstration county that an earlier version laid down without
    Powers(Place),
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
        match self {
            Self::Roads(roads) => roads.run().await,
            Self::County(county) => county.run().await,
            Self::Incidents(incidents) => incidents.run().await,
            Self::Day(day) => day.run().await,
            Self::Policies(policies) => policies.run().await,
            Self::Powers(place) => add_powers(&place).await,
        }
    }
}

impl Incidents {
    async fn run(self) -> anyhow::Result<()> {
        let ask = self;
        let (db, folder) = ask.place.open().await?;
        let mut tx = db.begin_read().await?;
        let areas = Areas::new(store::areas::load(&mut tx).await?)?;
        let matters = store::matters::load(&mut tx).await?;
        drop(tx);
        if areas.is_empty() {
            return Err(Error::conflict("there are no areas to put incidents in: import areas first").into());
        }
        let network = super::roads::in_force(&db, &folder).await?;
        let spots = super::made::spots(&areas, &network)
            .ok_or_else(|| Error::conflict("no building and no residential road lies in the areas"))?;
        let now = now();
        let made = synthetic::incidents(&spots, &matters, &areas, (ask.seed, ask.count), now)?;
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

async fn add_powers(place: &Place) -> anyhow::Result<()> {
    let (db, _) = place.open().await?;
    let mut write = db.write(ACTOR, now()).await?;
    let powers = powers::add(&mut write).await?;
    write.commit().await?;
    tell_powers(&powers);
    Ok(())
}

fn tell_powers(Powers { matters, units, lists, officers, .. }: &Powers) {
    let (units, rosters) = (units.all().len(), units.rosters().len());
    println!(
        "matters: {}, units: {units}, lines of rosters: {rosters}, lists: {}, officers: {}",
        matters.all().len(),
        lists.all().len(),
        officers.len()
    );
}

/// Tells what was laid down.
fn tell(made: &Made, network: &Network, bytes: u64, began: Instant) {
    counties::print("areas", &made.areas);
    let graph = &network.car().graph;
    let (nodes, links) = (graph.topology.node_osm.len(), graph.links());
    println!("roads: {nodes} junctions, {links} links for all profiles");
    println!("squads: {}, incidents: {}", made.squads.len(), made.incidents.len());
    made.powers.iter().for_each(tell_powers);
    let (hash, mb, s) = (&network.hash[..12], bytes as f64 / 1e6, began.elapsed().as_secs_f64());
    println!("the network {hash} is in force ({mb:.1} MB), all of it {}; {s:.1} s", made.source);
}
