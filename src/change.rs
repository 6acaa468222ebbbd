//! Floor 3: the sum of all facts, as they stand in the one log.
//!
//! Which facts there are is told by each word: see [`Fact`] and the list in [`words`].
//! A body in the log is one JSON object: its version `v`, its `kind`, and what that kind has to say.

use std::{any::Any, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    base::{Error, Result, Seq, Timestamp, WrittenOnce},
    domain::{
        areas::Areas,
        noun::{About, Fact, Kind, Told},
    },
    world::words::{self, Each, Held},
};

/// A durable fact of whichever word.
#[derive(Clone)]
pub struct Change(Arc<dyn Written>);

/// A fact with its body.
trait Written: Fact {
    fn body(&self) -> serde_json::Result<String>;
}

#[derive(Serialize)]
struct Body<'a, C> {
    v: u32,
    #[serde(flatten)]
    fact: &'a C,
}

impl<C: Fact + Serialize> Written for C {
    fn body(&self) -> serde_json::Result<String> {
        serde_json::to_string(&Body { v: self.kind().v, fact: self })
    }
}

/// Why a body can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// Of a kind or in a version that this program doesn't know: a newer one wrote it.
    Unknown { kind: String, v: u32 },
    /// Not what it says it is.
    Damaged(String),
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { kind, v } => {
                write!(f, "kind {kind:?} in version {v} is unknown to this program, a newer one wrote it")
            }
            Self::Damaged(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Unread {}

/// How a body begins. Those from before versions were told are of version 1.
#[derive(Deserialize)]
struct Head {
    #[serde(default = "first")]
    v: u32,
    kind: String,
}

fn first() -> u32 {
    1
}

/// Looks for the word of a body.
struct Reader<'a> {
    head: Head,
    body: &'a str,
    read: Option<serde_json::Result<Change>>,
}

impl<N: Held> Each<N> for Reader<'_> {
    fn word(&mut self) {
        let Head { v, kind } = &self.head;
        if N::KINDS.iter().any(|k| k.name == *kind && k.reads(*v)) {
            self.read = Some(N::parse(*v, self.body).map(Change::from));
        }
    }
}

/// Looks whether the word of a change shapes the roads.
struct Shapes<'a> {
    change: &'a Change,
    roads: bool,
}

impl<N: Held> Each<N> for Shapes<'_> {
    fn word(&mut self) {
        self.roads |= N::SHAPES_ROADS && self.change.of::<N::Change>().is_some();
    }
}

impl Change {
    /// Reads a body of the log.
    pub fn read(body: &str) -> Result<Self, Unread> {
        let damaged = |e: serde_json::Error| Unread::Damaged(e.to_string());
        let head = serde_json::from_str(body).map_err(damaged)?;
        let mut reader = Reader { head, body, read: None };
        words::each(&mut reader);
        let Head { v, kind } = reader.head;
        reader.read.ok_or(Unread::Unknown { kind, v })?.map_err(damaged)
    }

    /// The body that [`Change::read`] reads.
    pub fn body(&self) -> Result<String> {
        self.0.body().map_err(Error::internal)
    }

    /// Whether bodies told as `event` in version `v` can be read.
    pub fn knows(event: &str, v: u32) -> bool {
        words::kinds().iter().any(|k| k.event == event && k.reads(v))
    }

    /// Whether the roads as they are at a time follow from it, among others.
    pub fn shapes_roads(&self) -> bool {
        let mut shapes = Shapes { change: self, roads: false };
        words::each(&mut shapes);
        shapes.roads
    }

    pub fn fact(&self) -> &dyn Fact {
        &*self.0
    }

    pub fn kind(&self) -> Kind {
        self.0.kind()
    }

    /// The fact, if it is one of that word.
    pub fn of<C: Fact>(&self) -> Option<&C> {
        (self.fact() as &dyn Any).downcast_ref()
    }
}

impl<C: Fact + Serialize> From<C> for Change {
    fn from(fact: C) -> Self {
        Self(Arc::new(fact))
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The hashes by which a row hangs in the chain: that of the row before, and its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub prev: String,
    pub own: String,
}

/// A change as it stands in the log.
#[derive(Debug, Clone)]
pub struct Logged {
    pub seq: Seq,
    pub at: Timestamp,
    /// Who caused it: a key's id, `keyless` or `command line`.
    pub actor: String,
    /// None for a row of a program from before the chain.
    pub link: Option<Link>,
    pub change: Change,
}

/// What every event says, whatever it is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Envelope {
    pub seq: Seq,
    pub at: Timestamp,
    pub kind: &'static str,
    #[serde(flatten)]
    pub about: About,
}

