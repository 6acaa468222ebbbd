//! Batches one after the other: which may still be taken, and what taking one back leaves.
//!
//! A batch names the revision it was made on. It is worked out on the plan as it stood then, so that
//! it does what its author saw, and taken when nothing that it touches was changed since. Undo and
//! redo are batches too: the inverse of one's own last one, but for what is not as it left it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    command::Command,
    delta::{self, Changed, Changes, Delta, Key, Value},
    edit::{self, Desk, Edited, Step},
    plan::{LayerHead, Plan, Revision, Zone},
};
use crate::base::{Code, Error, Result, Timestamp};

/// What one batch did: the edit of a plan that made `revision`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PlanBatch)]
pub struct Batch {
    /// The caller's.
    pub id: Uuid,
    pub plan: Uuid,
    pub revision: Revision,
    /// What its author saw.
    pub on_revision: Revision,
    pub author: String,
    pub at: Timestamp,
    pub kind: BatchKind,
    /// Commands with what each did; none for undo and redo.
    pub steps: Vec<Step>,
    /// What they come to.
    pub did: Vec<Delta>,
    /// What an undo or redo left as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PlanBatchKind)]
pub enum BatchKind {
    Edit,
    /// Of the batch that made this revision.
    Undo(Revision),
    Redo(Revision),
}

/// What an undo did not take back, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = LeftAsIs)]
pub struct Left {
    pub layer: Code,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Code>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub atom: Option<Code>,
    pub reason: String,
    /// Who changed it last since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
}

/// A wish that meets another: what stood there, what somebody made of it since, what was to be made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PlanClash)]
pub struct Clash {
    pub layer: Code,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Code>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub atom: Option<Code>,
    /// Who changed it since.
    pub by: String,
    pub revision: Revision,
    /// What it is now: zones of an atom, a record, or a lock.
    pub theirs: serde_json::Value,
    /// What the edit would make of it; nothing where it only had to be as it was.
    pub yours: Option<serde_json::Value>,
}

/// Why an edit is not taken.
#[derive(Debug)]
pub enum Refusal {
    Error(Error),
    Clashes(Vec<Clash>),
}

impl From<Error> for Refusal {
    fn from(e: Error) -> Self {
        Self::Error(e)
    }
}

/// The plan as it was at `revision`, from what it is now and all batches since, in order.
pub fn rewind(plan: &Plan, since: &[Arc<Batch>], revision: Revision) -> Result<Plan> {
    let mut then = plan.clone();
    for batch in since.iter().rev().filter(|b| b.revision > revision) {
        then.make(&delta::inverse(&delta::net(&batch.did, &plan.atoms)?));
    }
    then.head.revision = revision;
    Ok(then)
}

/// The plan with one more batch. A batch that is in it already changes nothing.
pub fn advance(plan: &mut Plan, batch: &Batch) -> Result<()> {
    if batch.revision > plan.head.revision {
        plan.make(&delta::net(&batch.did, &plan.atoms)?);
        plan.head.revision = batch.revision;
    }
    Ok(())
}

/// A batch of commands made on `on_revision`, as it is taken on `plan` now; `since` has all batches
/// after that revision.
///
/// # Errors
/// When a command is refused, or when something that it touches was changed since.
pub fn edit(
    plan: &Plan,
    since: &[Arc<Batch>],
    (id, on_revision): (Uuid, Revision),
    commands: &[Command],
    desk: Desk,
) -> Result<Batch, Refusal> {
    edit::draft(plan)?;
    known_revision(plan, on_revision)?;
    let edited = match on_revision == plan.head.revision {
        true => edit::edit(plan, commands, desk)?,
        false => {
            let edited = edit::edit(&rewind(plan, since, on_revision)?, commands, desk)?;
            let clashes = clashes(plan, since, on_revision, &edited)?;
            if !clashes.is_empty() {
                return Err(Refusal::Clashes(clashes));
            }
            edited
        }
    };
    if edited.changes.is_empty() {
        return Err(Error::invalid("commands", "nothing would change").into());
    }
    let did = delta::group(&edited.changes, &plan.atoms);
    Ok(batch(plan, id, on_revision, desk, (BatchKind::Edit, edited.steps, did, Vec::new())))
}

fn known_revision(plan: &Plan, on_revision: Revision) -> Result<()> {
    let now = plan.head.revision;
    if (0..=now).contains(&on_revision) {
        return Ok(());
    }
    Err(Error::invalid("on_revision", format!("the plan has no revision {on_revision} yet; it is at {now}")))
}

type Made = (BatchKind, Vec<Step>, Vec<Delta>, Vec<Left>);

fn batch(plan: &Plan, id: Uuid, on_revision: Revision, desk: Desk, (kind, steps, did, left): Made) -> Batch {
    let (author, at, revision) = (desk.author.to_owned(), desk.at, plan.head.revision + 1);
    Batch { id, plan: plan.head.id, revision, on_revision, author, at, kind, steps, did, left }
}

/// Everything that the edit touches and somebody changed since.
fn clashes(plan: &Plan, since: &[Arc<Batch>], on: Revision, edited: &Edited) -> Result<Vec<Clash>> {
    let mut found: BTreeMap<Key, Clash> = BTreeMap::new();
    let goes = |key: &Key, zones: [&[Code]; 2]| {
        let gone = |z: &Code| {
            let key = Key::Zone(key.layer().clone(), z.clone());
            edited.changes.get(&key).is_some_and(|c| c.after == Value::Zone(None))
        };
        zones.into_iter().flatten().any(gone)
    };
    for batch in since.iter().filter(|b| b.revision > on) {
        for (key, changed) in delta::net(&batch.did, &plan.atoms)? {
            let touches = edited.changes.contains_key(&key)
                || edited.read.contains(&key)
                || match (&key, &changed.before, &changed.after) {
                    // An atom that came to a zone that is to go, or left it.
                    (Key::Atom(..), Value::Atom(a), Value::Atom(b)) => goes(&key, [a.codes(), b.codes()]),
                    // A lock on an atom that is to move.
                    (Key::AtomLock(layer, atom), ..) => edited.changes.contains_key(&Key::Atom(layer.clone(), *atom)),
                    _ => false,
                };
            if touches {
                let (layer, zone, atom) = named(plan, &key);
                let yours = edited.changes.get(&key).map(|c| shown(&c.after));
                let (by, revision, theirs) = (batch.author.clone(), batch.revision, shown(&plan.get(&key)));
                found.insert(key, Clash { layer, zone, atom, by, revision, theirs, yours });
            }
        }
    }
    Ok(found.into_values().collect())
}

/// The layer, zone and atom of a place.
fn named(plan: &Plan, key: &Key) -> (Code, Option<Code>, Option<Code>) {
    let layer = key.layer().clone();
    match key {
        Key::Zone(_, zone) => (layer, Some(zone.clone()), None),
        Key::Atom(_, atom) | Key::AtomLock(_, atom) => (layer, None, Some(plan.atoms.at(*atom).code.clone())),
        Key::Layer(_) | Key::Corridor(..) => (layer, None, None),
    }
}

fn shown(value: &Value) -> serde_json::Value {
    let json = match value {
        Value::Layer(v) => serde_json::to_value(v),
        Value::Corridor(v) => serde_json::to_value(v),
        Value::Zone(v) => serde_json::to_value(v),
        Value::Atom(v) => serde_json::to_value(v.codes()),
        Value::AtomLock(v) => serde_json::to_value(v),
    };
    json.unwrap_or_default()
}

/// What one author may take back and make again, by the revisions of their edits: the last comes first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stacks {
    pub undo: Vec<Revision>,
    pub redo: Vec<Revision>,
}

