use std::sync::Arc;

use fastrand::Rng;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{
    fit::{Sample, profile_fit},
    *,
};
use crate::{
    base::{Code, LngLat},
    domain::{arrivals::Arrival, response::Definition, roads::Network, slots::slot},
    kernel::{
        dijkstra::{self, route},
        drawn::{Draws, town},
        graph::{Graph, Topology},
        travel::Workspace,
    },
};

use RoadClass::{Primary, PrimaryLink, Residential, Service, Tertiary};

fn sample(slot: usize, on: &[(RoadClass, f64)], observed_s: f64) -> Option<Sample> {
    let mut all = [0.0; RoadClass::ALL.len()];
    on.iter().for_each(|&(class, s)| all[class as usize] = s);
    Some(Sample { slot, on: all, observed_s })
}

fn car(names: &[&str], samples: Vec<Option<Sample>>) -> ProfileFit {
    profile_fit(Profile::Car, names, samples)
}

fn class_of(fit: &SlotFit, class: RoadClass) -> &ClassFit {
    fit.classes.iter().find(|c| c.class == class).unwrap()
}

/// Normally distributed (Box and Muller 1958).
fn gauss(dice: &mut Rng) -> f64 {
    let mut even = || (dice.usize(..1_000_000) as f64 + 0.5) / 1e6;
    (-2.0 * even().ln()).sqrt() * (std::f64::consts::TAU * even()).cos()
}

#[test]
fn two_classes_equal_normal_equations_solved_by_hand() {
    // 100 s each: y = 2 a + b. The overall factor is 1.4, so σ² = 8 · 20² / 100 / 7 = 32/7 and
    // λ = 128/7; times 7 the equations are 1248 a + 1120 b = 3488 and 1120 a + 2368 b = 4608.
    let drives = [(60.0, 40.0, 160.0), (20.0, 80.0, 120.0)].repeat(4);
    let samples = drives.iter().map(|&(a, b, y)| sample(0, &[(Primary, a), (Service, b)], y)).collect();
    let fit = car(&["base"], samples);
    let overall = fit.overall.unwrap();
    assert_eq!((fit.n, overall.factor, overall.standard_error), (8, 1.4, 0.0756));
    let base = &fit.slots[0];
    assert_eq!(class_of(base, Primary).factor, 1.8218, "3098624 / 1700864");
    assert_eq!(class_of(base, Service).factor, 1.0843, "1844224 / 1700864");
    // The inverse is 7 / 1700864 times (2368, −1120; −1120, 1248); residuals are 7.3207 and −3.1775, degrees
    // of freedom 8 − 2 + λ · 0.014882. Times the drives the rows of the inverse are 97280 and −42240, then
    // −17280 and 77440; the larger of both variances counts.
    let (a, b, free) = (7.3207f64, -3.1775f64, 6.0 + 128.0 / 7.0 * 0.014_882);
    let variance = 4.0 * (a.powi(2) + b.powi(2)) / 100.0 / free;
    let rows = [(Primary, 2368.0, 97_280.0, -42_240.0), (Service, 1248.0, -17_280.0, 77_440.0)];
    for (class, diagonal, on_a, on_b) in rows {
        let pull = |on: f64, r: f64| (7.0 / 1_700_864.0 * on * r / 100.0).powi(2);
        let robust = 4.0 * (pull(on_a, a) + pull(on_b, b)) * 8.0 / free;
        let want = (variance * 7.0 * diagonal / 1_700_864.0).max(robust).sqrt();
        assert!((class_of(base, class).standard_error - want).abs() < 1e-4, "{class:?}: {want}");
    }
}

