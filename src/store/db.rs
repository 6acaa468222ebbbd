//! Two engines under one SQL text: native pools behind a thin value layer.
//!
//! SQLite has exactly one writer connection and a pool of readers; PostgreSQL has one pool.
//! Placeholders are `$1…` for both. Column types are TEXT, BIGINT, DOUBLE PRECISION and BLOB/BYTEA.

use std::{path::Path, str::FromStr, time::Duration};

use sqlx::{
    AssertSqlSafe, Postgres, Sqlite, Transaction,
    migrate::Migrator,
    postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow},
    sqlite::{
        SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow,
        SqliteSynchronous,
    },
};

use super::files;
use crate::base::{Error, Result};

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// How long a writer waits for another process that holds the SQLite file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);

/// An open database with its schema up to date.
#[derive(Debug, Clone)]
pub enum Db {
    Sqlite { write: SqlitePool, read: SqlitePool },
    Pg(PgPool),
}

/// A transaction; dropped without a commit it is rolled back.
#[derive(Debug)]
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Pg(Transaction<'static, Postgres>),
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
        let write = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await;
        let write = write.map_err(unavailable(&what))?;
        SQLITE_MIGRATIONS.run(&write).await.map_err(|e| Error::unavailable(format!("{what}: {e}")))?;
        let read = SqlitePoolOptions::new().max_connections(4).connect_with(options.read_only(true)).await;
        Ok(Self::Sqlite { write, read: read.map_err(unavailable(&what))? })
    }

    /// Connects to PostgreSQL and applies the migrations.
    pub async fn open_postgres(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|e| Error::invalid("database", format!("not a PostgreSQL address: {e}")))?;
        let what = format!("can't reach PostgreSQL at {}", options.get_host());
        let pool = PgPoolOptions::new().max_connections(8).acquire_timeout(Duration::from_secs(10));
        let pool = pool.connect_with(options).await.map_err(unavailable(&what))?;
        POSTGRES_MIGRATIONS.run(&pool).await.map_err(|e| Error::unavailable(format!("{what}: {e}")))?;
        Ok(Self::Pg(pool))
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
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Pg(_) => "postgresql",
        }
    }

    /// Whether the database file still lies in its folder: what is written to a deleted one is lost.
    pub fn is_in_place(&self, folder: &Path) -> bool {
        matches!(self, Self::Pg(_)) || files::database(folder).exists()
    }

    /// For the write door alone: takes the write lock at once on SQLite.
    pub(super) async fn begin_write(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await.map_err(sql)?),
            Self::Pg(pool) => Tx::Pg(pool.begin().await.map_err(sql)?),
        })
    }

    /// One consistent snapshot over several reads.
    pub async fn begin_read(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { read, .. } => Tx::Sqlite(read.begin().await.map_err(sql)?),
            Self::Pg(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Tx::Pg(pool.begin_with(begin).await.map_err(sql)?)
            }
        })
    }

    pub async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Self::Pg(pool) => pool.close().await,
        }
    }
}

impl Tx {
    pub(super) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Pg(tx) => tx.commit().await,
        }
        .map_err(sql)
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Pg(_))
    }
}

/// A database error in our words: a clash is the caller's, everything else is ours.
pub fn sql(e: sqlx::Error) -> Error {
    use sqlx::error::ErrorKind;
    match &e {
        sqlx::Error::Database(db) if db.kind() == ErrorKind::UniqueViolation => {
            Error::conflict("a record with this key exists already")
        }
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => {
            Error::unavailable(format!("the database does not answer: {e}"))
        }
        _ => Error::internal(format!("database: {e}")),
    }
}

/// One bound value; a NULL keeps its type.
#[derive(Debug, Clone)]
pub enum Val {
    I(Option<i64>),
    F(Option<f64>),
    T(Option<String>),
}

macro_rules! val_from {
    ($($from:ty => $variant:ident, $convert:expr);+ $(;)?) => {$(
        impl From<$from> for Val {
            fn from(v: $from) -> Self {
                Self::$variant(Some($convert(v)))
            }
        }
        impl From<Option<$from>> for Val {
            fn from(v: Option<$from>) -> Self {
                Self::$variant(v.map($convert))
            }
        }
    )+};
}

val_from! {
    i64 => I, |v| v;
    u32 => I, i64::from;
    bool => I, i64::from;
    f64 => F, |v| v;
    String => T, |v| v;
    &str => T, str::to_owned;
    crate::base::Timestamp => I, crate::base::Timestamp::ms;
    uuid::Uuid => T, |v: uuid::Uuid| v.to_string();
    crate::base::Code => T, String::from;
    &crate::base::Code => T, ToString::to_string;
}

