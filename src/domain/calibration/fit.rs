//! From arrivals to factors; the formulas stand in the parent module.

use std::{ops::RangeInclusive, sync::Arc};

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{
    Calibration, ClassFit, FitBasis, INTERVAL_MIN, Overall, ProfileFit, SAMPLES_MIN, SlotFit, assumed, normal::Factored,
};
use crate::{
    base::Timestamp,
    domain::{
        arrivals::Arrival,
        response::Definition,
        roads::Network,
        slots::{BASE, Slots},
        squads::Profile,
    },
    kernel::{graph::RoadClass, snap::Snapped, travel::Workspace},
};

/// Observed over modelled time beyond which something else happened on the way.
const PLAUSIBLE: RangeInclusive<f64> = 0.2..=5.0;
/// Seconds on a class from which on a drive is a sample of it.
const ON_CLASS_S: f64 = 5.0;
/// How far from 1 factors lie before anything is observed.
const PRIOR_SD: f64 = 0.5;
/// No drives are known better than their clocks: what whole seconds add to a drive of a minute or two.
const VARIANCE_MIN: f64 = 1e-3;
/// At most so much of its own prediction is laid on one drive.
const WEIGHT_MAX: f64 = 0.9;
const CLASSES: usize = RoadClass::ALL.len();

/// What drives are modelled on.
#[derive(Debug, Clone)]
pub struct Ground {
    /// As imported: without slots and without an earlier calibration.
    pub network: Arc<Network>,
    pub slots: Arc<Slots>,
    pub zone: TimeZone,
    pub definition: Definition,
}

/// An arrival beside what the roads say of it.
#[derive(Debug, Clone)]
pub struct Modelled {
    id: Uuid,
    profile: Profile,
    /// `None` when they know no way.
    sample: Option<Sample>,
}

/// One drive that is used.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    /// Place in the list of slots, 0 is the base.
    pub(super) slot: usize,
    /// Modelled seconds by class, links with their road.
    pub(super) on: [f64; CLASSES],
    pub(super) observed_s: f64,
}

impl Sample {
    fn modelled_s(&self) -> f64 {
        self.on.iter().sum()
    }

    fn is_plausible(&self) -> bool {
        PLAUSIBLE.contains(&(self.observed_s / self.modelled_s()))
    }
}

/// Looks up what the roads say of each arrival: the part that takes time.
pub fn model(arrivals: &[Arrival], ground: &Ground, ws: &mut Workspace) -> Vec<Modelled> {
    // A search that is stopped is thrown away.
    let one = |a: &Arrival| {
        let goes_on = !ws.search.stop.is_set();
        goes_on.then(|| Modelled { id: a.id, profile: a.profile, sample: sample(a, ground, ws) })
    };
    arrivals.iter().map_while(one).collect()
}

/// Fits all profiles. The order of the arrivals does not matter.
pub fn fit(mut modelled: Vec<Modelled>, ground: &Ground, at: Timestamp) -> Calibration {
    // Sums of floats depend on their order.
    modelled.sort_unstable_by_key(|m| m.id);
    let names: Vec<&str> = [BASE].into_iter().chain(ground.slots.all().iter().map(|s| s.name.as_str())).collect();
    let profiles = Profile::ALL.map(|profile| {
        let of_profile = modelled.iter().filter(|m| m.profile == profile);
        profile_fit(profile, &names, of_profile.map(|m| m.sample.clone()).collect())
    });
    Calibration {
        fitted_at: at,
        roads: ground.network.hash.clone(),
        speed_table: ground.network.speed_table,
        slots: Slots::clone(&ground.slots),
        profiles: profiles.into(),
    }
}

/// What the roads say of a drive; `None` when they know no way.
fn sample(arrival: &Arrival, ground: &Ground, ws: &mut Workspace) -> Option<Sample> {
    let (definition, profile) = (&ground.definition, arrival.profile);
    let roads = ground.network.roads(profile);
    let on_foot = |ways: &[Snapped]| ways.iter().map(|way| definition.on_foot(way)).collect::<Vec<_>>();
    let [from, to] = [definition.entry(roads, arrival.from).ok()?, definition.access(roads, arrival.to).ok()?];
    let [entries, exits] = [on_foot(&from), on_foot(&to)];
    let (_, route) = roads.drive(&mut ws.search, &entries, &exits, definition.drive_limit_ms())?;
    let slot = ground.slots.at(arrival.departed_at, &ground.zone).filter(|_| profile == Profile::Car);
    let mut on = [0.0; CLASSES];
    for segment in &route.segments {
        on[segment.class.road() as usize] += f64::from(segment.ms) / 1_000.0 * assumed(slot, profile, segment.class);
    }
    let taken = |ways: &[Snapped], at| ways.iter().find(|way| way.position() == at).map_or(0.0, |way| way.distance_m);
    let walk_s = (taken(&from, route.ends[0]) + taken(&to, route.ends[1])) / definition.walk_m_per_s;
    let place = slot.and_then(|s| ground.slots.all().iter().position(|other| other.name == s.name));
    Some(Sample { slot: place.map_or(0, |i| i + 1), on, observed_s: arrival.seconds() - walk_s })
}

