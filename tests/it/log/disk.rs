//! A disk without room, on both engines: what is refused, what is told, and that it heals by itself.

use std::{
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use uuid::Uuid;
use xunge::store::audit;

use super::{SOON, post, readiness};
use crate::{
    app::{App, Place, Setup, on_postgres_alone, on_server, soon},
    incidents::report,
    toll::Toll,
};

const MB: usize = 24;

/// A file system with room for little; gone with its owner. None without the right to mount one.
#[derive(Debug)]
struct Small(TempDir);

impl Small {
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={MB}m,mode=755"), "tmpfs"]).arg(folder.path());
        let mounted = mount.output().is_ok_and(|o| o.status.success());
        if !mounted {
            println!("skipped: a small file system (needs the right to mount)");
        }
        mounted.then(|| Self(folder))
    }

    fn folder(&self, name: &str) -> PathBuf {
        let folder = self.0.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        folder
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_refuses_with_its_reason_and_heals_by_itself() {
    let Some(small) = Small::new() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let place = Place::at(tempfile::tempdir_in(small.0.path()).unwrap());
    runtime.block_on(fill_and_free(&place, small.0.path()));
}

#[test]
fn a_full_disk_below_postgresql_refuses_with_its_reason_and_heals_by_itself() {
    let Some(small) = Small::new() else { return };
    let tablespace = small.folder("tables");
    let name = format!("small_{}", Uuid::new_v4().simple());
    on_postgres_alone(async |place| {
        let mut connection = PgConnection::connect(place.url.as_ref().unwrap()).await.unwrap();
        let data: String = sqlx::query_scalar("SHOW data_directory").fetch_one(&mut connection).await.unwrap();
        let Ok(owner) = std::fs::metadata(&data) else {
            println!("skipped: a PostgreSQL on this machine");
            return;
        };
        chown(&tablespace, Some(owner.uid()), Some(owner.gid())).unwrap();
        // New tables come to lie there; what the server itself writes does not.
        let make = format!("CREATE TABLESPACE {name} LOCATION '{}'", tablespace.display());
        sqlx::raw_sql(AssertSqlSafe(make)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        let set = format!("ALTER DATABASE %I SET default_tablespace = {name}");
        place.behind_its_back(&format!("DO $$ BEGIN EXECUTE format('{set}', current_database()); END $$")).await;
        fill_and_free(place, small.0.path()).await;
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(on_server(&format!("DROP TABLESPACE IF EXISTS {name}")));
}

/// Fills the disk that the place lies on and frees it, again and again.
async fn fill_and_free(place: &Place, disk: &Path) {
    let app = App::open(place, Setup::default()).await;
    assert_eq!((post(&app, 1).await, readiness(&app).await.0), (201, 200));
    let engine = if place.url.is_some() { "PostgreSQL" } else { "SQLite" };
    let toll = Toll::begin(format!("the disk is full ({engine})"), std::process::id());
    for round in 0..3_u128 {
        let filler = disk.join("filler");
        let _ = std::fs::write(&filler, vec![1_u8; (2 * MB) << 20]);
        let mut taken = 0;
        let refused = loop {
            let (id, began) = (Uuid::from_u128(1_000 * (round + 1) + taken), Instant::now());
            let reply = app.post("/api/v1/incidents", long_report(id)).await;
            toll.waited(began.elapsed());
            match reply.status.as_u16() {
                201 => taken += 1,
                _ => break reply.is(503),
            }
            assert!(taken < 500, "the disk does not fill");
        };
        assert!(refused["detail"].as_str().unwrap().contains("no room"), "{refused}");
        let (status, said) = readiness(&app).await;
        assert!(status == 503 && said.contains("no room") && said.contains("since"), "{said}");
        let fix = json!({ "squad": "S1", "lng": 112.05, "lat": 27.05, "fixed_at": "2026-03-02T03:59:00Z" });
        let refused = app.post("/api/v1/positions", json!({ "positions": [fix] })).await.is(503);
        assert!(refused["detail"].as_str().unwrap().contains("no room"), "{refused}");
        assert_eq!(app.get("/api/v1/incidents").await.status, 200, "reads go on");
        std::fs::remove_file(&filler).unwrap();
        soon(SOON, "it heals", async || readiness(&app).await.0 == 200).await;
        for n in 0..taken {
            let id = Uuid::from_u128(1_000 * (round + 1) + n);
            assert_eq!(app.get(format!("/api/v1/incidents/{id}")).await.status, 200, "{id} was acknowledged");
        }
        assert_eq!(post(&app, 500 + round).await, 201);
        app.post("/api/v1/positions", json!({ "positions": [fix] })).await.is(202);
    }
    audit::verify(&mut app.ctx.db.begin_read().await.unwrap(), None).await.unwrap();
    app.check().await;
    toll.end("3 times", std::process::id());
    app.stop().await;
}

/// A report that needs some room.
fn long_report(id: Uuid) -> Value {
    let mut report = report(id);
    report["description"] = json!("巡".repeat(1_900));
    report
}
