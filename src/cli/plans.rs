//! `xunge plans`: what plans there are, which layers are in force, and a layer as a file.

use std::{path::PathBuf, sync::Arc};

use clap::{Args, Subcommand, ValueEnum};
use geojson::FeatureCollection;
use uuid::Uuid;

use super::{Place, now, show};
use crate::{
    base::{Error, Result, Timestamp},
    domain::zones::{Grounds, Plan, ZoneLayer, Zones, history, plan::Revision},
    feature::zones::{atom_rows, layer, outlines, since},
    import::zones::to_csv,
    store::{self, Db},
};

#[derive(Debug, Subcommand)]
pub enum Plans {
    /// Lists plans: id, state, revision, name
    List(Place),
    /// Tells a plan's layers, each with its zones
    Show(Show),
    /// Lists the layers in force: county, layer, since when, plan
    InForce(InForce),
    /// Writes a layer of a plan: outlines as GeoJSON that share their borders, or the table of atom and
    /// zone as CSV
    Export(Export),
}

#[derive(Debug, Args)]
pub struct Show {
    /// Its name or id
    plan: String,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub struct InForce {
    /// When, such as 2026-03-01T08:30:00+08:00; now when not given
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub struct Export {
    /// Its name or id
    plan: String,
    #[arg(long, value_name = "CODE")]
    layer: String,
    /// As it was then; as it is now when not given
    #[arg(long, value_name = "N")]
    revision: Option<Revision>,
    #[arg(long = "as", value_enum, default_value_t)]
    form: Form,
    /// Where to; the standard output when not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Form {
    #[default]
    Geojson,
    Csv,
}

impl Plans {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(place) => {
                let (_, zones) = read(&place).await?;
                for Plan { head, .. } in zones.plans().map(Arc::as_ref) {
                    println!("{}  {:9}  {:>6}  {}", head.id, head.state.as_str(), head.revision, head.name);
                }
                Ok(())
            }
            Self::Show(show) => {
                let (_, zones) = read(&show.place).await?;
                tell(found(&zones, &show.plan)?);
                Ok(())
            }
            Self::InForce(ask) => {
                let (_, zones) = read(&ask.place).await?;
                for here in zones.in_force(ask.at.unwrap_or_else(now)) {
                    let (entry, head) = (here.entry, &here.plan.head);
                    println!("{}  {}  {}  {}  {}", entry.county, entry.layer, entry.from, head.id, head.name);
                }
                Ok(())
            }
            Self::Export(export) => export.run().await,
        }
    }
}

impl Export {
    async fn run(self) -> anyhow::Result<()> {
        let (db, zones) = read(&self.place).await?;
        let mut plan = Arc::clone(found(&zones, &self.plan)?);
        if let Some(revision) = self.revision {
            let since = since(&db, &plan, revision).await?;
            plan = Arc::new(history::rewind(&plan, &since, revision)?);
        }
        let text = text(&plan, layer(&plan, &self.layer)?, self.form)?;
        match &self.out {
            Some(file) => std::fs::write(file, text)
                .map_err(|e| Error::invalid("file", format!("{}: cannot be written: {e}", file.display())).into()),
            None => std::io::Write::write_all(&mut std::io::stdout(), &text).map_err(Into::into),
        }
    }
}

fn text(plan: &Arc<Plan>, layer: &Arc<ZoneLayer>, form: Form) -> Result<Vec<u8>> {
    match form {
        Form::Geojson => {
            let collection = FeatureCollection { bbox: None, features: outlines(plan, layer)?, foreign_members: None };
            serde_json::to_vec(&collection).map_err(Error::internal)
        }
        Form::Csv => {
            let mut out = Vec::new();
            to_csv(atom_rows(plan, layer), &mut out)?;
            Ok(out)
        }
    }
}

async fn read(place: &Place) -> anyhow::Result<(Db, Zones)> {
    let (db, _) = place.open().await?;
    let zones = store::zones::load(&mut db.begin_read().await?, &Grounds::default()).await?;
    Ok((db, zones))
}

/// The plan with this name or id, if there is one.
pub fn find<'a>(zones: &'a Zones, named: &str) -> Result<Option<&'a Arc<Plan>>> {
    if let Ok(id) = Uuid::parse_str(named) {
        return zones.plan(&id).map(Some).ok_or_else(|| Error::not_found("plan", id));
    }
    let found: Vec<_> = zones.plans().filter(|p| p.head.name == named).collect();
    match found[..] {
        [] => Ok(None),
        [plan] => Ok(Some(plan)),
        [..] => Err(Error::invalid("plan", format!("{} plans are called {named:?}: give an id", found.len()))),
    }
}

fn found<'a>(zones: &'a Zones, named: &str) -> Result<&'a Arc<Plan>> {
    find(zones, named)?.ok_or_else(|| Error::not_found("plan", named))
}

fn tell(plan: &Plan) {
    let head = &plan.head;
    println!("{}  {}", head.id, head.name);
    println!("{} at revision {}, by {}", head.state.as_str(), head.revision, head.author);
    println!("county {}, generation {} of its areas, {} atoms", head.county, head.generation, plan.atoms.len());
    for layer in plan.layers.values() {
        let by_zone = layer.atoms_by_zone();
        let atoms = |zone| by_zone.get(zone).map_or(0, Vec::len) as u64;
        let heading = format!("layer {}, {} zones, atoms of each", layer.head.code, layer.zones.len());
        show::counts(&heading, layer.zones.keys().map(|code| (code.as_str(), atoms(code))));
    }
}
