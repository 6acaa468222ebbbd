//! `xunge import officers`.

use std::path::PathBuf;

use clap::Args;

use super::{text, units::former};
use crate::{
    base::Code,
    cli::{ACTOR, Place, now},
    domain::officers::Officers,
    import::officers,
    store,
};

#[derive(Debug, Args)]
pub struct Import {
    /// CSV with the columns id, unit, matters, from, until, recused_areas, name, contact, certificate_number; a line
    /// for each certificate
    file: PathBuf,
    /// Only report what would be done
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
}

impl Import {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let text = text(&self.file)?;
        let mut write = db.write(ACTOR, now()).await?;
        let (areas, units) = former(&mut write.tx).await?;
        let matters = store::matters::load(&mut write.tx).await?;
        let mut all = officers::read(&self.file.display().to_string(), &text, &areas, &units, &matters)?;
        let known = store::officers::load(&mut write.tx).await?;
        // From which cases somebody is recused is no part of the file.
        for (officer, _) in &mut all {
            if let Some(known) = known.get(&officer.id) {
                officer.recused_from.incidents.clone_from(&known.recused_from.incidents);
            }
        }
        let officers = Officers::new(all.iter().map(|(officer, _)| officer.clone()).collect())?;
        let persons = store::officers::persons(&mut write.tx).await?;
        let same_persons = persons.iter().eq(all.iter().map(|(officer, person)| (&officer.id, person)));
        if officers == known && same_persons && !store::officers::any_demo(&mut write.tx).await? {
            println!("nothing changed: these {} officers are there already", all.len());
            return Ok(());
        }
        let new = officers.all().filter(|o| known.get(&o.id).is_none()).count();
        let gone: Vec<&Code> = known.all().map(|o| &o.id).filter(|id| officers.get(id).is_none()).collect();
        println!("officers: {}, {new} of them new; {} are gone", all.len(), gone.len());
        for squad in store::squads::load(&mut write.tx).await?.all() {
            let missing: Vec<_> =
                squad.officers.iter().filter(|id| officers.get(id).is_none()).map(Code::as_str).collect();
            if !missing.is_empty() {
                eprintln!("warning: squad {} lists officers that are not there: {}", squad.id, missing.join(", "));
            }
        }
        if self.dry_run {
            println!("nothing was written: a dry run");
            return Ok(());
        }
        store::officers::replace(&mut write, &all, false).await?;
        write.commit().await?;
        println!("taken: {} officers", all.len());
        Ok(())
    }
}
