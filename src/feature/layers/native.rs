//! All of a layer with an entity tag: GeoJSON, a table, or a file that programs for maps open; or what is
//! otherwise since an answer before.

use std::io::{self, BufWriter, Write};

use axum::{
    Json,
    extract::{OriginalUri, State},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Ask, Layer,
    answer::{LayerDelta, LayerFeatures, Question, answer, told},
};
use crate::{
    api::{
        Answer, Binary, CSV, FLATGEOBUF, May, Path, ProblemBody, Query, Root, Shown, ZIP, bbox, csv, flatgeobuf,
        read_query, rights, shapefile, tagged,
    },
    base::{Code, Error, Result, Timestamp, words},
    ctx::Ctx,
    domain::{
        auth::Sight,
        coverage::Basis,
        layers::{Rows, excerpt::Excerpt, ledger::Mark, to_ground},
        lists::Power,
        responsibility::audit::BlindSpot,
        squads::Profile,
        zones::plan::Revision,
    },
    feature::areas::datum,
    kernel::crs::Datum,
    store::geopackage,
};

/// Most incidents of one answer, the newest: `numberMatched` says how many there are, a client that
/// wants them all pages `/incidents`.
const INCIDENTS_MAX: usize = 50_000;

words! {
    /// How a layer is written.
    LayerForm {
        Json = "json",
        Csv = "csv",
        /// FlatGeobuf, with its index.
        Fgb = "fgb",
        /// GeoPackage.
        Gpkg = "gpkg",
        /// A shapefile in a ZIP archive: ten letters of a name, 254 bytes of a text.
        Shp = "shp",
    }
}

impl LayerForm {
    fn kind(self) -> &'static str {
        match self {
            Self::Json => "application/geo+json",
            Self::Csv => CSV,
            Self::Fgb => FLATGEOBUF,
            Self::Gpkg => "application/geopackage+sqlite3",
            Self::Shp => ZIP,
        }
    }

    /// By the ending of a file's name.
    fn of(file: &std::path::Path) -> Result<Self> {
        let ending = file.extension().and_then(|end| end.to_str()).unwrap_or("").to_ascii_lowercase();
        match ending.as_str() {
            "geojson" | "json" => Ok(Self::Json),
            "zip" => Ok(Self::Shp),
            other => other.parse().ok().filter(|form| *form != Self::Shp).ok_or_else(|| {
                let why = "its ending tells the form: .geojson, .csv, .fgb, .gpkg, or .zip for a shapefile";
                Error::invalid("file", format!("{}: {why}", file.display()))
            }),
        }
    }

    /// Writes the first rows of a layer. To be called where one may wait.
    fn write(self, layer: Layer, rows: &dyn Rows, most: usize, at: Timestamp, out: &mut dyn Write) -> Result<()> {
        let excerpt = Excerpt::whole(layer.as_str(), rows, most);
        match self {
            Self::Json => geojson(rows, &excerpt.wanted, out),
            Self::Csv => csv(&excerpt, out),
            Self::Fgb => flatgeobuf(&excerpt, out),
            Self::Shp => shapefile(&excerpt, out),
            Self::Gpkg => {
                let mut file = tempfile::NamedTempFile::new().map_err(Error::internal)?;
                let written = geopackage::write(file.path(), &excerpt, at);
                Handle::current().block_on(written)?;
                io::copy(file.as_file_mut(), out).map(drop).map_err(Error::internal)
            }
        }
    }
}

