//! `xunge serve`.

use std::net::SocketAddr;

use anyhow::{Context, bail};
use clap::{Args, builder::FalseyValueParser};
use tokio::net::TcpListener;

use super::{ACTOR, Place, now, open, powers, seed};
use crate::{
    base::Clock, config::Settings, ctx::Ctx, domain::auth::Keys, feature::ownership, server, store,
    store::basemap::Key, telemetry,
};

#[derive(Debug, Args)]
pub struct Serve {
    /// Start with nothing instead of the bundled county
    #[arg(long)]
    empty: bool,
    #[command(flatten)]
    options: Options,
}

/// What a flag or variable says in the place of a file.
#[derive(Debug, Args)]
pub struct Options {
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, env = "XUNGE_LISTEN", value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// Log one JSON object a line
    #[arg(long, env = "XUNGE_LOG_JSON", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_parser = FalseyValueParser::new(), value_name = "BOOL")]
    log_json: Option<bool>,
    /// Serve without keys as long as none was ever made: everybody on this machine is admin
    #[arg(long, env = "XUNGE_KEYLESS", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_parser = FalseyValueParser::new(), value_name = "BOOL")]
    keyless: Option<bool>,
    #[command(flatten)]
    place: Place,
}

impl Options {
    fn settings(&self) -> anyhow::Result<Settings> {
        let mut settings = self.place.settings()?;
        let server = &mut settings.server;
        server.listen = self.listen.unwrap_or(server.listen);
        server.log_json = self.log_json.unwrap_or(server.log_json);
        server.keyless = self.keyless.unwrap_or(server.keyless);
        settings.map.key = Key(std::env::var("XUNGE_MAP_KEY").unwrap_or_default());
        Ok(settings)
    }

    pub fn print(&self) -> anyhow::Result<()> {
        print!("{}", self.settings()?.to_toml()?);
        Ok(())
    }
}

impl Serve {
    pub async fn run(self) -> anyhow::Result<()> {
        let settings = self.options.settings()?;
        let (listen, data) = (settings.server.listen, settings.store.data.clone());
        telemetry::logs(settings.server.log_json);
        let db = open(&settings.store).await?;
        let keys = store::auth::load(&mut db.begin_read().await?).await?;
        check_keys(&keys, &settings)?;
        store::roads::sweep(&data);
        let seeded = !self.empty && seed::if_new(&db, &data, now()).await?;
        if !seeded {
            seed::renew(&db, &data, now()).await?;
            powers::hint(&db).await?;
        }
        match ownership::adopt(&db, ACTOR, now()).await? {
            0 => {}
            n => eprintln!("{n} open incidents came to units that own them"),
        }
        let ctx = Ctx::open(db, data.clone(), settings, Clock::System).await?;
        let listener = TcpListener::bind(listen).await.with_context(|| format!("can't listen on {listen}"))?;
        println!("Xunge is at http://{}/  (data in {})", listener.local_addr()?, data.display());
        server::serve(ctx, listener, telemetry::metrics(), stopped()).await
    }
}

/// Without a key nothing is served, unless that was chosen, for this machine alone, and no key was ever
/// made.
fn check_keys(keys: &Keys, settings: &Settings) -> anyhow::Result<()> {
    const FIRST: &str = "make one with `xunge keys add --role admin --name NAME` on the same --data or --database";
    let listen = settings.server.listen;
    if !keys.is_locked(now()) {
        Ok(())
    } else if !keys.none_ever() {
        bail!("every key was revoked or has expired, so nobody may call: {FIRST}")
    } else if !settings.server.keyless {
        bail!("no key protects this service: {FIRST}; or serve this machine alone without keys: --keyless")
    } else if !listen.ip().is_loopback() {
        bail!("{listen} can be reached from other machines and no key protects it: {FIRST}, or listen on 127.0.0.1")
    } else {
        tracing::warn!(
            "served without keys: whoever reaches {listen} on this machine is admin; never put a proxy before it"
        );
        Ok(())
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
