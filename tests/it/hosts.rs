//! PostgreSQL behind a line that can be cut, frozen, or led elsewhere.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    select,
    sync::watch,
};
use uuid::Uuid;
use xunge::store;

use crate::{
    app::{App, PATIENCE, Place, Setup, on_postgres_alone, soon},
    basemap::own,
    county,
    incidents::report,
    toll::Toll,
};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Line {
    Open,
    /// What is sent stays on the way.
    Frozen,
    /// Nobody is there.
    Cut,
}

/// A line to the server of a place.
#[derive(Debug)]
struct Proxy {
    port: u16,
    /// How it is, and how often all that were on it were hung up on.
    line: watch::Sender<(Line, u32)>,
}

impl Proxy {
    async fn to(place: &Place) -> Self {
        let server: Arc<str> = authority(place.url.as_ref().unwrap()).into();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, (line, state)) = (listener.local_addr().unwrap().port(), watch::channel((Line::Open, 0)));
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                tokio::spawn(carry(client, Arc::clone(&server), state.clone()));
            }
        });
        Self { port, line }
    }

    fn is(&self, line: Line) {
        self.line.send_modify(|state| state.0 = line);
    }

    fn hang_up(&self) {
        self.line.send_modify(|state| state.1 += 1);
    }
}

async fn carry(mut client: TcpStream, server: Arc<str>, mut state: watch::Receiver<(Line, u32)>) {
    let hung_up = match state.wait_for(|(line, _)| *line != Line::Frozen).await.map(|state| *state) {
        Ok((Line::Open, hung_up)) => hung_up,
        _ => return,
    };
    let mut server = TcpStream::connect(&*server).await.unwrap();
    loop {
        let seen = *state.borrow_and_update();
        match seen {
            (line, times) if line == Line::Cut || times != hung_up => return,
            (Line::Frozen, _) => drop(state.changed().await),
            _ => select! {
                _ = copy_bidirectional(&mut client, &mut server) => return,
                _ = state.changed() => (),
            },
        }
    }
}

/// `user@host:port` of an address, without the user.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").unwrap().1;
    let authority = rest.split('/').next().unwrap();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

/// The address of a place through these proxies.
fn through(place: &Place, proxies: &[&Proxy]) -> String {
    let hosts: Vec<_> = proxies.iter().map(|proxy| format!("127.0.0.1:{}", proxy.port)).collect();
    let url = place.url.as_ref().unwrap();
    url.replace(authority(url), &hosts.join(","))
}

async fn reports(app: &App, from: u128) -> Vec<u16> {
    let mut statuses = Vec::new();
    for id in from..from + 3 {
        statuses.push(app.post("/api/v1/incidents", report(Uuid::from_u128(id))).await.status.as_u16());
    }
    statuses
}

#[test]
fn a_frozen_database_keeps_no_request_waiting_and_thaws() {
    on_postgres_alone(async |place| {
        let proxy = Proxy::to(place).await;
        let app = App::open(&Place::elsewhere(through(place, &[&proxy])), Setup::default()).await;
        assert_eq!(reports(&app, 1).await, [201; 3]);
        let toll = Toll::begin("the database is frozen (PostgreSQL)", std::process::id());
        proxy.is(Line::Frozen);
        let began = Instant::now();
        let post = async |id| app.post("/api/v1/incidents", report(Uuid::from_u128(id))).await;
        let log = async || app.get("/api/v1/log").await;
        let (first, second, third, log) = tokio::join!(post(10), post(11), post(12), log());
        for refused in [&first, &second, &third, &log] {
            refused.is(503);
            assert!(!refused.header("retry-after").is_empty());
        }
        toll.waited(began.elapsed());
        assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
        app.get("/api/v1/incidents").await.ok();
        app.get("/readyz").await.is(503);
        proxy.is(Line::Open);
        soon(PATIENCE, "the thaw", async || app.get("/readyz").await.status == 200).await;
        // Done or not before: once now.
        for id in 10..13 {
            let again = post(id).await.status.as_u16();
            assert!([200, 201].contains(&again), "{id}: {again}");
        }
        app.check().await;
        toll.end("1", std::process::id());
    });
}