/// A change as those who follow hear of it: made once, shared by all of them.
#[derive(Debug)]
pub struct Event {
    pub envelope: Envelope,
    pub told: Told,
    /// Of its row in the log, when that has one.
    pub hash: Option<String>,
    pub change: Change,
    /// For those who see everything: where tiles change, and the change itself.
    pub written: [WrittenOnce; 2],
}

impl Event {
    /// `areas` tell which township a place lies in.
    pub fn new(logged: Logged, areas: &Areas) -> Self {
        let Logged { seq, at, link, change, .. } = logged;
        let township = |at| areas.locate(at).township.map(|ix| areas.at(ix).code.clone());
        let (kind, about, told) = (change.kind().event, change.fact().about(&township), change.fact().told());
        Self {
            envelope: Envelope { seq, at, kind, about },
            told,
            hash: link.map(|l| l.own),
            change,
            written: Default::default(),
        }
    }

    pub fn seq(&self) -> Seq {
        self.envelope.seq
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        base::{Code, LngLat},
        domain::{disruptions, incidents, squads},
    };

    /// A body of each kind in each version that was ever written: they are read for ever.
    const WRITTEN: &[&str] = &[
        r#"{"kind":"areas_replaced","county":"990001000000","generation":2,"count":29}"#,
        r#"{"kind":"roads_imported","hash":"5f2c"}"#,
        r#"{"kind":"matters_replaced","count":3}"#,
        r#"{"kind":"squad","squad":{"id":"S1","name":"one","name_zh":null,"kind":"direct","unit":"U","command_area":"C",
            "profile":"car","post":{"lng":112.05,"lat":27.03},"status":"busy","turnout_s":60,"crew":
            {"certified_officers":2,"uncertified_officers":0,"assistants":1},"shifts":[{"days":["mon"],"from":"08:00","to":
            "20:00"}]}}"#,
        r#"{"kind":"squads_imported","count":4}"#,
        r#"{"kind":"incident","incident":{"id":"00000000-0000-0000-0000-000000000001","lng":112.05,"lat":27.05,
            "accuracy_m":12.5,"status":"reported","matter":"A","urgency":"quick","description":"x","reported_at":
            "2026-03-02T04:00:00Z","created_at":"2026-03-02T04:00:00Z","county":"C","township":"T","village":null,
            "grid":null,"ambiguous":true,"candidates":[{"code":"T","name":"t","distance_m":0.0}],"synthetic":false,
            "source":"api","external_id":null}}"#,
        r#"{"kind":"incidents_imported","batch":"b","count":7}"#,
        r#"{"kind":"slots","slots":[{"name":"rush","name_zh":null,"windows":[{"days":["mon"],"from":"07:00","to":"09:00"}],
            "speed_factors":{"primary":0.6}}]}"#,
        r#"{"kind":"arrivals","count":5}"#,
        r#"{"kind":"calibration","calibration":{"fitted_at":"2026-03-02T04:00:00Z","roads":"5f2c","speed_table":"osrm",
            "slots":[],"profiles":[]}}"#,
        r#"{"kind":"calibration","calibration":null}"#,
        r#"{"kind":"demo_removed"}"#,
        r#"{"kind":"keys"}"#,
        r#"{"kind":"disruption","disruption":{"id":"00000000-0000-0000-0000-000000000002","place":{"street":{"name":"A",
            "area":"T"}},"speed_factor":0.0,"profiles":["car","foot"],"from":"2026-03-02T04:00:00Z","until":null,
            "reason":"works"}}"#,
        r#"{"v":2,"kind":"disruption","disruption":{"id":"00000000-0000-0000-0000-00000000000a","place":{"polygon":{"type":
            "MultiPolygon","coordinates":[[[[1.0,2.0],[2.0,2.0],[2.0,3.0],[1.0,2.0]]]]}},"speed_factor":0.5,"profiles":["car"],
            "from":"2026-03-02T04:00:00Z","until":null,"reason":"flood"}}"#,
        r#"{"kind":"disruption_lifted","id":"00000000-0000-0000-0000-000000000002"}"#,
        r#"{"kind":"plan","plan":"00000000-0000-0000-0000-000000000003"}"#,
        r#"{"kind":"plan_edited","plan":"00000000-0000-0000-0000-000000000003","revision":2,"batch":
            "00000000-0000-0000-0000-000000000004","author":"keyless","did":{"undo":1},"touched":{"enforcement":["E1"]}}"#,
        r#"{"kind":"zones_in_force","entry":{"id":"00000000-0000-0000-0000-000000000005","county":"C","layer":"enforcement",
            "plan":"00000000-0000-0000-0000-000000000003","from":"2026-03-09T00:00:00Z","reason":"yearly cut","by":"keyless",
            "at":"2026-03-02T04:00:00Z","announced":false}}"#,
        r#"{"kind":"assignment","assignment":{"id":"00000000-0000-0000-0000-000000000006","incident":
            "00000000-0000-0000-0000-000000000001","squad":"S1","status":"on_scene","competence":"full","assigned_at":
            "2026-03-02T04:01:00Z","assigned_by":"keyless","departed_at":"2026-03-02T04:02:00Z","arrived_at":
            "2026-03-02T04:10:00Z","ended_at":null,"reason":null}}"#,
        r#"{"v":2,"kind":"assignment","assignment":{"id":"00000000-0000-0000-0000-000000000007","incident":
            "00000000-0000-0000-0000-000000000001","squad":"S1","status":"queued","competence":"full","assigned_at":
            "2026-03-02T04:01:00Z","assigned_by":"keyless","departed_at":null,"arrived_at":null,"ended_at":null,
            "reason":null}}"#,
        r#"{"v":2,"kind":"assignment","assignment":{"id":"00000000-0000-0000-0000-000000000006","incident":
            "00000000-0000-0000-0000-000000000001","squad":"S1","status":"on_scene","competence":"full","assigned_at":
            "2026-03-02T04:01:00Z","assigned_by":"keyless","departed_at":"2026-03-02T04:02:00Z","arrived_at":
            "2026-03-02T04:10:00Z","ended_at":null,"reason":null,"arrived_by":"geofence","ready_at":
            "2026-03-02T04:40:00Z"}}"#,
        r#"{"kind":"incident","incident":{"id":"00000000-0000-0000-0000-000000000001","lng":112.05,"lat":27.05,
            "accuracy_m":null,"status":"arrived","matter":null,"urgency":"quick","description":null,"reported_at":
            "2026-03-02T04:00:00Z","created_at":"2026-03-02T04:00:00Z","county":null,"township":null,"village":null,
            "grid":null,"ambiguous":false,"synthetic":false,"source":"api","external_id":null,"flags":["supervised"],
            "milestones":{"accepted_at":"2026-03-02T04:01:00Z","arrived_at":"2026-03-02T04:10:00Z"}}}"#,
        r#"{"kind":"incident","incident":{"id":"00000000-0000-0000-0000-000000000001","lng":112.05,"lat":27.05,
            "accuracy_m":null,"status":"accepted","matter":null,"urgency":"quick","description":null,"reported_at":
            "2026-03-02T04:00:00Z","created_at":"2026-03-02T04:00:00Z","county":null,"township":null,"village":null,
            "grid":null,"ambiguous":false,"synthetic":false,"source":"api","external_id":null,
            "profile":{"profile":"P","version":2,"state":"taken on"}}}"#,
        r#"{"v":2,"kind":"incident","incident":{"id":"00000000-0000-0000-0000-000000000001","lng":112.05,"lat":27.05,
            "accuracy_m":null,"status":"merged","matter":null,"urgency":"quick","description":null,"reported_at":
            "2026-03-02T04:00:00Z","created_at":"2026-03-02T04:00:00Z","county":null,"township":null,"village":null,
            "grid":null,"ambiguous":false,"synthetic":false,"source":"api","external_id":null,"milestones":{"told_at":
            "2026-03-02T05:00:00Z"},"merged_into":"00000000-0000-0000-0000-000000000002"}}"#,
        r#"{"kind":"zones_switched","entry":{"id":"00000000-0000-0000-0000-000000000005","county":"C","layer":"enforcement",
            "plan":"00000000-0000-0000-0000-000000000003","from":"2026-03-09T00:00:00Z","reason":"yearly cut","by":"keyless",
            "at":"2026-03-02T04:00:00Z","announced":true}}"#,
        r#"{"kind":"reporter_read","id":"00000000-0000-0000-0000-000000000001"}"#,
        r#"{"kind":"remark","id":"00000000-0000-0000-0000-000000000001","area":"G","township":"T","action":
            "00000000-0000-0000-0000-000000000009","actor":"K1"}"#,
        r#"{"kind":"units_replaced","count":3}"#,
        r#"{"kind":"rosters_replaced","count":3}"#,
        r#"{"kind":"working_time_replaced","count":3}"#,
        r#"{"kind":"stages_replaced","count":3}"#,
        r#"{"kind":"response_plans_replaced","count":3}"#,
        r#"{"kind":"profile_imported","profile":"P","version":2}"#,
        r#"{"kind":"scenes_replaced","count":3}"#,
        r#"{"kind":"scenario","scenario":{"id":"00000000-0000-0000-0000-000000000009","name":"s","plan":null,"question":
            {"minutes":15,"patches":[{"op":"remove_squad","id":"S1"}],"candidates":[{"lng":112.05,"lat":27.05}]},"revision":
            2,"author":"keyless","created_at":"2026-03-02T04:00:00Z","changed_by":"keyless","changed_at":
            "2026-03-02T04:00:00Z"}}"#,
        r#"{"kind":"scenario_deleted","id":"00000000-0000-0000-0000-000000000009"}"#,
        r#"{"kind":"codes_taken","schemes":[{"scheme":"dcg","version":"1"}],"count":3}"#,
        r#"{"kind":"officers_replaced","count":3}"#,
        r#"{"kind":"officer","officer":{"id":"O1","unit":"U","certificates":[{"matters":["A"],"from":
            "2026-01-01T00:00:00Z","until":null}],"recused_from":{"areas":["T"],"incidents":
            ["00000000-0000-0000-0000-000000000001"]}}}"#,
        r#"{"kind":"officer_read","id":"O1"}"#,
        r#"{"kind":"squad","squad":{"id":"S1","name":"one","name_zh":null,"kind":"direct","unit":"U","command_area":"C",
            "profile":"car","post":{"lng":112.05,"lat":27.03},"status":"busy","turnout_s":60,"crew":
            {"certified_officers":2,"uncertified_officers":0,"assistants":1},"shifts":[{"days":["mon"],"from":"08:00","to":
            "20:00"}],"officers":["O1","O2"]}}"#,
        r#"{"kind":"squad","squad":{"id":"S1","name":"one","name_zh":null,"kind":"direct","unit":"U","command_area":"C",
            "profile":"car","post":{"lng":112.05,"lat":27.03},"status":"busy","turnout_s":60,"crew":
            {"certified_officers":2,"uncertified_officers":0,"assistants":1},"shifts":[],"equipment":["gas detector"]}}"#,
        r#"{"v":2,"kind":"squad","squad":{"id":"S1","name":"one","name_zh":null,"kind":"direct","unit":"U","command_area":
            "C","profile":"boat","post":{"lng":112.05,"lat":27.03},"status":"available","turnout_s":60,"crew":
            {"certified_officers":2,"uncertified_officers":0,"assistants":1},"shifts":[],"water":"LAKE"}}"#,
        r#"{"v":3,"kind":"assignment","assignment":{"id":"00000000-0000-0000-0000-000000000009","incident":
            "00000000-0000-0000-0000-000000000001","squad":"S2","status":"on_scene","competence":"first_look",
            "assigned_at":"2026-03-02T04:01:00Z","assigned_by":"keyless","departed_at":null,"arrived_at":
            "2026-03-02T04:03:00Z","ended_at":null,"reason":null,"arrived_by":"hand"}}"#,
        r#"{"v":3,"kind":"assignment","assignment":{"id":"00000000-0000-0000-0000-000000000009","incident":
            "00000000-0000-0000-0000-000000000001","squad":"S2","status":"assigned","competence":"first_response_only",
            "breaks":"unit_without_power","assigned_at":"2026-03-02T04:01:00Z","assigned_by":"keyless","departed_at":null,
            "arrived_at":null,"ended_at":null,"reason":null}}"#,
        r#"{"kind":"lists_taken","lists":[{"list":"L1","version":2}]}"#,
        r#"{"kind":"whistle","whistle":{"id":"00000000-0000-0000-0000-000000000008","incident":
            "00000000-0000-0000-0000-000000000001","department":"U","township":"T","obligation":"must","list":{"list":"W",
            "version":1},"status":"arrived","reason":null,"whistled_at":"2026-03-02T04:00:00Z","whistled_by":"keyless",
            "clock_from":"2026-03-02T04:00:00Z","acknowledge_due_at":"2026-03-02T04:05:00Z","arrive_due_at":
            "2026-03-02T04:30:00Z","acknowledged_at":"2026-03-02T04:02:00Z","arrived_at":"2026-03-02T04:20:00Z","ended_at":
            null,"ended_for":null,"stars_of_department":5,"stars_of_township":null}}"#,
        r#"{"kind":"precedent","precedent":{"id":"00000000-0000-0000-0000-000000000007","incident":
            "00000000-0000-0000-0000-000000000001","matter":"A","area":"T","to":"U","power":"penalise","from":
            "2026-03-02T04:00:00Z","until":"2026-06-02T04:00:00Z","by":"keyless","reason":"so"}}"#,
        r#"{"kind":"incident","incident":{"id":"00000000-0000-0000-0000-000000000001","lng":112.05,"lat":27.05,
            "accuracy_m":null,"status":"accepted","matter":"A","urgency":"quick","description":null,"reported_at":
            "2026-03-02T04:00:00Z","created_at":"2026-03-02T04:00:00Z","county":null,"township":null,"village":null,
            "grid":null,"ambiguous":false,"synthetic":false,"source":"api","external_id":null,"ownership":{"state":
            "delivered","owner":"T","since":"2026-03-02T04:00:00Z","powers":[],"no_penalty":true,"offer":{"to":"U","by":
            "lead","offered_at":"2026-03-02T04:01:00Z","delivered_at":"2026-03-02T04:02:00Z","powers":["penalise"]},
            "returns":1,"passed":["V"]}}}"#,
        r#"{"v":2,"kind":"squad","squad":{"id":"S1","name":"one","name_zh":null,"kind":"mutual_aid","unit":"U",
            "command_area":"C","profile":"car","post":{"lng":112.05,"lat":27.03},"status":"returning","turnout_s":60,"crew":
            {"certified_officers":2,"uncertified_officers":0,"assistants":1},"shifts":[],"said":{"at":
            "2026-03-02T04:00:00Z","received_at":"2026-03-02T04:00:05Z","by":"K1"}}}"#,
        r#"{"kind":"incident","incident":{"id":"00000000-0000-0000-0000-000000000001","lng":112.05,"lat":27.05,
            "accuracy_m":80.0,"status":"accepted","matter":"A","urgency":"quick","description":null,"reported_at":
            "2026-03-02T04:00:00Z","created_at":"2026-03-02T04:00:00Z","county":"C","township":"T","village":null,
            "grid":null,"ambiguous":true,"candidates":[{"code":"T","name":"t","distance_m":0.0}],"synthetic":false,
            "source":"api","external_id":null,"decision":{"area":"U","by":"negotiation","over":{"overlays":[],"township":"U",
            "county":"C"},"at":"2026-03-02T04:05:00Z","actor":"K1","reason":"agreed","action":
            "00000000-0000-0000-0000-000000000009"}}}"#,
        r#"{"kind":"incident","incident":{"id":"00000000-0000-0000-0000-000000000001","lng":112.05,"lat":27.05,
            "accuracy_m":null,"status":"arrived","matter":"A","urgency":"quick","description":null,"reported_at":
            "2026-03-02T04:00:00Z","created_at":"2026-03-02T04:00:00Z","county":null,"township":"T","village":null,
            "grid":null,"ambiguous":false,"synthetic":false,"source":"api","external_id":null,"rectification":{"what":
            "the stall","by":"2026-03-04","due_at":"2026-03-04T16:00:00Z","ordered_at":"2026-03-02T04:00:00Z","actor":"K1",
            "action":"00000000-0000-0000-0000-000000000009","revisits":1},"legal_review":{"result":"rejected","at":
            "2026-03-02T05:00:00Z","actor":"K2","remarks":"x","action":"00000000-0000-0000-0000-00000000000a"},
            "further_matters":["B"]}}"#,
        r#"{"kind":"areas_drafted","county":"990001000000","generation":3,"from":"2027-01-01T00:00:00Z"}"#,
        r#"{"kind":"areas_draft_dropped","county":"990001000000","generation":3}"#,
        r#"{"kind":"handover","handover":{"id":"00000000-0000-0000-0000-000000000001","area":"T","unit":null,"to":"K2",
            "note":"x","at":"2026-03-02T04:00:00Z","by":"K1","counts":{"incidents":3,"stuck":1,"overdue":2,"calls":0,
            "disruptions":1,"out_of_contact":0,"whistles":0},"accepted":{"at":"2026-03-02T04:10:00Z","by":"K2","note":null,
            "remarks":1}}}"#,
        r#"{"kind":"call","call":{"id":"00000000-0000-0000-0000-000000000001","state":"dropped","address":
            "behind the old school","area":"T","matter":"A","urgency":"quick","description":null,"reported_at":"2026-03-02T04:00:00Z",
            "created_at":"2026-03-02T04:00:05Z","source":"api","external_id":null,"ended":{"at":"2026-03-02T04:04:00Z",
            "by":"K1","reason":"a joke"}}}"#,
        r#"{"kind":"places_replaced","count":3}"#,
    ];

    fn value(text: &str) -> serde_json::Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn bodies_of_every_kind_are_read_for_ever_and_say_their_version_since() {
        let mut read = BTreeSet::new();
        for body in WRITTEN {
            let change = Change::read(body).unwrap_or_else(|e| panic!("{body}: {e}"));
            let kind = change.kind();
            let mut said = value(body);
            assert_eq!(said["kind"], kind.name, "{body}");
            said["v"] = kind.v.into();
            let again = change.body().unwrap();
            assert_eq!(value(&again), said);
            assert_eq!(value(&Change::read(&again).unwrap().body().unwrap()), said);
            read.insert(kind.name);
        }
        let kinds = words::kinds();
        assert_eq!(read, kinds.iter().map(|k| k.name).collect(), "each kind that there is has a body above");
        assert_eq!(read.len(), kinds.len(), "two kinds have one name");
        let events: BTreeSet<_> = kinds.iter().map(|k| k.event).collect();
        assert_eq!(events.len(), kinds.len(), "two kinds are told as one");
    }

    #[test]
    fn what_a_newer_program_wrote_is_told_from_what_is_damaged() {
        let unknown = |kind: &str, v| Err(Unread::Unknown { kind: kind.to_owned(), v });
        let read = |body: &str| Change::read(body).map(drop);
        assert_eq!(read(r#"{"v":1,"kind":"siren","pitch":440}"#), unknown("siren", 1));
        assert_eq!(read(r#"{"v":3,"kind":"squad","squad":7}"#), unknown("squad", 3));
        assert_eq!(read(r#"{"v":0,"kind":"keys"}"#), unknown("keys", 0));
        for damaged in ["", "{", "7", r#"{"v":1}"#, r#"{"kind":"squad"}"#, r#"{"v":-1,"kind":"keys"}"#] {
            assert!(matches!(read(damaged), Err(Unread::Damaged(_))), "{damaged}: {:?}", read(damaged));
        }
        assert!(Change::knows("areas", 1) && !Change::knows("areas", 2) && !Change::knows("areas_replaced", 1));
    }

    #[test]
    fn a_fact_tells_whom_it_is_about_and_where() {
        let township = |at: LngLat| (at.lng > 112.0).then(|| Code::new("T").unwrap());
        let about = |n: usize| Change::read(WRITTEN[n]).unwrap().fact().about(&township);
        let here = |area: &str, township: Option<&str>, id: &str| About {
            area: Some(Code::new(area).unwrap()),
            township: township.map(|t| Code::new(t).unwrap()),
            id: (!id.is_empty()).then(|| id.to_owned()),
        };
        assert_eq!(about(0), here("990001000000", None, ""));
        assert_eq!(about(3), here("C", Some("T"), "S1"));
        assert_eq!(about(5), here("T", Some("T"), "00000000-0000-0000-0000-000000000001"));
        assert_eq!(about(13), here("T", None, "00000000-0000-0000-0000-000000000002"));
        assert_eq!(about(2), About::default());
        let of = |n: usize| Change::read(WRITTEN[n]).unwrap();
        assert!(of(3).of::<squads::Change>().is_some() && of(3).of::<incidents::Change>().is_none());
        assert!(of(13).of::<disruptions::Change>().is_some() && of(13).shapes_roads() && !of(5).shapes_roads());
    }
}
