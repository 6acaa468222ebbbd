//! The figures of one zone, and of all together.

use std::{collections::BTreeSet, sync::Arc};

use serde::Serialize;

use super::{
    Judge,
    facts::AtomFacts,
    spreads::{ResponseSpread, Spreads},
};
use crate::{
    base::Code,
    domain::zones::{atoms::AtomIx, plan::Zone, warnings::connected},
    kernel::compactness::compactness,
};

/// A zone and its figures.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ZoneFigures {
    #[schema(value_type = String)]
    pub zone: Code,
    pub name: String,
    pub name_zh: Option<String>,
    /// Nothing of it may change.
    pub locked: bool,
    #[serde(flatten)]
    pub figures: PlanFigures,
    /// Parts that do not hang together; 1 for a zone in one piece.
    pub parts: usize,
    /// Atoms outside the largest part.
    #[schema(value_type = Vec<String>)]
    pub loose_atoms: Vec<Code>,
    pub polsby_popper: Option<f64>,
    pub reock: Option<f64>,
    pub hull: Option<f64>,
    pub people: ZonePeople,
}

/// What is counted and timed of a zone or of all.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PlanFigures {
    pub atoms: usize,
    pub area_m2: f64,
    pub buildings: u32,
    pub road_km: f64,
    /// Of the days that count.
    pub incidents: u32,
    pub incidents_by_class: IncidentsByClass,
    /// By the local hour of the report, from midnight.
    pub incidents_by_hour: [u32; 24],
    /// From the nearest of its own squads to where incidents were, median, seconds; from anybody's where
    /// none of its own comes.
    pub drive_median_s: Option<u64>,
    pub workload: Workload,
    /// From its own squads.
    pub own: ResponseSpread,
    /// From any squad on shift.
    pub anybody: ResponseSpread,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct IncidentsByClass {
    pub urgent: u32,
    pub quick: u32,
    pub normal: u32,
}

/// Hours a week.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Workload {
    pub incidents_h: f64,
    pub patrol_h: f64,
    pub total_h: f64,
}

/// Who ought to be there and who is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ZonePeople {
    /// By the team of the zone.
    pub wanted: u32,
    pub there: u32,
    /// Roles of which nobody said how many there are.
    pub unknown_roles: u32,
    /// Of its squads, on shift or not.
    pub squads: u32,
}

/// How unevenly something lies on the zones.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Unevenness {
    /// The largest ÷ the mean; 1 when all are equal.
    pub max_to_mean: Option<f64>,
    /// 0 when all are equal, towards 1 when one has all.
    pub gini: Option<f64>,
}

