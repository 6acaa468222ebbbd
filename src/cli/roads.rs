//! `xunge roads`: the network in force, for other programs.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::Place;
use crate::{
    base::{Error, Result},
    domain::roads::Network,
    import::export::{edges_csv, nodes_csv},
    store::{self, Db},
};

#[derive(Debug, Subcommand)]
pub enum Roads {
    /// Writes nodes.csv and edges.csv with the weight of every directed edge
    Export(Export),
}

#[derive(Debug, Args)]
pub struct Export {
    /// The folder to write to
    #[arg(value_name = "DIR")]
    to: PathBuf,
    #[command(flatten)]
    place: Place,
}

impl Roads {
    pub async fn run(self) -> anyhow::Result<()> {
        let Self::Export(export) = self;
        let (db, folder) = export.place.open().await?;
        let network = in_force(&db, &folder).await?;
        let (mut nodes, mut edges) = (Vec::new(), Vec::new());
        nodes_csv(&network, &mut nodes)?;
        edges_csv(&network, &mut edges)?;
        store::write_whole(&export.to.join("nodes.csv"), &nodes[..])?;
        store::write_whole(&export.to.join("edges.csv"), &edges[..])?;
        let graph = &network.car().graph;
        let (nodes, edges) = (graph.topology.node_osm.len(), graph.edges());
        println!("{nodes} nodes and {edges} edges of the network {} are in {}", network.hash, export.to.display());
        Ok(())
    }
}

/// The network in force.
///
/// # Errors
/// `Conflict` without one; `Unavailable` when its file can't be read.
pub async fn in_force(db: &Db, folder: &Path) -> Result<Network> {
    let roads = store::roads::in_force(&mut db.begin_read().await?).await?;
    let roads = roads.ok_or_else(|| Error::conflict("there is no road network: import roads first"))?;
    store::roads::read_network(folder, &roads.hash)
}
