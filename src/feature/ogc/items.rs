//! Features of a collection, page by page, and one by its id.

use axum::{
    extract::State,
    http::{HeaderName, header},
    response::Response,
};
use geojson::{Feature, JsonObject, feature::Id};
use serde_json::json;

use super::{
    about::way,
    collection::Collection,
    edit,
    html::{self, Link},
    parameters::{LIMIT, Wish},
    wire::{Asked, Form, GEOJSON, JSON, segment},
};
use crate::{
    api::{Answer, COLLECTION, May, Path, Problem, Shown, Tag, csv, flatgeobuf, rights},
    base::{Error, Result, Timestamp, sha256},
    ctx::Ctx,
    domain::{
        auth::Sight,
        layers::{Rows, excerpt::Excerpt, select::Page},
    },
    feature::layers::Layer,
};

const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");
/// Features of a page that a person reads.
const LIMIT_HTML: usize = 50;
/// What a feature takes, about.
const FEATURE_BYTES: usize = 512;

pub async fn items(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<String>,
    asked: Asked,
) -> Answer<Response> {
    page(&ctx, &Collection::named(&ctx, &id)?, caller.sight(&ctx.world()), asked).await.map_err(Problem::malformed)
}

async fn page(ctx: &Ctx, collection: &Collection, sight: Sight, mut asked: Asked) -> Result<Response> {
    let layer = collection.layer;
    let limit = if asked.form == Form::Html { LIMIT_HTML } else { LIMIT };
    let mut wish = Wish::of_items(&mut asked, collection, ctx.now(), limit)?;
    wish.ask.sight = sight;
    asked.done()?;
    let rows = layer.rows(ctx, &wish.ask).await?;
    let (crs, form) = (wish.crs, asked.form);
    let written = ctx.studies.run(move |_| Written::of(layer, &*rows, wish, form)).await??;
    let mut links = links_of(&asked, collection);
    let next = written.next.as_ref().map(|after| Link {
        href: asked.next(after),
        rel: "next",
        kind: asked.kind(GEOJSON),
        title: "The next page".to_owned(),
    });
    let mut headers = vec![(CONTENT_CRS, format!("<{}>", crs.uri()))];
    headers.extend(next.iter().map(|l| (header::LINK, format!("<{}>; rel=\"next\"; type=\"{}\"", l.href, l.kind))));
    links.extend(next.clone());
    // When it was asked is no part of what is shown.
    let links = json!(links).to_string();
    let tag = Tag::weak(json!([written.matched, links, asked.kind(GEOJSON), crs.uri(), written.hash]).to_string());
    let body = match form {
        Form::Html => html_of(&asked, collection, &written, next)?.into_bytes(),
        Form::Csv | Form::FlatGeobuf => written.text,
        Form::Json => written.closed(&links, ctx.now()),
    };
    asked.tagged(&tag, asked.kind(GEOJSON), body, headers)
}

/// A page of features in the form that is asked for.
struct Written {
    matched: usize,
    returned: usize,
    next: Option<String>,
    /// A collection up to the end of its features, or the whole file.
    text: Vec<u8>,
    hash: String,
}

impl Written {
    fn of(layer: Layer, rows: &dyn Rows, wish: Wish, form: Form) -> Result<Self> {
        let Page { rows: wanted, matched, next } = wish.selection.page(rows);
        let (returned, next, crs) = (wanted.len(), next.map(|key| key.text()), wish.shapes.then_some(wish.crs));
        let excerpt = |wanted| Excerpt::new(layer.as_str(), rows, &wish.properties, wanted, crs);
        let mut text = Vec::new();
        match form {
            Form::Csv => csv(&excerpt(wanted), &mut text)?,
            Form::FlatGeobuf => flatgeobuf(&excerpt(wanted), &mut text)?,
            Form::Json | Form::Html => {
                let shown = Shown::new(rows, &wish.properties, crs);
                text.reserve(COLLECTION.len() + returned * FEATURE_BYTES);
                text.extend_from_slice(COLLECTION);
                shown.write_all(rows, wanted, &mut text)?;
            }
        }
        Ok(Self { matched, returned, next, hash: sha256(&text), text })
    }

    fn closed(self, links: &str, now: Timestamp) -> Vec<u8> {
        let Self { matched, returned, mut text, .. } = self;
        let rest = format!(
            ",\"links\":{links},\"numberMatched\":{matched},\"numberReturned\":{returned},\"timeStamp\":\"{now}\"}}"
        );
        text.extend_from_slice(rest.as_bytes());
        text
    }
}

