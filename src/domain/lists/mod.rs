//! Lists (清单): which unit has which power over which matter, from when until when. Power is data, never
//! code; `docs/responsibility.md` has the rules by number.
//!
//! A list is a line of versions, each immutable: the one that began last is in force. It belongs to a unit
//! and is of one kind; its entries name a matter, a category (the `domain` of matters) or all.

mod check;
pub mod compare;
mod entry;
mod noun;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

pub use self::{
    entry::{Entry, Mode, Power, Powers, Scope},
    noun::Change,
};
use super::matters::Matter;
use crate::base::{Code, Error, Result, Span, Timestamp, words};

words! {
    /// What a list is for.
    ListKind {
        /// 基本履职: what the unit does by itself.
        Basic = "basic",
        /// 配合履职: what it helps another with; it never leads.
        Cooperating = "cooperating",
        /// 上级收回: what it has no more, whatever else says so.
        TakenBack = "taken_back",
        /// 赋权: what it was given.
        Delegation = "delegation",
        /// 吹哨: who must come when it is whistled for.
        Whistle = "whistle",
        /// 主体责任和配合责任: who leads and who supports; limits and lends, gives nothing.
        Guide = "guide",
        /// 检查事项: what the unit may inspect.
        Inspection = "inspection",
        /// 临时交办: off-list work, agreed to by the township and approved, until a day.
        Temporary = "temporary",
    }
}

impl ListKind {
    /// Whether its entries may make somebody the lead; of several that do, the first here holds.
    pub const GIVING: [Self; 4] = [Self::Basic, Self::Delegation, Self::Inspection, Self::Temporary];

    pub fn gives(self) -> bool {
        Self::GIVING.contains(&self)
    }

    /// How its entries give power where they don't say.
    pub fn default_mode(self) -> Mode {
        if matches!(self, Self::Delegation | Self::Temporary) { Mode::Delegated } else { Mode::Statutory }
    }
}

/// A version of a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ListRef {
    pub list: Code,
    pub version: u32,
}

/// What a version of a list says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ListHead {
    pub list: Code,
    /// From 1; a higher one takes the place of a lower from its own date on.
    pub version: u32,
    pub kind: ListKind,
    /// Whose it is.
    pub unit: Code,
    pub name: String,
    pub name_zh: Option<String>,
    /// The list that limits it and lends what it does not say.
    #[schema(value_type = Option<String>)]
    pub parent: Option<Code>,
    /// The document that it follows from.
    pub basis: Option<String>,
    pub basis_uri: Option<String>,
    #[serde(flatten)]
    #[schema(inline)]
    pub span: Span,
}

/// A version of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    pub head: ListHead,
    /// Those that name a matter first, then categories, then all.
    pub entries: Vec<Entry>,
}

impl List {
    pub fn new(head: ListHead, mut entries: Vec<Entry>) -> Self {
        entries.sort_by(|a, b| a.order().cmp(&b.order()));
        Self { head, entries }
    }

    pub fn reference(&self) -> ListRef {
        ListRef { list: self.head.list.clone(), version: self.head.version }
    }

    /// The entry that has the power over the matter at a time. What is said of a matter by name takes the place
    /// of what is said of its category, and that of what is said of all.
    pub fn entry(&self, matter: &Matter, power: Power, at: Timestamp) -> Option<&Entry> {
        let named = |e: &Entry| match &e.scope {
            Scope::Matter { matter: code } => code.cmp(&matter.code),
            _ => std::cmp::Ordering::Greater,
        };
        let from = self.entries.partition_point(|e| named(e).is_lt());
        let to = self.entries.partition_point(|e| named(e).is_le());
        let wider = self.entries.partition_point(|e| matches!(e.scope, Scope::Matter { .. }));
        let all = self.entries.partition_point(|e| !matches!(e.scope, Scope::All { .. }));
        for level in [from..to, wider..all, all..self.entries.len()] {
            let speaks = |e: &&Entry| e.scope.covers(matter) && e.span.holds(at);
            let mut speaking = self.entries[level].iter().filter(speaks).peekable();
            if speaking.peek().is_some() {
                return speaking.find(|e| e.powers.has(power));
            }
        }
        None
    }
}

/// What an entry comes to, once its parents have had their say.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms<'a> {
    pub list: &'a List,
    pub mode: Mode,
    pub lead: &'a Code,
    pub acting: &'a Code,
    /// In whose name.
    pub subject: &'a Code,
    pub liable: &'a Code,
    pub supporters: &'a [Code],
    pub basis: Option<&'a str>,
    pub basis_uri: Option<&'a str>,
    /// Lists above that lent something.
    pub lent_by: Vec<ListRef>,
}

