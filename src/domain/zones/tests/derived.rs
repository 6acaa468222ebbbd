//! What follows from a plan: warnings, look-ups, dates, corridors, links, borders, another generation.

use geo::LinesIter;

use super::{super::warnings::Warning, *};
use crate::{
    base::LngLat,
    domain::squads::Squads,
    kernel::{shape, testing::uniform},
};

#[test]
fn warnings_come_with_a_proposal_that_holds() {
    let mut story = Story::halves(6);
    story
        .edit(
            "ann",
            json!([
                {"do": "assign", "layer": "e", "zone": "a", "atoms": ["g0505"]},
                {"do": "take_away", "layer": "e", "zone": "b", "atoms": ["g0300"]},
                {"do": "assign", "layer": "e", "zone": "b", "atoms": ["g0000"], "how": {"also": true}},
                {"do": "create_zone", "layer": "e", "zone": {"code": "c", "name": "C"}},
            ]),
        )
        .unwrap();
    let found = warnings::warnings(&story.plan, &Squads::default());
    let Warning::Unassigned { parts, .. } = &found[0] else { panic!("{found:?}") };
    assert_eq!(parts[0].proposal.as_ref().unwrap().zone.as_str(), "b", "two sides against one");
    assert!(matches!(&found[1], Warning::Double { atoms, .. } if atoms[0].atom.as_str() == "g0000"));
    let Warning::Broken { zone, parts, .. } = &found[2] else { panic!("{found:?}") };
    let proposal = parts[0].proposal.as_ref().unwrap();
    assert_eq!((zone.as_str(), parts[0].atoms[0].as_str(), proposal.zone.as_str()), ("a", "g0505", "b"));
    let corner = story.plan.atoms.at(story.plan.atoms.index("g0505").unwrap()).bbox;
    assert_eq!(parts[0].bbox, [corner.west, corner.south, corner.east, corner.north]);
    assert!(found.contains(&Warning::Empty { layer: code("e"), zone: code("c") }));
    assert_eq!(found.iter().filter(|w| matches!(w, Warning::NoSquad { .. })).count(), 3);
    assert!(check_whole(&story.plan).unwrap_err().detail.contains("g0300"));
    let all = found.iter().flat_map(|w| match w {
        Warning::Unassigned { parts, .. } | Warning::Broken { parts, .. } => parts.clone(),
        _ => Vec::new(),
    });
    let commands: Vec<Command> = all.map(|p| p.proposal.unwrap().command).collect();
    let after = proposal.imbalance_after;
    story.edit_with("ann", story.plan.head.revision, std::slice::from_ref(&proposal.command)).unwrap();
    let area = |zone: &str| -> f64 {
        story.plan.layer("e").unwrap().atoms_of(zone).map(|a| story.plan.atoms.at(a).area_m2).sum()
    };
    let areas = [area("a"), area("b"), area("c")];
    let imbalance = areas.iter().copied().fold(0.0, f64::max) / (areas.iter().sum::<f64>() / 3.0);
    assert!((imbalance - after).abs() < 1e-9, "{imbalance} {after}");
    // The others: what nobody has goes to b, and what b has far off to a alone.
    story.edit_with("ann", story.plan.head.revision, &commands).unwrap();
    check_whole(&story.plan).unwrap();
}

#[test]
fn a_zone_look_up_equals_brute_force_over_outlines() {
    let mut story = Story::halves(8);
    for (zone, column) in [("c", 1), ("d", 4), ("f", 6)] {
        let line = json!([[5.0 + f64::from(column) * SIDE, 44.9], [5.0 + (f64::from(column) + 0.7) * SIDE, 45.2]]);
        let from = if column < 4 { "a" } else { "b" };
        let split = json!([{"do": "split", "layer": "e", "zone": from, "along": {"line": line},
                            "into": {"code": zone, "name": zone}}]);
        drop(story.edit("ann", split));
    }
    story
        .edit(
            "ann",
            json!([{"do": "create_zone", "layer": "p", "zone": {"code": "q", "name": "Q"}},
                             {"do": "paint", "layer": "p", "zone": "q", "brush":
                               {"circle": {"centre": {"lng": 5.02, "lat": 45.02}, "radius_m": 1200.0}}}]),
        )
        .unwrap();
    let mut zones = Zones::default();
    let (id, atoms) = (story.plan.head.id, Arc::clone(&story.plan.atoms));
    let plan = Arc::new(story.plan);
    zones.put(Arc::clone(&plan));
    for layer in ["e", "p"] {
        zones.force.put(entry(id, layer, 0));
    }
    let outlines: Vec<_> = plan
        .layers
        .values()
        .flat_map(|l| l.atoms_by_zone().into_iter().map(|(z, own)| (&l.head.code, z, atoms.outline(own))))
        .collect();
    let mut random = uniform(5);
    for _ in 0..3_000 {
        let p = LngLat { lng: 4.99 + 0.06 * random(), lat: 44.99 + 0.06 * random() };
        if outlines.iter().any(|(_, _, o)| shape::border_distance_m(o, p) < 0.1) {
            continue;
        }
        let found = zones.locate(p, now());
        let got: Vec<_> = found.iter().map(|(here, zone)| (&here.entry.layer, *zone)).collect();
        let want: Vec<_> = outlines.iter().filter(|o| shape::contains(&o.2, p)).map(|o| (o.0, o.1)).collect();
        assert_eq!(got, want, "{p}");
    }
}

