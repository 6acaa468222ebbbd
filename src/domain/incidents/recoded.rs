//! Which areas a case lies in by now, beside those that it was filed in.

use serde::{Deserialize, Serialize};

use super::{Incident, Place};
use crate::{
    base::{Code, LngLat},
    domain::areas::{AreaIx, Areas},
};

/// The areas over a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = AreaCodes)]
pub struct Codes {
    #[schema(value_type = Option<String>)]
    pub county: Option<Code>,
    #[schema(value_type = Option<String>)]
    pub township: Option<Code>,
    #[schema(value_type = Option<String>)]
    pub village: Option<Code>,
    #[schema(value_type = Option<String>)]
    pub grid: Option<Code>,
}

impl Codes {
    pub fn at(areas: &Areas, p: LngLat) -> Self {
        let chain = areas.locate(p);
        let code = |ix: Option<AreaIx>| ix.map(|ix| areas.at(ix).code.clone());
        Self {
            county: code(chain.county),
            township: code(chain.township),
            village: code(chain.village),
            grid: code(chain.grid),
        }
    }

    /// Those in force over an incident, where they are others than those that it was filed in.
    pub(super) fn beside(incident: &Incident, areas: &Areas) -> Option<Box<Self>> {
        let now = Self::at(areas, incident.at);
        let Place { county, township, village, grid, .. } = &incident.place;
        let same = (&now.county, &now.township, &now.village, &now.grid) == (county, township, village, grid);
        (!same).then(|| Box::new(now))
    }
}

impl Incident {
    /// Notes which areas are in force over it, where these are not those that it was filed in.
    pub fn recode(&mut self, areas: &Areas) {
        self.place.in_force = Codes::beside(self, areas);
    }

    /// The township that is responsible: as decided, else that it was filed in.
    pub fn township(&self) -> Option<&Code> {
        let decided = self.decision.as_ref().and_then(|d| d.over.township.as_ref());
        decided.or(self.place.township.as_ref())
    }

    /// The townships under which it is found, each once: that which is responsible, that it was filed in, and that in
    /// force there by now.
    pub fn townships(&self) -> impl Iterator<Item = &Code> {
        let now = self.place.in_force.as_ref().and_then(|codes| codes.township.as_ref());
        let all = [self.township(), self.place.township.as_ref(), now];
        (0..all.len()).filter_map(move |n| all[n].filter(|code| !all[..n].contains(&Some(code))))
    }

    /// Those that were decided for it.
    pub(super) fn decided_areas(&self) -> impl Iterator<Item = &Code> {
        self.decision.iter().flat_map(|d| d.over.areas())
    }
}
