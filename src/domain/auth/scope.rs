//! How far a key reaches: the part of the county that it is for, and what that comes to at one moment.
//!
//! A scope limits records (incidents, squads' details, assignments) and what is done to them. Where roads
//! lead, who is responsible and who could be there first is answered county-wide: help crosses borders.

use std::{
    collections::{BTreeSet, HashSet},
    fmt,
    str::FromStr,
    sync::Arc,
};

use uuid::Uuid;

use super::Role;
use crate::{
    base::{Code, Error, LngLat, Result},
    domain::{
        areas::{Areas, Chain, Level},
        squads::Squad,
        units::Units,
    },
    kernel::shape,
};

/// The areas and units that a key is for, with all beneath them, and the squad whose key it is. Everything
/// where there is none of these.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    pub areas: BTreeSet<Code>,
    pub units: BTreeSet<Code>,
    pub squad: Option<Code>,
}

/// A part of a scope, as it is written: `area:CODE`, `unit:CODE` or `squad:CODE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopePart {
    Area(Code),
    Unit(Code),
    Squad(Code),
}

impl FromStr for ScopePart {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let known = text.split_once(':').and_then(|(kind, code)| {
            let part = match kind {
                "area" => Self::Area,
                "unit" => Self::Unit,
                "squad" => Self::Squad,
                _ => return None,
            };
            Some((part, code))
        });
        let unknown = || Error::invalid("scope", format!("{text:?} is not area:CODE, unit:CODE or squad:CODE"));
        let (part, code) = known.ok_or_else(unknown)?;
        Ok(part(Code::new(code)?))
    }
}

impl fmt::Display for ScopePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Area(code) => write!(f, "area:{code}"),
            Self::Unit(code) => write!(f, "unit:{code}"),
            Self::Squad(code) => write!(f, "squad:{code}"),
        }
    }
}

impl Scope {
    /// Refuses two squads.
    pub fn new(parts: impl IntoIterator<Item = ScopePart>) -> Result<Self> {
        let mut scope = Self::default();
        for part in parts {
            match part {
                ScopePart::Area(code) => drop(scope.areas.insert(code)),
                ScopePart::Unit(code) => drop(scope.units.insert(code)),
                ScopePart::Squad(code) => {
                    if let Some(other) = scope.squad.replace(code.clone()).filter(|other| *other != code) {
                        return Err(Error::invalid("scope", format!("a key is of one squad, not {other} and {code}")));
                    }
                }
            }
        }
        Ok(scope)
    }

    /// Areas by code, then units, then the squad.
    pub fn parts(&self) -> impl Iterator<Item = ScopePart> {
        let areas = self.areas.iter().cloned().map(ScopePart::Area);
        areas
            .chain(self.units.iter().cloned().map(ScopePart::Unit))
            .chain(self.squad.iter().cloned().map(ScopePart::Squad))
    }

    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Refuses what is not there, and a squad for any role but `field`, which has one.
    pub fn check(&self, role: Role, areas: &Areas, units: &Units, squad: impl Fn(&Code) -> bool) -> Result<()> {
        match (role, &self.squad) {
            (Role::Field, None) => return Err(Error::invalid("scope", "a field key is of one squad: squad:CODE")),
            (Role::Field, _) | (_, None) => {}
            (_, Some(code)) => {
                let detail = format!("squad:{code} is for a field key, not for a {} key", role.as_str());
                return Err(Error::invalid("scope", detail));
            }
        }
        let gone = self.parts().find(|part| match part {
            ScopePart::Area(code) => areas.get(code.as_str()).is_none(),
            ScopePart::Unit(code) => units.get(code).is_none(),
            ScopePart::Squad(code) => !squad(code),
        });
        match gone {
            Some(part) => Err(Error::invalid("scope", format!("there is no {}", part.to_string().replace(':', " ")))),
            None => Ok(()),
        }
    }

    /// What it comes to: a unit reaches over the areas that it, and the units beneath it, serve.
    pub fn sight(&self, areas: &Arc<Areas>, units: &Units) -> Sight {
        if self.is_everything() {
            return Sight::default();
        }
        let above: Vec<_> = self.units.iter().filter_map(|code| units.index(code)).collect();
        let beneath = (0..units.all().len()).filter(|unit| above.iter().any(|above| units.is_within(*unit, *above)));
        let (mut own, mut within) = (self.units.clone(), self.areas.clone());
        for unit in beneath {
            own.insert(units.at(unit).code.clone());
            within.extend(units.area(unit).cloned());
        }
        let known = within.iter().filter_map(|code| areas.index(code.as_str()));
        let (special, chain) = known.partition(|ix| areas.at(*ix).level == Level::Special);
        Sight(Some(Arc::new(Limits {
            areas: Arc::clone(areas),
            within: within.into_iter().collect(),
            named: self.areas.iter().cloned().collect(),
            special,
            chain,
            units: own.into_iter().collect(),
            squad: self.squad.clone(),
            sent: HashSet::new(),
        })))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_everything() {
            return f.write_str("everything");
        }
        let parts: Vec<_> = self.parts().map(|part| part.to_string()).collect();
        f.write_str(&parts.join(" "))
    }
}

