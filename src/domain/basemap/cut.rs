//! Ground → tiles. The zooms that show a whole county are cut from all of it at once; each block of the deeper
//! ones from what lies in it, so that no more is drawn at a time than a block holds.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    thread,
};

use geo::{CoordsIter, Geometry, LineString, MultiLineString, MultiPolygon, Polygon};

use super::{DEEPEST, Ground, GroundLayer, SOURCE, bbox};
use crate::{
    base::{LngLat, Result},
    domain::layers::sheet::Sheet,
    kernel::{
        shape::round_deg,
        tile::{Tile, Window, World, clip_line, clip_ring, degrees, world},
    },
};

/// The deepest zoom that is cut from all of the ground.
const WHOLE: u8 = 10;
/// What has more vertices is cut to its block first.
const LARGE: usize = 200;

/// Cuts all tiles that show something; `put` takes each, zoom by zoom, and block by block below that.
pub fn tiles(all: &[Arc<Ground>], mut put: impl FnMut(Tile, &[u8]) -> Result<()>) -> Result<()> {
    let blocks = blocks(all)?;
    let far = all.iter().filter(|g| g.class.minzoom <= WHOLE).cloned().collect();
    let far = Sheets::new(far);
    for zoom in 0..=WHOLE {
        for tile in blocks.keys().map(|block| block.part_of(zoom)).collect::<BTreeSet<_>>() {
            put(tile, &far.tile(tile)?)?;
        }
    }
    drop(far);
    let at_once = thread::available_parallelism().map_or(1, |n| n.get());
    let blocks: Vec<(Tile, Vec<usize>)> = blocks.into_iter().collect();
    for some in blocks.chunks(at_once) {
        let cut = thread::scope(|s| {
            let work: Vec<_> = some.iter().map(|block| s.spawn(|| cut_block(all, block))).collect();
            let join =
                |work: thread::ScopedJoinHandle<'_, _>| work.join().unwrap_or_else(|e| std::panic::resume_unwind(e));
            work.into_iter().map(join).collect::<Result<Vec<_>>>()
        })?;
        cut.iter().flatten().try_for_each(|(tile, bytes)| put(*tile, bytes))?;
    }
    Ok(())
}

/// Which ground lies in each tile beneath [`WHOLE`]. Land is everywhere, and asks for no tile by itself.
fn blocks(all: &[Arc<Ground>]) -> Result<BTreeMap<Tile, Vec<usize>>> {
    let mut blocks: BTreeMap<Tile, Vec<usize>> = BTreeMap::new();
    let (land, drawn): (Vec<usize>, Vec<usize>) =
        (0..all.len()).partition(|i| all[*i].class.layer == GroundLayer::Land);
    for i in drawn {
        let [low, high] = bbox(&all[i].shape).corners();
        let [west_south, east_north] = [low, high].map(|c| Tile::holding(WHOLE + 1, world(c)));
        let ((z, west, south), (_, east, north)) = (west_south?.zxy(), east_north?.zxy());
        for (x, y) in (west..=east).flat_map(|x| (north..=south).map(move |y| (x, y))) {
            blocks.entry(Tile::new(z, x, y)?).or_default().push(i);
        }
    }
    for (block, held) in &mut blocks {
        let around = block.bbox();
        held.extend(land.iter().filter(|i| bbox(&all[**i].shape).intersects(&around)));
    }
    Ok(blocks)
}

fn cut_block(all: &[Arc<Ground>], (block, held): &(Tile, Vec<usize>)) -> Result<Vec<(Tile, Vec<u8>)>> {
    let sheets = Sheets::new(held.iter().filter_map(|i| within(&all[*i], block.window())).collect());
    let (mut cut, mut open) = (Vec::new(), vec![*block]);
    while let Some(tile) = open.pop() {
        cut.push((tile, sheets.tile(tile)?));
        if tile.zoom() < DEEPEST {
            open.extend(tile.parts());
        }
    }
    Ok(cut)
}

/// A sheet for each layer, with the zoom from which each of its rows is drawn.
#[derive(Debug)]
struct Sheets(Vec<(GroundLayer, Vec<u8>, Sheet)>);

impl Sheets {
    fn new(ground: Vec<Arc<Ground>>) -> Self {
        let mut layers: BTreeMap<&str, Vec<Arc<Ground>>> = BTreeMap::new();
        for one in ground {
            layers.entry(one.class.layer.as_str()).or_default().push(one);
        }
        let sheet = |rows: Vec<Arc<Ground>>| {
            let from = rows.iter().map(|g| g.class.minzoom).collect();
            (rows[0].class.layer, from, Sheet::down_to(DEEPEST, SOURCE.rows(rows)))
        };
        Self(layers.into_values().map(sheet).collect())
    }

    /// One layer after the other: a tile is a list of them.
    fn tile(&self, tile: Tile) -> Result<Vec<u8>> {
        let cut = |(layer, from, sheet): &(GroundLayer, Vec<u8>, Sheet)| {
            sheet.tile_of(layer.as_str(), tile, &|row| from[row] <= tile.zoom())
        };
        Ok(self.0.iter().map(cut).collect::<Result<Vec<_>>>()?.concat())
    }
}

/// What of it lies in a window; as it is where it is small.
fn within(ground: &Arc<Ground>, window: Window) -> Option<Arc<Ground>> {
    if ground.shape.coords_count() <= LARGE {
        return Some(Arc::clone(ground));
    }
    let shape = match &ground.shape {
        Geometry::LineString(line) => lines([line], window).into(),
        Geometry::MultiLineString(all) => lines(&all.0, window).into(),
        Geometry::Polygon(one) => areas([one], window).into(),
        Geometry::MultiPolygon(all) => areas(&all.0, window).into(),
        other => other.clone(),
    };
    (shape.coords_count() > 0).then(|| Arc::new(Ground { shape, ..Ground::clone(ground) }))
}

fn lines<'a>(lines: impl IntoIterator<Item = &'a LineString<f64>>, window: Window) -> MultiLineString<f64> {
    let pieces = lines.into_iter().flat_map(|line| clip_line(&on_world(line), window));
    pieces.map(|piece| line_of(&piece)).collect()
}

fn areas<'a>(areas: impl IntoIterator<Item = &'a Polygon<f64>>, window: Window) -> MultiPolygon<f64> {
    let ring = |ring: &LineString<f64>| {
        let cut = line_of(&clip_ring(&on_world(ring), window));
        (cut.0.len() > 2).then_some(cut)
    };
    let area =
        |p: &Polygon<f64>| Some(Polygon::new(ring(p.exterior())?, p.interiors().iter().filter_map(ring).collect()));
    areas.into_iter().filter_map(area).collect()
}

fn on_world(line: &LineString<f64>) -> Vec<World> {
    line.coords().map(|c| world((*c).into())).collect()
}

fn line_of(line: &[World]) -> LineString<f64> {
    let at = |LngLat { lng, lat }| (round_deg(lng), round_deg(lat));
    line.iter().map(|w| at(degrees(*w))).collect()
}
