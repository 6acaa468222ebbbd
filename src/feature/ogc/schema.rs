//! Kinds of values as JSON Schema, and refusals as OpenAPI.

use serde_json::{Value as Json, json};

use crate::domain::layers::Kind;

/// What JSON Schema says of a kind of value.
pub fn schema_of(kind: Kind) -> Json {
    match kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Words(words) => json!({ "type": "string", "enum": words }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Whole => json!({ "type": "integer" }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Time => json!({ "type": "string", "format": "date-time" }),
        Kind::List => json!({ "type": "array", "items": {} }),
    }
}

/// What the document says of a refusal.
pub fn problem(description: &str) -> Json {
    let schema = json!({ "$ref": "#/components/schemas/Problem" });
    json!({ "description": description, "content": { "application/problem+json": { "schema": schema } } })
}
