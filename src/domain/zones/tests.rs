mod derived;
mod random;

use std::{collections::BTreeMap, sync::Arc};

use serde_json::json;
use uuid::Uuid;

use super::{
    history::{self, Refusal, Stacks},
    plan::{Holders, Revision},
    testing::*,
    warnings::check_whole,
    *,
};
use crate::base::Code;

/// A plan with everything that happened to it.
struct Story {
    plan: Plan,
    batches: Vec<Arc<Batch>>,
    /// Edits up to this one are not taken back.
    from: Revision,
}

impl Story {
    fn new(plan: Plan) -> Self {
        Self { plan, batches: Vec::new(), from: 0 }
    }

    /// With zones `a` on township 11 and `b` on township 12 of layer `e`.
    fn halves(n: u32) -> Self {
        let mut story = Self::new(plan(&atoms(n)));
        story
            .edit(
                "ann",
                json!([
                    {"do": "create_zone", "layer": "e", "zone": {"code": "a", "name": "A"}},
                    {"do": "create_zone", "layer": "e", "zone": {"code": "b", "name": "B"}},
                    {"do": "take_area", "layer": "e", "zone": "a", "area": "11"},
                    {"do": "take_area", "layer": "e", "zone": "b", "area": "12"},
                ]),
            )
            .unwrap();
        story
    }

    fn take(&mut self, batch: Batch) -> Arc<Batch> {
        let batch = Arc::new(batch);
        history::advance(&mut self.plan, &batch).unwrap();
        self.batches.push(Arc::clone(&batch));
        batch
    }

    fn edit_on(&mut self, author: &str, on: Revision, commands_: serde_json::Value) -> Result<Arc<Batch>, Refusal> {
        self.edit_with(author, on, &commands(commands_))
    }

    fn edit_with(&mut self, author: &str, on: Revision, commands: &[Command]) -> Result<Arc<Batch>, Refusal> {
        let since = &self.batches[on as usize..];
        let batch = at_desk(author, |desk| history::edit(&self.plan, since, (Uuid::nil(), on), commands, desk))?;
        Ok(self.take(batch))
    }

    fn edit(&mut self, author: &str, commands: serde_json::Value) -> Result<Arc<Batch>, Refusal> {
        self.edit_on(author, self.plan.head.revision, commands)
    }

    fn stacks(&self, author: &str) -> Stacks {
        let own = self.batches.iter().filter(|b| b.author == author);
        Stacks::of(own.map(|b| (b.revision, b.kind)).filter(|(revision, _)| *revision > self.from))
    }

    fn again(&mut self, author: &str, kind: BatchKind) -> Arc<Batch> {
        let (BatchKind::Undo(of) | BatchKind::Redo(of)) = kind else { panic!("{kind:?}") };
        let edit = &self.batches[of as usize - 1];
        let mut batch = at_desk(author, |desk| history::again(&self.plan, edit, Uuid::nil(), kind, desk)).unwrap();
        let others: Vec<_> = self.batches[of as usize..].iter().filter(|b| b.author != author).cloned().collect();
        if !batch.left.is_empty() {
            history::blame(&self.plan, &mut batch.left, &others).unwrap();
        }
        self.take(batch)
    }

    fn undo(&mut self, author: &str) -> Arc<Batch> {
        let kind = self.stacks(author).to_undo().unwrap();
        self.again(author, kind)
    }

    fn redo(&mut self, author: &str) -> Arc<Batch> {
        let kind = self.stacks(author).to_redo().unwrap();
        self.again(author, kind)
    }

    fn holders(&self, layer: &str, atom: &str) -> Vec<String> {
        let atom = self.plan.atoms.index(atom).unwrap() as usize;
        self.plan.layer(layer).unwrap().holders[atom].codes().iter().map(Code::to_string).collect()
    }

    fn count(&self, zone: &str) -> usize {
        self.plan.layer("e").unwrap().atoms_of(zone).count()
    }
}

/// Every byte of a plan but its revision.
fn bytes(plan: &Plan) -> Vec<u8> {
    let layer = |l: &ZoneLayer| {
        let holders: Vec<_> = l.holders.iter().map(Holders::codes).collect();
        json!([l.head, l.zones, holders, l.locked_atoms, l.corridors])
    };
    let head = PlanHead { revision: 0, ..plan.head.clone() };
    let layers: BTreeMap<_, _> = plan.layers.iter().map(|(code, l)| (code, layer(l))).collect();
    serde_json::to_vec(&json!([head, layers])).unwrap()
}

