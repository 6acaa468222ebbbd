//! `xunge import profile`.

use std::path::PathBuf;

use clap::Args;

use super::text;
use crate::{
    cli::{ACTOR, Place, now},
    import::profiles,
    store,
};

#[derive(Debug, Args)]
pub struct Import {
    /// CSV with the columns kind (profile, state, transition or new_cases), code, from, to, name, name_zh, marks, right,
    /// needs, matter, category, source
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

impl Import {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let read = profiles::read(&self.file.display().to_string(), &text(&self.file)?)?;
        let mut write = db.write(ACTOR, now()).await?;
        let matters = store::matters::load(&mut write.tx).await?;
        let known = store::catalogue::load(&mut write.tx).await?.profiles;
        let name = read.profile.clone();
        let Some(new) = known.next(read, &matters)? else {
            println!("nothing changed: the latest version of profile {name} is this one");
            return Ok(());
        };
        store::catalogue::insert_profile(&mut write, &new).await?;
        write.commit().await?;
        let (states, transitions) = (new.states.len(), new.transitions.len());
        println!("taken: profile {name} version {}, {states} states and {transitions} transitions", new.version);
        let of: Vec<_> = new.new_cases.iter().map(ToString::to_string).collect();
        match of.is_empty() {
            true => println!("no line of kind new_cases: no new case comes under it"),
            false => println!("new cases come under it, of {}", of.join(", ")),
        }
        Ok(())
    }
}
