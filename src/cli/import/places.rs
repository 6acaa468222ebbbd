//! `xunge import places`.

use std::{collections::BTreeMap, path::PathBuf};

use clap::Args;
use serde::Serialize;

use super::{incidents::renamed, keep_report, text};
use crate::{
    cli::{ACTOR, Place, now, show::counts},
    domain::areas::Areas,
    import::places::{Options, read},
    kernel::crs::Datum,
    store,
};

/// Kinds that are told, the most frequent.
const KINDS_LISTED: usize = 20;

#[derive(Debug, Args)]
pub struct Import {
    /// CSV with the columns name, kind, lng, lat; optional: name_zh, address, aliases (parted by ;), datum
    file: PathBuf,
    /// Take a field from a column of another name; may be repeated
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = renamed)]
    map: Vec<(String, String)>,
    /// Pass over columns of other names instead of refusing them
    #[arg(long)]
    ignore_unknown: bool,
    /// Of lines that don't name theirs: wgs84, cgcs2000, gcj02 or bd09
    #[arg(long, default_value = "wgs84")]
    datum: Datum,
    /// Write what was taken to this file, as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

/// What the import took.
#[derive(Debug, Serialize)]
struct Report<'a> {
    taken: usize,
    /// Of these were there before, the same in all.
    unchanged: usize,
    /// Were there before, and are not any more.
    gone: usize,
    /// Lie in no township; they are found all the same.
    outside: usize,
    kinds: BTreeMap<&'a str, usize>,
}

impl Import {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let options = Options { datum: self.datum, renamed: &self.map, ignore_unknown: self.ignore_unknown };
        let name = self.file.display().to_string();
        let places = read(&name, &text(&self.file)?, options)?;
        let mut write = db.write(ACTOR, now()).await?;
        let areas = Areas::new(store::areas::load(&mut write.tx).await?)?;
        let former = store::places::load(&mut write.tx).await?;
        let all = places.all();
        let unchanged = all.iter().filter(|poi| former.named(&poi.name).any(|known| known == *poi)).count();
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        all.iter().for_each(|poi| *kinds.entry(poi.category.as_str()).or_default() += 1);
        let report = Report {
            taken: all.len(),
            unchanged,
            gone: former.all().iter().filter(|poi| places.named(&poi.name).next().is_none()).count(),
            outside: all.iter().filter(|poi| areas.locate(poi.at).township.is_none()).count(),
            kinds,
        };
        keep_report(self.report.as_deref(), &report)?;
        if former == places {
            println!("nothing changed: these {} places are there already", all.len());
            return Ok(());
        }
        store::places::replace(&mut write, &places).await?;
        store::imports::keep(&mut write, "places", &name, &report).await?;
        write.commit().await?;
        let mut by_number: Vec<_> = report.kinds.iter().collect();
        by_number.sort_by_key(|(kind, n)| (std::cmp::Reverse(**n), **kind));
        counts("places", by_number.into_iter().take(KINDS_LISTED).map(|(kind, n)| (*kind, *n as u64)));
        if report.outside > 0 {
            println!("{:>10}  in no township: found all the same", report.outside);
        }
        println!("taken: {} places, {} of them as before; {} are gone", report.taken, report.unchanged, report.gone);
        Ok(())
    }
}