fn refused(story: &mut Story, commands: serde_json::Value) -> crate::base::Error {
    let before = bytes(&story.plan);
    let Err(Refusal::Error(error)) = story.edit("ann", commands.clone()) else { panic!("taken: {commands}") };
    assert_eq!(bytes(&story.plan), before, "{commands}");
    error
}

#[test]
fn brushes_lines_and_areas_move_atoms() {
    let mut story = Story::halves(6);
    assert_eq!((story.count("a"), story.count("b")), (18, 18));
    // A circle around the south-western corner of b.
    let centre = json!({"lng": 5.0 + 3.5 * SIDE, "lat": 45.0 + 0.5 * SIDE});
    story
        .edit(
            "ann",
            json!([{"do": "paint", "layer": "e", "zone": "a",
                    "brush": {"circle": {"centre": centre, "radius_m": 300.0}}}]),
        )
        .unwrap();
    assert_eq!((story.count("a"), story.holders("e", "g0300")), (19, vec!["a".to_owned()]));
    let grown = story.edit("ann", json!([{"do": "grow", "layer": "e", "zone": "a"}])).unwrap();
    // The row beyond the border, and around the atom that was painted.
    assert_eq!(story.count("a"), 19 + 6 + 1 - 1, "{:?}", grown.did);
    let line = json!([[5.0 + SIDE, 44.99], [5.0 + SIDE, 45.2]]);
    story
        .edit(
            "ann",
            json!([{"do": "split", "layer": "e", "zone": "a", "along": {"line": line},
                    "into": {"code": "c", "name": "C"}}]),
        )
        .unwrap();
    assert_eq!((story.count("c"), story.holders("e", "g0003")), (6, vec!["c".to_owned()]));
    story
        .edit(
            "ann",
            json!([{"do": "split", "layer": "e", "zone": "a", "along": {"road": {"name": "High Street"}},
                    "into": {"code": "d", "name": "D"}}]),
        )
        .unwrap();
    assert_eq!((story.count("d"), story.holders("e", "g0103")), (6, vec!["d".to_owned()]));
    story.edit("ann", json!([{"do": "merge", "layer": "e", "zone": "c", "into": "d"}])).unwrap();
    assert_eq!((story.count("d"), story.plan.layer("e").unwrap().zones.len()), (12, 3));
    check_whole(&story.plan).unwrap();
    (0..5).for_each(|_| drop(story.undo("ann")));
    assert_eq!((story.count("a"), story.count("b")), (18, 18));
}

#[test]
fn a_stroke_is_a_brush_drawn_along_a_line_and_can_erase() {
    let mut story = Story::halves(6);
    let middle = |column: f64, row: f64| json!([5.0 + (column + 0.5) * SIDE, 45.0 + (row + 0.5) * SIDE]);
    // From the middle of one atom to another's, three columns of b on: thin, and no dot between them.
    let stroke = |act: &str, zone: &str, line: serde_json::Value| json!([{"do": act, "layer": "e", "zone": zone, "brush": {"stroke": {"line": line, "radius_m": 5.0}}}]);
    let line = json!([middle(3.0, 2.0), middle(5.0, 2.0)]);
    story.edit("ann", stroke("paint", "a", line.clone())).unwrap();
    assert_eq!(story.count("a"), 18 + 3);
    assert_eq!(["g0302", "g0402", "g0502"].map(|atom| story.holders("e", atom)), [["a"], ["a"], ["a"]]);
    // Only the zone's own atoms are erased, and there must be one.
    story.edit("ann", stroke("erase", "a", json!([middle(2.0, 2.0), middle(3.0, 2.0)]))).unwrap();
    assert!(["g0202", "g0302"].iter().all(|atom| story.holders("e", atom).is_empty()));
    story.edit("ann", stroke("erase", "b", json!([middle(0.0, 5.0), middle(5.0, 5.0)]))).unwrap();
    assert_eq!((story.count("a"), story.count("b")), (18 + 3 - 2, 18 - 3 - 3));
    let field = |story: &mut Story, c: serde_json::Value| refused(story, c).field.unwrap();
    assert_eq!(field(&mut story, stroke("erase", "b", json!([middle(0.0, 0.0)]))), "commands[0].brush");
    assert_eq!(field(&mut story, stroke("erase", "b", json!([]))), "commands[0].brush.stroke.line");
    assert_eq!(field(&mut story, stroke("paint", "b", json!([[200.0, 0.0]]))), "commands[0].brush.stroke.line");
    (0..3).for_each(|_| drop(story.undo("ann")));
    assert_eq!((story.count("a"), story.count("b")), (18, 18));
}

