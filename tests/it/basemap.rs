//! The base map: drawn by the real import, served as tiles, replaced by another import or an operator's own.

use std::{collections::BTreeMap, fs, path::Path};

use axum::http::Method;
use fast_mvt::MvtReaderRef;
use serde_json::json;
use xunge::{
    base::BBox,
    config::{Base, Settings},
    kernel::tile::Tile,
    store,
};

use crate::{
    app::{App, Place, Reply, Setup, both_engines, on_both_places},
    program::{Program, run},
    tiles::{holding, path},
};

const EXTRACT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/geodata/isle_of_man_2020-03-14.osm.pbf");
/// The middle of Douglas.
const DOUGLAS: [f64; 2] = [-4.48, 54.15];

async fn served(place: &Place) -> App {
    App::open(place, Setup { county: false, ..Setup::default() }).await
}

/// By layer what its features are called and what they are.
fn decoded(reply: &Reply) -> BTreeMap<String, Vec<BTreeMap<String, String>>> {
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/vnd.mapbox-vector-tile"));
    let reader = MvtReaderRef::new(&reply.body).unwrap();
    let layers = reader.layers().map(|layer| {
        assert_eq!((layer.version(), layer.extent()), (2, 4096));
        let said = layer.features().map(|f| {
            let told = f.to_feature().unwrap().properties;
            told.into_iter().map(|(name, value)| (name, format!("{value:?}"))).collect()
        });
        (layer.name().to_owned(), said.collect())
    });
    layers.collect()
}

fn base(zoom: u8) -> String {
    path("base", zoom, holding(zoom, DOUGLAS[0], DOUGLAS[1]))
}

#[test]
fn the_extract_of_the_roads_is_the_base_map() {
    on_both_places(async |place| {
        let said = run(place, &["import", "roads", EXTRACT]).unwrap();
        assert!(said.contains("base map") && said.contains("building"), "{said}");
        let app = served(place).await;
        assert_eq!(app.json("/api/v1/status").await["basemap"], "shown");
        let about = app.json("/api/v1/tiles/base").await;
        assert_eq!((&about["format"], &about["minzoom"], &about["maxzoom"]), (&json!("pbf"), &json!(0), &json!(14)));
        assert!(about["attribution"].as_str().unwrap().contains("OpenStreetMap"), "{about}");
        let bounds: [f64; 4] = serde_json::from_value(about["bounds"].clone()).unwrap();
        assert!(bounds[0] < -4.7 && bounds[2] > -4.32 && bounds[1] < 54.06 && bounds[3] > 54.4, "{about}");
        let told: Vec<&str> =
            about["vector_layers"].as_array().unwrap().iter().map(|l| l["id"].as_str().unwrap()).collect();
        for layer in ["land", "water", "wood", "built_up", "building", "road", "railway", "place", "poi"] {
            assert!(told.contains(&layer), "{layer}: {told:?}");
        }

        let tile = decoded(&app.get(base(14)).await);
        for layer in ["land", "building", "road", "poi", "built_up"] {
            assert!(tile.get(layer).is_some_and(|features| !features.is_empty()), "{layer}: {:?}", tile.keys());
        }
        let says = |layer: &str, name: &str, value: &str| {
            tile[layer].iter().any(|f| f.get(name).is_some_and(|said| said.contains(value)))
        };
        assert!(says("road", "ref", "A22") && says("road", "name", "Derby Road") && says("poi", "class", "courthouse"));
        let near = decoded(&app.get(base(12)).await);
        assert!(!near.contains_key("building") && near.contains_key("place"), "{:?}", near.keys());
        assert!(decoded(&app.get(base(6)).await).contains_key("land"));

        // The same roads again: nothing changes.
        let before = about["tiles"][0].clone();
        run(place, &["import", "roads", EXTRACT]).unwrap();
        assert_eq!(app.json("/api/v1/tiles/base").await["tiles"][0], before);
        app.check().await;
    });
}

