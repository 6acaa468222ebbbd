//! Floor 1: pure mathematics over `base`, `geo`, `rstar` and `h3o`.

pub mod crs;
pub mod district;
pub mod shape;
#[cfg(test)]
pub(crate) mod testing;
pub mod topology;
