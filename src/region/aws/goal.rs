//! The one question all others come down to: is there a request that every required
//! statement matches and no forbidden one does? (spec: symbolic, sections 2 to 4)

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::compile::{Compiled, Dim};
use super::condition::{self, Atom, Found};
use super::dimension::{Mode, Universe, least};
use super::names::Names;
use super::principal::Candidate;
use crate::decision::Truth;
use crate::pattern::search::{Effort, Leaf};
use crate::pattern::token::{Letter, Pattern};

/// A request that shows something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The principal, where the policy names principals and one of them is meant.
    pub principal: Option<String>,
    /// The action, in lower case.
    pub action: String,
    /// The resource. A value that is not known stands as its `${reference}`.
    pub resource: String,
    /// The condition keys that must be present, with their values; all others are absent.
    pub context: BTreeMap<String, Vec<String>>,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    /// Yes, and this shows it.
    Yes(T),
    /// Certainly not.
    No,
    /// It depends on what is not known, or is too hard to tell.
    Undecided,
}

impl<T> Answer<T> {
    /// What shows that the answer is yes.
    pub fn yes(self) -> Option<T> {
        match self {
            Self::Yes(shown) => Some(shown),
            Self::No | Self::Undecided => None,
        }
    }
}

/// States that the searches of one question may visit.
const STATES: usize = 200_000;

/// A request that all of `pos` match and none of `neg` does.
pub(super) fn ask(names: &Names, pos: &[&Compiled], neg: &[&Compiled]) -> Answer<Request> {
    let goal = Goal { names, pos, neg };
    goal.answer(|shown| goal.request(shown))
}

/// Whether there is a request that all of `pos` match and none of `neg` does.
pub(super) fn any(names: &Names, pos: &[&Compiled], neg: &[&Compiled]) -> Answer<()> {
    Goal { names, pos, neg }.answer(|_| ())
}

/// What shows that there is a request, before it is spelled out.
struct Shown<'s, 'g> {
    candidate: Candidate<'g>,
    action: &'s Leaf,
    /// Forbidden statements for the candidate.
    near: &'s [usize],
    resource: &'s Leaf,
    /// Forbidden statements for the candidate and the action.
    alive: &'s [usize],
    context: BTreeMap<String, Vec<String>>,
}

struct Goal<'g> {
    names: &'g Names,
    pos: &'g [&'g Compiled],
    neg: &'g [&'g Compiled],
}

impl<'g> Goal<'g> {
    fn answer<T>(&self, show: impl Fn(Shown<'_, '_>) -> T) -> Answer<T> {
        if self.neg.iter().any(|n| self.pos.iter().any(|p| p.same_as(n))) {
            return Answer::No;
        }
        let (answer, certain) = self.run(Mode::Witness, &show);
        match answer {
            Answer::Yes(_) => answer,
            _ if certain && !self.pos.iter().chain(self.neg).any(|s| s.is_uncertain()) => answer,
            _ => match self.run(Mode::Refute, &|_| ()).0 {
                Answer::No => Answer::No,
                Answer::Yes(()) | Answer::Undecided => Answer::Undecided,
            },
        }
    }

    /// The answer in one mode, and whether no principal made a difference between modes.
    fn run<T>(&self, mode: Mode, show: &impl Fn(Shown<'_, '_>) -> T) -> (Answer<T>, bool) {
        let opaque = |s: &&Compiled| s.opaque || s.atoms.iter().any(Atom::is_opaque);
        if mode == Mode::Witness && self.pos.iter().any(opaque) {
            return (Answer::Undecided, false);
        }
        let mut effort = Effort { states: STATES, missed: false };
        let mut certain = true;
        let mut seen: FxHashSet<Vec<usize>> = FxHashSet::default();
        for candidate in self.candidates() {
            let mut decide = |truth: Truth, required: bool| match truth {
                Truth::True => true,
                Truth::False => false,
                Truth::Unknown => {
                    certain = false;
                    required == (mode == Mode::Refute)
                }
            };
            if !self.pos.iter().all(|s| decide(s.who.matches(candidate), true)) {
                continue;
            }
            let near: Vec<usize> = self
                .neg
                .iter()
                .enumerate()
                .filter(|(_, s)| decide(s.who.matches(candidate), false))
                .filter(|(_, s)| mode == Mode::Witness || !self.escapes(s))
                .map(|(index, _)| index)
                .collect();
            seen.clear();
            if let Some(shown) = self.search(candidate, &near, mode, &mut seen, &mut effort, show) {
                return (Answer::Yes(shown), certain);
            }
        }
        (if effort.missed { Answer::Undecided } else { Answer::No }, certain)
    }

