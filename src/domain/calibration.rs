//! Calibration: how much longer drives take than modelled, from observed arrivals, and how far a
//! single drive strays from that.
//!
//! Each profile, for cars each time slot, and each road class has a factor on the modelled time; a
//! link counts as its road. Of drive *i* let `x_ic` be the modelled seconds on class *c* of its
//! quickest route on the network as imported, with the speed factors of the slot at departure, `t_i` their sum, and `y_i` the
//! observed seconds less the walks from and to the road, which a response counts apart. The class
//! factors of a slot minimise
//!
//! ```text
//! Σ_i (y_i − Σ_c f_c x_ic)² / t_i  +  λ Σ_c (f_c − 1)²,   λ = σ² / 0.5²
//! ```
//!
//! that is weighted least squares (delays add up along a drive, so its variance grows with `t_i`)
//! with a ridge towards 1 (A. E. Hoerl, R. W. Kennard, *Ridge regression*, Technometrics 12, 1970;
//! as the mean of a posterior: factors lie within about 0.5 around 1 before anything is observed).
//! `σ²` is the weighted square residual by degrees of freedom, for λ that of one factor for all
//! classes. With `A = Σ x xᵀ / t + λ I` a standard error is the root of `σ² A⁻¹` on its diagonal, or
//! that of `A⁻¹ (Σ r² x xᵀ / t²) A⁻¹` with the residuals `r` where it is larger: drives may vary in
//! another way than with `t` (H. White, Econometrica 48, 1980).
//!
//! An interval says how fresh drives stray, so each drive is held against what the others alone predict
//! for it: with the residual `r_i` and its weight `h_i = x_iᵀ A⁻¹ x_i / t_i` that is `y_i − r_i / (1 − h_i)`
//! (D. M. Allen, Technometrics 16, 1974). The ratios of observed to so predicted time give the percentiles.
//!
//! The overall factor of a slot or a profile is `Σ y / Σ t`. A class with fewer than
//! [`SAMPLES_MIN`] drives takes its slot's overall factor, a slot with fewer that of its profile, and a
//! profile with fewer is uncalibrated. Drives without a way and those that took less than a fifth or
//! more than five times the modelled time are left out and counted. The number of drives, the
//! bounds and the ridge are defaults of ours.

mod fit;
mod normal;

use std::sync::Arc;

pub use fit::{Ground, Modelled, fit, model};
use serde::{Deserialize, Serialize};

use super::{
    noun::{About, Fact, Kind, NoRows, Noun, Told, Update},
    roads::SpeedTable,
    slots::{self, Slot, Slots},
    squads::Profile,
};
use crate::{
    base::{Code, LngLat, Timestamp, words},
    kernel::graph::RoadClass,
};

/// Fewer drives give no factor of their own.
pub const SAMPLES_MIN: usize = 8;
/// Fewer drives give no interval of their own.
pub const INTERVAL_MIN: usize = 20;
/// What definitions call travel times that were never held against arrivals.
pub const UNCALIBRATED: &str = "uncalibrated";

words! {
    /// Whose drives a figure comes from: its own, its slot's or its profile's.
    FitBasis { Own = "own", Slot = "slot", Profile = "profile" }
}