fn entry(plan: Uuid, layer: &str, days: i64) -> ForceEntry {
    ForceEntry {
        id: Uuid::from_u128(days as u128),
        county: code("1"),
        layer: code(layer),
        plan,
        from: now().plus_ms(days * 86_400_000),
        reason: "test".into(),
        by: "bob".into(),
        at: now(),
        announced: false,
    }
}

#[test]
fn answers_follow_the_dates() {
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let mut force = Force::default();
    for e in [entry(one, "e", 1), entry(two, "e", 3), entry(one, "e", 5), entry(two, "p", 2)] {
        force.check(&e, now()).unwrap();
        force.put(e);
    }
    let at = |days: i64| {
        let all = force.at(now().plus_ms(days * 86_400_000));
        all.map(|e| (e.layer.as_str(), e.plan)).collect::<Vec<_>>()
    };
    assert_eq!(at(0), []);
    assert_eq!(at(2), [("e", one), ("p", two)]);
    assert_eq!((at(4), at(9)), (vec![("e", two), ("p", two)], vec![("e", one), ("p", two)]));
    assert_eq!(force.check(&entry(one, "e", 3), now()).unwrap_err().field.as_deref(), Some("from"));
    assert!(force.check(&entry(one, "e", 4), now().plus_ms(5 * 86_400_000)).unwrap_err().detail.contains("past"));
    let due: Vec<_> = force.due(now().plus_ms(3 * 86_400_000)).iter().map(|e| e.id.as_u128()).collect();
    assert_eq!((due, force.next(now())), (vec![1, 2, 3], Some(now().plus_ms(86_400_000))));
}

#[test]
fn corridors_and_links_count_ground() {
    let mut story = Story::halves(6);
    let y = 45.0 + 2.5 * SIDE;
    story
        .edit(
            "ann",
            json!([
                {"do": "add_corridor", "layer": "e", "code": "river", "name": "River", "buffer_m": 50.0,
                 "along": {"line": [[5.0 - SIDE, y], [5.0 + 7.0 * SIDE, y]]}},
                {"do": "create_zone", "layer": "p", "zone": {"code": "q", "name": "Q"}},
                {"do": "assign", "layer": "p", "zone": "q", "atoms": ["g0202", "g0302", "g0402"]},
            ]),
        )
        .unwrap();
    let plan = &story.plan;
    let touched = corridor::touched(&plan.atoms, &plan.layer("e").unwrap().corridors["river"]);
    let codes: Vec<_> = touched.iter().map(|t| plan.atoms.at(t.atom).code.as_str()).collect();
    assert_eq!(codes, ["g0002", "g0102", "g0202", "g0302", "g0402", "g0502"]);
    // 100 m of the 556 m that a grid is high.
    assert!(touched.iter().all(|t| (t.share - 100.0 / 556.0).abs() < 2e-3), "{touched:?}");
    let links = links::links(&plan.atoms, plan.layer("p").unwrap(), plan.layer("e").unwrap());
    let told: Vec<_> = links.iter().map(|l| (l.zone.as_str(), l.with.as_str(), l.atoms)).collect();
    assert_eq!(told, [("q", "a", 1), ("q", "b", 2)]);
    assert!((links[1].share - 2.0 / 3.0).abs() < 1e-3);
    let back = links::links(&plan.atoms, plan.layer("e").unwrap(), plan.layer("p").unwrap());
    assert_eq!(back.iter().map(|l| (l.zone.as_str(), l.atoms)).collect::<Vec<_>>(), [("a", 1), ("b", 2)]);
}

