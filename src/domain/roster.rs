//! All squads as a dispatcher looks for them, on one state of the roads: what they may do, and where
//! they enter the roads. Kept while that state is, so that a question costs no snapping and no climb but
//! the place's: what was changed or moved since the last one is taken in first.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard},
};

use super::{
    response::{Definition, Reason},
    roads::Network,
    squads::{CERTIFIED_OFFICERS_NEEDED, Changed, Fix, NEVER_MS, Shifts, Squad, SquadProfile, SquadStatus, Squads},
};
use crate::{
    base::{Code, LngLat},
    kernel::{graph::Entrance, hierarchy::Climbs, nearest::Starts, row::Row},
};

/// What a squad sets out from. As a number it makes, with the squad's, that of a candidate.
pub const POST: usize = 0;
pub const FIX: usize = 1;

/// Of so few squads all rows are made as they are taken in, within a second of a closure; of more, those
/// that somebody asked for. That bounds what rows hold of fleets that are mostly searched. Tests have both.
const ROWS_AT_ONCE: usize = if cfg!(test) { 6 } else { 2_000 };

#[derive(Debug)]
pub struct Roster {
    network: Arc<Network>,
    definition: Definition,
    /// Held by whoever takes in what changed; others who need it wait instead of doing the same.
    taking_in: Mutex<Climbs>,
    lines: RwLock<Lines>,
}

/// What is kept of the squads, by number.
#[derive(Debug, Default)]
pub struct Lines {
    pub squads: Arc<Squads>,
    pub duties: Vec<Duty>,
    /// [`LngLat::on_sphere`] of post and fix.
    pub on_sphere: Vec<[[f64; 3]; 2]>,
    pub fixes: Vec<Option<Fix>>,
    /// All duties there were, each by a squad that has it.
    pub kinds: Vec<Arc<Squad>>,
    kind: HashMap<Kind, u32>,
    /// By profile: how many squads; and where they set out, `2n` for the post of squad `n` and `2n + 1`
    /// for its fix.
    pub count: [usize; 3],
    pub starts: [Starts; 3],
    /// The place of each squad in the order of ids, and back.
    pub rank: Vec<u32>,
    pub ranked: Vec<u32>,
}

/// What decides on a squad at any moment, in little room: all of them are looked at for each question.
#[derive(Debug, Clone, Copy)]
pub struct Duty {
    pub fixed_ms: i64,
    /// Index into [`Lines::kinds`].
    pub kind: u32,
    /// Why it can't set out from its post, and from its fix, if so.
    pub barred: [Option<Reason>; 2],
}

/// What squads have in common that the same may be asked of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Kind(SquadProfile, SquadStatus, Staff, Shifts);

/// What decides whether a squad is competent, for any case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Staff {
    /// Whether there are enough.
    Counted {
        unit: Code,
        enough: bool,
    },
    Listed {
        unit: Code,
        officers: Vec<Code>,
    },
}

impl Staff {
    fn of(squad: &Squad) -> Self {
        let unit = squad.unit.clone();
        match &squad.officers[..] {
            [] => Self::Counted { unit, enough: squad.crew.certified_officers >= CERTIFIED_OFFICERS_NEEDED },
            officers => Self::Listed { unit, officers: officers.to_vec() },
        }
    }
}

/// A change with what takes long done.
struct Taken {
    change: Changed,
    /// By which ways it enters the roads from post and fix, where these changed.
    entries: [Option<Result<Vec<Entrance>, Reason>>; 2],
    /// Of each of these ways, where they were made.
    rows: [Vec<Option<Row>>; 2],
}

impl Taken {
    /// Boats set out from wherever they are, drones are asked about elsewhere.
    fn off_road(squad: &Squad, change: Changed) -> Self {
        let entry = match squad.profile {
            SquadProfile::Drone => Err(Reason::FirstLook),
            _ => Ok(Vec::new()),
        };
        let entries = [change.edited.then(|| entry.clone()), change.fix.map(|_| entry)];
        Self { change, entries, rows: Default::default() }
    }
}

impl Roster {
    /// For squads that are asked about again and again.
    pub fn new(network: Arc<Network>, definition: Definition) -> Self {
        let lines = Lines { starts: [(); 3].map(|()| Starts::default().keeping_rows()), ..Lines::default() };
        Self { network, definition, taking_in: Mutex::default(), lines: lines.into() }
    }

    /// For a few squads that are looked at once: no row is worth its keeping.
    pub fn for_once(network: Arc<Network>, definition: Definition) -> Self {
        Self { network, definition, taking_in: Mutex::default(), lines: RwLock::default() }
    }

