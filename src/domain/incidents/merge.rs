//! Cases that tell of the same (并案): one stands for all. What is merged keeps its history, waits for nobody, and can be
//! taken out again; whoever reported any of them hears what became of it before the one that stands for them ends.

use uuid::Uuid;

use super::Incident;
use crate::base::{Error, Result};

impl Incident {
    /// Whether this one can stand for `repeat`, into which `others` are merged.
    ///
    /// # Errors
    /// `Invalid` with the rule it breaks.
    pub fn stands_for(&self, repeat: Uuid, others: &[Incident]) -> Result<()> {
        let refuse = |why: String| Err(Error::invalid("act", why));
        if self.id == repeat {
            return refuse("no case is merged into itself".to_owned());
        }
        if let Some(lead) = self.merged_into {
            return refuse(format!("{} is merged into {lead} itself: merge into that one", self.id));
        }
        if self.status.is_ended() {
            let status = self.status.as_str();
            return refuse(format!("{} is {status} and stands for nothing new: open it again first", self.id));
        }
        if !others.is_empty() {
            return refuse(format!("it stands for {}: unmerge these, or merge the other way round", ids(others)));
        }
        Ok(())
    }

    /// Whether all who reported `merged` ones heard what became of it.
    ///
    /// # Errors
    /// `Invalid` with those who have not.
    pub fn told_all(&self, merged: &[Incident]) -> Result<()> {
        let untold = |i: &&Incident| i.milestones.told_at.is_none();
        let all = if merged.is_empty() { None } else { Some(self) };
        let untold: Vec<&Incident> = all.into_iter().chain(merged).filter(untold).collect();
        if untold.is_empty() {
            return Ok(());
        }
        let why = format!("who reported {} has not been told what became of it: tell them first", ids(untold));
        Err(Error::invalid("act", why))
    }
}

fn ids<'a>(incidents: impl IntoIterator<Item = &'a Incident>) -> String {
    let ids: Vec<Uuid> = incidents.into_iter().map(|i| i.id).collect();
    ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(", ")
}
