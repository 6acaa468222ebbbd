//! A backup is made beside a service that writes, and put back somewhere else; what packages carry.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{Place, on_both_places},
    county,
    program::{Program, run},
};

fn report(program: &Program, n: u128) -> Value {
    let report = json!({ "id": Uuid::from_u128(n), "lng": 112.05, "lat": 27.05 });
    let (status, body) = program.post("incidents", &report).unwrap();
    assert_eq!(status, 201, "{body}");
    body
}

async fn planted(place: &Place) {
    let db = place.open().await;
    county::plant(&db, place.folder()).await;
    db.close().await;
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The folder with one file's bytes changed at its end, and what was there.
fn damage(file: &Path) -> Vec<u8> {
    let whole = fs::read(file).unwrap();
    let mut damaged = whole.clone();
    *damaged.last_mut().unwrap() ^= 1;
    fs::write(file, damaged).unwrap();
    whole
}

#[test]
fn a_backup_of_a_service_that_writes_is_whole_and_is_put_back_elsewhere() {
    on_both_places(async |place| {
        let kept = tempfile::tempdir().unwrap();
        let (backup, empty) = (kept.path().join("backup"), kept.path().join("elsewhere"));
        planted(place).await;
        if place.url.is_some() {
            for args in [["backup", text(&backup)], ["restore", text(&backup)]] {
                let refused = run(place, &args).unwrap_err();
                assert!(refused.contains("pg_") && refused.contains("roads"), "{refused}");
            }
            assert!(!backup.exists());
            return;
        }

        let program = Program::start(place);
        let before: Vec<Value> = (1..=20).map(|n| report(&program, n)).collect();
        let printed = std::thread::scope(|scope| {
            let writer = scope.spawn(|| (21..=60).for_each(|n| drop(report(&program, n))));
            let printed = run(place, &["backup", text(&backup)]).unwrap();
            writer.join().unwrap();
            printed
        });
        let head = printed.trim_end().rsplit(' ').next().unwrap();
        assert!(run(place, &["audit", "verify", "--head", head]).unwrap().starts_with("whole: "));
        let mode = fs::metadata(backup.join("xunge.sqlite")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "others may not read it");

        let elsewhere = Place::at(tempfile::tempdir().unwrap());
        run(&elsewhere, &["restore", text(&backup)]).unwrap();
        assert!(run(&elsewhere, &["audit", "verify", "--head", head]).unwrap().starts_with("whole: "));
        let restored = Program::start(&elsewhere);
        for body in before {
            let id = body["id"].as_str().unwrap();
            assert_eq!(restored.get(&format!("incidents/{id}")), (200, body.clone()));
        }
        let nearest = "nearest?lng=112.05&lat=27.05&at=2026-03-02T10:00:00%2B08:00";
        assert_eq!(restored.get(nearest).1["squads"], program.get(nearest).1["squads"]);
        drop((program, restored));

        let refused = run(place, &["backup", text(&backup)]).unwrap_err();
        assert!(refused.contains("is not empty"), "{refused}");
        let refused = run(&elsewhere, &["restore", text(&backup)]).unwrap_err();
        assert!(refused.contains("is there already"), "{refused}");

        let empty = |args: &[&str]| {
            let data = ["--data", text(&empty)];
            let output = Command::new(env!("CARGO_BIN_EXE_xunge")).args(args).args(data).output().unwrap();
            assert!(!output.status.success() && !empty.join("xunge.sqlite").exists());
            String::from_utf8(output.stderr).unwrap()
        };
        let database = backup.join("xunge.sqlite");
        let whole = damage(&database);
        assert!(empty(&["restore", text(&backup)]).contains("is not as the backup was written"));
        fs::write(&database, whole).unwrap();
        let manifest = backup.join("backup.json");
        let said: Value = serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
        let mut newer = said.clone();
        newer["schema"] = json!(9_999);
        fs::write(&manifest, newer.to_string()).unwrap();
        assert!(empty(&["restore", text(&backup)]).contains("schema 9999"));
        let mut outside = said;
        outside["files"][0]["path"] = json!("../xunge.sqlite");
        fs::write(&manifest, outside.to_string()).unwrap();
        assert!(empty(&["restore", text(&backup)]).contains("is not as the backup was written"));
        fs::remove_file(&manifest).unwrap();
        assert!(empty(&["restore", text(&backup)]).contains("can't read"));
        assert!(empty(&["backup", text(&kept.path().join("none"))]).contains("there is no database"));
    });
}

#[test]
fn what_packages_carry_is_made_by_the_program() {
    let xunge = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_xunge")).args(args).output().unwrap();
        assert!(output.status.success(), "{args:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    for shell in ["bash", "zsh", "fish"] {
        let completions = xunge(&["completions", shell]);
        assert!(completions.contains("restore") && completions.contains("rotate"), "{shell}");
    }
    let folder = tempfile::tempdir().unwrap();
    xunge(&["man", text(folder.path())]);
    for page in ["xunge.1", "xunge-serve.1", "xunge-keys-rotate.1"] {
        assert!(fs::read_to_string(folder.path().join(page)).unwrap().contains(".SH NAME"), "{page}");
    }
}

#[test]
fn the_unit_of_systemd_is_one() {
    let unit = concat!(env!("CARGO_MANIFEST_DIR"), "/packaging/xunge.service");
    let Ok(output) = Command::new("systemd-analyze").args(["verify", "--man=no", unit]).output() else {
        println!("skipped: systemd-analyze");
        return;
    };
    // That the program is not installed here says nothing of the unit.
    let said = String::from_utf8(output.stderr).unwrap();
    let wrong: Vec<_> = said.lines().filter(|line| !line.contains("is not executable")).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
