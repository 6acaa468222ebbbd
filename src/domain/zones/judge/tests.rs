use std::collections::BTreeMap;

use fastrand::Rng;

use super::*;
use crate::{
    base::LngLat,
    domain::{
        coverage::Coverage,
        matters::Urgency,
        response::Definition,
        roads::Network,
        squads::{Crew, Profile, SquadKind, SquadStatus},
        zones::{
            plan::{Holders, ZoneSquad},
            squares::{code, layer, squares},
        },
    },
    kernel::{drawn::town, shape},
};

const N: usize = 8;
const SIDE: f64 = 0.0009;

pub(crate) struct Scene {
    pub base: Arc<Base>,
    pub facts: Arc<Facts>,
    pub squads: Squads,
    pub buildings: Vec<LngLat>,
    pub incidents: Vec<PastIncident>,
}

pub(crate) fn at() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

fn place(dice: &mut Rng) -> LngLat {
    let [lng, lat] = [0, 1].map(|_| dice.usize(..72_000) as f64 / 1e7);
    LngLat { lng, lat }
}

/// A town of 8 × 8 blocks, each a grid, with six squads.
pub(crate) fn scene(dice: &mut Rng) -> Scene {
    let buildings: Vec<LngLat> = (0..300).map(|_| place(dice)).collect();
    let network = Arc::new(Network::of_all(town(dice, N), buildings.clone()));
    let atoms = squares(N, SIDE);
    let definition = Definition { access_limit_m: 40.0, ..Definition::default() };
    let base = Arc::new(Base::new(atoms.areas(), &network, &definition, 11).unwrap());
    let urgency = [Urgency::Urgent, Urgency::Quick, Urgency::Normal];
    let incidents: Vec<PastIncident> =
        (0..200).map(|i| PastIncident { at: place(dice), reported_at: at(), urgency: urgency[i % 3] }).collect();
    let facts = Arc::new(Facts::new(&atoms, base.ground(), &network, incidents.clone(), &TimeZone::UTC));
    let mut squads = Squads::default();
    for i in 0..6 {
        squads.put(Squad {
            id: code(&format!("S{i}")),
            name: format!("squad {i}"),
            name_zh: None,
            kind: SquadKind::Stationed,
            unit: code("U"),
            command_area: code("1"),
            profile: Profile::Car,
            post: place(dice),
            status: SquadStatus::Available,
            turnout_s: 10 * dice.usize(..5) as u32,
            crew: Crew::default(),
            shifts: "mon-sun 24h".parse().unwrap(),
            officers: Vec::new(),
            equipment: Vec::new(),
            said: None,
        });
    }
    Scene { base, facts, squads, buildings, incidents }
}

pub(crate) fn cut(scene: &Scene, dice: &mut Rng, zones: usize) -> ZoneLayer {
    let squads: Vec<String> = (0..zones).map(|z| format!("Z{z}")).collect();
    let squads: BTreeMap<&str, Vec<ZoneSquad>> = squads
        .iter()
        .enumerate()
        .map(|(z, name)| (name.as_str(), vec![ZoneSquad { id: code(&format!("S{}", z % 6)), post: None }]))
        .collect();
    let of: Vec<Option<String>> = scene
        .facts
        .atoms()
        .ixs()
        .map(|_| (dice.usize(..12) > 0).then(|| format!("Z{}", dice.usize(..zones))))
        .collect();
    layer(scene.facts.atoms(), &squads, |ix| of[ix as usize].clone())
}

pub(crate) fn judged(judge: &mut Judge, scene: &Scene, layer: &ZoneLayer) -> Judgement {
    let on_shift = OnShift { squads: &scene.squads, at: at(), zone: &TimeZone::UTC };
    judge.judge(layer, on_shift, &mut Workspace::default())
}

pub(crate) fn judge(scene: &Scene) -> Judge {
    let assumptions = JudgeAssumptions { minutes: 4, ..JudgeAssumptions::default() };
    Judge::new(&scene.base, &scene.facts, assumptions).unwrap()
}

