//! `xunge audit`: the change log for people, and whether it is as it was written; and what is wrong with
//! drawn zones.

mod zones;

use clap::{Args, Subcommand};

use super::{ACTOR, Place, now};
use crate::{
    base::{Error, Timestamp},
    store::{
        audit::{self, Mark},
        log,
    },
};

#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Prints the head of the change log: keep it elsewhere, and nobody can change what is before it unseen
    Head(Place),
    /// Reads the whole log and names the first row that was changed, removed or inserted
    Verify(Verify),
    /// Lists changes: seq, time, who, kind, content
    List(List),
    /// Takes away old changes and leaves an anchor; the records stay, clients that are further behind begin anew
    Prune(Prune),
    /// Patrol zones drawn as polygons: gaps, overlaps, slivers, broken rings, borders that don't meet,
    /// the wrong datum
    Zones(Box<zones::Zones>),
}

#[derive(Debug, Args)]
pub struct Prune {
    /// Changes before the first one at or after this time go
    #[arg(long, value_name = "TIME")]
    before: Timestamp,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// What `xunge audit head` once printed; without it a log that was cut or computed anew looks whole
    #[arg(long, value_name = "SEQ-HASH")]
    head: Option<Mark>,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub struct List {
    /// Only changes at or after this time, such as 2026-03-01T08:30:00+08:00
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Only those that this one caused: a key's id, `keyless` or `command line`
    #[arg(long)]
    actor: Option<String>,
    /// Only those of this kind, such as incident
    #[arg(long)]
    kind: Option<String>,
    #[command(flatten)]
    place: Place,
}

impl Audit {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Head(place) => {
                let (db, _) = place.open().await?;
                let mark = log::mark_tx(&mut db.begin_read().await?).await?;
                println!("{}", mark.ok_or_else(|| Error::conflict("nothing was written yet"))?);
                Ok(())
            }
            Self::Verify(verify) => {
                let (db, _) = verify.place.open().await?;
                let mark = audit::verify(&mut db.begin_read().await?, verify.head.as_ref()).await?;
                match verify.head {
                    Some(head) => println!("whole: {} rows, row {} is the one that was kept", mark.seq, head.seq),
                    None => {
                        println!("whole: {} rows; a tail cut or computed anew can't be told without --head", mark.seq)
                    }
                }
                Ok(())
            }
            Self::List(list) => list.run().await,
            Self::Zones(zones) => zones.run().await,
            Self::Prune(prune) => {
                let (db, _) = prune.place.open().await?;
                let mut write = db.write(ACTOR, now()).await?;
                let anchor = audit::prune(&mut write, prune.before).await?;
                write.commit().await?;
                match anchor {
                    Some(anchor) => println!("taken away: changes up to {}; the anchor is {anchor}", anchor.seq),
                    None => println!("nothing changed: there is no change before {}", prune.before),
                }
                Ok(())
            }
        }
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let mut tx = db.begin_read().await?;
        let filter = audit::Filter { since: self.since, actor: self.actor, kind: self.kind };
        let mut seq = 0;
        loop {
            let rows = audit::filtered(&mut tx, seq, &filter).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            seq = last.seq;
            for row in rows {
                let at = Timestamp::from_ms(row.at_ms)?;
                println!("{}  {at}  {}  {}  {}", row.seq, row.actor, row.kind, row.body);
            }
        }
    }
}
