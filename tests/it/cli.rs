//! The commands, as a user runs them: the real program on files in a folder of its own.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::json;
use tempfile::TempDir;
use xunge::store::{self, Db};

use crate::app::PATIENCE;

const EXTRACT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/geodata/isle_of_man_2020-03-14.osm.pbf");
const SQUADS: &str = "id,name,kind,unit,command_area,profile,lng,lat,turnout_s,certified_officers,shifts\n";

/// A folder with files, and below it a data folder; the database is in it or on the server that
/// `XUNGE_TEST_PG` names.
struct Place {
    folder: TempDir,
    database: Option<String>,
}

impl Place {
    /// One for each engine at hand.
    async fn each() -> Vec<Self> {
        let mut databases = vec![None];
        match std::env::var("XUNGE_TEST_PG") {
            Ok(server) => databases.push(Some(new_database(&server).await)),
            Err(_) => println!("skipped: PostgreSQL, XUNGE_TEST_PG is not set"),
        }
        databases.into_iter().map(|database| Self { folder: TempDir::new().unwrap(), database }).collect()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xunge"));
        command.args(args).arg("--data").arg(self.data()).env_remove("XUNGE_DATABASE");
        if let Some(url) = &self.database {
            command.args(["--database", url]);
        }
        command
    }

    fn output(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// What a command that must succeed prints.
    fn run(&self, args: &[&str]) -> String {
        let out = self.output(args);
        assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    }

    /// What a command that must fail complains of; nothing may be written.
    async fn refused(&self, args: &[&str]) -> String {
        let before = self.head().await;
        let out = self.output(args);
        let said = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(1), "{args:?}: {said}");
        assert_eq!(self.head().await, before, "{args:?} wrote something");
        said
    }

    async fn db(&self) -> Db {
        fs::create_dir_all(self.data()).unwrap();
        Db::open(self.database.as_deref(), &self.data()).await.unwrap()
    }

    /// The last change in the log.
    async fn head(&self) -> i64 {
        let db = self.db().await;
        let head = store::log::head(&db).await.unwrap();
        db.close().await;
        head
    }
}

/// The address of a new database on a throw-away server.
async fn new_database(server: &str) -> String {
    let name = format!("cli_{}", uuid::Uuid::new_v4().simple());
    let pool = sqlx::PgPool::connect(server).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.unwrap();
    pool.close().await;
    format!("{}/{name}", server.rsplit_once('/').unwrap().0)
}

