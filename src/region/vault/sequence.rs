//! The order in which rules are asked, for each capability, as patterns: the first whose
//! pattern holds the path decides.
//!
//! For all but `list` and `scan` that is the order of strength. Those two are asked of a
//! path `y/`; here they are decided over `y`, for which each rule counts twice, once with
//! the paths it holds and once with those that with a slash it holds (spec: vault-acl,
//! section c.1).

use super::{Kind, Rules, lists};
use crate::pattern::path::PathLang;
use crate::vault::capability::Capability;
use crate::vault::dialect::ListLookup;

/// Rules in the order they are asked, for the paths of `within` outside `outside`.
#[derive(Debug, Clone)]
pub(super) struct Sequence {
    pub(super) within: PathLang,
    pub(super) outside: Vec<PathLang>,
    pub(super) layers: Vec<Layer>,
}

/// One rule in a sequence.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    pub(super) lang: PathLang,
    pub(super) rule: usize,
}

impl Rules {
    /// The sequences that decide a capability; their paths are disjoint and together all.
    pub(super) fn sequences(&self, capability: Capability) -> Vec<Sequence> {
        if !lists(capability) {
            let layers = self.rules.iter().enumerate().map(|(rule, r)| Layer { lang: r.lang.clone(), rule });
            return vec![Sequence { within: PathLang::all(), outside: Vec::new(), layers: layers.collect() }];
        }
        let mut exact = self.layers(true, Kind::Exact, Kind::Exact);
        exact.extend(self.layers(false, Kind::Exact, Kind::Exact));
        match self.dialect.list_lookup() {
            ListLookup::WholeFirst => vec![self.tiers(exact, &[true, false])],
            ListLookup::TrimmedFirst => vec![self.tiers(exact, &[false, true])],
            ListLookup::WholeOnly => vec![self.tiers(exact, &[true])],
            ListLookup::Pooled => self.pooled(&exact, capability),
        }
    }

    fn tiers(&self, exact: Vec<Layer>, order: &[bool]) -> Sequence {
        let mut layers = exact;
        for &slash in order {
            layers.extend(self.layers(slash, Kind::Prefix, Kind::Segments));
        }
        Sequence { within: PathLang::all(), outside: Vec::new(), layers }
    }

    /// The rules of two kinds over the path without its slash (or, with `slash`, the paths
    /// that with a slash they hold), strongest first.
    fn layers(&self, slash: bool, one: Kind, other: Kind) -> Vec<Layer> {
        let mut layers = Vec::new();
        for (rule, r) in self.rules.iter().enumerate().filter(|(_, r)| r.kind == one || r.kind == other) {
            let langs = if slash { r.lang.without_final_slash() } else { vec![r.lang.clone()] };
            layers.extend(langs.into_iter().map(|lang| Layer { lang, rule }));
        }
        layers
    }

    /// Newest Vault: all rules that match the path with or without its slash are pooled,
    /// and of those that deny or grant the capability the strongest decides. Of the prefix
    /// rules only the longest that matches is in the pool, so each makes a sequence.
    fn pooled(&self, exact: &[Layer], capability: Capability) -> Vec<Sequence> {
        let speaks = |rule: usize| self.rules.get(rule).is_some_and(|r| r.denies() || r.grants.has(capability));
        let prefixes: Vec<(usize, &PathLang)> =
            self.rules.iter().enumerate().filter(|(_, r)| r.kind == Kind::Prefix).map(|(i, r)| (i, &r.lang)).collect();
        // `y/` for these `y` meets a longer prefix than `y` itself, so the pool holds two
        let special: Vec<PathLang> = prefixes
            .iter()
            .filter_map(|(rule, _)| self.rules.get(*rule)?.path.strip_suffix("/*").map(PathLang::exact))
            .collect();
        let segments = || {
            let mut layers = Vec::new();
            for (rule, r) in self.rules.iter().enumerate().filter(|(_, r)| r.kind == Kind::Segments) {
                let langs = r.lang.without_final_slash().into_iter().chain([r.lang.clone()]);
                layers.extend(langs.map(|lang| Layer { lang, rule }));
            }
            layers
        };
        let sequence = |within: PathLang, outside: Vec<PathLang>, pool: Vec<Layer>| {
            let mut rest: Vec<Layer> = pool.into_iter().filter(|layer| speaks(layer.rule)).collect();
            rest.sort_by_key(|layer| layer.rule);
            let layers = exact.iter().cloned().chain(rest).collect();
            Sequence { within, outside, layers }
        };
        let longest =
            |holds: &dyn Fn(&PathLang) -> bool| prefixes.iter().find(|(_, lang)| holds(lang)).map(|(i, _)| *i);
        let mut sequences = Vec::new();
        for path in &special {
            let Some(text) = path.as_exact() else { continue };
            let slashed = format!("{text}/");
            let mut pool = segments();
            for rule in [longest(&|l| l.matches(&text)), longest(&|l| l.matches(&slashed))].into_iter().flatten() {
                pool.push(Layer { lang: path.clone(), rule });
            }
            sequences.push(sequence(path.clone(), Vec::new(), pool));
        }
        // the longest prefix of all other paths, or none; stronger prefixes are longer
        let mut longer = special;
        for (rule, lang) in prefixes {
            let mut pool = segments();
            pool.push(Layer { lang: lang.clone(), rule });
            sequences.push(sequence(lang.clone(), longer.clone(), pool));
            longer.push(lang.clone());
        }
        sequences.push(sequence(PathLang::all(), longer, segments()));
        sequences
    }
}