/// Which records a caller sees at one moment. Cheap to clone; everything by default.
#[derive(Clone, Default)]
pub struct Sight(Option<Arc<Limits>>);

/// All by which two sights of the same areas differ: what is kept for one is told from what is kept for another.
impl fmt::Debug for Sight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(limits) = &self.0 else { return f.write_str("everything") };
        let sorted = |all: &HashSet<Code>| all.iter().cloned().collect::<BTreeSet<_>>();
        let sent: BTreeSet<_> = limits.sent.iter().collect();
        write!(f, "{:?} {:?} {:?} {sent:?}", sorted(&limits.within), sorted(&limits.units), limits.squad)
    }
}

#[derive(Clone)]
struct Limits {
    areas: Arc<Areas>,
    within: HashSet<Code>,
    /// Of `within`, those that the scope itself names.
    named: HashSet<Code>,
    /// Of `within`: records don't name them.
    special: Vec<u32>,
    /// The others of `within` that are in force: records of before don't name them.
    chain: Vec<u32>,
    units: HashSet<Code>,
    squad: Option<Code>,
    /// Incidents to which a squad in sight is sent, wherever they lie.
    sent: HashSet<Uuid>,
}

impl Sight {
    pub fn is_everything(&self) -> bool {
        self.0.is_none()
    }

    /// Sees these incidents as well: those that its squads are sent to.
    pub fn with_sent(self, sent: impl IntoIterator<Item = Uuid>) -> Self {
        Self(self.0.map(|limits| Arc::new(Limits { sent: sent.into_iter().collect(), ..Arc::unwrap_or_clone(limits) })))
    }

    pub fn is_sent(&self, incident: &Uuid) -> bool {
        self.0.as_ref().is_some_and(|limits| limits.sent.contains(incident))
    }

    /// Whether a unit is one of those that it is for.
    pub fn is_of(&self, unit: &Code) -> bool {
        self.0.as_ref().is_none_or(|limits| limits.units.contains(unit))
    }

    /// Whether a unit is one of those that it is for, or what it serves lies in an area that it is for. A unit that
    /// serves the same area as one's own is another one.
    pub fn acts_for(&self, unit: &Code, serves: Option<&Code>) -> bool {
        let within = |limits: &Arc<Limits>| {
            let areas = &limits.areas;
            let above = |ix| areas.line(ix).any(|ix| limits.named.contains(&areas.at(ix).code));
            serves.is_some_and(|area| limits.named.contains(area) || areas.index(area.as_str()).is_some_and(above))
        };
        self.is_of(unit) || self.0.as_ref().is_some_and(within)
    }

    /// Whether a place is in sight: it was said to lie in these areas, or lies in one in force by now.
    pub fn sees_place<'a>(&self, at: LngLat, mut in_areas: impl Iterator<Item = &'a Code>) -> bool {
        let Some(Limits { areas, within, special, chain, .. }) = self.0.as_deref() else { return true };
        let near = |ix: &&u32| areas.at(**ix).bbox.contains(at);
        let over = |ix: &u32| shape::contains(&areas.at(*ix).geometry, at);
        let now = || {
            let Chain { county, township, village, grid } = areas.locate(at);
            [county, township, village, grid].into_iter().flatten().any(|ix| chain.contains(&ix))
        };
        in_areas.any(|code| within.contains(code))
            || special.iter().filter(near).any(over)
            || (chain.iter().any(|ix| near(&ix)) && now())
    }

    /// Its own, those of its units, and those that are dispatched from its areas.
    pub fn sees_squad(&self, squad: &Squad) -> bool {
        let Some(limits) = &self.0 else { return true };
        limits.squad.as_ref() == Some(&squad.id)
            || limits.units.contains(&squad.unit)
            || self.sees_area(&squad.command_area)
    }

    /// Whether all of an area is in sight.
    pub fn sees_area(&self, area: &Code) -> bool {
        let Some(limits) = &self.0 else { return true };
        let above = |ix| limits.areas.line(ix).any(|ix| limits.within.contains(&limits.areas.at(ix).code));
        // It may be of a former generation.
        limits.within.contains(area) || limits.areas.index(area.as_str()).is_some_and(above)
    }

    /// The one area that it is for, where it names no other.
    pub fn only_area(&self) -> Option<&Code> {
        let named = &self.0.as_ref()?.named;
        named.iter().next().filter(|_| named.len() == 1)
    }
}
