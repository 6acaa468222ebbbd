//! By what figures are told apart.

use jiff::tz::TimeZone;

use crate::{
    base::{Code, words},
    domain::{incidents::Incident, matters::Matters},
};

words! {
    /// By what figures are told apart.
    #[schema(as = KpiGroup)]
    Group {
        County = "county",
        Township = "township",
        /// The patrol zone that it was filed in, of one layer.
        Zone = "zone",
        /// Who owns the case now.
        Unit = "unit",
        Matter = "matter",
        /// The class of its matter.
        Category = "category",
        Urgency = "urgency",
        /// In which it was reported, by the clock of the county: 00 to 23.
        Hour = "hour",
    }
}

/// With what groups follow from beside the cases.
#[derive(Debug, Clone, Copy)]
pub struct Grouping<'a> {
    pub by: Group,
    /// Whose zones.
    pub layer: &'a Code,
    pub matters: &'a Matters,
    pub zone: &'a TimeZone,
}

impl Grouping<'_> {
    pub(super) fn of(&self, i: &Incident) -> Option<String> {
        let code = |code: Option<&Code>| code.map(|c| c.as_str().to_owned());
        match self.by {
            Group::County => code(i.place.county.as_ref()),
            Group::Township => code(i.township()),
            Group::Zone => code(i.place.zones.iter().find(|z| z.layer == *self.layer).map(|z| &z.zone)),
            Group::Unit => code(i.ownership.as_ref().map(|o| &o.owner)),
            Group::Matter => code(i.matter.as_ref()),
            Group::Category => i.matter.as_ref().and_then(|m| self.matters.get(m)).map(|m| m.domain.clone()),
            Group::Urgency => Some(i.urgency.as_str().to_owned()),
            Group::Hour => {
                let local = i.reported_at.to_jiff().to_zoned(self.zone.clone());
                Some(format!("{:02}", local.hour()))
            }
        }
    }
}