/// What a list says of a power over a matter at a time.
#[derive(Debug, Clone, PartialEq)]
pub enum Ruling<'a> {
    /// Nothing.
    Silent,
    Gives(Terms<'a>),
    /// A list above it has no such entry.
    Outside {
        limit: &'a Code,
    },
}

/// All versions of all lists.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lists {
    /// By code and version.
    lists: Vec<Arc<List>>,
    /// Codes of lists, by the unit whose they are.
    by_unit: HashMap<Code, Vec<Code>>,
}

impl Lists {
    /// Refuses what contradicts itself.
    ///
    /// # Errors
    /// Versions that stand twice, change their unit or kind, or begin before a lower one; lists that stand in a
    /// circle, or two in force at once for one unit and kind; and what no entry can be.
    pub fn new(lists: Vec<List>) -> Result<Self> {
        Self::of(lists.into_iter().map(Arc::new).collect())
    }

    fn of(mut lists: Vec<Arc<List>>) -> Result<Self> {
        lists.sort_by(|a, b| (&a.head.list, a.head.version).cmp(&(&b.head.list, b.head.version)));
        let mut by_unit: HashMap<Code, Vec<Code>> = HashMap::new();
        for list in &lists {
            let codes = by_unit.entry(list.head.unit.clone()).or_default();
            if !codes.contains(&list.head.list) {
                codes.push(list.head.list.clone());
            }
        }
        let this = Self { lists, by_unit };
        this.check_alone()?;
        Ok(this)
    }

    /// These and `new` ones; which of the new ones were not there. A version never changes.
    ///
    /// # Errors
    /// As [`Lists::new`], or a version that is there with something else in it.
    pub fn with(&self, new: Vec<List>) -> Result<(Self, Vec<Arc<List>>)> {
        let mut taken = Vec::new();
        for list in new {
            let ListRef { list: code, version } = list.reference();
            match self.version(&code, version) {
                None => taken.push(Arc::new(list)),
                Some(there) if **there == list => {}
                Some(_) => {
                    let text = format!(
                        "list {code} has a version {version} with other content: a version never changes, give it the number {}",
                        self.versions(&code).last().map_or(1, |l| l.head.version + 1)
                    );
                    return Err(Error::conflict(text).at("version"));
                }
            }
        }
        Ok((Self::of(self.lists.iter().chain(&taken).cloned().collect())?, taken))
    }

    /// Every version, by code and version.
    pub fn all(&self) -> &[Arc<List>] {
        &self.lists
    }

    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// All versions of a list, ascending.
    pub fn versions(&self, code: &Code) -> &[Arc<List>] {
        let from = self.lists.partition_point(|l| l.head.list < *code);
        let to = self.lists.partition_point(|l| l.head.list <= *code);
        &self.lists[from..to]
    }

    pub fn version(&self, code: &Code, version: u32) -> Option<&Arc<List>> {
        self.versions(code).iter().find(|l| l.head.version == version)
    }

    /// The version of a list in force: the one that began last, unless it has ended.
    pub fn in_force(&self, code: &Code, at: Timestamp) -> Option<&Arc<List>> {
        let begun = self.versions(code).iter().rev().find(|l| l.head.span.begins() <= at)?;
        begun.head.span.holds(at).then_some(begun)
    }

    /// Every list in force at a time.
    pub fn all_in_force(&self, at: Timestamp) -> impl Iterator<Item = &Arc<List>> {
        let next = |i: usize| self.lists.get(i + 1);
        self.lists
            .iter()
            .enumerate()
            .filter(move |(i, l)| {
                let replaced = next(*i).is_some_and(|n| n.head.list == l.head.list && n.head.span.begins() <= at);
                !replaced && l.head.span.holds(at)
            })
            .map(|(_, l)| l)
    }

    /// The lists of a unit in force at a time.
    pub fn of_unit(&self, unit: &Code, at: Timestamp) -> impl Iterator<Item = &Arc<List>> {
        let codes = self.by_unit.get(unit).map_or(&[][..], Vec::as_slice);
        codes.iter().filter_map(move |code| self.in_force(code, at))
    }

    /// The units that have or had lists, in no order.
    pub fn units(&self) -> impl Iterator<Item = &Code> {
        self.by_unit.keys()
    }

