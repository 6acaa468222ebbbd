//! Behind a real nginx: as `packaging/nginx.conf` has it (TLS, HTTP/2, a prefix), and in its default form.

mod curl;
mod nginx;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;
use xunge::store;

use self::{
    curl::Curl,
    nginx::{HOST, Nginx, free_port},
};
use crate::{
    app::{PATIENCE, Place, on_both_places, soon},
    county,
    program::{Program, run},
};

/// Well below the time between two heartbeats, which would push out what is kept back.
const AT_ONCE: Duration = Duration::from_secs(10);

/// The drawn county with an admin's key, served with these settings.
async fn serve(place: &Place, settings: &str) -> (Program, String) {
    let db = place.open().await;
    if store::log::head(&db).await.unwrap() == 0 {
        county::plant(&db, place.folder()).await;
    }
    db.close().await;
    let key = run(place, &["keys", "add", "--role", "admin", "--name", "me"]).unwrap().trim().to_owned();
    let file = place.folder().join("settings.toml");
    std::fs::write(&file, format!("[server]\n{settings}\n[searches]\ntime_limit_s = 300\n")).unwrap();
    let program = Program::start_with(place, &["serve", "--empty", "--config", file.to_str().unwrap()]).unwrap();
    let ready = async || program.text("/readyz").0 == 200;
    soon(PATIENCE, "roads", ready).await;
    (program, key)
}

fn report(n: u128) -> Value {
    json!({ "id": Uuid::from_u128(n), "lng": 112.05, "lat": 27.05, "description": format!("report {n}") })
}

fn hrefs(links: &Value) -> Vec<&str> {
    links.as_array().unwrap().iter().map(|link| link["href"].as_str().unwrap()).collect()
}

fn origin_of(url: &str) -> String {
    url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
}

/// The start page, and each file that it names.
fn the_page_is_whole(client: &Curl) {
    let page = client.get("/");
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let text = page.text();
    let files: Vec<&str> = text.split("=\"./").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(files.len() >= 3, "{text}");
    assert!(!text.contains("=\"/"), "an address from the root of the host: {text}");
    for file in files {
        assert_eq!(client.get(&format!("/{file}")).status, 200, "{file}");
    }
}

/// The browser of the document, from its redirect to the document itself.
fn the_document_is_found(client: &Curl, prefix: &str) {
    let moved = client.get("/docs");
    assert_eq!((moved.status, moved.header("location").ends_with(&format!("{prefix}/docs/"))), (303, true));
    assert_eq!(client.get("/docs/").status, 200);
    let script = client.get("/docs/swagger-initializer.js").text();
    let named = script.split("\"url\": \"").nth(1).unwrap().split('"').next().unwrap();
    let document = client.call(&format!("{}/docs/{named}", client.root), &[]).is(200);
    let server = document["servers"][0]["url"].as_str().unwrap();
    assert_eq!(server.trim_end_matches('/'), prefix);
}

/// Signs in as the page does; what its cookie is like.
fn sign_in(client: &Curl, key: &str) -> String {
    let origin = origin_of(&client.root);
    let answer = client.post("/api/v1/session", &origin, &json!({ "key": key }));
    assert_eq!(answer.is(200)["role"], "admin");
    answer.header("set-cookie").to_owned()
}

/// Reports as the page does, and hears of it; a foreign page is refused.
fn writes_are_heard(client: &Curl) {
    let origin = origin_of(&client.root);
    let mut events = client.follow("/api/v1/events", &[]);
    events.until("retry:");
    client.post("/api/v1/incidents", &origin, &report(1)).is(201);
    let begun = Instant::now();
    events.until("event: incident");
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    for foreign in ["https://evil.example.org", "null", &format!("{origin}1"), &origin.replace("://", "://x")] {
        let refused = client.post("/api/v1/incidents", foreign, &report(9)).is(403);
        assert!(refused["detail"].as_str().unwrap().contains("is not this service"), "{refused}");
    }
    let mut events = client.follow("/api/v1/events", &["-H", "last-event-id: garbage ☃"]);
    events.until("event: reset");
}

