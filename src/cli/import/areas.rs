//! `xunge import areas`.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{check_demo, drafting::Drafting, drawn::Drawing, keep_report, owners::Owners, remove_demo, tell_removed};
use crate::{
    base::{Code, Error, Result},
    cli::{
        ACTOR, Place,
        areas::tell_difference,
        counties::{self, Counties, County},
        now,
        show::Show,
    },
    domain::areas::{Area, Level, compare},
    import::{
        Source,
        boundaries::{Dropped, FeatureOptions, OsmOptions, RawArea, Report, from_features, from_osm},
        generation::{self, Chosen},
    },
    kernel::crs::Datum,
    store::{self, areas::drafts},
};

/// Areas that can't be taken, beyond this many, stand in the report alone.
const LISTED: usize = 10;

#[derive(Debug, Args)]
pub struct Import {
    /// An OpenStreetMap extract (.osm.pbf), or polygons: GeoJSON, a shapefile (also zipped) or a GeoPackage
    file: PathBuf,
    /// county, township, village or grid: this level and what lies below it is replaced; or special:
    /// areas that lie over townships
    #[arg(long)]
    level: Level,
    /// The county's code; not needed where there is just one county
    #[arg(long, value_name = "CODE")]
    county: Option<Code>,
    /// The county's name; needed when it is new
    #[arg(long, value_name = "NAME")]
    county_name: Option<String>,
    /// The county's IANA time zone; Asia/Shanghai for a new county
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// OSM: the boundary relations to take; may be repeated
    #[arg(long, value_name = "LEVEL")]
    admin_level: Vec<String>,
    /// OSM: the tag that holds the code; else codes are r and the relation's number
    #[arg(long, value_name = "TAG")]
    code_tag: Option<String>,
    /// Features: the property that holds the code; id may be the feature's own
    #[arg(long, value_name = "FIELD", default_value = "code")]
    code_field: String,
    /// Features: the property that holds the name
    #[arg(long, value_name = "FIELD", default_value = "name")]
    name_field: String,
    /// Features: the property that holds the Chinese name
    #[arg(long, value_name = "FIELD")]
    name_zh_field: Option<String>,
    /// Features: make one area of features with the same code, instead of refusing them
    #[arg(long)]
    join_parts: bool,
    /// Features: the property that holds the code of the area above (parent.adcode for one within an
    /// object); else the one that covers most
    #[arg(long, value_name = "FIELD")]
    parent_field: Option<String>,
    /// Features: the property that holds the priority of special areas, the higher comes first
    #[arg(long, value_name = "FIELD", default_value = "priority")]
    priority_field: String,
    /// Features: the property that holds the unit which owns a special area, and serves it from then on; one that
    /// a unit serves already needs none
    #[arg(long, value_name = "FIELD", default_value = "owner")]
    owner_field: String,
    /// Features: wgs84, cgcs2000, gcj02 or bd09
    #[arg(long, default_value = "wgs84")]
    datum: Datum,
    #[command(flatten)]
    drawing: Drawing,
    #[command(flatten)]
    drafting: Drafting,
    /// Leave out areas that can't be taken; without it one such area fails the import
    #[arg(long)]
    skip_faulty: bool,
    /// Take the bundled demonstration county away
    #[arg(long, conflicts_with_all = ["draft", "from"])]
    replace_demo: bool,
    /// Write what was taken, what was not and why to this file, as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Only report what would be done
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
}

impl Import {
    pub async fn run(self) -> anyhow::Result<()> {
        self.drafting.check(self.level)?;
        let (db, _) = self.place.open().await?;
        check_demo(&db, self.replace_demo).await?;
        let show = Show::default();
        show.step("read areas");
        let kind = Kind::of(&self.file)?;
        let (raw, mut report) = self.read(kind).await?;
        show.step("place areas");
        let mut counties = Counties::read(&db, false).await?;
        let drafted = match self.drafting.onto() {
            Some(onto) => Some(counties.with_draft(&db, onto).await?),
            None => None,
        };
        let former = counties.pick(drafted.as_ref().or(self.county.as_ref()).map(Code::as_str))?;
        let chosen = self.chosen(former, &raw, kind)?;
        let before = former.map_or(&[][..], |f| &f.areas);
        let owners = Owners::of(self.level, &raw);
        let areas = generation::next(before, &chosen, self.level, raw, &mut report).map_err(|e| self.refused(e))?;
        counties.check(chosen.code.as_str(), &areas).map_err(|e| self.refused(e))?;
        let owned = owners.settle(&mut db.begin_read().await?, &areas, now()).await.map_err(|e| self.refused(e))?;
        show.done();
        tell(&report, &areas);
        keep_report(self.report.as_deref(), &report)?;
        if !report.dropped.is_empty() && !self.skip_faulty {
            return Err(self.refused(loss(&report.dropped)).into());
        }
        if owned.is_none() && generation::same_down_to(self.level, before, &areas) {
            println!("nothing changed: county {} has these areas already", chosen.code);
            return Ok(());
        }
        let from = self.drafting.from(&areas, now())?;
        if self.drafting.is_draft() {
            tell_difference(&compare::between(before, &areas));
        }
        if self.dry_run {
            println!("nothing was written: a dry run");
            return Ok(());
        }
        let mut write = db.write(ACTOR, now()).await?;
        counties.still(&mut write.tx).await?;
        let demo = remove_demo(&mut write, self.replace_demo).await?;
        let source = self.file.display().to_string();
        let drafted = match self.drafting.is_draft() {
            true => Some(drafts::draft(&mut write, (&chosen.code, &areas, &source), from, self.drafting.onto()).await?),
            false => {
                store::areas::replace(&mut write, &chosen.code, &areas, &source, false).await?;
                owners.write(&mut write, &areas).await?;
                None
            }
        };
        store::imports::keep(&mut write, "areas", &source, &report).await?;
        write.commit().await?;
        if let Some(generation) = drafted {
            println!(
                "county {} has draft {generation}; `xunge areas switch {generation}` puts it in force",
                chosen.code
            );
            return Ok(());
        }
        tell_removed(demo);
        println!("county {} has new areas from the {} down", chosen.code, self.level);
        Ok(())
    }

