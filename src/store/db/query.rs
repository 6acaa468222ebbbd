//! Statements: one text with `$1…` placeholders, values that keep their type, rows of both engines.

use sqlx::{
    Arguments as _, AssertSqlSafe,
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};

use super::{LIMIT, Pool, Tx, answered, sql, tx::Conn};
use crate::base::{Error, Result};

/// One bound value; a NULL keeps its type.
#[derive(Debug, Clone)]
pub enum Val {
    I(Option<i64>),
    F(Option<f64>),
    T(Option<String>),
    B(Option<Vec<u8>>),
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
    Vec<u8> => B, |v| v;
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
        let mut args = <$args>::default();
        for val in $vals {
            match val {
                Val::I(v) => args.add(v),
                Val::F(v) => args.add(v),
                Val::T(v) => args.add(v),
                Val::B(v) => args.add(v),
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

    /// Outside of any transaction, on one of the pools of readers.
    pub async fn all<T: Record>(self, pool: impl AsRef<Pool>) -> Result<Vec<T>> {
        let text = AssertSqlSafe(self.sql);
        match pool.as_ref() {
            Pool::Sqlite(pool) => {
                sqlx::query_as_with(text, arguments!(self.vals, SqliteArguments)).fetch_all(pool).await
            }
            Pool::Pg(pool) => {
                let query = sqlx::query_as_with(text, arguments!(self.vals, PgArguments));
                answered(Some(LIMIT), query.fetch_all(pool)).await
            }
        }
        .map_err(sql)
    }

    pub async fn opt<T: Record>(self, pool: impl AsRef<Pool>) -> Result<Option<T>> {
        Ok(self.all(pool).await?.into_iter().next())
    }

    pub async fn all_tx<T: Record>(self, tx: &mut Tx) -> Result<Vec<T>> {
        let (text, limit) = (AssertSqlSafe(self.sql), tx.limit);
        let rows = match tx.conn()? {
            Conn::Sqlite(c) => sqlx::query_as_with(text, arguments!(self.vals, SqliteArguments)).fetch_all(c).await,
            Conn::Pg(c) => {
                answered(limit, sqlx::query_as_with(text, arguments!(self.vals, PgArguments)).fetch_all(c)).await
            }
        };
        tx.said(rows)
    }

    pub async fn opt_tx<T: Record>(self, tx: &mut Tx) -> Result<Option<T>> {
        Ok(self.all_tx(tx).await?.into_iter().next())
    }

    /// Runs the statement and returns how many rows it touched.
    pub async fn exec_tx(self, tx: &mut Tx) -> Result<u64> {
        let (text, limit) = (AssertSqlSafe(self.sql), tx.limit);
        let touched = match tx.conn()? {
            Conn::Sqlite(c) => sqlx::query_with(text, arguments!(self.vals, SqliteArguments))
                .execute(c)
                .await
                .map(|r| r.rows_affected()),
            Conn::Pg(c) => {
                let query = sqlx::query_with(text, arguments!(self.vals, PgArguments));
                answered(limit, query.execute(c)).await.map(|r| r.rows_affected())
            }
        };
        tx.said(touched)
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
        if let [first, _, ..] = chunk.as_slice()
            && tx.is_postgres()
        {
            let params: Vec<_> = (1..=first.len()).map(|n| format!("${n}")).collect();
            let text = format!("{head} SELECT * FROM UNNEST({}) {tail}", params.join(", "));
            touched += insert_columns(tx, text, columns(chunk)?).await?;
            continue;
        }
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

/// The values of one column, of one kind.
#[derive(Debug)]
enum Column {
    I(Vec<Option<i64>>),
    F(Vec<Option<f64>>),
    T(Vec<Option<String>>),
    B(Vec<Option<Vec<u8>>>),
}

fn columns(rows: Vec<Vec<Val>>) -> Result<Vec<Column>> {
    let mut columns: Vec<Column> = Vec::new();
    for row in rows {
        for (i, val) in row.into_iter().enumerate() {
            match (columns.get_mut(i), val) {
                (Some(Column::I(all)), Val::I(v)) => all.push(v),
                (Some(Column::F(all)), Val::F(v)) => all.push(v),
                (Some(Column::T(all)), Val::T(v)) => all.push(v),
                (Some(Column::B(all)), Val::B(v)) => all.push(v),
                (None, Val::I(v)) => columns.push(Column::I(vec![v])),
                (None, Val::F(v)) => columns.push(Column::F(vec![v])),
                (None, Val::T(v)) => columns.push(Column::T(vec![v])),
                (None, Val::B(v)) => columns.push(Column::B(vec![v])),
                (Some(_), val) => return Err(Error::internal(format!("column {i} has values of two kinds: {val:?}"))),
            }
        }
    }
    Ok(columns)
}

/// Many rows on PostgreSQL, as one array a column: the same statement, prepared once, for any number.
async fn insert_columns(tx: &mut Tx, text: String, columns: Vec<Column>) -> Result<u64> {
    let mut args = PgArguments::default();
    for column in columns {
        match column {
            Column::I(all) => args.add(all),
            Column::F(all) => args.add(all),
            Column::T(all) => args.add(all),
            Column::B(all) => args.add(all),
        }
        .map_err(|e| Error::internal(format!("can't bind a value: {e}")))?;
    }
    let limit = tx.limit;
    let Conn::Pg(c) = tx.conn()? else { return Err(Error::internal("arrays are PostgreSQL's")) };
    let query = sqlx::query_with(AssertSqlSafe(text), args);
    let touched = answered(limit, query.execute(c)).await.map(|r| r.rows_affected());
    tx.said(touched)
}
