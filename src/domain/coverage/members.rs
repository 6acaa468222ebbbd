//! Which squads count, and how soon each is where.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::Base;
use crate::{
    base::{Code, Timestamp, words},
    domain::{
        response::{Definition, Excluded, Reason, Start, off_duty},
        squads::{Squad, SquadStatus, Squads},
    },
    kernel::travel::Workspace,
};

words! {
    /// Which squads coverage counts on, and where they are.
    Basis {
        /// Every squad on shift, at its post: the promise. Who is busy now does not matter;
        /// squads out of service are left out.
        Posts = "posts",
        /// Squads available and on shift, at their last known position.
        Live = "live",
    }
}

/// A squad that counts.
#[derive(Debug, Clone)]
pub struct Member {
    pub squad: Code,
    /// Turnout and the walk from where it stands to the road, seconds.
    pub extra_s: u32,
    /// Milliseconds of driving and of walking from there to each accessible cell of the [`Base`] it
    /// was made for.
    pub reach: Arc<Vec<u32>>,
}

/// The squads that count, and how many do not.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// By squad id.
    pub members: Vec<Member>,
    pub excluded: Excluded,
    pub total: usize,
}

/// The squads that count at `at`; `zone` is the local time of their shifts. Routes only from
/// positions that `base` does not remember.
pub fn select(
    base: &Base,
    ws: &mut Workspace,
    squads: &Squads,
    basis: Basis,
    at: Timestamp,
    zone: &TimeZone,
) -> Selection {
    let mut selection = Selection { total: squads.len(), ..Selection::default() };
    for squad in squads.all() {
        match member(base, ws, squads, squad, basis, at, zone) {
            Ok(member) => selection.members.push(member),
            Err(reason) => selection.excluded.count(reason),
        }
    }
    selection
}

fn member(
    base: &Base,
    ws: &mut Workspace,
    squads: &Squads,
    squad: &Squad,
    basis: Basis,
    at: Timestamp,
    zone: &TimeZone,
) -> Result<Member, Reason> {
    let definition = base.definition();
    let start = start(squads, squad, basis, at, zone, definition)?;
    let from = definition.entry(base.network().roads(squad.profile), start.point()).ok_or(Reason::NoRoad)?;
    let extra_s = squad.turnout_s + definition.walk_s(from.distance_m);
    Ok(Member { squad: squad.id.clone(), extra_s, reach: base.reach(ws, squad.profile, &from) })
}

/// Where the squad sets out from at `at`, or why it does not count.
pub fn start(
    squads: &Squads,
    squad: &Squad,
    basis: Basis,
    at: Timestamp,
    zone: &TimeZone,
    definition: &Definition,
) -> Result<Start, Reason> {
    if let Some(reason) = off_duty(squad, at, zone) {
        return Err(reason);
    }
    match basis {
        Basis::Posts => Ok(Start::post(squad)),
        Basis::Live if squad.status == SquadStatus::Busy => Err(Reason::Busy),
        Basis::Live => Ok(Start::last_known(squads, squad, at, definition)),
    }
}