/// Pages, by what each says is the next.
fn pages_lead_on(client: &Curl, prefix: &str) {
    let origin = origin_of(&client.root);
    client.post("/api/v1/incidents", &origin, &report(2)).is(201);
    let page = client.get("/api/v1/incidents?limit=1").is(200);
    let next = page["next"].as_str().unwrap();
    assert!(next.starts_with(&format!("{prefix}/api/v1/incidents?")), "{next}");
    let second = client.call(&format!("{origin}{next}"), &[]).is(200);
    assert_ne!(page["incidents"][0]["id"], second["incidents"][0]["id"]);
    let layers = client.get("/api/v1/layers").is(200);
    let url = layers["layers"][0]["url"].as_str().unwrap();
    client.call(&format!("{origin}{url}"), &[]).is(200);
}

fn maps_find_all(client: &Curl) {
    let landing = client.get("/ogc?f=json").is(200);
    for href in hrefs(&landing["links"]) {
        assert!(href.starts_with(&format!("{}/ogc", client.root)), "{href}");
        assert_eq!(client.call(href, &[]).status, 200, "{href}");
    }
    let items = client.get("/ogc/collections/grids/items?limit=2&f=json");
    let next = items.is(200)["links"].as_array().unwrap().iter().find(|l| l["rel"] == "next").unwrap()["href"].clone();
    client.call(next.as_str().unwrap(), &[]).is(200);
    assert!(items.header("link").contains(&format!("<{}/ogc/collections/grids/items?", client.root)));
    let told = client.get("/api/v1/tiles/grids").is(200);
    let tile = told["tiles"][0].as_str().unwrap();
    assert!(tile.starts_with(&format!("{}/api/v1/tiles/grids/", client.root)), "{tile}");
    let answer = client.call(&tile.replace("{z}/{x}/{y}", "10/830/432"), &[]);
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/vnd.mapbox-vector-tile"));
}

/// Everything that a client does.
fn all_works(client: &Curl, prefix: &str, key: &str) -> String {
    the_page_is_whole(client);
    assert_eq!(client.get("/api/v1/status").status, 401);
    let cookie = sign_in(client, key);
    the_document_is_found(client, prefix);
    writes_are_heard(client);
    pages_lead_on(client, prefix);
    maps_find_all(client);
    cookie
}

#[test]
fn behind_our_nginx_all_is_found_below_the_prefix() {
    if !nginx::is_here() {
        return;
    }
    on_both_places(async |place| {
        let (program, key) = serve(place, "trusted_proxies = [\"127.0.0.1\"]").await;
        let nginx = Nginx::as_shipped(free_port(), program.address(), |site| site);
        let client = Curl::to(&nginx);
        let cookie = all_works(&client, "/xunge", &key);
        assert!(cookie.contains("Path=/xunge/;") && cookie.ends_with("; Secure"), "{cookie}");
        // Domain, all of its hosts, path, only by TLS.
        assert!(client.jar().contains("#HttpOnly_gis.example.org\tFALSE\t/xunge/\tTRUE\t"), "{}", client.jar());
        assert_eq!(client.get("/api/v1/status").version, "HTTP/2");
        assert_eq!(client.get("/metrics").status, 404, "not for the outside");
        let bare = client.call(&client.root, &[]);
        assert_eq!((bare.status / 100, bare.header("location")), (3, format!("{}/", client.root).as_str()));
        // Straight to the service, past the proxy, it has no prefix.
        assert_eq!(
            program.get_with("layers", &key).1["layers"][0]["url"].as_str().map(|url| &url[..15]),
            Some("/api/v1/layers/")
        );
        let out = client.call(&format!("{}/api/v1/session", client.root), &["-X", "DELETE"]);
        assert_eq!(out.status, 204);
        assert_eq!(client.get("/api/v1/status").status, 401, "the cookie is gone: {}", client.jar());
    });
}