#[test]
fn known_factors_are_recovered_within_the_stated_error() {
    let truth = [[1.0, 1.6, 0.9], [2.2, 1.1, 1.4]];
    let classes = [Primary, Tertiary, Residential];
    let mut dice = Rng::with_seed(41);
    let mut strays = Vec::new();
    for round in 0..40 {
        // Noise as the model has it, then noise that grows with the drive itself.
        let noise = |modelled: f64| if round % 2 == 0 { 2.0 * modelled.sqrt() } else { 0.12 * modelled };
        let samples = (0..600).map(|i| {
            let on = classes.map(|class| (class, dice.usize(..300) as f64));
            let modelled: f64 = on.iter().map(|c| c.1).sum();
            let expected: f64 = on.iter().zip(truth[i % 2]).map(|(c, f)| f * c.1).sum();
            sample(i % 2, &on, expected + gauss(&mut dice) * noise(modelled))
        });
        let fit = car(&["base", "rush"], samples.collect());
        for (slot, truth) in fit.slots.iter().zip(truth) {
            for (class, truth) in classes.into_iter().zip(truth) {
                let found = class_of(slot, class);
                assert!(found.basis == FitBasis::Own && found.standard_error < 0.05, "round {round}: {found:?}");
                strays.push((found.factor - truth) / found.standard_error);
            }
        }
    }
    let worst = strays.iter().fold(0.0, |m: f64, s| m.max(s.abs()));
    let mean_square = strays.iter().map(|s| s * s).sum::<f64>() / strays.len() as f64;
    assert!(worst < 4.5, "{worst} standard errors");
    assert!((0.7..1.4).contains(&mean_square), "the stated error is the true one: {mean_square}");
}

#[test]
fn too_few_drives_inherit() {
    let seven =
        |slot: usize, class, f: f64| (0..7).map(move |i| sample(slot, &[(class, 50.0)], 50.0 * f + f64::from(i % 2)));
    // Seven in all: uncalibrated.
    let fit = car(&["base"], seven(0, Primary, 2.0).collect());
    assert_eq!((fit.n, fit.overall, fit.slots.len()), (7, None, 0));
    // Fourteen: the slot has a factor, neither class has one of its own.
    let fit = car(&["base"], seven(0, Primary, 2.0).chain(seven(0, Service, 1.0)).collect());
    let base = &fit.slots[0];
    assert_eq!((base.basis, base.ratios_basis), (FitBasis::Own, FitBasis::Profile));
    for class in [Primary, Service] {
        let c = class_of(base, class);
        assert_eq!((c.n, c.basis, c.factor), (7, FitBasis::Slot, base.factor));
    }
    // Seven in each of two slots: both take the profile's.
    let fit = car(&["base", "rush"], seven(0, Primary, 2.0).chain(seven(1, Primary, 1.0)).collect());
    for slot in &fit.slots {
        let c = class_of(slot, Primary);
        assert_eq!(
            (slot.basis, slot.factor, c.basis),
            (FitBasis::Profile, fit.overall.unwrap().factor, FitBasis::Profile)
        );
    }
}

#[test]
fn what_cannot_be_a_drive_is_left_out_and_counted() {
    let times = [9.9, 10.0, 250.0, 251.0, 0.0, -5.0];
    let drives = times.iter().map(|&y| sample(0, &[(Primary, 50.0)], y));
    let fit = car(&["base"], drives.chain([None, None, sample(0, &[], 9.0)]).collect());
    assert_eq!((fit.n, fit.outliers, fit.unreachable), (2, 5, 2));
}

