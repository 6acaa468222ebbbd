use std::collections::BTreeSet;

use fast_mvt::{MvtGeometry, MvtReaderRef};
use geo::{Area, Coord, MapCoords, Point, Polygon, Rect, line_string};

use super::*;
use crate::{
    base::LngLat,
    domain::layers::sheet::Sheet,
    kernel::{shape::round_deg, tile::Tile},
};

type Cut = BTreeMap<(u8, u32, u32), Vec<u8>>;

fn class(layer: GroundLayer, minzoom: u8) -> Class {
    Class { layer, class: "x", rank: None, minzoom }
}

fn ground(id: u64, class: Class, shape: impl Into<Geometry<f64>>) -> Arc<Ground> {
    Arc::new(Ground::new(id, class, None, shape.into()))
}

/// A square around 10, 50, degrees wide.
fn square(wide: f64) -> Geometry<f64> {
    Rect::new((10.0 - wide / 2.0, 50.0 - wide / 2.0), (10.0 + wide / 2.0, 50.0 + wide / 2.0)).to_polygon().into()
}

fn cut(all: &[Arc<Ground>]) -> Cut {
    let mut found = Cut::new();
    tiles(all, |tile, bytes| {
        if !bytes.is_empty() {
            assert!(found.insert(tile.zxy(), bytes.to_vec()).is_none(), "{tile:?} twice");
        }
        Ok(())
    })
    .unwrap();
    found
}

/// Layers and ids in the tile that holds 10, 50.
fn shown(cut: &Cut, zoom: u8) -> BTreeSet<(String, u64)> {
    let tile = Tile::holding(zoom, world(LngLat { lng: 10.0001, lat: 50.0001 })).unwrap();
    let Some(bytes) = cut.get(&tile.zxy()) else { return BTreeSet::new() };
    let reader = MvtReaderRef::new(bytes).unwrap();
    let of = |l: fast_mvt::MvtLayerRef<'_>| -> Vec<_> {
        l.features().map(|f| (l.name().to_owned(), f.id().unwrap())).collect()
    };
    reader.layers().flat_map(of).collect()
}

#[test]
fn each_thing_is_drawn_from_its_zoom_on_and_in_no_deeper_tile_than_there_are() {
    let all = [
        ground(1, class(GroundLayer::Wood, 7), square(0.05)),
        ground(2, class(GroundLayer::Building, 13), square(0.0005)),
        ground(3, class(GroundLayer::Place, 10), Point::new(10.0002, 50.0002)),
        ground(4, class(GroundLayer::Road, 5), line_string![(x: 9.9, y: 50.0002), (x: 10.1, y: 50.0002)]),
    ];
    let cut = cut(&all);
    for zoom in 0..=DEEPEST {
        let expected = [("wood", 1, 7), ("building", 2, 13), ("place", 3, 10), ("road", 4, 5)];
        let expected = expected.iter().filter(|(.., from)| zoom >= *from).map(|(l, id, _)| ((*l).to_owned(), *id));
        assert_eq!(shown(&cut, zoom), expected.collect(), "{zoom}");
    }
    assert_eq!(cut.keys().map(|(z, ..)| *z).max(), Some(DEEPEST));
}

#[test]
fn an_area_comes_in_when_it_can_be_seen() {
    // 0.01 degrees are 6 pixels of 512 to a tile at zoom 9: 512 * 2^z * 0.01 / 360 >= 6.
    for (wide, from) in [(0.01, 9), (0.02, 8), (0.0001, 14), (10.0, 4)] {
        let Geometry::Polygon(area) = square(wide) else { unreachable!() };
        let minzoom = Ground::new(1, class(GroundLayer::Water, 4), None, area.into()).class.minzoom;
        // Its height is longer on the map, away from the equator.
        assert!(minzoom == from || minzoom + 1 == from || minzoom == 4, "{wide}: {minzoom}");
    }
}

#[test]
fn blocks_show_what_a_whole_sheet_would() {
    // A wood over several blocks, with more vertices than are left whole.
    let ring = (0..600).map(|i| {
        let turn = f64::from(i) * std::f64::consts::TAU / 600.0;
        (round_deg(10.0 + 0.3 * turn.cos()), round_deg(50.0 + 0.2 * turn.sin()))
    });
    let wood = Polygon::new(ring.collect(), vec![]);
    let all = [ground(1, class(GroundLayer::Wood, 7), wood)];
    let cut = cut(&all);
    let whole = Sheet::down_to(DEEPEST, SOURCE.rows(all.to_vec()));
    let area = |bytes: &[u8]| -> f64 {
        let Ok(reader) = MvtReaderRef::new(bytes) else { return 0.0 };
        let features = reader.layers().flat_map(|l| l.features().collect::<Vec<_>>());
        let shape = features.map(|f| match f.geometry().unwrap() {
            MvtGeometry::Polygon(p) => p.map_coords(|c| Coord { x: f64::from(c.x), y: f64::from(c.y) }).unsigned_area(),
            other => panic!("{other:?}"),
        });
        shape.sum()
    };
    for ((z, x, y), bytes) in cut.iter().filter(|((z, ..), _)| (11..=DEEPEST).contains(z)) {
        let same = whole.tile("wood", Tile::new(*z, *x, *y).unwrap()).unwrap();
        let (a, b) = (area(bytes), area(&same));
        // Above the deepest zoom a border that begins elsewhere keeps other vertices, within half a pixel.
        let off = if *z == DEEPEST { 1.0 } else { 4.0 };
        assert!((a - b).abs() <= off * 4096.0, "{z}/{x}/{y}: {a} {b}");
    }
}

#[test]
fn land_fills_the_tiles_of_what_lies_on_it_and_no_others() {
    let all = [
        ground(1, class(GroundLayer::Land, 0), square(8.0)),
        ground(2, class(GroundLayer::Building, 13), square(0.0005)),
    ];
    let cut = cut(&all);
    assert!(cut.keys().filter(|(z, ..)| *z == DEEPEST).count() <= 128, "{}", cut.len());
    for zoom in 0..=DEEPEST {
        assert!(shown(&cut, zoom).contains(&("land".to_owned(), 1)), "{zoom}");
    }
    assert!(extent(&all).unwrap().east < 10.1);
}
