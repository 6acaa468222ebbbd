//! A call on its way in, through whichever door.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    api::Caller,
    base::{Code, Error, Kind, Result, Timestamp},
    ctx::Ctx,
    domain::{
        auth::Sight,
        calls::Call,
        incidents::{Incidents, Said, Source},
        matters::Urgency,
    },
    feature::incidents::Reporter,
    store::{self, Receipt},
};

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "id": "01957a3e-5c00-7000-8000-000000000050", "address": "behind the old school in Laxey",
    "matter": "CG-001", "description": "goods on the pavement", "reporter": { "phone": "01624 000000" } }))]
pub struct NewCall {
    /// Made by the client: sending the same call again is safe. The incident that it becomes has it as well.
    pub id: Uuid,
    /// Where it is, as it was said; at most 200 characters.
    pub address: String,
    /// Code of the area in which it is known to lie: what lies there comes first among the candidates. A key that is
    /// for one area holds calls there when this is not given.
    pub area: Option<Code>,
    /// Code of the catalogue, or `scheme:code` by which others number it (`GET /matters`).
    pub matter: Option<Code>,
    /// The matter's own when it is not given; quick without a matter.
    pub urgency: Option<Urgency>,
    pub description: Option<String>,
    /// When it rang; now when it is not given.
    pub reported_at: Option<Timestamp>,
    /// The id in the system it came from.
    pub external_id: Option<String>,
    pub reporter: Option<Reporter>,
}

impl NewCall {
    fn call(&self, ctx: &Ctx, sight: &Sight) -> Result<Call> {
        let (world, now) = (ctx.world(), ctx.now());
        let said = Said {
            id: self.id,
            matter: self.matter.clone(),
            urgency: self.urgency,
            description: self.description.clone(),
            reported_at: self.reported_at.unwrap_or(now),
            source: Source::Api,
            external_id: self.external_id.clone(),
        };
        let area = self.area.as_ref().or_else(|| sight.only_area()).cloned();
        Call::new(said, (&self.address, area), (&world.matters, &world.areas), now)
    }
}

/// Holds a call exactly once; says whether this call did. One that was taken stays taken, even if it would be refused
/// by now.
pub async fn hold(ctx: &Ctx, caller: &Caller, new: NewCall) -> Result<(Call, bool)> {
    // Under the word of incidents: neither is taken under the id of the other.
    let receipt = Receipt::of::<Incidents>(new.id, &new)?;
    let sight = caller.sight(&ctx.world());
    let held = ctx.change(&caller.actor, async |mut write| {
        if !receipt.keep(&mut write).await? {
            return Ok((write, false));
        }
        let call = new.call(ctx, &sight)?;
        check_scope(&call, &sight)?;
        let reporter = new.reporter.as_ref().map(Reporter::check).transpose()?;
        // Others came in with a file.
        if !store::calls::insert(&mut write, &call, reporter.as_ref()).await? {
            return Err(receipt.clash());
        }
        Ok((write, true))
    });
    let created = held.await?;
    let call = store::calls::get(&mut ctx.db.begin_read().await?, new.id).await?;
    let call = call.ok_or_else(|| Error::not_found("call", new.id))?;
    check_scope(&call, &sight)?;
    Ok((call, created))
}

/// Who reports knows that there is such a call.
fn check_scope(call: &Call, sight: &Sight) -> Result<()> {
    if call.is_seen(sight) {
        return Ok(());
    }
    let detail = match &call.area {
        Some(area) => format!("the call lies in {area}, out of the scope of this key"),
        None => "a call in no area is out of the scope of this key: say in which area it lies".to_owned(),
    };
    Err(Error::new(Kind::Forbidden, detail).at("area"))
}
