//! Who owns special areas: whoever serves one is its owner, and none comes in without (rule 2).

use super::{Unit, UnitKind, Units};
use crate::base::{Code, Error, Result, Timestamp};

/// A special area that comes in, and the unit that the file says owns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    pub area: Code,
    pub owner: Option<Code>,
}

fn refused(why: String) -> Error {
    Error::invalid("owner", format!("{why} (rule 2)"))
}

impl Units {
    /// These units once each of the special areas has its owner: who is named serves the area from then on. Nothing
    /// where all of them do already.
    ///
    /// # Errors
    /// `Invalid` with the first area that would have no owner, or the unit that can't be one.
    pub fn owning(&self, special: &[Owned], at: Timestamp) -> Result<Option<Self>> {
        let mut units = self.units.clone();
        let mut changed = false;
        for Owned { area, owner } in special {
            let acts = |unit: &Unit| {
                unit.span.holds(at) && !unit.kind.is_government() && unit.kind != UnitKind::VillageCoordinator
            };
            let serving = self.serving(area.as_str()).iter().map(|&ix| self.at(ix));
            let Some(owner) = owner else {
                if serving.into_iter().any(acts) {
                    continue;
                }
                let why = format!("special area {area} has no owner: no unit serves it, and the file names none");
                return Err(refused(why));
            };
            let cannot = |why: String| refused(format!("special area {area} can't be {owner}'s: {why}"));
            let ix = self.index(owner).ok_or_else(|| cannot("there is no such unit".to_owned()))?;
            if !acts(self.at(ix)) {
                let kind = self.at(ix).kind.as_str();
                return Err(cannot(format!("it is a {kind} that never acts, or is not there at {at}")));
            }
            if self.area(ix) == Some(area) {
                continue;
            }
            if let Some(other) = &units[ix].area {
                return Err(cannot(format!("it serves {other}, and a unit serves one area")));
            }
            units[ix].area = Some(area.clone());
            changed = true;
        }
        changed.then(|| Self::new(units, self.rosters.clone())).transpose()
    }
}

#[cfg(test)]
mod tests;
