//! What callers may do: a closed list of rights, and roles as named sets of them. `docs/rights.md` has
//! both as tables, which a test holds against this file.

use crate::base::words;

words! {
    /// What a route asks of its caller; the contract says it of each as `x-right`.
    Right {
        /// Everything but personal data.
        Read = "read",
        /// Who reported an incident; each reading is logged.
        ReadPersonal = "read_personal",
        /// Incidents.
        Report = "report",
        /// Writes into the history of a case, and changes nothing else.
        Remark = "remark",
        /// Ends on the spot what needs no squad (村社纠正), passes it on.
        Correct = "correct",
        /// Where squads are, whether they are free, and how far they got.
        Position = "position",
        /// Sends squads, and brings cases into any other state.
        Dispatch = "dispatch",
        /// Decides whose a case is that was returned again.
        Judge = "judge",
        /// Answers whistles for a department.
        Duty = "duty",
        /// Makes and edits plans of zones.
        Plan = "plan",
        /// Puts plans in force.
        Publish = "publish",
        /// Closures, delays, slow hours, and the arrivals that they are judged by.
        Roads = "roads",
        /// What everything else stands on: squads, and how travel times are calibrated.
        Catalogue = "catalogue",
        /// The change log.
        Audit = "audit",
        /// What runs the service itself.
        Admin = "admin",
    }
}

words! {
    /// A named set of rights.
    Role {
        Viewer = "viewer",
        /// 网格员: reports what is seen, and corrects it on the spot.
        GridWorker = "grid_worker",
        /// A squad on its way: only what is its own.
        Field = "field",
        /// The command centre.
        Dispatcher = "dispatcher",
        /// 政府法制机构: decides whose a case is that units return to each other.
        Judge = "judge",
        /// 值班员 of a department: hears whistles and says when somebody is there.
        DutyOfficer = "duty_officer",
        Planner = "planner",
        /// 督查: reads everything but personal data, the log too, and remarks.
        Supervisor = "supervisor",
        /// Reads the log, writes nothing.
        Auditor = "auditor",
        Admin = "admin",
    }
}

impl Right {
    pub const ALL: [Self; 15] = [
        Self::Read,
        Self::ReadPersonal,
        Self::Report,
        Self::Remark,
        Self::Correct,
        Self::Position,
        Self::Dispatch,
        Self::Judge,
        Self::Duty,
        Self::Plan,
        Self::Publish,
        Self::Roads,
        Self::Catalogue,
        Self::Audit,
        Self::Admin,
    ];
}

impl Role {
    pub const ALL: [Self; 10] = [
        Self::Viewer,
        Self::GridWorker,
        Self::Field,
        Self::Dispatcher,
        Self::Judge,
        Self::DutyOfficer,
        Self::Planner,
        Self::Supervisor,
        Self::Auditor,
        Self::Admin,
    ];

    /// In the order of [`Right::ALL`].
    pub fn rights(self) -> &'static [Right] {
        use Right as R;
        match self {
            Self::Viewer => &[R::Read],
            Self::GridWorker => &[R::Read, R::Report, R::Remark, R::Correct],
            Self::Field => &[R::Read, R::Position],
            Self::Dispatcher => &[
                R::Read,
                R::ReadPersonal,
                R::Report,
                R::Remark,
                R::Correct,
                R::Position,
                R::Dispatch,
                R::Duty,
                R::Roads,
            ],
            Self::Judge => &[R::Read, R::Judge],
            Self::DutyOfficer => &[R::Read, R::Duty],
            Self::Planner => &[R::Read, R::Plan, R::Publish, R::Roads],
            Self::Supervisor => &[R::Read, R::Remark, R::Audit],
            Self::Auditor => &[R::Read, R::Audit],
            Self::Admin => &Right::ALL,
        }
    }

    /// The one decision: whether who has this role may do what needs `right`.
    pub fn may(self, right: Right) -> bool {
        self.rights().contains(&right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_all_are_whole() {
        assert_eq!(Right::ALL.map(Right::as_str).to_vec(), Right::WORDS);
        assert_eq!(Role::ALL.map(Role::as_str).to_vec(), Role::WORDS);
    }

    #[test]
    fn everybody_reads_and_rights_stand_in_their_order() {
        for role in Role::ALL {
            let rights = role.rights();
            let ordered: Vec<_> = Right::ALL.into_iter().filter(|r| rights.contains(r)).collect();
            assert_eq!(ordered, rights, "{}", role.as_str());
            assert!(role.may(Right::Read), "{}", role.as_str());
        }
        assert!(Right::ALL.iter().all(|right| Role::Admin.may(*right)));
    }
}
