//! How far the clocks of others may be ahead of ours, through whichever door.

/// What people and their programs say was so; milliseconds.
pub const WORD_AHEAD_MS: i64 = 300_000;
/// Positions: the newest by its own time counts, so that one of the future holds back all that follow; milliseconds.
pub const FIX_AHEAD_MS: i64 = 60_000;
