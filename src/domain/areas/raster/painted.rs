//! Which cells have borders near, and who owns the others.

use std::collections::HashMap;

use super::{
    NONE,
    bands::{Bands, upward_edges},
    frame::Frame,
};
use crate::domain::areas::{Area, AreaIx, Level};

/// Which cells have borders near, and who owns the others.
pub(super) struct Painted {
    /// (cell, area) ascending.
    pub(super) borders: Vec<(u32, AreaIx)>,
    /// By level and cell: the smallest area that contains the whole cell, its margin included.
    pub(super) whole: [Vec<AreaIx>; 4],
    /// By cell: the other townships that do.
    pub(super) doubles: HashMap<u32, Vec<AreaIx>>,
}

impl Painted {
    pub(super) fn new(areas: &[Area], bands: &[Bands], frame: &Frame) -> Self {
        let cells = frame.rows * frame.cols;
        let mut borders = Vec::new();
        let mut whole: [Vec<AreaIx>; 4] = std::array::from_fn(|_| vec![NONE; cells]);
        let mut doubles: HashMap<u32, Vec<AreaIx>> = HashMap::new();
        // The last area whose border was painted on a cell.
        let mut bordered_by = vec![NONE; cells];
        for (ix, (area, bands)) in areas.iter().zip(bands).enumerate() {
            let ix = ix as AreaIx;
            for edge in upward_edges(area) {
                frame.cells_near(edge, |cell| {
                    if std::mem::replace(&mut bordered_by[cell], ix) != ix {
                        borders.push((cell as u32, ix));
                    }
                });
            }
            let level = &mut whole[area.level as usize];
            inside_cells(bands, frame, |cell| {
                if bordered_by[cell] == ix {
                } else if level[cell] == NONE {
                    level[cell] = ix;
                } else if area.level == Level::Township {
                    doubles.entry(cell as u32).or_default().push(ix);
                }
            });
        }
        borders.sort_unstable();
        Self { borders, whole, doubles }
    }
}

/// Calls `f` with the cells whose centre is inside the shape, by scan lines.
fn inside_cells(bands: &Bands, frame: &Frame, mut f: impl FnMut(usize)) {
    let mut crossings = Vec::new();
    for row in bands.first_row..bands.first_row + bands.starts.len() - 1 {
        let y = frame.row_south(row as f64 + 0.5);
        crossings.clear();
        for &[x1, y1, x2, y2] in bands.row(row) {
            if y1 <= y && y < y2 {
                crossings.push(x1 + (y - y1) / (y2 - y1) * (x2 - x1));
            }
        }
        crossings.sort_unstable_by(f64::total_cmp);
        for pair in crossings.chunks_exact(2) {
            for col in frame.col(pair[0])..=frame.col(pair[1]) {
                let center = frame.col_west(col as f64 + 0.5);
                if pair[0] < center && center < pair[1] {
                    f(row * frame.cols + col);
                }
            }
        }
    }
}
