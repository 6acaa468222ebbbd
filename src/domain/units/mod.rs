//! Units: governments, their bureaus, the administrations of zones, township offices and village
//! coordinators, as one tree; and who of a unit is on duty at which hour. A directory, imported whole.
//!
//! Offices and roles stand here, no names of persons.

mod noun;
mod owners;

use std::collections::HashMap;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

pub use self::{noun::Change, owners::Owned};
use super::{
    areas::Areas,
    squads::{Shifts, Squad, WindowWire},
};
use crate::base::{Code, Error, Result, Span, Timestamp, at_most, no_nul, words};

const NAME_MAX: usize = 200;

words! {
    /// What a unit is.
    UnitKind {
        /// A province's government (省).
        Province = "province",
        /// A prefecture's government (市).
        Prefecture = "prefecture",
        /// A county's government (县、区).
        County = "county",
        /// A bureau (局), of a county or above.
        Bureau = "bureau",
        /// A part of a bureau, such as a division or a county team (科室、直属大队).
        Department = "department",
        /// Who runs a special area (管理委员会).
        ZoneAdministration = "zone_administration",
        /// A town's or street's office (镇人民政府、街道办事处).
        TownshipOffice = "township_office",
        /// A department's people in a township (派驻机构).
        StationedOffice = "stationed_office",
        /// 村级协管员: sees and tells, has no powers.
        VillageCoordinator = "village_coordinator",
    }
}

impl UnitKind {
    /// Governments keep lists for those beneath them; their bureaus act.
    pub fn is_government(self) -> bool {
        matches!(self, Self::Province | Self::Prefecture | Self::County)
    }
}

/// One unit of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Unit {
    pub code: Code,
    pub name: String,
    pub name_zh: Option<String>,
    pub kind: UnitKind,
    /// The unit above.
    #[schema(value_type = Option<String>)]
    pub parent: Option<Code>,
    /// The area that it serves; that of the unit above when not given.
    #[schema(value_type = Option<String>)]
    pub area: Option<Code>,
    /// Of the office, not of a person.
    pub office_line: Option<String>,
    #[serde(flatten)]
    #[schema(inline)]
    pub span: Span,
}

impl Unit {
    /// Refuses what no unit can be.
    pub fn check(&self) -> Result<()> {
        if self.name.trim().is_empty() || self.name.chars().count() > NAME_MAX {
            return Err(Error::invalid("name", format!("a unit's name has 1 to {NAME_MAX} characters")));
        }
        for (field, text) in
            [("name", Some(&self.name)), ("name_zh", self.name_zh.as_ref()), ("office_line", self.office_line.as_ref())]
        {
            let text = text.map(String::as_str);
            at_most(field, text, NAME_MAX)?;
            no_nul(field, text.unwrap_or(""))?;
        }
        self.span.check()
    }

    /// Refuses what no unit can be that comes in now: below a prefecture it serves an area that is there.
    pub fn check_new(&self, areas: &Areas) -> Result<()> {
        self.check()?;
        let above = matches!(self.kind, UnitKind::Province | UnitKind::Prefecture);
        match &self.area {
            Some(area) if !above && areas.get(area.as_str()).is_none() => {
                Err(Error::invalid("area", format!("{area} is no area in force")))
            }
            _ => Ok(()),
        }
    }
}

/// Who of a unit is on duty at which hours, by role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = UnitDuty)]
pub struct Duty {
    pub unit: Code,
    /// Such as 值班员.
    pub role: String,
    pub office_line: String,
    /// The role of who leads them, such as 分管领导.
    pub leader: Option<String>,
    /// The slice that they are on duty for; all that the unit serves when not given.
    #[schema(value_type = Option<String>)]
    pub area: Option<Code>,
    /// In the county's local time.
    #[schema(value_type = Vec<WindowWire>)]
    pub shifts: Shifts,
    #[serde(flatten)]
    #[schema(inline)]
    pub span: Span,
}

impl Duty {
    /// Refuses what no duty can be.
    pub fn check(&self) -> Result<()> {
        for (field, text) in [("role", &self.role), ("office_line", &self.office_line)] {
            if text.trim().is_empty() {
                return Err(Error::invalid(field, "is empty"));
            }
        }
        for (field, text) in
            [("role", Some(&self.role)), ("office_line", Some(&self.office_line)), ("leader", self.leader.as_ref())]
        {
            let text = text.map(String::as_str);
            at_most(field, text, NAME_MAX)?;
            no_nul(field, text.unwrap_or(""))?;
        }
        if self.shifts.are_never() {
            return Err(Error::invalid("shifts", "there is no hour in it"));
        }
        Squad::check_shifts(&self.shifts)?;
        self.span.check()
    }

    pub fn is_on(&self, at: Timestamp, zone: &TimeZone) -> bool {
        self.span.holds(at) && self.shifts.cover(at, zone)
    }
}

/// The place of a unit in [`Units`].
pub type UnitIx = usize;

/// All units with their rosters.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Units {
    /// By code.
    units: Vec<Unit>,
    /// By unit, in the order in which they came.
    rosters: Vec<Duty>,
    parents: Vec<Option<UnitIx>>,
    /// The code of the area that each serves, its own or that of the next above that has one.
    serves: Vec<Option<Code>>,
    by_area: HashMap<Code, Vec<UnitIx>>,
}

