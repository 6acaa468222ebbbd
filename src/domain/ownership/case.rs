//! What the lists have to say to orders about a case: as they stood when it was filed.

use super::{
    Citation, Entitled, HandOver, Judgement, LikeCases, Offer, OfferedBy, Order, Ownership, OwnershipState, Precedents,
    against,
};
use crate::{
    base::{Code, Error, Result, Timestamp},
    domain::{
        lists::{List, ListKind, ListRef, Power},
        matters::Matter,
        responsibility::{Ground, Law, Outcome, Responsibility},
        units::{UnitIx, UnitKind},
    },
};

/// A case as the lists see it.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    law: Law<'a>,
    ground: Ground,
    matter: Option<&'a Matter>,
    filed_at: Timestamp,
    receiver: Option<Code>,
    entitled: Vec<Entitled>,
}

impl<'a> Case<'a> {
    pub fn new(law: Law<'a>, ground: Ground, matter: Option<&'a Matter>, filed_at: Timestamp) -> Self {
        let mut entitled = Vec::new();
        if let Some(matter) = matter {
            let on = law.on(&ground, filed_at);
            for power in Power::ALL {
                let leads = on.leads(matter, power);
                let lead = |unit: &Code, list: &List| Entitled { unit: unit.clone(), power, list: list.reference() };
                entitled.extend(leads.iter().map(|t| lead(t.lead, t.list)));
            }
        }
        let receiver = law.first_receiver(&ground, filed_at);
        Self { law, ground, matter, filed_at, receiver, entitled }
    }

    /// Who leads with which power, by which list.
    pub fn entitled(&self) -> &[Entitled] {
        &self.entitled
    }

    /// What the lists answer for the date of filing.
    pub fn answer(&self, power: Power) -> Responsibility {
        self.law.answer(&self.ground, self.matter, power, self.filed_at)
    }

    /// Departments that may be whistled for (rule 20), by which list.
    pub fn callable(&self) -> Vec<(Code, ListRef)> {
        self.matter.map_or_else(Vec::new, |matter| self.law.callable(&self.ground, matter, self.filed_at))
    }

    /// Who owns it until another has accepted it.
    pub fn first_receiver(&self) -> Option<&Code> {
        self.receiver.as_ref()
    }

    fn has(&self, unit: &Code, power: Power) -> bool {
        self.entitled.iter().any(|e| e.unit == *unit && e.power == power)
    }

    fn leads(&self, unit: &Code) -> bool {
        self.entitled.iter().any(|e| e.unit == *unit)
    }

    /// The codes of the areas over the place, as far as powers depend on them.
    fn areas(&self) -> impl Iterator<Item = &Code> {
        let Ground { overlays, township, county } = &self.ground;
        overlays.iter().chain(township).chain(county).map(|&ix| &self.law.areas.at(ix).code)
    }

    /// Whom the service asks when the case comes in; nobody where no unit serves the place.
    pub fn intake(&self, precedents: &Precedents) -> Option<Offer> {
        let answer = self.answer(Power::Penalise);
        let receiver = self.receiver.clone();
        if let Some(to) = self.precedent(precedents, answer.outcome) {
            return Some(Offer { to, receiver, by: OfferedBy::Precedent });
        }
        match &answer.leads[..] {
            [lead] => Some(Offer { to: lead.lead.clone(), receiver, by: OfferedBy::Lead }),
            _ => Some(Offer { to: receiver.clone()?, receiver, by: OfferedBy::FirstReceiver }),
        }
    }

    /// Whom a judge named for like cases, as far as the lists still bear it: who was to use a power must have it,
    /// the mere handling ends when somebody leads.
    fn precedent(&self, precedents: &Precedents, outcome: Outcome) -> Option<Code> {
        let found = precedents.find(&self.matter?.code, |area| self.areas().any(|a| a == area), self.filed_at)?;
        let bears = match found.power {
            Some(power) => self.has(&found.to, power),
            None => outcome == Outcome::NoLead,
        };
        (bears && self.unit(&found.to).is_ok()).then(|| found.to.clone())
    }

