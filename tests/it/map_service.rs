//! Base maps of a map service: asked by the program, bounded, its key seen by nobody.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use axum::http::Method;
use serde_json::json;
use xunge::{
    config::{Base, Settings},
    store::basemap::Key,
};

use crate::{
    app::{App, Place, Setup, on_both_places},
    assignments::together,
    program::{Program, run},
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n a picture";
const SECRET: &str = "s3cr&t";

/// A map service of this machine: what it is asked decides how it answers.
struct Wmts {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Wmts {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, asked) = (listener.local_addr().unwrap().port(), Arc::<Mutex<Vec<String>>>::default());
        let told = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let told = Arc::clone(&told);
                thread::spawn(move || answer(stream, &told));
            }
        });
        Self { port, asked }
    }

    fn base(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}?TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={{key}}", self.port)
    }
}

fn answer(mut stream: TcpStream, told: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let line = lines.next().unwrap_or_default();
    lines.find(String::is_empty);
    told.lock().unwrap().push(line.clone());
    let path = line.split(['/', '?']).nth(1).unwrap_or_default().to_owned();
    let (status, kind, body) = match path.as_str() {
        "tiles" if line.contains("TILECOL=0&") => ("404 Not Found", "text/plain", &b"none"[..]),
        "tiles" => ("200 OK", "image/png", PNG),
        "page" => ("200 OK", "text/html", &b"<html>your key is wrong</html>"[..]),
        "refusing" => ("403 Forbidden", "text/plain", &b"no"[..]),
        "elsewhere" => ("302 Found", "text/plain", &b""[..]),
        "large" => ("200 OK", "image/png", &[0x89; 3 << 20][..]),
        _ => return thread::sleep(Duration::from_secs(20)),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nlocation: http://127.0.0.1:1/\r\nconnection: close\r\n\r\n",
        body.len()
    );
    // Who asked may be gone.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

fn settings(base: String) -> Settings {
    let mut settings = Setup::default().settings;
    settings.map.base = Base::try_from(base).unwrap();
    settings.map.attribution = "天地图".to_owned();
    settings.map.key = Key(SECRET.to_owned());
    settings
}

async fn served(place: &Place, base: String) -> App {
    App::open(place, Setup { settings: settings(base), ..Setup::default() }).await
}

#[test]
fn pictures_of_a_map_service_are_served_as_our_own() {
    on_both_places(async |place| {
        let wmts = Wmts::start();
        let app = served(place, wmts.base("tiles")).await;
        let status = app.json("/api/v1/status").await;
        assert_eq!(status["basemap"], "shown");
        assert!(status["attribution"].as_array().unwrap().contains(&json!("天地图")), "{status}");
        let about = app.json("/api/v1/tiles/base").await;
        assert_eq!(
            (&about["format"], &about["maxzoom"], &about["attribution"]),
            (&json!("png"), &json!(18), &json!("天地图"))
        );
        assert!(wmts.asked.lock().unwrap().is_empty(), "nobody wanted a tile yet");

        let address = about["tiles"][0].as_str().unwrap().split_once("/api").unwrap().1.to_owned();
        let tile = format!("/api{}", address.replace("{z}", "3").replace("{x}", "6").replace("{y}", "2"));
        let shown = app.get(&tile).await;
        assert_eq!((shown.status.as_u16(), shown.header("content-type")), (200, "image/png"));
        assert_eq!((&shown.body[..], shown.header("cache-control")), (PNG, "private, max-age=86400"));
        let asked = wmts.asked.lock().unwrap().join("\n");
        assert_eq!(asked, "GET /tiles?TILEMATRIX=3&TILEROW=2&TILECOL=6&tk=s3cr%26t HTTP/1.1");
        let again = app.call(Method::GET, tile).header("if-none-match", shown.header("etag")).send().await;
        assert_eq!(again.status, 304);
        assert_eq!(app.get("/api/v1/tiles/base/3/0/2").await.status, 204, "it has none there");
        assert_eq!(app.get("/api/v1/tiles/base/19/6/2").await.status, 400);
        for reply in [app.get("/api/v1/status").await, app.get("/api/v1/tiles/base").await, shown] {
            let text = String::from_utf8_lossy(&reply.body).into_owned();
            assert!(!text.contains("s3cr") && !text.contains(&wmts.port.to_string()), "{text}");
        }
        app.stop().await;
    });
}

#[test]
fn what_is_no_picture_is_refused_in_time_and_says_why() {
    let wmts = Wmts::start();
    let place = Place::at(tempfile::tempdir().unwrap());
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        for (base, words) in [
            (wmts.base("page"), "no picture"),
            (wmts.base("refusing"), "answers 403"),
            (wmts.base("elsewhere"), "answers 302"),
            (wmts.base("large"), "2097152 bytes"),
            (wmts.base("slow"), "no answer within 5 s"),
            (format!("http://{gone}/{{z}}/{{x}}/{{y}}?tk={{key}}"), "can't be reached"),
            ("http://no-such-host.invalid/{z}/{x}/{y}?tk={key}".to_owned(), "the map service of map.base"),
        ] {
            let (app, began) = (served(&place, base).await, Instant::now());
            let reply = app.get("/api/v1/tiles/base/3/6/2").await;
            assert!(began.elapsed() < Duration::from_secs(15), "{words}");
            let problem = reply.is(503);
            assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
            assert!(!problem.to_string().contains("s3cr") && reply.header("cache-control") != "private, max-age=86400");
            assert_eq!(app.get("/healthz").await.status, 200);
            app.stop().await;
        }
    });
}