impl Stacks {
    /// From all of one author's batches, in order.
    pub fn of(batches: impl IntoIterator<Item = (Revision, BatchKind)>) -> Self {
        let mut stacks = Self::default();
        for (revision, kind) in batches {
            match kind {
                BatchKind::Edit => {
                    stacks.undo.push(revision);
                    stacks.redo.clear();
                }
                BatchKind::Undo(of) => {
                    stacks.undo.retain(|r| *r != of);
                    stacks.redo.push(of);
                }
                BatchKind::Redo(of) => {
                    stacks.redo.retain(|r| *r != of);
                    stacks.undo.push(of);
                }
            }
        }
        stacks
    }

    /// What undo would take back.
    ///
    /// # Errors
    /// `Conflict` when there is nothing.
    pub fn to_undo(&self) -> Result<BatchKind> {
        let last = self.undo.last().map(|r| BatchKind::Undo(*r));
        last.ok_or_else(|| Error::conflict("there is no edit of yours to undo"))
    }

    /// What redo would make again.
    ///
    /// # Errors
    /// `Conflict` when there is nothing.
    pub fn to_redo(&self) -> Result<BatchKind> {
        let last = self.redo.last().map(|r| BatchKind::Redo(*r));
        last.ok_or_else(|| Error::conflict("there is no undone edit of yours to make again"))
    }
}

