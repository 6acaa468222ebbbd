//! One case stands for others that tell of the same (并案): what concerns several of them at once.

use serde::Serialize;
use uuid::Uuid;

use crate::{
    base::{Error, Result, Timestamp},
    domain::{
        auth::Sight,
        incidents::{Action, Incident},
    },
    store::{self, Write},
};

/// A case for which another one stands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = MergedIncident)]
pub(super) struct Merged {
    pub id: Uuid,
    pub reported_at: Timestamp,
    pub description: Option<String>,
    /// The id in the system it came from.
    pub external_id: Option<String>,
    /// When who reported it heard what became of it; null while nobody has told.
    pub told_at: Option<Timestamp>,
}

impl From<Incident> for Merged {
    fn from(i: Incident) -> Self {
        let Incident { id, reported_at, description, external_id, .. } = i;
        Self { id, reported_at, description, external_id, told_at: i.milestones.told_at }
    }
}

/// Whether the case may be merged into `lead`, which the caller must see.
pub(super) async fn check(w: &mut Write, (repeat, lead): (Uuid, Uuid), sight: &Sight) -> Result<()> {
    let known = store::incidents::get_tx(&mut w.tx, lead).await?.filter(|i| i.is_seen(sight));
    let lead = known.ok_or_else(|| Error::invalid("act", format!("there is no incident {lead} to merge it into")))?;
    let others = store::incidents::merged_into(&mut w.tx, repeat).await?;
    lead.stands_for(repeat, &others)
}

/// Who reported a case was told: so were those who reported what is merged into it, and had not been.
pub(super) async fn tell(w: &mut Write, lead: Uuid, told: &Action) -> Result<()> {
    for merged in store::incidents::merged_into(&mut w.tx, lead).await? {
        if merged.milestones.told_at.is_none() {
            // Nothing was said of one before it was reported.
            let (id, at) = (Uuid::now_v7(), told.at.max(merged.reported_at));
            let same = Action { id, at, evidence: Vec::new(), ..told.clone() };
            store::incidents::act(w, merged.id, same).await?;
        }
    }
    Ok(())
}
