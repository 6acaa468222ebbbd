//! `xunge keys`: made here, shown once, kept as a hash.

use clap::{Args, Subcommand};
use uuid::Uuid;

use super::{ACTOR, Place, now};
use crate::{
    base::{Error, Result, Timestamp, sha256},
    domain::{
        areas::Areas,
        auth::{Key, Role, Scope, ScopePart},
    },
    store::{self, Tx},
};

const HOUR_MS: i64 = 3_600_000;

#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Makes a key and prints it once
    Add(Add),
    /// Lists keys that were not revoked: id, role, scope, until when, who it is for
    List(Place),
    /// Gives a key another secret and prints it once; the one before opens it for a while yet
    Rotate(Rotate),
    /// Takes a key out of force
    Revoke(Revoke),
}

#[derive(Debug, Args)]
pub struct Add {
    /// viewer, grid_worker, field, dispatcher, planner, auditor or admin: docs/rights.md says who may what
    #[arg(long)]
    role: Role,
    /// Who it is for
    #[arg(long)]
    name: String,
    /// What it is for, everything when not given: area:CODE and unit:CODE, with all beneath them; squad:CODE for
    /// the role field. Several by commas
    #[arg(long, value_delimiter = ',')]
    scope: Vec<ScopePart>,
    /// Until when it is in force, such as 2027-01-01T00:00:00+08:00; until it is revoked when not given
    #[arg(long, value_name = "TIME")]
    expires: Option<Timestamp>,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub struct Rotate {
    /// As `keys list` shows it
    id: String,
    /// How long the secret of before opens it as well; 0 ends it at once
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u16).range(..=8_760))]
    keep_hours: u16,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub struct Revoke {
    /// As `keys list` shows it
    id: String,
    #[command(flatten)]
    place: Place,
}

impl Keys {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Add(add) => add.run().await,
            Self::List(place) => list(&place).await,
            Self::Rotate(rotate) => rotate.run().await,
            Self::Revoke(revoke) => {
                let (db, _) = revoke.place.open().await?;
                let mut write = db.write(ACTOR, now()).await?;
                store::auth::revoke(&mut write, &revoke.id).await?;
                write.commit().await?;
                Ok(())
            }
        }
    }
}

async fn list(place: &Place) -> anyhow::Result<()> {
    let (db, _) = place.open().await?;
    let (keys, now) = (store::auth::load(&mut db.begin_read().await?).await?, now());
    for (key, former_until) in keys.all() {
        let until = match key.expires_at {
            None => "no end".to_owned(),
            Some(at) if key.has_expired(now) => format!("expired {at}"),
            Some(at) => format!("until {at}"),
        };
        let former = former_until.filter(|until| *until > now);
        let former = former.map_or_else(String::new, |until| format!("  (former secret until {until})"));
        println!("{}  {:11}  {}  {until}  {}{former}", key.id, key.role.as_str(), key.scope, key.name);
    }
    Ok(())
}

/// Two random UUIDs: 244 random bits.
fn secret() -> String {
    format!("xg_{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

/// Refuses a scope of what is not there.
async fn check(key: &Key, tx: &mut Tx) -> Result<()> {
    let areas = Areas::new(store::areas::load(tx).await?)?;
    let (units, squads) = (store::units::load(tx).await?, store::squads::load(tx).await?);
    key.scope.check(key.role, &areas, &units, |code| squads.get(code).is_some())
}

impl Add {
    async fn run(self) -> anyhow::Result<()> {
        if self.name.trim().is_empty() {
            return Err(Error::invalid("name", "a key needs the name of who it is for").into());
        }
        let now = now();
        let scope = Scope::new(self.scope)?;
        let key = Key { scope, expires_at: self.expires, ..Key::new(Uuid::now_v7(), self.name, self.role) };
        if key.has_expired(now) {
            let at = key.expires_at.unwrap_or(now);
            return Err(Error::invalid("expires", format!("{at} is over already")).into());
        }
        let secret = secret();
        let (db, _) = self.place.open().await?;
        let mut write = db.write(ACTOR, now).await?;
        check(&key, &mut write.tx).await?;
        store::auth::insert(&mut write, &key, &sha256(&secret)).await?;
        write.commit().await?;
        let until = key.expires_at.map_or_else(String::new, |at| format!(", until {at}"));
        let (role, scope) = (key.role.as_str(), &key.scope);
        eprintln!("key {} for {} ({role}, {scope}{until}); it is not shown again:", key.id, key.name);
        println!("{secret}");
        Ok(())
    }
}

impl Rotate {
    async fn run(self) -> anyhow::Result<()> {
        let (secret, now) = (secret(), now());
        let until = (self.keep_hours > 0).then(|| now.plus_ms(i64::from(self.keep_hours) * HOUR_MS));
        let (db, _) = self.place.open().await?;
        let mut write = db.write(ACTOR, now).await?;
        store::auth::rotate(&mut write, &self.id, &sha256(&secret), until).await?;
        write.commit().await?;
        match until {
            Some(until) => eprintln!("key {}: the former secret opens it until {until}; the new one:", self.id),
            None => eprintln!("key {}: the former secret opens it no more; the new one:", self.id),
        }
        println!("{secret}");
        Ok(())
    }
}
