//! Drawing of districts.

/// When a grid is small enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GridLimits {
    pub max_weight: f64,
    pub max_area_m2: f64,
}
