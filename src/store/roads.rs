//! Which road network is in force. The network itself is a file in the data folder, named by its hash.

mod shared;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sqlx::FromRow;

use super::{
    db::{Tx, q},
    files::write_whole,
    load::{Kept, Source, all, blocking},
    log::Write,
};
use crate::{
    base::{Error, Result},
    domain::{
        demo::Demo,
        roads::{Change, Imported, Network},
    },
    world::Update,
};

/// A network in force.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct InForce {
    pub hash: String,
    pub source: String,
    pub demo: i64,
    pub created_at_ms: i64,
}

pub async fn in_force(tx: &mut Tx) -> Result<Option<InForce>> {
    q("SELECT hash, source, demo, created_at_ms FROM road_networks WHERE retired_at_ms IS NULL").opt_tx(tx).await
}

impl Kept for Imported {
    async fn load(tx: &mut Tx, source: Source<'_>) -> Result<Self> {
        let Some(InForce { hash, .. }) = in_force(tx).await? else { return Ok(Self::None) };
        shared::fetch(tx, source.folder, &hash).await?;
        let (folder, wanted) = (source.folder.to_owned(), hash.clone());
        Ok(match blocking(move || read_network(&folder, &wanted)).await {
            Ok(network) => Self::Ready(Arc::new(network)),
            Err(e) => Self::Missing { hash, reason: e.to_string() },
        })
    }

    async fn read(tx: &mut Tx, source: Source<'_>, _: &Change) -> Result<Vec<Update>> {
        // Whether they are a demonstration's is theirs to tell.
        Ok(vec![all::<Self>(tx, source).await?, all::<Demo>(tx, source).await?])
    }
}

#[derive(FromRow)]
struct Next {
    next: i64,
}

/// Puts the network with this hash in force; its file must lie in the folder already.
pub async fn replace(w: &mut Write, folder: &Path, hash: &str, source: &str, demo: bool) -> Result<()> {
    shared::put(&mut w.tx, folder, hash).await?;
    let next = q("SELECT COALESCE(MAX(id), 0) + 1 AS next FROM road_networks").opt_tx::<Next>(&mut w.tx).await?;
    q("UPDATE road_networks SET retired_at_ms = $1 WHERE retired_at_ms IS NULL").bind(w.at).exec_tx(&mut w.tx).await?;
    q("INSERT INTO road_networks (id, hash, source, demo, created_at_ms) VALUES ($1, $2, $3, $4, $5)")
        .bind(next.map_or(1, |n| n.next))
        .bind(hash)
        .bind(source)
        .bind(demo)
        .bind(w.at)
        .exec_tx(&mut w.tx)
        .await?;
    w.record(Change::RoadsImported { hash: hash.to_owned() });
    Ok(())
}

/// Tells other processes of files of the network in force that were made anew; says whether any was.
pub async fn share(w: &mut Write, folder: &Path, hash: &str) -> Result<bool> {
    let is_other = shared::put(&mut w.tx, folder, hash).await?;
    if is_other {
        w.record(Change::RoadsImported { hash: hash.to_owned() });
    }
    Ok(is_other)
}

/// Where the network with this hash lies.
pub fn network_file(folder: &Path, hash: &str) -> PathBuf {
    folder.join("roads").join(format!("{hash}.network"))
}

/// Where the contraction order of the network with this hash lies, once it was made.
fn order_file(folder: &Path, hash: &str) -> PathBuf {
    folder.join("roads").join(format!("{hash}.order"))
}

/// The network with a hierarchy for each profile: by the order that lies beside it, else by one that is
/// made, which takes about as long as reading the extract did, and put there.
pub fn order(folder: &Path, network: &Network) -> Result<Network> {
    let file = order_file(folder, &network.hash);
    let kept = std::fs::read(&file).ok().and_then(|bytes| postcard::from_bytes(&bytes).ok());
    if let Some(ordered) = kept.and_then(|order| network.ordered(&order).ok()) {
        return Ok(ordered);
    }
    let order = network.order();
    write_whole(&file, &postcard::to_stdvec(&order).map_err(Error::internal)?[..])?;
    network.ordered(&order)
}

/// Where the raw stage that a network was made from lies.
pub fn raw_file(folder: &Path, hash: &str) -> PathBuf {
    folder.join("roads").join(format!("{hash}.raw"))
}

/// Where the base map of the extracts lies that the network was made from.
pub fn basemap_file(folder: &Path, hash: &str) -> PathBuf {
    folder.join("roads").join(format!("{hash}.pmtiles"))
}

/// Where the places of the extracts lie that the network was made from.
pub fn places_file(folder: &Path, hash: &str) -> PathBuf {
    folder.join("roads").join(format!("{hash}.places"))
}

/// Every file of the network with this hash; not all need be there.
pub fn files(folder: &Path, hash: &str) -> [PathBuf; 5] {
    [network_file, order_file, raw_file, basemap_file, places_file].map(|file| file(folder, hash))
}

/// Whether the network with this hash is there, but in the format of another version.
pub fn is_foreign(folder: &Path, hash: &str) -> bool {
    use std::io::Read as _;
    let mut head = Vec::new();
    let read = std::fs::File::open(network_file(folder, hash)).and_then(|file| file.take(64).read_to_end(&mut head));
    read.is_ok() && Network::is_foreign(&head)
}

/// Takes away what processes that ended on the way left half written.
pub fn sweep(folder: &Path) {
    let running = Path::new("/proc");
    let Ok(files) = std::fs::read_dir(folder.join("roads")) else { return };
    for file in files.flatten().map(|entry| entry.path()) {
        let writer = file.extension().and_then(|end| end.to_str()).and_then(|end| end.strip_prefix("part"));
        let is_left = writer.is_some_and(|writer| running.join("self").exists() && !running.join(writer).is_dir());
        if is_left && std::fs::remove_file(&file).is_ok() {
            tracing::info!("{} was left half written and is gone", file.display());
        }
    }
}

/// Reads a network and makes sure that it is the one its name says.
pub fn read_network(folder: &Path, hash: &str) -> Result<Network> {
    let file = network_file(folder, hash);
    let bytes = std::fs::read(&file)
        .map_err(|e| Error::unavailable(format!("the road network {} can't be read: {e}", file.display())))?;
    let network = Network::from_bytes(&bytes)?;
    if network.hash != hash {
        return Err(Error::unavailable(format!("the road network {} is damaged", file.display())));
    }
    Ok(network)
}