/// One edit as planners make it; how many zones it touches.
fn edit(layer: &mut ZoneLayer, dice: &mut Rng) -> usize {
    let zones: Vec<Code> = layer.zones.keys().cloned().collect();
    let zone = zones[dice.usize(..zones.len())].clone();
    match dice.usize(..8) {
        0 => {
            let squad = ZoneSquad { id: code(&format!("S{}", dice.usize(..6))), post: None };
            let before = std::mem::replace(&mut layer.zones.get_mut(&zone).unwrap().squads, vec![squad]);
            if before.iter().any(|s| s.post.is_some()) { zones.len() } else { 1 }
        }
        1 => {
            // A post that moves is seen by everybody.
            if let Some(squad) = layer.zones.get_mut(&zone).unwrap().squads.first_mut() {
                squad.post = Some(place(dice));
            }
            zones.len()
        }
        _ => {
            let atom = dice.usize(..layer.holders.len());
            let before = std::mem::replace(&mut layer.holders[atom], Holders::One(zone.clone()));
            let gone: Vec<&Code> = before.codes().iter().filter(|c| **c != zone).collect();
            if before.contains(zone.as_str()) { 0 } else { 1 + gone.len() }
        }
    }
}

#[test]
fn after_any_edit_the_figures_are_those_of_judging_from_nothing() {
    for seed in 0..6 {
        let mut dice = Rng::with_seed(seed);
        let scene = scene(&mut dice);
        let mut layer = cut(&scene, &mut dice, 7);
        let mut kept = judge(&scene);
        judged(&mut kept, &scene, &layer);
        assert_eq!(kept.computed(), layer.zones.len());
        for step in 0..40 {
            let touched = edit(&mut layer, &mut dice);
            let found = judged(&mut kept, &scene, &layer);
            let want = judged(&mut judge(&scene), &scene, &layer);
            assert_eq!(found, want, "seed {seed}, step {step}");
            assert!(kept.computed() <= touched, "seed {seed}, step {step}: {} of {touched}", kept.computed());
        }
    }
}

#[test]
fn figures_are_what_their_definitions_say() {
    for seed in 10..16 {
        let mut dice = Rng::with_seed(seed);
        let scene = scene(&mut dice);
        let layer = cut(&scene, &mut dice, 5);
        let mut judge = judge(&scene);
        let found = judged(&mut judge, &scene, &layer);
        let atoms = scene.facts.atoms();
        let in_zone =
            |zone: &Code, p: LngLat| atoms.locate(p).is_some_and(|a| layer.holders[a as usize].contains(zone.as_str()));
        for z in &found.zones {
            let f = &z.figures;
            let own: Vec<AtomIx> = layer.atoms_of(z.zone.as_str()).collect();
            let count = |n: usize| n as u32;
            assert_eq!(f.buildings, count(scene.buildings.iter().filter(|b| in_zone(&z.zone, **b)).count()));
            let incidents: Vec<_> = scene.incidents.iter().filter(|i| in_zone(&z.zone, i.at)).collect();
            assert_eq!(f.incidents, count(incidents.len()));
            let urgent = incidents.iter().filter(|i| i.urgency == Urgency::Urgent).count();
            assert_eq!((f.incidents_by_class.urgent, f.incidents_by_hour[12]), (count(urgent), f.incidents));
            let outline = shape::area_m2(&atoms.outline(own.iter().copied()));
            assert!((f.area_m2 / outline - 1.0).abs() < 1e-9, "{} {outline}", f.area_m2);

            // Responses by coverage of the zone's own squads alone.
            let squads = &layer.zones[&z.zone].squads;
            let members: Vec<Member> =
                judge.members.iter().filter(|m| squads.iter().any(|s| s.id == m.squad)).cloned().collect();
            let coverage = Coverage::compute(&scene.base, &members, 4).unwrap();
            let pieces = own.iter().flat_map(|a| &scene.facts.of(*a).pieces);
            let mut times: Vec<(u32, u32)> =
                pieces.clone().filter_map(|p| Some((coverage.times(p.cell)?.best.ms, p.buildings))).collect();
            times.sort_unstable();
            let worst = times.last().map(|t| t.0).filter(|ms| *ms != NEVER).map(|ms| u64::from(ms.div_ceil(1_000)));
            assert_eq!(f.own.worst_s, worst, "seed {seed}, {}", z.zone);
            let each: Vec<u32> = times.iter().flat_map(|t| vec![t.0; t.1 as usize]).collect();
            let rank = |percent: usize| each.get((each.len() * percent).div_ceil(100).max(1) - 1).copied();
            let shown = |ms: Option<u32>| ms.filter(|ms| *ms != NEVER).map(|ms| u64::from(ms.div_ceil(1_000)));
            assert_eq!([f.own.p50_s, f.own.p90_s], [shown(rank(50)), shown(rank(90))], "seed {seed}, {}", z.zone);
            let in_time = each.iter().filter(|ms| **ms <= 240_000).count() as u64;
            assert_eq!(f.own.within.covered, in_time);
            assert_eq!(f.own.within.total, pieces.map(|p| u64::from(p.buildings)).sum::<u64>());

            let each_h = 40.0 / 60.0 + f.drive_median_s.unwrap_or(0) as f64 / 3_600.0;
            let work = f64::from(f.incidents) * 7.0 / 365.0 * each_h + f.road_km * 2.0 / 15.0;
            assert!((f.workload.total_h - work).abs() < 1e-9, "{:?}, not {work}", f.workload);
        }
        let held: f64 = found.zones.iter().map(|z| z.figures.area_m2).sum::<f64>() + found.unassigned_m2;
        let county: f64 = atoms.iter().map(|a| a.1.area_m2).sum();
        assert!((held / county - 1.0).abs() < 1e-9);
        assert_eq!(found.whole.incidents, found.zones.iter().map(|z| z.figures.incidents).sum::<u32>());
    }
}

