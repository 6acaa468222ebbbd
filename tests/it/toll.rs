//! What a fault cost: one line of the table that `make torture` prints, into the file that `XUNGE_TEST_TOLLS` names.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How often `make torture` wants it; else the few times of `make test`.
pub fn times(variable: &str, few: usize) -> usize {
    std::env::var(variable).map_or(few, |n| n.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

/// Memory of a process, MB.
pub fn rss_mb(process: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim_end_matches("kB").trim().parse::<f64>().unwrap() / 1024.0
}

#[derive(Debug)]
pub struct Toll {
    fault: String,
    before_mb: f64,
    longest: Mutex<Duration>,
}

impl Toll {
    /// Of a fault that this process, which serves, is about to meet.
    pub fn begin(fault: impl Into<String>, process: u32) -> Self {
        Self { fault: fault.into(), before_mb: rss_mb(process), longest: Mutex::default() }
    }

    /// Somebody waited so long.
    pub fn waited(&self, so_long: Duration) {
        let mut longest = self.longest.lock().unwrap_or_else(PoisonError::into_inner);
        *longest = so_long.max(*longest);
    }

    pub fn growth_mb(&self, process: u32) -> f64 {
        rss_mb(process) - self.before_mb
    }

    /// After so many tries none that was acknowledged is lost.
    pub fn end(&self, tries: &str, process: u32) {
        self.end_without(tries, "0", process);
    }

    /// The same where something is lost.
    pub fn end_without(&self, tries: &str, lost: &str, process: u32) {
        let longest = self.longest.lock().unwrap_or_else(PoisonError::into_inner).as_secs_f64();
        let (before_mb, after_mb) = (self.before_mb, rss_mb(process));
        let row = format!("| {} | {tries} | {lost} | {longest:.2} | {before_mb:.0} | {after_mb:.0} |", self.fault);
        println!("{row}");
        if let Ok(file) = std::env::var("XUNGE_TEST_TOLLS") {
            let mut file = OpenOptions::new().create(true).append(true).open(file).unwrap();
            writeln!(file, "{row}").unwrap();
        }
    }
}
