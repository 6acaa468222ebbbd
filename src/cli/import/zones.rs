//! `xunge import zones`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use geo::MultiLineString;
use uuid::Uuid;

use super::{drawn::Drawing, incidents::renamed};
use crate::{
    base::{Code, Error, Result},
    cli::{
        ACTOR, Place,
        counties::Counties,
        now,
        plans::find,
        show::{self, Show},
    },
    domain::{
        areas::{Area, Level},
        squads::Squads,
        zones::{
            AtomIx, Atoms, Grounds, Plan, PlanHead, PlanState, ZoneLayer,
            audit::{AuditOptions, SLIVER_WIDTH_M, audit},
            convert::{ConversionReport, assigned, commands, convert},
            edit::Desk,
            history::{self, Refusal},
            standard_layers,
        },
    },
    import::{Features, Source, boundaries::FeatureOptions, features::is_drawn, zones},
    kernel::crs::Datum,
    store,
};

/// Which properties of a zone file mean what.
#[derive(Debug, Args)]
pub struct Fields {
    /// Features: the property that holds the code
    #[arg(long, value_name = "FIELD", default_value = "code")]
    code_field: String,
    /// Features: the property that holds the name
    #[arg(long, value_name = "FIELD", default_value = "name")]
    name_field: String,
    /// Features: the property that holds the Chinese name
    #[arg(long, value_name = "FIELD", default_value = "name_zh")]
    name_zh_field: String,
    /// Of degrees: wgs84, cgcs2000, gcj02 or bd09
    #[arg(long, default_value = "wgs84")]
    pub datum: Datum,
    #[command(flatten)]
    drawing: Drawing,
}

impl Fields {
    pub async fn features(&self, file: &Path) -> Result<Features> {
        self.drawing.read(file).await
    }

    pub fn options(&self) -> FeatureOptions {
        FeatureOptions {
            code_field: self.code_field.clone(),
            name_field: self.name_field.clone(),
            name_zh_field: Some(self.name_zh_field.clone()),
            parent_field: None,
            priority_field: None,
            owner_field: None,
            datum: self.datum,
            join_parts: false,
        }
    }
}

#[derive(Debug, Args)]
pub struct Import {
    /// Polygons (GeoJSON, a shapefile, also zipped, or a GeoPackage), or a CSV file with the columns atom and zone
    file: PathBuf,
    /// The draft to cut, by its name or id; a name that no plan has makes a new one
    #[arg(long, value_name = "NAME")]
    plan: String,
    /// The layer of the plan to cut as the file says; its other zones are deleted
    #[arg(long, value_name = "CODE")]
    layer: Code,
    #[command(flatten)]
    fields: Fields,
    /// CSV: another name of a column, such as atom=GEOID or zone=District; may be repeated
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = renamed)]
    map: Vec<(String, String)>,
    /// The county; not needed where there is just one
    #[arg(long, value_name = "CODE")]
    county: Option<Code>,
    /// Only report what would be done
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
}

/// What the file says: zones with their atoms, and the names of zones that it has.
struct Read {
    by_zone: BTreeMap<Code, Vec<AtomIx>>,
    names: BTreeMap<Code, (String, Option<String>)>,
    report: Option<ConversionReport>,
    faults: BTreeMap<&'static str, usize>,
}

