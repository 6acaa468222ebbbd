//! Maps and charts as SVG.

use std::{collections::BTreeMap, fmt::Write};

use geo::MultiPolygon;

use super::esc;
use crate::{
    base::{BBox, LngLat},
    domain::{
        squads::Squads,
        zones::{
            atoms::{AtomIx, Atoms},
            compare::{CellChange, MovedAtom},
            plan::ZoneLayer,
        },
    },
    kernel::shape,
};

/// Of a map, in its own units.
const SIZE: f64 = 1_000.0;
const MARGIN: f64 = 24.0;
/// Bars beyond this many are left out of a chart; the table has them all.
const BARS: usize = 40;

/// One frame for all maps of a report.
pub(super) struct Maps<'a> {
    atoms: &'a Atoms,
    squads: &'a Squads,
    frame: BBox,
    /// Units a metre.
    scale: f64,
    height: f64,
}

impl<'a> Maps<'a> {
    pub fn new(atoms: &'a Atoms, layers: [&ZoneLayer; 2], squads: &'a Squads) -> Self {
        let posts = layers.into_iter().flat_map(|l| posts(l, squads));
        let corners = atoms.iter().flat_map(|(_, a)| {
            [LngLat { lng: a.bbox.west, lat: a.bbox.south }, LngLat { lng: a.bbox.east, lat: a.bbox.north }]
        });
        let nowhere = BBox { west: 0.0, south: 0.0, east: 1e-3, north: 1e-3 };
        let frame = BBox::around(corners.chain(posts)).unwrap_or(nowhere);
        let [wide_m, high_m] = Self::metres(&frame, LngLat { lng: frame.east, lat: frame.north });
        let scale = (SIZE - 2.0 * MARGIN) / wide_m.max(high_m * 0.75).max(1.0);
        Self { atoms, squads, frame, scale, height: high_m * scale + 2.0 * MARGIN + 40.0 }
    }

    /// East and north of the frame's corner, at the scale of its middle.
    fn metres(frame: &BBox, p: LngLat) -> [f64; 2] {
        let m_per_deg = crate::base::EARTH_RADIUS_M.to_radians();
        let squeeze = frame.center().lat.to_radians().cos();
        [(p.lng - frame.west) * m_per_deg * squeeze, (p.lat - frame.south) * m_per_deg]
    }

    fn at(&self, p: LngLat) -> [f64; 2] {
        let [x, y] = Self::metres(&self.frame, p).map(|m| m * self.scale);
        [x + MARGIN, self.height - 40.0 - MARGIN - y]
    }

