//! `xunge import units` and `xunge import rosters`.

use std::path::PathBuf;

use clap::Args;

use super::text;
use crate::{
    base::{Code, Error, Result},
    cli::{ACTOR, Place, now},
    domain::{areas::Areas, units::Units},
    import::units,
    store::{self, Tx},
};

#[derive(Debug, Args)]
pub struct Import {
    /// CSV with the columns code, name, name_zh, kind, parent, area, office_line, from, until
    file: PathBuf,
    /// Only report what would be done
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub struct Rosters {
    /// CSV with the columns unit, role, office_line, leader, area, shifts, from, until
    file: PathBuf,
    /// Only report what would be done
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
}

/// The areas and units that are there.
pub(super) async fn former(tx: &mut Tx) -> Result<(Areas, Units)> {
    Ok((Areas::new(store::areas::load(tx).await?)?, store::units::load(tx).await?))
}

impl Import {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let text = text(&self.file)?;
        let mut write = db.write(ACTOR, now()).await?;
        let (areas, former) = former(&mut write.tx).await?;
        let units = units::read(&self.file.display().to_string(), &text, &areas, former.rosters())?;
        if units == former && !store::units::any_demo(&mut write.tx).await? {
            println!("nothing changed: these {} units are there already", units.all().len());
            return Ok(());
        }
        let new: Vec<&Code> = units.all().iter().map(|u| &u.code).filter(|c| former.get(c).is_none()).collect();
        let gone: Vec<&Code> = former.all().iter().map(|u| &u.code).filter(|c| units.get(c).is_none()).collect();
        println!("units: {}, {} of them new; {} are gone", units.all().len(), new.len(), gone.len());
        if self.dry_run {
            println!("nothing was written: a dry run");
            return Ok(());
        }
        let matters = store::matters::load(&mut write.tx).await?;
        store::lists::load(&mut write.tx).await?.check(&units, &matters, &areas)?;
        let squads = store::squads::load(&mut write.tx).await?;
        store::units::replace(&mut write, &units, false).await?;
        write.commit().await?;
        for squad in squads.all().filter(|s| units.get(&s.unit).is_none()) {
            eprintln!("warning: squad {} has the powers of {}, which is no unit", squad.id, squad.unit);
        }
        println!("taken: {} units", units.all().len());
        Ok(())
    }
}

impl Rosters {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let text = text(&self.file)?;
        let mut write = db.write(ACTOR, now()).await?;
        let (areas, former) = former(&mut write.tx).await?;
        if former.is_empty() {
            return Err(Error::conflict("there are no units whose rosters these could be: import units first").into());
        }
        let with = units::read_rosters(&self.file.display().to_string(), &text, &areas, &former)?;
        let count = with.rosters().len();
        if with == former {
            println!("nothing changed: these {count} lines of rosters are there already");
            return Ok(());
        }
        if self.dry_run {
            println!("{count} lines of rosters; nothing was written: a dry run");
            return Ok(());
        }
        store::units::replace_rosters(&mut write, &with).await?;
        write.commit().await?;
        println!("taken: {count} lines of rosters");
        Ok(())
    }
}
