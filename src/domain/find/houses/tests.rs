use std::collections::BTreeSet;

use super::*;
use crate::kernel::testing::uniform;

fn houses(all: &[(&str, &str, Option<&str>)]) -> Houses {
    let at = LngLat { lng: -4.48, lat: 54.15 };
    let one = |&(number, street, place): &(&str, &str, Option<&str>)| Address {
        number: number.to_owned(),
        street: street.to_owned(),
        place: place.map(str::to_owned),
        postcode: None,
        at,
    };
    Houses::new(all.iter().map(one).collect(), &Areas::default())
}

#[test]
fn a_number_and_a_street_in_any_order_are_an_address() {
    use Fit::*;
    let all = houses(&[
        ("12", "Parliament Street", Some("Ramsey")),
        ("12a", "Parliament Street", Some("Ramsey")),
        ("12", "Parliament Square", Some("Castletown")),
        ("14-18", "Athol Street", None),
        ("12号", "中山路", Some("东栅街道")),
        ("3", "1st Avenue", None),
    ]);
    for (text, want) in [
        ("12 Parliament Street", vec![(Whole, "12 Parliament Street")]),
        ("parliament street 12", vec![(Whole, "12 Parliament Street")]),
        ("No. 12, PARLIAMENT street", vec![(Whole, "12 Parliament Street")]),
        ("12A parliament street", vec![(Whole, "12a Parliament Street")]),
        ("12 parliament street, ramsey", vec![(Whole, "12 Parliament Street")]),
        ("12 ramsey parliament", vec![(Words, "12 Parliament Street")]),
        ("12 parl", vec![(Beginning, "12 Parliament Square"), (Beginning, "12 Parliament Street")]),
        ("12 parliment street", vec![(Nearly, "12 Parliament Street")]),
        ("13 Parliament Street", vec![]),
        ("1 Parliament Street", vec![]),
        ("16 athol street", vec![(Whole, "14-18 Athol Street")]),
        ("14-18 athol street", vec![(Whole, "14-18 Athol Street")]),
        ("15 athol street", vec![]),
        ("中山路12号", vec![(Whole, "中山路12号")]),
        ("中山路 12", vec![(Whole, "中山路12号")]),
        ("东栅街道中山路12号", vec![(Whole, "中山路12号")]),
        ("zhongshanlu 12", vec![(Sound, "中山路12号")]),
        ("zsl12", vec![]),
        ("3 1st avenue", vec![(Whole, "3 1st Avenue")]),
        ("12", vec![]),
        ("Parliament Street", vec![]),
    ] {
        let found: BTreeSet<(Fit, String)> =
            all.find(text).into_iter().map(|(fit, _, n)| (fit, all.written(&all.all[n as usize]))).collect();
        // Of an address the best fit counts.
        let best = |name: &str| found.iter().filter(|(_, n)| n == name).map(|(fit, _)| *fit).min();
        let names: BTreeSet<&str> = found.iter().map(|(_, name)| name.as_str()).collect();
        let told: Vec<_> = names.into_iter().map(|name| (best(name).unwrap(), name)).collect();
        assert_eq!(told, want, "{text:?}");
    }
}

#[test]
fn the_index_finds_what_looking_at_every_house_finds() {
    let mut dice = uniform(7);
    let mut below = |n: usize| (dice() * n as f64) as usize;
    let streets = ["Mill Lane", "Mill Road", "New Road", "中山路", "中和路", "A18", "Mill"];
    let numbers = ["1", "12", "12a", "3-7", "120", "5号"];
    let drawn: Vec<(&str, &str, Option<&str>)> = (0..200)
        .map(|_| {
            let place = [None, Some("Laxey"), Some("Ramsey")][below(3)];
            (numbers[below(6)], streets[below(7)], place)
        })
        .collect();
    let all = houses(&drawn);
    let (mut hits, mut none) = (0, 0);
    for _ in 0..500 {
        let [number, street] = [["1", "12", "5", "6", "120", "4"][below(6)], streets[below(7)]];
        let text = if below(2) == 0 { format!("{number} {street}") } else { format!("{street} {number}") };
        let exact = |fit: &Fit| *fit < Fit::Nearly;
        let found: BTreeSet<u32> = all.find(&text).into_iter().filter(|(f, ..)| exact(f)).map(|(.., n)| n).collect();
        let slowly = |house: &House| {
            let row = all.row(house);
            readings(&text).iter().any(|(number, rest)| {
                let query = Query::new(rest).unwrap();
                let fits = |name: String| Key::all(&name).any(|key| query.fit(&key).is_some());
                is_number(&house.number, number) && known_as(row, &Areas::default()).any(fits)
            })
        };
        let want: BTreeSet<u32> = (0..).zip(&all.all).filter(|(_, house)| slowly(house)).map(|(n, _)| n).collect();
        assert_eq!(found, want, "{text:?}");
        if want.is_empty() { none += 1 } else { hits += 1 }
    }
    assert!(hits > 100 && none > 50, "{hits} {none}");
}
