//! What one may ask of the items of a collection: each parameter read once, and told in the document.

use serde_json::{Value as Json, json};

use super::{collection::Collection, schema::schema_of, wire::Asked};
use crate::{
    api::page_limit,
    base::{BBox, Code, Error, Result, Timestamp},
    domain::{
        coverage::Basis,
        layers::{
            Value, cql2,
            filter::{Filter, Op, Operand},
            select::{Key, Selection},
        },
        lists::Power,
        squads::Profile,
    },
    feature::layers::{Ask, Layer},
    kernel::epsg::Crs,
};

/// Features of a page where nothing is asked, and at most.
pub const LIMIT: usize = 10_000;

/// Everything that was asked of the items of a collection.
#[derive(Debug)]
pub struct Wish {
    pub ask: Ask,
    pub selection: Selection,
    /// Properties that are shown, by their places.
    pub properties: Vec<usize>,
    pub shapes: bool,
    pub crs: Crs,
}

impl Wish {
    /// Of a page of items.
    pub fn of_items(asked: &mut Asked, collection: &Collection, now: Timestamp, limit: usize) -> Result<Self> {
        let layer = collection.layer;
        let mut wish = Self::of_item(asked, collection)?;
        let about = layer.about();
        // The standard's rule: more than the maximum is the maximum.
        let wanted: Option<usize> = asked.parsed("limit", "a number of features")?;
        wish.selection.limit = page_limit(wanted.map(|n| n.min(LIMIT)), limit, LIMIT)?;
        wish.selection.offset = asked.parsed("offset", "a number of features")?.unwrap_or(0);
        wish.selection.windows = windows(asked)?;
        wish.ask.window = match wish.selection.windows[..] {
            [window] => Some(window),
            _ => None,
        };
        wish.set_time(asked, layer, now)?;
        let properties = about.properties();
        wish.properties = match asked.take("properties")? {
            Some(names) => names.split(',').map(|name| shown(name, layer)).collect::<Result<_>>()?,
            None => (0..properties.len()).collect(),
        };
        wish.shapes = !asked.parsed::<bool>("skipGeometry", "true or false")?.unwrap_or(false);
        wish.selection.order = Selection::order(about, asked.take("sortby")?.as_deref().unwrap_or(""))?;
        if let Some(after) = asked.take("after")? {
            wish.selection.after = Some(Key::read(&after, about, &wish.selection.order)?);
        }
        wish.selection.filters.extend(filter(asked, layer)?);
        for (ix, property) in properties.iter().enumerate().filter(|(_, p)| p.kind.is_plain()) {
            if let Some(text) = asked.take(property.name)? {
                let value = Operand::Value(Value::parse(&text, property)?);
                wish.selection.filters.push(Filter::Compare(Operand::Property(ix), Op::Eq, value));
            }
        }
        Ok(wish)
    }

    /// Of one item: which rows there are, and in which system it is shown.
    pub fn of_item(asked: &mut Asked, collection: &Collection) -> Result<Self> {
        let layer = collection.layer;
        let mut ask = Ask { plan: collection.draft, ..Ask::default() };
        match layer {
            Layer::Coverage => {
                ask.minutes = asked.parsed("minutes", "a number of minutes")?;
                ask.basis = word::<Basis>(asked, "basis")?;
                ask.profile = word::<Profile>(asked, "profile")?;
                ask.squads = asked.take("squads")?;
            }
            Layer::Zones | Layer::ZoneBorders if collection.draft.is_none() => {
                ask.plan = asked.parsed("plan", "the id of a plan")?;
                ask.revision = asked.parsed("revision", "a whole number")?;
            }
            Layer::BlindSpots => {
                ask.matter = word::<Code>(asked, "matter")?;
                ask.power = word::<Power>(asked, "power")?;
            }
            _ => {}
        }
        let crs = asked.take("crs")?.map(|name| Crs::named("crs", &name)).transpose()?.unwrap_or_default();
        let properties = (0..layer.about().properties().len()).collect();
        Ok(Self { ask, selection: Selection::default(), properties, shapes: true, crs })
    }

