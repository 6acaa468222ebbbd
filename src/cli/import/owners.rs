//! Special areas come in with an owner each, or not at all.

use std::collections::HashMap;

use crate::{
    base::{Code, Result, Timestamp},
    domain::{
        areas::{Area, Level},
        units::{Owned, Units},
    },
    import::boundaries::RawArea,
    store::{self, Tx, Write},
};

/// The units that a file of special areas names as owners, by the codes of their areas; none where other areas come in.
#[derive(Debug)]
pub struct Owners(Option<HashMap<String, String>>);

impl Owners {
    pub fn of(level: Level, raw: &[RawArea]) -> Self {
        let named = |r: &RawArea| Some((r.code.clone(), r.owner.clone()?));
        Self((level == Level::Special).then(|| raw.iter().filter_map(named).collect()))
    }

    /// The units once the special areas that come in have their owners; none where they have them already.
    pub async fn settle(&self, tx: &mut Tx, areas: &[Area], at: Timestamp) -> Result<Option<Units>> {
        let Some(named) = &self.0 else { return Ok(None) };
        let owned = |a: &Area| {
            let owner = named.get(a.code.as_str()).map(|code| Code::new(code)).transpose()?;
            Ok(Owned { area: a.code.clone(), owner })
        };
        let special = areas.iter().filter(|a| a.level == Level::Special).map(owned).collect::<Result<Vec<_>>>()?;
        store::units::load(tx).await?.owning(&special, at)
    }

    /// Writes that they own them.
    pub async fn write(&self, write: &mut Write, areas: &[Area]) -> Result<()> {
        let at = write.at;
        let Some(units) = self.settle(&mut write.tx, areas, at).await? else { return Ok(()) };
        let demo = store::units::any_demo(&mut write.tx).await?;
        store::units::replace(write, &units, demo).await
    }
}
