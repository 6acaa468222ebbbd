//! Xunge 巡格 ("patrol the grid"): a spatial service for township law enforcement.
//!
//! It knows every county, township, village and grid, keeps reported incidents in an R-tree, and
//! answers *who is responsible here*, *which squad is there first by road* and *where can nobody
//! be on the scene within 30 minutes*.
//!
//! # Floors
//!
//! A file imports only from lower floors; `tests/it/house.rs` fails on an import that runs upward. The two lowest are
//! crates of their own (in `src/base` and `src/kernel`): optimised also where the rest is not.
//!
//! | floor | module | holds |
//! |---|---|---|
//! | 0 | [`base`] | words: places, times, ids, error kinds |
//! | 1 | [`kernel`] | pure mathematics: coordinate systems, shapes, graph, searches |
//! | 2 | [`domain`] | nouns, rules, in-memory indexes; synchronous, no IO |
//! | 3 | [`change`], [`world`] | the sum of each word's durable facts; all live indexes, along one list |
//! | 4 | [`store`], [`import`] | SQL on two engines and the change log; parsing of files |
//! | 5 | [`config`], [`telemetry`], [`ctx`] | what a running service holds: the one write door, the one follower |
//! | 6 | [`api`] | HTTP vocabulary without routes |
//! | 7 | [`feature`] | one word each: use-cases and routes |
//! | 8 | [`server`], [`cli`] | the router, the subcommands |

pub mod api;
pub mod change;
pub mod cli;
pub mod config;
pub mod ctx;
pub mod domain;
pub mod feature;
pub mod import;
pub mod server;
pub mod store;
pub mod telemetry;
pub mod world;

pub use xunge_base as base;
pub use xunge_kernel as kernel;