    /// Sets the time that is asked about.
    pub fn set_time(&mut self, asked: &mut Asked, layer: Layer, now: Timestamp) -> Result<()> {
        match asked.take("datetime")? {
            Some(text) => when(&text, layer, now, &mut self.ask),
            None => Ok(()),
        }
    }
}

fn word<T: std::str::FromStr<Err = Error>>(asked: &mut Asked, name: &str) -> Result<Option<T>> {
    asked.take(name)?.map(|text| text.parse().map_err(|e: Error| Error::invalid(name, e.detail))).transpose()
}

fn shown(name: &str, layer: Layer) -> Result<usize> {
    let properties = layer.about().properties();
    let found = properties.iter().position(|p| p.name == name.trim());
    found.ok_or_else(|| Error::invalid("properties", format!("there is no property {name:?}")))
}

/// One box, or two where it goes across the meridian of 180 degrees.
fn windows(asked: &mut Asked) -> Result<Vec<BBox>> {
    let (text, crs) = (asked.take("bbox")?, asked.take("bbox-crs")?);
    let crs = crs.map(|name| Crs::named("bbox-crs", &name)).transpose()?.unwrap_or_default();
    let Some(text) = text else { return Ok(Vec::new()) };
    let bad = || Error::invalid("bbox", format!("bbox {text:?} is not four numbers, or six with heights"));
    let numbers: Vec<f64> = text.split(',').map(|n| n.trim().parse().map_err(|_| bad())).collect::<Result<_>>()?;
    let [a, b] = match numbers[..] {
        [x1, y1, x2, y2] | [x1, y1, _, x2, y2, _] => [[x1, y1], [x2, y2]],
        _ => return Err(bad()),
    };
    let at = |e: Error| Error::invalid("bbox", format!("bbox {text:?}: {}", e.detail));
    let (a, b) = (crs.to_wgs84(a).map_err(at)?, crs.to_wgs84(b).map_err(at)?);
    let one = |west, east| BBox::new(west, a.lat, east, b.lat).map_err(at);
    if a.lng <= b.lng { Ok(vec![one(a.lng, b.lng)?]) } else { Ok(vec![one(a.lng, 180.0)?, one(-180.0, b.lng)?]) }
}

/// A moment, or an interval with `..` or nothing for an open end. Incidents are those reported then; other
/// layers are as of the moment, or of the end of the interval, which is now where it is open.
fn when(text: &str, layer: Layer, now: Timestamp, ask: &mut Ask) -> Result<()> {
    // A plus that was not encoded reads as a blank.
    let text = text.trim().replace(' ', "+");
    let time = |end: &str| match end {
        "" | ".." => Ok(None),
        text => text.parse::<Timestamp>().map(Some).map_err(|e| Error::invalid("datetime", e.detail)),
    };
    let [from, to] = match text.split_once('/') {
        Some((from, to)) => [time(from)?, time(to)?],
        None => match time(&text)? {
            Some(at) => [Some(at); 2],
            None => return Err(Error::invalid("datetime", format!("{text:?} is neither a time nor an interval"))),
        },
    };
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(Error::invalid("datetime", format!("{text:?} ends before it begins")));
    }
    match layer {
        Layer::Incidents => ask.reported = [from, to.map(|to| to.plus_ms(1))],
        _ => ask.at = Some(to.unwrap_or_else(|| from.map_or(now, |from| from.max(now)))),
    }
    Ok(())
}

fn filter(asked: &mut Asked, layer: Layer) -> Result<Option<Filter>> {
    let (text, language, crs) = (asked.take("filter")?, asked.take("filter-lang")?, asked.take("filter-crs")?);
    let crs = crs.map(|name| Crs::named("filter-crs", &name)).transpose()?.unwrap_or_default();
    let read = match language.as_deref() {
        None | Some("cql2-text") => cql2::read_text,
        Some("cql2-json") => cql2::read_json,
        Some(other) => {
            return Err(Error::invalid("filter-lang", format!("{other:?} is not cql2-text or cql2-json")));
        }
    };
    text.map(|text| read(&text, layer.about(), crs)).transpose()
}

