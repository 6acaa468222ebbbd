//! A report on its way in, through whichever door: taken once, in scope, and somebody is asked about it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    api::Caller,
    base::{Code, Error, Kind, LngLat, Result, Timestamp, at_most, sha256},
    ctx::Ctx,
    domain::{
        auth::Sight,
        incidents::{Draft, Incident, IncidentStatus, Incidents, Said, Source},
        matters::Urgency,
    },
    feature::{areas::to_wgs84, zones::filed},
    store::{self, Receipt, Write},
};

/// Who reported it. Kept apart, never in a layer, a log line or an event.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reporter {
    pub name: Option<String>,
    pub phone: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "id": "01957a3e-5c00-7000-8000-000000000001", "lng": -4.4825, "lat": 54.1502, "accuracy_m": 20,
    "matter": "CG-001", "description": "goods on the pavement", "reporter": { "phone": "01624 000000" } }))]
pub struct NewIncident {
    /// Made by the client: sending the same report again is safe.
    pub id: Uuid,
    /// degrees
    pub lng: f64,
    /// degrees
    pub lat: f64,
    /// wgs84 (default), cgcs2000, gcj02 or bd09
    pub datum: Option<String>,
    /// It lies over 20 km from every township, by intent; else such a place is refused
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outside: bool,
    /// How far the true place may be, metres
    pub accuracy_m: Option<f64>,
    /// Code of the catalogue, or `scheme:code` by which others number it (`GET /matters`).
    pub matter: Option<Code>,
    /// The matter's own when it is not given; quick without a matter.
    pub urgency: Option<Urgency>,
    pub description: Option<String>,
    /// Now when it is not given.
    pub reported_at: Option<Timestamp>,
    /// The id in the system it came from.
    pub external_id: Option<String>,
    pub reporter: Option<Reporter>,
}

impl Reporter {
    /// As it is kept.
    pub fn check(&self) -> Result<store::incidents::Reporter> {
        at_most("reporter.name", self.name.as_deref(), 200)?;
        at_most("reporter.phone", self.phone.as_deref(), 50)?;
        Ok(store::incidents::Reporter { name: self.name.clone(), phone: self.phone.clone() })
    }
}

impl NewIncident {
    fn draft(&self, now: Timestamp) -> Result<Draft> {
        let at = to_wgs84(LngLat { lng: self.lng, lat: self.lat }, self.datum.as_deref())?;
        let said = Said {
            id: self.id,
            matter: self.matter.clone(),
            urgency: self.urgency,
            description: self.description.clone(),
            reported_at: self.reported_at.unwrap_or(now),
            source: Source::Api,
            external_id: self.external_id.clone(),
        };
        let (outside, accuracy_m) = (self.outside, self.accuracy_m);
        Ok(Draft { said, at, outside, accuracy_m, status: IncidentStatus::Reported, synthetic: false })
    }
}

/// Takes a report exactly once; says whether this call did. A report that was taken stays taken,
/// even if it would be refused by now.
pub async fn take(ctx: &Ctx, caller: &Caller, report: NewIncident) -> Result<(Incident, bool)> {
    let former = serde_json::to_vec(&report).map_err(Error::internal)?;
    let receipt = Receipt::of::<Incidents>(report.id, &report)?.or_former(sha256(former));
    let sight = caller.sight(&ctx.world());
    let taken = ctx.change(&caller.actor, async |mut write| {
        if !receipt.keep(&mut write).await? {
            return Ok((write, None));
        }
        let draft = report.draft(ctx.now())?;
        let reporter = report.reporter.as_ref().map(Reporter::check).transpose()?;
        let asked_at = draft.said.reported_at;
        match come_in(ctx, &mut write, (draft, reporter), asked_at, (receipt.fingerprint(), &sight)).await {
            // It came in with a file.
            Err(e) if e.kind == Kind::Conflict => Err(receipt.clash()),
            came => came.map(|incident| (write, Some(incident))),
        }
    });
    match taken.await? {
        Some(incident) => Ok((incident, true)),
        None => {
            let incident = ctx.incident(report.id, &Sight::default()).await?;
            check_scope(&incident, &sight)?;
            Ok((incident, false))
        }
    }
}

/// Writes a new incident, and who is asked about it from `asked_at` on.
///
/// # Errors
/// `Invalid`; `Forbidden` for a place out of sight; `Conflict` where one of this id is there.
pub async fn come_in(
    ctx: &Ctx,
    write: &mut Write,
    (draft, reporter): (Draft, Option<store::incidents::Reporter>),
    asked_at: Timestamp,
    (fingerprint, sight): (&str, &Sight),
) -> Result<Incident> {
    let world = ctx.world();
    let mut incident = draft.accept(&world.matters, &world.catalogue.profiles, &world.areas, ctx.now())?;
    incident.place.zones = filed(&world.zones, incident.at, incident.reported_at);
    check_scope(&incident, sight)?;
    let told = (asked_at, incident.created_at, write.actor());
    let case = incident.case(world.law(), &world.matters);
    let intake = incident.intake(&case, &world.precedents, told, Uuid::now_v7);
    let incident = incident.taken_in(&intake)?;
    store::incidents::insert(write, (&incident, &intake[..]), reporter.as_ref(), fingerprint).await?;
    Ok(incident)
}

/// Who reports knows that the place is there.
fn check_scope(incident: &Incident, sight: &Sight) -> Result<()> {
    if incident.is_seen(sight) {
        return Ok(());
    }
    let place = incident.place.township.as_ref().map_or("no township", Code::as_str);
    Err(Error::new(Kind::Forbidden, format!("the place lies in {place}, out of the scope of this key")))
}
