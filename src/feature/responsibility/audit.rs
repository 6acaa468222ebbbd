//! The audit of powers: where nobody leads or several do, nobody comes or is on duty, and what is wrong with
//! units and lists. As JSON, as a table, and as a layer of the parts of grids where something is wrong.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use super::Snapshot;
use crate::{
    api::{Answer, FeatureLayer, May, ProblemBody, Query, feature, layer as geojson_layer, rights},
    base::{Code, Error, LngLat, Result, Timestamp},
    ctx::Ctx,
    domain::{
        areas::{Area, AreaIx},
        coverage::{Base, Basis, select},
        lists::{ListRef, compare::MatterPowers},
        responsibility::audit::{Audited, AuditedHours, BlindSpot, Finding, Part, parts},
        squads::{Shifts, Squad, SquadStatus, Squads},
    },
    feature::{areas::Named, coverage},
    import::table::no_formula,
    kernel::{graph::CLOSED, travel::Workspace},
};

/// The period in which a delegated matter had a case, when none is given.
const USED_DAYS: u32 = 365;

/// How the audit is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum AuditFormat {
    Json,
    Csv,
    Geojson,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditAsked {
    /// Powers at this time, and the hours of its day or week in the county; now when not given
    at: Option<Timestamp>,
    /// The hours of that day, or of its week from Monday on; those of the day when not given
    #[param(inline)]
    over: Option<AuditedHours>,
    /// Only this kind of fault
    #[param(inline)]
    kind: Option<BlindSpot>,
    /// Only of this township
    #[param(value_type = Option<String>)]
    township: Option<Code>,
    /// Certified officers that a township has at least; that of the settings when not given
    least_officers: Option<u32>,
    /// A delegated matter is used that had a case in so many days before; 365 when not given
    used_days: Option<u32>,
    /// json when not given
    #[param(inline)]
    format: Option<AuditFormat>,
}

/// What the words of an audit mean.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
struct AuditDefinition {
    least_officers: u32,
    used_days: u32,
    /// Which hours were looked at.
    over: AuditedHours,
    /// Whether the roads are known, so that a squad counts only where it is there within the matter's limit; else
    /// every squad on shift counts.
    in_time: bool,
    /// In words.
    text: &'static str,
}

const TEXT: &str = "parts are grids cut by special areas; hours are those of the day in the county, or of the week from \
                    Monday's midnight on; a squad may act \
                    for its unit and those above it with two officers certified for the matter at that hour and not \
                    recused from the place, of those it lists, else by its head count, for inspections, penalties and \
                    coercion; \
                    squads start at their posts and those out of service are left out";

/// One thing that is wrong, at all places that share it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct BlindSpotFound {
    kind: BlindSpot,
    township: Option<Named>,
    /// The special area, or the village without a coordinator.
    area: Option<Named>,
    /// Who leads, whose list it is.
    units: Vec<Code>,
    list: Option<ListRef>,
    matters: Vec<MatterPowers>,
    /// Hours at which it is so, of the day from 0 to 23, of the week from 0 (Monday, midnight) to 167; none where it is
    /// no matter of hours.
    hours: Vec<usize>,
    /// How many parts of grids, and how much ground.
    parts: usize,
    /// m², whole
    area_m2: f64,
}