#[test]
fn of_several_servers_the_one_that_takes_writes_is_found() {
    on_postgres_alone(async |place| {
        let (one, other) = (Proxy::to(place).await, Proxy::to(place).await);
        one.is(Line::Cut);
        let app = App::open(&Place::elsewhere(through(place, &[&one, &other])), Setup::default()).await;
        assert_eq!(reports(&app, 1).await, [201; 3]);
        // The one that was used fails, and the other is there again.
        one.is(Line::Open);
        other.is(Line::Cut);
        soon(PATIENCE, "the other server", async || reports(&app, 10).await.iter().all(|s| [200, 201].contains(s)))
            .await;
        soon(PATIENCE, "readiness", async || app.get("/readyz").await.status == 200).await;
        app.get("/api/v1/log").await.ok();
        app.check().await;
    });
}

#[test]
fn a_server_that_takes_no_writes_is_read_and_says_so() {
    on_postgres_alone(async |place| {
        let (one, other) = (Proxy::to(place).await, Proxy::to(place).await);
        for proxies in [&[&one][..], &[&one, &other]] {
            let app = App::open(&Place::elsewhere(through(place, proxies)), Setup::default()).await;
            let from = 100 * proxies.len() as u128;
            assert_eq!(reports(&app, from).await, [201; 3]);
            let name = place.url.as_ref().unwrap().rsplit_once('/').unwrap().1.split('?').next().unwrap();
            let set = async |to: &str| {
                let sql = format!("ALTER DATABASE {name} SET default_transaction_read_only = {to}");
                crate::app::on_server(&sql).await;
                // Who is connected keeps what was so when it came.
                proxies.iter().for_each(|proxy| proxy.hang_up());
            };
            set("on").await;
            soon(PATIENCE, "no more writes", async || reports(&app, from + 10).await == [503; 3]).await;
            let refused = app.post("/api/v1/incidents", report(Uuid::from_u128(from + 20))).await;
            assert!(refused.is(503)["detail"].as_str().unwrap().contains("writes"), "{}", refused.text());
            assert!(!refused.header("retry-after").is_empty());
            assert_eq!(app.json("/api/v1/squads/S1").await["id"], json!("S1"));
            set("off").await;
            let again = async || reports(&app, from + 20).await.iter().all(|s| [200, 201].contains(s));
            soon(PATIENCE, "writes", again).await;
            app.check().await;
        }
    });
}

#[test]
fn a_replica_without_the_network_fetches_it() {
    on_postgres_alone(async |place| {
        let app = App::open(place, Setup { county: false, ..Setup::default() }).await;
        let replica =
            App::open(&Place::elsewhere(place.url.clone().unwrap()), Setup { county: false, ..Setup::default() }).await;
        county::plant(&app.ctx.db, place.folder()).await;
        let nearest = "/api/v1/squads/nearest?lng=112.05&lat=27.05&at=2026-03-04T09:00:00Z";
        for app in [&app, &replica] {
            let squads =
                async || app.get(nearest).await.status == 200 && app.json(nearest).await["squads"][0].is_object();
            soon(PATIENCE, "the roads, and squads on them", squads).await;
        }
        assert_eq!(app.json(nearest).await["squads"], replica.json(nearest).await["squads"]);
        let empty = Place::elsewhere(place.url.clone().unwrap());
        let later = App::open(&empty, Setup { county: false, ..Setup::default() }).await;
        assert_eq!(app.json(nearest).await["squads"], later.json(nearest).await["squads"]);
        let find = "/api/v1/find?q=%E5%A4%A7%E9%81%93";
        assert!(!app.json(find).await["found"].as_array().unwrap().is_empty());
        for url in [find, "/api/v1/tiles/base"] {
            assert_eq!(app.json(url).await, later.json(url).await, "{url}");
        }

        // An import of the same roads draws the base map anew: who starts then has it, with and without the file.
        let drawn = own(place.folder(), "water");
        let hash = app.ctx.world().roads.network().unwrap().hash.clone();
        std::fs::rename(drawn, store::roads::basemap_file(place.folder(), &hash)).unwrap();
        let mut write = app.ctx.db.write("test", county::time(county::NOON)).await.unwrap();
        assert!(store::roads::share(&mut write, place.folder(), &hash).await.unwrap());
        write.commit().await.unwrap();
        let kept = Place::elsewhere(place.url.clone().unwrap());
        std::fs::create_dir_all(kept.folder().join("roads")).unwrap();
        std::fs::write(store::roads::basemap_file(kept.folder(), &hash), "an older one").unwrap();
        for folder in [kept, Place::elsewhere(place.url.clone().unwrap())] {
            let replica = App::open(&folder, Setup { county: false, ..Setup::default() }).await;
            assert_eq!(replica.json("/api/v1/status").await["basemap"], "shown");
            assert_eq!(replica.get("/api/v1/tiles/base/3/6/3").await.body, b"a tile".as_slice());
        }
    });
}
