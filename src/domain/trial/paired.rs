//! One policy against another on the same days.

use fastrand::Rng;

/// Resamples of a bootstrap (Efron 1979): enough for two digits of the ends of the interval.
const RESAMPLES: usize = 10_000;

/// How much more is late under one policy than under another, on the same days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paired {
    /// Of the differences by day.
    pub mean: f64,
    /// Between which 95 of 100 means of resampled days lie.
    pub interval: [f64; 2],
    /// Days on which it was better, and on which it was worse.
    pub better: usize,
    pub worse: usize,
}

impl Paired {
    pub fn is_worse(&self) -> bool {
        self.interval[0] > 0.0
    }

    pub fn is_better(&self) -> bool {
        self.interval[1] < 0.0
    }
}

/// `late` against `than`, both by day; the same seed gives the same interval.
pub fn compare(late: &[f64], than: &[f64], seed: u64) -> Paired {
    let by_day: Vec<f64> = late.iter().zip(than).map(|(a, b)| a - b).collect();
    let mean = |days: &[f64]| days.iter().sum::<f64>() / days.len().max(1) as f64;
    let mut dice = Rng::with_seed(seed);
    let mut resample = || {
        let sum: f64 = (0..by_day.len()).map(|_| by_day[dice.usize(..by_day.len())]).sum();
        sum / by_day.len().max(1) as f64
    };
    let mut means: Vec<f64> = (0..RESAMPLES).map(|_| resample()).collect();
    means.sort_by(f64::total_cmp);
    Paired {
        mean: mean(&by_day),
        interval: [means[RESAMPLES / 40], means[RESAMPLES - 1 - RESAMPLES / 40]],
        better: by_day.iter().filter(|d| **d < 0.0).count(),
        worse: by_day.iter().filter(|d| **d > 0.0).count(),
    }
}
