//! Zones for a county in which nobody has cut any yet: the two layers that every county has, and a first
//! cut around the posts of its squads. The same county and squads give the same zones.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    sync::Arc,
};

use super::{
    atoms::{AtomIx, Atoms},
    plan::{Holders, LayerHead, LayerMode, TeamPlaces, TeamRole, Zone, ZoneLayer, ZoneSquad},
};
use crate::{
    base::Code,
    domain::squads::{Squad, SquadKind},
};

/// Enforcement grids and community grids (执法网格, 综治网格), owned by the county.
pub fn standard_layers(county: &Code) -> Vec<LayerHead> {
    let layer = |code: &str, name: &str, name_zh: &str| {
        let (name, name_zh) = (name.to_owned(), Some(name_zh.to_owned()));
        let code = Code::new(code).ok()?;
        Some(LayerHead { code, name, name_zh, owner: county.clone(), mode: LayerMode::Exclusive, locked: false })
    };
    let both =
        [layer("enforcement", "Enforcement grids", "执法网格"), layer("community", "Community grids", "综治网格")];
    both.into_iter().flatten().collect()
}

/// Both layers filled: an enforcement zone around the post of each stationed squad, a community zone
/// for each township.
pub fn seeded(atoms: &Atoms, squads: &[Squad]) -> BTreeMap<Code, Arc<ZoneLayer>> {
    let mut layers = standard_layers(&atoms.county).into_iter();
    let mut filled = BTreeMap::new();
    for (head, zones) in layers.by_ref().zip([around_posts(atoms, squads), by_township(atoms, squads)]) {
        let mut layer = ZoneLayer::new(head, atoms);
        for (zone, own) in zones {
            own.iter().for_each(|a| layer.holders[*a as usize] = Holders::One(zone.code.clone()));
            layer.zones.insert(zone.code.clone(), zone);
        }
        filled.insert(layer.head.code.clone(), Arc::new(layer));
    }
    filled
}

type Cut = Vec<(Zone, Vec<AtomIx>)>;

/// Every atom goes to the post that is nearest over the atoms between, so that zones hang together; on
/// an island without a post, to the nearest one as the crow flies.
fn around_posts(atoms: &Atoms, squads: &[Squad]) -> Cut {
    let mut posts: BTreeMap<AtomIx, Vec<&Squad>> = BTreeMap::new();
    let mut stationed: Vec<&Squad> = squads.iter().filter(|s| s.kind == SquadKind::Stationed).collect();
    stationed.sort_by(|a, b| a.id.cmp(&b.id));
    for squad in stationed {
        if let Some(atom) = atoms.locate(squad.post) {
            posts.entry(atom).or_default().push(squad);
        }
    }
    // In order of the first squad's id.
    let mut posts: Vec<(AtomIx, Vec<&Squad>)> = posts.into_iter().collect();
    posts.sort_by(|a, b| a.1[0].id.cmp(&b.1[0].id));
    let mut zones: Cut = posts.iter().enumerate().map(|(i, (_, squads))| (around(i, squads), Vec::new())).collect();
    for (atom, post) in nearest(atoms, &posts.iter().map(|p| p.0).collect::<Vec<_>>()) {
        zones[post].1.push(atom);
    }
    zones.iter_mut().for_each(|(zone, own)| zone.team = team(atoms, own, zone.squads.first(), squads));
    zones
}

fn nearest(atoms: &Atoms, posts: &[AtomIx]) -> Vec<(AtomIx, usize)> {
    let mut best: Vec<Option<usize>> = vec![None; atoms.len()];
    let mut open: BinaryHeap<Reverse<(u64, usize, AtomIx)>> = BinaryHeap::new();
    open.extend(posts.iter().enumerate().map(|(post, atom)| Reverse((0, post, *atom))));
    while let Some(Reverse((mm, post, atom))) = open.pop() {
        if best[atom as usize].is_some() {
            continue;
        }
        best[atom as usize] = Some(post);
        for border in atoms.neighbours(atom) {
            let step = atoms.at(atom).inside.distance_m(atoms.at(border.atom).inside);
            open.push(Reverse((mm + (step * 1_000.0) as u64, post, border.atom)));
        }
    }
    let crow = |atom: AtomIx| {
        let far = |post: &AtomIx| atoms.at(*post).inside.distance_m(atoms.at(atom).inside);
        (0..posts.len()).min_by(|a, b| far(&posts[*a]).total_cmp(&far(&posts[*b])))
    };
    atoms.ixs().filter_map(|atom| Some((atom, best[atom as usize].or_else(|| crow(atom))?))).collect()
}

