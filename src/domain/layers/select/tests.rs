//! Pages by halves against pages by looking at everything: random rows, filters, boxes, keys and writes in between.

use fastrand::Rng;

use super::*;
use crate::{
    base::{LngLat, Timestamp},
    domain::layers::filter::Op,
    domain::layers::{Column, Kind, Shape, Source, bbox_of, filter::Operand, point},
};

#[derive(Debug, Clone)]
struct Thing {
    id: u32,
    at: Timestamp,
    urgent: bool,
    place: LngLat,
}

static COLUMNS: [Column<Thing>; 2] = [
    Column::new("at", "", Kind::Time, |t: &Thing| t.at.into()),
    Column::new("urgent", "", Kind::Flag, |t| t.urgent.into()),
];

const fn things(newest: Option<&'static str>) -> Source<Thing> {
    Source {
        shape: Shape::Point,
        columns: &COLUMNS,
        id: |t| format!("{:04}", t.id),
        bbox: |t| bbox_of(t.place),
        geometry: |t| point(t.place),
        newest,
    }
}

static NEWEST: Source<Thing> = things(Some("at"));
static BY_ID: Source<Thing> = things(None);

fn thing(dice: &mut Rng) -> Thing {
    Thing {
        id: dice.u32(..10_000),
        // Some at the same moment.
        at: Timestamp::from_ms(1_772_409_600_000 + dice.i64(0..40) * 1_000).unwrap(),
        urgent: dice.bool(),
        place: LngLat { lng: dice.u8(..8).into(), lat: dice.u8(..8).into() },
    }
}

/// In the order of a layer.
fn ordered(source: &Source<Thing>, mut things: Vec<Thing>) -> Vec<Thing> {
    match source.newest {
        Some(_) => things.sort_by_key(|t| std::cmp::Reverse((t.at, t.id))),
        None => things.sort_by_key(|t| t.id),
    }
    things.dedup_by_key(|t| t.id);
    things
}

fn selection(dice: &mut Rng, source: &'static Source<Thing>) -> Selection {
    let asked = ["", "", "", "-urgent", "at,urgent", "-at"][dice.usize(..6)];
    let mut selection = Selection { limit: dice.usize(1..9), ..Selection::default() };
    selection.order = Selection::order(source, asked).unwrap();
    selection.offset = if dice.bool() { 0 } else { dice.usize(..30) };
    if dice.u8(..3) == 0 {
        let (west, south) = (f64::from(dice.u8(..6)), f64::from(dice.u8(..6)));
        selection.windows.push(BBox { west, south, east: west + 3.0, north: south + 3.0 });
    }
    if dice.u8(..3) == 0 {
        let value = Operand::Value(Value::Flag(dice.bool()));
        selection.filters.push(Filter::Compare(Operand::Property(1), Op::Eq, value));
    }
    selection
}

#[test]
fn pages_by_halves_are_those_of_looking_at_everything() {
    let mut dice = Rng::with_seed(115);
    let mut run = 0;
    for round in 0..3_000 {
        let source: &'static Source<Thing> = if dice.bool() { &NEWEST } else { &BY_ID };
        let count = dice.usize(..80);
        let mut things: Vec<Thing> = (0..count).map(|_| thing(&mut dice)).collect();
        let mut selection = selection(&mut dice, source);
        run += usize::from(Selection::order(source, "").unwrap() == selection.order);
        loop {
            things = ordered(source, things);
            let (fast, slow) = (source.in_order(things.clone()), source.rows(things.clone()));
            let page = selection.page(&*fast);
            assert_eq!(page, selection.pick(&*slow), "round {round}: {selection:?} of {things:?}");
            let Some(after) = page.next else { break };
            // As it travels.
            selection.after = Some(Key::read(&after.text(), source, &selection.order).unwrap());
            if dice.bool() && !things.is_empty() {
                things.remove(dice.usize(..things.len()));
                things.push(thing(&mut dice));
            }
        }
    }
    assert!(run > 1_000, "{run} in the layer's own order");
}

#[test]
fn a_page_in_order_looks_at_what_it_holds_and_no_more() {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    /// Tells how often it was looked at.
    #[derive(Debug)]
    struct Counted(Vec<Thing>, &'static AtomicUsize);

    impl crate::domain::layers::Shelf<Thing> for Counted {
        fn size(&self) -> usize {
            self.0.len()
        }

        fn at(&self, place: usize) -> &Thing {
            self.1.fetch_add(1, Relaxed);
            &self.0[place]
        }
    }

    static LOOKS: AtomicUsize = AtomicUsize::new(0);
    let mut dice = Rng::with_seed(1);
    let things = ordered(&NEWEST, (0..5_000).map(|_| thing(&mut dice)).collect());
    let rows = NEWEST.in_order(Counted(things, &LOOKS));
    let order = Selection::order(&NEWEST, "").unwrap();
    let mut selection = Selection { limit: 10, order, ..Selection::default() };
    while let Some(after) = selection.page(&*rows).next {
        selection.after = Some(after);
        assert!(LOOKS.swap(0, Relaxed) < 100, "a page of 10");
    }
}