#[test]
fn what_cannot_be_is_refused_whole() {
    let mut story = Story::halves(4);
    let field = |story: &mut Story, c: serde_json::Value| refused(story, json!([c])).field.unwrap();
    let assign = |zone: &str, atom: &str| json!({"do": "assign", "layer": "e", "zone": zone, "atoms": [atom]});
    assert_eq!(field(&mut story, assign("a", "g9999")), "commands[0].atoms");
    assert_eq!(field(&mut story, assign("x", "g0000")), "commands[0].zone");
    let outside = json!([[6.0, 45.0], [6.0, 46.0]]);
    let split = |line: &serde_json::Value| json!({"do": "split", "layer": "e", "zone": "a", "along": {"line": line}, "into": {"code": "c", "name": "C"}});
    assert_eq!(field(&mut story, split(&outside)), "commands[0].along");
    // One that ends in the zone does not cross it.
    let short = json!([[5.0 + SIDE, 44.9], [5.0 + SIDE, 45.0 + 1.9 * SIDE]]);
    assert_eq!(field(&mut story, split(&short)), "commands[0].along");
    let colour = json!({"do": "recolour_zone", "layer": "e", "zone": "a", "colour": "blue"});
    assert_eq!(field(&mut story, colour), "commands[0].colour");
    assert_eq!(
        field(&mut story, json!({"do": "give_squad", "layer": "e", "zone": "a", "squad": "S1"})),
        "commands[0].squad"
    );
    let middle = json!([assign("a", "g0303"), assign("a", "g9999"), assign("a", "g0300")]);
    assert_eq!(refused(&mut story, middle).field.unwrap(), "commands[1].atoms");
    let ahead = story.edit_on("ann", 0, json!([assign("a", "g0303")]));
    assert!(matches!(ahead, Err(Refusal::Error(_))), "there was no zone a in revision 0");
    story.plan.head.state = PlanState::Frozen;
    assert!(refused(&mut story, json!([assign("a", "g0303")])).detail.contains("frozen"));
}

#[test]
fn locks_hold_for_edits_and_undo() {
    let mut story = Story::halves(4);
    let assign = |zone: &str, atom: &str| json!([{"do": "assign", "layer": "e", "zone": zone, "atoms": [atom]}]);
    story.edit("ann", assign("a", "g0303")).unwrap();
    story.edit("bob", json!([{"do": "lock_zone", "layer": "e", "zone": "b", "locked": true}])).unwrap();
    assert!(refused(&mut story, assign("a", "g0300")).detail.contains("zone b"));
    assert!(refused(&mut story, assign("b", "g0000")).detail.contains("zone b"));
    let rename = json!([{"do": "rename_zone", "layer": "e", "zone": "b", "name": "new"}]);
    assert!(refused(&mut story, rename).detail.contains("locked"));
    let undo = story.undo("ann");
    assert_eq!((undo.did.len(), undo.left.len()), (0, 1), "{undo:?}");
    assert!(undo.left[0].reason.contains("zone b"), "{undo:?}");
    assert_eq!(story.holders("e", "g0303"), ["a"]);
    story.undo("bob");
    story.edit("bob", json!([{"do": "lock_atoms", "layer": "e", "atoms": ["g0303"], "locked": true}])).unwrap();
    assert!(refused(&mut story, assign("b", "g0303")).detail.contains("g0303"));
    let brush = json!([{"do": "grow", "layer": "e", "zone": "b", "how": {"skip_locked": true}}]);
    assert_eq!(story.edit("ann", brush).unwrap().steps[0].skipped, [code("g0303")]);
    story.edit("bob", json!([{"do": "lock_layer", "layer": "e", "locked": true}])).unwrap();
    assert!(refused(&mut story, assign("b", "g0000")).detail.contains("layer e"));
    story.edit("bob", json!([{"do": "lock_layer", "layer": "e", "locked": false}])).unwrap();
    // A batch that locks what it moved is taken back and made again.
    let both = json!([assign("b", "g0100")[0], {"do": "lock_atoms", "layer": "e", "atoms": ["g0100"], "locked": true},
                      {"do": "lock_zone", "layer": "e", "zone": "b", "locked": true}]);
    let before = bytes(&story.plan);
    story.edit("ann", both).unwrap();
    let after = bytes(&story.plan);
    assert!(story.undo("ann").left.is_empty());
    assert_eq!(bytes(&story.plan), before);
    assert!(story.redo("ann").left.is_empty());
    assert_eq!(bytes(&story.plan), after);
}

