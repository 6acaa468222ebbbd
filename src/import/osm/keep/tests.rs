use super::*;

#[test]
fn the_keys_are_sorted_for_binary_search() {
    assert!(WAY_KEYS.is_sorted() && NAME_KEYS.is_sorted());
}

#[test]
fn ways_keep_what_a_profile_may_ask_for_and_nothing_else() {
    let tags = [
        ("highway", "service"),
        ("oneway:bicycle", "no"),
        ("name", "A"),
        ("name:fr", "B"),
        ("name:etymology", "C"),
        ("note", "x"),
    ];
    let Road::Yes { ferry, tags } = road(&tags) else { panic!("a service road is a road") };
    let keys: Vec<&str> = tags.iter().map(|(k, _)| k.as_str()).collect();
    assert!(!ferry && keys == ["highway", "oneway:bicycle", "name", "name:fr"], "{keys:?}");
    assert!(matches!(road(&[("highway", "Proposed ")]), Road::Dead));
    let Road::Yes { tags, .. } = road(&[("highway", "Service"), ("access", "Ｎｏ"), ("ref", "G320；S202")]) else {
        panic!("a service road is a road")
    };
    assert_eq!(tags.iter().map(|(_, v)| v.as_str()).collect::<Vec<_>>(), ["service", "no", "G320；S202"]);
    assert!(matches!(road(&[("route", "ferry")]), Road::Yes { ferry: true, .. }));
    assert!(matches!(road(&[("building", "yes")]), Road::No));
}

#[test]
fn unnamed_settlements_and_non_buildings_are_nothing() {
    assert!(outlined(&[("place", "village")]).is_empty());
    assert!(outlined(&[("place", "locality"), ("name", "A")]).is_empty());
    assert!(outlined(&[("building", "no")]).is_empty());
    assert_eq!(outlined(&[("place", "village"), ("name", "A"), ("ele", "3")]).len(), 2);
}
