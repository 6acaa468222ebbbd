//! `xunge import lists`.

use std::path::PathBuf;

use clap::Args;

use super::text;
use crate::{
    base::{Error, Result, Timestamp},
    cli::{ACTOR, Place, now},
    domain::{
        areas::Areas,
        lists::{
            List, Lists,
            compare::{AgainstParent, EntryAbout, against_parent, between},
        },
        matters::Matters,
    },
    import::lists,
    store,
};

/// Entries beyond this many are counted, not listed.
const LISTED: usize = 20;

#[derive(Debug, Args)]
pub struct Import {
    /// CSV with at least the columns list, version, kind, unit, name, matter or category, powers; one file may
    /// hold many lists
    file: PathBuf,
    /// Take lists with entries outside of the list above them; such entries give nothing
    #[arg(long)]
    confirm: bool,
    /// Only report what would be done
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
}

impl Import {
    pub async fn run(self) -> anyhow::Result<()> {
        let (db, _) = self.place.open().await?;
        let (name, now) = (self.file.display().to_string(), now());
        let text = text(&self.file)?;
        let mut write = db.write(ACTOR, now).await?;
        let areas = Areas::new(store::areas::load(&mut write.tx).await?)?;
        let units = store::units::load(&mut write.tx).await?;
        let matters = store::matters::load(&mut write.tx).await?;
        let former = store::lists::load(&mut write.tx).await?;
        let read = lists::read(&name, &text, &areas.time_zone())?;
        let said = |e: Error| Error { detail: format!("{name}: {}", e.detail), ..e };
        let (all, taken) = former.with(read).map_err(said)?;
        if taken.is_empty() {
            println!("nothing changed: these lists are there already");
            return Ok(());
        }
        all.check(&units, &matters, &areas).map_err(said)?;
        let mut outside = 0;
        for list in &taken {
            let before = former.versions(&list.head.list).last().map(|l| &**l);
            outside += tell(&all, list, before, &matters, now)?;
        }
        if outside > 0 && !self.confirm {
            let text = format!(
                "{name}: {outside} matters are outside of the list above (rule 7): --confirm takes the lists all the same"
            );
            return Err(Error::invalid("parent", text).into());
        }
        if self.dry_run {
            println!("nothing was written: a dry run");
            return Ok(());
        }
        store::lists::insert(&mut write, &taken, false).await?;
        write.commit().await?;
        println!("taken: {} versions of lists", taken.len());
        Ok(())
    }
}

/// Tells what is other than in the version before and than in the list above; how many matters contradict that.
fn tell(all: &Lists, list: &List, before: Option<&List>, matters: &Matters, now: Timestamp) -> Result<usize> {
    let head = &list.head;
    println!(
        "list {} version {}: {} of {}, {} entries",
        head.list,
        head.version,
        head.kind.as_str(),
        head.unit,
        list.entries.len()
    );
    let difference = between(before, list);
    match before {
        None => println!("  no version before"),
        Some(before) => {
            println!("  against version {}:", before.head.version);
            for (what, entries) in
                [("added", &difference.added), ("gone", &difference.gone), ("changed", &difference.changed)]
            {
                entry_lines(what, entries);
            }
        }
    }
    let at = head.span.begins().max(now);
    let Some(AgainstParent { outside, left, .. }) = against_parent(all, list, matters, at) else { return Ok(0) };
    let parent = head.parent.as_ref().map(ToString::to_string).unwrap_or_default();
    println!("  against {parent}: {} matters outside of it, {left} powers of it left", outside.len());
    for found in outside.iter().take(LISTED) {
        println!("    outside: {} {}", found.matter, found.powers.text());
    }
    if outside.len() > LISTED {
        println!("    and {} more", outside.len() - LISTED);
    }
    Ok(outside.len())
}

fn entry_lines(what: &str, entries: &[EntryAbout]) {
    println!("    {what}: {}", entries.len());
    for entry in entries.iter().take(LISTED) {
        println!("      {} {} {}", entry.scope.text(), entry.powers.text(), entry.fields.join(", "));
    }
    if entries.len() > LISTED {
        println!("      and {} more", entries.len() - LISTED);
    }
}
