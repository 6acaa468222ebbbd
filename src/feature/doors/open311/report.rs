//! `POST requests`: a case comes in as by `POST /incidents`.

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use super::{REQUESTS, render::Format, wire::Taken};
use crate::{
    api::{Caller, Problem, log_in, query_pairs, who},
    base::{Code, Error, Kind, Result},
    ctx::Ctx,
    domain::auth::Right,
    feature::incidents::{NewIncident, Reporter, take},
};

/// What is taken and not kept.
const NOT_KEPT: [&str; 7] =
    ["address_string", "address_id", "email", "device_id", "account_id", "media_url", "attribute"];

/// A report, as a form.
#[derive(Debug, utoipa::ToSchema)]
#[schema(as = Open311Report, example = json!({
    "service_code": "CG-001", "lat": 54.1502, "long": -4.4825, "description": "goods on the pavement" }))]
#[expect(dead_code, reason = "only the document reads it")]
pub struct Report {
    /// A matter's code, or `scheme:code`.
    service_code: String,
    /// degrees
    lat: f64,
    /// degrees
    long: f64,
    /// At most 4000 characters.
    description: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    /// A key, where no header shows one.
    api_key: Option<String>,
    jurisdiction_id: Option<String>,
    /// Not kept; alone it is no place.
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

    fn place(&self) -> Result<(f64, f64)> {
        match (self.degrees("long")?, self.degrees("lat")?) {
            (Some(lng), Some(lat)) => Ok((lng, lat)),
            (None, None) if self.text("address_string").or(self.text("address_id")).is_some() => {
                Err(Error::invalid("lat", "an address alone is not located here: give lat and long with it"))
            }
            _ => Err(Error::invalid("lat", "lat and long are needed")),
        }
    }

    fn report(&self) -> Result<NewIncident> {
        let (lng, lat) = self.place()?;
        let Some(code) = self.text("service_code") else {
            return Err(Error::invalid("service_code", "a service_code is needed"));
        };
        let name =
            [self.text("first_name"), self.text("last_name")].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let (name, phone) = (Some(name).filter(|n| !n.is_empty()), self.text("phone").map(str::to_owned));
        let reporter = (name.is_some() || phone.is_some()).then_some(Reporter { name, phone });
        Ok(NewIncident {
            id: Uuid::now_v7(),
            lng,
            lat,
            datum: None,
            outside: false,
            accuracy_m: None,
            matter: Some(Code::new(code)?),
            urgency: None,
            description: self.text("description").map(str::to_owned),
            reported_at: None,
            external_id: None,
            reporter,
        })
    }

    fn notice(&self) -> Option<String> {
        let is_given = |what: &&str| self.0.iter().any(|(name, v)| name.starts_with(*what) && !v.is_empty());
        let given: Vec<&str> = NOT_KEPT.into_iter().filter(is_given).collect();
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
    let (incident, _) = take(ctx, caller, form.report()?).await?;
    let taken = Taken { service_request_id: incident.id, service_notice: form.notice() };
    Ok(format.show(StatusCode::CREATED, REQUESTS, &[taken]))
}