/// How many faults of a kind.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
struct BlindSpotCount {
    findings: usize,
    /// Powers over matters, each once for each finding.
    powers: usize,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct AuditedTownship {
    /// None for what is of no township.
    township: Option<Named>,
    /// By kind.
    counts: BTreeMap<&'static str, BlindSpotCount>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PowersAudit {
    at: Timestamp,
    definition: AuditDefinition,
    parts: usize,
    matters: usize,
    squads: usize,
    /// By kind.
    counts: BTreeMap<&'static str, BlindSpotCount>,
    townships: Vec<AuditedTownship>,
    /// By kind, township, special area, units.
    findings: Vec<BlindSpotFound>,
}

/// What an audit is about; defaults where nothing is said.
#[derive(Debug, Default)]
pub struct Question {
    pub at: Option<Timestamp>,
    pub least_officers: Option<u32>,
    pub used_days: Option<u32>,
    pub over: Option<AuditedHours>,
}

/// A finished audit.
#[derive(Debug)]
pub struct Audit {
    pub snapshot: Snapshot,
    pub parts: Vec<Part>,
    pub findings: Vec<Finding>,
    definition: AuditDefinition,
    squads: usize,
    at: Timestamp,
}

/// Where powers have holes: over parts of grids, matters, powers and the hours of a day or a week.
#[utoipa::path(get, path = "/responsibility/audit", operation_id = "audit_powers", tag = "responsibility",
    params(AuditAsked),
    responses((status = 200, description = "In the form asked for", content((PowersAudit = "application/json"),
            (FeatureLayer = "application/geo+json"), (String = "text/csv"))),
        (status = 400, body = ProblemBody), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)))]
pub(super) async fn audit(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    headers: HeaderMap,
    Query(ask): Query<AuditAsked>,
) -> Answer<Response> {
    let AuditAsked { at, least_officers, used_days, over, .. } = ask;
    let mut audit = Audit::of(&ctx, &Question { at, least_officers, used_days, over }).await?;
    let areas = &audit.snapshot.areas;
    let known = |code: &Code| {
        areas.index(code.as_str()).ok_or_else(|| Error::invalid("township", format!("{code} is no area in force")))
    };
    let township = ask.township.as_ref().map(known).transpose()?;
    audit
        .findings
        .retain(|f| ask.kind.is_none_or(|kind| f.kind == kind) && (township.is_none() || f.township == township));
    match ask.format.unwrap_or(AuditFormat::Json) {
        AuditFormat::Json => Ok(Json(audit.told()).into_response()),
        AuditFormat::Geojson => geojson_layer(&headers, audit.features()?, None).map_err(Into::into),
        AuditFormat::Csv => {
            let name = "attachment; filename=\"powers-audit.csv\"";
            let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, name)];
            Ok((headers, audit.table()?).into_response())
        }
    }
}

impl Audit {
    pub async fn of(ctx: &Ctx, ask: &Question) -> Result<Self> {
        let snapshot = Snapshot(ctx.world());
        let at = ask.at.unwrap_or_else(|| ctx.now());
        let (used_days, over) = (ask.used_days.unwrap_or(USED_DAYS), ask.over.unwrap_or(AuditedHours::Day));
        let from = at.plus_ms(-i64::from(used_days) * 24 * 3_600_000);
        snapshot.incidents.check_at_hand(from).map_err(|e| e.at("used_days"))?;
        // Without roads nobody knows who comes in time.
        let scene = ctx.scene(&snapshot, at).await.ok();
        let (squads, zone) = coverage::squads(&snapshot, at);
        let reported = snapshot.incidents.reported(from, at);
        let least_officers = ask.least_officers.unwrap_or(ctx.settings.audit.least_officers);
        let work = move |ws: &mut Workspace| {
            let used = used(&snapshot, reported.iter().map(|i| (i.at, i.matter.as_ref())));
            let ready = ready(&squads);
            let parts = parts(&snapshot.areas);
            let response_ms = scene.map(|scene| response(&scene.coverage, ws, &ready, &parts, at, &zone));
            // The shifts that count are their own.
            let own: Vec<&Squad> = ready.all().filter_map(|s| squads.get(&s.id)).map(|s| &**s).collect();
            let findings = Audited {
                law: snapshot.law(),
                matters: snapshot.matters.all(),
                at,
                zone: &zone,
                over,
                parts: &parts,
                squads: &own,
                officers: &snapshot.officers,
                response_ms: response_ms.as_deref(),
                used: &used,
                least_officers,
            }
            .findings();
            let in_time = response_ms.is_some();
            let definition = AuditDefinition { least_officers, used_days, over, in_time, text: TEXT };
            let squads = own.len();
            Self { findings, definition, squads, at, parts, snapshot }
        };
        ctx.studies.run(work).await
    }

