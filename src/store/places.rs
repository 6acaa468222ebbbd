//! Places: the list of our own in the database, those of the extract in a file beside its roads.

use std::path::Path;

use sqlx::FromRow;

use super::{
    db::{Tx, insert_many, q},
    files::write_whole,
    load::{Kept, Source},
    log::Write,
    roads::places_file,
};
use crate::{
    base::{Error, LngLat, Result},
    domain::{
        find::FileStamp,
        places::{Change, Mapped, Poi, Pois},
    },
};

#[derive(FromRow)]
struct Row {
    category: String,
    name: String,
    name_zh: Option<String>,
    aliases: String,
    address: Option<String>,
    lng: f64,
    lat: f64,
}

impl Kept for Pois {
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        load(tx).await
    }
}

pub async fn load(tx: &mut Tx) -> Result<Pois> {
    let rows: Vec<Row> =
        q("SELECT category, name, name_zh, aliases, address, lng, lat FROM places ORDER BY n").all_tx(tx).await?;
    let one = |Row { category, name, name_zh, aliases, address, lng, lat }: Row| {
        let aliases = aliases.lines().map(str::to_owned).collect();
        Ok(Poi { category, name, name_zh, aliases, address, at: LngLat::new(lng, lat)? })
    };
    Pois::new(rows.into_iter().map(one).collect::<Result<_>>()?)
}

/// Replaces the list of our own.
pub async fn replace(w: &mut Write, pois: &Pois) -> Result<()> {
    q("DELETE FROM places").exec_tx(&mut w.tx).await?;
    let row = |(n, poi): (i64, &Poi)| {
        vec![
            n.into(),
            poi.category.as_str().into(),
            poi.name.as_str().into(),
            poi.name_zh.clone().into(),
            poi.aliases.join("\n").into(),
            poi.address.clone().into(),
            poi.at.lng.into(),
            poi.at.lat.into(),
        ]
    };
    let rows: Vec<_> = (0..).zip(pois.all()).map(row).collect();
    let head = "INSERT INTO places (n, category, name, name_zh, aliases, address, lng, lat)";
    insert_many(&mut w.tx, head, rows, "").await?;
    w.record(Change::PlacesReplaced { count: pois.all().len() as u32 });
    Ok(())
}

/// Lays the places of extracts beside the network with this hash, in the place of those that lie there: the
/// network's hash says nothing of shops.
pub fn write_mapped(folder: &Path, hash: &str, mapped: &Mapped) -> Result<()> {
    write_whole(&places_file(folder, hash), &mapped.to_bytes()?[..])
}

/// What tells their file from one before or after it; none where they weren't kept, as by programs of before.
pub fn mapped_at(folder: &Path, hash: &str) -> Option<FileStamp> {
    let about = std::fs::metadata(places_file(folder, hash)).ok()?;
    Some((about.modified().ok()?, about.len()))
}

/// Those of the extract that a network was made from.
pub fn read_mapped(folder: &Path, hash: &str) -> Result<Mapped> {
    let file = places_file(folder, hash);
    let bytes =
        std::fs::read(&file).map_err(|e| Error::unavailable(format!("{} can't be read: {e}", file.display())))?;
    Mapped::from_bytes(&bytes).map_err(|e| Error::unavailable(format!("{}: {}", file.display(), e.detail)))
}
