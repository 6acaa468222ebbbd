//! What lists may not say. Rules by number are those of `docs/responsibility.md`.

use std::collections::{HashMap, HashSet};

use super::{Entry, List, ListKind, Lists, Mode, Power, Scope, circle};
use crate::{
    base::{Code, Error, Result, Span, at_most, no_nul},
    domain::{
        areas::{Areas, Level},
        matters::Matters,
        units::{UnitKind, Units},
    },
};

const TEXT_MAX: usize = 500;

impl Entry {
    /// Refuses what no entry of a list of this kind can be.
    pub fn check(&self, kind: ListKind, unit: &Code) -> Result<()> {
        let refuse = |field: &str, why: &str| Err(Error::invalid(field, why));
        if self.powers.is_empty() {
            return refuse("powers", "there is none");
        }
        let texts = [
            ("basis", &self.basis),
            ("basis_uri", &self.basis_uri),
            ("consent", &self.consent),
            ("approval", &self.approval),
        ];
        for (field, text) in texts {
            at_most(field, text.as_deref(), TEXT_MAX)?;
            no_nul(field, text.as_deref().unwrap_or(""))?;
        }
        if self.powers.has(Power::Coerce) && self.mode == Some(Mode::Entrusted) {
            return refuse("mode", "coercion can't be entrusted (rule 10)");
        }
        if kind == ListKind::Cooperating && self.lead.is_some() {
            return refuse("lead", "a list of cooperating duties gives a supporter, never a lead (rule 9)");
        }
        if kind == ListKind::Inspection && self.powers.iter().any(|p| p != Power::Inspect) {
            return refuse("powers", "a list of inspection matters gives the power to inspect, and no other");
        }
        if kind == ListKind::Temporary {
            if let Some(power) = self.powers.iter().find(|p| !matches!(p, Power::Inspect | Power::Manage)) {
                let why = format!("temporary work never gives the power to {} (rule 21)", power.as_str());
                return refuse("powers", &why);
            }
            for (field, text) in [("consent", &self.consent), ("approval", &self.approval)] {
                if text.as_deref().unwrap_or("").trim().is_empty() {
                    return refuse(
                        field,
                        "temporary work needs the township's recorded consent and an approval (rule 21)",
                    );
                }
            }
        } else if self.consent.is_some() || self.approval.is_some() {
            return refuse("consent", "only temporary work is consented to and approved");
        }
        if kind == ListKind::Whistle && self.supporters.is_empty() {
            return refuse("supporters", "nobody is whistled for");
        }
        if self.mode == Some(Mode::Entrusted) && self.subject.as_ref().is_none_or(|s| s == unit) {
            return refuse("subject", "what is entrusted is done in another's name: whose?");
        }
        self.span.check()
    }
}

impl List {
    /// Refuses what no list can be, whatever others say.
    pub fn check(&self) -> Result<()> {
        let head = &self.head;
        for (field, text) in [
            ("name", Some(&head.name)),
            ("name_zh", head.name_zh.as_ref()),
            ("basis", head.basis.as_ref()),
            ("basis_uri", head.basis_uri.as_ref()),
        ] {
            at_most(field, text.map(String::as_str), TEXT_MAX)?;
            no_nul(field, text.map_or("", String::as_str))?;
        }
        if head.name.trim().is_empty() {
            return Err(Error::invalid("name", "is empty"));
        }
        if head.version == 0 {
            return Err(Error::invalid("version", "versions are counted from 1"));
        }
        head.span.check()?;
        for entry in &self.entries {
            entry.check(head.kind, &head.unit).map_err(|e| self.said(entry, e))?;
            if head.kind == ListKind::Temporary && entry.span.until.or(head.span.until).is_none() {
                let e = Error::invalid("until", "temporary work ends on a day: which? (rule 21)");
                return Err(self.said(entry, e));
            }
        }
        // Sorted, so that those of one level stand side by side; exceptions don't tell them apart.
        for (i, a) in self.entries.iter().enumerate() {
            let level = self.entries[i + 1..].iter().take_while(|b| a.scope.is_level_with(&b.scope));
            if level.into_iter().any(|b| a.powers.meets(b.powers) && a.span.meets(&b.span)) {
                let e = Error::invalid("matter", "stands twice at one level for a power and a time (rule 6)");
                return Err(self.said(a, e));
            }
        }
        Ok(())
    }

    fn said(&self, entry: &Entry, e: Error) -> Error {
        let (list, version) = (&self.head.list, self.head.version);
        Error { detail: format!("list {list} version {version}, {}: {}", entry.scope.text(), e.detail), ..e }
    }
}

