//! The bundled data is what `geodata/README.md` says it is.

use std::{collections::BTreeMap, fs, path::Path};

use sha2::{Digest, Sha256};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata")
}

#[test]
fn every_bundled_file_is_listed_with_its_sha_256() {
    let readme = fs::read_to_string(folder().join("README.md")).unwrap();
    let listed: BTreeMap<&str, &str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.strip_suffix("` |")?.split_once("` | `"))
        .map(|(sum, name)| (name, sum))
        .collect();
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if ["README.md", "LICENSE-ODbL.md"].contains(&name.as_str()) {
            continue;
        }
        let digest = Sha256::digest(fs::read(folder().join(&name)).unwrap());
        let sum: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(listed.get(name.as_str()), Some(&sum.as_str()), "{name}");
    }
}

#[test]
fn squads_name_unique_codes_and_some_lack_certified_officers() {
    let mut reader = csv::Reader::from_path(folder().join("squads.csv")).unwrap();
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(|row| row.unwrap()).collect();
    let kinds = |kind: &str| rows.iter().filter(|r| r["kind"] == kind).count();
    assert_eq!((kinds("stationed"), kinds("direct")), (24, 3));
    let ids: std::collections::BTreeSet<_> = rows.iter().map(|r| &r["id"]).collect();
    assert_eq!(ids.len(), rows.len());
    let short = rows.iter().filter(|r| r["certified_officers"].parse::<u32>().unwrap() < 2).count();
    assert_eq!(short, 10);
}
