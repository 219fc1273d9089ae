//! What policies reach, and which statements and items of them do nothing.

use super::compile::Compiled;
use super::goal::{Answer, Request, any, ask};
use super::{Policies, Region};
use crate::aws::document::Effect;
use crate::pattern::relate::{Escape, escape};

/// A request of a region that policies allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The index of the statement that allows it.
    pub statement: usize,
    /// The request.
    pub request: Request,
}

/// Which list of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// `Action` or `NotAction`.
    Action,
    /// `Resource` or `NotResource`.
    Resource,
}

/// An item of a list that another one makes needless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covered {
    /// The index of the item.
    pub item: usize,
    /// The index of the item that matches all it does.
    pub by: usize,
    /// Whether they match exactly the same.
    pub same: bool,
}

/// Ways through caps that are looked at for one statement.
const WAYS: usize = 1_000;

impl Policies {
    fn with(&self, effect: Effect) -> impl Iterator<Item = (usize, &Compiled)> {
        self.statements.iter().enumerate().filter(move |(_, s)| s.effect == Some(effect))
    }

    /// What may deny: statements whose effect is not known may, too.
    fn denies(&self) -> Vec<(usize, &Compiled)> {
        self.statements.iter().enumerate().filter(|(_, s)| s.effect != Some(Effect::Allow)).collect()
    }

    /// A request of the region that the policies allow, every Deny honoured: the first
    /// statement that allows one.
    #[must_use]
    pub fn reach(&self, region: &Region) -> Answer<Reached> {
        let denies: Vec<&Compiled> = self.denies().into_iter().map(|(_, s)| s).collect();
        let mut undecided = false;
        for (statement, allow) in self.with(Effect::Allow) {
            match ask(&self.names, &[&region.statement, allow], &denies) {
                Answer::Yes(request) => return Answer::Yes(Reached { statement, request }),
                Answer::No => {}
                Answer::Undecided => undecided = true,
            }
        }
        if undecided { Answer::Undecided } else { Answer::No }
    }

    /// A request of the region that this statement allows and no Deny refuses.
    #[must_use]
    pub fn reach_by(&self, statement: usize, region: &Region) -> Answer<Request> {
        match self.statements.get(statement) {
            Some(allow) if allow.effect == Some(Effect::Allow) => {
                let denies: Vec<&Compiled> = self.denies().into_iter().map(|(_, s)| s).collect();
                ask(&self.names, &[&region.statement, allow], &denies)
            }
            _ => Answer::No,
        }
    }

    /// Whether an Allow statement allows nothing because Deny statements refuse all of it;
    /// yes comes with these, none of which can be left out. A statement that matches
    /// nothing at all is dead by none.
    #[must_use]
    pub fn dead(&self, statement: usize) -> Answer<Vec<usize>> {
        match self.statements.get(statement) {
            Some(own) if own.effect == Some(Effect::Allow) => {
                self.covered(own, &self.with(Effect::Deny).collect::<Vec<_>>(), &[])
            }
            _ => Answer::No,
        }
    }

    /// A request that this statement allows, that for each cap (a permissions boundary, a
    /// level of service control policies) one of its statements allows too, and that none of
    /// these denies refuses.
    #[must_use]
    pub fn passes(&self, statement: usize, caps: &[Vec<usize>], denies: &[usize]) -> Answer<Request> {
        let Some(own) = self.statements.get(statement) else { return Answer::No };
        let denies: Vec<&Compiled> = denies.iter().filter_map(|index| self.statements.get(*index)).collect();
        let mut undecided = false;
        let mut ways: Vec<Vec<&Compiled>> = vec![vec![own]];
        for cap in caps {
            let mut further = Vec::new();
            for (way, allow) in ways.iter().flat_map(|way| cap.iter().map(move |allow| (way, allow))) {
                let Some(allow) = self.statements.get(*allow) else { continue };
                let way: Vec<&Compiled> = way.iter().copied().chain([allow]).collect();
                match any(&self.names, &way, &[]) {
                    Answer::Yes(()) => further.push(way),
                    Answer::No => {}
                    Answer::Undecided => undecided = true,
                }
                if further.len() > WAYS {
                    return Answer::Undecided;
                }
            }
            ways = further;
        }
        for way in ways {
            match ask(&self.names, &way, &denies) {
                Answer::Yes(request) => return Answer::Yes(request),
                Answer::No => {}
                Answer::Undecided => undecided = true,
            }
        }
        if undecided { Answer::Undecided } else { Answer::No }
    }

    /// Whether the policies decide every request the same without this statement, and
    /// because of which others. A dead Allow counts as redundant by the Denies.
    #[must_use]
    pub fn redundant(&self, statement: usize) -> Answer<Vec<usize>> {
        let Some(own) = self.statements.get(statement) else { return Answer::No };
        let others = |effect| self.with(effect).filter(|(index, _)| *index != statement).collect::<Vec<_>>();
        match own.effect {
            Some(Effect::Allow) => self.covered(own, &others(Effect::Allow), &others(Effect::Deny)),
            Some(Effect::Deny) => self.covered(own, &others(Effect::Deny), &[]),
            None => Answer::No,
        }
    }