    fn named(&self, ix: Option<AreaIx>) -> Option<Named> {
        ix.map(|ix| self.snapshot.named(ix))
    }

    fn area_m2(&self, finding: &Finding) -> f64 {
        finding.parts.iter().map(|&p| self.parts[p as usize].area_m2).sum::<f64>().round()
    }

    fn told(&self) -> PowersAudit {
        let found = |f: &Finding| BlindSpotFound {
            kind: f.kind,
            township: self.named(f.township),
            area: self.named(f.area),
            units: f.units.clone(),
            list: f.list.clone(),
            matters: f.matters.clone(),
            hours: f.hours.list(),
            parts: f.parts.len(),
            area_m2: self.area_m2(f),
        };
        let mut by_township: BTreeMap<Option<AreaIx>, Vec<&Finding>> = BTreeMap::new();
        self.findings.iter().for_each(|f| by_township.entry(f.township).or_default().push(f));
        let township = |(ix, all): (Option<AreaIx>, Vec<&Finding>)| AuditedTownship {
            township: self.named(ix),
            counts: counts(all),
        };
        PowersAudit {
            at: self.at,
            definition: self.definition.clone(),
            parts: self.parts.len(),
            matters: self.snapshot.matters.all().len(),
            squads: self.squads,
            counts: counts(&self.findings),
            townships: by_township.into_iter().map(township).collect(),
            findings: self.findings.iter().map(found).collect(),
        }
    }

    /// The parts where something is wrong, with how many powers over matters by kind.
    fn features(&self) -> Result<Vec<geojson::Feature>> {
        let areas = &self.snapshot.areas;
        let mut by_part: BTreeMap<u32, BTreeMap<&str, usize>> = BTreeMap::new();
        for f in &self.findings {
            for part in &f.parts {
                *by_part.entry(*part).or_default().entry(f.kind.as_str()).or_default() += powers(f);
            }
        }
        let one = |(ix, kinds): (u32, BTreeMap<&str, usize>)| {
            let part = &self.parts[ix as usize];
            let area = areas.at(part.area);
            let code = |ix: &AreaIx| areas.at(*ix).code.to_string();
            let overlays: Vec<String> = part.ground.overlays.iter().map(code).collect();
            let count = |kind: BlindSpot| (kind.as_str().to_owned(), json!(kinds.get(kind.as_str()).unwrap_or(&0)));
            let mut properties: Map<String, serde_json::Value> = OF_PLACES.map(count).into_iter().collect();
            properties.insert("area".to_owned(), json!(area.code));
            properties.insert("name".to_owned(), json!(area.name));
            properties.insert("name_zh".to_owned(), json!(area.name_zh));
            properties.insert("township".to_owned(), json!(part.ground.township.as_ref().map(code)));
            properties.insert("overlays".to_owned(), json!(overlays.join(";")));
            let id = [vec![area.code.to_string()], overlays].concat().join("+");
            feature(id, part.shape(areas).into(), properties)
        };
        by_part.into_iter().map(one).collect()
    }

