//! Regions of AWS policies against exhaustive search over small requests.
//!
//! Every action, resource and context over a small alphabet is tried, dimension by
//! dimension: each gives the set of statements whose element it satisfies, as a mask, and
//! the masks of a whole request are the intersections.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use overgrant::aws::context::{Context, ContextValue};
use overgrant::aws::document::{Document, PolicyKind, parse};
use overgrant::aws::evaluate::{self, PreparedPolicy};
use overgrant::decision::Decision;
use overgrant::pattern::arn;
use overgrant::region::aws::{Answer, Element, Policies, Region, Request};
use overgrant::source::{Fragment, SourceId};
use overgrant::syntax::json;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::property::config;

#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a form an element takes, and all combine")]
struct Statement {
    allow: bool,
    not_action: bool,
    actions: Vec<String>,
    not_resource: bool,
    resources: Vec<String>,
    /// All wildcards of the resources' first five parts stay there, as a region's do.
    confined: bool,
    /// By operator and key.
    conditions: BTreeMap<(String, &'static str), Vec<String>>,
}

fn document(statements: &[Statement]) -> Document {
    let statement = |s: &Statement| {
        let mut condition = serde_json::Map::new();
        for ((operator, key), values) in &s.conditions {
            let keys = condition.entry(operator.clone()).or_insert_with(|| json!({}));
            keys.as_object_mut().unwrap().insert((*key).to_owned(), json!(values));
        }
        json!({
            "Effect": if s.allow { "Allow" } else { "Deny" },
            (if s.not_action { "NotAction" } else { "Action" }): s.actions,
            (if s.not_resource { "NotResource" } else { "Resource" }): s.resources,
            "Condition": condition,
        })
    };
    let statements: Vec<Value> = statements.iter().map(statement).collect();
    read(&json!({"Version": "2012-10-17", "Statement": statements}))
}

fn read(policy: &Value) -> Document {
    let text = policy.to_string();
    let (node, problems) = json::parse(&Fragment::plain(SourceId(0), 0, &text));
    assert_eq!(problems.len(), 0, "{text}");
    parse(&node.unwrap())
}

fn glob(pattern: &str, text: &str, fold: bool) -> bool {
    fn go(p: &[char], t: &[char]) -> bool {
        match p.split_first() {
            None => t.is_empty(),
            Some(('*', rest)) => (0..=t.len()).any(|n| go(rest, t.get(n..).unwrap_or_default())),
            Some(('?', rest)) => t.split_first().is_some_and(|(_, t)| go(rest, t)),
            Some((c, rest)) => t.split_first().is_some_and(|(x, t)| x == c && go(rest, t)),
        }
    }
    let chars = |s: &str| if fold { s.to_lowercase().chars().collect::<Vec<_>>() } else { s.chars().collect() };
    go(&chars(pattern), &chars(text))
}

fn in_range(range: &str, address: &str) -> bool {
    let (base, prefix) = range.split_once('/').unwrap();
    match (base.parse::<IpAddr>().unwrap(), address.parse::<IpAddr>().unwrap()) {
        (IpAddr::V4(b), IpAddr::V4(a)) => {
            let keep = (u64::MAX << (32 - prefix.parse::<u32>().unwrap())) & 0xFFFF_FFFF;
            u64::from(b.to_bits()) & keep == u64::from(a.to_bits()) & keep
        }
        (IpAddr::V6(_), IpAddr::V6(_)) => true,
        _ => false,
    }
}

/// One operator, key by key as AWS describes it (spec: aws-evaluation, section 5).
fn holds(operator: &str, values: &[String], given: Option<&Vec<String>>) -> bool {
    let (set, rest) = operator.split_once(':').map_or(("", operator), |(set, rest)| (set, rest));
    let (base, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |b| (b, true));
    if base == "Null" {
        return values == [given.is_none().to_string()];
    }
    let negated = base.contains("Not");
    let positive = base.replace("Not", "");
    let number = |text: &str| text.parse::<f64>().unwrap();
    let one = |x: &str| {
        let some = values.iter().any(|v| match positive.as_str() {
            "StringEquals" | "Bool" => v == x,
            "StringEqualsIgnoreCase" => v.eq_ignore_ascii_case(x),
            "StringLike" => glob(v, x, false),
            "NumericEquals" => number(x).total_cmp(&number(v)).is_eq(),
            "NumericLessThan" => number(x) < number(v),
            "NumericGreaterThanEquals" => number(x) >= number(v),
            "IpAddress" => in_range(v, x),
            other => panic!("{other}"),
        });
        some != negated
    };
    match (given, set) {
        (None, "ForAllValues") => true,
        (None, _) => if_exists || (negated && set.is_empty()),
        (Some(given), "ForAllValues") => given.iter().all(|x| one(x)),
        (Some(given), _) => given.iter().any(|x| one(x)),
    }
}

fn mask(statements: &[Statement], test: impl Fn(&Statement) -> bool) -> u32 {
    statements.iter().enumerate().filter(|(_, s)| test(s)).map(|(i, _)| 1 << i).sum()
}

fn action_mask(statements: &[Statement], action: &str) -> u32 {
    mask(statements, |s| s.actions.iter().any(|p| glob(p, action, true)) != s.not_action)
}

fn resource_mask(statements: &[Statement], resource: &str) -> u32 {
    let matches =
        |p: &String, confined: bool| match arn::arn_like(p).filter(|_| confined && p.matches(':').count() >= 5) {
            Some(glob) => glob.matches(resource),
            None => arn::resource(p).matches(resource),
        };
    mask(statements, |s| s.resources.iter().any(|p| matches(p, s.confined)) != s.not_resource)
}

fn key_mask(statements: &[Statement], key: &str, given: Option<&Vec<String>>) -> u32 {
    mask(statements, |s| s.conditions.iter().filter(|((_, k), _)| *k == key).all(|((op, _), v)| holds(op, v, given)))
}

const KEYS: [&str; 5] = ["k:text", "k:bool", "k:num", "k:set", "k:ip"];

fn given(key: &str) -> Vec<Option<Vec<String>>> {
    let singles: &[&str] = match key {
        "k:text" => &["a", "b", "z", "A", "ab", "ba", "aa", "az", "zb", "zz", ""],
        // an empty text counts as no value among several
        "k:set" => &["a", "b", "z", "A", "ab", "ba", "aa", "az", "zb", "zz"],
        "k:bool" => &["true", "false"],
        "k:num" => &["0", "1", "1.5", "2", "2.5", "3", "4"],
        _ => &["9.0.0.1", "10.0.0.1", "10.1.0.1", "11.0.0.1", "::1", "ffff::"],
    };
    let mut all: Vec<Option<Vec<String>>> = vec![None];
    all.extend(singles.iter().map(|s| Some(vec![(*s).to_owned()])));
    if key == "k:set" {
        let pairs = singles.iter().flat_map(|a| singles.iter().map(move |b| vec![(*a).to_owned(), (*b).to_owned()]));
        all.extend(pairs.map(Some));
    }
    all
}

/// The masks of all small requests.
fn masks(statements: &[Statement]) -> BTreeSet<u32> {
    let sides: Vec<String> = ["a", "b", "z", "aa", "ab", "ba", "az", "zb", "zz", "bz"].map(String::from).to_vec();
    let pairs = |a: &[String], b: &[String], join: &str| -> Vec<String> {
        a.iter().flat_map(|x| b.iter().map(move |y| format!("{x}{join}{y}"))).collect()
    };
    let actions: BTreeSet<u32> = pairs(&sides, &sides, ":").iter().map(|a| action_mask(statements, a)).collect();
    let segments: Vec<String> = ["", "a", "az"].map(String::from).to_vec();
    let four = pairs(&pairs(&segments, &segments, ":"), &pairs(&segments, &segments, ":"), ":");
    let rests: Vec<String> = ["a", "b", "z", "ab", "zb", "a:z", "z:b", ":"].map(String::from).to_vec();
    let arns = pairs(&four, &rests, ":").into_iter().map(|rest| format!("arn:{rest}"));
    let resources = arns.chain(["*".to_owned()]).map(|r| resource_mask(statements, &r)).collect();
    let keys = KEYS.map(|key| given(key).iter().map(|g| key_mask(statements, key, g.as_ref())).collect());
    let meet = |a: BTreeSet<u32>, b: BTreeSet<u32>| a.iter().flat_map(|x| b.iter().map(move |y| x & y)).collect();
    [resources].into_iter().chain(keys).fold(actions, meet)
}

fn mask_of(statements: &[Statement], request: &Request) -> u32 {
    assert_eq!(request.action.matches(':').count(), 1, "{request:?}");
    let ill_formed = request.context.keys().any(|k| !KEYS.contains(&k.as_str()));
    assert!(!ill_formed, "{request:?}");
    let context = KEYS.iter().map(|key| key_mask(statements, key, request.context.get(*key)));
    context.fold(action_mask(statements, &request.action) & resource_mask(statements, &request.resource), |a, b| a & b)
}

/// What the evaluator that `simulate` asks says to a request found.
fn evaluated(statements: &[Statement], request: &Request) -> Decision {
    let policy = PreparedPolicy::new("p", document(statements), PolicyKind::Identity);
    let mut context = Context::new(true);
    for (key, values) in &request.context {
        let value = match &**values {
            [value] if key != "k:set" => ContextValue::One(value.into()),
            values => ContextValue::Many(values.iter().map(Into::into).collect()),
        };
        context.set(key, value);
    }
    let caller = "arn:aws:iam::123456789012:user/u";
    let asked = evaluate::Request::new(caller, &request.action, &request.resource, context).unwrap();
    let asked = asked.owned_by("123456789012");
    let asked = if request.resource == "*" { asked.without_resource() } else { asked };
    evaluate::decide(&asked, &evaluate::Policies { identity: vec![&policy], ..Default::default() }).decision()
}

fn bits(statements: &[Statement], allow: bool) -> u32 {
    mask(statements, |s| s.allow == allow)
}

fn text(longest: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!['a', 'b', '*', '?']), 1..=longest)
        .prop_map(|v| v.into_iter().collect())
}

