//! The program `xunge`; see [`xunge::cli`].

use clap::Parser;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    match xunge::cli::Cli::parse().run().await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(e) => {
            xunge::telemetry::complain(&format!("{e:#}"));
            std::process::ExitCode::FAILURE
        }
    }
}
