//! Edits at random, by editors who see each other late.

use super::*;
use crate::kernel::testing::uniform;

/// Random commands that keep an exclusive layer whole.
fn random_commands(plan: &Plan, random: &mut impl FnMut() -> f64, fresh: &mut u32) -> Vec<Command> {
    let layer = plan.layer("e").unwrap();
    let zones: Vec<&Code> = layer.zones.keys().collect();
    let mut pick = |n: usize| ((random() * n as f64) as usize).min(n - 1);
    let zone = zones[pick(zones.len())].clone();
    let other = zones[pick(zones.len())].clone();
    let atom = |i: usize| plan.atoms.at(i as u32);
    let some = atom(pick(plan.atoms.len()));
    *fresh += 1;
    let new = json!({"code": format!("z{fresh}"), "name": "new"});
    let kind = pick(100);
    let locked = pick(3) == 0;
    commands(match kind {
        0..45 => json!([{"do": "paint", "layer": "e", "zone": zone, "how": {"skip_locked": pick(2) == 0}, "brush":
            {"circle": {"centre": some.inside, "radius_m": 100.0 + 80.0 * pick(10) as f64}}}]),
        45..60 => json!([{"do": "assign", "layer": "e", "zone": zone, "atoms": [some.code]},
            {"do": "assign", "layer": "e", "zone": other, "atoms": [atom(pick(plan.atoms.len())).code]}]),
        60..70 => {
            let (p, q) = (some.inside, atom(pick(plan.atoms.len())).inside);
            let along = json!({"line": [[p.lng - 5.0 * (q.lng - p.lng), p.lat - 5.0 * (q.lat - p.lat)],
                                        [q.lng + 5.0 * (q.lng - p.lng), q.lat + 5.0 * (q.lat - p.lat)]]});
            json!([{"do": "split", "layer": "e", "zone": zone, "along": along, "into": new}])
        }
        70..78 => json!([{"do": "merge", "layer": "e", "zone": zone, "into": other}]),
        78..82 => json!([{"do": "grow", "layer": "e", "zone": zone}]),
        82..84 => json!([{"do": "create_zone", "layer": "e", "zone": new}]),
        84..88 => json!([{"do": "rename_zone", "layer": "e", "zone": zone, "name": format!("n{fresh}")}]),
        88..93 => json!([{"do": "lock_zone", "layer": "e", "zone": zone, "locked": locked}]),
        93..99 => json!([{"do": "lock_atoms", "layer": "e", "atoms": [some.code], "locked": locked}]),
        _ => json!([{"do": "lock_layer", "layer": "e", "locked": false}, {"do": "comment", "layer": "e", "zone": zone,
            "text": "seen"}]),
    })
}

/// No gap, no overlap, no atom of a zone that is not there.
fn whole(plan: &Plan, seed: &str) {
    let layer = plan.layer("e").unwrap();
    for (atom, holders) in plan.atoms.ixs().zip(&layer.holders) {
        let ok = matches!(holders, Holders::One(zone) if layer.zones.contains_key(zone));
        assert!(ok, "{seed}: atom {} is held by {holders:?}", plan.atoms.at(atom).code);
    }
}

/// What was locked is as it was, but for the lock.
fn locks_held(before: &Plan, after: &Plan, seed: &str) {
    let (a, b) = (before.layer("e").unwrap(), after.layer("e").unwrap());
    for atom in &a.locked_atoms {
        let ix = *atom as usize;
        assert_eq!(a.holders[ix], b.holders[ix], "{seed}: atom {}", before.atoms.at(*atom).code);
    }
    for (code, zone) in a.zones.iter().filter(|(_, z)| z.locked) {
        let now = b.zones.get(code).unwrap_or_else(|| panic!("{seed}: locked zone {code} is gone"));
        assert_eq!(&Zone { locked: true, ..now.clone() }, zone, "{seed}");
        for (x, y) in a.holders.iter().zip(&b.holders) {
            assert_eq!(x.contains(code.as_str()), y.contains(code.as_str()), "{seed}: zone {code}");
        }
    }
}