    fn path(&self, shape: &MultiPolygon<f64>) -> String {
        let mut d = String::new();
        for ring in shape.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors())) {
            let mut last = [f64::NAN; 2];
            for c in &ring.0 {
                let at = self.at((*c).into()).map(|v| (v * 10.0).round() / 10.0);
                if at != last {
                    let _ = write!(d, "{}{} {}", if last[0].is_nan() { "M" } else { "L" }, at[0], at[1]);
                    last = at;
                }
            }
            d.push('Z');
        }
        d
    }

    fn outlines(&self, layer: &ZoneLayer) -> Vec<(String, String, LngLat, String)> {
        let outline = |(code, own): (&crate::base::Code, Vec<AtomIx>)| {
            let shape = self.atoms.outline(own);
            let label = shape::interior_point(&shape)?;
            let colour = layer.zones.get(code).map_or("#888888", |z| &z.colour);
            Some((self.path(&shape), colour.to_owned(), label, code.to_string()))
        };
        layer.atoms_by_zone().into_iter().filter_map(outline).collect()
    }

    fn open(&self) -> String {
        format!("<svg viewBox=\"0 0 {SIZE} {:.0}\" role=\"img\">", self.height)
    }

    /// Zones in their colours with their codes and the posts of squads; `moved` atoms hatched.
    pub fn zones(&self, layer: &ZoneLayer, moved: &[MovedAtom]) -> String {
        let mut out = self.open();
        out.push_str(
            "<defs><pattern id=\"hatch\" width=\"9\" height=\"9\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(45)\"><rect width=\"3.2\" height=\"9\" fill=\"#14202e\" fill-opacity=\".62\"/>\
             </pattern></defs>",
        );
        let outlines = self.outlines(layer);
        for (path, colour, ..) in &outlines {
            let _ = write!(
                out,
                "<path d=\"{path}\" fill=\"{}\" fill-opacity=\".5\" stroke=\"#fff\" stroke-width=\"2\"/>",
                esc(colour)
            );
        }
        if !moved.is_empty() {
            let all = self.atoms.outline(moved.iter().map(|m| m.ix));
            let _ = write!(
                out,
                "<path d=\"{}\" fill=\"url(#hatch)\" stroke=\"#14202e\" stroke-width=\"1\"/>",
                self.path(&all)
            );
        }
        for post in posts(layer, self.squads) {
            let [x, y] = self.at(post);
            let _ = write!(
                out,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"9\" fill=\"#14202e\" stroke=\"#fff\" stroke-width=\"3\"/>"
            );
        }
        for (.., label, code) in &outlines {
            let [x, y] = self.at(*label);
            let _ = write!(
                out,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"38\" text-anchor=\"middle\" fill=\"#14202e\" stroke=\"#fff\" \
                 stroke-width=\"7\" paint-order=\"stroke\">{}</text>",
                esc(code)
            );
        }
        self.close(out)
    }

    /// Cells whose response changed, over the outlines of the zones.
    pub fn cells(&self, layer: &ZoneLayer, cells: &[CellChange]) -> String {
        let mut out = self.open();
        for (path, ..) in self.outlines(layer) {
            let _ = write!(out, "<path d=\"{path}\" fill=\"#fff\" stroke=\"#8f9bab\" stroke-width=\"2\"/>");
        }
        // One dot a cell, larger where it changed more.
        let mut dots: BTreeMap<&str, &CellChange> = BTreeMap::new();
        for cell in cells {
            dots.entry(&cell.cell).or_insert(cell);
        }
        for c in dots.values() {
            let [was, is] = [c.before_s, c.after_s].map(|s| s.unwrap_or(u64::MAX));
            let minutes = (was.abs_diff(is) as f64 / 60.0).min(20.0);
            let [x, y] = self.at(LngLat { lng: c.lng, lat: c.lat });
            let _ = write!(
                out,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{:.1}\" fill=\"{}\" fill-opacity=\".75\"/>",
                2.5 + minutes.sqrt() * 1.6,
                if is < was { "#1f5fa8" } else { "#c23b2e" }
            );
        }
        self.close(out)
    }

    /// Ends with a scale bar and north.
    fn close(&self, mut out: String) -> String {
        let fit = 220.0 / self.scale;
        let step = 10f64.powf(fit.log10().floor());
        let metres = [5.0, 2.0, 1.0].map(|k| k * step).into_iter().find(|m| *m <= fit).unwrap_or(step);
        let (length, y) = (metres * self.scale, self.height - 18.0);
        let text = if metres < 1_000.0 { format!("{metres:.0} m") } else { format!("{:.0} km", metres / 1_000.0) };
        let _ = write!(
            out,
            "<path d=\"M{MARGIN} {0}V{y}H{1:.1}V{0}\" fill=\"none\" stroke=\"#14202e\" stroke-width=\"2.5\"/>\
             <text x=\"{2:.1}\" y=\"{y}\" font-size=\"34\" fill=\"#14202e\">{text}</text>\
             <path d=\"M{3} {4}l10 30l-10 -8l-10 8z\" fill=\"#14202e\"/><text x=\"{3}\" y=\"{5}\" font-size=\"30\" \
             text-anchor=\"middle\" fill=\"#14202e\">N</text></svg>",
            y - 9.0,
            MARGIN + length,
            MARGIN + length + 10.0,
            SIZE - 34.0,
            14.0,
            74.0
        );
        out
    }
}

/// Where the squads of the zones wait: as the plan says, else where they always do.
fn posts(layer: &ZoneLayer, squads: &Squads) -> impl Iterator<Item = LngLat> {
    let of_zones = layer.zones.values().flat_map(|z| &z.squads);
    of_zones.filter_map(|s| s.post.or_else(|| squads.get(&s.id).map(|own| own.post)))
}

/// Pairs of horizontal bars, before above after.
pub(super) fn bars(all: &[(String, [Option<f64>; 2])]) -> String {
    const ROW: f64 = 46.0;
    const LABEL: f64 = 150.0;
    let shown = &all[..all.len().min(BARS)];
    let most = shown.iter().flat_map(|b| b.1).flatten().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let mut out = format!("<svg viewBox=\"0 0 {SIZE} {:.0}\" role=\"img\">", shown.len() as f64 * ROW + 6.0);
    for (i, (name, values)) in shown.iter().enumerate() {
        let top = i as f64 * ROW;
        let _ = write!(
            out,
            "<text x=\"{}\" y=\"{:.1}\" font-size=\"28\" text-anchor=\"end\" fill=\"#1c2430\">{}</text>",
            LABEL - 10.0,
            top + 31.0,
            esc(name)
        );
        for ((value, colour), row) in values.iter().zip(["#a8b3c2", "#1f5fa8"]).zip([4.0, 23.0]) {
            let Some(value) = value else { continue };
            let length = value / most * (SIZE - LABEL - 90.0);
            let _ = write!(
                out,
                "<rect x=\"{LABEL}\" y=\"{:.1}\" width=\"{length:.1}\" height=\"17\" fill=\"{colour}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" font-size=\"21\" fill=\"#3a4656\">{}</text>",
                top + row,
                LABEL + length + 6.0,
                top + row + 16.0,
                super::short(*value)
            );
        }
    }
    out.push_str("</svg>");
    out
}