fn around(number: usize, squads: &[&Squad]) -> Zone {
    let first = squads[0];
    let squads = squads.iter().map(|s| ZoneSquad { id: s.id.clone(), post: None }).collect();
    let (name, zh) = (format!("Around {}", first.name), first.name_zh.as_ref().map(|zh| format!("{zh}片区")));
    zone(format!("E{:02}", number + 1), (name, zh), number, squads)
}

fn zone(code: String, (name, name_zh): (String, Option<String>), number: usize, squads: Vec<ZoneSquad>) -> Zone {
    Zone {
        code: Code::new(&code).expect("a letter and a number are a code"),
        name,
        name_zh,
        colour: super::edit::COLOURS[number % super::edit::COLOURS.len()].to_owned(),
        locked: false,
        squads,
        team: Vec::new(),
        comments: Vec::new(),
    }
}

/// A zone for each township, served by the squads with their post in it.
fn by_township(atoms: &Atoms, squads: &[Squad]) -> Cut {
    let mut own: BTreeMap<&Code, Vec<AtomIx>> = BTreeMap::new();
    for (ix, atom) in atoms.iter() {
        own.entry(atom.township.as_ref().unwrap_or(&atoms.county)).or_default().push(ix);
    }
    let mut serve: BTreeMap<&Code, Vec<ZoneSquad>> = BTreeMap::new();
    let mut sorted: Vec<&Squad> = squads.iter().collect();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    for squad in sorted {
        if let Some(township) = atoms.locate(squad.post).and_then(|a| atoms.at(a).township.as_ref()) {
            serve.entry(township).or_default().push(ZoneSquad { id: squad.id.clone(), post: None });
        }
    }
    let cut = |(number, (township, own)): (usize, (&Code, Vec<AtomIx>))| {
        let area = atoms.areas().get(township.as_str());
        let name = area.map_or_else(|| township.to_string(), |a| a.name.clone());
        let names = (name, area.and_then(|a| a.name_zh.clone()));
        let mut zone = zone(format!("C{:02}", number + 1), names, number, serve.remove(township).unwrap_or_default());
        zone.team = team(atoms, &own, zone.squads.first(), squads);
        (zone, own)
    };
    own.into_iter().enumerate().map(cut).collect()
}

/// "2+1+N": an officer and an assistant, a cadre, a grid worker for every ten atoms, and a coordinator for
/// each village.
fn team(atoms: &Atoms, own: &[AtomIx], squad: Option<&ZoneSquad>, squads: &[Squad]) -> Vec<TeamPlaces> {
    let unit = squad.and_then(|s| squads.iter().find(|o| o.id == s.id)).map(|s| s.unit.clone());
    let places =
        |role, wanted| TeamPlaces { role, wanted, there: None, village: None, unit: unit.clone(), contact: None };
    let villages: std::collections::BTreeSet<&Code> =
        own.iter().filter_map(|a| atoms.at(*a).village.as_ref()).collect();
    let mut team = vec![
        places(TeamRole::Officer, 1),
        places(TeamRole::Assistant, 1),
        places(TeamRole::Cadre, 1),
        places(TeamRole::GridWorker, own.len().div_ceil(10) as u32),
    ];
    team.extend(
        villages.into_iter().map(|v| TeamPlaces { village: Some(v.clone()), ..places(TeamRole::Coordinator, 1) }),
    );
    team
}