    /// The unit of that code that could have a case.
    fn unit(&self, code: &Code) -> Result<UnitIx> {
        let ix = self.law.units.index(code).ok_or_else(|| Error::invalid("act", format!("no unit {code}")))?;
        let unit = self.law.units.at(ix);
        if !unit.span.holds(self.filed_at) {
            return Err(against(5, format!("{code} was no unit when the case was filed, at {}", self.filed_at)));
        }
        match unit.kind.is_government() || unit.kind == UnitKind::VillageCoordinator {
            true => Err(against(7, format!("{code} is a {}, which never acts", unit.kind.as_str()))),
            false => Ok(ix),
        }
    }

    /// Refuses an order that the lists forbid, by the rule that it breaks. Everything else
    /// is [`Ownership::after`]'s to refuse.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn check(&self, now: Option<&Ownership>, order: &Order) -> Result<()> {
        match order {
            Order::Offer(_) => Err(against(15, "the service offers by itself: hand it over")),
            Order::Deliver | Order::Accept => Ok(()),
            Order::Return(citation) => match now.and_then(|o| o.offer.as_ref()) {
                Some(offer) => self.contradicts(citation, &offer.to),
                None => Ok(()),
            },
            Order::HandOver(HandOver { to, .. }) => {
                self.unit(to)?;
                if self.leads(to) || self.receiver.as_ref() == Some(to) {
                    return Ok(());
                }
                Err(against(
                    16,
                    format!("{to} leads by no list and is not the first receiver: {}", self.why_not(to, None)),
                ))
            }
            Order::Judge(Judgement { to, power, like_cases }) => {
                self.unit(to)?;
                if let Some(power) = *power {
                    self.may(to, power)?;
                }
                like_cases.as_ref().map_or(Ok(()), |like| self.check_like(like))
            }
            Order::Use(power) => now.map_or(Ok(()), |o| self.may(&o.owner, *power)),
        }
    }

    fn check_like(&self, LikeCases { area, until }: &LikeCases) -> Result<()> {
        if self.matter.is_none() {
            return Err(against(19, "like cases are those of one matter, and that is not known"));
        }
        if !self.areas().any(|a| a == area) {
            let known: Vec<_> = self.areas().map(Code::as_str).collect();
            return Err(against(19, format!("the case does not lie in {area}; where it lies: {}", known.join(", "))));
        }
        if *until <= self.filed_at {
            return Err(against(19, format!("{until} lies before this case was filed, at {}", self.filed_at)));
        }
        Ok(())
    }

    fn may(&self, unit: &Code, power: Power) -> Result<()> {
        if self.has(unit, power) {
            return Ok(());
        }
        let may_not = format!("nobody creates power: no list lets {unit} {} here", power.as_str());
        Err(against(18, format!("{may_not}, as {}", self.why_not(unit, Some(power)))))
    }

    /// Why a unit does not lead, as the answer about responsibility says it.
    fn why_not(&self, unit: &Code, power: Option<Power>) -> String {
        if self.matter.is_none() {
            return "the matter is not known (rule 12)".to_owned();
        }
        let answer = self.answer(power.unwrap_or(Power::Penalise));
        match answer.why_not.iter().find(|r| r.unit.as_ref() == Some(unit)) {
            Some(reason) => format!("{} (rule {})", reason.says, reason.rule),
            None => "none of its lists in force has an entry (rule 6)".to_owned(),
        }
    }

    /// Whether what is cited takes the case from the unit: it gives the power to another who leads, or takes it
    /// from this one.
    ///
    /// # Errors
    /// `Invalid` with the rule.
    fn contradicts(&self, Citation { list: code, version, power }: &Citation, unit: &Code) -> Result<()> {
        let (law, at) = (self.law, self.filed_at);
        let Some(matter) = self.matter else {
            return Err(against(12, "the matter is not known, so no entry speaks of it: name the matter first"));
        };
        let list = law.lists.version(code, *version);
        let list = list.ok_or_else(|| against(16, format!("there is no list {code} in version {version}")))?;
        if law.lists.in_force(code, at).is_none_or(|l| l.head.version != *version) {
            let why = format!("list {code} was not in force in version {version} when the case was filed, at {at}");
            return Err(against(5, why));
        }
        let cited = format!("list {code} in version {version}");
        if list.entry(matter, *power, at).is_none() {
            return Err(against(6, format!("{cited} has no entry to {} over {}", power.as_str(), matter.code)));
        }
        match list.head.kind {
            ListKind::TakenBack => {
                let line = law.units.index(unit).map(|ix| law.units.line(ix).collect::<Vec<_>>()).unwrap_or_default();
                let own = line.iter().any(|&ix| law.units.at(ix).code == list.head.unit);
                // What is taken back above the unit whose list gives it leaves that as it was.
                match own && !self.has(unit, *power) {
                    true => Ok(()),
                    false => Err(against(8, format!("{cited} takes it from {}, not from {unit}", list.head.unit))),
                }
            }
            ListKind::Cooperating => Err(against(9, format!("{cited} only says who helps"))),
            ListKind::Guide | ListKind::Whistle => Err(against(7, format!("{cited} alone gives nothing"))),
            ListKind::Basic | ListKind::Delegation | ListKind::Inspection | ListKind::Temporary => {
                let given = law.given(&self.ground, list, matter, *power, at);
                let grant = given.map_err(|r| against(r.rule, format!("{cited} gives nothing here: {}", r.says)))?;
                if grant.lead == *unit {
                    return Err(against(16, format!("{cited} gives it to {unit} itself")));
                }
                if self.has(unit, *power) && !self.has(&grant.lead, *power) {
                    let why = format!("{unit} leads, and while it does {} by {cited} does not", grant.lead);
                    return Err(against(11, why));
                }
                Ok(())
            }
        }
    }

    /// Every citation by which a unit could return it.
    fn citations(&self, unit: &Code) -> Vec<Citation> {
        let mut found = Vec::new();
        for power in Power::ALL {
            for list in self.law.lists.all_in_force(self.filed_at) {
                let head = &list.head;
                let citation = Citation { list: head.list.clone(), version: head.version, power };
                if self.contradicts(&citation, unit).is_ok() {
                    found.push(citation);
                }
            }
        }
        found
    }

    /// What may be ordered: for each choice an order of its own. Who handles where nobody leads, a judge may say of
    /// others as well.
    pub fn next(&self, now: Option<&Ownership>) -> Vec<Order> {
        use OwnershipState as S;
        let leads = self.entitled.iter().map(|e| &e.unit).chain(&self.receiver);
        let mut candidates: Vec<&Code> = Vec::new();
        for unit in leads {
            if !candidates.contains(&unit) && self.unit(unit).is_ok() {
                candidates.push(unit);
            }
        }
        let hand_over = |to: &&Code| Order::HandOver(HandOver { to: (*to).clone(), by_hand: false });
        let Some(o) = now else { return candidates.iter().map(hand_over).collect() };
        let mut next = Vec::new();
        if let Some(offer) = &o.offer {
            next.extend((offer.delivered_at.is_none()).then_some(Order::Deliver));
            next.push(Order::Accept);
            next.extend(self.citations(&offer.to).into_iter().map(Order::Return));
        }
        if o.state == S::Disputed {
            let judge = |to: &Code, power| Order::Judge(Judgement { to: to.clone(), power, like_cases: None });
            next.extend(self.entitled.iter().map(|e| judge(&e.unit, Some(e.power))));
            next.extend(candidates.iter().map(|to| judge(to, None)));
        } else {
            let owns = matches!(o.state, S::Accepted | S::Judged);
            let asked = o.offer.as_ref().map(|offer| &offer.to);
            candidates.retain(|&to| Some(to) != asked && !(owns && *to == o.owner));
            next.extend(candidates.iter().map(hand_over));
        }
        next.extend(Power::ALL.into_iter().filter(|p| self.has(&o.owner, *p)).map(Order::Use));
        next
    }
}