fn action() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => Just("*".to_owned()),
        5 => (text(2), text(2)).prop_map(|(a, b)| format!("{a}:{b}")),
        1 => text(2),
    ]
}

fn resource() -> impl Strategy<Value = String> {
    let segment = || prop::sample::select(vec!["", "a", "*", "*", "?", "a*", "*a", "a?"]);
    let rest = || prop::sample::select(vec!["*", "a", "a*", "?b", "a:*", "*b", "b", "*:b", "??"]);
    prop_oneof![
        2 => Just("*".to_owned()),
        5 => (prop::collection::vec(segment(), 4), rest()).prop_map(|(s, r)| format!("arn:{}:{r}", s.join(":"))),
        2 => (prop::collection::vec(segment(), 0..3), rest()).prop_map(|(s, r)| {
            s.into_iter().map(String::from).chain([r.to_owned()]).fold("arn".to_owned(), |a, b| a + ":" + &b)
        }),
        1 => rest().prop_map(String::from),
    ]
}

fn condition() -> impl Strategy<Value = ((String, &'static str), Vec<String>)> {
    let values = |list: &[&'static str]| {
        prop::collection::vec(prop::sample::select(list.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>()), 1..3)
    };
    let suffix = || prop::sample::select(vec!["", "", "IfExists"]);
    let texts = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"];
    let named = |names: &[&'static str], key: &'static str| {
        (prop::sample::select(names.to_vec()), suffix()).prop_map(move |(n, s)| (format!("{n}{s}"), key))
    };
    let set = (prop::sample::select(vec!["ForAnyValue", "ForAllValues"]), named(&texts, "k:set"))
        .prop_map(|(set, (op, key))| (format!("{set}:{op}"), key));
    let null = prop::sample::select(KEYS.to_vec()).prop_map(|key| ("Null".to_owned(), key));
    prop_oneof![
        3 => (named(&texts, "k:text"), values(&["a", "b", "*", "a*", "?", "A", "*b"])),
        1 => (named(&["Bool"], "k:bool"), values(&["true", "false"])),
        1 => (named(&["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"], "k:num"), values(&["1", "2", "3"])),
        3 => (set, values(&["a", "b", "*", "a*", "?", "A"])),
        1 => (named(&["IpAddress", "NotIpAddress"], "k:ip"), values(&["10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "::/0"])),
        1 => (null, prop::sample::select(vec!["true".to_owned(), "false".to_owned()]).prop_map(|v| vec![v])),
    ]
}

fn statement() -> impl Strategy<Value = Statement> {
    let rarely = || prop::bool::weighted(0.15);
    let lists = (prop::collection::vec(action(), 1..3), prop::collection::vec(resource(), 1..3));
    (prop::bool::weighted(0.65), rarely(), rarely(), lists, prop::collection::vec(condition(), 0..3)).prop_map(
        |(allow, not_action, not_resource, (actions, resources), conditions)| Statement {
            allow,
            not_action,
            actions,
            not_resource,
            resources,
            confined: false,
            conditions: conditions.into_iter().collect(),
        },
    )
}

/// Several statements, the later ones often an earlier one with a small change.
fn statements() -> impl Strategy<Value = Vec<Statement>> {
    let changed = (statement(), 0..5_usize);
    (statement(), prop::collection::vec(changed, 0..4)).prop_map(|(first, more)| {
        let mut all = vec![first];
        for (fresh, change) in more {
            let mut next = all.last().cloned().unwrap_or_else(|| fresh.clone());
            match change {
                0 => next.actions = fresh.actions,
                1 => next.resources = fresh.resources,
                2 => next.conditions = fresh.conditions,
                3 => next.allow = !next.allow,
                _ => next = fresh,
            }
            all.push(next);
        }
        all
    })
}

proptest! {
    #![proptest_config(config(40))]

    #[test]
    fn a_region_is_reached_where_a_request_of_it_is_allowed(
        statements in statements(),
        asked in (action(), resource(), prop::sample::select(KEYS.to_vec())),
    ) {
        let policies = Policies::new([&document(&statements)]);
        let (action, resource, key) = asked;
        let region = Region::new(&[&action], &[&resource], &[key]);
        // the region as one more statement
        let own = Statement {
            allow: true,
            not_action: false,
            actions: vec![action],
            not_resource: false,
            resources: vec![resource],
            confined: true,
            conditions: BTreeMap::from([(("Null".to_owned(), key), vec!["true".to_owned()])]),
        };
        let (allow, deny) = (bits(&statements, true), bits(&statements, false));
        let with: Vec<Statement> = statements.iter().cloned().chain([own]).collect();
        let inside = 1 << statements.len();
        let allowed = |mask: u32| mask & inside != 0 && mask & allow != 0 && mask & deny == 0;
        match policies.reach(&region) {
            Answer::Yes(reached) => {
                let mask = mask_of(&with, &reached.request);
                prop_assert!(allowed(mask) && mask & (1 << reached.statement) != 0, "{reached:?}");
                prop_assert_eq!(evaluated(&statements, &reached.request), Decision::Allowed, "{:?}", reached);
            }
            Answer::No => prop_assert!(!masks(&with).into_iter().any(allowed), "not seen to be reached"),
            Answer::Undecided => prop_assert!(false, "undecided"),
        }
    }

    #[test]
    fn what_is_said_to_do_nothing_does_nothing(statements in statements()) {
        let policies = Policies::new([&document(&statements)]);
        let (allow, deny) = (bits(&statements, true), bits(&statements, false));
        let allowed = |mask: u32| mask & allow != 0 && mask & deny == 0;
        let all = masks(&statements);
        for (index, statement) in statements.iter().enumerate() {
            let own = 1 << index;
            let decides = all.iter().any(|m| allowed(*m) != allowed(m & !own));
            let redundant = policies.redundant(index);
            prop_assert!(redundant != Answer::Undecided);
            prop_assert!(!(decides && matches!(redundant, Answer::Yes(_))), "statement {index} is not redundant");
            if let Answer::Yes(by) = &redundant {
                let rest: u32 = by.iter().map(|b| 1 << b).sum();
                prop_assert!(all.iter().all(|m| m & own == 0 || m & rest != 0), "statement {index} is not covered by {by:?}");
            }
            if statement.allow {
                let lives = all.iter().any(|m| m & own != 0 && m & deny == 0);
                let dead = policies.dead(index);
                prop_assert!(!(lives && matches!(dead, Answer::Yes(_))), "statement {index} is not dead");
                match policies.reach_by(index, &Region::new(&["*"], &["*"], &[])) {
                    Answer::Yes(request) => {
                        let mask = mask_of(&statements, &request);
                        prop_assert!(mask & own != 0 && mask & deny == 0, "{request:?}");
                        prop_assert_eq!(dead, Answer::No);
                    }
                    _ => prop_assert!(!lives && matches!(dead, Answer::Yes(_))),
                }
            } else {
                let acts = all.iter().any(|m| m & own != 0 && m & deny == own && m & allow != 0);
                let idle = policies.without_effect(index);
                prop_assert!(!(acts && idle == Answer::Yes(())), "statement {index} has an effect");
                prop_assert!(idle != Answer::Undecided);
            }
            if let Some(other) = policies.duplicate_of(index) {
                prop_assert!(all.iter().all(|m| (m & own != 0) == (m & (1 << other) != 0)));
            }
            for covered in policies.covered_items(index, Element::Resource) {
                let single = |item: usize| Statement {
                    resources: vec![statement.resources.get(item).cloned().unwrap_or_default()],
                    not_resource: false,
                    ..statement.clone()
                };
                let pair = [single(covered.item), single(covered.by)];
                prop_assert!(!masks(&pair).contains(&1), "{covered:?}");
            }
        }
    }

    #[test]
    fn gained_requests_are_allowed_now_and_were_not_before(old in statements(), new in statements(), edit in any::<bool>()) {
        // often an edit instead of two unrelated policies
        let new = if edit { old.iter().skip(1).cloned().chain(new.into_iter().take(1)).collect() } else { new };
        let policies = Policies::new([&document(&old), &document(&new)]);
        let all: Vec<Statement> = old.iter().chain(&new).cloned().collect();
        let before = (1_u32 << old.len()) - 1;
        let (allow, deny) = (bits(&all, true), bits(&all, false));
        let allowed = |mask: u32| mask & allow != 0 && mask & deny == 0;
        let is_gained = |mask: u32| allowed(mask & !before) && !allowed(mask & before);
        let (gained, undecided) = policies.gained(1);
        prop_assert!(!undecided);
        for gain in &gained {
            prop_assert!(is_gained(mask_of(&all, &gain.request)), "{gain:?}");
            prop_assert_eq!(evaluated(&old, &gain.request), Decision::Denied, "{:?}", gain);
            prop_assert_eq!(evaluated(&new, &gain.request), Decision::Allowed, "{:?}", gain);
        }
        if gained.is_empty() {
            prop_assert!(!masks(&all).into_iter().any(is_gained), "a gain was missed");
        }
    }
}

fn policies(statements: &Value) -> Policies {
    Policies::new([&read(&json!({"Version": "2012-10-17", "Statement": statements}))])
}

#[test]
fn reach_honours_denies_and_conditions() {
    let allow = json!({"Effect": "Allow", "Action": "iam:*", "Resource": "*"});
    let to = |op: &str| {
        json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::*:role/*",
               "Condition": {op: {"iam:PassedToService": "ec2.amazonaws.com"}}})
    };
    let table = [
        (json!([allow]), true),
        (json!([to("StringEquals")]), false),
        (json!([to("StringEqualsIfExists")]), true),
        (json!([to("StringNotEquals")]), true),
        (json!([allow, {"Effect": "Deny", "Action": "iam:Pass*", "Resource": "*"}]), false),
        (json!([allow, {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}]), false),
        (json!([allow, {"Effect": "Deny", "Action": "iam:PassRole", "Resource": "arn:aws:iam::1:role/admin"}]), true),
        (json!([allow, {"Effect": "Deny", "Action": "iam:*", "NotResource": "arn:aws:iam::1:role/x"}]), true),
        (json!([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}]), true),
        (json!([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]), false),
        (json!([{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:s3:::b/*"}]), false),
    ];
    let region = Region::new(&["iam:PassRole"], &["arn:*:iam::*:role/*"], &["iam:PassedToService"]);
    for (statements, expected) in table {
        let answer = policies(&statements).reach(&region);
        assert_eq!(matches!(answer, Answer::Yes(_)), expected, "{statements}: {answer:?}");
        assert_ne!(answer, Answer::Undecided, "{statements}");
    }
    let reached = policies(&json!([allow])).reach(&region).yes().unwrap();
    assert_eq!(reached.request.action, "iam:passrole");
    assert_eq!(reached.request.resource, "arn:aws:iam::123456789012:role/example");
}

#[test]
fn duplicate_subsumed_and_dead_statements_are_told_apart() {
    let policies = policies(&json!([
        {"Sid": "a", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::b/*"},
        {"Sid": "b", "Effect": "Allow", "Action": ["s3:putobject", "s3:getobject"], "Resource": ["arn:aws:s3:::b/*"]},
        {"Sid": "c", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"},
        {"Sid": "d", "Effect": "Allow", "Action": "ec2:*", "Resource": "*"},
        {"Sid": "e", "Effect": "Deny", "Action": "ec2:*", "Resource": "*"},
        {"Sid": "f", "Effect": "Deny", "Action": "sqs:*", "Resource": "*"},
    ]));
    assert_eq!((0..6).map(|s| policies.duplicate_of(s)).collect::<Vec<_>>(), [None, Some(0), None, None, None, None]);
    assert_eq!(policies.redundant(1), Answer::Yes(vec![0]));
    assert_eq!(policies.redundant(2), Answer::No);
    assert_eq!(policies.dead(3), Answer::Yes(vec![4]));
    assert_eq!(policies.dead(0), Answer::No);
    assert_eq!(policies.without_effect(4), Answer::No);
    assert_eq!(policies.without_effect(5), Answer::Yes(()));
}

#[test]
fn variables_are_the_same_letter_everywhere_and_no_more() {
    let home = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:username}/*"});
    let all = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"});
    let bob = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/bob/*"});
    let literal = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${*}/*"});
    let table = [
        (json!([home, all]), 0, Answer::Yes(vec![1])),
        (json!([home, all]), 1, Answer::No),
        (json!([home, bob]), 0, Answer::No),
        (json!([bob, home]), 0, Answer::No),
        (json!([home, home]), 0, Answer::Yes(vec![1])),
        (json!([literal, all]), 0, Answer::Yes(vec![1])),
        (json!([all, literal]), 0, Answer::No),
    ];
    for (statements, index, expected) in table {
        assert_eq!(policies(&statements).redundant(index), expected, "{statements}");
    }
    let old = read(&json!({"Version": "2008-10-17", "Statement": [bob, home]}));
    assert_eq!(Policies::new([&old]).redundant(0), Answer::No);
}

#[test]
fn principals_are_compared_too() {
    let to = |principal: Value| json!({"Effect": "Allow", "Principal": principal, "Action": "s3:*", "Resource": "*"});
    let user = json!({"AWS": "arn:aws:iam::111122223333:user/u"});
    let other = json!({"AWS": "arn:aws:iam::111122223333:user/v"});
    let account = json!({"AWS": "111122223333"});
    let table = [
        (json!([to(user.clone()), to(json!("*"))]), Answer::Yes(vec![1])),
        (json!([to(json!("*")), to(user.clone())]), Answer::No),
        (json!([to(user.clone()), to(other)]), Answer::No),
        (json!([to(user.clone()), to(user.clone())]), Answer::Yes(vec![1])),
        (json!([to(user), to(account)]), Answer::Undecided),
    ];
    for (statements, expected) in table {
        assert_eq!(policies(&statements).redundant(0), expected, "{statements}");
    }
}

#[test]
fn what_cannot_be_reasoned_about_is_undecided_only_where_it_matters() {
    let with =
        |condition: Value| json!({"Effect": "Allow", "Action": "s3:Get*", "Resource": "*", "Condition": condition});
    let odd = json!({"StringSortOf": {"aws:x": "y"}});
    let plain = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
    let mixed = json!({"StringEquals": {"k": "1"}, "NumericLessThan": {"k": "2"}});
    let table = [
        (json!([with(odd.clone()), plain]), Answer::Yes(vec![1])),
        (json!([plain, with(odd.clone())]), Answer::No),
        (json!([with(json!({"Bool": {"aws:SecureTransport": "true"}})), with(odd)]), Answer::Undecided),
        (json!([with(json!({"Bool": {"aws:SecureTransport": "true"}})), with(mixed)]), Answer::Undecided),
    ];
    for (statements, expected) in table {
        assert_eq!(policies(&statements).redundant(0), expected, "{statements}");
    }
}