/// A parameter as clients count with it: a plain value of the query.
pub fn parameter(name: &str, description: &str, schema: Json) -> Json {
    json!({ "name": name, "in": "query", "required": false, "description": description, "schema": schema,
        "style": "form", "explode": false })
}

/// The forms of pages; items come as `csv` as well.
pub const FORMS: [&str; 2] = ["json", "html"];

/// The form that a page takes.
pub fn form(words: &[&str]) -> Json {
    let words = json!({ "type": "string", "enum": words });
    parameter("f", "The form of the answer; what is accepted when not given", words)
}

/// The parameters of the items of a collection, for the document.
pub fn told(collection: &Collection) -> Vec<Json> {
    let layer = collection.layer;
    let text = || json!({ "type": "string" });
    let crs =
        || json!({ "type": "string", "format": "uri", "enum": Crs::ALL.map(Crs::uri), "default": Crs::Crs84.uri() });
    let mut all = vec![
        parameter(
            "limit",
            "Features of a page; more than the maximum is taken as the maximum",
            json!({ "type": "integer", "minimum": 1, "maximum": LIMIT, "default": LIMIT }),
        ),
        parameter(
            "bbox",
            "Features that meet this box; west may be greater than east, across the meridian of 180 degrees",
            json!({ "type": "array", "items": { "type": "number" }, "minItems": 4, "maxItems": 6 }),
        ),
        parameter("bbox-crs", "The system of the box", crs()),
        parameter("filter", "A condition in CQL2", text()),
        parameter(
            "filter-lang",
            "How it is written",
            json!({ "type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text" }),
        ),
        parameter("filter-crs", "The system of its shapes", crs()),
        parameter("sortby", "Properties in their order, such as -name,code", text()),
        parameter("properties", "Only these properties, by commas", text()),
        parameter("skipGeometry", "Without shapes", json!({ "type": "boolean", "default": false })),
        parameter("after", "Where the page before ended; stands in its link to the next", text()),
        parameter(
            "offset",
            "So many features are passed over; what is written meanwhile moves them, unlike the link to the next page",
            json!({ "type": "integer", "minimum": 0, "default": 0 }),
        ),
    ];
    all.extend(told_of_item(collection));
    if let Some(last) = all.last_mut() {
        *last = form(&["json", "html", "csv", "fgb"]);
    }
    let properties = layer.about().properties();
    let own: Vec<String> = all.iter().filter_map(|p| p["name"].as_str().map(str::to_owned)).collect();
    let by = properties.iter().filter(|p| p.kind.is_plain() && !own.iter().any(|name| name == p.name));
    all.extend(by.map(|p| parameter(p.name, p.title, schema_of(p.kind))));
    all
}

/// Those that one item takes as well.
pub fn told_of_item(collection: &Collection) -> Vec<Json> {
    let layer = collection.layer;
    let words = |words: &[&str]| json!({ "type": "string", "enum": words });
    let mut all = match layer {
        Layer::Coverage => vec![
            parameter("minutes", "From the call to the arrival; 30 when not given", json!({ "type": "integer" })),
            parameter("basis", "posts when not given, or live", words(Basis::WORDS)),
            parameter("profile", "Only by squads that travel so", words(Profile::WORDS)),
            parameter("squads", "Only by these squads, such as S1,S2", json!({ "type": "string" })),
        ],
        Layer::Zones | Layer::ZoneBorders if collection.draft.is_none() => vec![
            parameter("plan", "Those of this plan instead of those in force", json!({ "type": "string" })),
            parameter("revision", "As the plan was at this revision", json!({ "type": "integer" })),
        ],
        Layer::BlindSpots => vec![
            parameter("matter", "Only over this matter", json!({ "type": "string" })),
            parameter("power", "Only of this kind of power", words(Power::WORDS)),
        ],
        _ => Vec::new(),
    };
    let systems =
        json!({ "type": "string", "format": "uri", "enum": Crs::ALL.map(Crs::uri), "default": Crs::Crs84.uri() });
    let as_of = if layer == Layer::Incidents { "Reported at, or within an interval" } else { "As of this time" };
    all.push(parameter("datetime", as_of, json!({ "type": "string" })));
    all.push(parameter("crs", "The system of the answer", systems));
    all.push(form(&FORMS));
    all
}
