//! `xunge import roads`.

use std::path::PathBuf;

use clap::Args;

use super::{check_demo, remove_demo, tell_removed};
use crate::{
    cli::{
        ACTOR, Place,
        build::{self, Built},
        now,
        show::{Show, counts},
    },
    domain::roads::SpeedTable,
    import::Source,
    store,
};

#[derive(Debug, Args)]
pub struct Import {
    /// OpenStreetMap extracts (.osm.pbf), merged into one network
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The speeds by road class: osrm, or china (a default of ours, not verified)
    #[arg(long, default_value = "osrm", value_name = "TABLE")]
    speeds: SpeedTable,
    /// Take the bundled demonstration county away
    #[arg(long)]
    replace_demo: bool,
    #[command(flatten)]
    place: Place,
}

impl Import {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, folder) = self.place.open().await?;
        check_demo(&db, self.replace_demo).await?;
        let sources: Vec<Source> = self.files.iter().map(|f| Source::Path(f)).collect();
        let show = Show::default();
        let built = build::roads(&sources, self.speeds, &show)?;
        show.done();
        report(&built);
        built.save(&folder)?;
        let mut write = db.write(ACTOR, now()).await?;
        let hash = &built.network.hash;
        let former = store::roads::in_force(&mut write.tx).await?;
        let demo = remove_demo(&mut write, self.replace_demo).await?;
        if !demo && former.is_some_and(|f| f.hash == *hash) {
            println!("nothing changed: the network {} is in force already", &hash[..12]);
            return Ok(());
        }
        let names: Vec<_> = sources.iter().map(Source::name).collect();
        store::roads::replace(&mut write, hash, &names.join(", "), false).await?;
        write.commit().await?;
        tell_removed(demo);
        println!("the network {} is in force", &hash[..12]);
        Ok(())
    }
}

fn report(built: &Built) {
    for (report, what) in built.reports.iter().zip(["read", "built"]) {
        counts(what, report.taken.iter().map(|(k, n)| (*k, *n)));
        counts("dropped", report.dropped.iter().map(|(k, n)| (*k, *n)));
    }
}
