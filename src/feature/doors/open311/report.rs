//! `POST requests`: a case comes in as by `POST /incidents`, or `POST /calls` where its address means no one place.

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use super::{REQUESTS, render::Format, wire::Taken};
use crate::{
    api::{Caller, Problem, log_in, query_pairs, who},
    base::{Code, Error, Kind, LngLat, Result},
    ctx::Ctx,
    domain::{auth::Right, incidents::described},
    feature::{
        calls::{NewCall, hold},
        find::located,
        incidents::{NewIncident, Reporter, take},
    },
};

/// What is taken and not kept.
const NOT_KEPT: [&str; 7] =
    ["address_string", "address_id", "email", "device_id", "account_id", "media_url", "attribute"];

/// Why a report has a token in the stead of an id.
const HELD: &str = "held until somebody has located the address";

/// A report, as a form.
#[derive(Debug, utoipa::ToSchema)]
#[schema(as = Open311Report, example = json!({
    "service_code": "CG-001", "lat": 54.1502, "long": -4.4825, "description": "goods on the pavement" }))]
#[expect(dead_code, reason = "only the document reads it")]
pub struct Report {
    /// A matter's code, or `scheme:code`.
    service_code: String,
    /// degrees; not needed where `address_string` means one place
    #[schema(nullable = false)]
    lat: Option<f64>,
    /// degrees
    #[schema(nullable = false)]
    long: Option<f64>,
    /// At most 4000 characters.
    description: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    /// A key, where no header shows one.
    api_key: Option<String>,
    jurisdiction_id: Option<String>,
    /// Without `lat` and `long` the place: two streets that cross (`A & B`), or coordinates; where it is neither, the
    /// report is held until somebody has located it. It goes before the description. Beside them it is not kept.
    address_string: Option<String>,
    /// Not kept.
    email: Option<String>,
    /// Not kept.
    device_id: Option<String>,
    /// Not kept.
    account_id: Option<String>,
    /// Not kept.
    media_url: Option<String>,
}

/// A form that was sent.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
        if kind.split(';').next().map(str::trim) != Some("application/x-www-form-urlencoded") {
            let detail = format!("content type {kind:?} is not application/x-www-form-urlencoded");
            return Err(Error::invalid("content-type", detail));
        }
        let text = str::from_utf8(body).map_err(|e| Error::invalid("body", e.to_string()))?;
        query_pairs(Some(text)).map(Self)
    }

    /// What is not empty.
    fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str())
    }

    fn degrees(&self, name: &'static str) -> Result<Option<f64>> {
        let read = |text: &str| text.parse().map_err(|_| Error::invalid(name, format!("{text:?} is no number")));
        self.text(name).map(read).transpose()
    }

    /// What says the place in the stead of coordinates.
    fn address(&self) -> Option<&str> {
        let is_alone = self.text("long").or(self.text("lat")).is_none();
        self.text("address_string").filter(|_| is_alone)
    }

    /// None where only an address says it, which means no one place.
    async fn place(&self, ctx: &Ctx) -> Result<Option<LngLat>> {
        if let Some(address) = self.address() {
            return match located(ctx, address).await {
                Err(e) if e.kind == Kind::Invalid => Ok(None),
                place => place.map(Some),
            };
        }
        match (self.degrees("long")?, self.degrees("lat")?) {
            (Some(lng), Some(lat)) => Ok(Some(LngLat { lng, lat })),
            _ => Err(Error::invalid("lat", "lat and long are needed, or an address_string")),
        }
    }

    /// Of what, and who says it.
    fn said(&self) -> Result<(Option<Code>, Option<Reporter>)> {
        let Some(code) = self.text("service_code") else {
            return Err(Error::invalid("service_code", "a service_code is needed"));
        };
        let name =
            [self.text("first_name"), self.text("last_name")].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let (name, phone) = (Some(name).filter(|n| !n.is_empty()), self.text("phone").map(str::to_owned));
        let reporter = (name.is_some() || phone.is_some()).then_some(Reporter { name, phone });
        Ok((Some(Code::new(code)?), reporter))
    }

    fn report(&self, LngLat { lng, lat }: LngLat) -> Result<NewIncident> {
        let (matter, reporter) = self.said()?;
        Ok(NewIncident {
            id: Uuid::now_v7(),
            lng,
            lat,
            datum: None,
            outside: false,
            accuracy_m: None,
            matter,
            urgency: None,
            description: described(self.address(), self.text("description")),
            reported_at: None,
            external_id: None,
            reporter,
        })
    }

    fn call(&self) -> Result<NewCall> {
        let (matter, reporter) = self.said()?;
        Ok(NewCall {
            id: Uuid::now_v7(),
            address: self.address().unwrap_or_default().to_owned(),
            area: None,
            matter,
            urgency: None,
            description: self.text("description").map(str::to_owned),
            reported_at: None,
            external_id: None,
            reporter,
        })
    }

    fn notice(&self) -> Option<String> {
        let is_given = |what: &&str| self.0.iter().any(|(name, v)| name.starts_with(*what) && !v.is_empty());
        let is_kept = |what: &&str| *what == "address_string" && self.address().is_some();
        let given: Vec<&str> = NOT_KEPT.into_iter().filter(|what| is_given(what) && !is_kept(what)).collect();
        (!given.is_empty()).then(|| format!("not kept: {}", given.join(", ")))
    }
}

/// Who reports: by the key of the request as everywhere, or by GeoReport's `api_key`.
async fn caller(ctx: &Ctx, headers: &HeaderMap, form: &Result<Form>) -> Result<Caller> {
    let caller = match (who(ctx, headers).await, form.as_ref().ok().and_then(|form| form.text("api_key"))) {
        (Some(caller), _) => Some(caller),
        (None, Some(key)) => log_in(ctx, key, "api_key").await,
        (None, None) => None,
    };
    let caller = caller.ok_or_else(|| Error::new(Kind::Unauthorized, "no valid key was given"))?;
    caller.needs(Right::Report)?;
    Ok(caller)
}

pub async fn report(ctx: &Ctx, headers: &HeaderMap, body: &[u8], format: Format) -> Response {
    let form = Form::read(headers, body);
    let caller = match caller(ctx, headers, &form).await {
        Ok(caller) => caller,
        Err(e) => return Problem::from(e).into_response(),
    };
    format.answer(taken(ctx, &caller, form, format).await)
}

async fn taken(ctx: &Ctx, caller: &Caller, form: Result<Form>, format: Format) -> Result<Response> {
    let form = form?;
    let taken = match form.place(ctx).await? {
        Some(place) => {
            let (incident, _) = take(ctx, caller, form.report(place)?).await?;
            Taken { service_request_id: Some(incident.id), token: None, service_notice: form.notice() }
        }
        None => {
            let (call, _) = hold(ctx, caller, form.call()?).await?;
            let notice = [Some(HELD.to_owned()), form.notice()].into_iter().flatten().collect::<Vec<_>>().join("; ");
            Taken { service_request_id: None, token: Some(call.id), service_notice: Some(notice) }
        }
    };
    Ok(format.show(StatusCode::CREATED, REQUESTS, &[taken]))
}
