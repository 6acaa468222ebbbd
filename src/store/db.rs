//! Two engines under one SQL text: native pools behind a thin value layer.
//!
//! Readers have pools of their own: one for requests, one for the follower, one for clients that read
//! the log, so that none keeps another waiting. All writing goes through one connection, the door's.
//! Placeholders are `$1…` for both. Column types are TEXT, BIGINT, DOUBLE PRECISION and BLOB/BYTEA.

pub(super) mod chain;
pub(super) mod door;
mod hosts;
mod query;
mod tx;

use std::{path::Path, time::Duration};

use door::Door;
use hosts::Hosts;
pub(super) use query::{Q, Val, insert_many, q};
use sqlx::{
    migrate::Migrator,
    postgres::PgPool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous},
};
pub use tx::Tx;
use tx::Writer;

use tokio::time::timeout;

use super::files;
use crate::base::{Error, Result};

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// How long a writer waits for another process that holds the SQLite file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a statement on PostgreSQL, a connection to it, or a turn at the door may take: a frozen server ends nothing.
const LIMIT: Duration = Duration::from_secs(7);
/// Connections for requests; for the follower; for clients that read the log.
const READERS: [u32; 3] = [4, 2, 2];

/// Connections that only read.
#[derive(Debug, Clone)]
pub enum Pool {
    Sqlite(SqlitePool),
    Pg(PgPool),
}

/// An open database with its schema up to date.
#[derive(Debug, Clone)]
pub struct Db {
    read: Pool,
    follow: Pool,
    events: Pool,
    door: Door,
}

impl AsRef<Pool> for Db {
    fn as_ref(&self) -> &Pool {
        &self.read
    }
}

impl AsRef<Pool> for Pool {
    fn as_ref(&self) -> &Pool {
        self
    }
}

fn unavailable(what: &str) -> impl Fn(sqlx::Error) -> Error + '_ {
    move |e| Error::unavailable(format!("{what}: {e}"))
}

impl Db {
    /// Opens (and creates) the SQLite file and applies the migrations.
    pub async fn open_sqlite(file: &Path) -> Result<Self> {
        files::make_database(file)?;
        let options = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let what = format!("can't open the database {}", file.display());
        let writer = Writer::Sqlite(Box::new(options.clone()));
        let mut first = writer.connect().await.map_err(|e| Error::unavailable(format!("{what}: {}", e.detail)))?;
        first.migrate().await.map_err(|e| Error::unavailable(format!("{what}: {e}")))?;
        let pool = |n| SqlitePoolOptions::new().max_connections(n).connect_with(options.clone().read_only(true));
        let [read, follow, events] = READERS.map(pool);
        let (read, follow, events) = tokio::try_join!(read, follow, events).map_err(unavailable(&what))?;
        let [read, follow, events] = [read, follow, events].map(Pool::Sqlite);
        Self::with(writer, first, [read, follow, events]).await
    }

    /// Connects to PostgreSQL and applies the migrations.
    pub async fn open_postgres(url: &str) -> Result<Self> {
        let hosts = Hosts::new(url, READERS)?;
        let what = format!("can't reach PostgreSQL at {}", hosts.names());
        let reached = |e: Error| Error::unavailable(format!("{what}: {}", e.detail));
        // Migrations may take their time.
        POSTGRES_MIGRATIONS
            .run(&mut hosts.connect().await.map_err(reached)?)
            .await
            .map_err(|e| Error::unavailable(format!("{what}: {e}")))?;
        let pools = hosts.pools().clone().map(Pool::Pg);
        let writer = Writer::Pg(hosts);
        let first = writer.connect().await.map_err(reached)?;
        Self::with(writer, first, pools).await
    }

    async fn with(writer: Writer, first: Tx, [read, follow, events]: [Pool; 3]) -> Result<Self> {
        let door = Door::open(writer, first).await?;
        Ok(Self { read, follow, events, door })
    }

