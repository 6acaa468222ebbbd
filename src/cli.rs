//! Floor 8: the subcommands. Each takes `--data` and `--database`; without one, `serve` is meant.

mod build;
mod counties;
mod demo;
mod grids;
mod import;
mod keys;
mod made;
mod roads;
mod seed;
mod serve;
mod show;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::{
    base::{Clock, Timestamp},
    store::Db,
};

/// Who caused a change that a command made.
pub const ACTOR: &str = "command line";

/// Xunge 巡格: who is responsible here, which squad is there first by road, where can nobody arrive in time.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Serve,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the map, the interface and live events (the default)
    Serve(serve::Serve),
    /// Brings in your own roads, areas, squads, incidents and matters
    #[command(subcommand)]
    Import(Box<import::Import>),
    /// Grids that nobody decreed
    #[command(subcommand)]
    Grids(grids::Grids),
    /// The road network in force
    #[command(subcommand)]
    Roads(roads::Roads),
    /// Made-up data for demonstration
    #[command(subcommand)]
    Demo(demo::Demo),
    /// Keys of those who call the interface
    #[command(subcommand)]
    Keys(keys::Keys),
}

/// Where things are kept.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// The data folder: the SQLite file and the road networks
    #[arg(long, env = "XUNGE_DATA", default_value = "data", value_name = "DIR")]
    pub data: PathBuf,
    /// A PostgreSQL database instead of the SQLite file: postgres://user@host/name
    #[arg(long, env = "XUNGE_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
}

impl Place {
    /// Creates the folder and opens the database.
    pub async fn open(&self) -> anyhow::Result<Db> {
        std::fs::create_dir_all(&self.data)
            .map_err(|e| anyhow::anyhow!("can't create the data folder {}: {e}", self.data.display()))?;
        Ok(Db::open(self.database.as_deref(), &self.data).await?)
    }
}

/// The time that a command's changes are logged under.
pub fn now() -> Timestamp {
    Clock::System.now()
}

impl Cli {
    pub async fn run(self) -> anyhow::Result<()> {
        match self.command {
            None => self.serve.run().await,
            Some(Command::Serve(serve)) => serve.run().await,
            Some(Command::Import(import)) => import.run().await,
            Some(Command::Grids(grids)) => grids.run().await,
            Some(Command::Roads(roads)) => roads.run().await,
            Some(Command::Demo(demo)) => demo.run().await,
            Some(Command::Keys(keys)) => keys.run().await,
        }
    }
}
