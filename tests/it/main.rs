//! The one integration test binary: every file here is a module of it.

// Helpers of tests are tests: a panic is how they report.
#![allow(clippy::unwrap_used)]

mod app;
mod areas;
mod assignments;
mod auth;
mod calibration;
mod cases;
mod cli;
mod contract;
mod cors;
mod county;
mod coverage;
mod cuts;
mod demo;
mod dispatch;
mod disruptions;
mod doors;
mod dossier;
mod drawn;
mod engine;
mod entrances;
mod geodata;
mod house;
mod incidents;
mod island;
mod isochrone;
mod judging;
mod kill;
mod layers;
mod lists;
mod live;
mod log;
mod ogc;
mod ownership;
mod planner;
mod pressure;
mod program;
mod receipts;
mod recommend;
mod replica;
mod responsibility;
mod rights;
mod rules;
mod scopes;
mod server;
mod settings;
mod slots;
mod squads;
mod store;
mod tags;
mod tiles;
mod units;
mod whatif;
mod zones;
