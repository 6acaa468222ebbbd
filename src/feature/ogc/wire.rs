//! What every request and answer here has: parameters that are taken by name until none is left, the form
//! that is asked for, and links.

use axum::{
    body::Body,
    extract::{FromRequestParts, OriginalUri},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::Value as Json;

use super::html::{self, Link};
use crate::{
    api::{CSV, FLATGEOBUF, Problem, Root, Tag, query_pairs},
    base::{Error, Result},
    ctx::Ctx,
};

pub const GEOJSON: &str = "application/geo+json";
pub const JSON: &str = "application/json";
pub const HTML: &str = "text/html";
pub const SCHEMA: &str = "application/schema+json";

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Json,
    Html,
    /// Of items alone.
    Csv,
    /// Of items alone.
    FlatGeobuf,
}

impl Form {
    pub fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::FlatGeobuf => "fgb",
        }
    }
}

/// A request: what was asked, of which address, and by which form.
#[derive(Debug)]
pub struct Asked {
    pairs: Vec<(String, String)>,
    root: Root,
    /// With the prefix of the root.
    path: String,
    query: Option<String>,
    pub form: Form,
    pub headers: HeaderMap,
}

impl FromRequestParts<Ctx> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Problem> {
        let uri = OriginalUri::from_request_parts(parts, ctx).await.map_or_else(|_| parts.uri.clone(), |u| u.0);
        let mut asked = Self {
            pairs: query_pairs(uri.query()).map_err(Problem::malformed)?,
            root: Root::from_request_parts(parts, ctx).await?,
            path: uri.path().to_owned(),
            query: uri.query().map(str::to_owned),
            form: Form::Json,
            headers: parts.headers.clone(),
        };
        asked.form = asked.read_form().map_err(Problem::malformed)?;
        // Clients that get round caches send it.
        asked.pairs.retain(|(name, _)| name != "_");
        Ok(asked)
    }
}

