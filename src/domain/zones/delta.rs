//! What an edit changed: for each place of a plan what stood there before and what stands there after.
//!
//! A plan is a map from [`Key`]s to [`Value`]s, and every edit, undo and redo is a set of changed keys.
//! [`Delta`] is the same grouped, as it is kept and shown.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    atoms::{AtomIx, Atoms},
    plan::{Corridor, Holders, LayerHead, Plan, Zone, ZoneLayer},
};
use crate::base::{Code, Result};

/// A place of a plan at which something stands. The order is that in which changes can be made: a layer
/// is there before its zones, a zone before its atoms.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Layer(Code),
    Corridor(Code, Code),
    /// Of a layer, by code.
    Zone(Code, Code),
    /// Who holds an atom in a layer.
    Atom(Code, AtomIx),
    /// Whether it is locked there.
    AtomLock(Code, AtomIx),
}

impl Key {
    pub fn layer(&self) -> &Code {
        match self {
            Self::Layer(l) | Self::Corridor(l, _) | Self::Zone(l, _) | Self::Atom(l, _) | Self::AtomLock(l, _) => l,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Layer(Option<Box<LayerHead>>),
    Corridor(Option<Box<Corridor>>),
    Zone(Option<Box<Zone>>),
    Atom(Holders),
    AtomLock(bool),
}

/// What stood at a place and what stands there now.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    pub before: Value,
    pub after: Value,
}

/// Changed places in the order of their keys.
pub type Changes = BTreeMap<Key, Changed>;

/// Changed places of one kind: atoms that went the same way together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
#[schema(as = PlanDelta)]
pub enum Delta {
    Layer {
        layer: Code,
        before: Option<Box<LayerHead>>,
        after: Option<Box<LayerHead>>,
    },
    Corridor {
        layer: Code,
        code: Code,
        #[schema(value_type = Option<Object>)]
        before: Option<Box<Corridor>>,
        #[schema(value_type = Option<Object>)]
        after: Option<Box<Corridor>>,
    },
    Zone {
        layer: Code,
        code: Code,
        before: Option<Box<Zone>>,
        after: Option<Box<Zone>>,
    },
    /// Atoms that the zones of `before` held, and those of `after` hold.
    Atoms {
        layer: Code,
        before: Vec<Code>,
        after: Vec<Code>,
        atoms: Vec<Code>,
    },
    /// Atoms that were locked or unlocked.
    AtomLocks {
        layer: Code,
        before: bool,
        after: bool,
        atoms: Vec<Code>,
    },
}

/// A layer, and the zones before and after.
type Way<'a> = (&'a Code, &'a [Code], &'a [Code]);

/// Grouped, in the order in which they can be made.
pub fn group(changes: &Changes, atoms: &Atoms) -> Vec<Delta> {
    let mut deltas = Vec::new();
    let mut moved: BTreeMap<Way, Vec<Code>> = BTreeMap::new();
    let mut locked: BTreeMap<(&Code, bool), Vec<Code>> = BTreeMap::new();
    for (key, Changed { before, after }) in changes {
        match (key, before, after) {
            (Key::Layer(layer), Value::Layer(before), Value::Layer(after)) => {
                deltas.push(Delta::Layer { layer: layer.clone(), before: before.clone(), after: after.clone() });
            }
            (Key::Corridor(layer, code), Value::Corridor(before), Value::Corridor(after)) => {
                let (layer, code) = (layer.clone(), code.clone());
                deltas.push(Delta::Corridor { layer, code, before: before.clone(), after: after.clone() });
            }
            (Key::Zone(layer, code), Value::Zone(before), Value::Zone(after)) => {
                let (layer, code) = (layer.clone(), code.clone());
                deltas.push(Delta::Zone { layer, code, before: before.clone(), after: after.clone() });
            }
            (Key::Atom(layer, atom), Value::Atom(before), Value::Atom(after)) => {
                moved.entry((layer, before.codes(), after.codes())).or_default().push(atoms.at(*atom).code.clone());
            }
            (Key::AtomLock(layer, atom), _, Value::AtomLock(after)) => {
                locked.entry((layer, *after)).or_default().push(atoms.at(*atom).code.clone());
            }
            _ => unreachable!("a key has values of its own kind"),
        }
    }
    deltas.extend(moved.into_iter().map(|((layer, before, after), atoms)| Delta::Atoms {
        layer: layer.clone(),
        before: before.to_vec(),
        after: after.to_vec(),
        atoms,
    }));
    deltas.extend(locked.into_iter().map(|((layer, after), atoms)| Delta::AtomLocks {
        layer: layer.clone(),
        before: !after,
        after,
        atoms,
    }));
    deltas
}