impl Unevenness {
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (n, sum) = (sorted.len() as f64, sorted.iter().sum::<f64>());
        if sum <= 0.0 {
            return Self { max_to_mean: None, gini: None };
        }
        let ranked: f64 = sorted.iter().zip(1..).map(|(v, rank)| v * f64::from(rank)).sum();
        let max = sorted.last().copied().unwrap_or(0.0);
        Self { max_to_mean: Some(max * n / sum), gini: Some(2.0 * ranked / (n * sum) - (n + 1.0) / n) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Imbalance {
    pub workload: Unevenness,
    pub area: Unevenness,
    pub incidents: Unevenness,
}

impl Imbalance {
    pub fn of(zones: &[Arc<ZoneFigures>]) -> Self {
        let of = |value: fn(&PlanFigures) -> f64| Unevenness::of(zones.iter().map(|z| value(&z.figures)));
        Self { workload: of(|f| f.workload.total_h), area: of(|f| f.area_m2), incidents: of(|f| f.incidents.into()) }
    }
}

/// What is summed up over atoms.
#[derive(Debug, Clone, Default)]
struct Sums {
    atoms: usize,
    area_m2: f64,
    buildings: u32,
    road_m: f64,
    by_class: [u32; 3],
    by_hour: [u32; 24],
}

impl Sums {
    fn add(&mut self, area_m2: f64, facts: &AtomFacts) {
        self.atoms += 1;
        self.area_m2 += area_m2;
        self.buildings += facts.buildings;
        self.road_m += facts.road_m;
        self.by_class.iter_mut().zip(facts.by_class).for_each(|(sum, n)| *sum += n);
        self.by_hour.iter_mut().zip(facts.by_hour).for_each(|(sum, n)| *sum += n);
    }
}

impl Judge {
    pub(super) fn zone(&self, zone: &Zone, own: &[AtomIx]) -> (ZoneFigures, Spreads) {
        let members = self.own(zone);
        let (mut sums, mut spreads) = (Sums::default(), Spreads::default());
        for &atom in own {
            let facts = self.facts.of(atom);
            sums.add(self.atoms().at(atom).area_m2, facts);
            for piece in &facts.pieces {
                let soonest = |access| [self.soonest_of(&members, access), self.anybody[access as usize]];
                spreads.put(piece, piece.access.map(soonest));
            }
        }
        let outline = self.atoms().outline(own.iter().copied());
        let compact = compactness(&self.facts.lambert.shape(&outline));
        let mut parts = connected(self.atoms(), own);
        let area_m2 = |part: &Vec<AtomIx>| part.iter().map(|a| self.atoms().at(*a).area_m2).sum::<f64>();
        let larger = |&a: &usize, &b: &usize| area_m2(&parts[a]).total_cmp(&area_m2(&parts[b])).then(b.cmp(&a));
        let (count, largest) = (parts.len(), (0..parts.len()).max_by(larger));
        if let Some(largest) = largest {
            parts.remove(largest);
        }
        let mut loose: Vec<AtomIx> = parts.into_iter().flatten().collect();
        loose.sort_unstable();
        let figures = ZoneFigures {
            zone: zone.code.clone(),
            name: zone.name.clone(),
            name_zh: zone.name_zh.clone(),
            locked: zone.locked,
            figures: self.figures(&sums, &spreads, members.len()),
            parts: count,
            loose_atoms: loose.iter().map(|a| self.atoms().at(*a).code.clone()).collect(),
            polsby_popper: compact.map(|c| c.polsby_popper),
            reock: compact.map(|c| c.reock),
            hull: compact.map(|c| c.hull),
            people: people(zone),
        };
        (figures, spreads)
    }

    /// Of all zones that are kept. An atom in several zones counts in each; work is what the zones have,
    /// each with its own drives.
    pub(super) fn together(&self, zones: &[Arc<ZoneFigures>]) -> PlanFigures {
        let (mut sums, mut workload) = (Sums::default(), Workload::default());
        for f in zones.iter().map(|z| &z.figures) {
            sums.atoms += f.atoms;
            sums.area_m2 += f.area_m2;
            sums.buildings += f.buildings;
            sums.road_m += f.road_km * 1_000.0;
            let IncidentsByClass { urgent, quick, normal } = f.incidents_by_class;
            sums.by_class.iter_mut().zip([urgent, quick, normal]).for_each(|(sum, n)| *sum += n);
            sums.by_hour.iter_mut().zip(f.incidents_by_hour).for_each(|(sum, n)| *sum += n);
            workload.incidents_h += f.workload.incidents_h;
            workload.patrol_h += f.workload.patrol_h;
            workload.total_h += f.workload.total_h;
        }
        let used: BTreeSet<&Code> = self.kept.values().flat_map(|k| &k.zone.squads).map(|s| &s.id).collect();
        let squads = self.members.iter().filter(|m| used.contains(&m.squad)).count();
        PlanFigures { workload, ..self.figures(&sums, &self.whole, squads) }
    }

    fn figures(&self, sums: &Sums, spreads: &Spreads, squads: usize) -> PlanFigures {
        let assumptions = &self.assumptions;
        let incidents: u32 = sums.by_class.iter().sum();
        let drive_median_s = spreads.drive_median_s();
        let each_h = assumptions.handling_min / 60.0 + drive_median_s.unwrap_or(0) as f64 / 3_600.0;
        let incidents_h = f64::from(incidents) / assumptions.weeks() * each_h;
        let road_km = sums.road_m / 1_000.0;
        let patrol_h = road_km * assumptions.patrols_per_week / assumptions.patrol_km_per_h;
        let [urgent, quick, normal] = sums.by_class;
        PlanFigures {
            atoms: sums.atoms,
            area_m2: sums.area_m2,
            buildings: sums.buildings,
            road_km,
            incidents,
            incidents_by_class: IncidentsByClass { urgent, quick, normal },
            incidents_by_hour: sums.by_hour,
            drive_median_s,
            workload: Workload { incidents_h, patrol_h, total_h: incidents_h + patrol_h },
            own: spreads.own(squads, assumptions.minutes),
            anybody: spreads.anybody(self.members.len(), assumptions.minutes),
        }
    }
}

fn people(zone: &Zone) -> ZonePeople {
    ZonePeople {
        wanted: zone.team.iter().map(|t| t.wanted).sum(),
        there: zone.team.iter().filter_map(|t| t.there).sum(),
        unknown_roles: zone.team.iter().filter(|t| t.there.is_none()).count() as u32,
        squads: zone.squads.len() as u32,
    }
}
