//! `xunge imports`: what imports took, what not, and why.

use clap::Args;
use uuid::Uuid;

use super::Place;
use crate::{base::Error, store};

/// So many, the newest, are listed.
const LISTED: usize = 100;

#[derive(Debug, Args)]
pub struct Imports {
    /// Prints the report of this one as JSON; the newest are listed when not given
    id: Option<Uuid>,
    #[command(flatten)]
    place: Place,
}

impl Imports {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let mut tx = db.begin_read().await?;
        if let Some(id) = self.id {
            let report = store::imports::one(&mut tx, id).await?.report;
            println!("{}", serde_json::to_string_pretty(&report)?);
            return Ok(());
        }
        let kept = store::imports::page(&mut tx, None, LISTED).await?;
        if kept.is_empty() {
            return Err(Error::conflict("nothing was imported yet").into());
        }
        for store::imports::Kept { id, kind, source, at, actor, .. } in kept {
            println!("{id}  {at}  {kind:5}  {actor}  {source}");
        }
        Ok(())
    }
}
