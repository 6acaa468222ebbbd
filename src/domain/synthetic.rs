//! Made-up incidents of the past, for demonstration: always labelled synthetic.
//!
//! Every number comes from SHA-256 of the seed and the incident's place in the series, so a seed
//! gives the same incidents on every machine and a longer series begins with the shorter one.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use super::{
    areas::Areas,
    incidents::{Draft, Incident, IncidentStatus, Profiles, Said, Source},
    matters::Matters,
};
use crate::base::{LngLat, Result, Timestamp};

const DAY_MS: i64 = 24 * 3_600_000;
/// How far back the oldest lies, days.
const DAYS: f64 = 365.0;
/// How far from the building, metres in each direction.
const OFFSET_M: f64 = 40.0;
/// Older ones have been dealt with, days.
const OPEN_DAYS: i64 = 7;
const M_PER_DEG: f64 = 111_195.0;

/// Where incidents happen: the more weight, the more of them.
#[derive(Debug)]
pub struct Spots {
    at: Vec<LngLat>,
    /// Running sums of the weights.
    sums: Vec<f64>,
}

impl Spots {
    /// `None` when there is no weight.
    pub fn new(weighted: impl IntoIterator<Item = (LngLat, f64)>) -> Option<Self> {
        let mut spots = Self { at: Vec::new(), sums: Vec::new() };
        let mut sum = 0.0;
        for (at, weight) in weighted.into_iter().filter(|(_, weight)| *weight > 0.0) {
            sum += weight;
            spots.at.push(at);
            spots.sums.push(sum);
        }
        (!spots.at.is_empty()).then_some(spots)
    }

    /// `share` in [0, 1) of the whole weight.
    pub fn pick(&self, share: f64) -> LngLat {
        let goal = share * self.sums.last().copied().unwrap_or_default();
        self.at[self.sums.partition_point(|&sum| sum <= goal).min(self.at.len() - 1)]
    }
}

/// Numbers of one incident: uniform in [0, 1), in a fixed order.
struct Draw {
    seed: u64,
    number: u32,
    used: u32,
}

impl Draw {
    fn bytes(&mut self) -> [u8; 32] {
        self.used += 1;
        Sha256::digest(format!("xunge demo incident {} {} {}", self.seed, self.number, self.used)).into()
    }

    fn id(&mut self) -> Uuid {
        let bytes = self.bytes();
        Builder::from_custom_bytes(std::array::from_fn(|i| bytes[i])).into_uuid()
    }

    fn uniform(&mut self) -> f64 {
        let bytes = self.bytes();
        let word = u64::from_be_bytes(std::array::from_fn(|i| bytes[i]));
        (word >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// `count` incidents of the year before `until`; one whose spot lies in no area is left out.
pub fn incidents(
    spots: &Spots,
    matters: &Matters,
    areas: &Areas,
    (seed, count): (u64, u32),
    until: Timestamp,
) -> Result<Vec<Incident>> {
    let one = |number| {
        let mut draw = Draw { seed, number, used: 0 };
        let id = draw.id();
        let spot = spots.pick(draw.uniform());
        let (east, north) = (draw.uniform() * 2.0 - 1.0, draw.uniform() * 2.0 - 1.0);
        let at = LngLat {
            lng: e7(spot.lng + east * OFFSET_M / M_PER_DEG / spot.lat.to_radians().cos().max(0.01)),
            lat: e7(spot.lat + north * OFFSET_M / M_PER_DEG),
        };
        let all = matters.all();
        let matter = all.get((draw.uniform() * all.len() as f64) as usize);
        let reported_at = until.plus_ms(-(draw.uniform() * DAYS * DAY_MS as f64) as i64);
        let recent = reported_at > until.plus_ms(-OPEN_DAYS * DAY_MS);
        let status = if recent && draw.uniform() < 0.5 { IncidentStatus::Reported } else { IncidentStatus::Closed };
        let said = Said {
            id,
            matter: matter.map(|m| m.code.clone()),
            urgency: None,
            description: Some(format!("synthetic incident {number} of seed {seed}")),
            reported_at,
            source: Source::Demo,
            external_id: None,
        };
        let draft = Draft { said, at, outside: false, accuracy_m: None, status, synthetic: true };
        draft.accept(matters, &Profiles::default(), areas, until)
    };
    let in_an_area = |i: &Incident| i.place.township.is_some() || i.place.county.is_some();
    (1..=count).map(one).filter(|made| made.as_ref().map_or(true, in_an_area)).collect()
}

fn e7(deg: f64) -> f64 {
    (deg * 1e7).round() / 1e7
}

#[cfg(test)]
mod tests;