fn html_of(asked: &Asked, of: &Collection, written: &Written, next: Option<Link>) -> Result<String> {
    let features = &written.text[COLLECTION.len()..];
    let features: Vec<Feature> = serde_json::from_slice(features).map_err(Error::internal)?;
    let mut way = way(asked);
    way.push((asked.url(&format!("/collections/{}", of.id)), &of.title));
    let names: Vec<&str> =
        features.first().into_iter().flat_map(|f| f.properties.iter().flatten()).map(|(n, _)| n.as_str()).collect();
    let row = |f: &Feature| {
        let Some(Id::String(id)) = &f.id else { return Vec::new() };
        let href = asked.url(&format!("/collections/{}/items/{}?f=html", of.id, segment(id)));
        let values = f.properties.iter().flatten().map(|(_, value)| html::cell(value));
        std::iter::once(html::anchor(&href, id)).chain(values).collect()
    };
    let head: Vec<&str> = std::iter::once("id").chain(names).collect();
    let page = html::Page::new(&format!("{} {}", of.title, of.title_zh), &way);
    let page =
        page.text(&format!("{} of {}", written.returned, written.matched)).table(&head, features.iter().map(row));
    Ok(page.links(next.map(|link| Link { kind: "", ..link }).as_slice()).write())
}

pub async fn item(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path((id, feature)): Path<(String, String)>,
    asked: Asked,
) -> Answer<Response> {
    one(&ctx, &Collection::named(&ctx, &id)?, caller.sight(&ctx.world()), feature, asked)
        .await
        .map_err(Problem::malformed)
}

async fn one(ctx: &Ctx, collection: &Collection, sight: Sight, id: String, mut asked: Asked) -> Result<Response> {
    let layer = collection.layer;
    let mut wish = Wish::of_item(&mut asked, collection)?;
    wish.ask.sight = sight;
    wish.set_time(&mut asked, layer, ctx.now())?;
    asked.done()?;
    let rows = layer.rows(ctx, &wish.ask).await?;
    let (crs, of) = (wish.crs, id.clone());
    let find = move |_: &mut _| {
        let row = (0..rows.len()).find(|row| rows.id(*row) == id);
        let row = row.ok_or_else(|| Error::not_found("feature", id))?;
        Shown::new(&*rows, &wish.properties, Some(wish.crs)).feature(&*rows, row)
    };
    let mut feature = ctx.studies.run(find).await??;
    let tag = collection.draft.map(|draft| edit::tag(ctx, draft, &of)).transpose()?;
    let links = links_of(&asked, collection);
    feature.foreign_members = Some(JsonObject::from_iter([("links".to_owned(), json!(links))]));
    let text = match asked.form {
        form @ (Form::Csv | Form::FlatGeobuf) => {
            return Err(Error::invalid("f", format!("one feature is not told as {}", form.word())));
        }
        Form::Json => serde_json::to_vec(&feature).map_err(Error::internal)?,
        Form::Html => {
            let mut way = way(&asked);
            way.push((asked.url(&format!("/collections/{}/items?f=html", collection.id)), &collection.title));
            let Some(Id::String(id)) = &feature.id else { return Err(Error::internal("a feature without an id")) };
            let shown = feature.properties.iter().flatten();
            let table = shown.map(|(name, value)| vec![html::escaped(name), html::cell(value)]);
            html::Page::new(id, &way).table(&["Property", ""], table).links(&links[..2]).write().into_bytes()
        }
    };
    let crs = [(CONTENT_CRS, format!("<{}>", crs.uri()))];
    match tag {
        // What is edited is told whole each time: the tag is of the zone alone, not of its plan's revision.
        Some(tag) => asked.fresh(&tag, asked.kind(GEOJSON), text, crs),
        None => asked.tagged(&Tag::weak(&text), asked.kind(GEOJSON), text, crs),
    }
}

/// To the page itself and to its collection.
fn links_of(asked: &Asked, collection: &Collection) -> Vec<Link> {
    let mut links = asked.own_links(GEOJSON);
    let href = asked.url(&format!("/collections/{}", collection.id));
    links.push(Link { href, rel: "collection", kind: JSON, title: collection.title.clone() });
    links
}