#[test]
fn all_roads_are_laid_to_atoms() {
    let mut dice = Rng::with_seed(20);
    let scene = scene(&mut dice);
    let graph = &scene.base.network().car().graph;
    let atoms = scene.facts.atoms();
    let laid: f64 = atoms.ixs().map(|a| scene.facts.of(a).road_m).sum();
    let open = (0..graph.links() as u32).filter(|l| graph.open(*l));
    let length: f64 = open.map(|l| f64::from(graph.topology.link_mm[l as usize]) / 1_000.0).sum();
    // Crossings in the last row lie beyond the county by up to half a block.
    assert!(laid <= length * 1.000_1 && laid > 0.9 * length, "{laid} of {length}");
}

#[test]
fn unevenness_equals_the_mean_difference() {
    let all = |values: &[f64]| Unevenness::of(values.iter().copied());
    assert_eq!(all(&[]), Unevenness { max_to_mean: None, gini: None });
    assert_eq!(all(&[2.0, 2.0, 2.0]), Unevenness { max_to_mean: Some(1.0), gini: Some(0.0) });
    let mut dice = Rng::with_seed(21);
    for _ in 0..50 {
        let values: Vec<f64> = (0..1 + dice.usize(..9)).map(|_| dice.usize(..100) as f64 + 1.0).collect();
        let (n, mean) = (values.len() as f64, values.iter().sum::<f64>() / values.len() as f64);
        let differences: f64 = values.iter().flat_map(|a| values.iter().map(move |b| (a - b).abs())).sum();
        let gini = differences / (2.0 * n * n * mean);
        let found = all(&values).gini.unwrap();
        assert!((found - gini).abs() < 1e-12, "{values:?}: {found}, not {gini}");
    }
}

#[test]
fn assumptions_out_of_bounds_are_refused() {
    let mut dice = Rng::with_seed(22);
    let scene = scene(&mut dice);
    let default = JudgeAssumptions::default;
    for (bad, field) in [
        (JudgeAssumptions { handling_min: f64::NAN, ..default() }, "handling_min"),
        (JudgeAssumptions { patrol_km_per_h: 0.0, ..default() }, "patrol_km_per_h"),
        (JudgeAssumptions { days: 0, ..default() }, "days"),
        (JudgeAssumptions { minutes: 500, ..default() }, "minutes"),
    ] {
        let e = Judge::new(&scene.base, &scene.facts, bad).unwrap_err();
        assert_eq!(e.field.as_deref(), Some(field));
    }
}
