//! What who takes over remarks, case by case.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::OpenThings;
use crate::base::{Error, Result, at_most};

const REMARK_MAX: usize = 1_000;
const REMARKS_MAX: usize = 500;

/// What who takes over remarks on a case; it stands in the case's history as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseRemark {
    pub incident: Uuid,
    /// At most 1000 characters.
    pub remark: String,
}

/// Refuses remarks on what was not handed over, twice on one case, and empty ones.
pub fn check_remarks(remarks: &[CaseRemark], open: &OpenThings) -> Result<()> {
    let bad = |n: usize, why: String| Err(Error::invalid(format!("remarks.{n}"), why));
    if remarks.len() > REMARKS_MAX {
        return Err(Error::invalid("remarks", format!("{} are more than {REMARKS_MAX}", remarks.len())));
    }
    for (n, CaseRemark { incident, remark }) in remarks.iter().enumerate() {
        if !open.incidents.iter().any(|case| case.id == *incident) {
            return bad(n, format!("incident {incident} was not handed over"));
        }
        if remarks[..n].iter().any(|other| other.incident == *incident) {
            return bad(n, format!("incident {incident} is remarked on twice"));
        }
        if remark.trim().is_empty() {
            return bad(n, "is empty".to_owned());
        }
        at_most(&format!("remarks.{n}"), Some(remark), REMARK_MAX)?;
    }
    Ok(())
}
