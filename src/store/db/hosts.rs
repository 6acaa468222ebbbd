//! Where PostgreSQL answers: one server, or several of which one takes writes.

use std::{
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use sqlx::{
    ConnectOptions, Executor, PgConnection,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions},
};
use tokio::time::sleep;

use super::{LIMIT, answered, sql};
use crate::base::{Error, Result};

/// How long one of several servers may take to say whether it takes writes.
const SAYS: Duration = Duration::from_secs(2);
/// How often it is looked which one does.
const LOOK: Duration = Duration::from_secs(2);
/// What the server itself gives up; who asks waits no longer than [`LIMIT`] either, should it be frozen.
pub(super) const BOUNDS: &str = "SET statement_timeout = '6s'; SET lock_timeout = '6s'";

/// The servers of an address. All connections lead to the one that takes writes.
#[derive(Debug, Clone)]
pub(super) struct Hosts(Arc<Servers>);

#[derive(Debug)]
struct Servers {
    all: Vec<PgConnectOptions>,
    /// Which one took writes when last asked.
    at: AtomicUsize,
    pools: [PgPool; 3],
}

impl Hosts {
    /// `postgres://user:password@host:port,host:port/database?…`, as libpq reads it, with pools of so many connections:
    /// for requests, for the follower, for clients that read the log.
    pub fn new(url: &str, sizes: [u32; 3]) -> Result<Self> {
        let all = servers(url)?;
        let several = all.len() > 1;
        let mut bounded = true;
        let pools = sizes.map(|n| pool(n, std::mem::take(&mut bounded), several).connect_lazy_with(all[0].clone()));
        let hosts = Self(Arc::new(Servers { all, at: AtomicUsize::new(0), pools }));
        if several {
            tokio::spawn(hosts.clone().watch());
        }
        Ok(hosts)
    }

    pub fn pools(&self) -> &[PgPool; 3] {
        &self.0.pools
    }

    pub fn names(&self) -> String {
        self.0.all.iter().map(name).collect::<Vec<_>>().join(", ")
    }

    /// A connection to the server that takes writes; where there is one only, to that one, whether it does or not.
    pub async fn connect(&self) -> Result<PgConnection> {
        let Servers { all, at, pools } = &*self.0;
        if let [only] = all.as_slice() {
            return answered(Some(LIMIT), only.connect()).await.map_err(sql);
        }
        let (last, mut refused) = (at.load(Relaxed), Vec::new());
        for n in (last..all.len()).chain(0..last) {
            let asked = async {
                let mut conn = all[n].connect().await?;
                Ok(takes_writes(&mut conn).await?.then_some(conn))
            };
            match answered(Some(SAYS), asked).await {
                Ok(Some(conn)) => {
                    if n != last {
                        tracing::warn!("PostgreSQL takes writes at {} now", name(&all[n]));
                        pools.iter().for_each(|pool| pool.set_connect_options(all[n].clone()));
                        at.store(n, Relaxed);
                    }
                    return Ok(conn);
                }
                Ok(None) => refused.push(format!("{} takes none", name(&all[n]))),
                Err(e) => refused.push(format!("{}: {e}", name(&all[n]))),
            }
        }
        Err(Error::unavailable(format!("no PostgreSQL server takes writes: {}", refused.join("; "))))
    }

    /// Readers find another server also while nobody writes.
    async fn watch(self) {
        while !self.pools()[0].is_closed() {
            sleep(LOOK).await;
            // Why none answers, whoever asks is told.
            let _ = self.connect().await;
        }
    }
}

fn name(server: &PgConnectOptions) -> String {
    format!("{}:{}", server.get_host(), server.get_port())
}

async fn takes_writes(conn: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar::<_, String>("SHOW transaction_read_only").fetch_one(conn).await.map(|said| said == "off")
}

fn pool(size: u32, bounded: bool, several: bool) -> PgPoolOptions {
    let pool = PgPoolOptions::new().max_connections(size).acquire_timeout(LIMIT);
    let pool = if bounded {
        pool.after_connect(|conn, _| Box::pin(async move { conn.execute(BOUNDS).await.map(drop) }))
    } else {
        pool
    };
    if several {
        // In place of the question whether anybody is there: a server that lost its office may be.
        let asked = pool.test_before_acquire(false);
        asked.before_acquire(|conn, _| Box::pin(async move { takes_writes(conn).await }))
    } else {
        pool
    }
}

/// One set of options for each server of an address.
fn servers(url: &str) -> Result<Vec<PgConnectOptions>> {
    let bad = |e: &dyn std::fmt::Display| Error::invalid("database", format!("not a PostgreSQL address: {e}"));
    let (scheme, rest) = url.split_once("://").ok_or_else(|| bad(&"no scheme"))?;
    let (authority, behind) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (user, hosts) = authority.rsplit_once('@').map_or((String::new(), authority), |(u, h)| (format!("{u}@"), h));
    let one = |host: &str| PgConnectOptions::from_str(&format!("{scheme}://{user}{host}{behind}")).map_err(|e| bad(&e));
    hosts.split(',').map(one).collect()
}

#[cfg(test)]
mod tests;