pub(super) fn profile_fit(profile: Profile, names: &[&str], modelled: Vec<Option<Sample>>) -> ProfileFit {
    let unreachable = modelled.iter().filter(|s| s.is_none()).count();
    let (used, left_out): (Vec<_>, Vec<_>) = modelled.into_iter().flatten().partition(Sample::is_plausible);
    let mut fit =
        ProfileFit { profile, n: used.len(), unreachable, outliers: left_out.len(), overall: None, slots: Vec::new() };
    if used.len() < SAMPLES_MIN {
        return fit;
    }
    let all = one_factor(&used.iter().collect::<Vec<_>>());
    let (mut slots, mut pooled) = (Vec::new(), Vec::new());
    for (place, name) in names.iter().enumerate() {
        let of_slot: Vec<&Sample> = used.iter().filter(|s| s.slot == place).collect();
        if !of_slot.is_empty() {
            let (slot, mut ratios) = slot_fit(name, &of_slot, &all);
            pooled.extend_from_slice(&ratios);
            slots.push((slot, percentiles(&mut ratios)));
        }
    }
    let ratios = percentiles(&mut pooled);
    let own = |(slot, own): (SlotFit, [f64; 2])| {
        let enough = slot.n >= INTERVAL_MIN;
        let (ratios, ratios_basis) = if enough { (own, FitBasis::Own) } else { (ratios, FitBasis::Profile) };
        SlotFit { ratios, ratios_basis, ..slot }
    };
    fit.slots = slots.into_iter().map(own).collect();
    fit.overall = Some(Overall { factor: shown(all.factor), standard_error: shown(all.standard_error), ratios });
    fit
}

/// One factor for all classes.
#[derive(Debug, Clone, Copy)]
struct OneFactor {
    factor: f64,
    standard_error: f64,
    /// Of a drive, by second of modelled time.
    variance: f64,
}

fn one_factor(samples: &[&Sample]) -> OneFactor {
    let modelled_s: f64 = samples.iter().map(|s| s.modelled_s()).sum();
    let factor = samples.iter().map(|s| s.observed_s).sum::<f64>() / modelled_s;
    let squares = samples.iter().map(|s| [(s.observed_s - factor * s.modelled_s()).powi(2), s.modelled_s()]);
    let free = (samples.len() as f64 - 1.0).max(1.0);
    let variance = (squares.clone().map(|[r, t]| r / t).sum::<f64>() / free).max(VARIANCE_MIN);
    let robust = squares.map(|[r, _]| r).sum::<f64>() * samples.len() as f64 / free / modelled_s.powi(2);
    OneFactor { factor, standard_error: (variance / modelled_s).max(robust).sqrt(), variance }
}