    fn refused(&self, e: Error) -> Error {
        Error { detail: format!("{}: {}", self.file.display(), e.detail), ..e }
    }

    async fn read(&self, kind: Kind) -> Result<(Vec<RawArea>, Report)> {
        let input = Source::Path(&self.file);
        match kind {
            Kind::Osm if self.admin_level.is_empty() => {
                Err(Error::invalid("admin_level", "an OSM file needs --admin-level, such as 8"))
            }
            Kind::Osm if self.datum != Datum::Wgs84 => {
                Err(Error::invalid("datum", format!("OSM files are in wgs84, not {}", self.datum)))
            }
            Kind::Osm => {
                let options = OsmOptions { admin_levels: self.admin_level.clone(), code_tag: self.code_tag.clone() };
                from_osm(input, &options)
            }
            Kind::Features => from_features(
                &self.drawing.read(&self.file).await?,
                &FeatureOptions {
                    code_field: self.code_field.clone(),
                    name_field: self.name_field.clone(),
                    name_zh_field: self.name_zh_field.clone(),
                    parent_field: self.parent_field.clone(),
                    priority_field: (self.level == Level::Special).then(|| self.priority_field.clone()),
                    owner_field: (self.level == Level::Special).then(|| self.owner_field.clone()),
                    datum: self.datum,
                    join_parts: self.join_parts,
                },
            ),
        }
    }

    /// The county that the areas are for.
    fn chosen(&self, former: Option<&County>, raw: &[RawArea], kind: Kind) -> Result<Chosen> {
        let code = match (&self.county, former, raw) {
            (Some(code), ..) => code.clone(),
            (None, Some(former), _) => Code::new(&former.generation.county)?,
            (None, None, [only]) if self.level == Level::County => Code::new(&only.code)?,
            _ => return Err(Error::invalid("county", "there is no county yet: give --county and --county-name")),
        };
        let (name, time_zone) = (self.county_name.clone(), self.time_zone.clone());
        Ok(Chosen { code, name, time_zone, wider: kind == Kind::Osm })
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Osm,
    Features,
}

impl Kind {
    /// What the file is, by how it begins.
    fn of(file: &Path) -> Result<Self> {
        let refuse = |why: String| Error::invalid("file", format!("{}: {why}", file.display()));
        let mut start = Vec::new();
        let unreadable = |e: std::io::Error| refuse(format!("cannot be read: {e}"));
        File::open(file).map_err(unreadable)?.take(64).read_to_end(&mut start).map_err(unreadable)?;
        if start.is_empty() {
            return Err(refuse("the file is empty".into()));
        }
        Ok(if start.windows(9).any(|w| w == b"OSMHeader") { Self::Osm } else { Self::Features })
    }
}

/// Refuses a file of which something would go missing.
fn loss(dropped: &[Dropped]) -> Error {
    let listed: Vec<_> =
        dropped.iter().take(LISTED).map(|d| format!("\n  {} {:?}: {}", d.origin, d.name, d.reason)).collect();
    let more = if dropped.len() > LISTED { "\n  and more, see above" } else { "" };
    let count = dropped.len();
    let why = format!("{count} of its areas can't be taken:{}{more}\n--skip-faulty leaves them out", listed.concat());
    Error::invalid("areas", why)
}

fn tell(report: &Report, areas: &[Area]) {
    println!("taken: {}", report.taken);
    for (what, left_out) in [("can't be taken", &report.dropped), ("passed over", &report.passed_over)] {
        if !left_out.is_empty() {
            println!("{what}: {}", left_out.len());
        }
        for d in left_out {
            println!("    {} {:?}: {}", d.origin, d.name, d.reason);
        }
    }
    for warning in &report.warnings {
        println!("  look at: {warning}");
    }
    counties::print("the county then has", areas);
}