    /// Whether `own` matches only what others match: one of `first` alone if possible, else
    /// as few of all as leave nothing out.
    fn covered(&self, own: &Compiled, first: &[(usize, &Compiled)], more: &[(usize, &Compiled)]) -> Answer<Vec<usize>> {
        let ask = |of: &[(usize, &Compiled)]| {
            let neg: Vec<&Compiled> = of.iter().map(|(_, s)| *s).collect();
            any(&self.names, &[own], &neg)
        };
        let mut all: Vec<_> = first.iter().chain(more).copied().collect();
        match ask(&all) {
            Answer::Yes(()) => return Answer::No,
            Answer::Undecided => return Answer::Undecided,
            Answer::No => {}
        }
        if let Some(single) = all.iter().find(|one| ask(std::slice::from_ref(*one)) == Answer::No) {
            // what matches nothing is covered by nothing
            let by = if ask(&[]) == Answer::No { Vec::new() } else { vec![single.0] };
            return Answer::Yes(by);
        }
        for candidate in all.clone().into_iter().rev() {
            let without: Vec<_> = all.iter().filter(|(index, _)| *index != candidate.0).copied().collect();
            if ask(&without) == Answer::No {
                all = without;
            }
        }
        Answer::Yes(all.into_iter().map(|(index, _)| index).collect())
    }

    /// An earlier statement that says exactly the same.
    #[must_use]
    pub fn duplicate_of(&self, statement: usize) -> Option<usize> {
        let own = self.statements.get(statement)?;
        let same = |other: &Compiled| other.effect == own.effect && other.same_as(own);
        self.statements.iter().take(statement).position(same)
    }

    /// Whether a Deny statement refuses nothing that these policies would allow without
    /// it. Other policies may still need it.
    #[must_use]
    pub fn without_effect(&self, statement: usize) -> Answer<()> {
        let Some(own) = self.statements.get(statement).filter(|s| s.effect == Some(Effect::Deny)) else {
            return Answer::No;
        };
        let others: Vec<&Compiled> =
            self.with(Effect::Deny).filter(|(index, _)| *index != statement).map(|(_, s)| s).collect();
        let mut undecided = self.statements.iter().any(|s| s.effect.is_none());
        for (_, allow) in self.with(Effect::Allow) {
            match any(&self.names, &[own, allow], &others) {
                Answer::Yes(()) => return Answer::No,
                Answer::No => {}
                Answer::Undecided => undecided = true,
            }
        }
        if undecided { Answer::Undecided } else { Answer::Yes(()) }
    }

    /// The items of a list that another item of it makes needless. Of items that match the
    /// same, the first is kept.
    #[must_use]
    pub fn covered_items(&self, statement: usize, element: Element) -> Vec<Covered> {
        let Some(own) = self.statements.get(statement) else { return Vec::new() };
        let patterns = match element {
            Element::Action => &own.action.patterns,
            Element::Resource => &own.resource.patterns,
        };
        let within = |inner, outer| escape(inner, &[outer]) == Escape::Nothing;
        let mut found: Vec<Covered> = Vec::new();
        for (item, inner) in patterns.iter().enumerate() {
            for (by, outer) in patterns.iter().enumerate() {
                if item == by || !within(inner, outer) {
                    continue;
                }
                let same = inner == outer || within(outer, inner);
                if !same || by < item {
                    found.push(Covered { item, by, same });
                    break;
                }
            }
        }
        found
    }
}

/// A request that the new documents allow and the old ones do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gained {
    /// The index of the statement that allows it.
    pub statement: usize,
    /// The index of the old Deny that refused it, if there was one.
    pub denied_by: Option<usize>,
    /// The request.
    pub request: Request,
}

impl Policies {
    /// For each Allow statement of the documents from index `split` on, a request that
    /// these allow and the documents before do not. The flag says whether a question was
    /// left undecided.
    #[must_use]
    pub fn gained(&self, split: usize) -> (Vec<Gained>, bool) {
        let side = |new: bool, effect: Effect| {
            self.with(effect)
                .filter(move |(index, _)| self.refs.get(*index).is_some_and(|r| (r.document >= split) == new))
                .collect::<Vec<_>>()
        };
        let refused: Vec<&Compiled> = side(true, Effect::Deny).into_iter().map(|(_, s)| s).collect();
        let before: Vec<&Compiled> = side(false, Effect::Allow).into_iter().map(|(_, s)| s).collect();
        let both: Vec<&Compiled> = refused.iter().chain(&before).copied().collect();
        let (mut gained, mut undecided) = (Vec::new(), false);
        for (statement, allow) in side(true, Effect::Allow) {
            let goals = std::iter::once((None, ask(&self.names, &[allow], &both)));
            let lifted = side(false, Effect::Deny);
            let lifted = lifted.iter().map(|(index, deny)| (Some(*index), ask(&self.names, &[allow, deny], &refused)));
            for (denied_by, answer) in goals.chain(lifted) {
                match answer {
                    Answer::Yes(request) => {
                        gained.push(Gained { statement, denied_by, request });
                        break;
                    }
                    Answer::No => {}
                    Answer::Undecided => undecided = true,
                }
            }
        }
        (gained, undecided)
    }
}
