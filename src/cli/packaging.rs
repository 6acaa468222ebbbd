//! `xunge completions` and `xunge man`: what packages lay beside the program.

use std::{io, path::PathBuf};

use anyhow::Context;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;

#[derive(Debug, Args)]
pub struct Completions {
    shell: Shell,
}

#[derive(Debug, Args)]
pub struct Man {
    /// The folder to write to
    #[arg(value_name = "DIR")]
    to: PathBuf,
}

impl Completions {
    pub fn run(self) {
        clap_complete::generate(self.shell, &mut Cli::command(), "xunge", &mut io::stdout());
    }
}

impl Man {
    pub fn run(self) -> anyhow::Result<()> {
        let fail = || format!("can't write the manual to {}", self.to.display());
        std::fs::create_dir_all(&self.to).with_context(fail)?;
        clap_mangen::generate_to(Cli::command(), &self.to).with_context(fail)
    }
}
