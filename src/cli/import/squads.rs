//! `xunge import squads`.

use std::path::PathBuf;

use clap::Args;

use super::text;
use crate::{
    cli::{ACTOR, Place, now},
    domain::{areas::Areas, squads::Squads, zones::Grounds},
    import::squads,
    store,
};

#[derive(Debug, Args)]
pub struct Import {
    /// CSV with the columns id, name, name_zh, kind, unit, command_area, profile, lng, lat, turnout_s,
    /// certified_officers, uncertified_officers, assistants, shifts, officers, equipment
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

impl Import {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let areas = Areas::new(store::areas::load(&mut db.begin_read().await?).await?)?;
        let mut squads = squads::read(&self.file.display().to_string(), &text(&self.file)?, &areas)?;
        let mut write = db.write(ACTOR, now()).await?;
        let former = store::squads::load(&mut write.tx).await?;
        // What a squad is doing is no part of the file.
        for squad in &mut squads {
            if let Some(former) = former.get(&squad.id) {
                (squad.status, squad.said) = (former.status, former.said.clone());
            }
        }
        squads.sort_by(|a, b| a.id.cmp(&b.id));
        let officers = store::officers::load(&mut write.tx).await?;
        officers
            .check_squads(&squads.iter().cloned().collect::<Squads>(), &store::units::load(&mut write.tx).await?)?;
        let own = !store::squads::any_demo(&mut write.tx).await?;
        if own && former.all().map(|s| &**s).eq(&squads) {
            println!("nothing changed: these {} squads are there already", squads.len());
            return Ok(());
        }
        let grounds = Grounds::default();
        let zones = store::zones::load(&mut write.tx, &grounds).await?;
        let gone = former.all().filter(|f| squads.iter().all(|s| s.id != f.id)).count();
        let known = squads.iter().filter(|s| former.get(&s.id).is_some()).count();
        store::squads::replace(&mut write, &squads, false).await?;
        write.commit().await?;
        for squad in former.all().filter(|f| squads.iter().all(|s| s.id != f.id)) {
            let served: Vec<_> =
                zones.served_by(&squad.id, now()).iter().map(|(layer, zone)| format!("{layer} {zone}")).collect();
            if !served.is_empty() {
                let (id, zones) = (&squad.id, served.join(", "));
                eprintln!("warning: squad {id} is gone and serves zones of plans in force: {zones}");
            }
        }
        println!("taken: {} squads, {} of them new; {gone} are gone", squads.len(), squads.len() - known);
        Ok(())
    }
}
