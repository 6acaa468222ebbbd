//! `xunge lists`: which there are, and as a table.

use std::{
    fs::File,
    io::{Write, stdout},
    path::PathBuf,
};

use clap::{Args, Subcommand};

use super::{Place, now};
use crate::{
    base::{Code, Error},
    domain::{areas::Areas, lists::List},
    import::lists,
    store,
};

#[derive(Debug, Subcommand)]
pub enum Lists {
    /// Prints every version of every list, and which is in force
    List(All),
    /// Writes lists as the CSV that `xunge import lists` reads
    Export(Export),
}

#[derive(Debug, Args)]
pub struct All {
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub struct Export {
    /// Only this list; may be repeated
    #[arg(long, value_name = "CODE")]
    list: Vec<Code>,
    /// Only versions in force now
    #[arg(long)]
    in_force: bool,
    /// Standard output when not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

impl Lists {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(all) => all.run().await,
            Self::Export(export) => export.run().await,
        }
    }
}

impl All {
    async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let lists = store::lists::load(&mut db.begin_read().await?).await?;
        let now = now();
        for list in lists.all() {
            let head = &list.head;
            let holds = lists.in_force(&head.list, now).is_some_and(|l| l.head.version == head.version);
            let (kind, state) = (head.kind.as_str(), if holds { "in force" } else { "" });
            println!(
                "{}  {}  {kind}  {}  {}  {} entries  {state}",
                head.list,
                head.version,
                head.unit,
                head.name,
                list.entries.len()
            );
        }
        Ok(())
    }
}

impl Export {
    async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let mut tx = db.begin_read().await?;
        let zone = Areas::new(store::areas::load(&mut tx).await?)?.time_zone();
        let lists = store::lists::load(&mut tx).await?;
        drop(tx);
        if let Some(unknown) = self.list.iter().find(|code| lists.versions(code).is_empty()) {
            return Err(Error::not_found("list", unknown).into());
        }
        let now = now();
        let wanted = |list: &&std::sync::Arc<List>| {
            let head = &list.head;
            let holds = || lists.in_force(&head.list, now).is_some_and(|l| l.head.version == head.version);
            (self.list.is_empty() || self.list.contains(&head.list)) && (!self.in_force || holds())
        };
        let wanted = lists.all().iter().filter(wanted).map(|l| &**l);
        let mut out: Box<dyn Write> = match &self.out {
            None => Box::new(stdout().lock()),
            Some(file) => Box::new(
                File::create(file)
                    .map_err(|e| Error::invalid("out", format!("{} can't be written: {e}", file.display())))?,
            ),
        };
        lists::write(wanted, &zone, &mut out)?;
        Ok(())
    }
}
