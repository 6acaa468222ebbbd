//! `xunge serve`.

use std::net::SocketAddr;

use anyhow::{Context, bail};
use clap::Args;
use tokio::net::TcpListener;

use super::{Place, now, seed};
use crate::{base::Clock, config::Config, ctx::Ctx, server, telemetry};

#[derive(Debug, Args)]
pub struct Serve {
    /// Where to listen; without any key only loopback addresses are allowed
    #[arg(long, env = "XUNGE_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDR:PORT")]
    listen: SocketAddr,
    /// Start with nothing instead of the bundled county
    #[arg(long)]
    empty: bool,
    /// Log one JSON object a line
    #[arg(long, env = "XUNGE_LOG_JSON")]
    log_json: bool,
    #[command(flatten)]
    place: Place,
}

impl Serve {
    pub async fn run(self) -> anyhow::Result<()> {
        telemetry::logs(self.log_json);
        let db = self.place.open().await?;
        if !self.empty {
            seed::if_new(&db, &self.place.data, now()).await?;
        }
        let config = Config { loopback: self.listen.ip().is_loopback(), ..Config::default() };
        let ctx = Ctx::open(db, self.place.data.clone(), config, Clock::System).await?;
        if !self.listen.ip().is_loopback() && ctx.world().keys.is_empty() {
            bail!(
                "{} can be reached from other machines and no key protects it: make one with `xunge keys add`, or listen on 127.0.0.1",
                self.listen
            );
        }
        let listener =
            TcpListener::bind(self.listen).await.with_context(|| format!("can't listen on {}", self.listen))?;
        println!("Xunge is at http://{}/  (data in {})", listener.local_addr()?, self.place.data.display());
        server::serve(ctx, listener, telemetry::metrics(), stopped()).await
    }
}

/// Ends on Ctrl-C or SIGTERM.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
