//! Topology of a tiling.
