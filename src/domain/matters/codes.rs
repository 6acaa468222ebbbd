//! How others number matters: schemes of codes (a national standard's classes, a province's guide list), each by
//! version with the time in which it holds. Codes are opaque text; a version never changes, so that what was sent by
//! an old one is read years later.

use serde::{Deserialize, Serialize};

use super::{Matter, Matters};
use crate::base::{Code, Error, Result, Span, Timestamp, at_most, no_nul};

const TEXT_MAX: usize = 500;
/// Between a scheme and its version, and between these and a code.
const MARKS: [char; 2] = ['@', ':'];

/// What is said of a version of a scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemeHead {
    pub scheme: Code,
    /// As its publisher calls it.
    pub version: Code,
    pub name: String,
    pub name_zh: Option<String>,
    pub span: Span,
    pub source: Option<String>,
    /// Of this product, of no publisher.
    pub is_default: bool,
}

/// A version of a scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    pub head: SchemeHead,
    /// By code; one stands once for each matter that it covers.
    codes: Vec<SchemeCode>,
}

/// What a code of a scheme stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SchemeCode {
    pub code: Code,
    /// What the scheme calls it.
    pub name: Option<String>,
    pub of: CodeOf,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CodeOf {
    Matter(Code),
    /// All matters of it (their `domain`).
    Category(String),
}

/// Which version of which scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemeRef {
    pub scheme: Code,
    pub version: Code,
}

impl SchemeCode {
    /// Refuses what no code can be.
    pub fn check(&self, matters: &Matters) -> Result<()> {
        check_text("code_name", self.name.as_deref())?;
        match &self.of {
            CodeOf::Matter(code) => matters.known(code).map(drop),
            CodeOf::Category(category) => matters.check_category(category),
        }
    }
}

impl SchemeHead {
    pub fn reference(&self) -> SchemeRef {
        SchemeRef { scheme: self.scheme.clone(), version: self.version.clone() }
    }

    /// Refuses what no scheme can be.
    pub fn check(&self) -> Result<()> {
        for (field, part) in [("scheme", &self.scheme), ("version", &self.version)] {
            if part.as_str().contains(MARKS) {
                return Err(Error::invalid(field, format!("{part} holds one of {MARKS:?}, which part it from codes")));
            }
        }
        if self.name.trim().is_empty() {
            return Err(Error::invalid("name", "is empty"));
        }
        for (field, text) in
            [("name", Some(&self.name)), ("name_zh", self.name_zh.as_ref()), ("source", self.source.as_ref())]
        {
            check_text(field, text.map(String::as_str))?;
        }
        self.span.check()
    }
}

impl Scheme {
    pub fn codes(&self) -> &[SchemeCode] {
        &self.codes
    }

    /// # Errors
    /// What no scheme can be, or a code that stands twice for the same.
    pub fn new(head: SchemeHead, mut codes: Vec<SchemeCode>) -> Result<Self> {
        head.check()?;
        codes.sort();
        if let Some(pair) = codes.windows(2).find(|w| w[0].code == w[1].code && w[0].of == w[1].of) {
            return Err(Error::invalid("code", format!("{} stands twice for the same", pair[0].code)));
        }
        Ok(Self { head, codes })
    }

    /// What a code stands for; nothing where it has no such code.
    fn all_of(&self, code: &str) -> &[SchemeCode] {
        let from = self.codes.partition_point(|c| c.code.as_str() < code);
        let to = self.codes.partition_point(|c| c.code.as_str() <= code);
        &self.codes[from..to]
    }
}

fn check_text(field: &str, text: Option<&str>) -> Result<()> {
    at_most(field, text, TEXT_MAX)?;
    no_nul(field, text.unwrap_or(""))
}

/// `scheme:code`, or `scheme@version:code`.
fn parts(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let (scheme, code) = text.split_once(':')?;
    Some(match scheme.split_once('@') {
        Some((scheme, version)) => (scheme, Some(version), code),
        None => (scheme, None, code),
    })
}

fn refuse(why: String) -> Error {
    Error::invalid("matter", why)
}

/// All versions of all schemes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schemes(Vec<Scheme>);

impl Schemes {
    /// # Errors
    /// Versions that stand twice, or begin with another of their scheme.
    pub fn new(mut all: Vec<Scheme>) -> Result<Self> {
        let order = |s: &Scheme| (s.head.scheme.clone(), s.head.span.begins());
        all.sort_by_cached_key(order);
        for (n, one) in all.iter().enumerate() {
            let same = |other: &&Scheme| other.head.scheme == one.head.scheme;
            let SchemeRef { scheme, version } = one.head.reference();
            if all[..n].iter().filter(same).any(|other| other.head.version == version) {
                return Err(Error::invalid("version", format!("version {version} of {scheme} stands twice")));
            }
            if let Some(other) = all[..n].iter().filter(same).find(|other| order(other) == order(one)) {
                let why = format!("versions {} and {version} of {scheme} begin at the same time", other.head.version);
                return Err(Error::invalid("from", why));
            }
        }
        Ok(Self(all))
    }

    /// Those of a scheme in the order in which they begin.
    pub fn all(&self) -> &[Scheme] {
        &self.0
    }