/// The batch that takes `edit` back, or makes it again. What is not as the edit left it (others changed
/// it since), and what is locked, is left and listed.
///
/// # Errors
/// `Conflict` when the plan is no draft.
pub fn again(plan: &Plan, edit: &Batch, id: Uuid, kind: BatchKind, desk: Desk) -> Result<Batch> {
    edit::draft(plan)?;
    let mut wanted = delta::net(&edit.did, &plan.atoms)?;
    if let BatchKind::Undo(_) = kind {
        wanted = delta::inverse(&wanted);
    }
    let (changes, left) = possible(plan, wanted);
    let did = delta::group(&changes, &plan.atoms);
    Ok(batch(plan, id, plan.head.revision, desk, (kind, Vec::new(), did, left)))
}

/// Says of all that was left who changed it last, going by the batches `since` the edit.
pub fn blame(plan: &Plan, left: &mut [Left], since: &[Arc<Batch>]) -> Result<()> {
    for batch in since {
        let changed = delta::net(&batch.did, &plan.atoms)?;
        let places: BTreeSet<_> = changed.keys().map(|key| named(plan, key)).collect();
        for one in &mut *left {
            if places.contains(&(one.layer.clone(), one.zone.clone(), one.atom.clone())) {
                (one.by, one.revision) = (Some(batch.author.clone()), Some(batch.revision));
            }
        }
    }
    Ok(())
}

/// Those of the `wanted` changes that can be made, and why the others can't.
fn possible(plan: &Plan, wanted: Changes) -> (Changes, Vec<Left>) {
    let free = unlocked(plan, &wanted);
    let mut then = plan.clone();
    let (mut made, mut left) = (Changes::new(), Vec::new());
    // What goes, goes last: only then is it known whether something is still in it.
    let (last, first): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|(_, c)| goes(&c.after));
    for (key, changed) in first.into_iter().chain(last.into_iter().rev()) {
        let before = then.get(&key);
        if before == changed.after {
            continue;
        }
        let reason = match before == changed.before {
            false => Some("it was changed since".to_owned()),
            true => {
                let locked = edit::locked(&free, &key, &changed.after).err().map(|e| e.detail);
                locked.or_else(|| stranded(&then, &key, &changed))
            }
        };
        if let Some(reason) = reason {
            let (layer, zone, atom) = named(plan, &key);
            left.push(Left { layer, zone, atom, reason, by: None, revision: None });
            continue;
        }
        then.set(&key, changed.after.clone());
        made.insert(key, changed);
    }
    (made, left)
}

/// The plan without the locks that the changes take off: those were the author's own.
fn unlocked(plan: &Plan, wanted: &Changes) -> Plan {
    let mut free = plan.clone();
    for (key, changed) in wanted {
        let now = plan.get(key);
        let open = match (now == changed.before).then_some((now, &changed.after)) {
            Some((Value::Layer(Some(now)), Value::Layer(to))) if to.as_ref().is_none_or(|to| !to.locked) => {
                Value::Layer(Some(Box::new(LayerHead { locked: false, ..*now })))
            }
            Some((Value::Zone(Some(now)), Value::Zone(to))) if to.as_ref().is_none_or(|to| !to.locked) => {
                Value::Zone(Some(Box::new(Zone { locked: false, ..*now })))
            }
            Some((Value::AtomLock(_), Value::AtomLock(false))) => Value::AtomLock(false),
            _ => continue,
        };
        free.set(key, open);
    }
    free
}

fn goes(value: &Value) -> bool {
    matches!(value, Value::Layer(None) | Value::Zone(None) | Value::Corridor(None))
}

/// Why the change would leave atoms in a zone that is not there, or a zone in such a layer.
fn stranded(plan: &Plan, key: &Key, changed: &Changed) -> Option<String> {
    let layer = plan.layers.get(key.layer());
    match (key, &changed.after) {
        (Key::Layer(_), Value::Layer(None)) => {
            let layer = layer?;
            let full = !layer.zones.is_empty() || !layer.corridors.is_empty() || !layer.locked_atoms.is_empty();
            full.then(|| "others made something in it".to_owned())
        }
        (Key::Layer(_), _) => None,
        _ if layer.is_none() => Some("its layer is not there any more".to_owned()),
        (Key::Zone(_, code), Value::Zone(None)) => {
            let held = layer?.atoms_of(code.as_str()).count();
            (held > 0).then(|| format!("others put {held} atoms into it"))
        }
        (Key::Atom(..), Value::Atom(to)) => {
            let gone = to.codes().iter().find(|z| !layer.is_some_and(|l| l.zones.contains_key(*z)))?;
            Some(format!("zone {gone} is not there any more"))
        }
        _ => None,
    }
}