/// 100,000 edits, undos and redos by four editors who see each other late.
#[test]
fn no_edit_tears_the_map() {
    const EDITS: usize = 100_000;
    const EDITORS: [&str; 4] = ["ann", "bob", "cid", "dee"];
    let tale = |seed: u64| {
        let mut random = uniform(seed);
        let mut story = Story { from: 1, ..Story::halves(6) };
        let start = story.plan.clone();
        let (mut fresh, mut taken) = (0, [0_usize; 3]);
        let mut stacks: BTreeMap<&str, Stacks> = EDITORS.into_iter().map(|e| (e, Stacks::default())).collect();
        for step in 0..EDITS / 4 {
            let told = format!("seed {seed}, step {step}");
            let before = story.plan.clone();
            let editor = EDITORS[(random() * 4.0) as usize];
            let own = stacks.get_mut(editor).unwrap();
            let kind = match random() {
                x if x < 0.2 => own.to_undo().ok(),
                x if x < 0.35 => own.to_redo().ok(),
                _ => None,
            };
            let batch = match kind {
                Some(kind) => Some(story.again(editor, kind)),
                None => {
                    let now = story.plan.head.revision;
                    let on = (now - (random() * 4.0) as i64).max(1);
                    let commands = random_commands(&story.plan, &mut random, &mut fresh);
                    story.edit_with(editor, on, &commands).ok()
                }
            };
            if let Some(batch) = batch {
                match batch.kind {
                    BatchKind::Edit => {
                        taken[0] += 1;
                        own.undo.push(batch.revision);
                        own.redo.clear();
                    }
                    BatchKind::Undo(of) => {
                        taken[1] += 1;
                        own.undo.pop();
                        own.redo.push(of);
                    }
                    BatchKind::Redo(of) => {
                        taken[2] += 1;
                        own.redo.pop();
                        own.undo.push(of);
                    }
                }
            }
            if story.plan.head.revision > before.head.revision {
                whole(&story.plan, &told);
                locks_held(&before, &story.plan, &told);
            }
        }
        assert!(taken.iter().all(|n| *n > EDITS / 100), "{taken:?}");
        for editor in EDITORS {
            assert_eq!(story.stacks(editor), stacks[editor], "seed {seed}");
        }
        // Every revision can be had again, the first one to the byte.
        let first = history::rewind(&story.plan, &story.batches, start.head.revision).unwrap();
        assert_eq!(bytes(&first), bytes(&start), "seed {seed}");
        assert_eq!(first, start);
        let mut last = start;
        story.batches.iter().for_each(|b| history::advance(&mut last, b).unwrap());
        assert_eq!(bytes(&last), bytes(&story.plan), "seed {seed}");
    };
    std::thread::scope(|scope| (1..=4).for_each(|seed| drop(scope.spawn(move || tale(seed)))));
}

/// Everybody takes everything back, the last edit first.
#[test]
fn undoing_everything_is_the_start() {
    for seed in 1..=3 {
        let mut random = uniform(seed);
        let mut story = Story::halves(6);
        let start = bytes(&story.plan);
        let (first, mut fresh) = (story.plan.head.revision, 0);
        for _ in 0..1_500 {
            let editor = ["ann", "bob", "cid"][(random() * 3.0) as usize];
            let commands = random_commands(&story.plan, &mut random, &mut fresh);
            drop(story.edit_with(editor, story.plan.head.revision, &commands));
        }
        let edits: Vec<(Revision, String)> =
            story.batches.iter().filter(|b| b.revision > first).map(|b| (b.revision, b.author.clone())).collect();
        let end = bytes(&story.plan);
        for (revision, author) in edits.iter().rev() {
            let undo = story.again(author, BatchKind::Undo(*revision));
            assert!(undo.left.is_empty(), "seed {seed}, revision {revision}: {:?}", undo.left);
        }
        assert_eq!(bytes(&story.plan), start, "seed {seed}");
        for (revision, author) in &edits {
            let redo = story.again(author, BatchKind::Redo(*revision));
            assert!(redo.left.is_empty(), "seed {seed}, revision {revision}: {:?}", redo.left);
        }
        assert_eq!(bytes(&story.plan), end, "seed {seed}");
    }
}