#[test]
fn edits_meet_only_where_they_touch() {
    let mut story = Story::halves(6);
    let assign = |zone: &str, atom: &str| json!([{"do": "assign", "layer": "e", "zone": zone, "atoms": [atom]}]);
    story.edit_on("ann", 1, assign("b", "g0000")).unwrap();
    story.edit_on("bob", 1, assign("b", "g0202")).unwrap();
    story.edit_on("bob", 1, assign("a", "g0505")).unwrap();
    let Err(Refusal::Clashes(clashes)) = story.edit_on("bob", 1, assign("a", "g0000")) else {
        panic!("two wishes for one atom");
    };
    let clash = &clashes[0];
    assert_eq!((clashes.len(), clash.by.as_str(), clash.revision), (1, "ann", 2));
    assert_eq!((&clash.theirs, clash.yours.clone()), (&json!(["b"]), None), "to bob it was in a already");
    let Err(Refusal::Clashes(clashes)) = story.edit_on(
        "bob",
        1,
        json!([
            {"do": "create_zone", "layer": "e", "zone": {"code": "c", "name": "C"}},
            {"do": "assign", "layer": "e", "zone": "c", "atoms": ["g0000"]},
        ]),
    ) else {
        panic!("two wishes for one atom");
    };
    assert_eq!((&clashes[0].theirs, clashes[0].yours.clone()), (&json!(["b"]), Some(json!(["c"]))));
    // A zone to be deleted that somebody put atoms in.
    let delete = json!([{"do": "delete_zone", "layer": "e", "zone": "b"}]);
    assert!(matches!(story.edit_on("bob", 1, delete), Err(Refusal::Clashes(_))));
    // A zone that somebody locked.
    let now = story.plan.head.revision;
    story.edit("ann", json!([{"do": "lock_zone", "layer": "e", "zone": "a", "locked": true}])).unwrap();
    assert!(matches!(story.edit_on("bob", now, assign("a", "g0404")), Err(Refusal::Clashes(_))));
}

#[test]
fn undo_leaves_what_others_changed() {
    let mut story = Story::halves(6);
    story.edit("ann", json!([{"do": "grow", "layer": "e", "zone": "a"}])).unwrap();
    story.edit("bob", json!([{"do": "assign", "layer": "e", "zone": "b", "atoms": ["g0301"]}])).unwrap();
    story
        .edit(
            "bob",
            json!([
                {"do": "create_zone", "layer": "e", "zone": {"code": "c", "name": "C"}},
                {"do": "assign", "layer": "e", "zone": "c", "atoms": ["g0302", "g0303"]},
            ]),
        )
        .unwrap();
    let undo = story.undo("ann");
    let left: Vec<_> = undo.left.iter().map(|l| (l.atom.clone().unwrap().to_string(), l.by.clone())).collect();
    let bob = || Some("bob".to_owned());
    assert_eq!(left, [("g0302".into(), bob()), ("g0303".into(), bob())], "one is where it was already");
    assert_eq!((story.holders("e", "g0300"), story.holders("e", "g0302")), (vec!["b".into()], vec!["c".to_owned()]));
    // Now ann takes from bob's new zone; undoing it can't remove the zone with her atom in it.
    story.edit("ann", json!([{"do": "assign", "layer": "e", "zone": "c", "atoms": ["g0505"]}])).unwrap();
    let undo = story.undo("bob");
    assert_eq!(undo.left.len(), 1, "{undo:?}");
    assert_eq!((undo.left[0].zone.clone(), story.count("c")), (Some(code("c")), 1));
    check_whole(&story.plan).unwrap();
    assert!(story.stacks("eve").to_undo().is_err());
}
