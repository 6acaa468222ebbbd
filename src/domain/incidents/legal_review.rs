//! Legal review (法制审核) of a case before it is concluded: wanted by its matter or by hand, recorded with its result.
//! What was reviewed stands in the case system.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Incident, decision::Said};
use crate::{
    base::{Timestamp, words},
    domain::matters::Matters,
};

words! {
    /// What a legal review came to.
    ReviewResult {
        Approved = "approved",
        /// It goes back to be handled.
        Rejected = "rejected",
    }
}

/// The legal review of a case, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LegalReview {
    /// Null while it is waited for, also once what was approved was handled anew.
    pub result: Option<ReviewResult>,
    /// When it was wanted, or reviewed.
    pub at: Timestamp,
    /// Who wanted it, or reviewed: a key's id, `keyless` or `command line`.
    pub actor: String,
    pub remarks: Option<String>,
    /// Of the case's history.
    pub action: Uuid,
}

impl LegalReview {
    pub(super) fn said(result: Option<ReviewResult>, said: Said) -> Box<Self> {
        let Said { action, at, actor, reason } = said;
        Box::new(Self { result, at, actor: actor.to_owned(), remarks: reason.map(str::to_owned), action })
    }
}

/// Whether a case lacks its review, where its matter wants one or not.
pub(super) fn is_lacking(review: Option<&LegalReview>, by_matter: bool) -> bool {
    review.map_or(by_matter, |review| review.result != Some(ReviewResult::Approved))
}

impl Incident {
    /// It can't be closed before it was reviewed.
    pub fn lacks_review(&self, matters: &Matters) -> bool {
        let by_matter = self.matters().any(|code| matters.get(code).is_some_and(|m| m.legal_review));
        !self.status.is_ended() && is_lacking(self.legal_review.as_deref(), by_matter)
    }
}