#[test]
fn a_plan_moves_to_other_atoms_by_code_then_overlap() {
    use crate::domain::areas::{Areas, Level};
    let mut story = Story::halves(4);
    story.edit("ann", json!([{"do": "lock_atoms", "layer": "e", "atoms": ["g0000"], "locked": true}])).unwrap();
    // g0000 stays, g0101 moves a little east over its neighbour, g0202 and g0302 become h, g0303 goes.
    let mut areas: Vec<_> = quilt(4).iter().map(|(_, a)| a.clone()).collect();
    areas.retain(|a| !["g0101", "g0201", "g0202", "g0302", "g0303"].contains(&a.code.as_str()));
    let at = |i: f64, j: f64| (5.0 + i * SIDE, 45.0 + j * SIDE);
    let ((w, s), (m, _), (e, n)) = (at(1.0, 1.0), at(2.2, 1.0), at(3.0, 2.0));
    areas.push(area(Level::Grid, "g0101", Some("11"), rect(w, s, m, n)));
    areas.push(area(Level::Grid, "g0201", Some("12"), rect(m, s, e, n)));
    let ((w, s), (e, n)) = (at(2.0, 2.0), at(4.0, 3.0));
    areas.push(area(Level::Grid, "h", Some("12"), rect(w, s, e, n)));
    let next = Atoms::new(&code("1"), 2, &Arc::new(Areas::new(areas).unwrap()), h3o::Resolution::Nine).unwrap();
    let next = Arc::new(next);
    let (layers, told) = renew::renew(&story.plan, &next);
    assert_eq!(told.moved, [code("g0101"), code("g0201")]);
    assert_eq!(told.gone, [code("g0202"), code("g0302"), code("g0303")]);
    assert_eq!((told.new.len(), told.same), (1, 11));
    assert_eq!((told.new[0].atom.as_str(), told.new[0].from.clone()), ("h", Some(code("g0202"))));
    let layer = &layers[&code("e")];
    let holder = |atom: &str| layer.holders[next.index(atom).unwrap() as usize].codes()[0].to_string();
    assert_eq!((holder("g0101"), holder("h"), holder("g0000")), ("a".into(), "b".into(), "a".into()));
    assert_eq!(layer.locked_atoms, [next.index("g0000").unwrap()].into());
}

/// Every stretch of a zone's outline is a border of it, once.
#[test]
fn borders_are_the_outlines_each_stretch_once() {
    let mut story = Story::halves(6);
    let centre = json!({"lng": 5.0 + 3.0 * SIDE, "lat": 45.0 + 3.0 * SIDE});
    let brush = json!({"circle": {"centre": centre, "radius_m": 700.0}});
    story
        .edit(
            "ann",
            json!([
                {"do": "create_zone", "layer": "e", "zone": {"code": "c", "name": "C"}},
                {"do": "paint", "layer": "e", "zone": "c", "brush": brush},
            ]),
        )
        .unwrap();
    let (atoms, layer) = (&story.plan.atoms, story.plan.layer("e").unwrap());
    let borders = borders::borders(atoms, layer);
    let metres = |lines: Vec<geo::Line<f64>>| -> f64 {
        lines.iter().map(|l| LngLat::from(l.start).distance_m(l.end.into())).sum()
    };
    for (zone, own) in layer.atoms_by_zone() {
        let outline = metres(atoms.outline(own).lines_iter().collect());
        let beside = borders.iter().filter(|b| b.zones.contains(zone)).flat_map(|b| b.line.lines_iter());
        let told = metres(beside.collect());
        assert!((outline - told).abs() < 1e-6 * outline, "{zone}: {outline} {told}");
    }
    // c lies in the middle: a ring, in two halves by neighbour.
    let of_c: Vec<_> = borders.iter().filter(|b| b.zones.contains(&code("c"))).collect();
    assert!(of_c.len() == 2 && of_c.iter().all(|b| !b.outer && b.line.0.len() == 1), "{of_c:?}");
}

#[test]
fn a_first_cut_is_whole_and_around_the_posts() {
    use crate::domain::squads::{Crew, Profile, Shifts, Squad, SquadKind, SquadStatus};
    let squad = |id: &str, kind: SquadKind, column: f64, row: f64| Squad {
        id: code(id),
        name: id.into(),
        name_zh: Some("中队".into()),
        kind,
        unit: code("U"),
        command_area: code("1"),
        profile: Profile::Car,
        post: LngLat { lng: 5.0 + column * SIDE, lat: 45.0 + row * SIDE },
        status: SquadStatus::Available,
        turnout_s: 60,
        crew: Crew { certified_officers: 2, ..Crew::default() },
        shifts: Shifts::always(),
        officers: Vec::new(),
        equipment: Vec::new(),
        said: None,
    };
    let squads = [
        squad("S2", SquadKind::Stationed, 6.5, 6.5),
        squad("S1", SquadKind::Stationed, 1.5, 1.5),
        squad("S3", SquadKind::Stationed, 1.6, 1.6),
        squad("D", SquadKind::Direct, 4.5, 1.5),
    ];
    let atoms = atoms(8);
    let layers = seeded(&atoms, &squads);
    let plan = Plan { layers, ..plan(&atoms) };
    check_whole(&plan).unwrap();
    let enforcement = plan.layer("enforcement").unwrap();
    let of = |zone: &str| enforcement.zones[&code(zone)].squads.iter().map(|s| s.id.to_string()).collect::<Vec<_>>();
    assert_eq!((of("E01"), of("E02")), (vec!["S1".to_owned(), "S3".to_owned()], vec!["S2".to_owned()]));
    assert!(enforcement.holders[atoms.index("g0101").unwrap() as usize].contains("E01"));
    for own in enforcement.atoms_by_zone().into_values() {
        assert_eq!(warnings::connected(&atoms, &own).len(), 1);
    }
    let community = plan.layer("community").unwrap();
    assert_eq!(community.zones.len(), 2);
    assert_eq!(community.atoms_of("C01").count(), 32);
    assert_eq!(seeded(&atoms, &squads), plan.layers, "the same each time");
}