#[test]
fn intervals_are_percentiles_of_the_slot_once_it_has_enough() {
    // Ratios 0.9 to 1.1 in the base (21 drives), 0.5 to 1.5 in the other slot (19 drives).
    let base = (-10..=10).map(|i| sample(0, &[(Primary, 100.0)], 100.0 + f64::from(i)));
    let rush = (-9..=9).map(|i| sample(1, &[(Primary, 100.0)], 100.0 + 5.0 * f64::from(i)));
    let fit = car(&["base", "rush"], base.chain(rush).collect());
    let [base, rush] = &fit.slots[..] else { panic!("{fit:?}") };
    // Without itself a drive is predicted by 20 others: 1 / (1 - 1 / 21) as far off. Of 21 the second and the
    // 20th count: 91 / 100.45 and 109 / 99.55.
    assert_eq!((base.ratios, base.ratios_basis), ([0.9059, 1.0949], FitBasis::Own));
    assert_eq!((rush.ratios, rush.ratios_basis), (fit.overall.unwrap().ratios, FitBasis::Profile));
    assert!(rush.ratios[0] < 0.9 && rush.ratios[1] > 1.1, "{rush:?}");
    let rush_hour = slot("rush", "mon-sun 07:00-09:00", &[]);
    let calibration = Calibration {
        fitted_at: "2026-03-01T00:00:00Z".parse().unwrap(),
        roads: String::new(),
        speed_table: SpeedTable::Osrm,
        slots: Slots::new(vec![rush_hour.clone()]).unwrap(),
        profiles: vec![fit.clone()],
    };
    assert_eq!(calibration.interval(Profile::Car, None, 100_001), Some([90, 110]));
    let pooled = fit.overall.unwrap().ratios.map(|r| r * 100.0);
    let want = [pooled[0].floor() as u32, pooled[1].ceil() as u32];
    assert_eq!(calibration.interval(Profile::Car, Some(&rush_hour), 100_000), Some(want));
    assert_eq!(calibration.interval(Profile::Foot, None, 100_000), None);
    assert_eq!(words(Some(&calibration)), "calibrated 2026-03-01T00:00:00Z n=40");
    assert_eq!(words(None), "uncalibrated");
    assert_eq!(calibration.set_aside(SpeedTable::Osrm, &calibration.slots), None);
    assert!(calibration.set_aside(SpeedTable::Osrm, &Slots::default()).unwrap().contains("slots have changed"));
    assert!(
        calibration.set_aside(SpeedTable::China, &calibration.slots).unwrap().contains("network in force has china")
    );
    let json = serde_json::to_string(&calibration).unwrap();
    assert_eq!(serde_json::from_str::<Calibration>(&json).unwrap(), calibration);
}

#[test]
fn four_of_five_fresh_drives_lie_within_their_interval_however_few_were_observed() {
    let classes = [Primary, Tertiary, Residential, Service];
    let truth = [1.1, 1.5, 0.9, 1.3];
    let mut dice = Rng::with_seed(77);
    for (n, rounds) in [(20, 200), (60, 100), (400, 20)] {
        for grows in [false, true] {
            let mut drive = || {
                let on = classes.map(|class| (class, 20.0 + dice.usize(..200) as f64));
                let modelled: f64 = on.iter().map(|c| c.1).sum();
                let expected: f64 = on.iter().zip(truth).map(|(c, f)| f * c.1).sum();
                let noise = if grows { 0.15 * modelled } else { 3.0 * modelled.sqrt() };
                (on, expected + gauss(&mut dice) * noise)
            };
            let (mut within, mut all) = (0, 0);
            for _ in 0..rounds {
                let fit = car(&["base"], (0..n).map(|_| drive()).map(|(on, y)| sample(0, &on, y)).collect());
                let slot = &fit.slots[0];
                for (on, y) in (0..100).map(|_| drive()) {
                    let predicted: f64 = on.iter().map(|&(class, s)| class_of(slot, class).factor * s).sum();
                    let [low, high] = slot.ratios.map(|ratio| ratio * predicted);
                    within += usize::from((low..=high).contains(&y));
                    all += 1;
                }
            }
            let share = within as f64 / all as f64;
            println!("{n} drives, noise {}: {share:.3} within", if grows { "by length" } else { "as modelled" });
            assert!((0.78..0.86).contains(&share), "{n} {grows}: {share}");
        }
    }
}

/// A town with streets of four classes.
fn classed(dice: &mut Rng) -> Graph {
    let plain = town(dice, 12);
    let mut topology = Topology::clone(&plain.topology);
    for class in &mut topology.link_class {
        *class = [Primary, PrimaryLink, Residential, Service][dice.usize(..4)];
    }
    Graph::new(topology, plain.metric).unwrap()
}

