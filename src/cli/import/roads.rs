//! `xunge import roads`.

use std::{cmp::Reverse, path::PathBuf, str::FromStr};

use clap::Args;
use serde::Serialize;

use super::{check_demo, keep_report, remove_demo, tell_removed};
use crate::{
    base::{Error, Kind},
    cli::{
        ACTOR, Place,
        build::{self, Built},
        counties::Counties,
        now,
        show::{Show, counts},
    },
    domain::roads::SpeedTable,
    import::{Source, network::Nearby, osm},
    kernel::{
        entrance::{Stray, strays},
        snap::Moved,
    },
    store,
};

/// Roads off the main network that an import lists, the longest.
const STRAYS_LISTED: usize = 20;

/// Values of tags that nobody here knows, the most frequent.
const UNREAD_LISTED: usize = 50;

#[derive(Debug, Args)]
pub struct Import {
    /// OpenStreetMap extracts (.osm.pbf), merged into one network
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The speeds by road class: osrm, or china (a default of ours, not verified)
    #[arg(long, default_value = "osrm", value_name = "TABLE")]
    speeds: SpeedTable,
    /// Roads are kept up to this far beyond the county, 1 to 20000 km, or all; without areas all are
    #[arg(long, default_value = "20", value_name = "KM|all")]
    beyond_km: Beyond,
    /// Take the bundled demonstration county away
    #[arg(long)]
    replace_demo: bool,
    /// Write what was taken, what was not and why to this file, as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

/// What the import took, what not, and why.
#[derive(Debug, Serialize)]
struct Report<'a> {
    /// From the extracts.
    read: &'a osm::Report,
    /// Into the network.
    built: &'a osm::Report,
    /// Of the base map.
    drawn: &'a osm::Report,
    /// Of what `find` knows by name or address.
    places: &'a osm::Report,
    /// Off the main network for cars, the longest.
    strays: Vec<Stray>,
}

/// `None` is everything.
#[derive(Debug, Clone, Copy)]
struct Beyond(Option<f64>);

impl FromStr for Beyond {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        let km = || s.parse().ok().filter(|km| (1.0..=20_000.0).contains(km));
        match s {
            "all" => Ok(Self(None)),
            _ => km()
                .map(|km| Self(Some(km)))
                .ok_or_else(|| Error::new(Kind::Invalid, format!("{s:?} is neither all nor within 1 to 20000 km"))),
        }
    }
}

impl Import {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, folder) = self.place.open().await?;
        check_demo(&db, self.replace_demo).await?;
        let counties = Counties::read(&db, false).await?;
        let near = self.near(&counties)?;
        let sources: Vec<Source> = self.files.iter().map(|f| Source::Path(f)).collect();
        let show = Show::default();
        let built = build::roads(&sources, self.speeds, near.as_ref(), &show)?;
        show.done();
        let strays = strays(&built.network.car().graph);
        tell(&built, &strays);
        let [read, network, drawn, places] = &built.reports;
        let strays = strays.into_iter().take(STRAYS_LISTED).collect();
        let report = Report { read, built: network, drawn, places, strays };
        keep_report(self.report.as_deref(), &report)?;
        match (near, self.beyond_km.0) {
            (Some(_), Some(km)) => println!("kept: what comes within {km} km of the county"),
            (None, Some(_)) => println!("kept: all, however far it lies, as no county is in force yet"),
            (_, None) => println!("kept: all, as asked"),
        }
        built.save(&folder)?;
        let mut write = db.write(ACTOR, now()).await?;
        counties.still(&mut write.tx).await?;
        let hash = &built.network.hash;
        let former = store::roads::in_force(&mut write.tx).await?;
        let demo = remove_demo(&mut write, self.replace_demo).await?;
        if !demo && former.is_some_and(|f| f.hash == *hash) {
            // The base map was drawn anew; another process that has none, or no places, reads them with the roads.
            if store::roads::share(&mut write, &folder, hash).await? {
                println!("the base map and the places of the network {} are others now", &hash[..12]);
            } else {
                println!("nothing changed: the network {} is in force already", &hash[..12]);
            }
            write.commit().await?;
            return Ok(());
        }
        let names: Vec<_> = sources.iter().map(Source::name).collect();
        let source = names.join(", ");
        store::roads::replace(&mut write, &folder, hash, &source, false).await?;
        store::imports::keep(&mut write, "roads", &source, &report).await?;
        write.commit().await?;
        tell_removed(demo);
        println!("the network {} is in force", &hash[..12]);
        Ok(())
    }

    /// What is near enough; `None` without a county.
    fn near(&self, counties: &Counties) -> Result<Option<Nearby>, Error> {
        let areas = counties.all.iter().flat_map(|c| &c.areas).cloned();
        self.beyond_km.0.map_or(Ok(None), |km| Nearby::new(areas, km * 1_000.0))
    }
}

fn tell(built: &Built, all: &[Stray]) {
    for (report, what) in built.reports.iter().zip(["read", "built", "base map", "places"]) {
        counts(what, report.taken.iter().map(|(k, n)| (*k, *n)));
        counts("dropped", report.dropped.iter().map(|(k, n)| (*k, *n)));
    }
    let mut unread: Vec<_> = built.reports.iter().flat_map(|r| &r.unread).collect();
    unread.sort_by_key(|(tag, n)| (Reverse(**n), *tag));
    counts("not understood", unread.iter().take(UNREAD_LISTED).map(|(k, n)| (k.as_str(), **n)));
    if unread.len() > UNREAD_LISTED {
        println!("  and {} rarer ones", unread.len() - UNREAD_LISTED);
    }
    let of = |kind| all.iter().filter(|s| s.kind == kind).count();
    let [fragments, in_only, out_only] = [Moved::Fragment, Moved::InOnly, Moved::OutOnly].map(of);
    println!(
        "off the main network for cars: {fragments} pieces that are not joined to it, {in_only} that one can drive \
         into only, {out_only} out of only"
    );
    for Stray { kind, links, length_m, at } in all.iter().take(STRAYS_LISTED) {
        println!("  {}: {length_m:.0} m, {links} links, at {:.7},{:.7}", kind.as_str(), at.lng, at.lat);
    }
    if all.len() > STRAYS_LISTED {
        println!("  and {} shorter ones", all.len() - STRAYS_LISTED);
    }
}