impl Delta {
    /// Place by place.
    ///
    /// # Errors
    /// When it names an atom that is not there: then it is of another generation.
    pub fn changes(&self, atoms: &Atoms) -> Result<Vec<(Key, Changed)>> {
        let one = |key, before, after| Ok(vec![(key, Changed { before, after })]);
        match self.clone() {
            Self::Layer { layer, before, after } => one(Key::Layer(layer), Value::Layer(before), Value::Layer(after)),
            Self::Corridor { layer, code, before, after } => {
                one(Key::Corridor(layer, code), Value::Corridor(before), Value::Corridor(after))
            }
            Self::Zone { layer, code, before, after } => {
                one(Key::Zone(layer, code), Value::Zone(before), Value::Zone(after))
            }
            Self::Atoms { layer, before, after, atoms: all } => {
                let (before, after) = (Holders::from(&before[..]), Holders::from(&after[..]));
                let change = || Changed { before: Value::Atom(before.clone()), after: Value::Atom(after.clone()) };
                all.iter().map(|a| Ok((Key::Atom(layer.clone(), atoms.known(a)?), change()))).collect()
            }
            Self::AtomLocks { layer, before, after, atoms: all } => {
                let change = || Changed { before: Value::AtomLock(before), after: Value::AtomLock(after) };
                all.iter().map(|a| Ok((Key::AtomLock(layer.clone(), atoms.known(a)?), change()))).collect()
            }
        }
    }
}

/// What a sequence of deltas comes to, place by place: what stood there first and stands there last.
pub fn net<'a>(deltas: impl IntoIterator<Item = &'a Delta>, atoms: &Atoms) -> Result<Changes> {
    let mut all = Changes::new();
    for delta in deltas {
        for (key, changed) in delta.changes(atoms)? {
            note(&mut all, key, changed);
        }
    }
    all.retain(|_, c| c.before != c.after);
    Ok(all)
}

/// Adds a later change of a place.
pub fn note(all: &mut Changes, key: Key, changed: Changed) {
    use std::collections::btree_map::Entry;
    match all.entry(key) {
        Entry::Vacant(free) => {
            free.insert(changed);
        }
        Entry::Occupied(mut there) => there.get_mut().after = changed.after,
    }
}

impl Plan {
    /// What stands at `key`; nothing in a layer that is not there.
    pub fn get(&self, key: &Key) -> Value {
        let layer = self.layers.get(key.layer());
        match key {
            Key::Layer(_) => Value::Layer(layer.map(|l| Box::new(l.head.clone()))),
            Key::Corridor(_, code) => Value::Corridor(layer.and_then(|l| l.corridors.get(code)).cloned().map(Box::new)),
            Key::Zone(_, code) => Value::Zone(layer.and_then(|l| l.zones.get(code)).cloned().map(Box::new)),
            Key::Atom(_, atom) => Value::Atom(layer.map_or(Holders::Nobody, |l| l.holders[*atom as usize].clone())),
            Key::AtomLock(_, atom) => Value::AtomLock(layer.is_some_and(|l| l.locked_atoms.contains(atom))),
        }
    }

    /// Puts `value` at `key`; in a layer that is not there only the layer itself can be put.
    pub fn set(&mut self, key: &Key, value: Value) {
        if let (Key::Layer(code), Value::Layer(head)) = (key, &value) {
            match (head, self.layers.get_mut(code)) {
                (None, _) => drop(self.layers.remove(code)),
                (Some(head), Some(layer)) => Arc::make_mut(layer).head = (**head).clone(),
                (Some(head), None) => {
                    let layer = ZoneLayer::new((**head).clone(), &self.atoms);
                    self.layers.insert(code.clone(), Arc::new(layer));
                }
            }
            return;
        }
        let Some(layer) = self.layers.get_mut(key.layer()).map(Arc::make_mut) else { return };
        match (key, value) {
            (Key::Corridor(_, code), Value::Corridor(to)) => put(&mut layer.corridors, code, to),
            (Key::Zone(_, code), Value::Zone(to)) => put(&mut layer.zones, code, to),
            (Key::Atom(_, atom), Value::Atom(to)) => layer.holders[*atom as usize] = to,
            (Key::AtomLock(_, atom), Value::AtomLock(true)) => drop(layer.locked_atoms.insert(*atom)),
            (Key::AtomLock(_, atom), Value::AtomLock(false)) => drop(layer.locked_atoms.remove(atom)),
            _ => unreachable!("a key has values of its own kind"),
        }
    }

    /// Makes the changes: what must be there first comes first, what must go last goes last.
    pub fn make(&mut self, changes: &Changes) {
        let goes = |v: &Value| matches!(v, Value::Layer(None) | Value::Zone(None) | Value::Corridor(None));
        for (key, changed) in changes.iter().filter(|(_, c)| !goes(&c.after)) {
            self.set(key, changed.after.clone());
        }
        for (key, changed) in changes.iter().rev().filter(|(_, c)| goes(&c.after)) {
            self.set(key, changed.after.clone());
        }
    }
}

fn put<T>(all: &mut BTreeMap<Code, T>, code: &Code, to: Option<Box<T>>) {
    match to {
        Some(to) => drop(all.insert(code.clone(), *to)),
        None => drop(all.remove(code)),
    }
}

/// The same changes the other way round.
pub fn inverse(changes: &Changes) -> Changes {
    let back = |c: &Changed| Changed { before: c.after.clone(), after: c.before.clone() };
    changes.iter().map(|(key, c)| (key.clone(), back(c))).collect()
}
