//! A connection inside a transaction, and how the door opens one.

use std::time::Duration;

use sqlx::{
    AssertSqlSafe, Connection, FromRow, PgConnection, Postgres, Sqlite, SqliteConnection, Transaction,
    migrate::MigrateError,
    postgres::PgRow,
    sqlite::{SqliteConnectOptions, SqliteRow},
};

use super::{
    LIMIT, answered,
    hosts::{BOUNDS, Hosts},
    sql,
};
use crate::base::{Error, Kind, Result};

/// A connection inside a transaction.
///
/// A reader's is rolled back when it is dropped. The writer's belongs to the door, which lends it to one
/// command after another and alone ends the transaction.
#[derive(Debug)]
pub struct Tx {
    held: Held,
    /// Why the database could not do what it was asked, if it could not.
    trouble: Option<Error>,
    pub(super) used: Used,
    /// How long a statement may take.
    pub(super) limit: Option<Duration>,
    /// An answer is still to come: whatever is asked next would wait for it.
    broken: bool,
}

/// What became of the last statement since the transaction was lent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Used {
    Not,
    Well,
    /// It failed, or was given up before it ended.
    Ill,
}

#[derive(Debug)]
enum Held {
    SqliteRead(Transaction<'static, Sqlite>),
    PgRead(Transaction<'static, Postgres>),
    SqliteWrite(SqliteConnection),
    PgWrite(PgConnection),
    /// Given back to the door.
    Nothing,
}

/// What must fit before there counts as being room.
const ROOM_BYTES: usize = 256 * 1024;
/// About as much, where new tables lie: 4,096 rows of 32 digits.
const ROOM_TABLE: &str = "CREATE UNLOGGED TABLE xunge_room AS \
                          SELECT md5(CAST(n AS TEXT)) AS filler FROM generate_series(1, 4096) AS n";

/// The connection below, whoever owns it.
pub(super) enum Conn<'a> {
    Sqlite(&'a mut SqliteConnection),
    Pg(&'a mut PgConnection),
}

/// How the door opens its one connection.
#[derive(Debug, Clone)]
pub(super) enum Writer {
    Sqlite(Box<SqliteConnectOptions>),
    Pg(Hosts),
}

impl Writer {
    pub async fn connect(&self) -> Result<Tx> {
        let hosts = match self {
            Self::Sqlite(options) => {
                return Ok(Held::SqliteWrite(SqliteConnection::connect_with(options).await.map_err(sql)?).into());
            }
            Self::Pg(hosts) => hosts,
        };
        let mut tx = Tx::from(Held::PgWrite(hosts.connect().await?)).limited();
        tx.run(BOUNDS).await?;
        Ok(tx)
    }

    /// Whether some more fits where the database lies: a file beside SQLite's, a table of this transaction
    /// on PostgreSQL. What the transaction wrote is to be undone.
    ///
    /// # Errors
    /// `Unavailable` when it does not.
    pub async fn has_room(&self, tx: &mut Tx) -> Result<()> {
        let Self::Sqlite(options) = self else {
            return match tx.run(ROOM_TABLE).await {
                Err(e) if e.kind == Kind::Unavailable => Err(e),
                // Who may not make such a table finds out by writing.
                _ => Ok(()),
            };
        };
        let file = options.get_filename().with_extension("room");
        let written = tokio::fs::write(&file, vec![0; ROOM_BYTES]).await;
        let removed = tokio::fs::remove_file(&file).await;
        let no_room = |e| Error::unavailable(format!("the database has no room left: {}: {e}", file.display()));
        written.and(removed).map_err(no_room)
    }

    /// What begins a write: SQLite takes the lock at once.
    pub fn begin(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "BEGIN IMMEDIATE",
            Self::Pg(_) => "BEGIN",
        }
    }
}

impl From<Held> for Tx {
    fn from(held: Held) -> Self {
        Self { held, trouble: None, used: Used::Not, limit: None, broken: false }
    }
}

impl From<Transaction<'static, Sqlite>> for Tx {
    fn from(tx: Transaction<'static, Sqlite>) -> Self {
        Held::SqliteRead(tx).into()
    }
}

impl From<Transaction<'static, Postgres>> for Tx {
    fn from(tx: Transaction<'static, Postgres>) -> Self {
        Held::PgRead(tx).into()
    }
}

impl Tx {
    /// With a limit for each statement on PostgreSQL. SQLite has one of its own.
    pub(super) fn limited(self) -> Self {
        Self { limit: self.is_postgres().then_some(LIMIT), ..self }
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self.held, Held::PgRead(_) | Held::PgWrite(_))
    }

    pub(super) fn conn(&mut self) -> Result<Conn<'_>> {
        if self.broken {
            return Err(Error::unavailable("the database did not answer"));
        }
        // Until it is known that it went well.
        self.used = Used::Ill;
        Ok(match &mut self.held {
            Held::SqliteRead(tx) => Conn::Sqlite(tx),
            Held::PgRead(tx) => Conn::Pg(tx),
            Held::SqliteWrite(conn) => Conn::Sqlite(conn),
            Held::PgWrite(conn) => Conn::Pg(conn),
            Held::Nothing => return Err(Error::internal("a transaction was used after it was given back")),
        })
    }

    /// What became of a statement, with trouble remembered for the door.
    pub(super) fn said<T>(&mut self, result: sqlx::Result<T>) -> Result<T> {
        match result {
            Ok(done) => {
                self.used = Used::Well;
                Ok(done)
            }
            Err(e) => {
                self.broken = matches!(e, sqlx::Error::Io(_) | sqlx::Error::Protocol(_));
                let e = sql(e);
                if e.kind == Kind::Unavailable {
                    self.trouble = Some(e.clone());
                }
                Err(e)
            }
        }
    }

    pub(super) fn take_trouble(&mut self) -> Option<Error> {
        self.trouble.take()
    }

    /// Leaves one behind with which nothing can be done.
    pub(super) fn give_back(&mut self) -> Self {
        std::mem::replace(self, Held::Nothing.into())
    }

    /// Runs statements without values in one round trip.
    pub(super) async fn run(&mut self, text: &str) -> Result<()> {
        self.rows::<()>(text).await.map(drop)
    }

    /// As [`Tx::run`], for the rows that come back.
    pub(super) async fn rows<T>(&mut self, text: &str) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
    {
        let raw = sqlx::raw_sql(AssertSqlSafe(text.to_owned()));
        let limit = self.limit;
        let rows = match self.conn()? {
            Conn::Sqlite(c) => raw.fetch_all(c).await.and_then(|rows| rows.iter().map(T::from_row).collect()),
            Conn::Pg(c) => {
                answered(limit, raw.fetch_all(c)).await.and_then(|rows| rows.iter().map(T::from_row).collect())
            }
        };
        self.said(rows)
    }

    /// Brings the schema up to date.
    pub(super) async fn migrate(&mut self) -> Result<(), MigrateError> {
        match &mut self.held {
            Held::SqliteWrite(conn) => super::SQLITE_MIGRATIONS.run(conn).await,
            _ => Ok(()),
        }
    }

    /// Ends a writer's connection; what it had begun is undone.
    pub(super) async fn close(self) {
        // Whether it ends well concerns nobody: nothing is left in it.
        let _ = match self.held {
            Held::SqliteWrite(conn) => conn.close().await,
            Held::PgWrite(conn) => answered(self.limit, conn.close()).await,
            _ => Ok(()),
        };
    }
}