    /// These and `new` ones; which of the new ones were not there. A version never changes.
    ///
    /// # Errors
    /// As [`Schemes::new`], or a version that is there with something else in it.
    pub fn with(&self, new: Vec<Scheme>) -> Result<(Self, Vec<Scheme>)> {
        let mut taken = Vec::new();
        for one in new {
            match self.0.iter().find(|s| s.head.reference() == one.head.reference()) {
                None => taken.push(one),
                Some(there) if *there == one => {}
                Some(_) => {
                    let SchemeRef { scheme, version } = one.head.reference();
                    let why = format!("version {version} of {scheme} is there with other content: it never changes");
                    return Err(Error::conflict(why).at("version"));
                }
            }
        }
        Ok((Self::new(self.0.iter().chain(&taken).cloned().collect())?, taken))
    }

    /// The version in force of the scheme of `one`: the one that began last, unless it has ended.
    pub fn is_in_force(&self, one: &Scheme, at: Timestamp) -> bool {
        self.in_force(one.head.scheme.as_str(), at).is_some_and(|s| s.head.version == one.head.version)
    }

    fn in_force<'a>(&'a self, scheme: &str, at: Timestamp) -> Option<&'a Scheme> {
        let begun = self.of(scheme).rev().find(|s| s.head.span.begins() <= at)?;
        begun.head.span.holds(at).then_some(begun)
    }

    fn of<'a>(&'a self, scheme: &str) -> impl DoubleEndedIterator<Item = &'a Scheme> {
        self.0.iter().filter(move |s| s.head.scheme.as_str() == scheme)
    }

    /// What `text` stands for at a time; nothing where it names no scheme.
    fn read<'a>(&'a self, text: &str, at: Timestamp) -> Option<Result<&'a [SchemeCode]>> {
        let (scheme, version, code) = parts(text)?;
        self.of(scheme).next()?;
        let asked = match version {
            Some(version) => self.of(scheme).find(|s| s.head.version.as_str() == version),
            None => self.in_force(scheme, at),
        };
        let found = asked.map_or(&[][..], |s| s.all_of(code));
        let elsewhere = || {
            let told = |s: &Scheme| {
                let day = |at: Option<Timestamp>| at.map_or("…".to_owned(), |at| at.to_string());
                format!("version {} ({} to {})", s.head.version, day(s.head.span.from), day(s.head.span.until))
            };
            let others: Vec<String> = self.of(scheme).filter(|s| !s.all_of(code).is_empty()).map(told).collect();
            let of = match (asked, version) {
                (Some(asked), _) => format!("version {} of {scheme} has no code {code}", asked.head.version),
                (None, Some(version)) => format!("{scheme} has no version {version}"),
                (None, None) => format!("no version of {scheme} is in force at {at}"),
            };
            match others.is_empty() {
                true => refuse(of),
                false => refuse(format!("{of}; {} has: say {scheme}@VERSION:{code}", others.join(", "))),
            }
        };
        Some(if found.is_empty() { Err(elsewhere()) } else { Ok(found) })
    }
}

impl Matters {
    /// The matter that somebody means: by its own code, or as `scheme:code` by what others call it at that time, or as
    /// `scheme@version:code` at any time. **The one rule of all doors.**
    ///
    /// # Errors
    /// `Invalid` for what is no matter, or several.
    pub fn meant(&self, code: &Code, at: Timestamp) -> Result<&Matter> {
        match self.all_meant(code, at)?[..] {
            [one] => Ok(one),
            ref several => {
                let codes: Vec<&str> = several.iter().take(10).map(|m| m.code.as_str()).collect();
                let n = several.len();
                Err(refuse(format!("{code} stands for {n} matters, name one: {}", codes.join(", "))))
            }
        }
    }

    /// As [`Matters::meant`], and those of a code that stands for several.
    pub fn all_meant(&self, code: &Code, at: Timestamp) -> Result<Vec<&Matter>> {
        if let Some(own) = self.get(code) {
            return Ok(vec![own]);
        }
        let Some(codes) = self.schemes.read(code.as_str(), at) else { return self.known(code).map(|m| vec![m]) };
        let codes = codes?;
        let stands = |m: &&Matter| codes.iter().any(|c| c.stands_for(m));
        let found: Vec<&Matter> = self.all.iter().filter(stands).collect();
        match found.is_empty() {
            true => Err(refuse(format!("{code} stands for what is not in the catalogue any more"))),
            false => Ok(found),
        }
    }

    /// The own code of what is meant; a text that names no scheme stays, as a matter may be gone.
    pub fn own_code(&self, code: &Code, at: Timestamp) -> Result<Code> {
        match self.schemes.read(code.as_str(), at) {
            Some(_) => self.meant(code, at).map(|m| m.code.clone()),
            None => Ok(code.clone()),
        }
    }

    /// Every code of a matter, in every version.
    pub fn codes_of<'a>(&'a self, matter: &'a Matter) -> impl Iterator<Item = (&'a Scheme, &'a SchemeCode)> {
        let of = move |s: &'a Scheme| s.codes.iter().filter(|c| c.stands_for(matter)).map(move |c| (s, c));
        self.schemes.0.iter().flat_map(of)
    }
}

impl SchemeCode {
    fn stands_for(&self, matter: &Matter) -> bool {
        match &self.of {
            CodeOf::Matter(code) => *code == matter.code,
            CodeOf::Category(category) => *category == matter.domain,
        }
    }
}

#[cfg(test)]
mod tests;