impl Units {
    /// Refuses codes that stand twice, unknown parents, trees that close a circle, and rosters of units that are not there.
    pub fn new(mut units: Vec<Unit>, mut rosters: Vec<Duty>) -> Result<Self> {
        units.sort_by(|a, b| a.code.cmp(&b.code));
        if let Some(pair) = units.windows(2).find(|w| w[0].code == w[1].code) {
            return Err(Error::invalid("code", format!("unit {} stands twice", pair[0].code)));
        }
        let find = |code: &Code| units.binary_search_by(|u| u.code.cmp(code)).ok();
        let parent = |u: &Unit| match &u.parent {
            None => Ok(None),
            Some(code) => find(code).map(Some).ok_or_else(|| {
                Error::invalid("parent", format!("unit {} has the parent {code}, which is not there", u.code))
            }),
        };
        let parents = units.iter().map(parent).collect::<Result<Vec<_>>>()?;
        check_circles(&units, &parents)?;
        if let Some(duty) = rosters.iter().find(|d| find(&d.unit).is_none()) {
            return Err(Error::invalid("unit", format!("there is a roster of unit {}, which is not there", duty.unit)));
        }
        rosters.sort_by(|a, b| a.unit.cmp(&b.unit));
        let mut this = Self { parents, serves: Vec::new(), by_area: HashMap::new(), units, rosters };
        this.serves =
            (0..this.units.len()).map(|ix| this.line(ix).find_map(|ix| this.units[ix].area.clone())).collect();
        for (ix, area) in this.serves.iter().enumerate() {
            if let Some(area) = area {
                this.by_area.entry(area.clone()).or_default().push(ix);
            }
        }
        Ok(this)
    }

    /// By code.
    pub fn all(&self) -> &[Unit] {
        &self.units
    }

    pub fn rosters(&self) -> &[Duty] {
        &self.rosters
    }

    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    pub fn index(&self, code: &Code) -> Option<UnitIx> {
        self.units.binary_search_by(|u| u.code.cmp(code)).ok()
    }

    pub fn get(&self, code: &Code) -> Option<&Unit> {
        self.index(code).map(|ix| &self.units[ix])
    }

    /// Panics on an index from other `Units`.
    pub fn at(&self, ix: UnitIx) -> &Unit {
        &self.units[ix]
    }

    /// The unit and those above it, upwards.
    pub fn line(&self, ix: UnitIx) -> impl Iterator<Item = UnitIx> + '_ {
        std::iter::successors(Some(ix), |&ix| self.parents[ix])
    }

    /// Whether `unit` is `above` or stands somewhere beneath it.
    pub fn is_within(&self, unit: UnitIx, above: UnitIx) -> bool {
        self.line(unit).any(|ix| ix == above)
    }

    /// Whether what `above` does may be done by `unit`: it is that unit or stands beneath it.
    pub fn acts_for(&self, unit: &Code, above: &Code) -> bool {
        let both = self.index(unit).zip(self.index(above));
        unit == above || both.is_some_and(|(unit, above)| self.is_within(unit, above))
    }

    /// The lowest unit that is above all of them, or is one of them and above the others.
    pub fn common_superior(&self, units: &[UnitIx]) -> Option<UnitIx> {
        let (first, others) = units.split_first()?;
        self.line(*first).find(|&above| others.iter().all(|&unit| self.is_within(unit, above)))
    }

    /// The code of the area that a unit serves, its own or of the next above that has one.
    pub fn area(&self, ix: UnitIx) -> Option<&Code> {
        self.serves[ix].as_ref()
    }

    /// The units that serve an area, by code; not those of areas within it.
    pub fn serving(&self, area: &str) -> &[UnitIx] {
        self.by_area.get(area).map_or(&[], Vec::as_slice)
    }

    pub fn children(&self, ix: UnitIx) -> impl Iterator<Item = &Unit> {
        self.units.iter().zip(&self.parents).filter(move |(_, parent)| **parent == Some(ix)).map(|(unit, _)| unit)
    }

    /// The roster of a unit, in the order in which it came.
    pub fn roster(&self, code: &Code) -> &[Duty] {
        let from = self.rosters.partition_point(|d| d.unit < *code);
        let to = self.rosters.partition_point(|d| d.unit <= *code);
        &self.rosters[from..to]
    }
}

fn check_circles(units: &[Unit], parents: &[Option<UnitIx>]) -> Result<()> {
    // Those that are known to lead to the top.
    let mut ends = vec![false; units.len()];
    for start in 0..units.len() {
        let (mut line, mut at) = (Vec::new(), Some(start));
        while let Some(ix) = at.filter(|&ix| !ends[ix]) {
            if let Some(begins) = line.iter().position(|&passed| passed == ix) {
                let circle: Vec<_> = line[begins..].iter().chain([&ix]).map(|&ix| units[ix].code.as_str()).collect();
                return Err(Error::invalid("parent", format!("units stand in a circle: {}", circle.join(" beneath "))));
            }
            line.push(ix);
            at = parents[ix];
        }
        line.into_iter().for_each(|ix| ends[ix] = true);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
