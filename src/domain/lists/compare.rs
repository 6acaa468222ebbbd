//! What is other in a version of a list than in the one before, and than in the list above it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Entry, List, ListRef, Lists, Power, Powers, Ruling, Scope};
use crate::{
    base::{Code, Timestamp},
    domain::matters::Matters,
};

/// An entry by what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct EntryAbout {
    pub scope: Scope,
    #[schema(value_type = Vec<Power>)]
    pub powers: Powers,
    /// What it says otherwise now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub fields: Vec<&'static str>,
}

/// What became of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ListDifference {
    /// The version before, if there is one.
    pub former: Option<ListRef>,
    pub added: Vec<EntryAbout>,
    pub gone: Vec<EntryAbout>,
    pub changed: Vec<EntryAbout>,
}

fn about(e: &Entry, fields: Vec<&'static str>) -> EntryAbout {
    EntryAbout { scope: e.scope.clone(), powers: e.powers, fields }
}

/// Entries are the same that speak of the same, for the same powers from the same date on.
pub fn between(former: Option<&List>, next: &List) -> ListDifference {
    let by_key = |list: &List| -> BTreeMap<_, Entry> {
        list.entries.iter().map(|e| ((e.scope.clone(), e.powers, e.span.begins()), e.clone())).collect()
    };
    let (before, after) = (former.map(by_key).unwrap_or_default(), by_key(next));
    let mut found = ListDifference {
        former: former.map(List::reference),
        added: Vec::new(),
        gone: before.iter().filter(|(key, _)| !after.contains_key(key)).map(|(_, e)| about(e, Vec::new())).collect(),
        changed: Vec::new(),
    };
    for (key, e) in &after {
        match before.get(key) {
            None => found.added.push(about(e, Vec::new())),
            Some(b) if b == e => {}
            Some(b) => found.changed.push(about(e, fields(b, e))),
        }
    }
    found
}

fn fields(a: &Entry, b: &Entry) -> Vec<&'static str> {
    let differ = [
        ("mode", a.mode != b.mode),
        ("subject", a.subject != b.subject),
        ("acting", a.acting != b.acting),
        ("liable", a.liable != b.liable),
        ("lead", a.lead != b.lead),
        ("supporters", a.supporters != b.supporters),
        ("basis", (&a.basis, &a.basis_uri) != (&b.basis, &b.basis_uri)),
        ("consent", a.consent != b.consent),
        ("approval", a.approval != b.approval),
        ("until", a.span.until != b.span.until),
    ];
    differ.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}

/// Powers over one matter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
pub struct MatterPowers {
    pub matter: Code,
    #[schema(value_type = Vec<Power>)]
    pub powers: Powers,
}

/// How a list stands to the one above it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AgainstParent {
    /// At this time.
    pub at: Timestamp,
    /// What it has and the list above has not: a contradiction, which gives nothing (rule 7).
    pub outside: Vec<MatterPowers>,
    /// How many powers over matters the list above has and it has not.
    pub left: usize,
}

/// Holds a version against the list above it; `None` where there is none.
pub fn against_parent(lists: &Lists, list: &List, matters: &Matters, at: Timestamp) -> Option<AgainstParent> {
    let parent = lists.in_force(list.head.parent.as_ref()?, at);
    let (mut outside, mut left) = (Vec::new(), 0);
    for matter in matters.all() {
        let ruled = |p: &Power| matches!(lists.ruling(list, matter, *p, at), Ruling::Outside { .. });
        let powers: Powers = Power::ALL.into_iter().filter(ruled).collect();
        if !powers.is_empty() {
            outside.push(MatterPowers { matter: matter.code.clone(), powers });
        }
        let has = |list: &List, p: Power| list.entry(matter, p, at).is_some();
        left += Power::ALL.iter().filter(|&&p| parent.is_some_and(|l| has(l, p)) && !has(list, p)).count();
    }
    Some(AgainstParent { at, outside, left })
}