    pub fn network(&self) -> &Network {
        &self.network
    }

    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The squads as they are now, or as they were changed meanwhile.
    pub fn lines(&self, squads: &Arc<Squads>) -> RwLockReadGuard<'_, Lines> {
        self.take_in(squads);
        self.read()
    }

    fn read(&self) -> RwLockReadGuard<'_, Lines> {
        self.lines.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what changed. A plan that is older than the one known is not gone back to.
    pub fn take_in(&self, squads: &Arc<Squads>) {
        let mut climbs = self.taking_in.lock().unwrap_or_else(|poisoned| {
            let mut climbs = poisoned.into_inner();
            // One of them was broken off.
            *climbs = Climbs::default();
            climbs
        });
        let (squads, changes) = {
            let lines = self.read();
            let newest = if squads.newer_than(&lines.squads) { squads } else { &lines.squads };
            let fixed_ms = |n: usize| lines.duties.get(n).map_or(NEVER_MS, |d| d.fixed_ms);
            let changes = newest.changes(&lines.squads, fixed_ms);
            if changes.is_empty() && newest.len() == lines.duties.len() {
                return;
            }
            let with_rows = |change: Changed| (lines.wants_rows(change.number, newest.len()), change);
            (Arc::clone(newest), changes.into_iter().map(with_rows).collect::<Vec<_>>())
        };
        // Readers go on meanwhile.
        let place = |(rows, change): (bool, _)| self.place(&squads, change, rows.then_some(&mut *climbs));
        let taken: Vec<Taken> = changes.into_iter().map(place).collect();
        let mut lines = self.lines.write().unwrap_or_else(PoisonError::into_inner);
        lines.replace(&self.network, squads, taken);
    }

    /// With rows where there is something to climb with.
    fn place(&self, squads: &Squads, change: Changed, climbs: Option<&mut Climbs>) -> Taken {
        let squad = squads.numbered(change.number);
        let Ok(roads) = squad.profile.by_road().map(|profile| self.network.roads(profile)) else {
            return Taken::off_road(squad, change);
        };
        let whole = |e: Entrance| Entrance { extra_ms: e.extra_ms + squad.turnout_s * 1_000, ..e };
        let entry = |at: LngLat| -> Result<Vec<Entrance>, Reason> {
            let ways = self.definition.entry(roads, at)?;
            Ok(ways.iter().map(|way| whole(self.definition.on_foot(way))).collect())
        };
        let entries = [change.edited.then(|| entry(squad.post)), change.fix.map(|fix| entry(fix.at))];
        let rows = match climbs {
            Some(climbs) => entries.each_ref().map(|entry| match entry {
                Some(Ok(ways)) => ways.iter().map_while(|way| roads.travel().row(climbs, way.at)).collect(),
                _ => Vec::new(),
            }),
            None => Default::default(),
        };
        Taken { change, entries, rows }
    }
}

impl Lines {
    /// Whether rows of squad `number`, of so many in all, are made before somebody asks for them.
    fn wants_rows(&self, number: usize, squads: usize) -> bool {
        let asked_for = || self.starts.iter().any(|s| [POST, FIX].iter().any(|from| s.has_rows(2 * number + from)));
        self.starts.iter().all(Starts::keeps_rows) && (squads <= ROWS_AT_ONCE || asked_for())
    }

    fn replace(&mut self, network: &Network, squads: Arc<Squads>, taken: Vec<Taken>) {
        let former = std::mem::replace(&mut self.squads, squads);
        let squads = Arc::clone(&self.squads);
        for number in squads.len()..former.len() {
            self.leave(network, &former, number);
        }
        self.duties.resize(squads.len(), Duty { fixed_ms: NEVER_MS, kind: 0, barred: [None; 2] });
        self.on_sphere.resize(squads.len(), [[0.0; 3]; 2]);
        self.fixes.resize(squads.len(), None);
        for Taken { change: Changed { number, edited, fix }, entries, rows } in taken {
            let squad = squads.numbered(number);
            if edited && number < former.len() {
                self.leave(network, &former, number);
            }
            let kind = if edited { self.kind_of(squad) } else { self.duties[number].kind };
            self.fixes[number] = fix;
            let (duty, on_sphere) = (&mut self.duties[number], &mut self.on_sphere[number]);
            (duty.kind, duty.fixed_ms) = (kind, fix.map_or(NEVER_MS, |f| f.fixed_at.ms()));
            let places = [squad.post, fix.map_or(squad.post, |fix| fix.at)];
            for (((source, at), entry), rows) in places.into_iter().enumerate().zip(entries).zip(rows) {
                let Some(entry) = entry else { continue };
                if let Ok(profile) = squad.profile.by_road() {
                    let (graph, starts) = (&network.roads(profile).graph, &mut self.starts[profile as usize]);
                    starts.put(graph, 2 * number + source, entry.as_deref().unwrap_or_default());
                    starts.keep_rows(2 * number + source, rows);
                }
                duty.barred[source] = entry.err();
                on_sphere[source] = at.on_sphere();
            }
            if let Ok(profile) = squad.profile.by_road() {
                self.count[profile as usize] += usize::from(edited);
            }
        }
        if !squads.numbered_as(&former) {
            self.ranked = squads.numbers().collect();
            self.rank = vec![0; squads.len()];
            for (rank, &number) in (0..).zip(&self.ranked) {
                self.rank[number as usize] = rank;
            }
        }
    }

    /// Whoever had this number is nowhere any more.
    fn leave(&mut self, network: &Network, former: &Squads, number: usize) {
        let Ok(profile) = former.numbered(number).profile.by_road() else { return };
        self.count[profile as usize] -= 1;
        for source in [POST, FIX] {
            let graph = &network.roads(profile).graph;
            self.starts[profile as usize].put(graph, 2 * number + source, &[]);
        }
    }

    fn kind_of(&mut self, squad: &Arc<Squad>) -> u32 {
        let kind = Kind(squad.profile, squad.status, Staff::of(squad), squad.shifts.clone());
        *self.kind.entry(kind).or_insert_with(|| {
            self.kinds.push(Arc::clone(squad));
            self.kinds.len() as u32 - 1
        })
    }
}
