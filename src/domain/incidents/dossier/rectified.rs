//! Which days were named by which something had to be rectified, and what the visits saw.

use jiff::civil::Date;
use serde::Serialize;

use crate::{
    base::Timestamp,
    domain::incidents::{Act, History, RevisitResult},
};

/// That something had to be rectified by a day, and what the visit saw.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RectificationTold {
    pub what: String,
    #[schema(value_type = String, format = Date)]
    pub by: Date,
    pub due_at: Timestamp,
    /// When the day was named: by the order, or by a visit that gave another one.
    pub ordered_at: Timestamp,
    pub ordered_by: String,
    /// Null where nobody was there.
    pub visited_at: Option<Timestamp>,
    pub visited_by: Option<String>,
    pub result: Option<RevisitResult>,
    pub remarks: Option<String>,
    /// The visit came after the day; null while there is time left.
    pub late: Option<bool>,
}

impl History {
    /// What had to be rectified, each day that was named.
    pub fn rectifications(&self, now: Timestamp) -> Vec<RectificationTold> {
        let mut told: Vec<RectificationTold> = Vec::new();
        for action in &self.actions {
            let named = match &action.act {
                Act::OrderRectification(order) => Some((order.what.clone(), Some(order.by), order.due_at)),
                Act::Revisit(revisit) => told.last_mut().map(|last| {
                    last.visited_at = Some(action.at);
                    last.visited_by = Some(action.actor.clone());
                    last.result = Some(revisit.result);
                    last.remarks.clone_from(&action.reason);
                    last.late = Some(action.at >= last.due_at);
                    (last.what.clone(), revisit.by, revisit.due_at)
                }),
                _ => None,
            };
            if let Some((what, Some(by), Some(due_at))) = named {
                told.push(RectificationTold {
                    what,
                    by,
                    due_at,
                    ordered_at: action.at,
                    ordered_by: action.actor.clone(),
                    visited_at: None,
                    visited_by: None,
                    result: None,
                    remarks: None,
                    late: (now >= due_at).then_some(true),
                });
            }
        }
        told
    }
}
