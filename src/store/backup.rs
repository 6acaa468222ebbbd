//! A copy of everything that a service keeps in its data folder, made while it runs, and put back.
//!
//! A backup is a folder with the data folder's own layout and `backup.json`, which is written last and
//! tells every file with its hash: without it, or with another hash, nothing is put back.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{
    db::{Tx, newest_schema, q, snapshot, sql},
    files::{self, write_whole},
    log, roads,
};
use crate::base::{Error, Result, Timestamp, hex};

const MANIFEST: &str = "backup.json";

/// What a backup says of itself.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the program that made it.
    pub program: String,
    /// The number of the last migration of its database.
    pub schema: i64,
    pub made_at: Timestamp,
    /// The head of the change log, as `xunge audit verify --head` takes it; none when nothing was written yet.
    pub head: Option<String>,
    pub files: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Beneath the folder.
    path: PathBuf,
    sha256: String,
}

/// Copies the SQLite database of a data folder, as of one moment, and the network in force then into a
/// folder that is new or empty.
///
/// # Errors
/// `Conflict` when the folder holds something; `Unavailable` when it can't be read or written.
pub async fn make(folder: &Path, to: &Path, made_at: Timestamp) -> Result<Manifest> {
    let database = files::database(folder);
    if !database.exists() {
        return Err(Error::unavailable(format!("there is no database {}", database.display())));
    }
    if fs::read_dir(to).is_ok_and(|mut inside| inside.next().is_some()) {
        return Err(Error::conflict(format!("{} is not empty: a backup is never written over", to.display())));
    }
    files::make_folder(to)?;
    let copy = files::database(to);
    files::make_database(&copy)?;
    let read = SqliteConnectOptions::new().filename(&database).read_only(true);
    let mut source = SqliteConnection::connect_with(&read).await.map_err(sql)?;
    sqlx::query("VACUUM INTO $1").bind(copy.to_string_lossy()).execute(&mut source).await.map_err(sql)?;
    source.close().await.map_err(sql)?;
    let unwritten = |e| Error::unavailable(format!("can't write {}: {e}", copy.display()));
    File::open(&copy).and_then(|file| file.sync_all()).map_err(unwritten)?;

    let mut tx = snapshot(&copy).await?;
    let (schema, head) = (schema_of(&mut tx).await?, log::mark_tx(&mut tx).await?);
    let network = roads::in_force(&mut tx).await?;
    drop(tx);
    let mut paths = vec![relative(to, &copy)];
    for file in network.iter().flat_map(|network| roads::files(folder, &network.hash)).filter(|file| file.exists()) {
        let path = relative(folder, &file);
        write_whole(&to.join(&path), open(&file)?)?;
        paths.push(path);
    }
    let entry = |path: PathBuf| Ok(Entry { sha256: hash_of(&to.join(&path))?, path });
    let manifest = Manifest {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        schema,
        made_at,
        head: head.map(|head| head.to_string()),
        files: paths.into_iter().map(entry).collect::<Result<_>>()?,
    };
    let text = serde_json::to_vec_pretty(&manifest).map_err(Error::internal)?;
    write_whole(&to.join(MANIFEST), &text[..])?;
    Ok(manifest)
}

/// Puts a backup into a data folder that has no database yet.
///
/// # Errors
/// `Conflict` for a folder with a database, a newer schema, or a file that is not as it was written;
/// nothing is put back then.
pub fn restore(from: &Path, folder: &Path) -> Result<Manifest> {
    let file = from.join(MANIFEST);
    let manifest: Manifest = serde_json::from_reader(open(&file)?)
        .map_err(|e| Error::conflict(format!("{} is not what a backup says of itself: {e}", file.display())))?;
    let (schema, known) = (manifest.schema, newest_schema());
    if schema > known {
        return Err(Error::conflict(format!(
            "the backup is of schema {schema}, made by version {}; this program ({}) knows up to {known}: use that one",
            manifest.program,
            env!("CARGO_PKG_VERSION")
        )));
    }
    let database = files::database(folder);
    if database.exists() {
        return Err(Error::conflict(format!("{} is there already and is never written over", database.display())));
    }
    for Entry { path, sha256: told } in &manifest.files {
        let is_beneath = path.components().all(|part| matches!(part, Component::Normal(_)));
        if !is_beneath || hash_of(&from.join(path))? != *told {
            let path = from.join(path);
            return Err(Error::conflict(format!("{} is not as the backup was written", path.display())));
        }
    }
    files::make_folder(folder)?;
    // The database last: a folder without one can be restored to again.
    for Entry { path, .. } in manifest.files.iter().rev() {
        write_whole(&folder.join(path), open(&from.join(path))?)?;
    }
    files::make_database(&database)?;
    Ok(manifest)
}

#[derive(sqlx::FromRow)]
struct Schema {
    schema: i64,
}

async fn schema_of(tx: &mut Tx) -> Result<i64> {
    let newest = q("SELECT MAX(version) AS schema FROM _sqlx_migrations").opt_tx::<Schema>(tx).await?;
    newest.map(|newest| newest.schema).ok_or_else(|| Error::internal("the database tells no schema"))
}

fn relative(folder: &Path, file: &Path) -> PathBuf {
    file.strip_prefix(folder).unwrap_or(file).to_owned()
}

fn open(file: &Path) -> Result<File> {
    File::open(file).map_err(unread(file))
}

fn hash_of(file: &Path) -> Result<String> {
    let (mut hash, mut from) = (Sha256::new(), BufReader::with_capacity(64 * 1024, open(file)?));
    loop {
        let bytes = from.fill_buf().map_err(unread(file))?;
        let read = bytes.len();
        if read == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(bytes);
        from.consume(read);
    }
}

fn unread(file: &Path) -> impl Fn(io::Error) -> Error + '_ {
    move |e| Error::unavailable(format!("can't read {}: {e}", file.display()))
}