/// Drives through the town that take `factor` of their modelled time on each class by day, and half
/// as long again in the rush; and a few that make no sense.
fn drives(dice: &mut Rng, network: &Network, factor: impl Fn(Profile, bool, RoadClass) -> f64) -> Vec<Arrival> {
    let mut ws = dijkstra::Workspace::default();
    let mut drive = |i: usize| {
        let profile = if i.is_multiple_of(10) { Profile::Foot } else { Profile::Car };
        let graph = &network.roads(profile).graph;
        let [from, to] = [0, 1].map(|_| dice.position(graph));
        let ends = [from, to].map(|p| network.roads(profile).snap(graph.point_at(p)));
        let [from, to] = [ends[0]?, ends[1]?];
        let found = route(graph, &mut ws, from.position(), to.position(), 7_200_000)?;
        // 07:30 and 12:00.
        let rush = dice.usize(..2) == 0;
        let departed_at = Timestamp::from_ms(if rush { 27_000_000 } else { 43_200_000 }).unwrap();
        let ms: f64 = found.segments.iter().map(|s| f64::from(s.ms) * factor(profile, rush, s.class)).sum();
        Some(Arrival {
            id: Uuid::from_u128(i as u128),
            squad: Code::new("S1").unwrap(),
            profile,
            from: from.point,
            to: to.point,
            departed_at,
            arrived_at: departed_at.plus_ms(ms as i64 + 1),
        })
    };
    (0..1_500).filter_map(&mut drive).collect()
}

#[test]
fn drives_over_a_network_give_its_factors_in_any_order() {
    let mut dice = Rng::with_seed(12);
    let network = Arc::new(Network::of_all(classed(&mut dice), vec![]));
    let rush = slot("rush", "mon-sun 07:00-09:00", &[(Primary, 0.5)]);
    let slots = Slots::new(vec![rush.clone()]).unwrap();
    // The planner assumes twice the time on primary roads in the rush: that is not counted again.
    let truth = |profile, rush: bool, class: RoadClass| match (profile, class.road()) {
        (Profile::Foot, _) => 1.2,
        (_, Primary) => {
            if rush {
                2.0 * 1.3
            } else {
                1.5
            }
        }
        (_, Residential) => 0.8,
        _ => {
            if rush {
                1.4
            } else {
                1.0
            }
        }
    };
    let mut arrivals = drives(&mut dice, &network, truth);
    let far = LngLat { lng: 9.0, lat: 9.0 };
    arrivals.push(Arrival { id: Uuid::from_u128(9_001), from: far, ..arrivals[1].clone() });
    let late = arrivals[1].departed_at.plus_ms(3 * 3_600_000);
    arrivals.push(Arrival { id: Uuid::from_u128(9_002), arrived_at: late, ..arrivals[1].clone() });
    let (definition, zone, mut ws) = (Definition::default(), TimeZone::UTC, Workspace::default());
    let ground = Ground { network: Arc::clone(&network), slots: Arc::new(slots), zone, definition };
    let now: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
    let fitted = fit(model(&arrivals, &ground, &mut ws), &ground, now);
    let [of_car, ebike, foot] = &fitted.profiles[..] else { panic!("{fitted:?}") };
    assert_eq!((of_car.unreachable, ebike.n, ebike.overall), (1, 0, None));
    assert!(of_car.outliers >= 1 && of_car.n > 300 && foot.n > 30, "{of_car:?} {foot:?}");
    assert!(foot.slots.len() == 1 && foot.slots[0].slot == "base", "only cars have slots");
    for (slot, in_rush) in [(None, false), (Some(&rush), true)] {
        for class in [Primary, PrimaryLink, Residential, Service] {
            let found = time_factor(slot, Some(&fitted), Profile::Car, class);
            let want = truth(Profile::Car, in_rush, class);
            assert!((found - want).abs() < 0.03, "{in_rush} {class:?}: {found}, not {want}");
        }
        let on_foot = time_factor(slot, Some(&fitted), Profile::Foot, Residential);
        assert!((on_foot - 1.2).abs() < 0.01, "{on_foot}");
        assert_eq!(time_factor(slot, Some(&fitted), Profile::Ebike, Primary), 1.0);
    }
    assert_eq!(time_factor(Some(&rush), None, Profile::Car, PrimaryLink), 2.0);
    for _ in 0..3 {
        for i in (1..arrivals.len()).rev() {
            arrivals.swap(i, dice.usize(..i + 1));
        }
        assert_eq!(fit(model(&arrivals, &ground, &mut ws), &ground, now), fitted);
    }
}
