//! Officers (持证执法人员): whose certificates are in force, over which matters, and who is recused (回避) from
//! what; so who of a squad may act on a case. The one place that decides whether a squad is competent.
//!
//! An officer is an id here. Name, contact and the numbers of certificates are personal data: kept apart, and in
//! none of these.

mod case;
mod noun;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::{
    case::{Case, Certified, Competence, Outlook, Rule, officers_needed},
    noun::Change,
};
use super::{
    matters::{Matter, Matters},
    squads::{Squad, Squads},
    units::Units,
};
use crate::base::{Code, Error, Result, Span, Timestamp, at_most, no_nul};

const CERTIFICATES_MAX: usize = 50;
const COVERED_MAX: usize = 500;
const RECUSALS_MAX: usize = 1_000;
const TEXT_MAX: usize = 200;

/// What an officer may enforce, and from when until when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = OfficerCertificate)]
pub struct Certificate {
    /// Codes of matters and fields of enforcement (the `domain` of matters); all of them when empty.
    #[serde(default)]
    pub matters: Vec<String>,
    #[serde(flatten)]
    #[schema(inline)]
    pub span: Span,
}

impl Certificate {
    fn covers(&self, matter: &Matter) -> bool {
        self.matters.is_empty() || self.matters.iter().any(|m| *m == matter.domain || m == matter.code.as_str())
    }
}

/// What an officer stays away from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recusals {
    /// Cases in these areas, and in all beneath them.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub areas: BTreeSet<Code>,
    /// These cases.
    #[serde(default)]
    pub incidents: BTreeSet<Uuid>,
}

impl Recusals {
    /// Refuses more than anybody can mean.
    pub fn check(&self) -> Result<()> {
        for (field, n) in [("areas", self.areas.len()), ("incidents", self.incidents.len())] {
            if n > RECUSALS_MAX {
                return Err(Error::invalid(field, format!("{n} recusals are more than {RECUSALS_MAX}")));
            }
        }
        Ok(())
    }
}

/// An officer, without anything personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Officer {
    pub id: Code,
    /// Whose powers the certificates are for.
    pub unit: Code,
    pub certificates: Vec<Certificate>,
    pub recused_from: Recusals,
}

/// Who it is: kept apart from [`Officer`], told only to those who may know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    pub name: Option<String>,
    pub contact: Option<String>,
    /// The numbers of the certificates, in their order; empty where it is not known.
    pub certificate_numbers: Vec<String>,
}

impl Person {
    pub fn check(&self) -> Result<()> {
        let texts = [("name", self.name.as_deref()), ("contact", self.contact.as_deref())];
        let numbers = self.certificate_numbers.iter().map(|n| ("certificate_number", Some(n.as_str())));
        for (field, text) in texts.into_iter().chain(numbers) {
            at_most(field, text, TEXT_MAX)?;
            no_nul(field, text.unwrap_or(""))?;
        }
        Ok(())
    }
}

impl Officer {
    /// Refuses what no officer can be.
    pub fn check(&self) -> Result<()> {
        let n = self.certificates.len();
        if n == 0 || n > CERTIFICATES_MAX {
            return Err(Error::invalid(
                "certificates",
                format!("{n} certificates are not within 1 to {CERTIFICATES_MAX}"),
            ));
        }
        for certificate in &self.certificates {
            certificate.span.check()?;
            if certificate.matters.len() > COVERED_MAX {
                let detail = format!("{} of them are more than {COVERED_MAX}", certificate.matters.len());
                return Err(Error::invalid("matters", detail));
            }
        }
        self.recused_from.check()
    }

    /// Refuses what no officer can be that comes in now.
    pub fn check_new(&self, units: &Units, matters: &Matters) -> Result<()> {
        self.check()?;
        if units.get(&self.unit).is_none() {
            return Err(Error::invalid("unit", format!("{} is no unit", self.unit)));
        }
        let known = |text: &String| matters.named(text).is_some() || matters.all().iter().any(|m| m.domain == *text);
        match self.certificates.iter().flat_map(|c| &c.matters).find(|text| !known(text)) {
            Some(text) => {
                Err(Error::invalid("matters", format!("{text} is neither a matter nor a field of the catalogue")))
            }
            None => Ok(()),
        }
    }

