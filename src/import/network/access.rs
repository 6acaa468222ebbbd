//! Who may use a way, in which direction, and who passes a barrier.

use crate::import::osm::{RawRoads, Tags};

/// What a word of an access tag allows, the least first: of a list (`agricultural;forestry`,
/// `private;customers`) the word that allows most holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    No,
    /// Who lives, works or has business there: at the ends of a drive, never through.
    AtEnds,
    Yes,
}

/// `None` for a word that nobody knows: it says nothing, and is counted.
pub fn class(word: &str) -> Option<Access> {
    match word {
        "no" | "agricultural" | "forestry" | "agriculture" | "forest" | "emergency" | "psv" | "bus" | "taxi"
        | "tourist_bus" | "hgv" | "military" | "use_sidepath" | "sidepath" | "dismount" | "disused" | "restricted"
        | "prohibited" | "impassable" => Some(Access::No),
        "private" | "destination" | "customers" | "customer" | "delivery" | "deliveries" | "permit"
        | "permit_holder" | "residents" | "resident" | "employees" | "employee" | "staff" | "visitors" | "visitor"
        | "guests" | "members" | "students" | "tenants" | "owner" => Some(Access::AtEnds),
        "yes" | "permissive" | "designated" | "official" | "public" | "allowed" | "unknown" | "discouraged"
        | "optional_sidepath" | "limited" | "variable" | "toll" | "hov" => Some(Access::Yes),
        _ => None,
    }
}

/// Words that mean it expressly.
pub const INVITING: [&str; 4] = ["yes", "designated", "permissive", "official"];

/// How one profile reads access tags.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Access keys; the first that is tagged decides (OSM wiki, "Key:access").
    pub access: &'static [&'static str],
    /// Keys that tell of one-way streets; the first that is tagged decides.
    pub oneway: &'static [&'static str],
    /// What turn restrictions and their exceptions call it.
    pub modes: &'static [&'static str],
    /// Whether it is a vehicle: turn restrictions that name nobody mean all of them.
    pub vehicle: bool,
}

impl Rules {
    /// What the tags allow, in one direction if they tell of it; `None` where they say nothing.
    pub fn access(&self, raw: &RawRoads, tags: &Tags, side: &str) -> Option<Access> {
        let most = |key: &str| raw.words(tags, key).filter_map(class).max();
        self.access.iter().find_map(|key| most(&format!("{key}:{side}")).or_else(|| most(key)))
    }

    /// Whether the tags forbid it.
    pub fn forbids(&self, raw: &RawRoads, tags: &Tags, side: &str) -> bool {
        self.access(raw, tags, side) == Some(Access::No)
    }

    /// Open forward, open backward, as far as one-way tags tell; `implied` where they do not.
    pub fn directions(&self, raw: &RawRoads, tags: &Tags, implied: bool) -> [bool; 2] {
        match self.oneway.iter().find_map(|key| raw.tag(tags, key)) {
            Some("yes" | "true" | "1") => [true, false],
            Some("-1" | "reverse") => [false, true],
            Some("no" | "false" | "0" | ALTERNATING) => [true, true],
            _ => [true, !implied],
        }
    }
}

/// A lane for both directions by turns, as at lights.
pub const ALTERNATING: &str = "alternating";

/// Whether a `oneway` value is known.
pub fn is_oneway(value: &str) -> bool {
    matches!(value, "yes" | "true" | "1" | "-1" | "reverse" | "no" | "false" | "0" | "reversible" | ALTERNATING)
}

/// Reasons that hold for every profile.
pub fn unusable(raw: &RawRoads, tags: &Tags) -> Option<&'static str> {
    let tag = |key: &str| raw.tag(tags, key);
    if raw.says(tags, "area", &["yes"]) {
        Some("area, not a line")
    } else if tag("impassable") == Some("yes") || tag("smoothness") == Some("impassable") {
        Some("impassable way")
    } else if raw.says(tags, "service", &["emergency_access"]) || tag("oneway") == Some("reversible") {
        Some("way for emergencies only or of changing direction")
    } else {
        None
    }
}

/// Where a way passes: above the ground when positive, below when negative. A `layer` counts more than
/// bridge and tunnel, unless it says 0; a passage through a building lies on the ground.
pub fn level(raw: &RawRoads, tags: &Tags) -> i8 {
    let tag = |key: &str| raw.tag(tags, key).map(str::trim).filter(|v| *v != "no");
    let layer = tag("layer").and_then(|v| v.parse::<i8>().ok()).filter(|l| *l != 0);
    layer.unwrap_or(match (tag("bridge"), tag("tunnel")) {
        (Some(_), _) => 1,
        (None, Some(kind)) if kind != "building_passage" => -1,
        _ => 0,
    })
}

/// Roundabouts run one way round.
pub fn is_round(raw: &RawRoads, tags: &Tags) -> bool {
    raw.says(tags, "junction", &["roundabout", "circular"])
}

/// Who passes a barrier, by access tags and by whether its kind opens; of several kinds all must. A tag that
/// opens it to all or shuts it counts more than the kind; to some it opens only what can be opened. What is
/// locked opens to nobody else.
pub fn barrier(raw: &RawRoads, tags: &Tags, rules: &Rules, opens: impl Fn(&str) -> bool) -> Access {
    let mut barriers = raw.words(tags, "barrier").peekable();
    if barriers.peek().is_none() {
        return Access::Yes;
    }
    let opens = barriers.all(opens);
    match rules.access(raw, tags, "") {
        Some(Access::AtEnds) if !opens => Access::No,
        Some(access) => access,
        None if opens && !raw.says(tags, "locked", &["yes"]) => Access::Yes,
        None => Access::No,
    }
}