/// A row that both engines can give.
pub trait Record: for<'r> sqlx::FromRow<'r, SqliteRow> + for<'r> sqlx::FromRow<'r, PgRow> + Send + Unpin {}
impl<T> Record for T where T: for<'r> sqlx::FromRow<'r, SqliteRow> + for<'r> sqlx::FromRow<'r, PgRow> + Send + Unpin {}

/// A statement with its values.
#[derive(Debug, Clone)]
pub struct Q {
    sql: String,
    vals: Vec<Val>,
}

/// Starts a statement with `$1…` placeholders.
pub fn q(sql: &'static str) -> Q {
    Q { sql: sql.to_owned(), vals: Vec::new() }
}

macro_rules! arguments {
    ($vals:expr, $args:ty) => {{
        use sqlx::Arguments;
        let mut args = <$args>::default();
        for val in $vals {
            match val {
                Val::I(v) => args.add(v),
                Val::F(v) => args.add(v),
                Val::T(v) => args.add(v),
            }
            .map_err(|e| Error::internal(format!("can't bind a value: {e}")))?;
        }
        args
    }};
}

impl Q {
    pub fn bind(mut self, v: impl Into<Val>) -> Self {
        self.vals.push(v.into());
        self
    }

    pub async fn all<T: Record>(self, db: &Db) -> Result<Vec<T>> {
        let text = AssertSqlSafe(self.sql);
        match db {
            Db::Sqlite { read, .. } => {
                sqlx::query_as_with(text, arguments!(self.vals, SqliteArguments)).fetch_all(read).await
            }
            Db::Pg(pool) => sqlx::query_as_with(text, arguments!(self.vals, PgArguments)).fetch_all(pool).await,
        }
        .map_err(sql)
    }

    pub async fn opt<T: Record>(self, db: &Db) -> Result<Option<T>> {
        Ok(self.all(db).await?.into_iter().next())
    }

    pub async fn all_tx<T: Record>(self, tx: &mut Tx) -> Result<Vec<T>> {
        let text = AssertSqlSafe(self.sql);
        match tx {
            Tx::Sqlite(tx) => {
                sqlx::query_as_with(text, arguments!(self.vals, SqliteArguments)).fetch_all(&mut **tx).await
            }
            Tx::Pg(tx) => sqlx::query_as_with(text, arguments!(self.vals, PgArguments)).fetch_all(&mut **tx).await,
        }
        .map_err(sql)
    }

    pub async fn opt_tx<T: Record>(self, tx: &mut Tx) -> Result<Option<T>> {
        Ok(self.all_tx(tx).await?.into_iter().next())
    }

    /// Runs the statement and returns how many rows it touched.
    pub async fn exec_tx(self, tx: &mut Tx) -> Result<u64> {
        let text = AssertSqlSafe(self.sql);
        match tx {
            Tx::Sqlite(tx) => sqlx::query_with(text, arguments!(self.vals, SqliteArguments))
                .execute(&mut **tx)
                .await
                .map(|r| r.rows_affected()),
            Tx::Pg(tx) => sqlx::query_with(text, arguments!(self.vals, PgArguments))
                .execute(&mut **tx)
                .await
                .map(|r| r.rows_affected()),
        }
        .map_err(sql)
    }
}

/// Rows of one bulk statement: well under SQLite's 32,766 values.
const ROWS_A_STATEMENT: usize = 200;

/// Inserts many rows: `head` is `INSERT INTO t (a, b)`, `tail` such as `ON CONFLICT DO NOTHING`.
pub async fn insert_many(
    tx: &mut Tx,
    head: &'static str,
    rows: impl IntoIterator<Item = Vec<Val>>,
    tail: &'static str,
) -> Result<u64> {
    let mut rows = rows.into_iter().peekable();
    let mut touched = 0;
    while rows.peek().is_some() {
        let chunk: Vec<Vec<Val>> = rows.by_ref().take(ROWS_A_STATEMENT).collect();
        let mut text = format!("{head} VALUES ");
        let mut n = 0;
        for (i, row) in chunk.iter().enumerate() {
            text.push_str(if i > 0 { ", (" } else { "(" });
            for j in 0..row.len() {
                n += 1;
                let comma = if j > 0 { ", " } else { "" };
                // Numbered placeholders are quadratic on SQLite.
                if tx.is_postgres() { text += &format!("{comma}${n}") } else { text += &format!("{comma}?") }
            }
            text.push(')');
        }
        text += &format!(" {tail}");
        touched += Q { sql: text, vals: chunk.into_iter().flatten().collect() }.exec_tx(tx).await?;
    }
    Ok(touched)
}
