//! Collections: every layer is one, and so are the zones of each draft, which map clients can edit.

use std::borrow::Cow;

use uuid::Uuid;

use crate::{
    base::{Error, Result},
    ctx::Ctx,
    domain::zones::{Plan, PlanState},
    feature::layers::Layer,
};

/// How the name of a draft's zones begins; the plan's id follows.
const OF_DRAFT: &str = "zones_of_";

#[derive(Debug, Clone)]
pub struct Collection {
    pub id: String,
    pub title: String,
    pub title_zh: String,
    pub description: Cow<'static, str>,
    pub layer: Layer,
    /// The draft whose zones these are.
    pub draft: Option<Uuid>,
}

impl From<Layer> for Collection {
    fn from(layer: Layer) -> Self {
        let words = layer.words();
        Self {
            id: layer.as_str().to_owned(),
            title: words.title.to_owned(),
            title_zh: words.title_zh.to_owned(),
            description: words.description.into(),
            layer,
            draft: None,
        }
    }
}

impl Collection {
    fn of(draft: &Plan) -> Self {
        let head = &draft.head;
        Self {
            id: format!("{OF_DRAFT}{}", head.id),
            title: format!("Patrol zones of the draft {}", head.name),
            title_zh: format!("草案“{}”的巡区", head.name_zh.as_ref().unwrap_or(&head.name)),
            description: "patrol zones of a draft; who may plan changes, adds and removes them here".into(),
            layer: Layer::Zones,
            draft: Some(head.id),
        }
    }

    /// Every layer, then the drafts.
    pub fn all(ctx: &Ctx) -> Vec<Self> {
        let zones = &ctx.world().zones;
        let drafts = zones.plans().filter(|plan| plan.head.state == PlanState::Draft);
        Layer::ALL.into_iter().map(Self::from).chain(drafts.map(|plan| Self::of(plan))).collect()
    }

    /// The one that a path names.
    ///
    /// # Errors
    /// `NotFound`, also for the zones of a plan that is no draft any more.
    pub fn named(ctx: &Ctx, name: &str) -> Result<Self> {
        if let Ok(layer) = name.parse::<Layer>() {
            return Ok(layer.into());
        }
        let unknown = || Error::not_found("collection", name);
        let id: Uuid = name.strip_prefix(OF_DRAFT).and_then(|id| id.parse().ok()).ok_or_else(unknown)?;
        let world = ctx.world();
        let plan = world.zones.plan(&id).filter(|plan| plan.head.state == PlanState::Draft);
        plan.map(|plan| Self::of(plan)).ok_or_else(unknown)
    }
}