#[test]
fn a_tile_travels_as_it_is_kept_and_once() {
    let place = Place::at(tempfile::tempdir().unwrap());
    run(&place, &["import", "roads", EXTRACT]).unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let app = served(&place).await;
        let plain = app.get(base(14)).await;
        assert_eq!((plain.header("cache-control"), plain.header("content-encoding")), ("private, no-cache", ""));
        let tag = plain.header("etag").to_owned();
        let again = app.call(Method::GET, base(14)).header("if-none-match", &tag).send().await;
        assert_eq!((again.status.as_u16(), again.body.len(), again.header("etag")), (304, 0, tag.as_str()));
        let packed = app.call(Method::GET, base(14)).header("accept-encoding", "br, gzip").send().await;
        assert_eq!((packed.header("content-encoding"), packed.header("etag")), ("gzip", tag.as_str()));
        assert!(packed.header("vary").contains("accept-encoding") && packed.body.len() < plain.body.len());
        let unpacked = std::io::read_to_string(flate2::read::GzDecoder::new(&packed.body[..]));
        assert!(unpacked.is_err() || unpacked.unwrap().len() == plain.body.len());

        // An address that names the version is kept for good, one of another version isn't.
        let about = app.json("/api/v1/tiles/base").await;
        let version = about["tiles"][0].as_str().unwrap().split_once("?v=").unwrap().1.to_owned();
        let named = app.get(format!("{}?v={version}", base(14))).await;
        assert!(named.header("cache-control").contains("immutable"));
        assert_eq!(app.get(format!("{}?v=other", base(14))).await.header("cache-control"), "private, no-cache");

        let sea = app.get(path("base", 14, holding(14, -4.0, 54.15))).await;
        assert_eq!((sea.status.as_u16(), sea.body.len()), (204, 0));
        for (url, words) in [
            (path("base", 15, [0, 0]), "not within 0 to 14"),
            (path("base", 3, [8, 0]), "not within 0 to 7"),
            ("/api/v1/tiles/base/z/0/0".to_owned(), "is not a whole number"),
            (format!("{}?minutes=3", base(14)), "minutes"),
        ] {
            let reply = app.get(url.clone()).await;
            assert_eq!(reply.status.as_u16(), 400, "{url}");
            assert!(reply.text().contains(words), "{url}: {}", reply.text());
        }
        app.stop().await;
    });
}

#[test]
fn roads_of_before_say_what_to_do() {
    both_engines(async |app| {
        let hash = app.ctx.world().roads.network().unwrap().hash.clone();
        assert_eq!(app.json("/api/v1/tiles/base").await["vector_layers"][0]["id"], "land");
        fs::remove_file(store::roads::basemap_file(&app.ctx.folder, &hash)).unwrap();
        assert_eq!(app.json("/api/v1/status").await["basemap"], "missing");
        for url in ["/api/v1/tiles/base", "/api/v1/tiles/base/3/2/2"] {
            let reply = app.get(url).await;
            assert_eq!(reply.status.as_u16(), 404);
            assert!(reply.text().contains("import the extract again"), "{}", reply.text());
        }
    });
}

/// The settings of a service over this base map.
fn with_base(base: &str) -> Settings {
    let mut settings = Setup::default().settings;
    settings.map.base = Base::try_from(base.to_owned()).unwrap();
    settings
}

/// An archive with one tile, 3/6/3.
pub fn own(folder: &Path, layer: &str) -> String {
    let file = folder.join("own.pmtiles");
    let layers = json!([{ "id": layer, "fields": {} }]);
    let bounds = BBox { west: 112.0, south: 27.0, east: 112.1, north: 27.1 };
    store::basemap::write(&file, (3, bounds), (&layers, "<b>of our own</b>"), |put| {
        put(Tile::new(3, 6, 3)?, b"a tile")
    })
    .unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn an_operators_own_base_map_is_taken_and_named() {
    on_both_places(async |place| {
        let file = own(place.folder(), "water");
        let setup = || Setup { settings: with_base(&file), ..Setup::default() };
        let app = App::open(place, setup()).await;
        let status = app.json("/api/v1/status").await;
        assert_eq!(status["basemap"], "shown");
        assert!(status["attribution"].as_array().unwrap().contains(&json!("of our own")), "{status}");
        assert_eq!(app.json("/api/v1/tiles/base").await["attribution"], "of our own");
        assert_eq!(app.get("/api/v1/tiles/base/3/6/3").await.body, b"a tile".as_slice());
        app.stop().await;

        let none = App::open(place, Setup { settings: with_base("none"), ..Setup::default() }).await;
        assert_eq!(none.json("/api/v1/status").await["basemap"], "none");
        assert_eq!(none.get("/api/v1/tiles/base").await.status.as_u16(), 404);
        none.stop().await;
    });
}

#[test]
fn a_setting_that_cannot_be_served_starts_nothing_and_says_why() {
    let place = Place::at(tempfile::tempdir().unwrap());
    let folder = place.folder().to_owned();
    let config = folder.join("x.toml");
    let refused = |base: &str| {
        fs::write(&config, format!("[map]\nbase = \"{base}\"\n")).unwrap();
        let args = ["serve", "--keyless", "--empty", "--config", config.to_str().unwrap()];
        Program::start_with(&place, &args).unwrap_err()
    };
    let said = refused("county.shp");
    assert!(said.contains("x.toml:2: map.base") && said.contains(".mbtiles"), "{said}");
    assert!(refused("no/such.pmtiles").contains("no/such.pmtiles can't be read"));
    let said = refused(&own(&folder, "transportation"));
    assert!(said.contains("map.base") && said.contains("\"transportation\""), "{said}");
}
