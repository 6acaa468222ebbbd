//! Commands on a plan: what each changes, or why it is refused.
//!
//! A batch is taken whole or not at all. Nothing that is locked changes: a locked atom keeps its
//! zones, a locked zone its atoms and its record, a locked layer everything; only the lock itself can
//! be taken off.

use std::collections::BTreeSet;

use geo::MultiLineString;

use super::{
    atoms::AtomIx,
    command::{Along, Brush, Command, How, NewZone},
    cut,
    delta::{self, Changed, Changes, Delta, Key, Value},
    plan::{Comment, Corridor, Holders, LayerHead, Plan, PlanState, Zone, ZoneLayer, ZoneSquad},
    rules,
};
use crate::{
    base::{Code, Error, LngLat, Result, Timestamp},
    domain::squads::{Squad, Squads},
    kernel::shape,
};

/// Who edits, when, and what can be named in a command besides the plan.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    pub author: &'a str,
    pub at: Timestamp,
    pub squads: &'a Squads,
    /// The roads of a name or number, in an area where one is given; none when there are none.
    pub road: &'a dyn Fn(&str, Option<&Code>) -> MultiLineString<f64>,
}

impl std::fmt::Debug for Desk<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("author", &self.author).field("at", &self.at).finish_non_exhaustive()
    }
}

/// What one command did.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[schema(as = PlanStep)]
pub struct Step {
    pub command: Command,
    pub did: Vec<Delta>,
    /// Atoms that were passed over because of a lock.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Code>,
}

/// What a batch of commands would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Edited {
    pub steps: Vec<Step>,
    /// What they come to.
    pub changes: Changes,
    /// What had to be as it is: the zones that atoms went to or left, their layers, what is so already.
    pub read: BTreeSet<Key>,
}

/// Takes all `commands` on `plan` as it is given, one after the other.
///
/// # Errors
/// The first command that is refused, by its place in the batch; `Conflict` when the plan is no draft.
pub fn edit(plan: &Plan, commands: &[Command], desk: Desk) -> Result<Edited> {
    draft(plan)?;
    rules::batch(commands)?;
    let mut table = Table { plan: plan.clone(), desk, step: Changes::new(), read: BTreeSet::new(), skipped: vec![] };
    let (mut steps, mut changes) = (Vec::with_capacity(commands.len()), Changes::new());
    for (i, command) in commands.iter().enumerate() {
        table.take(command).map_err(|e| e.inside(&format!("commands[{i}]")))?;
        let mut did = std::mem::take(&mut table.step);
        did.retain(|_, c| c.before != c.after);
        let skipped = std::mem::take(&mut table.skipped);
        steps.push(Step { command: command.clone(), did: delta::group(&did, &plan.atoms), skipped });
        did.into_iter().for_each(|(key, changed)| delta::note(&mut changes, key, changed));
    }
    changes.retain(|_, c| c.before != c.after);
    Ok(Edited { steps, changes, read: table.read })
}

/// Refuses a plan that is no draft.
pub fn draft(plan: &Plan) -> Result<()> {
    let (name, state) = (&plan.head.name, plan.head.state);
    match state {
        PlanState::Draft => Ok(()),
        _ => Err(Error::conflict(format!("plan {name:?} is {}; only a draft can be edited", state.as_str()))),
    }
}

