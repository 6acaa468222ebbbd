//! `xunge export`: a layer as a file.

use std::path::PathBuf;

use clap::Args;

use super::{Place, open};
use crate::{
    base::Clock,
    ctx::Ctx,
    feature::layers::{self, Layer},
};

#[derive(Debug, Args)]
pub struct Export {
    /// counties, townships, villages, grids, special_areas, squads, incidents, coverage, roads, disruptions, zones,
    /// zone_borders or blind_spots
    layer: Layer,
    /// Its ending tells the form: .geojson, .csv, .fgb (FlatGeobuf), .gpkg (GeoPackage), or .zip (a shapefile)
    file: PathBuf,
    /// What the layer's address takes in its query, such as at=2026-03-02T10:00:00+08:00, minutes=20 or plan=ID;
    /// may be repeated
    #[arg(long = "with", value_name = "PARAMETER=VALUE")]
    with: Vec<String>,
    #[command(flatten)]
    place: Place,
}

impl Export {
    pub async fn run(self) -> anyhow::Result<()> {
        let settings = self.place.settings()?;
        let db = open(&settings.store).await?;
        let data = settings.store.data.clone();
        let ctx = Ctx::open(db, data, settings, Clock::System).await?;
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.with.iter().map(|pair| pair.split_once('=').unwrap_or((pair, ""))));
        let written = layers::export(&ctx, self.layer, &query.finish(), &self.file).await?;
        println!("{written} of {} are in {}", self.layer.as_str(), self.file.display());
        Ok(())
    }
}