    /// Whether a certificate is in force, for this matter; for any where the matter is not known.
    pub fn is_certified(&self, at: Timestamp, matter: Option<&Matter>) -> bool {
        self.certificates.iter().any(|c| c.span.holds(at) && matter.is_none_or(|m| c.covers(m)))
    }

    /// Whether it stays away from a case in these areas.
    pub fn is_recused<'a>(&self, over: impl IntoIterator<Item = &'a Code>, incident: Option<Uuid>) -> bool {
        let Recusals { areas, incidents } = &self.recused_from;
        incident.is_some_and(|id| incidents.contains(&id))
            || !areas.is_empty() && over.into_iter().any(|area| areas.contains(area))
    }
}

/// All officers, by id.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Officers(BTreeMap<Code, Arc<Officer>>);

impl Officers {
    /// Refuses ids that stand twice.
    pub fn new(all: Vec<Officer>) -> Result<Self> {
        let mut officers = Self::default();
        for officer in all {
            if officers.0.contains_key(&officer.id) {
                return Err(Error::invalid("id", format!("officer {} stands twice", officer.id)));
            }
            officers.put(officer);
        }
        Ok(officers)
    }

    pub fn put(&mut self, officer: Officer) {
        self.0.insert(officer.id.clone(), Arc::new(officer));
    }

    pub fn get(&self, id: &Code) -> Option<&Arc<Officer>> {
        self.0.get(id)
    }

    /// By id.
    pub fn all(&self) -> impl ExactSizeIterator<Item = &Arc<Officer>> {
        self.0.values()
    }

    pub fn after<'a>(&'a self, id: Option<&Code>) -> impl Iterator<Item = &'a Arc<Officer>> {
        use std::ops::Bound;
        let from = id.map_or(Bound::Unbounded, Bound::Excluded);
        self.0.range::<Code, _>((from, Bound::Unbounded)).map(|(_, officer)| officer)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those whom a squad lists and who act for its unit.
    pub fn of<'a>(&'a self, squad: &'a Squad, units: &'a Units) -> impl Iterator<Item = &'a Arc<Officer>> {
        let listed = squad.officers.iter().filter_map(|id| self.get(id));
        listed.filter(|officer| is_kin(units, &officer.unit, &squad.unit))
    }

    /// Refuses a squad that lists nobody's id, an officer of a unit that is not of its unit's line, or one who is in
    /// another squad at the same hours.
    pub fn check_squad<'a>(
        &self,
        squad: &Squad,
        others: impl IntoIterator<Item = &'a Arc<Squad>>,
        units: &Units,
    ) -> Result<()> {
        if squad.officers.is_empty() {
            return Ok(());
        }
        let refuse = |why: String| Err(Error::invalid("officers", why));
        for id in &squad.officers {
            let Some(officer) = self.get(id) else { return refuse(format!("there is no officer {id}")) };
            if !is_kin(units, &officer.unit, &squad.unit) {
                let (unit, of) = (&officer.unit, &squad.unit);
                return refuse(format!("officer {id} is of {unit}, which stands neither above nor beneath {of}"));
            }
        }
        for other in others.into_iter().filter(|other| other.id != squad.id) {
            let both = squad.officers.iter().find(|id| other.officers.contains(id));
            if let Some(id) = both.filter(|_| squad.shifts.overlap(&other.shifts)) {
                return refuse(format!("officer {id} is in squad {} at the same hours", other.id));
            }
        }
        Ok(())
    }

    /// [`Officers::check_squad`] of each of them beside the others.
    pub fn check_squads(&self, squads: &Squads, units: &Units) -> Result<()> {
        squads.all().try_for_each(|squad| {
            let named = |e: Error| Error { detail: format!("squad {}: {}", squad.id, e.detail), ..e };
            self.check_squad(squad, squads.all(), units).map_err(named)
        })
    }
}

/// Whether one unit is the other, or stands above or beneath it.
fn is_kin(units: &Units, a: &Code, b: &Code) -> bool {
    a == b
        || match (units.index(a), units.index(b)) {
            (Some(a), Some(b)) => units.is_within(a, b) || units.is_within(b, a),
            _ => false,
        }
}
