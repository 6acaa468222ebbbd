//! Floor 2: nouns, rules and in-memory indexes. Synchronous; time and randomness come in as arguments.

pub mod roads;
