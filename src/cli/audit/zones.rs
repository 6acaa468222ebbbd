//! `xunge audit zones`: what is wrong with a file, before anything is made of it.

use std::path::{Path, PathBuf};

use clap::Args;
use geo::MultiPolygon;
use geojson::{Feature, FeatureCollection};
use serde_json::json;

use crate::{
    api::feature,
    base::{Code, Error, Result},
    cli::{
        Place,
        counties::Counties,
        import::zones::Fields,
        show::{self, Show},
    },
    domain::{
        areas::Level,
        zones::audit::{AuditOptions, Drawn, Finding, SLIVER_WIDTH_M, audit},
    },
    import::zones::from_features,
    kernel::misfit::Misfit,
};

#[derive(Debug, Args)]
pub struct Zones {
    /// Polygons: GeoJSON, a shapefile (also zipped) or a GeoPackage
    file: PathBuf,
    #[command(flatten)]
    fields: Fields,
    /// What is narrower is a slip of the pen, and so is the space between borders that run closer
    #[arg(long, default_value_t = SLIVER_WIDTH_M, value_name = "METRES")]
    sliver_width_m: f64,
    /// The zones need not fill the ground
    #[arg(long)]
    partial: bool,
    /// The county that they belong to; not needed where there is just one
    #[arg(long, value_name = "CODE")]
    county: Option<Code>,
    /// Writes the faults as GeoJSON, each with its drawing
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Writes the borders that break the tiling as GeoJSON lines, the invalid coverage edges of GEOS
    #[arg(long, value_name = "FILE")]
    edges_out: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

impl Zones {
    pub async fn run(self) -> anyhow::Result<()> {
        let show = Show::default();
        show.step("read zones");
        let drawn = from_features(&self.fields.features(&self.file).await?, &self.fields.options())?;
        let county = self.county().await?;
        let options = AuditOptions {
            sliver_width_m: self.sliver_width_m,
            partial: self.partial,
            datum: self.fields.datum,
            county: county.as_ref(),
        };
        show.step("audit");
        let audit = audit(&drawn, &options)?;
        show.done();
        println!("zones: {}", drawn.len());
        if county.is_none() {
            println!("no county to compare with: the datum is looked at zone by zone only");
        }
        let counts = audit.counts();
        show::counts("faults", counts.iter().map(|(kind, n)| (*kind, *n as u64)));
        audit.findings.iter().for_each(tell);
        if audit.findings.is_empty() {
            println!("no fault");
        }
        if let Some(out) = &self.out {
            let features = audit.findings.iter().enumerate();
            let features = features.map(|(i, f)| feature(i.to_string(), (&f.drawing).into(), f));
            write(out, features.collect::<Result<_>>()?)?;
        }
        if let Some(out) = &self.edges_out {
            let features = audit.edges.iter().enumerate().map(|(i, e)| edge(i, e, &drawn));
            write(out, features.collect::<Result<_>>()?)?;
        }
        Ok(())
    }

    /// The county in force; none where no data folder was made yet.
    async fn county(&self) -> anyhow::Result<Option<MultiPolygon<f64>>> {
        let store = self.place.settings()?.store;
        if store.database.is_none() && !store.data.exists() {
            return Ok(None);
        }
        let (db, _) = self.place.open().await?;
        let counties = Counties::read(&db, true).await?;
        let code = self.county.as_ref().map(Code::as_str);
        let county = counties.pick(code)?;
        if let (Some(code), None) = (code, county) {
            return Err(Error::invalid("county", format!("there is no county {code}")).into());
        }
        Ok(county.and_then(|c| c.areas.iter().find(|a| a.level == Level::County)).map(|a| a.geometry.clone()))
    }
}

fn tell(finding: &Finding) {
    let zones: Vec<_> = finding.zones.iter().take(5).map(Code::as_str).collect();
    let more = finding.zones.len().saturating_sub(zones.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let size = finding.size;
    let size = [(size.area_m2, "m²"), (size.width_m, "m wide"), (size.length_m, "m long")];
    let size = size.iter().filter_map(|(n, unit)| n.map(|n| format!(", {n:.1} {unit}")));
    println!("{} of {}{more} at {}{}", finding.fault.as_str(), zones.join(", "), finding.at, size.collect::<String>());
    println!("    {}", finding.advice);
}

fn edge(i: usize, edge: &Misfit, drawn: &[Drawn]) -> Result<Feature> {
    let code = |i: usize| drawn[i].code.as_str();
    let properties = json!({"zone": code(edge.shape), "against": code(edge.against)});
    feature(i.to_string(), (&edge.line).into(), properties)
}

fn write(file: &Path, features: Vec<Feature>) -> Result<()> {
    let collection = FeatureCollection { bbox: None, features, foreign_members: None };
    let text = serde_json::to_vec(&collection).map_err(Error::internal)?;
    std::fs::write(file, text)
        .map_err(|e| Error::invalid("file", format!("{}: cannot be written: {e}", file.display())))
}
