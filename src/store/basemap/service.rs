//! A map service that has tiles as pictures. The program asks it, so that browsers ask nobody else, and see no key.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{sync::Semaphore, time::timeout};
use ureq::{
    Agent,
    tls::{Certificate, RootCerts, TlsConfig},
};

use super::{About, TileAddress, TileFormat};
use crate::{
    base::{Error, Result},
    kernel::tile::Tile,
};

/// Map services answer within this or are of no use to a map.
const ANSWER_S: u64 = 5;
/// So many are asked for at once; others wait as long.
const AT_ONCE: usize = 16;
const TILE_MAX_BYTES: u64 = 2 << 20;
const DEEPEST: u8 = 18;

/// The service, and how it is asked.
#[derive(Debug)]
pub struct MapService {
    address: TileAddress,
    key: Key,
    agent: Agent,
    turns: Arc<Semaphore>,
}

/// What opens the service; shown nowhere.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Key(pub String);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl MapService {
    /// # Errors
    /// `Invalid` where a key is wanted and none given.
    pub fn new(address: TileAddress, key: Key) -> Result<Self> {
        if address.needs_key() && key.0.is_empty() {
            return Err(Error::invalid("map.base", format!("{address} needs a key, which XUNGE_MAP_KEY has to say")));
        }
        Ok(Self { address, key, agent: agent(), turns: Arc::new(Semaphore::new(AT_ONCE)) })
    }

    pub fn about(attribution: &str) -> About {
        let attribution = Some(attribution.to_owned()).filter(|said| !said.is_empty());
        let (format, vector_layers) = (TileFormat::Png, Vec::new());
        About { format, is_packed: false, minzoom: 0, maxzoom: DEEPEST, bounds: None, attribution, vector_layers }
    }

    /// # Errors
    /// `Unavailable`, without the address, where no picture comes.
    pub async fn tile(&self, tile: Tile) -> Result<Option<Bytes>> {
        let turn = timeout(Duration::from_secs(ANSWER_S), Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(failed("is asked for too much")) };
        let (agent, uri) = (self.agent.clone(), self.address.of(tile.zxy(), &self.key.0));
        let asked = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            ask(&agent, &uri)
        });
        asked.await.map_err(Error::internal)?
    }
}

fn agent() -> Agent {
    let roots = rustls_native_certs::load_native_certs().certs;
    let roots: Vec<_> = roots.iter().map(|cert| Certificate::from_der(cert).to_owned()).collect();
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    // Led elsewhere, it would take the key along.
    let agent = Agent::config_builder().tls_config(tls).max_redirects(0).http_status_as_error(false);
    agent.timeout_global(Some(Duration::from_secs(ANSWER_S))).build().new_agent()
}

fn ask(agent: &Agent, uri: &str) -> Result<Option<Bytes>> {
    let mut answer = agent.get(uri).header("accept", "image/*").call().map_err(|e| failed(&told(&e)))?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(TILE_MAX_BYTES).read_to_vec().map_err(|e| failed(&told(&e)))?;
    match status {
        204 | 404 => Ok(None),
        200 if TileFormat::of_picture(&body).is_some() => Ok(Some(body.into())),
        200 => Err(failed("answers with what is no picture (PNG, JPEG or WebP)")),
        _ => Err(failed(&format!("answers {status}"))),
    }
}

fn failed(what: &str) -> Error {
    Error::unavailable(format!("the map service of map.base {what}"))
}

/// What went wrong, without the address that it names.
fn told(e: &ureq::Error) -> String {
    match e {
        ureq::Error::Timeout(_) => format!("gives no answer within {ANSWER_S} s"),
        ureq::Error::HostNotFound => "is at a host that is not known".to_owned(),
        ureq::Error::ConnectionFailed => "can't be reached".to_owned(),
        ureq::Error::Io(e) => format!("can't be reached: {}", e.kind()),
        ureq::Error::Rustls(e) => format!("can't be trusted: {e}"),
        ureq::Error::BodyExceedsLimit(n) => format!("has a tile of more than {n} bytes"),
        _ => "can't be asked".to_owned(),
    }
}