#[test]
fn a_proxy_may_take_the_prefix_off_where_the_address_is_set() {
    if !nginx::is_here() {
        return;
    }
    on_both_places(async |place| {
        let port = free_port();
        let (program, key) = serve(place, &format!("public_url = \"https://{HOST}:{port}/xunge\"")).await;
        // With a slash at its end it says that path in place of the location's.
        let stripping = |site: String| site.replace("proxy_pass http://xunge;", "proxy_pass http://xunge/;");
        let nginx = Nginx::as_shipped(port, program.address(), stripping);
        let cookie = all_works(&Curl::to(&nginx), "/xunge", &key);
        assert!(cookie.contains("Path=/xunge/;") && cookie.ends_with("; Secure"), "{cookie}");
    });
}

#[test]
fn nginx_in_its_default_form_needs_the_address_alone() {
    if !nginx::is_here() {
        return;
    }
    on_both_places(async |place| {
        let port = free_port();
        let root = format!("http://127.0.0.1:{port}");
        let (program, key) = serve(place, "").await;
        let nginx = Nginx::by_default(port, program.address());
        let client = Curl::new(&root);
        the_page_is_whole(&client);
        let refused = client.post("/api/v1/session", &root, &json!({ "key": key })).is(403);
        assert!(refused["detail"].as_str().unwrap().contains("server.public_url"), "{refused}");
        drop((nginx, program));
        let (program, key) = serve(place, &format!("public_url = \"{root}\"")).await;
        let _nginx = Nginx::by_default(port, program.address());
        let cookie = all_works(&client, "", &key);
        assert!(cookie.contains("Path=/;") && !cookie.contains("Secure"), "{cookie}");
    });
}

#[test]
fn what_is_forged_from_elsewhere_changes_nothing() {
    on_both_places(async |place| {
        let (program, key) = serve(place, "trusted_proxies = [\"127.0.0.1\", \"2001:db8::/32\"]").await;
        let client = Curl::new(&format!("http://{}", program.address()));
        let key = format!("authorization: Bearer {key}");
        let ask = |from: &str, path: &str, forged: &[&str]| {
            let mut more = vec!["--interface", from, "-H", &key];
            more.extend(forged.iter().flat_map(|header| ["-H", header]));
            client.call(&format!("{}{path}", client.root), &more)
        };
        let forged = [
            "x-forwarded-proto: https",
            "x-forwarded-host: evil.example.org",
            "x-forwarded-prefix: /evil",
            "forwarded: proto=https;host=evil.example.org",
        ];
        let [from_outside, from_proxy] = ["127.0.0.2", "127.0.0.1"];
        for path in ["/ogc?f=json", "/ogc/collections?f=json", "/api/v1/tiles/grids", "/api/v1/layers", "/"] {
            let plain = ask(from_outside, path, &[]).text();
            assert_eq!(ask(from_outside, path, &forged).text(), plain, "{path}");
        }
        let told = |answer: curl::Answer| answer.is(200)["tiles"][0].as_str().unwrap().to_owned();
        let trusted = told(ask(from_proxy, "/api/v1/tiles/grids", &forged));
        assert!(trusted.starts_with("https://evil.example.org/evil/api/v1/"), "{trusted}");
        // The last word is the nearest proxy's.
        let chain = ["x-forwarded-host: evil.example.org, gis.example.org:8443", "x-forwarded-proto: http"];
        let chained = told(ask(from_proxy, "/api/v1/tiles/grids", &chain));
        assert!(chained.starts_with("http://gis.example.org:8443/api/v1/"), "{chained}");
        for broken in ["x-forwarded-prefix: //evil.example.org", "x-forwarded-proto: ftp", "x-forwarded-host: a b"] {
            let refused = ask(from_proxy, "/ogc", &[broken]).is(400);
            assert_eq!(refused["field"], "x-forwarded", "{broken}");
            assert_eq!(ask(from_outside, "/ogc", &[broken]).status, 200, "{broken}");
        }
    });
}