impl Asked {
    /// `f` first, then what is accepted; JSON where neither says anything.
    fn read_form(&mut self) -> Result<Form> {
        match self.take("f")?.as_deref() {
            Some("json" | "geojson" | JSON | GEOJSON | SCHEMA) => return Ok(Form::Json),
            Some("html" | HTML) => return Ok(Form::Html),
            Some("csv" | "text/csv") => return Ok(Form::Csv),
            Some("fgb" | "flatgeobuf" | FLATGEOBUF) => return Ok(Form::FlatGeobuf),
            Some(other) => return Err(Error::invalid("f", format!("{other:?} is not json, html, csv or fgb"))),
            None => {}
        }
        let accepted = self.headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok());
        let mut best = (0.0, Form::Json);
        for range in accepted.flat_map(|v| v.split(',')) {
            let mut parts = range.split(';').map(str::trim);
            let form = match parts.next().unwrap_or_default() {
                HTML | "application/xhtml+xml" => Form::Html,
                "text/csv" => Form::Csv,
                FLATGEOBUF => Form::FlatGeobuf,
                kind if kind == "*/*" || kind.starts_with("application/") => Form::Json,
                _ => continue,
            };
            let q = parts.find_map(|p| p.strip_prefix("q=")).and_then(|q| q.parse().ok()).unwrap_or(1.0);
            if q > best.0 {
                best = (q, form);
            }
        }
        Ok(best.1)
    }

    /// The value of a parameter, which is then dealt with. Empty is as if it were not there.
    pub fn take(&mut self, name: &str) -> Result<Option<String>> {
        let (of_name, others) = std::mem::take(&mut self.pairs).into_iter().partition(|(n, _)| n == name);
        self.pairs = others;
        let mut values = Vec::from_iter::<Vec<(String, String)>>(of_name).into_iter().map(|(_, value)| value);
        let value = values.next();
        match values.next() {
            Some(_) => Err(Error::invalid(name, format!("{name} is given twice"))),
            None => Ok(value.filter(|v| !v.is_empty())),
        }
    }

    /// A parameter as a value of a type.
    pub fn parsed<T: std::str::FromStr>(&mut self, name: &str, what: &str) -> Result<Option<T>> {
        let parse = |text: String| text.parse().map_err(|_| Error::invalid(name, format!("{text:?} is not {what}")));
        self.take(name)?.map(parse).transpose()
    }

    /// Refuses what nobody took.
    pub fn done(&self) -> Result<()> {
        match self.pairs.first() {
            Some((name, _)) => Err(Error::invalid(name.as_str(), format!("there is no parameter {name:?} here"))),
            None => Ok(()),
        }
    }

    /// An address below `/ogc`.
    pub fn url(&self, below: &str) -> String {
        format!("{}/ogc{below}", *self.root)
    }

    /// The address that was asked, in another form.
    fn here(&self, form: Form) -> String {
        let pairs = form_urlencoded::parse(self.query.as_deref().unwrap_or("").as_bytes());
        let mut kept = form_urlencoded::Serializer::new(String::new());
        kept.extend_pairs(pairs.filter(|(name, _)| name != "f" && name != "_"));
        kept.append_pair("f", form.word());
        format!("{}{}?{}", self.root.origin(), self.path, kept.finish())
    }

    /// The address of the next page: every filter of this one, and where it ended.
    pub fn next(&self, after: &str) -> String {
        format!("{}{}", self.root.origin(), crate::api::next_link(&self.path, self.query.as_deref(), after))
    }

    /// This page, and the same in the other form.
    pub fn own_links(&self, kind: &'static str) -> Vec<Link> {
        let link = |rel, form| {
            let (kind, title) = match form {
                Form::Html => (HTML, "as a page"),
                Form::Json => (kind, "as JSON"),
                Form::Csv => (CSV, "as a table"),
                Form::FlatGeobuf => (FLATGEOBUF, "as FlatGeobuf"),
            };
            Link { href: self.here(form), rel, kind, title: format!("This {title}") }
        };
        let [this, other] = match self.form {
            Form::Json => [Form::Json, Form::Html],
            Form::Html => [Form::Html, Form::Json],
            form @ (Form::Csv | Form::FlatGeobuf) => [form, Form::Json],
        };
        vec![link("self", this), link("alternate", other)]
    }

    /// An answer, with an entity tag; 304 when the client has it already.
    pub fn answer(&self, body: &Json, kind: &'static str, page: impl FnOnce() -> html::Page) -> Result<Response> {
        self.done()?;
        let text = match self.form {
            form @ (Form::Csv | Form::FlatGeobuf) => {
                return Err(Error::invalid("f", format!("only items are told as {}", form.word())));
            }
            Form::Json => serde_json::to_vec(body).map_err(Error::internal)?,
            Form::Html => page().write().into_bytes(),
        };
        let tag = Tag::weak(&text);
        self.tagged(&tag, self.kind(kind), text, [])
    }

    /// The content type of an answer that is `kind` as JSON.
    pub fn kind(&self, kind: &'static str) -> &'static str {
        match self.form {
            Form::Html => "text/html; charset=utf-8",
            Form::Json => kind,
            Form::Csv => CSV,
            Form::FlatGeobuf => FLATGEOBUF,
        }
    }

    pub fn tagged(
        &self,
        tag: &Tag,
        kind: &'static str,
        body: Vec<u8>,
        more: impl IntoIterator<Item = (HeaderName, String)>,
    ) -> Result<Response> {
        if tag.is_known(&self.headers) {
            return Ok((StatusCode::NOT_MODIFIED, common(tag)?).into_response());
        }
        self.fresh(tag, kind, body, more)
    }

    /// The same, whatever the client has.
    pub fn fresh(
        &self,
        tag: &Tag,
        kind: &'static str,
        body: Vec<u8>,
        more: impl IntoIterator<Item = (HeaderName, String)>,
    ) -> Result<Response> {
        let mut headers = common(tag)?;
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        for (name, value) in more {
            headers.append(name, HeaderValue::try_from(value).map_err(Error::internal)?);
        }
        Ok((headers, Body::from(body)).into_response())
    }
}

/// What a known answer bears as well.
fn common(tag: &Tag) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(header::ETAG, tag.header()?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept, authorization, cookie"));
    Ok(headers)
}

/// A part of a path, whatever characters it has (RFC 3986, 2.3).
pub fn segment(text: &str) -> String {
    let encoded = |b: u8| match b {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(encoded).collect()
}
