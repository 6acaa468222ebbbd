//! The program `xunge`; see [`xunge::cli`].

use clap::Parser;

/// Gives back what a crowd of clients took once they are gone; how soon: `.cargo/config.toml`.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

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