    /// `postgres://…` when `url` is given, else the SQLite file in `folder`.
    pub async fn open(url: Option<&str>, folder: &Path) -> Result<Self> {
        match url {
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Self::open_postgres(url).await
            }
            Some(other) => Err(Error::invalid(
                "database",
                format!("{:?} is not a postgres:// address", other.split('@').next_back().unwrap_or(other)),
            )),
            None => Self::open_sqlite(&files::database(folder)).await,
        }
    }

    pub fn engine(&self) -> &'static str {
        match self.read {
            Pool::Sqlite(_) => "sqlite",
            Pool::Pg(_) => "postgresql",
        }
    }

    /// What readers of requests use.
    pub fn readers(&self) -> &Pool {
        &self.read
    }

    /// For the follower alone.
    pub fn followers(&self) -> &Pool {
        &self.follow
    }

    /// For those who read the log for clients.
    pub fn listeners(&self) -> &Pool {
        &self.events
    }

    /// Whether the database file still lies in its folder: what is written to a deleted one is lost.
    pub fn is_in_place(&self, folder: &Path) -> bool {
        matches!(self.read, Pool::Pg(_)) || files::database(folder).exists()
    }

    /// One consistent snapshot over several reads.
    pub async fn begin_read(&self) -> Result<Tx> {
        Ok(self.read.begin().await?.limited())
    }

    pub async fn close(&self) {
        for pool in [&self.read, &self.follow, &self.events] {
            match pool {
                Pool::Sqlite(pool) => pool.close().await,
                Pool::Pg(pool) => pool.close().await,
            }
        }
        self.door.close().await;
    }
}

impl Pool {
    /// One consistent snapshot over several reads.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite(pool) => pool.begin().await.map_err(sql)?.into(),
            Self::Pg(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                answered(Some(LIMIT), pool.begin_with(begin)).await.map_err(sql)?.into()
            }
        })
    }
}

/// The last migration that this program knows.
pub(super) fn newest_schema() -> i64 {
    SQLITE_MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Reads a SQLite file that nobody writes to.
pub(super) async fn snapshot(file: &Path) -> Result<Tx> {
    let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(sql)?;
    Pool::Sqlite(pool).begin().await
}

/// What the database is asked, unless it takes too long.
async fn answered<T>(limit: Option<Duration>, asked: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    let Some(limit) = limit else { return asked.await };
    let late = |_| Err(sqlx::Error::Protocol(format!("no answer in {} s", limit.as_secs())));
    timeout(limit, asked).await.unwrap_or_else(late)
}

/// A database error in our words: a clash is the caller's; what may pass by itself is said with its
/// reason; everything else is ours.
pub fn sql(e: sqlx::Error) -> Error {
    use sqlx::error::ErrorKind;
    match &e {
        sqlx::Error::Database(db) if db.kind() == ErrorKind::UniqueViolation => {
            Error::conflict("a record with this key exists already")
        }
        sqlx::Error::Database(db) => match db.code().as_deref().and_then(passing) {
            Some(what) => Error::unavailable(format!("{what}: {}", db.message())),
            None => Error::internal(format!("database: {e}")),
        },
        sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::Io(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::WorkerCrashed => Error::unavailable(format!("the database does not answer: {e}")),
        _ => Error::internal(format!("database: {e}")),
    }
}

/// A deadlock or the like: the next try may do.
const IN_THE_WAY: &str = "the transaction was in another's way";

/// What a code says that is not the statement's fault: SQLite's extended result codes
/// (<https://sqlite.org/rescode.html>) and PostgreSQL's SQLSTATE
/// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn passing(code: &str) -> Option<&'static str> {
    const NO_ROOM: &str = "the database has no room left";
    Some(match code {
        "13" | "53100" => NO_ROOM,
        "8" | "264" | "520" | "776" | "1032" | "1288" | "25006" => "the database takes no writes",
        "5" | "261" | "517" | "6" | "262" => "the database is busy",
        // The disk below SQLite: 10 and its extended codes (10 in the low byte), 14 can't open.
        "14" => "the database's file can't be opened",
        sqlite if sqlite.len() < 5 && sqlite.parse::<u32>().is_ok_and(|n| n & 0xff == 10) => "the disk fails",
        "55P03" => "another process writes at length",
        "57014" => "the database takes too long",
        state if state.starts_with("53") => "the database lacks resources",
        state if state.starts_with("08") || state.starts_with("57P") => "the database does not answer",
        state if state.starts_with("40") => IN_THE_WAY,
        _ => return None,
    })
}