/// A running service on a free port; ends with its owner.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(place: &Place, more: &[&str]) -> Self {
        let mut command = place.command(&["serve", "--keyless", "--listen", "127.0.0.1:0"]);
        let mut child = command.args(more).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
        Self { child, address }
    }

    fn status(&self) -> serde_json::Value {
        self.get("status")
    }

    fn get(&self, path: &str) -> serde_json::Value {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let host = &self.address;
        write!(stream, "GET /api/v1/{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        serde_json::from_str(&body[body.find('{').unwrap()..=body.rfind('}').unwrap()]).unwrap()
    }

    fn count(&self, what: &str) -> u64 {
        self.status()["counts"][what].as_u64().unwrap()
    }

    /// Waits until the number of `what` is as wanted.
    fn sees(&self, what: &str, wanted: impl std::ops::RangeBounds<u64>) {
        let begin = Instant::now();
        while !wanted.contains(&self.count(what)) {
            assert!(begin.elapsed() < PATIENCE, "still {} {what}", self.count(what));
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Boxes side by side: (code, west, east), 0.1 degrees high, at Nanhu.
fn geojson(boxes: &[(&str, f64, f64)]) -> String {
    let features: Vec<_> = boxes
        .iter()
        .map(|(code, w, e)| {
            let ring = [[*w, 30.7], [*e, 30.7], [*e, 30.8], [*w, 30.8], [*w, 30.7]];
            serde_json::json!({"type": "Feature", "properties": {"code": code, "name": format!("name of {code}")},
                "geometry": {"type": "Polygon", "coordinates": [ring]}})
        })
        .collect();
    serde_json::json!({"type": "FeatureCollection", "features": features}).to_string()
}

const COUNTY: [&str; 4] = ["--county", "330402", "--county-name", "Nanhu"];

fn townships(file: &str) -> Vec<&str> {
    [&["import", "areas", file, "--level", "township"][..], &COUNTY].concat()
}

#[tokio::test]
async fn areas_are_imported_level_by_level_and_a_second_time_changes_nothing() {
    for place in Place::each().await {
        let first = place.file("t.geojson", geojson(&[("11", 120.7, 120.8), ("12", 120.8, 120.9)]));
        let said = place.run(&[&townships(&first)[..], &["--dry-run"]].concat());
        assert!(said.contains("taken: 2") && said.contains("a dry run"), "{said}");
        assert_eq!(place.head().await, 0);
        place.run(&townships(&first));
        assert_eq!(place.head().await, 1);

        let villages = place.file("v.geojson", geojson(&[("111", 120.7, 120.75), ("112", 120.75, 120.8)]));
        let villages = ["import", "areas", &villages, "--level", "village"];
        let said = place.run(&villages);
        assert!(said.contains("2  township") && said.contains("2  village"), "{said}");
        for again in [&townships(&first)[..], &villages] {
            assert!(place.run(again).contains("nothing changed"));
        }
        assert_eq!(place.head().await, 2);

        let second = place.file("t2.geojson", geojson(&[("11", 120.7, 120.9)]));
        let said = place.run(&["import", "areas", &second, "--level", "township"]);
        assert!(said.contains("1  township") && !said.contains("village"), "{said}");
        let db = place.db().await;
        let areas = store::areas::load(&mut db.begin_read().await.unwrap()).await.unwrap();
        let codes: Vec<_> = areas.iter().map(|a| (a.code.as_str(), a.name.as_str())).collect();
        assert_eq!(codes, [("11", "name of 11"), ("330402", "Nanhu")]);
        assert_eq!(areas[1].time_zone.as_deref(), Some("Asia/Shanghai"));
    }
}

#[tokio::test]
async fn areas_that_cannot_be_are_refused() {
    for place in Place::each().await {
        let file = place.file("t.geojson", geojson(&[("11", 120.7, 120.8)]));
        let areas = ["import", "areas", &file, "--level", "township"];
        assert!(place.refused(&areas).await.contains("give --county"));
        let said = place.refused(&[&townships(&file)[..], &["--time-zone", "Asia/Jiaxing"]].concat()).await;
        assert!(said.contains("t.geojson") && said.contains("\"Asia/Jiaxing\" is no IANA time zone"), "{said}");
        let said = place.refused(&[&townships(&file)[..], &["--code-field", "id"]].concat()).await;
        assert!(said.contains("its properties are code, name"), "{said}");
        let said = place.refused(&[&areas[..], &["--county", "11", "--county-name", "n"]].concat()).await;
        assert!(said.contains("code 11 stands twice"), "{said}");
        assert!(place.refused(&["grids", "draw"]).await.contains("no areas"));
        place.run(&townships(&file));
        assert!(place.refused(&["grids", "draw"]).await.contains("no road network"));
        assert!(place.refused(&["roads", "export", "x"]).await.contains("no road network"));
        assert!(place.refused(&["demo", "incidents", "--count", "1", "--seed", "1"]).await.contains("no road network"));
    }
}

#[tokio::test]
async fn an_area_that_cannot_be_taken_fails_the_import_unless_it_is_to_be_skipped() {
    for place in Place::each().await {
        let whole: serde_json::Value =
            serde_json::from_str(&geojson(&[("11", 120.7, 120.8), ("12", 120.8, 120.9)])).unwrap();
        for (name, geometry, why) in [
            ("none.geojson", json!(null), "it has no geometry"),
            ("point.geojson", json!({"type": "Point", "coordinates": [120.85, 30.75]}), "it is a Point, no polygon"),
            (
                "line.geojson",
                json!({"type": "LineString", "coordinates": [[120.8, 30.7], [120.9, 30.7]]}),
                "LineString",
            ),
            (
                "thin.geojson",
                json!({"type": "Polygon", "coordinates": [[[120.8, 30.7], [120.9, 30.7], [120.8, 30.7]]]}),
                "feature 1",
            ),
        ] {
            let mut faulty = whole.clone();
            faulty["features"][1]["geometry"] = geometry;
            let file = place.file(name, faulty.to_string());
            let report = place.folder.path().join("report.json");
            let said = place.refused(&[&townships(&file)[..], &["--report", report.to_str().unwrap()]].concat()).await;
            let told: serde_json::Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
            assert_eq!((&told["taken"], &told["dropped"][0]["name"]), (&1.into(), &"name of 12".into()), "{told}");
            for words in [name, "1 of its areas can't be taken", "\"name of 12\": ", why, "--skip-faulty"] {
                assert!(said.contains(words), "{words}: {said}");
            }
            let said = place.run(&[&townships(&file)[..], &["--skip-faulty", "--dry-run"]].concat());
            assert!(said.contains("taken: 1") && said.contains("name of 12"), "{said}");
        }
        // Outside of the county's own shape it has no parent.
        let county = place.file("c.geojson", geojson(&[("330402", 120.7, 120.8)]));
        place.run(&[&["import", "areas", &county, "--level", "county"][..], &COUNTY].concat());
        let file = place.file("t.geojson", geojson(&[("11", 120.7, 120.8), ("12", 120.81, 120.9)]));
        let said = place.refused(&townships(&file)).await;
        assert!(said.contains("\"name of 12\": it lies in no area of the level above"), "{said}");
        place.run(&[&townships(&file)[..], &["--skip-faulty"]].concat());
    }
}

#[tokio::test]
async fn a_place_where_neighbours_overlap_is_in_the_county_and_ambiguous() {
    for place in Place::each().await {
        let file = place.file("t.geojson", geojson(&[("11", 120.7, 120.801), ("12", 120.8, 120.9)]));
        let said = place.run(&townships(&file));
        assert!(said.contains("overlap by"), "{said}");
        let server = Server::start(&place, &["--empty"]);
        for (lng, owner, over) in [("120.75", "11", 0), ("120.8005", "11", 2), ("120.85", "12", 0)] {
            let at = server.get(&format!("locate?lng={lng}&lat=30.75"));
            assert_eq!((&at["county"]["code"], &at["township"]["code"]), (&"330402".into(), &owner.into()), "{at}");
            let candidates = at["candidates"].as_array().unwrap();
            assert_eq!((candidates.len(), &at["ambiguous"]), (over, &(over > 0).into()), "{at}");
            assert!(candidates.iter().all(|c| c["distance_m"] == 0.0), "{at}");
        }
    }
}

#[tokio::test]
async fn broken_files_are_refused_by_name_and_change_nothing() {
    for place in Place::each().await {
        let whole = fs::read(EXTRACT).unwrap();
        let files = [
            place.file("empty.osm.pbf", ""),
            place.file("cut.osm.pbf", &whole[..whole.len() / 2]),
            place.file("wrong.osm.pbf", "these are no roads"),
            "no/such.osm.pbf".to_owned(),
        ];
        for file in &files {
            let name = Path::new(file).file_name().unwrap().to_str().unwrap();
            let townships = [&townships(file)[..], &["--admin-level", "8"]].concat();
            for args in [&["import", "roads", file][..], &["import", "roads", EXTRACT, file], &townships] {
                let said = place.refused(args).await;
                assert!(said.contains(name), "{args:?}: {said}");
            }
        }
        assert!(!place.data().join("roads").exists(), "no network was laid down");
        let cut = geojson(&[("11", 120.7, 120.8)]);
        let cut = place.file("cut.geojson", &cut[..cut.len() / 2]);
        assert!(place.refused(&townships(&cut)).await.contains("cut.geojson"));
        for table in ["squads", "incidents", "arrivals", "matters"] {
            let empty = place.file("empty.csv", "");
            assert!(place.refused(&["import", table, &empty]).await.contains("empty.csv: the file is empty"));
        }
    }
}

#[tokio::test]
async fn roads_far_beyond_the_border_are_left_out_once_there_is_one() {
    const FAR: &str = "link farther beyond the border than is kept";
    for place in Place::each().await {
        let roads = |more: &[&str]| place.run(&[&["import", "roads", EXTRACT], more].concat());
        let said = roads(&[]);
        assert!(said.contains("no county is in force yet") && !said.contains(FAR), "{said}");
        // Around Port Erin, at one end of the island.
        let south = geojson(&[("11", -4.80, -4.70)]).replace("30.7", "54.07").replace("30.8", "54.10");
        let file = place.file("t.geojson", south);
        place.run(&townships(&file));
        let said = roads(&[]);
        let count = |what: &str| -> u32 {
            let line = said.lines().find(|l| l.ends_with(what)).unwrap_or_else(|| panic!("{what}: {said}"));
            line.split_whitespace().next().unwrap().parse().unwrap()
        };
        assert!(said.contains("kept: what comes within 20 km of the county"), "{said}");
        assert!(count(FAR) > 1_000 && count("  links") > 1_000 && count("link kilometres of these") > 100, "{said}");
        assert!(roads(&[]).contains("nothing changed"));
        assert!(roads(&["--beyond-km", "100"]).contains("is in force"));
        let said = roads(&["--beyond-km", "all"]);
        let last = said.lines().last().unwrap();
        // Replicas hear of a base map that was drawn of more than that.
        let others = last.starts_with("the base map") && place.database.is_some();
        assert!(others || last.starts_with("nothing changed"), "the island is smaller than 100 km: {last}");
        for wrong in ["0", "far", "nan", "-3"] {
            let said = place.output(&["import", "roads", EXTRACT, &format!("--beyond-km={wrong}")]);
            assert!(
                String::from_utf8(said.stderr).unwrap().contains("neither all nor within 1 to 20000 km"),
                "{wrong}"
            );
        }
    }
}

#[tokio::test]
async fn squads_are_taken_whole_or_not_at_all() {
    for place in Place::each().await {
        let areas = place.file("t.geojson", geojson(&[("11", 120.7, 120.8), ("12", 120.8, 120.9)]));
        place.run(&townships(&areas));
        let line = |id: &str, area: &str| format!("{id},S,stationed,U,{area},car,120.75,30.75,60,2,mon-sun 24h\n");
        let bad = place.file("bad.csv", format!("{SQUADS}{}{}{}", line("a", "11"), line("b", "13"), line("a", "12")));
        let said = place.refused(&["import", "squads", &bad]).await;
        for words in ["bad.csv: 2 lines are wrong", "line 3: command_area \"13\"", "line 4: id \"a\""] {
            assert!(said.contains(words), "{said}");
        }
        let good = place.file("good.csv", format!("{SQUADS}{}{}", line("b", "name of 12"), line("a", "11")));
        assert!(place.run(&["import", "squads", &good]).contains("2 squads, 2 of them new; 0 are gone"));
        let head = place.head().await;
        assert!(place.run(&["import", "squads", &good]).contains("nothing changed"));
        assert_eq!(place.head().await, head);
        let other = place.file("other.csv", format!("{SQUADS}{}", line("c", "11")));
        assert!(place.run(&["import", "squads", &other]).contains("1 squads, 1 of them new; 2 are gone"));
    }
}

#[tokio::test]
async fn incidents_are_added_once_and_know_where_they_are() {
    for place in Place::each().await {
        let areas = place.file("t.geojson", geojson(&[("11", 120.7, 120.8)]));
        place.run(&townships(&areas));
        let head = "lng,lat,occurred_on,hour,category,neighbourhood\n";
        let inside = "120.75,30.75,2025-03-02,8,Assault,West\n";
        let file = place.file("i.csv", format!("{head}{inside}{inside}120.85,30.75,2025-03-02,9,Robbery,East\n"));
        let import = ["import", "incidents", &file];
        let said = place.refused(&import).await;
        assert!(said.contains("unknown columns category, neighbourhood"), "{said}");
        let import = [&import[..], &["--map", "description=category", "--ignore-unknown"]].concat();
        let said = place.run(&import);
        assert!(said.contains("taken: 3; 0 are there") && said.contains("1  outside"), "{said}");
        assert!(said.contains("local times are Asia/Shanghai"), "{said}");
        let head = place.head().await;
        assert!(place.run(&import).contains("nothing changed"));
        let swapped = place.file("s.csv", "lng,lat,reported_at\n30.75,120.75,2025-03-02T08:00:00Z\n30.75,60.75,2025-03-02T08:00:00Z\n120.75,30.75,2025-03-02T08:00:00Z\n0,0,2025-03-02T08:00:00Z\n");
        let said = place.refused(&["import", "incidents", &swapped]).await;
        assert!(said.contains("3 lines are wrong") && said.contains("line 5: lng \"0\": 0,0 lies"), "{said}");
        assert!(said.contains("km from the nearest township"), "{said}");
        assert_eq!(place.head().await, head);
        let db = place.db().await;
        let mut tx = db.begin_read().await.unwrap();
        let all = store::incidents::load_hot(&mut tx, xunge::base::Timestamp::MIN).await.unwrap();
        let placed = all.iter().filter(|i| i.place.township.as_ref().is_some_and(|t| t.as_str() == "11")).count();
        assert_eq!((all.len(), placed), (3, 2));
        assert!(all.iter().any(|i| i.reported_at.to_string() == "2025-03-02T00:00:00Z"));
        drop(tx);
        let far = place.file("far.csv", "lng,lat,reported_at\n30.75,60.75,2025-03-02T08:00:00Z\n");
        let import = ["import", "incidents", &far];
        place.refused(&import).await;
        assert!(place.run(&[&import[..], &["--outside"]].concat()).contains("taken: 1"));
    }
}

#[tokio::test]
async fn arrivals_are_added_once_or_not_at_all() {
    for place in Place::each().await {
        let areas = place.file("t.geojson", geojson(&[("11", 120.7, 120.8)]));
        place.run(&townships(&areas));
        let squads = place.file("s.csv", format!("{SQUADS}a,S,stationed,U,11,car,120.75,30.75,60,2,mon-sun 24h\n"));
        place.run(&["import", "squads", &squads]);
        let line = |n: u128, squad: &str, minute: u32| {
            let id = uuid::Uuid::from_u128(n);
            format!("{id},{squad},120.75,30.75,120.76,30.76,2025-03-02T08:00:00Z,2025-03-02T08:{minute:02}:00Z\n")
        };
        let head = "id,squad,from_lng,from_lat,to_lng,to_lat,departed_at,arrived_at\n";
        let file = |lines: &[String]| place.file("a.csv", format!("{head}{}", lines.concat()));
        let said = place.refused(&["import", "arrivals", &file(&[line(1, "b", 9), line(2, "a", 0)])]).await;
        for words in ["2 lines are wrong", "line 2: squad \"b\"", "line 3: arrived_at", "is not after the departure"] {
            assert!(said.contains(words), "{said}");
        }
        let good = file(&[line(1, "a", 9), line(2, "a", 5)]);
        assert!(place.run(&["import", "arrivals", &good]).contains("taken: 2 arrivals; 0 are there"));
        let head = place.head().await;
        assert!(place.run(&["import", "arrivals", &good]).contains("nothing changed: all 2"));
        assert_eq!(place.head().await, head);
        let other = file(&[line(3, "a", 9), line(2, "a", 6)]);
        let said = place.refused(&["import", "arrivals", &other]).await;
        assert!(
            said.contains(&format!("{} is there already with another content", uuid::Uuid::from_u128(2))),
            "{said}"
        );
        let db = place.db().await;
        assert_eq!(store::arrivals::count(&mut db.begin_read().await.unwrap()).await.unwrap(), 2);
    }
}

#[tokio::test]
async fn the_data_folder_is_its_owners_alone() {
    for place in Place::each().await {
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let files = || -> Vec<PathBuf> {
            let all = fs::read_dir(place.data()).unwrap().map(|entry| entry.unwrap().path());
            all.filter(|path| path.is_file()).collect()
        };
        let open_to_all = |path: &Path, to: u32| fs::set_permissions(path, fs::Permissions::from_mode(to)).unwrap();
        for round in ["new", "of an older version"] {
            let server = Server::start(&place, &["--empty"]);
            server.status();
            assert_eq!(mode(&place.data()), 0o700, "{round}");
            let kept: Vec<_> = files().into_iter().map(|path| (mode(&path), path)).collect();
            if place.database.is_none() {
                assert_eq!(kept.len(), 3, "the database, its log and the shared memory: {kept:?}");
            }
            assert!(kept.iter().all(|(mode, _)| *mode == 0o600), "{round}: {kept:?}");
            // Killed, so that what lies beside the database stays.
            drop(server);
            if place.database.is_none() {
                files().iter().for_each(|path| open_to_all(path, 0o644));
                open_to_all(&place.data(), 0o755);
            }
        }
    }
}

#[tokio::test]
async fn an_empty_start_stays_empty_and_keys_do_not_keep_the_county_away() {
    for place in Place::each().await {
        place.run(&["keys", "add", "--role", "admin", "--name", "me"]);
        let server = Server::start(&place, &["--empty"]);
        drop(server);
        assert_eq!(place.head().await, 1);
        let db = place.db().await;
        assert!(!store::demo::is_used(&mut db.begin_read().await.unwrap()).await.unwrap());
    }
}

#[tokio::test]
async fn the_bundled_county_is_seeded_worked_with_and_replaced() {
    for place in Place::each().await {
        let server = Server::start(&place, &[]);
        let counts = ["townships", "squads"].map(|what| server.count(what));
        assert_eq!(counts, [24, 27]);
        assert!((800..=1_200).contains(&server.count("grids")) && server.count("villages") >= 24);

        // Somebody has most powers over every matter of the catalogue, in every township.
        let (mut nobody, mut all) = (0, 0);
        for place in ["lng=-4.4779&lat=54.1498", "lng=-4.3881&lat=54.3818", "lng=-4.6&lat=54.2", "lng=-4.63&lat=54.08"]
        {
            for matter in server.get("matters")["matters"].as_array().unwrap() {
                let asked = format!("responsibility?{place}&matter={}", matter["code"].as_str().unwrap());
                let answer = server.get(&asked);
                all += 1;
                nobody += u32::from(answer["outcome"] == "no_lead");
                assert!(answer["contacts"].as_array().is_some_and(|c| !c.is_empty()), "{asked} {answer}");
            }
        }
        assert_eq!((nobody, all), (4, 284), "QT-003 alone is nobody's to penalise");

        // Commands beside the running service are seen at once.
        let incidents = server.count("incidents");
        let synthetic = ["demo", "incidents", "--count", "100", "--seed", "7"];
        let said = place.run(&synthetic);
        let added: u64 = said.split_whitespace().nth(1).unwrap().parse().unwrap();
        assert!((90..=100).contains(&added), "{said}");
        server.sees("incidents", incidents + added..=incidents + added);
        assert!(place.run(&synthetic).contains("nothing changed"));
        assert!(place.run(&["grids", "draw"]).contains("nothing changed"), "the same limits draw the same grids");

        // Real data does not mix with the demo.
        let areas = place.file("t.geojson", geojson(&[("11", 120.7, 120.8)]));
        assert!(place.refused(&townships(&areas)).await.contains("--replace-demo"));
        assert!(place.refused(&["import", "roads", EXTRACT]).await.contains("--replace-demo"));
        let export = place.folder.path().join("export");
        place.run(&["roads", "export", export.to_str().unwrap()]);
        let edges = fs::read_to_string(export.join("edges.csv")).unwrap();
        assert!(edges.starts_with("tail,head,weight_ms") && edges.lines().count() > 15_000);

        // The same roads, but as the user's own: everything of the demo goes.
        let report = place.folder.path().join("roads.json");
        let said = place.run(&["import", "roads", EXTRACT, "--replace-demo", "--report", report.to_str().unwrap()]);
        let told: serde_json::Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
        assert!(told["read"]["taken"]["roads"].as_u64() > Some(9_000), "{told}");
        assert_eq!(told["strays"].as_array().map(Vec::len), Some(20), "{told}");
        let listed = place.run(&["imports"]);
        assert!(listed.contains("roads") && listed.trim_end().ends_with(".osm.pbf"), "{listed}");
        assert!(said.contains("demonstration county was taken away") && said.contains("is in force"), "{said}");
        for what in ["townships", "grids", "squads", "incidents"] {
            server.sees(what, ..1);
        }
        assert!(server.count("road_links") > 5_000);
        assert_eq!(server.status()["demo"], false);
        let head = place.head().await;
        assert!(place.run(&["import", "roads", EXTRACT]).contains("nothing changed"));
        assert_eq!(place.head().await, head);

        // Townships of the user's own over these roads, then grids.
        let county = ["--county", "990002", "--county-name", "Man", "--time-zone", "Europe/Isle_of_Man"];
        let import = [&["import", "areas", EXTRACT, "--level", "township", "--admin-level", "8"][..], &county].concat();
        assert!(place.run(&import).contains("24  township"));
        server.sees("townships", 24..25);
        place.run(&["grids", "draw", "--max-area-km2", "5", "--max-weight", "400"]);
        assert!(place.run(&import).contains("nothing changed"), "the grids stay");
        server.sees("grids", 100..800);
    }
}
