//! Floor 8: the subcommands. Each takes `--config`, `--data` and `--database`; without one, `serve`
//! is meant.

mod areas;
mod audit;
mod backup;
mod build;
mod counties;
mod demo;
mod export;
mod grids;
mod import;
mod imports;
mod keys;
mod lists;
mod made;
mod packaging;
mod plans;
pub mod powers;
mod roads;
mod seed;
mod serve;
mod show;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::{
    base::{Clock, Timestamp},
    config::{self, Settings},
    store::{self, Db},
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
    /// A layer as a file: GeoJSON, CSV, FlatGeobuf, GeoPackage, a shapefile
    Export(export::Export),
    /// What imports of areas, roads and zones took, what they left out, and why
    Imports(imports::Imports),
    /// Areas that are not in force yet: which there are, what would be other, the switch
    #[command(subcommand)]
    Areas(areas::Areas),
    /// Grids that nobody decreed
    #[command(subcommand)]
    Grids(grids::Grids),
    /// The road network in force
    #[command(subcommand)]
    Roads(roads::Roads),
    /// Made-up data for demonstration
    #[command(subcommand)]
    Demo(demo::Demo),
    /// Prints the settings in force as TOML, every key explained: a template for `--config`
    Config(serve::Options),
    /// Keys of those who call the interface
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Plans of patrol zones: which there are, which are in force, a layer as a file
    #[command(subcommand)]
    Plans(Box<plans::Plans>),
    /// Lists of powers: which there are, and as a table
    #[command(subcommand)]
    Lists(lists::Lists),
    /// The change log: who changed what, and whether it is as it was written
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Copies the SQLite database and the road network in force into a folder, also while the service runs
    Backup(backup::Backup),
    /// Puts a backup into a data folder that has no database yet
    Restore(backup::Restore),
    /// Prints what a shell needs to complete commands and options
    Completions(packaging::Completions),
    /// Writes a manual page for each command
    Man(packaging::Man),
}

/// Where things are kept.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// A TOML file with settings; flags and variables win over it
    #[arg(long, env = "XUNGE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data folder: the SQLite file and the road networks [default: data]
    #[arg(long, env = "XUNGE_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// A PostgreSQL database instead of the SQLite file: postgres://user@host/name
    #[arg(long, env = "XUNGE_DATABASE", value_name = "URL", hide_env_values = true)]
    database: Option<String>,
}

impl Place {
    /// What the file says, and flags and variables in its place.
    pub fn settings(&self) -> anyhow::Result<Settings> {
        let mut settings = self.config.as_deref().map(Settings::read).transpose()?.unwrap_or_default();
        let store = &mut settings.store;
        store.data = self.data.clone().unwrap_or(std::mem::take(&mut store.data));
        store.database = self.database.clone().or(store.database.take());
        Ok(settings)
    }

    /// Creates the folder and opens the database; both are returned.
    pub async fn open(&self) -> anyhow::Result<(Db, PathBuf)> {
        let store = self.settings()?.store;
        Ok((open(&store).await?, store.data))
    }
}

async fn open(kept: &config::Store) -> anyhow::Result<Db> {
    store::make_folder(&kept.data)?;
    Ok(Db::open(kept.database.as_deref(), &kept.data).await?)
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
            Some(Command::Export(export)) => export.run().await,
            Some(Command::Imports(imports)) => imports.run().await,
            Some(Command::Areas(areas)) => areas.run().await,
            Some(Command::Grids(grids)) => grids.run().await,
            Some(Command::Roads(roads)) => roads.run().await,
            Some(Command::Demo(demo)) => demo.run().await,
            Some(Command::Config(options)) => options.print(),
            Some(Command::Keys(keys)) => keys.run().await,
            Some(Command::Plans(plans)) => plans.run().await,
            Some(Command::Lists(lists)) => lists.run().await,
            Some(Command::Audit(audit)) => audit.run().await,
            Some(Command::Backup(backup)) => backup.run().await,
            Some(Command::Restore(restore)) => restore.run(),
            Some(Command::Completions(completions)) => {
                completions.run();
                Ok(())
            }
            Some(Command::Man(man)) => man.run(),
        }
    }
}