impl Lists {
    /// What can be said without knowing anything else.
    pub(super) fn check_alone(&self) -> Result<()> {
        self.lists.iter().try_for_each(|l| l.check())?;
        for pair in self.lists.windows(2) {
            let [a, b] = [&pair[0].head, &pair[1].head];
            if a.list != b.list {
                continue;
            }
            let (list, version) = (&b.list, b.version);
            if a.version == b.version {
                return Err(Error::invalid("version", format!("list {list} has version {version} twice")));
            }
            if (&a.unit, a.kind) != (&b.unit, b.kind) {
                let text = format!(
                    "list {list} is {} of {} in version {}: a version can't make it {} of {}",
                    a.kind.as_str(),
                    a.unit,
                    a.version,
                    b.kind.as_str(),
                    b.unit
                );
                return Err(Error::invalid("unit", text));
            }
            if b.span.begins() < a.span.begins() {
                let text = format!("version {version} of list {list} begins before version {} (rule 5)", a.version);
                return Err(Error::invalid("from", text));
            }
        }
        self.check_parents()?;
        self.check_one_in_force()
    }

    fn check_parents(&self) -> Result<()> {
        let mut edges: HashMap<&Code, HashSet<&Code>> = HashMap::new();
        for head in self.lists.iter().map(|l| &l.head) {
            let Some(parent) = &head.parent else { continue };
            if self.versions(parent).is_empty() {
                let text = format!("list {} has the parent {parent}, which is not there (rule 7)", head.list);
                return Err(Error::invalid("parent", text));
            }
            edges.entry(&head.list).or_default().insert(parent);
        }
        match circle(&edges) {
            None => Ok(()),
            Some(line) => {
                let line: Vec<_> = line.iter().map(|c| c.as_str()).collect();
                Err(Error::invalid("parent", format!("lists stand in a circle: {} (rule 7)", line.join(" beneath "))))
            }
        }
    }

    fn check_one_in_force(&self) -> Result<()> {
        let mut seen: HashMap<(&Code, ListKind), Vec<(&Code, Span)>> = HashMap::new();
        for (list, span) in self.effective() {
            if span.check().is_err() {
                // Another version took its place on the day it would have begun.
                continue;
            }
            let head = &list.head;
            let others = seen.entry((&head.unit, head.kind)).or_default();
            if let Some((other, _)) = others.iter().find(|(code, s)| **code != head.list && s.meets(&span)) {
                let (kind, unit, list) = (head.kind.as_str(), &head.unit, &head.list);
                let text = format!(
                    "unit {unit} has two lists of kind {kind} in force at one time: {other} and {list} (rule 5)"
                );
                return Err(Error::invalid("unit", text));
            }
            others.push((&head.list, span));
        }
        Ok(())
    }

    /// Whether everything that they name is there.
    ///
    /// # Errors
    /// A unit, matter or category that is not; a list of a unit that has no powers; a lead that does not stand
    /// beneath the list's unit.
    pub fn check(&self, units: &Units, matters: &Matters, areas: &Areas) -> Result<()> {
        let categories: HashSet<&str> = matters.all().iter().map(|m| m.domain.as_str()).collect();
        for list in &self.lists {
            let head = &list.head;
            let of = |field: &str, why: String| {
                Error::invalid(field, format!("list {} version {}: {why}", head.list, head.version))
            };
            let Some(owner) = units.index(&head.unit) else {
                return Err(of("unit", format!("{} is no unit", head.unit)));
            };
            let served = units.area(owner).and_then(|a| areas.get(a.as_str())).map(|a| a.level);
            if units.at(owner).kind == UnitKind::VillageCoordinator
                || matches!(served, Some(Level::Village | Level::Grid))
            {
                return Err(of("unit", format!("{} serves a village, it has no powers", head.unit)));
            }
            for entry in &list.entries {
                if let Some((field, unit)) = entry.units().find(|(_, unit)| units.index(unit).is_none()) {
                    return Err(list.said(entry, Error::invalid(field, format!("{unit} is no unit"))));
                }
                let known = |text: &str| categories.contains(text) || matters.named(text).is_some();
                let unknown = match &entry.scope {
                    Scope::Matter { matter } if matters.get(matter).is_none() => {
                        Some(Error::invalid("matter", "no such matter in the catalogue"))
                    }
                    Scope::Category { category, .. } if !categories.contains(category.as_str()) => {
                        Some(Error::invalid("category", "no matter of the catalogue is of this category"))
                    }
                    scope => scope.except().iter().find(|e| !known(e)).map(|e| {
                        Error::invalid("except", format!("{e:?} is neither a matter nor a category of the catalogue"))
                    }),
                };
                if let Some(e) = unknown {
                    return Err(list.said(entry, e));
                }
                let beneath = |lead: &Code| units.index(lead).is_some_and(|lead| units.is_within(lead, owner));
                if head.kind.gives() && entry.lead.as_ref().is_some_and(|lead| !beneath(lead)) {
                    let e = Error::invalid("lead", "a list makes its unit the lead, or one beneath it (rule 7)");
                    return Err(list.said(entry, e));
                }
            }
        }
        Ok(())
    }
}