/// What arrivals say of the travel times of one network under one list of slots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Calibration {
    pub fitted_at: Timestamp,
    /// The network's hash.
    pub roads: String,
    pub speed_table: SpeedTable,
    /// As they were: under others the factors mean nothing.
    #[schema(value_type = Vec<Slot>)]
    pub slots: Slots,
    pub profiles: Vec<ProfileFit>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProfileFit {
    pub profile: Profile,
    /// Drives that were used.
    pub n: usize,
    /// Drives left out: too far from a road, or no way.
    pub unreachable: usize,
    /// Drives left out: under a fifth or over five times the modelled time.
    pub outliers: usize,
    /// Of all slots and classes; null while there are too few drives.
    pub overall: Option<Overall>,
    /// Slots with drives, `base` first; any other takes the overall factor. Only cars have slots.
    pub slots: Vec<SlotFit>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Overall {
    /// On the modelled time.
    pub factor: f64,
    pub standard_error: f64,
    /// 10th and 90th percentile of observed over predicted time.
    pub ratios: [f64; 2],
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SlotFit {
    pub slot: String,
    pub n: usize,
    /// On the modelled time, of all classes.
    pub factor: f64,
    pub standard_error: f64,
    pub basis: FitBasis,
    /// 10th and 90th percentile of observed over predicted time.
    pub ratios: [f64; 2],
    pub ratios_basis: FitBasis,
    /// Classes with drives; any other takes the slot's factor.
    pub classes: Vec<ClassFit>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ClassFit {
    /// OSM road class; links count as their road.
    #[schema(value_type = String, example = "residential")]
    pub class: RoadClass,
    /// Drives with more than five seconds on it.
    pub n: usize,
    /// On the modelled time.
    pub factor: f64,
    pub standard_error: f64,
    pub basis: FitBasis,
}

impl Calibration {
    /// Drives that were used, of all profiles.
    pub fn n(&self) -> usize {
        self.profiles.iter().map(|p| p.n).sum()
    }

    /// Whether any profile has enough drives.
    pub fn is_any(&self) -> bool {
        self.profiles.iter().any(|p| p.overall.is_some())
    }

    /// Why it does not hold for these travel times, if so.
    pub fn set_aside(&self, table: SpeedTable, slots: &Slots) -> Option<String> {
        if self.speed_table != table {
            let [was, is] = [self.speed_table, table].map(SpeedTable::as_str);
            return Some(format!("it was fitted over the speed table {was}, the network in force has {is}"));
        }
        (self.slots != *slots).then(|| "the time slots have changed since it was fitted".to_owned())
    }

    fn of(&self, profile: Profile, slot: Option<&Slot>) -> Option<(&Overall, Option<&SlotFit>)> {
        let fit = self.profiles.iter().find(|p| p.profile == profile)?;
        let slot = slots::name(slot.filter(|_| profile == Profile::Car));
        Some((fit.overall.as_ref()?, fit.slots.iter().find(|s| s.slot == slot)))
    }

    /// On the modelled time; 1 for a profile that is uncalibrated.
    pub fn factor(&self, profile: Profile, slot: Option<&Slot>, class: RoadClass) -> f64 {
        let Some((overall, slot)) = self.of(profile, slot) else { return 1.0 };
        let of_class = |s: &SlotFit| s.classes.iter().find(|c| c.class == class.road()).map_or(s.factor, |c| c.factor);
        slot.map_or(overall.factor, of_class)
    }

    /// Seconds between which four of five drives of `drive_ms` (with the factors) stay, rounded
    /// outwards; `drive_ms` itself is always within.
    pub fn interval(&self, profile: Profile, slot: Option<&Slot>, drive_ms: u32) -> Option<[u32; 2]> {
        let (overall, slot) = self.of(profile, slot)?;
        let [low, high] = slot.map_or(overall.ratios, |s| s.ratios);
        let seconds = |ratio: f64| f64::from(drive_ms) * ratio / 1_000.0;
        Some([seconds(low.min(1.0)).floor() as u32, seconds(high.max(1.0)).ceil() as u32])
    }
}

/// What was put in force last, if it was not taken out since.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InForce(pub Option<Arc<Calibration>>);

const CALIBRATION: Kind = Kind::new("calibration");

/// A fact about the calibration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// A calibration was put in force, or none is any more.
    Calibration { calibration: Option<Arc<Calibration>> },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        CALIBRATION
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        About::default()
    }

    fn told(&self) -> Told {
        let Self::Calibration { calibration } = self;
        Told::one("calibration", words(calibration.as_deref()))
    }
}

impl Noun for InForce {
    const WORD: &'static str = "calibration";
    const SHAPES_ROADS: bool = true;
    const KINDS: &'static [Kind] = &[CALIBRATION];
    type Change = Change;
    type Rows = NoRows;

    fn carried(change: &Change) -> Option<Update<Self>> {
        let Change::Calibration { calibration } = change;
        Some(Update::All(Arc::new(Self(calibration.clone()))))
    }
}

/// How definitions speak of it.
pub fn words(calibration: Option<&Calibration>) -> String {
    match calibration {
        Some(c) => format!("calibrated {} n={}", c.fitted_at, c.n()),
        None => UNCALIBRATED.to_owned(),
    }
}

/// What the modelled time of the speed table is multiplied by: the slot's assumed speed (for cars),
/// corrected by what was observed.
pub fn time_factor(slot: Option<&Slot>, calibration: Option<&Calibration>, profile: Profile, class: RoadClass) -> f64 {
    assumed(slot, profile, class) * calibration.map_or(1.0, |c| c.factor(profile, slot, class))
}

/// The time factor of a slot alone.
fn assumed(slot: Option<&Slot>, profile: Profile, class: RoadClass) -> f64 {
    slot.filter(|_| profile == Profile::Car).map_or(1.0, |s| 1.0 / s.speed_factor(class))
}

#[cfg(test)]
mod tests;