fn geojson(rows: &dyn Rows, wanted: &[usize], out: &mut dyn Write) -> Result<()> {
    let shown = Shown::everything(rows);
    out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[").map_err(Error::internal)?;
    let mut feature = Vec::new();
    for (n, &row) in wanted.iter().enumerate() {
        feature.clear();
        feature.extend_from_slice(if n == 0 { b"\n" } else { b",\n" });
        shown.write(rows, row, &mut feature)?;
        out.write_all(&feature).map_err(Error::internal)?;
    }
    out.write_all(b"\n]}\n").map_err(Error::internal)
}

/// Writes all of a layer into a file, in the form that its name ends with, for what the query of its native
/// address would ask: how many things there are in it.
///
/// # Errors
/// A name that tells no form, a query that the address would refuse, a file that can't be written: the one
/// of before stays.
pub async fn export(ctx: &Ctx, layer: Layer, query: &str, file: &std::path::Path) -> Result<usize> {
    let form = LayerForm::of(file)?;
    let params: Params = read_query(query)?;
    no_since(params.since.as_ref())?;
    let ask = params.ask()?;
    no_datum(ask.datum)?;
    let (rows, at, file) = (layer.rows(ctx, &ask).await?, ctx.now(), file.to_owned());
    let write = move || {
        let refuse = |e: io::Error| Error::unavailable(format!("can't write {}: {e}", file.display()));
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(".".as_ref());
        let part = tempfile::NamedTempFile::new_in(folder).map_err(refuse)?;
        let mut out = BufWriter::new(part);
        form.write(layer, &*rows, usize::MAX, at, &mut out)?;
        let part = out.into_inner().map_err(|e| refuse(e.into_error()))?;
        part.persist(&file).map_err(|e| refuse(e.error))?;
        Ok(rows.len())
    };
    tokio::task::spawn_blocking(write).await.map_err(Error::internal)?
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct LayerInfo {
    name: Layer,
    description: &'static str,
    url: String,
    /// Where its tiles are described, as TileJSON; squads and blind spots have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tiles: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct LayerList {
    layers: Vec<LayerInfo>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Params {
    /// west,south,east,north in degrees
    bbox: Option<String>,
    /// Of the answer and of `bbox`: gcj02 or bd09, as base maps of AMap and Baidu want it, cgcs2000, or wgs84 (default);
    /// JSON alone, which says so in `datum`
    datum: Option<String>,
    /// Road classes, such as `trunk,primary`; all when not given
    classes: Option<String>,
    /// Coverage: 30 when not given
    minutes: Option<u32>,
    /// Coverage: posts when not given, or live
    basis: Option<Basis>,
    /// Coverage, squads, roads, disruptions, zones and blind spots: now when not given
    at: Option<Timestamp>,
    /// Coverage: only by squads that travel so
    profile: Option<Profile>,
    /// Coverage: only by these squads, such as `S1,S2`
    squads: Option<String>,
    /// Zones: those of this plan instead of those in force
    plan: Option<Uuid>,
    /// Zones: as the plan was at this revision; as it is now when not given
    revision: Option<Revision>,
    /// Zones: only of these layers, such as `enforcement,community`; all when not given
    layer: Option<String>,
    /// Blind spots: only of this kind
    #[param(inline)]
    kind: Option<BlindSpot>,
    /// Blind spots: only over this matter
    #[param(value_type = Option<String>)]
    matter: Option<Code>,
    /// Blind spots: only of this kind of power
    #[param(inline)]
    power: Option<Power>,
    /// GeoJSON, a table or a file; as `Accept` says when not given
    #[param(inline)]
    f: Option<LayerForm>,
    /// Only what is otherwise since this answer: its `as_of_seq`, or what its `next` says, which tells moves and what
    /// the clock turned from before a restart too; `0` begins
    #[param(value_type = Option<String>)]
    since: Option<Mark>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

/// The layers there are.
#[utoipa::path(get, path = "/layers", operation_id = "list_layers", tag = "layers", responses((status = 200, body = LayerList)))]
async fn list(_: May<rights::Read>, root: Root) -> Json<LayerList> {
    let info = |name: Layer| LayerInfo {
        name,
        description: name.words().description,
        url: format!("{}/api/v1/layers/{}", root.prefix, name.as_str()),
        tiles: name.zooms().is_ok().then(|| format!("{}/api/v1/tiles/{}", root.prefix, name.as_str())),
    };
    Json(LayerList { layers: Layer::ALL.map(info).into() })
}

/// One layer as a GeoJSON FeatureCollection, as a table with the shapes as well-known text, or as a file. With
/// `since`, the features that are new or look otherwise since an earlier answer to the same question, and the ids of
/// those that are gone: `updateData` of MapLibre takes it as it is, and `next` asks on from there. What is not known
/// here any more, such as what was shown before a restart, is a `reset` with all features.
#[utoipa::path(get, path = "/layers/{layer}", operation_id = "show_layer", tag = "layers", params(("layer" = Layer, Path), Params),
    responses((status = 200, content((LayerFeatures = "application/geo+json"), (LayerDelta<'_> = "application/json"),
            (String = "text/csv"), (Binary = "application/flatgeobuf"), (Binary = "application/geopackage+sqlite3"),
            (Binary = "application/zip"))),
        (status = 304), (status = 400, body = ProblemBody), (status = 422, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn show(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Query(mut params): Query<Params>,
) -> Answer<Response> {
    let name: Layer = name.parse().map_err(|_| Error::not_found("layer", &name))?;
    let accepts = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("");
    let form = params.f.unwrap_or(if accepts.starts_with("text/csv") { LayerForm::Csv } else { LayerForm::Json });
    let (since, ask) = (params.since.take(), params.ask()?);
    let sight = caller.sight(&ctx.world());
    let who = (name.is_scoped() && !sight.is_everything()).then_some(caller.actor.as_str());
    let question = Question::new(&ctx, name, &ask, who, &uri).await?;
    if form == LayerForm::Json
        && since.is_none()
        && let Some(kept) = question.at_hand(&ctx, name, &ask)
    {
        return Ok(told(&kept, &headers)?);
    }
    let datum = ask.datum;
    let rows = name.rows(&ctx, &Ask { sight, ..ask }).await?;
    let most = if name == Layer::Incidents { INCIDENTS_MAX } else { usize::MAX };
    if form == LayerForm::Json {
        return Ok(answer(&ctx, (rows, most, datum), question, since, (uri, headers)).await?);
    }
    no_since(since.as_ref())?;
    no_datum(datum)?;
    let at = ctx.now();
    let write = move |_: &mut _| {
        let mut body = Vec::new();
        form.write(name, &*rows, most, at, &mut body).map(|()| body)
    };
    let mut answer = tagged(&headers, form.kind(), ctx.studies.run(write).await??)?;
    if form != LayerForm::Csv {
        let ending = if form == LayerForm::Shp { "zip" } else { form.as_str() };
        let named = format!("attachment; filename=\"{}.{ending}\"", name.as_str());
        answer
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, HeaderValue::try_from(named).map_err(Error::internal)?);
    }
    Ok(answer)
}

/// Refuses what tables and files of shapes have no word for.
fn no_datum(datum: Datum) -> Result<()> {
    match datum.is_wgs84() {
        true => Ok(()),
        false => Err(Error::invalid("datum", format!("a file can't say that it is in {datum}: JSON and tiles alone"))),
    }
}

/// Refuses what is asked of an answer alone.
fn no_since(since: Option<&Mark>) -> Result<()> {
    match since {
        Some(_) => Err(Error::invalid("since", "what is otherwise is told as JSON alone")),
        None => Ok(()),
    }
}

impl Params {
    fn ask(self) -> Result<Ask> {
        let datum = datum(self.datum.as_deref())?;
        Ok(Ask {
            window: self.bbox.as_deref().map(bbox).transpose()?.map(|window| to_ground(window, datum)),
            datum,
            by_centre: true,
            at: self.at,
            reported: [None; 2],
            classes: self.classes,
            minutes: self.minutes,
            basis: self.basis,
            profile: self.profile,
            squads: self.squads,
            plan: self.plan,
            revision: self.revision,
            layer: self.layer,
            kind: self.kind,
            matter: self.matter,
            power: self.power,
            sight: Sight::default(),
        })
    }
}