    /// When which version is in force: it ends where the next one begins.
    fn effective(&self) -> impl Iterator<Item = (&Arc<List>, Span)> {
        self.lists.iter().enumerate().map(|(i, list)| {
            let next = self.lists.get(i + 1).filter(|n| n.head.list == list.head.list).map(|n| n.head.span.begins());
            let until = [list.head.span.until, next].into_iter().flatten().min();
            (list, Span { from: list.head.span.from, until })
        })
    }

    /// What a version says of a power over a matter at a time.
    pub fn ruling<'a>(&'a self, list: &'a List, matter: &Matter, power: Power, at: Timestamp) -> Ruling<'a> {
        let Some(own) = list.entry(matter, power, at) else { return Ruling::Silent };
        let mut above: Vec<(&List, &Entry)> = Vec::new();
        let mut limit = list.head.parent.as_ref();
        while let Some(code) = limit {
            let parent = self.in_force(code, at);
            let entry = parent.and_then(|p| p.entry(matter, power, at));
            let (Some(parent), Some(entry)) = (parent, entry) else { return Ruling::Outside { limit: code } };
            above.push((parent, entry));
            limit = parent.head.parent.as_ref();
        }
        Ruling::Gives(terms(list, own, &above))
    }
}

/// What an entry comes to; it is lent what it does not say by the nearest list above that does. In whose name
/// something is done goes with the mode.
fn terms<'a>(list: &'a List, own: &'a Entry, above: &[(&'a List, &'a Entry)]) -> Terms<'a> {
    let mut lent_by = Vec::new();
    let mut lent = |has: &dyn Fn(&(&'a List, &'a Entry)) -> bool| {
        let found = above.iter().find(|a| has(a)).copied();
        if let Some((list, _)) = found {
            lent_by.push(list.reference());
        }
        found
    };
    let manner = if own.mode.is_none() { lent(&|(_, e)| e.mode.is_some()).map_or(own, |(_, e)| e) } else { own };
    let helped =
        if own.supporters.is_empty() { lent(&|(_, e)| !e.supporters.is_empty()).map_or(own, |(_, e)| e) } else { own };
    let basis = |l: &'a List, e: &'a Entry| match &e.basis {
        Some(basis) => Some((basis.as_str(), e.basis_uri.as_deref())),
        None => l.head.basis.as_deref().map(|basis| (basis, l.head.basis_uri.as_deref())),
    };
    let documents = basis(list, own).or_else(|| lent(&|(l, e)| basis(l, e).is_some()).and_then(|(l, e)| basis(l, e)));
    lent_by.sort_unstable();
    lent_by.dedup();
    let lead = own.lead.as_ref().unwrap_or(&list.head.unit);
    let acting = own.acting.as_ref().unwrap_or(lead);
    let subject = own.subject.as_ref().or(manner.subject.as_ref()).unwrap_or(acting);
    Terms {
        list,
        mode: manner.mode.unwrap_or(list.head.kind.default_mode()),
        lead,
        acting,
        subject,
        liable: own.liable.as_ref().or(manner.liable.as_ref()).unwrap_or(subject),
        supporters: &helped.supporters,
        basis: documents.map(|(basis, _)| basis),
        basis_uri: documents.and_then(|(_, uri)| uri),
        lent_by,
    }
}

/// Codes that stand in a circle, when some do.
fn circle<'a>(edges: &HashMap<&'a Code, HashSet<&'a Code>>) -> Option<Vec<&'a Code>> {
    fn walk<'a>(
        at: &'a Code,
        edges: &HashMap<&'a Code, HashSet<&'a Code>>,
        line: &mut Vec<&'a Code>,
        done: &mut HashSet<&'a Code>,
    ) -> Option<Vec<&'a Code>> {
        if let Some(begins) = line.iter().position(|&passed| passed == at) {
            return Some(line[begins..].iter().copied().chain([at]).collect());
        }
        if !done.insert(at) {
            return None;
        }
        line.push(at);
        let mut next: Vec<&Code> = edges.get(at).into_iter().flatten().copied().collect();
        next.sort_unstable();
        let found = next.into_iter().find_map(|to| walk(to, edges, line, done));
        line.pop();
        found
    }
    let (mut line, mut done) = (Vec::new(), HashSet::new());
    let mut starts: Vec<&Code> = edges.keys().copied().collect();
    starts.sort_unstable();
    starts.into_iter().find_map(|start| walk(start, edges, &mut line, &mut done))
}

#[cfg(test)]
mod tests;