impl Import {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let show = Show::default();
        show.step("read plan");
        let counties = Counties::read(&db, true).await?;
        let county = counties.pick(self.county.as_ref().map(Code::as_str))?;
        let county = county
            .ok_or_else(|| Error::conflict("there are no areas that a plan could stand on: import areas first"))?;
        let resolution = self.place.settings()?.coverage.cell_resolution;
        let grounds = Grounds::default();
        let mut tx = db.begin_read().await?;
        let zones = store::zones::load(&mut tx, &grounds).await?;
        let known = find(&zones, &self.plan)?.cloned();
        let is_new = known.is_none();
        let plan = match known {
            Some(plan) => plan,
            None => {
                let code = Code::new(&county.generation.county)?;
                let atoms =
                    store::zones::ground(&mut tx, &grounds, &code, county.generation.generation, resolution).await?;
                self.new_plan(atoms, resolution)
            }
        };
        drop(tx);
        let layer = plan.layer(self.layer.as_str()).ok_or_else(|| {
            let codes: Vec<_> = plan.layers.keys().map(Code::as_str).collect();
            Error::invalid(
                "layer",
                format!("plan {:?} has no layer {}; its layers are {}", plan.head.name, self.layer, codes.join(", ")),
            )
        })?;
        show.step("read zones");
        let read = self
            .read(&plan, &county.areas)
            .await
            .map_err(|e| Error { detail: format!("{}: {}", self.file.display(), e.detail), ..e })?;
        let names = |code: &Code| read.names.get(code).cloned().unwrap_or_else(|| (code.to_string(), None));
        let commands = commands(&plan.atoms, layer, &read.by_zone, names);
        show.done();
        tell(&read);
        if commands.is_empty() {
            println!("nothing changed: layer {} is cut so already", self.layer);
            return Ok(());
        }
        let nobody = Squads::default();
        let no_road = |_: &str, _: Option<&Code>| MultiLineString::new(Vec::new());
        let desk = Desk { author: ACTOR, at: now(), squads: &nobody, road: &no_road };
        let batch =
            history::edit(&plan, &[], (Uuid::now_v7(), plan.head.revision), &commands, desk).map_err(refused)?;
        if self.dry_run {
            println!("nothing was written: a dry run");
            return Ok(());
        }
        let mut write = db.write(ACTOR, now()).await?;
        if is_new {
            store::zones::insert(&mut write, &plan).await?;
        }
        if !store::zones::take(&mut write, &plan, &batch).await? {
            return Err(
                Error::conflict("the plan was changed meanwhile by somebody else, run the command again").into()
            );
        }
        if let Some(report) = &read.report {
            store::imports::keep(&mut write, "zones", &self.file.display().to_string(), report).await?;
        }
        write.commit().await?;
        let (name, id, revision) = (&plan.head.name, plan.head.id, batch.revision);
        println!("layer {} of plan {name:?} ({id}) is cut as the file says, revision {revision}", self.layer);
        Ok(())
    }

    fn new_plan(&self, atoms: Arc<Atoms>, cell_resolution: u8) -> Arc<Plan> {
        let layers = standard_layers(&atoms.county).into_iter();
        let layers = layers.map(|head| (head.code.clone(), Arc::new(ZoneLayer::new(head, &atoms)))).collect();
        let head = PlanHead {
            id: Uuid::now_v7(),
            name: self.plan.clone(),
            name_zh: None,
            state: PlanState::Draft,
            county: atoms.county.clone(),
            generation: atoms.generation,
            cell_resolution,
            author: ACTOR.to_owned(),
            reviewer: None,
            parent: None,
            revision: 0,
            created_at: now(),
        };
        Arc::new(Plan { head, atoms, layers })
    }

    async fn read(&self, plan: &Plan, areas: &[Area]) -> Result<Read> {
        let input = Source::Path(&self.file);
        if !is_drawn(&input.read()?) {
            let rows = zones::from_csv(input, &self.map)?;
            let by_zone = assigned(&plan.atoms, &rows)?;
            return Ok(Read { by_zone, names: BTreeMap::new(), report: None, faults: BTreeMap::new() });
        }
        let drawn = zones::from_features(&self.fields.features(&self.file).await?, &self.fields.options())?;
        let county = areas.iter().find(|a| a.level == Level::County).map(|a| &a.geometry);
        let options = AuditOptions { sliver_width_m: SLIVER_WIDTH_M, partial: false, datum: self.fields.datum, county };
        let audit = audit(&drawn, &options)?;
        let conversion = convert(&plan.atoms, &drawn, &audit.shapes)?;
        let faults = audit.counts();
        let names = drawn.into_iter().map(|d| (d.code, (d.name, d.name_zh))).collect();
        Ok(Read { by_zone: conversion.atoms, names, report: Some(conversion.report), faults })
    }
}

fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Error(e) => e,
        Refusal::Clashes(_) => {
            Error::conflict("the plan was changed meanwhile by somebody else, run the command again")
        }
    }
}

fn tell(read: &Read) {
    println!("zones: {}, atoms: {}", read.by_zone.len(), read.by_zone.values().map(Vec::len).sum::<usize>());
    show::counts(
        "faults of the drawing (xunge audit zones tells more)",
        read.faults.iter().map(|(k, n)| (*k, *n as u64)),
    );
    let Some(report) = &read.report else { return };
    println!("{:24} {:>6} {:>12} {:>12} {:>12}", "zone", "atoms", "drawn m²", "gained m²", "lost m²");
    for z in &report.zones {
        println!("{:24} {:>6} {:>12.0} {:>12.0} {:>12.0}", z.zone, z.atoms, z.drawn_m2, z.gained_m2, z.lost_m2);
    }
    if !report.left_out.is_empty() {
        println!("atoms of which more lies outside every zone, in none now: {}", report.left_out.len());
    }
    if report.untouched > 0 {
        println!("atoms that no zone touches: {}", report.untouched);
    }
}
