use std::path::PathBuf;

use serde_json::json;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::*;

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn archive(folder: &Path, layer: &str, tiles: &[(u8, u32, u32)]) -> PathBuf {
    let file = folder.join("x.pmtiles");
    let layers = json!([{ "id": layer, "fields": { "class": "String" }, "minzoom": 3 }]);
    let bounds = BBox { west: 1.0, south: 2.0, east: 3.0, north: 4.0 };
    write(&file, (14, bounds), (&layers, "of <a href='x'>somebody</a>"), |put| {
        tiles.iter().try_for_each(|&(z, x, y)| put(Tile::new(z, x, y)?, format!("{z}/{x}/{y}").as_bytes()))
    })
    .unwrap();
    file
}

fn unpacked(bytes: &[u8]) -> String {
    std::io::read_to_string(flate2::read::GzDecoder::new(bytes)).unwrap()
}

#[test]
fn what_is_written_in_any_order_is_read_by_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let tiles = [(14, 8000, 5000), (0, 0, 0), (11, 1000, 700), (14, 8001, 5000), (5, 3, 2)];
    let file = archive(folder.path(), "water", &tiles);
    run(async {
        let archive = Archive::open(&file).await.unwrap();
        let About { format, is_packed, minzoom, maxzoom, bounds, attribution, vector_layers } = &archive.about;
        assert_eq!((*format, *is_packed, *minzoom, *maxzoom), (TileFormat::Mvt, true, 0, 14));
        assert_eq!((bounds.unwrap().east, attribution.as_deref()), (3.0, Some("of somebody")));
        assert_eq!((vector_layers[0].id.as_str(), vector_layers[0].minzoom), ("water", Some(3)));
        for (z, x, y) in tiles {
            let bytes = archive.tile(Tile::new(z, x, y).unwrap()).await.unwrap().unwrap();
            assert_eq!(unpacked(&bytes), format!("{z}/{x}/{y}"));
        }
        assert_eq!(archive.tile(Tile::new(14, 8000, 5001).unwrap()).await.unwrap(), None);
    });
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing half written is left");
}

#[test]
fn what_the_page_cannot_draw_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |file: &Path, words: &str| {
        let e = run(Archive::open(file)).unwrap_err();
        assert!(e.detail.contains(words) && e.detail.contains(&file.display().to_string()), "{words}: {e}");
    };
    refused(&archive(folder.path(), "transportation", &[(0, 0, 0)]), "the layer \"transportation\"");
    let (text, none) = (folder.path().join("text.pmtiles"), folder.path().join("none.pmtiles"));
    std::fs::write(&text, "no archive").unwrap();
    refused(&text, "is no PMTiles archive");
    refused(&none, "can't be read");
    let text = folder.path().join("text.mbtiles");
    std::fs::write(&text, "no archive").unwrap();
    refused(&text, "is no MBTiles database");
}

async fn mbtiles(file: &Path, format: &str) {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let mut db = SqliteConnection::connect_with(&options).await.unwrap();
    let sql = "CREATE TABLE metadata (name TEXT, value TEXT);
        CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);
        INSERT INTO metadata VALUES ('bounds', '1,2, 3,4'), ('attribution', 'somebody');
        INSERT INTO tiles VALUES (17, 5, 131000, x'89504e47'), (3, 1, 1, x'00')";
    sqlx::raw_sql(sql).execute(&mut db).await.unwrap();
    sqlx::query("INSERT INTO metadata VALUES ('format', $1)").bind(format).execute(&mut db).await.unwrap();
    db.close().await.unwrap();
}

#[test]
fn pictures_of_an_mbtiles_database_are_read_from_the_north() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let file = folder.path().join("x.mbtiles");
        mbtiles(&file, "png").await;
        let archive = Archive::open(&file).await.unwrap();
        let about = &archive.about;
        assert_eq!((about.format, about.minzoom, about.maxzoom), (TileFormat::Png, 3, 17));
        assert_eq!(about.bounds.map(|b| b.north), Some(4.0));
        let tile = Tile::down_to(DEEPEST, 17, 5, 131_071 - 131_000).unwrap();
        assert_eq!(archive.tile(tile).await.unwrap().as_deref(), Some(&b"\x89PNG"[..]));
        let file = folder.path().join("gif.mbtiles");
        mbtiles(&file, "gif").await;
        assert!(Archive::open(&file).await.unwrap_err().detail.contains("gif"));
    });
}
