//! The loop of townships (domain rule 5), there from the start. Some steps may be left out: sending somebody accepts
//! a report, not every case is filed.

use std::sync::{Arc, LazyLock};

use super::{CaseProfile, CaseState, Need, Transition};
use crate::{
    base::Code,
    domain::{auth::Right, incidents::IncidentStatus},
};

pub(super) const NAME: &str = "township";

/// Each state with what it is called and what may follow.
const LOOP: [(IncidentStatus, &str, &str, &[IncidentStatus]); 15] = {
    use IncidentStatus::*;
    [
        (Discovered, "discovered", "发现", &[VillageCorrected, Reported, Void]),
        (VillageCorrected, "corrected by the village", "村社纠正", &[Closed, Reported]),
        (Reported, "reported", "上报", &[Accepted, Dispatched, Returned, Transferred, Void]),
        (Accepted, "accepted", "受理", &[Filed, Dispatched, Returned, Transferred, Void]),
        (Filed, "filed", "立案", &[Dispatched, Returned, Transferred, Void]),
        (Dispatched, "dispatched", "派遣", &[Arrived, Accepted, Transferred, Void]),
        (Arrived, "arrived", "到场", &[Handled, Dispatched, Transferred, Void]),
        (Handled, "handled", "处置", &[FedBack, Dispatched]),
        (FedBack, "fed back", "反馈", &[Verified, Dispatched]),
        (Verified, "verified", "核查", &[Closed, Dispatched]),
        (Closed, "closed", "结案", &[Rated, Accepted]),
        (Rated, "rated", "评价", &[Accepted]),
        (Returned, "returned", "退回", &[Accepted, Transferred, Void]),
        (Transferred, "transferred", "移送", &[Accepted]),
        (Void, "void", "作废", &[]),
    ]
};

/// The village corrects and passes on, all else is the command centre's.
fn right(to: IncidentStatus) -> Right {
    use IncidentStatus::{Reported, VillageCorrected};
    if matches!(to, VillageCorrected | Reported) { Right::Correct } else { Right::Dispatch }
}

/// What is ended is opened again for a reason.
fn needs(from: IncidentStatus, to: IncidentStatus) -> Vec<Need> {
    use IncidentStatus::{Accepted, Returned, Transferred, Void};
    let reasoned = matches!(to, Returned | Transferred | Void) || (from.is_ended() && to == Accepted);
    reasoned.then_some(Need::Reason).into_iter().collect()
}

static TOWNSHIP: LazyLock<Arc<CaseProfile>> = LazyLock::new(|| {
    let state = |(marks, name, name_zh, _): &(IncidentStatus, &str, &str, _)| CaseState {
        state: marks.state(),
        name: (*name).to_owned(),
        name_zh: Some((*name_zh).to_owned()),
        marks: *marks,
    };
    let transitions = LOOP.iter().flat_map(|(from, _, _, next)| {
        next.iter().map(|to| Transition {
            from: from.state(),
            to: to.state(),
            name: None,
            name_zh: None,
            right: right(*to),
            needs: needs(*from, *to),
        })
    });
    Arc::new(CaseProfile {
        profile: code(NAME),
        version: 1,
        name: "Township loop".to_owned(),
        name_zh: Some("镇街闭环".to_owned()),
        source: None,
        new_cases: Vec::new(),
        states: LOOP.iter().map(state).collect(),
        transitions: transitions.collect(),
    })
});

impl CaseProfile {
    /// The loop of townships as it came with the program: of all cases that say nothing else.
    pub fn township() -> &'static Arc<Self> {
        &TOWNSHIP
    }
}

impl IncidentStatus {
    /// The state of the township loop that is called so.
    pub fn state(self) -> Code {
        code(self.as_str())
    }
}

fn code(word: &str) -> Code {
    Code::new(word).expect("words are codes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loop_is_a_profile_whose_states_are_what_they_mark() {
        let township = CaseProfile::township();
        assert_eq!(township.check(), Ok(()));
        let mut states: Vec<_> = township.states.iter().map(|s| s.state.as_str()).collect();
        // Which no state marks.
        states.push(IncidentStatus::Merged.as_str());
        assert_eq!(states, IncidentStatus::WORDS);
        assert!(township.states.iter().all(|s| s.state.as_str() == s.marks.as_str()));
    }
}