/// Why `key` can't get this value, if something is locked.
pub fn locked(plan: &Plan, key: &Key, to: &Value) -> Result<()> {
    let Some(layer) = plan.layers.get(key.layer()) else { return Ok(()) };
    let refuse = |what: String| Err(Error::conflict(format!("{what} of layer {} is locked", key.layer())));
    let unlocks = matches!((key, to), (Key::Layer(_), Value::Layer(Some(to)))
        if **to == LayerHead { locked: false, ..layer.head.clone() });
    if layer.head.locked && !unlocks {
        return Err(Error::conflict(format!("layer {} is locked", layer.head.code)));
    }
    match (key, to) {
        (Key::Zone(_, code), Value::Zone(to)) => {
            let unlocked = |from: &Zone| to.as_ref().is_some_and(|to| **to == Zone { locked: false, ..from.clone() });
            match layer.zones.get(code) {
                Some(from) if from.locked && !unlocked(from) => refuse(format!("zone {code}")),
                _ => Ok(()),
            }
        }
        (Key::Atom(_, atom), Value::Atom(to)) => {
            if layer.locked_atoms.contains(atom) {
                return refuse(format!("atom {}", plan.atoms.at(*atom).code));
            }
            let from = &layer.holders[*atom as usize];
            let gained = to.codes().iter().filter(|z| !from.contains(z.as_str()));
            let lost = from.codes().iter().filter(|z| !to.contains(z.as_str()));
            let is_locked = |z: &&Code| layer.zones.get(*z).is_some_and(|z| z.locked);
            match gained.chain(lost).find(is_locked) {
                Some(zone) => refuse(format!("atom {} can't move: zone {zone}", plan.atoms.at(*atom).code)),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// A plan on the table.
struct Table<'a> {
    plan: Plan,
    desk: Desk<'a>,
    /// By the command in hand.
    step: Changes,
    read: BTreeSet<Key>,
    skipped: Vec<Code>,
}

impl Table<'_> {
    fn set(&mut self, key: Key, after: Value) -> Result<()> {
        let before = self.plan.get(&key);
        if before == after {
            self.read.insert(key);
            return Ok(());
        }
        locked(&self.plan, &key, &after)?;
        self.plan.set(&key, after.clone());
        delta::note(&mut self.step, key, Changed { before, after });
        Ok(())
    }

    fn layer(&mut self, code: &Code) -> Result<&ZoneLayer> {
        self.read.insert(Key::Layer(code.clone()));
        let plan = &self.plan;
        plan.layer(code.as_str()).map(|l| &**l).ok_or_else(|| {
            let known: Vec<_> = plan.layers.keys().map(Code::as_str).collect();
            Error::invalid("layer", format!("the plan has no layer {code}; it has [{}]", known.join(", ")))
        })
    }

    fn zone(&mut self, layer: &Code, code: &Code) -> Result<Zone> {
        let found = self.layer(layer)?.zones.get(code).cloned();
        self.read.insert(Key::Zone(layer.clone(), code.clone()));
        found.ok_or_else(|| Error::invalid("zone", format!("layer {layer} has no zone {code}")))
    }

    fn change_zone(&mut self, layer: &Code, code: &Code, change: impl FnOnce(&mut Zone) -> Result<()>) -> Result<()> {
        let mut zone = self.zone(layer, code)?;
        change(&mut zone)?;
        self.set(Key::Zone(layer.clone(), code.clone()), Value::Zone(Some(Box::new(zone))))
    }

    fn take(&mut self, command: &Command) -> Result<()> {
        match command {
            Command::AddLayer { layer } => {
                if self.plan.layers.contains_key(&layer.code) {
                    return Err(Error::invalid("layer.code", format!("the plan has a layer {} already", layer.code)));
                }
                self.set(Key::Layer(layer.code.clone()), Value::Layer(Some(Box::new(layer.clone()))))
            }
            Command::SetLayer { layer: head } => {
                self.layer(&head.code)?;
                self.set(Key::Layer(head.code.clone()), Value::Layer(Some(Box::new(head.clone()))))
            }
            Command::RemoveLayer { layer } => {
                let there = self.layer(layer)?;
                let (zones, corridors) = (there.zones.len(), there.corridors.len());
                if zones + corridors > 0 || !there.locked_atoms.is_empty() {
                    let detail =
                        format!("layer {layer} still has {zones} zones, {corridors} corridors or locked atoms");
                    return Err(Error::invalid("layer", detail));
                }
                self.set(Key::Layer(layer.clone()), Value::Layer(None))
            }
            Command::LockLayer { layer, locked } => {
                let head = LayerHead { locked: *locked, ..self.layer(layer)?.head.clone() };
                self.set(Key::Layer(layer.clone()), Value::Layer(Some(Box::new(head))))
            }
            Command::CreateZone { layer, zone } => self.create(layer, zone),
            Command::RenameZone { layer, zone, name, name_zh } => self.change_zone(layer, zone, |z| {
                (z.name, z.name_zh) = (name.clone(), name_zh.clone());
                Ok(())
            }),
            Command::RecolourZone { layer, zone, colour } => self.change_zone(layer, zone, |z| {
                z.colour = colour.to_lowercase();
                Ok(())
            }),
            Command::DeleteZone { layer, zone } => {
                self.zone(layer, zone)?;
                let atoms: Vec<AtomIx> = self.layer(layer)?.atoms_of(zone.as_str()).collect();
                self.release(layer, zone, &atoms)?;
                self.set(Key::Zone(layer.clone(), zone.clone()), Value::Zone(None))
            }
            Command::Assign { layer, zone, atoms, how } => {
                let atoms = self.known(atoms)?;
                self.assign(layer, zone, &atoms, *how)
            }
            Command::TakeAway { layer, zone, atoms } => {
                self.zone(layer, zone)?;
                let atoms = self.known(atoms)?;
                let held = self.layer(layer)?;
                if let Some(other) = atoms.iter().find(|a| !held.holders[**a as usize].contains(zone.as_str())) {
                    let code = self.plan.atoms.at(*other).code.clone();
                    return Err(Error::invalid("atoms", format!("atom {code} is not in zone {zone}")));
                }
                self.release(layer, zone, &atoms)
            }
            Command::Paint { layer, zone, brush, how } => {
                let atoms = self.under(brush);
                if atoms.is_empty() {
                    return Err(Error::invalid("brush", "the middle of no atom lies under the brush"));
                }
                self.assign(layer, zone, &atoms, *how)
            }
            Command::Erase { layer, zone, brush } => {
                self.zone(layer, zone)?;
                let mut atoms = self.under(brush);
                let holders = &self.layer(layer)?.holders;
                atoms.retain(|a| holders[*a as usize].contains(zone.as_str()));
                if atoms.is_empty() {
                    let detail = format!("the middle of no atom of zone {zone} lies under the brush");
                    return Err(Error::invalid("brush", detail));
                }
                self.release(layer, zone, &atoms)
            }
            Command::TakeArea { layer, zone, area, how } => {
                let within = |a: &super::Atom| a.township.as_ref() == Some(area) || a.village.as_ref() == Some(area);
                let atoms: Vec<_> = self.plan.atoms.iter().filter(|(_, a)| within(a)).map(|(ix, _)| ix).collect();
                if atoms.is_empty() {
                    let detail = format!("{area} is no township or village of the county, or has no atoms");
                    return Err(Error::invalid("area", detail));
                }
                self.assign(layer, zone, &atoms, *how)
            }
            Command::Grow { layer, zone, how } => {
                self.zone(layer, zone)?;
                let own: BTreeSet<_> = self.layer(layer)?.atoms_of(zone.as_str()).collect();
                let around = |a: &AtomIx| self.plan.atoms.neighbours(*a).iter().map(|b| b.atom).collect::<Vec<_>>();
                let ring: BTreeSet<_> = own.iter().flat_map(around).filter(|a| !own.contains(a)).collect();
                if ring.is_empty() {
                    return Err(Error::invalid("zone", format!("there is no atom around zone {zone}")));
                }
                self.assign(layer, zone, &ring.into_iter().collect::<Vec<_>>(), *how)
            }
            Command::Split { layer, zone, along, into } => self.split(layer, zone, along, into),
            Command::Merge { layer, zone, into } => self.merge(layer, zone, into),
            Command::LockZone { layer, zone, locked } => self.change_zone(layer, zone, |z| {
                z.locked = *locked;
                Ok(())
            }),
            Command::LockAtoms { layer, atoms, locked } => {
                self.layer(layer)?;
                let atoms = self.known(atoms)?;
                atoms.iter().try_for_each(|a| self.set(Key::AtomLock(layer.clone(), *a), Value::AtomLock(*locked)))
            }
            Command::GiveSquad { layer, zone, squad } => {
                if self.desk.squads.get(squad).is_none() {
                    return Err(Error::invalid("squad", format!("there is no squad {squad}")));
                }
                self.change_zone(layer, zone, |z| {
                    if z.squads.iter().any(|s| s.id == *squad) {
                        return Err(Error::invalid("squad", format!("squad {squad} serves zone {zone} already")));
                    }
                    z.squads.push(ZoneSquad { id: squad.clone(), post: None });
                    z.squads.sort_by(|a, b| a.id.cmp(&b.id));
                    Ok(())
                })
            }
            Command::WithdrawSquad { layer, zone, squad } => self.change_zone(layer, zone, |z| {
                served(z, squad)?;
                z.squads.retain(|s| s.id != *squad);
                Ok(())
            }),
            Command::MovePost { layer, zone, squad, post } => {
                post.map(|post| Squad::check_post(post, self.plan.atoms.areas())).transpose()?;
                self.change_zone(layer, zone, |z| {
                    served(z, squad)?.post = *post;
                    Ok(())
                })
            }
            Command::SetTeam { layer, zone, team } => self.change_zone(layer, zone, |z| {
                z.team.clone_from(team);
                Ok(())
            }),
            Command::Comment { layer, zone, text } => {
                let comment = Comment { by: self.desk.author.to_owned(), at: self.desk.at, text: text.clone() };
                self.change_zone(layer, zone, |z| {
                    z.comments.push(comment);
                    Ok(())
                })
            }
            Command::AddCorridor { layer, code, name, name_zh, along, buffer_m } => {
                if self.layer(layer)?.corridors.contains_key(code) {
                    return Err(Error::invalid("code", format!("layer {layer} has a corridor {code} already")));
                }
                let (name, name_zh, buffer_m) = (name.clone(), name_zh.clone(), *buffer_m);
                let corridor = Corridor { code: code.clone(), name, name_zh, buffer_m, line: self.line(along)? };
                self.set(Key::Corridor(layer.clone(), code.clone()), Value::Corridor(Some(Box::new(corridor))))
            }
            Command::RemoveCorridor { layer, code } => {
                if !self.layer(layer)?.corridors.contains_key(code) {
                    return Err(Error::invalid("code", format!("layer {layer} has no corridor {code}")));
                }
                self.set(Key::Corridor(layer.clone(), code.clone()), Value::Corridor(None))
            }
        }
    }

    fn known(&self, codes: &[Code]) -> Result<Vec<AtomIx>> {
        codes.iter().map(|code| self.plan.atoms.known(code)).collect()
    }

    fn create(&mut self, layer: &Code, new: &NewZone) -> Result<()> {
        let there = self.layer(layer)?;
        if there.zones.contains_key(&new.code) {
            return Err(Error::invalid("zone.code", format!("layer {layer} has a zone {} already", new.code)));
        }
        let colour = new.colour.as_ref().map_or_else(|| free_colour(there), |c| c.to_lowercase());
        let zone = Zone {
            code: new.code.clone(),
            name: new.name.clone(),
            name_zh: new.name_zh.clone(),
            colour,
            locked: false,
            squads: Vec::new(),
            team: Vec::new(),
            comments: Vec::new(),
        };
        self.set(Key::Zone(layer.clone(), new.code.clone()), Value::Zone(Some(Box::new(zone))))
    }

    fn assign(&mut self, layer: &Code, zone: &Code, atoms: &[AtomIx], how: How) -> Result<()> {
        self.zone(layer, zone)?;
        for &atom in atoms {
            let held = self.layer(layer)?.holders[atom as usize].clone();
            let to = match how.also {
                true => held.with(zone),
                false => Holders::One(zone.clone()),
            };
            let left = held.codes().iter().map(|z| Key::Zone(layer.clone(), z.clone()));
            self.read.extend(left);
            match self.set(Key::Atom(layer.clone(), atom), Value::Atom(to)) {
                Err(_) if how.skip_locked => self.skipped.push(self.plan.atoms.at(atom).code.clone()),
                done => done.map_err(|e| e.at("atoms"))?,
            }
        }
        Ok(())
    }

    fn release(&mut self, layer: &Code, zone: &Code, atoms: &[AtomIx]) -> Result<()> {
        for &atom in atoms {
            let held = self.layer(layer)?.holders[atom as usize].codes().iter().filter(|z| *z != zone).cloned();
            let to = Holders::from(&held.collect::<Vec<_>>()[..]);
            self.set(Key::Atom(layer.clone(), atom), Value::Atom(to)).map_err(|e| e.at("atoms"))?;
        }
        Ok(())
    }

    fn under(&self, brush: &Brush) -> Vec<AtomIx> {
        let atoms = self.plan.atoms.iter();
        match brush {
            Brush::Circle { centre, radius_m } => {
                atoms.filter(|(_, a)| a.inside.distance_m(*centre) <= *radius_m).map(|(ix, _)| ix).collect()
            }
            Brush::Stroke { line, radius_m } => {
                let way: Vec<LngLat> = line.iter().map(|&[lng, lat]| LngLat { lng, lat }).collect();
                let under = |p: LngLat| {
                    let next = way.iter().skip(1).chain(way.last());
                    way.iter().zip(next).any(|(a, b)| shape::segment_distance_m(p, *a, *b) <= *radius_m)
                };
                atoms.filter(|(_, a)| under(a.inside)).map(|(ix, _)| ix).collect()
            }
            Brush::Polygon(polygon) => self.plan.atoms.inside(&polygon.shape()),
        }
    }

    fn line(&self, along: &Along) -> Result<MultiLineString<f64>> {
        let lines = match along {
            Along::Line(line) => rules::lines(std::slice::from_ref(line))?,
            Along::Lines(lines) => rules::lines(lines)?,
            Along::Road { name, area } => (self.desk.road)(name, area.as_ref()),
        };
        match (along, lines.0.is_empty()) {
            (Along::Road { name, .. }, true) => {
                Err(Error::invalid("along.road", format!("there is no road {name:?} there")))
            }
            _ => Ok(lines),
        }
    }

    fn split(&mut self, layer: &Code, zone: &Code, along: &Along, into: &NewZone) -> Result<()> {
        self.zone(layer, zone)?;
        let own: Vec<AtomIx> = self.layer(layer)?.atoms_of(zone.as_str()).collect();
        let line = self.line(along)?;
        let each_counts = !matches!(along, Along::Road { .. });
        let beyond = cut::beyond(&self.plan.atoms, &own, &line, each_counts);
        if beyond.is_empty() {
            return Err(Error::invalid("along", format!("the line does not cross zone {zone}")));
        }
        self.create(layer, into)?;
        for atom in beyond {
            let held = self.layer(layer)?.holders[atom as usize].codes().iter();
            let to: Vec<Code> = held.map(|z| if z == zone { into.code.clone() } else { z.clone() }).collect();
            let to = Value::Atom(Holders::from(&to[..]));
            self.set(Key::Atom(layer.clone(), atom), to).map_err(|e| e.at("zone"))?;
        }
        Ok(())
    }

    fn merge(&mut self, layer: &Code, zone: &Code, into: &Code) -> Result<()> {
        if zone == into {
            return Err(Error::invalid("into", format!("zone {zone} can't be merged with itself")));
        }
        let gone = self.zone(layer, zone)?;
        self.zone(layer, into)?;
        let atoms: Vec<AtomIx> = self.layer(layer)?.atoms_of(zone.as_str()).collect();
        for atom in atoms {
            let held = self.layer(layer)?.holders[atom as usize].codes().iter();
            let to: Vec<Code> = held.map(|z| if z == zone { into.clone() } else { z.clone() }).collect();
            let to = Value::Atom(Holders::from(&to[..]));
            self.set(Key::Atom(layer.clone(), atom), to).map_err(|e| e.at("zone"))?;
        }
        self.change_zone(layer, into, |z| {
            let new = gone.squads.iter().filter(|s| !z.squads.iter().any(|t| t.id == s.id)).cloned();
            let new: Vec<_> = new.collect();
            z.squads.extend(new);
            z.squads.sort_by(|a, b| a.id.cmp(&b.id));
            z.comments.extend(gone.comments.iter().cloned());
            z.comments.sort_by_key(|c| c.at);
            Ok(())
        })?;
        self.set(Key::Zone(layer.clone(), zone.clone()), Value::Zone(None)).map_err(|e| e.at("zone"))
    }
}

fn served<'a>(zone: &'a mut Zone, squad: &Code) -> Result<&'a mut ZoneSquad> {
    let code = zone.code.clone();
    let found = zone.squads.iter_mut().find(|s| s.id == *squad);
    found.ok_or_else(|| Error::invalid("squad", format!("squad {squad} does not serve zone {code}")))
}

/// Tells apart side by side (Okabe, Ito 2008 and lighter ones of the same hues).
pub(super) const COLOURS: [&str; 12] = [
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#7a9fc2", "#f2c879", "#7fceb9",
    "#e5bcd3", "#eaaf7f",
];

/// The one that is used least.
fn free_colour(layer: &ZoneLayer) -> String {
    let uses = |colour: &&&str| layer.zones.values().filter(|z| z.colour == ***colour).count();
    COLOURS.iter().min_by_key(uses).map_or_else(String::new, |c| (*c).to_owned())
}
