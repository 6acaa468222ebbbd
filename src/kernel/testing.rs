//! Seeded randomness for tests.

/// Uniform numbers in [0, 1).
pub fn uniform(seed: u64) -> impl FnMut() -> f64 {
    let mut dice = fastrand::Rng::with_seed(seed);
    move || dice.f64()
}
