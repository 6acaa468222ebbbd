use super::*;
use crate::import::{Source, osm};

const ISLAND: &[u8] = include_bytes!("../../../geodata/isle_of_man_2020-03-14.osm.pbf");

#[test]
fn the_island_has_places_and_addresses() {
    let extracts = osm::open(&[Source::Bytes { name: "island", bytes: ISLAND }]).unwrap();
    let (mapped, report) = read_extracts(&extracts, None, &|_, _, _| {}).unwrap();
    let taken = |what: &str| report.taken[what] as usize;
    assert_eq!([taken("points of interest"), taken("addresses")], [mapped.pois.len(), mapped.addresses.len()]);
    assert!(mapped.pois.len() > 3_000 && mapped.addresses.len() > 1_000, "{report:?}");
    let named = |name: &str| mapped.pois.iter().find(|poi| poi.name == name).unwrap_or_else(|| panic!("no {name}"));
    let bar = named("JAR Bar");
    assert_eq!((bar.category.as_str(), bar.address.as_deref()), ("bar", Some("12 Loch Promenade")));
    // Of an area its middle, and what else it is called.
    let college = named("University College Isle of Man");
    assert!(college.aliases.iter().any(|alias| alias == "UCM"), "{college:?}");
    assert!(college.at.distance_m(LngLat { lng: -4.4786, lat: 54.1720 }) < 50.0, "{college:?}");
    for category in ["hospital", "school", "police", "fire_station", "pier", "farm", "bay", "bus_stop"] {
        assert!(mapped.pois.iter().any(|poi| poi.category == category), "{category}");
    }
    let house = mapped.addresses.iter().find(|a| a.number == "26" && a.street == "Parliament Street").unwrap();
    assert_eq!((house.place.as_deref(), house.postcode.as_deref()), (Some("Ramsey"), Some("IM8 1AW")));
    let extracts = osm::open(&[Source::Bytes { name: "island", bytes: ISLAND }; 2]).unwrap();
    let (twice, _) = read_extracts(&extracts, None, &|_, _, _| {}).unwrap();
    assert_eq!(twice, mapped, "what two files tell is taken once");
}

#[test]
fn tags_tell_what_a_place_is() {
    let poi = |tags: &[(&str, &str)]| Tagged::of(tags).poi.map(|poi| (poi.category, poi.address, poi.aliases));
    let is = |category: &str| Some((category.to_owned(), None, vec![]));
    assert_eq!(poi(&[("shop", "bakery")]), None, "nobody looks for what has no name");
    assert_eq!(poi(&[("name", "x"), ("shop", "bakery"), ("building", "yes")]), is("bakery"));
    assert_eq!(poi(&[("name", "x"), ("historic", "yes")]), is("historic"));
    assert_eq!(poi(&[("name", "x"), ("building", "yes")]), is("building"));
    assert_eq!(poi(&[("name", "x"), ("harbour", "yes")]), is("harbour"));
    assert_eq!(poi(&[("name", "x"), ("man_made", "pier")]), is("pier"));
    assert_eq!(poi(&[("name", "x"), ("highway", "residential")]), None, "streets are roads");
    assert_eq!(poi(&[("name", "x"), ("shop", "no")]), None);
    assert_eq!(poi(&[("name", "x"), ("natural", "coastline")]), None);
    let (_, address, aliases) = poi(&[
        ("name", "新华书店"),
        ("name:en", "Xinhua Books"),
        ("alt_name", "书城; Xinhua Books;新华书店"),
        ("shop", "books"),
        ("addr:street", "中山路"),
        ("addr:housenumber", "12"),
    ])
    .unwrap();
    assert_eq!((address.as_deref(), aliases), (Some("中山路12号"), vec!["Xinhua Books".to_owned(), "书城".to_owned()]));

    let at = LngLat { lng: 1.0, lat: 2.0 };
    let house = |tags: &[(&str, &str)]| Tagged::of(tags).address.map(|house| house.at(at).collect::<Vec<_>>());
    assert_eq!(house(&[("addr:housenumber", "1")]), None, "of no street");
    let all = house(&[("addr:housenumber", "1; 3"), ("addr:place", "Cregneash"), ("addr:postcode", "IM9")]).unwrap();
    let told: Vec<_> = all.iter().map(|a| (a.number.as_str(), a.street.as_str(), a.place.as_deref())).collect();
    assert_eq!(told, [("1", "Cregneash", None), ("3", "Cregneash", None)]);
    let one = house(&[("addr:housenumber", "1"), ("addr:street", "A"), ("addr:city", "B")]).unwrap();
    assert_eq!(one[0].place.as_deref(), Some("B"));
}
