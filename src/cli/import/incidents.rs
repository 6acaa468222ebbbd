//! `xunge import incidents`.

use std::{collections::HashMap, path::PathBuf};

use clap::Args;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::text;
use crate::{
    base::Error,
    cli::{ACTOR, Place, now, show::Show},
    domain::{areas::Areas, incidents::Incident, zones::Grounds},
    feature::{ownership, zones::filed},
    import::incidents::{Options, Read, read},
    kernel::crs::Datum,
    store,
};

#[derive(Debug, Args)]
pub struct Import {
    /// CSV with the columns lng, lat and reported_at (with an offset, or local time) or occurred_on and hour (local time);
    /// optional: id (a UUID), external_id, datum, accuracy_m, matter, urgency, status (closed where it is
    /// empty), description, address (goes before the description)
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
    /// Take lines that lie over 20 km from every township, too
    #[arg(long)]
    outside: bool,
    /// Hold lines without lng and lat, but with an address, until somebody has located them: such a line's status is
    /// reported
    #[arg(long)]
    hold: bool,
    /// IANA time zone of local times; the county's when it is not given
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// `FIELD=COLUMN`.
pub(super) fn renamed(text: &str) -> Result<(String, String), String> {
    let (field, column) = text.split_once('=').ok_or_else(|| format!("{text:?} is not FIELD=COLUMN"))?;
    Ok((field.to_owned(), column.to_owned()))
}

impl Import {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let mut tx = db.begin_read().await?;
        let areas = Areas::new(store::areas::load(&mut tx).await?)?;
        let matters = store::matters::load(&mut tx).await?;
        let profiles = store::catalogue::load(&mut tx).await?.profiles;
        let zones = store::zones::load(&mut tx, &Grounds::default()).await?;
        let held = store::calls::load(&mut tx).await?;
        drop(tx);
        let zone = match &self.time_zone {
            Some(name) => TimeZone::get(name)
                .map_err(|_| Error::invalid("time_zone", format!("{name:?} is no IANA time zone")))?,
            None => areas.time_zone(),
        };
        let options = Options {
            datum: self.datum,
            zone: &zone,
            matters: &matters,
            profiles: &profiles,
            areas: &areas,
            outside: self.outside,
            hold: self.hold,
            renamed: &self.map,
            ignore_unknown: self.ignore_unknown,
            now: now(),
        };
        let show = Show::default();
        show.step("read incidents");
        let name = self.file.display().to_string();
        let Read { incidents: mut all, calls } = read(&name, &text(&self.file)?, &options)?;
        let in_file = all.len();
        // A dispatcher says where these are.
        all.retain(|(i, _)| held.get(&i.id).is_none());
        all.iter_mut().for_each(|(i, _)| i.place.zones = filed(&zones, i.at, i.reported_at));
        show.step("write incidents");
        let read: Vec<Incident> = all.iter().map(|(i, _)| i.clone()).collect();
        let asked = ownership::intake(&db, &read, ACTOR, options.now).await?;
        let mut owned: HashMap<Uuid, Incident> = HashMap::new();
        for (incident, intake) in &asked {
            owned.insert(incident.id, Incident::clone(incident).taken_in(intake)?);
        }
        for (incident, _) in &mut all {
            if let Some(owned) = owned.remove(&incident.id) {
                *incident = owned;
            }
        }
        let batch = Uuid::now_v7().to_string();
        let mut write = db.write(ACTOR, options.now).await?;
        let added = store::incidents::insert_batch(&mut write, &batch, &all).await?;
        store::incidents::insert_intake(&mut write, &batch, &asked).await?;
        let mut newly_held = 0;
        for call in &calls {
            newly_held += u64::from(store::calls::insert(&mut write, call, None).await?);
        }
        write.commit().await?;
        show.done();
        println!("read: {in_file} incidents, local times are {}", zone.iana_name().unwrap_or("UTC"));
        let outside = all.iter().filter(|(i, _)| i.place == Default::default()).count();
        let ambiguous = all.iter().filter(|(i, _)| i.place.ambiguous).count();
        println!("{outside:>10}  outside of every area\n{ambiguous:>10}  near a township border, a person decides");
        if self.hold {
            let known = calls.len() as u64 - newly_held;
            println!("{newly_held:>10}  held until somebody has located them; {known} were there already");
        }
        match added {
            0 if newly_held == 0 => println!("nothing changed: all of them are there already"),
            n => println!("taken: {n}; {} are there already", in_file as u64 - n),
        }
        Ok(())
    }
}
