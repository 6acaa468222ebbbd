//! What had to be rectified by a day and what the visits saw; what the legal review came to.

use super::Page;
use crate::domain::incidents::{RectificationOrder, Revisit};

impl Page<'_> {
    /// Where one was wanted, or made.
    pub(super) fn review(&self) -> Option<String> {
        let (t, incident) = (self.t, &self.dossier.incident);
        let review = incident.incident().legal_review.as_deref();
        let result = review.and_then(|review| Some((review.result?, review)));
        match result {
            Some((result, review)) => {
                let remarks = review.remarks.as_ref().map(|said| format!(": {said}")).unwrap_or_default();
                let said = format!("{}, {}, {}", self.word(result.as_str()), self.time(review.at), review.actor);
                Some(said + &remarks)
            }
            None => (incident.lacks_review() || review.is_some()).then(|| t.say("waited for", "待审核")),
        }
    }

    pub(super) fn ordered(&self, order: &RectificationOrder) -> String {
        let t = self.t;
        let by = t.pick("ordered to be rectified by", "责令限期整改，期限");
        format!("{by} {}{}{}", order.by, t.pick(": ", "："), order.what)
    }

    pub(super) fn revisit(&self, revisit: &Revisit) -> String {
        let t = self.t;
        let result = self.word(revisit.result.as_str()).replace('_', " ");
        let by = revisit.by.map(|by| format!("{} {by}", t.pick(", by another day:", "，改期至")));
        format!("{}{result}{}", t.pick("visited again: ", "复查："), by.unwrap_or_default())
    }

    pub(super) fn rectifications(&mut self) {
        let rows = self.dossier.rectifications.iter().map(|r| {
            let result = r.result.map(|result| self.word(result.as_str()).replace('_', " "));
            vec![
                self.time(r.ordered_at),
                r.what.clone(),
                r.by.to_string(),
                self.maybe(r.visited_at),
                result.unwrap_or_else(|| "–".to_owned()),
                r.remarks.clone().unwrap_or_default(),
                self.late(r.late).to_owned(),
            ]
        });
        let rows: Vec<_> = rows.collect();
        let head = [
            ["Ordered", "责令时间"],
            ["What", "整改内容"],
            ["By", "整改期限"],
            ["Visited", "复查时间"],
            ["Result", "复查结果"],
            ["Remarks", "复查意见"],
            ["", "时限"],
        ];
        if !rows.is_empty() {
            self.table(["Orders to rectify", "限期整改与复查"], &head, rows);
        }
    }
}
