//! Judging a layer of 10,000 atoms on the bundled island: from nothing, and after an edit of one atom,
//! which must come out the same.
//!
//! `cargo bench --bench zones`; needs the extract in `geodata/` or beside the project.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use h3o::Resolution;
use jiff::tz::TimeZone;
use xunge::{
    base::{Code, LngLat, Timestamp},
    domain::{
        areas::{Areas, Level},
        coverage::Base,
        matters::Urgency,
        response::Definition,
        roads::{Network, SpeedTable},
        squads::{Crew, Profile, Shifts, Squad, SquadKind, SquadStatus, Squads},
        zones::{
            Atoms, LayerHead, LayerMode, Zone, ZoneLayer,
            judge::{Facts, Judge, JudgeAssumptions, OnShift, PastIncident},
            plan::{Holders, ZoneSquad},
        },
    },
    import::{
        Source,
        boundaries::{OsmOptions, from_osm},
        draw::{CountyName, GridLimits, Settlement, Weighted, draw},
        network, osm,
    },
    kernel::travel::Workspace,
};

const EXTRACT: &str = "isle_of_man_2020-03-14.osm.pbf";
const ZONES: usize = 100;
const EDITS: usize = 200;

fn roads(path: &Path) -> Network {
    let silent = |_: &str, _, _| {};
    let (raw, _) = osm::read(&[Source::Path(path)], &silent).expect("the extract is whole");
    network::build(&raw, SpeedTable::Osrm, &silent).expect("the island has roads").0
}

/// Small grids: about 10,000.
fn areas(path: &Path, network: &Network) -> Areas {
    let options = OsmOptions { admin_levels: vec!["8".into()], code_tag: None };
    let (townships, _) = from_osm(Source::Path(path), &options).expect("the extract has townships");
    let county = CountyName {
        code: "990001".into(),
        name: "Isle of Man".into(),
        name_zh: None,
        time_zone: "Europe/Isle_of_Man".into(),
    };
    let weights: Vec<Weighted> = network.buildings.iter().map(|&at| (at, 1.0)).collect();
    let limits = GridLimits { max_weight: 8.0, max_area_m2: 75_000.0 };
    // Villages enough that none has more grids than its codes can number.
    let village = |(i, &at): (usize, &LngLat)| Settlement { name: format!("Village {i}"), at, rank: 2 };
    let villages: Vec<Settlement> = network.buildings.iter().step_by(25).enumerate().map(village).collect();
    let drawn = draw(&county, &townships, &villages, &weights, &limits).expect("it can be drawn");
    Areas::new(drawn).expect("drawn areas are sound")
}

fn squads(network: &Network) -> Squads {
    let mut squads = Squads::default();
    for i in 0..ZONES {
        let id = Code::new(&format!("S{i:03}")).expect("a code");
        squads.put(Squad {
            id: id.clone(),
            name: id.to_string(),
            name_zh: None,
            kind: SquadKind::Stationed,
            unit: id.clone(),
            command_area: id,
            profile: Profile::Car,
            post: network.buildings[i * network.buildings.len() / ZONES],
            status: SquadStatus::Available,
            turnout_s: 60,
            crew: Crew::default(),
            shifts: Shifts::always(),
            officers: Vec::new(),
            equipment: Vec::new(),
            said: None,
        });
    }
    squads
}

/// A zone around each squad's post.
fn layer(atoms: &Atoms, squads: &Squads) -> ZoneLayer {
    let code = |text: &str| Code::new(text).expect("a code");
    let head = LayerHead {
        code: code("enforcement"),
        name: "Enforcement".into(),
        name_zh: None,
        owner: code("U"),
        mode: LayerMode::Exclusive,
        locked: false,
    };
    let mut layer = ZoneLayer::new(head, atoms);
    let posts: Vec<(Code, LngLat)> = squads.all().map(|s| (s.id.clone(), s.post)).collect();
    for (id, _) in &posts {
        let (code, name) = (id.clone(), id.to_string());
        let squads = vec![ZoneSquad { id: id.clone(), post: None }];
        let zone = serde_json::json!({ "code": code, "name": name, "colour": "#3366aa", "squads": squads });
        layer.zones.insert(id.clone(), serde_json::from_value::<Zone>(zone).expect("a zone"));
    }
    for (ix, atom) in atoms.iter() {
        let nearest = posts.iter().min_by(|a, b| a.1.distance_m(atom.inside).total_cmp(&b.1.distance_m(atom.inside)));
        layer.holders[ix as usize] = Holders::One(nearest.expect("posts").0.clone());
    }
    layer
}

fn ms(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

fn main() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let found = ["geodata", "../shared/data"].map(|dir| root.join(dir).join(EXTRACT)).into_iter().find(|p| p.exists());
    let Some(path) = found else { return println!("skipped: no {EXTRACT}") };
    let network = Arc::new(roads(&path));
    let areas = Arc::new(areas(&path, &network));
    let county = areas.level(Level::County).next().expect("a county").1.code.clone();
    let atoms = Arc::new(Atoms::new(&county, 1, &areas, Resolution::Nine).expect("atoms"));
    let base = Arc::new(Base::new(&areas, &network, &Definition::default(), 9).expect("a base"));
    let squads = squads(&network);
    let at: Timestamp = "2026-03-02T12:00:00Z".parse().expect("a time");
    let incidents =
        network.buildings.iter().map(|&place| PastIncident { at: place, reported_at: at, urgency: Urgency::Quick });
    let (zone, mut ws) = (TimeZone::UTC, Workspace::default());

    let began = Instant::now();
    let facts = Arc::new(Facts::new(&atoms, base.ground(), &network, incidents, &zone));
    println!("{} atoms, {ZONES} zones; what lies in the atoms: {:.1} ms", atoms.len(), ms(began));
    let mut layer = layer(&atoms, &squads);
    let new = || Judge::new(&base, &facts, JudgeAssumptions::default()).expect("usual assumptions");
    let on_shift = OnShift { squads: &squads, at, zone: &zone };
    let began = Instant::now();
    let mut judge = new();
    judge.judge(&layer, on_shift, &mut ws);
    println!("judged the first time, with the drives of {ZONES} squads: {:.1} ms", ms(began));

    let (mut edited_ms, mut whole_ms, mut computed) = (Vec::new(), Vec::new(), 0);
    let zones: Vec<Code> = layer.zones.keys().cloned().collect();
    for edit in 0..EDITS {
        let atom = edit * 7_919 % atoms.len();
        layer.holders[atom] = Holders::One(zones[edit * 31 % ZONES].clone());
        let began = Instant::now();
        let after = judge.judge(&layer, on_shift, &mut ws);
        edited_ms.push(ms(began));
        computed += judge.computed();
        if edit % 20 == 0 {
            let mut anew = new();
            let began = Instant::now();
            let want = anew.judge(&layer, on_shift, &mut ws);
            whole_ms.push(ms(began));
            assert!(after == want, "edit {edit} differs");
        }
    }
    let median = |all: &mut Vec<f64>| {
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    let (edited, whole) = (median(&mut edited_ms), median(&mut whole_ms));
    println!(
        "judged from nothing {whole:.2} ms; after an edit {edited:.2} ms, {:.1} zones computed, 1/{:.0}",
        computed as f64 / EDITS as f64,
        whole / edited
    );
}
