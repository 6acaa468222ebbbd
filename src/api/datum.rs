//! Answers in the datum in which somebody asked.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    base::{Error, LngLat, Result},
    kernel::crs::Datum,
};

/// JSON of this kind with its places in a datum: every pair of `lng` and `lat`, and the `coordinates` of GeoJSON.
pub fn told_in(datum: Datum, kind: &'static str, body: &impl Serialize) -> Result<Response> {
    let text = if datum.is_wgs84() {
        serde_json::to_vec(body)
    } else {
        let mut told = serde_json::to_value(body).map_err(Error::internal)?;
        shift(&mut told, datum);
        serde_json::to_vec(&told)
    };
    Ok(([(header::CONTENT_TYPE, kind)], text.map_err(Error::internal)?).into_response())
}

fn shift(value: &mut Value, datum: Datum) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(|one| shift(one, datum)),
        Value::Object(fields) => {
            let number = |name: &str| fields.get(name).and_then(Value::as_f64);
            if let (Some(lng), Some(lat)) = (number("lng"), number("lat")) {
                let at = datum.tell(LngLat { lng, lat });
                fields.insert("lng".to_owned(), json!(at.lng));
                fields.insert("lat".to_owned(), json!(at.lat));
            }
            for (name, field) in fields {
                if name == "coordinates" { shift_positions(field, datum) } else { shift(field, datum) }
            }
        }
        _ => {}
    }
}

fn shift_positions(coordinates: &mut Value, datum: Datum) {
    let Value::Array(all) = coordinates else { return };
    match all[..].iter().map(Value::as_f64).collect::<Option<Vec<f64>>>().as_deref() {
        Some(&[lng, lat]) => {
            let at = datum.tell(LngLat { lng, lat });
            *coordinates = json!([at.lng, at.lat]);
        }
        _ => all.iter_mut().for_each(|one| shift_positions(one, datum)),
    }
}
