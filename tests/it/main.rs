//! The one integration test binary: every file here is a module of it.

// Helpers of tests are tests: a panic is how they report.
#![allow(clippy::unwrap_used)]

mod engine;
mod geodata;
mod house;
