//! What a command tells while it works: bars on a terminal, else one line a step. Reports go to
//! standard output.

use std::{
    cell::RefCell,
    io::{IsTerminal, stderr},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::telemetry;

/// The step under way.
#[derive(Debug)]
struct Step {
    name: String,
    began: Instant,
    /// `None` where nobody watches.
    bar: Option<ProgressBar>,
}

/// Tells of one step after the other.
#[derive(Debug, Default)]
pub struct Show(RefCell<Option<Step>>);

impl Show {
    /// The step before is done, `name` begins.
    pub fn step(&self, name: &str) {
        self.done();
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner().with_message(name.to_owned());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        *self.0.borrow_mut() = Some(Step { name: name.to_owned(), began: Instant::now(), bar });
    }

    /// How far the step is; its first word of a new name begins that step.
    pub fn progress(&self, name: &str, done: u64, total: u64) {
        if self.0.borrow().as_ref().is_none_or(|s| s.name != name) {
            self.step(name);
        }
        if let Some(Step { bar: Some(bar), .. }) = &*self.0.borrow() {
            if bar.length() != Some(total) {
                bar.set_length(total);
                bar.set_style(style());
            }
            bar.set_position(done);
        }
    }

    /// The last step is done.
    pub fn done(&self) {
        let Some(step) = self.0.borrow_mut().take() else { return };
        if let Some(bar) = &step.bar {
            bar.finish_and_clear();
        }
        telemetry::tell(&format!("  {:24} {:6.2} s", step.name, step.began.elapsed().as_secs_f64()));
    }
}

impl Drop for Show {
    /// A step that failed leaves no bar behind.
    fn drop(&mut self) {
        if let Some(Step { bar: Some(bar), .. }) = self.0.get_mut() {
            bar.finish_and_clear();
        }
    }
}

fn style() -> ProgressStyle {
    let template = "  {msg:24} {wide_bar} {pos}/{len}";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Prints counts under a heading, the names aligned; nothing when there are none.
pub fn counts<'a>(heading: &str, counts: impl IntoIterator<Item = (&'a str, u64)>) {
    for (i, (what, n)) in counts.into_iter().enumerate() {
        if i == 0 {
            println!("{heading}:");
        }
        println!("{n:>10}  {what}");
    }
}
