//! The data folder and the database in it: for the service's own user alone, since they hold who
//! reported what and whose phone it was.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Read},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::base::{Error, Result};

const DATABASE: &str = "xunge.sqlite";
/// What SQLite lays beside a database; it gives them the mode of the database.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Makes the data folder with mode 0700. One that is there already gets it when our database lies in
/// it: another folder may be shared on purpose.
pub fn make_folder(folder: &Path) -> Result<()> {
    let refuse = |e: io::Error| Error::unavailable(format!("can't create the data folder {}: {e}", folder.display()));
    if let Some(above) = folder.parent() {
        fs::create_dir_all(above).map_err(refuse)?;
    }
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {
            if database(folder).exists() {
                close_to_others(folder);
            }
            Ok(())
        }
        made => made.map_err(refuse),
    }
}

/// Where the SQLite database of a data folder lies.
pub fn database(folder: &Path) -> PathBuf {
    folder.join(DATABASE)
}

/// Makes the database file, when it is missing, and closes it and what lies beside it to others.
pub fn make_database(file: &Path) -> Result<()> {
    let made = OpenOptions::new().append(true).create(true).mode(0o600).open(file);
    made.map_err(|e| Error::unavailable(format!("can't open the database {}: {e}", file.display())))?;
    close_to_others(file);
    for end in BESIDE {
        let mut beside = file.as_os_str().to_owned();
        beside.push(end);
        close_to_others(Path::new(&beside));
    }
    Ok(())
}

/// Writes what `from` reads so that after a crash the file is there whole or not at all.
pub fn write_whole(file: &Path, mut from: impl Read) -> Result<()> {
    write_whole_by(file, |mut out| io::copy(&mut from, &mut out).map(drop).map_err(unwritten(file)))
}

/// The same by who writes it here and there.
pub fn write_whole_by(file: &Path, write: impl FnOnce(&File) -> Result<()>) -> Result<()> {
    let fail = unwritten(file);
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(&fail)?;
    // Files of one network have one stem.
    let part = file.with_added_extension(format!("part{}", std::process::id()));
    let out = File::create(&part).map_err(&fail)?;
    write(&out)?;
    out.sync_all().and_then(|()| fs::rename(&part, file)).map_err(&fail)?;
    File::open(folder).and_then(|f| f.sync_all()).map_err(&fail)
}

fn unwritten(file: &Path) -> impl Fn(io::Error) -> Error + '_ {
    move |e| Error::unavailable(format!("can't write {}: {e}", file.display()))
}

/// Takes all rights from group and others.
fn close_to_others(path: &Path) {
    let Ok(mode) = path.metadata().map(|m| m.permissions().mode()) else { return };
    if mode & 0o077 != 0
        && let Err(e) = fs::set_permissions(path, Permissions::from_mode(mode & 0o700))
    {
        tracing::warn!("others may read {}: {e}", path.display());
    }
}