    /// Those among whom there is one for whom least is forbidden.
    fn candidates(&self) -> Vec<Candidate<'g>> {
        let listed = self.pos.iter().filter_map(|s| s.who.listed()).min_by_key(|names| names.len());
        if let Some(names) = listed {
            return names.iter().map(Candidate::Named).collect();
        }
        // anybody else: nobody that is named, or one whom a NotPrincipal spares
        let spared = self.neg.iter().flat_map(|s| s.who.spared()).map(Candidate::Named);
        std::iter::once(Candidate::Stranger).chain(spared).collect()
    }

    /// Whether a forbidden statement may be avoided by something that cannot be reasoned
    /// about, and that does not hold because a required statement says the same.
    fn escapes(&self, statement: &Compiled) -> bool {
        statement.opaque || statement.atoms.iter().any(|atom| atom.is_opaque() && !self.demanded(atom))
    }

    fn demanded(&self, atom: &Atom) -> bool {
        self.pos.iter().any(|s| s.atoms.contains(atom))
    }

    fn required(&self, dim: fn(&Compiled) -> &Dim) -> Vec<&'g Dim> {
        self.pos.iter().map(|s| dim(s)).collect()
    }

    fn forbidden(&self, dim: fn(&Compiled) -> &Dim, of: &[usize]) -> Vec<&'g Dim> {
        of.iter().filter_map(|at| self.neg.get(*at)).map(|s| dim(s)).collect()
    }

    fn search<T>(
        &self,
        candidate: Candidate<'_>,
        near: &[usize],
        mode: Mode,
        seen: &mut FxHashSet<Vec<usize>>,
        effort: &mut Effort,
        show: &impl Fn(Shown<'_, '_>) -> T,
    ) -> Option<T> {
        let pick = |of: &[usize], leaf: &Leaf| -> Vec<usize> {
            leaf.alive.iter().filter_map(|at| of.get(*at)).copied().collect()
        };
        let actions = self.required(|s| &s.action);
        let resources = self.required(|s| &s.resource);
        for action in least(Universe::Action, &actions, &self.forbidden(|s| &s.action, near), mode, effort) {
            let alive = pick(near, &action);
            let forbidden = self.forbidden(|s| &s.resource, &alive);
            for resource in least(Universe::Resource, &resources, &forbidden, mode, effort) {
                let left = pick(&alive, &resource);
                if !seen.insert(left.clone()) {
                    continue;
                }
                let Some(context) = self.context(&left, effort) else { continue };
                return Some(show(Shown {
                    candidate,
                    action: &action,
                    near,
                    resource: &resource,
                    alive: &alive,
                    context,
                }));
            }
        }
        None
    }

    fn request(&self, shown: Shown<'_, '_>) -> Request {
        let actions = (self.required(|s| &s.action), self.forbidden(|s| &s.action, shown.near));
        let resources = (self.required(|s| &s.resource), self.forbidden(|s| &s.resource, shown.alive));
        Request {
            principal: match shown.candidate {
                Candidate::Named((_, name)) => Some(name.clone()),
                Candidate::Stranger => None,
            },
            action: self.spell(shown.action, Universe::Action, &actions.0, &actions.1),
            resource: self.spell(shown.resource, Universe::Resource, &resources.0, &resources.1),
            context: shown.context,
        }
    }

    /// A context that the required statements accept and of those left none does.
    fn context(&self, left: &[usize], effort: &mut Effort) -> Option<BTreeMap<String, Vec<String>>> {
        let left: Vec<&Compiled> = left.iter().filter_map(|at| self.neg.get(*at)).copied().collect();
        let required: Vec<&Atom> = self.pos.iter().flat_map(|s| &s.atoms).filter(|a| !a.is_opaque()).collect();
        let mut forbidden: Vec<Vec<&Atom>> = Vec::new();
        for statement in &left {
            let open = |atom: &&Atom| !atom.is_opaque() && !self.demanded(atom);
            let atoms: Vec<&Atom> = statement.atoms.iter().filter(open).collect();
            if atoms.is_empty() {
                return None;
            }
            forbidden.push(atoms);
        }
        match condition::solve(&required, &forbidden, self.names, effort) {
            Found::Context(context) if self.free(&required, &forbidden) => Some(context),
            Found::Nothing => None,
            Found::Context(_) | Found::Unsure => {
                effort.missed = true;
                None
            }
        }
    }

    /// Whether no policy variable stands for a key that conditions speak about too: its
    /// letter knows nothing of what they demand.
    fn free(&self, required: &[&Atom], forbidden: &[Vec<&Atom>]) -> bool {
        let atoms = || required.iter().chain(forbidden.iter().flatten()).copied();
        let spoken_of = |key: &String| atoms().any(|atom| atom.key == *key);
        if !self.names.keys().any(spoken_of) {
            return true;
        }
        let in_dim = |dim: &Dim| dim.patterns.iter().flat_map(Pattern::variables).collect::<Vec<_>>();
        let in_statements = self.pos.iter().chain(self.neg).flat_map(|s| [in_dim(&s.action), in_dim(&s.resource)]);
        let in_atoms = atoms().map(condition::variables);
        let mut keys = in_statements.chain(in_atoms).flatten().filter_map(|v| self.names.get(v)?.key.as_ref());
        !keys.any(spoken_of)
    }

    /// The text for people: readable words for fresh letters where they change nothing.
    fn spell(&self, leaf: &Leaf, universe: Universe, pos: &[&Dim], neg: &[&Dim]) -> String {
        let matches = |dim: &Dim, text: &[Letter]| dim.patterns.iter().any(|p| p.matches(text)) != dim.negated;
        let same = |text: &[Letter]| {
            pos.iter().all(|dim| matches(dim, text) || dim.partial)
                && neg.iter().all(|dim| matches(dim, &leaf.text) || !matches(dim, text))
        };
        let worded = words(&leaf.text, universe);
        let text = if same(&worded) { worded } else { leaf.text.clone() };
        let all: Vec<&Pattern> = pos.iter().chain(neg).flat_map(|dim| &dim.patterns).collect();
        let fresh = crate::pattern::relate::spell(&[Letter::FRESH], &all);
        let mut spelled = String::new();
        for letter in text {
            match (letter.char(), letter.as_variable().and_then(|v| self.names.get(v))) {
                (Some(char), _) => spelled.push(char),
                (None, Some(name)) => spelled.push_str(&name.text),
                (None, None) => spelled.push_str(&fresh),
            }
        }
        spelled
    }
}

/// Fresh letters as words fit for their place.
fn words(text: &[Letter], universe: Universe) -> Vec<Letter> {
    let mut words = Vec::new();
    let mut colons = 0;
    for letter in text {
        let word = match (universe, colons) {
            _ if *letter == Letter::COLON => {
                colons += 1;
                ":"
            }
            _ if *letter != Letter::FRESH => {
                words.push(*letter);
                continue;
            }
            (Universe::Resource, 1) => "aws",
            (Universe::Resource, 2) => "service",
            (Universe::Resource, 3) => "us-east-1",
            (Universe::Resource, 4) => "123456789012",
            _ => "example",
        };
        words.extend(word.chars().map(Letter::of));
    }
    words
}
