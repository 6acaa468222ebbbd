//! Who calls: a bearer key, HTTP Basic with the key as password, or the page's cookie.
//! Where the operator chose to serve without keys and none was ever made, every caller is an admin.

use std::time::Duration;

use axum::http::{HeaderMap, header, request::Parts};
use headers::{
    Authorization, Cookie, HeaderMapExt,
    authorization::{Basic, Bearer},
};

use super::Problem;
use crate::{
    base::{Code, Error, Kind, Timestamp, sha256},
    ctx::Ctx,
    domain::auth::{Key, Opened, Role, Sight},
    telemetry,
    world::World,
};

/// The page's cookie: it holds the key, out of reach of scripts.
pub const COOKIE: &str = "xunge_key";

/// How long who shows a wrong secret waits for the refusal. Nobody else waits: failures are counted by no
/// address, behind which others may be.
const FAILED: Duration = Duration::from_millis(500);

/// A known caller.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The key's id, or `keyless`; stands in the change log.
    pub actor: String,
    pub role: Role,
    pub keyless: bool,
    /// What the secret opened, by its hash.
    opened: Option<(String, Opened)>,
}

impl Caller {
    fn keyless() -> Self {
        Self { actor: "keyless".to_owned(), role: Role::Admin, keyless: true, opened: None }
    }

    fn of(hash: String, opened: Opened) -> Self {
        let Key { id, role, .. } = &*opened.key;
        Self { actor: id.clone(), role: *role, keyless: false, opened: Some((hash, opened)) }
    }

    /// Whether it would be let in still.
    pub fn is_known_still(&self, ctx: &Ctx) -> bool {
        match &self.opened {
            None => ctx.is_keyless(),
            Some((hash, _)) => ctx.world().keys.find(hash, ctx.now()).is_some(),
        }
    }

    /// When it is let in no more, as far as that is known.
    pub fn until(&self, ctx: &Ctx) -> Option<Timestamp> {
        let (hash, _) = self.opened.as_ref()?;
        ctx.world().keys.find(hash, ctx.now())?.until
    }

    /// Which records it sees in this world.
    pub fn sight(&self, world: &World) -> Sight {
        let Some((_, opened)) = &self.opened else { return Sight::default() };
        if opened.key.scope.is_everything() {
            return Sight::default();
        }
        let sight = opened.key.scope.sight(&world.areas, &world.units);
        let sent = world.assignments.all().filter(|a| world.squads.get(&a.squad).is_some_and(|s| sight.sees_squad(s)));
        let sent: Vec<_> = sent.map(|a| a.incident).collect();
        sight.with_sent(sent)
    }

    /// The one squad whose key it is.
    pub fn squad(&self) -> Option<&Code> {
        self.opened.as_ref().and_then(|(_, opened)| opened.key.scope.squad.as_ref())
    }
}

/// The secret that the request shows, and how.
fn secret(headers: &HeaderMap) -> Option<(&'static str, String)> {
    if headers.contains_key(header::AUTHORIZATION) {
        let bearer = headers.typed_get::<Authorization<Bearer>>();
        let basic = || headers.typed_get::<Authorization<Basic>>();
        return bearer
            .map(|bearer| ("bearer", bearer.token().to_owned()))
            .or_else(|| basic().map(|basic| ("password", basic.password().to_owned())));
    }
    headers.typed_get::<Cookie>()?.get(COOKIE).map(|secret| ("cookie", secret.to_owned()))
}

/// The caller, if it is known.
pub async fn who(ctx: &Ctx, headers: &HeaderMap) -> Option<Caller> {
    if ctx.is_keyless() {
        return Some(Caller::keyless());
    }
    let (shown, secret) = secret(headers)?;
    log_in(ctx, &secret, shown).await
}

/// Who shows this secret. A wrong one is logged, counted and answered later.
pub async fn log_in(ctx: &Ctx, secret: &str, shown: &'static str) -> Option<Caller> {
    let hash = sha256(secret);
    let opened = ctx.world().keys.find(&hash, ctx.now()).cloned();
    if let Some(opened) = opened {
        return Some(Caller::of(hash, opened));
    }
    metrics::counter!("xunge_failed_logins_total").increment(1);
    if let Some(unsaid) = telemetry::seldom("failed log-ins") {
        tracing::warn!(unsaid, shown, "a log-in failed: the secret opens no key in force");
    }
    tokio::time::sleep(FAILED).await;
    None
}

/// The caller, who must be known.
pub(super) async fn known(parts: &Parts, ctx: &Ctx) -> Result<Caller, Problem> {
    let caller = who(ctx, &parts.headers).await;
    caller.ok_or_else(|| Error::new(Kind::Unauthorized, "no valid key was given").into())
}