#[test]
fn many_slow_tiles_hold_up_nothing_else() {
    let wmts = Wmts::start();
    let place = Place::at(tempfile::tempdir().unwrap());
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let app = served(&place, wmts.base("slow")).await;
        let tiles = (0..40).map(|x| app.get(format!("/api/v1/tiles/base/6/{}/2", 1 + x)));
        let tiles = together(tiles);
        let other = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let began = Instant::now();
            assert_eq!(app.get("/api/v1/squads/nearest?lng=112.03&lat=27.03").await.status, 200);
            assert!(wmts.asked.lock().unwrap().len() <= 16, "asked all at once");
            began.elapsed()
        };
        let (replies, took) = tokio::join!(tiles, other);
        assert!(replies.iter().all(|reply| reply.status == 503) && took < Duration::from_secs(4), "{took:?}");
        app.stop().await;
    });
}

#[test]
fn a_key_is_printed_nowhere() {
    let wmts = Wmts::start();
    let place = Place::at(tempfile::tempdir().unwrap());
    let config = place.folder().join("x.toml");
    let write = |base: &str| std::fs::write(&config, format!("[map]\nbase = \"{base}\"\n")).unwrap();
    let args = ["serve", "--keyless", "--empty", "--config", config.to_str().unwrap()];
    let start = |before: &str| Program::start_after(&place, before, &args);
    // One that stands in the address, of which something is wrong.
    for bad in [
        "https://a.org/{x}/{y}?tk=s3cret",
        "https://a.org/{z}/{x}/{y}/{tk}?tk=s3cret",
        "https://a.org/{z}/{x}/{y}?tk=s3cret\\",
        "HTTPS://a.org/{z}/{x}?tk=s3cret",
        "a.org/{z}/{x}/{y}?tk=s3cret",
        "https://me:s3cret@a.org/{z}/{x}/{y}",
    ] {
        write(bad);
        let said = start(":").unwrap_err();
        assert!(said.contains("x.toml:2") && !said.contains("s3cret"), "{said}");
    }
    write("https://a.org/{z}/{x}/{y}?tk={key}");
    let said = start(":").unwrap_err();
    assert!(said.contains("XUNGE_MAP_KEY"), "{said}");

    let config_said = |base: &str| {
        write(base);
        run(&place, &["config", "--config", config.to_str().unwrap()]).unwrap()
    };
    assert!(config_said("https://a.org/{z}/{x}/{y}?tk={key}").contains("tk={key}\""));
    let said = config_said("https://a.org/{z}/{x}/{y}?tk=s3cret");
    assert!(said.contains("base = \"https://a.org/…\"") && !said.contains("s3cret"), "{said}");

    // Nor logged, whatever is asked of the log.
    write(&wmts.base("page"));
    let program = start("export XUNGE_LOG=trace XUNGE_MAP_KEY=s3cret").unwrap();
    assert_eq!(program.get("tiles/base/3/6/2").0, 503);
    assert!(wmts.asked.lock().unwrap()[0].contains("tk=s3cret"));
    let log = program.ended();
    assert!(log.contains("status=503") && !log.contains("s3cret"), "{log}");
}
