//! What judges decided for like cases (rule 19).

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    base::{Code, LngLat, Timestamp},
    domain::{
        lists::Power,
        noun::{About, Fact, Kind, NoRows, Noun, Told, Update},
    },
};

/// Whose cases of a matter in an area are, from when until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Precedent {
    /// Of the judgement.
    pub id: Uuid,
    /// That was judged.
    pub incident: Uuid,
    pub matter: Code,
    pub area: Code,
    pub to: Code,
    /// With that power; without one the handling and coordination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub power: Option<Power>,
    /// Cases that are filed from then on,
    pub from: Timestamp,
    /// and before.
    pub until: Timestamp,
    /// Who judged: a key's id, or `keyless`.
    pub by: String,
    pub reason: String,
}

/// All of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Precedents(BTreeMap<Uuid, Arc<Precedent>>);

impl Precedents {
    pub fn new(all: impl IntoIterator<Item = Precedent>) -> Self {
        Self(all.into_iter().map(|p| (p.id, Arc::new(p))).collect())
    }

    /// By id.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Precedent>> {
        self.0.values()
    }

    /// The one for a case of a matter that was filed then: of several the last that was decided.
    pub fn find(&self, matter: &Code, over: impl Fn(&Code) -> bool, filed_at: Timestamp) -> Option<&Arc<Precedent>> {
        let fits = |p: &&Arc<Precedent>| p.matter == *matter && (p.from..p.until).contains(&filed_at) && over(&p.area);
        self.all().filter(fits).max_by_key(|p| (p.from, p.id))
    }
}

const PRECEDENT: Kind = Kind::new("precedent");

/// A fact about whose like cases are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// A judge decided for like cases.
    Precedent { precedent: Precedent },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        PRECEDENT
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        let Self::Precedent { precedent } = self;
        About { id: Some(precedent.id.to_string()), area: Some(precedent.area.clone()), ..About::default() }
    }

    fn told(&self) -> Told {
        let Self::Precedent { precedent } = self;
        Told::one("precedent", precedent)
    }
}

impl Noun for Precedents {
    const WORD: &'static str = "ownership";
    const KINDS: &'static [Kind] = &[PRECEDENT];
    type Change = Change;
    type Rows = NoRows;

    fn carried(change: &Change) -> Option<Update<Self>> {
        Some(Update::Change(change.clone()))
    }

    fn take(this: &mut Arc<Self>, change: Change) {
        let Change::Precedent { precedent } = change;
        Arc::make_mut(this).0.insert(precedent.id, Arc::new(precedent));
    }
}
