//! `xunge keys`: made here, shown once, kept as a hash.

use clap::{Args, Subcommand};
use uuid::Uuid;

use super::{ACTOR, Place, now};
use crate::{
    base::Error,
    domain::auth::{Key, Role, hash},
    store,
};

#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Makes a key and prints it once
    Add(Add),
    /// Lists keys in force
    List(Place),
    /// Takes a key out of force
    Revoke(Revoke),
}

#[derive(Debug, Args)]
pub struct Add {
    /// viewer (reads) or admin (reads and writes)
    #[arg(long)]
    role: Role,
    /// Who it is for
    #[arg(long)]
    name: String,
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
            Self::List(place) => {
                let (db, _) = place.open().await?;
                let keys = store::auth::load(&mut db.begin_read().await?).await?;
                for key in keys.all() {
                    println!("{}  {:6}  {}", key.id, key.role.as_str(), key.name);
                }
                Ok(())
            }
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

impl Add {
    async fn run(self) -> anyhow::Result<()> {
        if self.name.trim().is_empty() {
            return Err(Error::invalid("name", "a key needs the name of who it is for").into());
        }
        // Two random UUIDs: 244 random bits.
        let secret = format!("xg_{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let key = Key { id: Uuid::now_v7().to_string(), name: self.name, role: self.role };
        let (db, _) = self.place.open().await?;
        let mut write = db.write(ACTOR, now()).await?;
        store::auth::insert(&mut write, &key, &hash(&secret)).await?;
        write.commit().await?;
        eprintln!("key {} for {} ({}); it is not shown again:", key.id, key.name, key.role.as_str());
        println!("{secret}");
        Ok(())
    }
}
