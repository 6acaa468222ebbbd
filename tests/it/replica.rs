//! Several processes on one database: each sees what another wrote, in one order.

use std::time::Instant;

use serde_json::json;
use uuid::Uuid;
use xunge::store;

use crate::{
    app::{App, PATIENCE, Setup, on_both_places, on_postgres_alone, soon},
    county::{self, NOON, time},
    incidents::report,
};

#[test]
fn two_replicas_see_each_other_within_a_second_and_in_one_order() {
    on_postgres_alone(async |place| {
        let [a, b] = [App::open(place, Setup::default()).await, App::open(place, Setup::default()).await];
        let start = a.ctx.feed.seq();
        let (mut told_a, mut told_b) = (a.events(None).await, b.events(None).await);
        let write = async |app: &App, from: u128| {
            for i in from..from + 20 {
                app.post("/api/v1/incidents", report(Uuid::from_u128(i))).await.is(201);
            }
        };
        tokio::join!(write(&a, 100), write(&b, 200), write(&a, 300), write(&b, 400));
        let (mut from_a, mut from_b) = (Vec::new(), Vec::new());
        for _ in 0..80 {
            from_a.push(told_a.next().await);
            from_b.push(told_b.next().await);
        }
        assert_eq!(from_a, from_b);
        assert_eq!(
            from_a.iter().map(|e| e.id.unwrap()).collect::<Vec<_>>(),
            (start + 1..=start + 80).collect::<Vec<_>>()
        );

        a.patch("/api/v1/squads/S1", json!({ "status": "busy" })).await.ok();
        let at = Instant::now();
        let shown = async || b.json("/api/v1/squads/S1").await["status"] == "busy";
        soon(PATIENCE, "the other replica", shown).await;
        println!("seen after {:?}", at.elapsed());
        // The same report at both: taken once.
        let body = report(Uuid::from_u128(1));
        let (x, y) = tokio::join!(a.post("/api/v1/incidents", body.clone()), b.post("/api/v1/incidents", body));
        let mut statuses = [x.status.as_u16(), y.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!((statuses, x.value()), ([200, 201], y.value()));
        // A squad that one replica made is at once known to the other that is asked for it again.
        for i in 0..10 {
            let squad = json!({
                "id": format!("R{i}"), "name": "r", "kind": "direct", "unit": "U1", "command_area": county::COUNTY,
                "post": { "lng": 112.05, "lat": 27.05 }, "crew": { "certified_officers": 2 }, "shifts": []
            });
            a.post("/api/v1/squads", squad.clone()).await.is(201);
            b.post("/api/v1/squads", squad).await.is(200);
        }
        a.check().await;
        b.check().await;
    });
}

#[test]
fn what_a_command_writes_beside_the_service_is_seen_by_it() {
    on_both_places(async |place| {
        let app = App::open(place, Setup { county: false, ..Setup::default() }).await;
        let mut events = app.events(None).await;
        // As `xunge import` and `xunge keys` do it: another connection to the same place.
        let beside = place.open().await;
        county::plant(&beside, place.folder()).await;
        let at = Instant::now();
        let shown = async || app.ctx.world().traffic.is_some() && app.ctx.world().squads.len() == 4;
        soon(PATIENCE, "an import beside the service", shown).await;
        println!("county seen after {:?}", at.elapsed());
        let names = [events.next().await.name, events.next().await.name];
        assert_eq!(names, ["roads", "areas"]);
        let mut write = beside.write("command line", time(NOON)).await.unwrap();
        store::squads::replace(&mut write, &county::squads()[..2], false).await.unwrap();
        write.commit().await.unwrap();
        let shown = async || app.ctx.world().squads.len() == 2;
        soon(PATIENCE, "squads imported beside the service", shown).await;
        // The service writes on at the same time as the command.
        let command = async {
            for _ in 0..10 {
                let mut write = beside.write("command line", time(NOON)).await.unwrap();
                store::matters::replace(&mut write, &county::matters()).await.unwrap();
                write.commit().await.unwrap();
            }
        };
        let reports = async {
            for i in 0..10 {
                app.post("/api/v1/incidents", report(Uuid::from_u128(i))).await.is(201);
            }
        };
        tokio::join!(command, reports);
        app.check().await;
        beside.close().await;
    });
}
