//! Floor 1: pure mathematics over `base`, `geo`, `rstar` and `h3o`.
