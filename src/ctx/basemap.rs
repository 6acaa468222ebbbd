//! The base map that is served: that of the roads in force, which another import may replace, or an operator's
//! own, which stays as it was when the service started.

use std::{
    fs::{File, Metadata},
    io::Read,
    os::unix::fs::MetadataExt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use super::Ctx;
use crate::{
    base::{Error, Kind, Result, sha256, words},
    config::{Base, Map},
    store::{
        basemap::{Archive, MapService},
        roads::basemap_file,
    },
};

/// The beginning of an archive, which tells its tiles or counts its changes.
const HEAD_BYTES: u64 = 16_384;

/// An archive, and what tells it from those before and after it.
#[derive(Debug)]
pub struct Served {
    pub archive: Archive,
    /// The same on all replicas.
    pub version: String,
    file: Stamp,
}

words! {
    /// Whether there is a base map. `missing`: the roads in force were imported before base maps were drawn, import
    /// the extract again.
    BasemapState { Shown = "shown", Missing = "missing", None = "none" }
}

/// Which file it is: device, number, length and time of change.
type Stamp = (u64, u64, u64, i64, i64);

fn stamp(file: &Metadata) -> Stamp {
    (file.dev(), file.ino(), file.len(), file.mtime(), file.mtime_nsec())
}

#[derive(Debug)]
pub(super) struct Basemap {
    own: Option<Arc<Served>>,
    /// That of the extract, once somebody asked for it.
    kept: Mutex<Option<Arc<Served>>>,
}

impl Basemap {
    pub(super) async fn open(map: &Map) -> Result<Self> {
        let own = match &map.base {
            Base::File(file) => Some(Served::open(file).await?),
            Base::Service(address) => {
                let version = sha256(address.to_string())[..16].to_owned();
                let archive = Archive::asked(MapService::new(address.clone(), map.key.clone())?, &map.attribution);
                Some(Served { archive, version, file: Stamp::default() })
            }
            Base::Extract | Base::None => None,
        };
        let own = own.map(Arc::new);
        Ok(Self { own, kept: Mutex::new(None) })
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Option<Arc<Served>>> {
        // Nothing is half done when a holder panics.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Served {
    async fn open(file: &Path) -> Result<Self> {
        let unread = |e| Error::invalid("map.base", format!("{} can't be read: {e}", file.display()));
        let opened = File::open(file).map_err(unread)?;
        let about = opened.metadata().map_err(unread)?;
        let mut head = Vec::new();
        opened.take(HEAD_BYTES).read_to_end(&mut head).map_err(unread)?;
        head.extend(about.len().to_le_bytes());
        let version = sha256(&head)[..16].to_owned();
        Ok(Self { archive: Archive::open(file).await?, version, file: stamp(&about) })
    }
}

impl Ctx {
    /// The operator's own.
    pub fn own_basemap(&self) -> Option<&Served> {
        self.basemap.own.as_deref()
    }

    pub fn basemap_state(&self) -> BasemapState {
        let world = self.world();
        let file = world.roads.network().map(|network| basemap_file(&self.folder, &network.hash));
        match (&self.settings.map.base, file) {
            (Base::File(_) | Base::Service(_), _) => BasemapState::Shown,
            (Base::Extract, Some(file)) if file.exists() => BasemapState::Shown,
            // What is made up was drawn from no extract.
            (Base::Extract, Some(_)) if world.demo.shows_real_map => BasemapState::Missing,
            _ => BasemapState::None,
        }
    }

    /// The base map as it is now.
    ///
    /// # Errors
    /// `NotFound`, and what to do about it, where there is none.
    pub async fn basemap(&self) -> Result<Arc<Served>> {
        if let Some(own) = &self.basemap.own {
            return Ok(Arc::clone(own));
        }
        let none = |why: &str| Error::new(Kind::NotFound, format!("there is no base map: {why}"));
        if self.settings.map.base == Base::None {
            return Err(none("the setting map.base is none"));
        }
        let world = self.world();
        let network = world.roads.network().ok_or_else(|| none("no roads were imported yet"))?;
        let file = basemap_file(&self.folder, &network.hash);
        let about = std::fs::metadata(&file).map_err(|_| none("these roads have none, import the extract again"))?;
        if let Some(kept) = self.basemap.kept().as_ref().filter(|kept| kept.file == stamp(&about)) {
            return Ok(Arc::clone(kept));
        }
        let served = Arc::new(Served::open(&file).await?);
        *self.basemap.kept() = Some(Arc::clone(&served));
        Ok(served)
    }
}