/// The factors of one slot, and the ratios of observed to predicted time.
fn slot_fit(name: &str, samples: &[&Sample], all: &OneFactor) -> (SlotFit, Vec<f64>) {
    let (one, basis) =
        if samples.len() >= SAMPLES_MIN { (one_factor(samples), FitBasis::Own) } else { (*all, FitBasis::Profile) };
    let inherited = if basis == FitBasis::Own { FitBasis::Slot } else { FitBasis::Profile };
    let count = |class: usize| samples.iter().filter(|s| s.on[class] > ON_CLASS_S).count();
    let counts: Vec<usize> = (0..CLASSES).map(count).collect();
    let rich: Vec<usize> = (0..CLASSES).filter(|&c| counts[c] >= SAMPLES_MIN).collect();
    let Factors { own, inverse } = class_factors(samples, &rich, &one);
    let mut factors = [one.factor; CLASSES];
    rich.iter().zip(&own).for_each(|(&class, estimate)| factors[class] = estimate[0]);
    let class = |class: RoadClass| {
        let place = rich.iter().position(|&c| c == class as usize);
        let [factor, standard_error] = place.map_or([one.factor, one.standard_error], |p| own[p]).map(shown);
        let basis = if place.is_some() { FitBasis::Own } else { inherited };
        ClassFit { class, n: counts[class as usize], factor, standard_error, basis }
    };
    let all_s: f64 = samples.iter().map(|s| s.modelled_s()).sum();
    let ratio = |s: &&Sample| {
        let predicted_s = dot(&s.on, &factors);
        // What the drive itself weighs in that: of its classes' factors, and of the one for all others.
        let on: Vec<f64> = rich.iter().map(|&c| s.on[c]).collect();
        let of_classes = inverse.iter().zip(&on).map(|(row, x)| x * dot(row, &on)).sum::<f64>() / s.modelled_s();
        let of_one = if basis == FitBasis::Own { (s.modelled_s() - on.iter().sum::<f64>()) / all_s } else { 0.0 };
        let without_s = s.observed_s - (s.observed_s - predicted_s) / (1.0 - (of_classes + of_one).min(WEIGHT_MAX));
        s.observed_s / if without_s > 0.0 { without_s } else { predicted_s }
    };
    let fit = SlotFit {
        slot: name.to_owned(),
        n: samples.len(),
        factor: shown(one.factor),
        standard_error: shown(one.standard_error),
        basis,
        ratios: [1.0; 2],
        ratios_basis: FitBasis::Own,
        classes: RoadClass::ALL.into_iter().filter(|&c| counts[c as usize] > 0).map(class).collect(),
    };
    (fit, samples.iter().map(ratio).collect())
}

/// Of the classes with drives enough.
struct Factors {
    /// Factor and standard error of each.
    own: Vec<[f64; 2]>,
    /// `A⁻¹`
    inverse: Vec<Vec<f64>>,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The factors of `rich`; the other classes take the one factor.
fn class_factors(samples: &[&Sample], rich: &[usize], one: &OneFactor) -> Factors {
    let lambda = one.variance / PRIOR_SD.powi(2);
    let p = rich.len();
    let (mut a, mut b) = (vec![vec![0.0; p]; p], vec![lambda; p]);
    let rest = |s: &Sample| {
        let on_rich: f64 = rich.iter().map(|&c| s.on[c]).sum();
        s.observed_s - one.factor * (s.modelled_s() - on_rich)
    };
    for (i, row) in a.iter_mut().enumerate() {
        row[i] = lambda;
    }
    for s in samples {
        for (i, &ci) in rich.iter().enumerate() {
            let weighted = s.on[ci] / s.modelled_s();
            b[i] += weighted * rest(s);
            rich.iter().enumerate().for_each(|(j, &cj)| a[i][j] += weighted * s.on[cj]);
        }
    }
    let factored = Factored::new(&a);
    let (factors, inverse) = (factored.solve(&b), factored.inverse());
    let residual = |s: &&Sample| rest(s) - rich.iter().zip(&factors).map(|(&c, f)| f * s.on[c]).sum::<f64>();
    let squares: f64 = samples.iter().map(|s| residual(s).powi(2) / s.modelled_s()).sum();
    // The ridge takes a part of each degree of freedom.
    let spent = p as f64 - lambda * (0..p).map(|i| inverse[i][i]).sum::<f64>();
    let free = (samples.len() as f64 - spent).max(1.0);
    let variance = (squares / free).max(VARIANCE_MIN);
    let standard_error = |i: usize| {
        // How much one drive moved this factor.
        let pull = |s: &&Sample| {
            let on: f64 = rich.iter().zip(&inverse[i]).map(|(&c, v)| v * s.on[c]).sum();
            (on * residual(s) / s.modelled_s()).powi(2)
        };
        let robust = samples.iter().map(pull).sum::<f64>() * samples.len() as f64 / free;
        (variance * inverse[i][i]).max(robust).sqrt()
    };
    let kept = |f: f64| f.clamp(*PLAUSIBLE.start(), *PLAUSIBLE.end());
    let own = factors.iter().enumerate().map(|(i, &f)| [kept(f), standard_error(i)]).collect();
    Factors { own, inverse }
}

/// Between which four of five further ones lie, on the average: of `n` values the *k*-th has the share
/// `k / (n + 1)` of all further ones below it (S. S. Wilks, Ann. Math. Stat. 12, 1941), so that it is the
/// last with at most a tenth and the first with at least nine.
fn percentiles(values: &mut [f64]) -> [f64; 2] {
    values.sort_unstable_by(f64::total_cmp);
    let (n, shares) = (values.len(), values.len() + 1);
    [shares / 10, (9 * shares).div_ceil(10)].map(|k| shown(values[k.clamp(1, n) - 1]))
}

/// Four decimals are more than any of it is worth.
fn shown(v: f64) -> f64 {
    (v * 1e4).round() / 1e4
}