    fn table(&self) -> Result<Vec<u8>> {
        let failed = |e: csv::Error| Error::internal(format!("the table cannot be written: {e}"));
        let mut csv = csv::Writer::from_writer(Vec::new());
        let head = [
            "kind",
            "township",
            "township_name",
            "area",
            "area_name",
            "units",
            "list",
            "version",
            "matters",
            "hours",
            "parts",
            "area_m2",
        ];
        csv.write_record(head).map_err(failed)?;
        for f in &self.findings {
            let [township, area] = [f.township, f.area].map(|ix| ix.map(|ix| self.snapshot.areas.at(ix)));
            let code = |a: Option<&Area>| a.map(|a| a.code.to_string()).unwrap_or_default();
            let name =
                |a: Option<&Area>| no_formula(a.map_or("", |a| a.name_zh.as_deref().unwrap_or(&a.name))).into_owned();
            let matters: Vec<String> =
                f.matters.iter().map(|m| format!("{} {}", m.matter, m.powers.text().replace(';', "+"))).collect();
            let hours: Vec<String> = f.hours.list().iter().map(ToString::to_string).collect();
            let record = [
                f.kind.as_str().to_owned(),
                code(township),
                name(township),
                code(area),
                name(area),
                f.units.iter().map(Code::as_str).collect::<Vec<_>>().join(";"),
                f.list.as_ref().map(|l| l.list.to_string()).unwrap_or_default(),
                f.list.as_ref().map(|l| l.version.to_string()).unwrap_or_default(),
                matters.join(";"),
                hours.join(";"),
                f.parts.len().to_string(),
                format!("{:.0}", self.area_m2(f)),
            ];
            csv.write_record(record).map_err(failed)?;
        }
        csv.into_inner().map_err(Error::internal)
    }
}

/// Kinds that lie somewhere.
const OF_PLACES: [BlindSpot; 4] =
    [BlindSpot::NoLead, BlindSpot::SeveralLeads, BlindSpot::NoSquadInTime, BlindSpot::NobodyOnDuty];

fn powers(f: &Finding) -> usize {
    f.matters.iter().map(|m| m.powers.iter().count()).sum()
}

fn counts<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> BTreeMap<&'static str, BlindSpotCount> {
    let mut found: BTreeMap<&str, BlindSpotCount> = BTreeMap::new();
    for f in findings {
        let of = found.entry(f.kind.as_str()).or_default();
        of.findings += 1;
        of.powers += powers(f);
    }
    found
}

/// Areas and matters of cases.
fn used<'a>(snapshot: &Snapshot, cases: impl Iterator<Item = (LngLat, Option<&'a Code>)>) -> BTreeSet<(Code, Code)> {
    let areas = &snapshot.areas;
    let mut found = BTreeSet::new();
    for (at, matter) in cases {
        let Some(matter) = matter else { continue };
        let chain = areas.locate(at);
        let over =
            [chain.county, chain.township, chain.village, chain.grid].into_iter().flatten().chain(areas.special(at));
        found.extend(over.map(|ix| (areas.at(ix).code.clone(), matter.clone())));
    }
    found
}

/// Squads as if they were always on shift, without those out of service: when they are is asked apart.
fn ready(squads: &Squads) -> Squads {
    let mut ready = Squads::default();
    for squad in squads.all().filter(|s| s.status != SquadStatus::OutOfService) {
        ready.put(Squad { shifts: Shifts::always(), ..(**squad).clone() });
    }
    ready
}

/// Whole response from their posts to a place in each part, by squad.
fn response(
    base: &Arc<Base>,
    ws: &mut Workspace,
    squads: &Squads,
    parts: &[Part],
    at: Timestamp,
    zone: &TimeZone,
) -> Vec<Vec<u32>> {
    let members = select(base, ws, squads, Basis::Posts, at, zone).members;
    let places: Vec<Option<usize>> =
        parts.iter().map(|part| Some(base.cell(base.cell_at(part.at)?).access? as usize)).collect();
    let of = |squad: &Arc<Squad>| {
        let member = members.iter().find(|m| m.squad == squad.id);
        let ms = |place: &Option<usize>| {
            let (member, way_ms) = (member?, *member?.reach.get((*place)?)?);
            (way_ms != CLOSED).then(|| base.definition().before_ms(member.extra_s) + way_ms)
        };
        places.iter().map(|place| ms(place).unwrap_or(u32::MAX)).collect()
    };
    squads.all().map(of).collect()
}
