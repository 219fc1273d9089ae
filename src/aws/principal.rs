//! Who calls, and which principals a policy names (spec: aws-evaluation, section 7.1).

use smol_str::{SmolStr, format_smolstr};

use super::document::{PrincipalElement, PrincipalKind};
use crate::decision::Truth;

/// Who makes a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// As given: an ARN, a service principal, a provider, `anonymous`.
    pub id: SmolStr,
    /// What it is.
    pub kind: CallerKind,
    /// Its account, where it has one.
    pub account: Option<SmolStr>,
    /// Partition of its ARN; empty for callers that have none.
    pub partition: SmolStr,
    /// The role's name without path for a role or session, the user's for a user or
    /// federated user; empty for others.
    pub name: SmolStr,
}

/// The kinds of callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallerKind {
    /// An IAM user.
    User,
    /// A role, as some session of it.
    Role,
    /// A session of a role.
    Session,
    /// A session made by `GetFederationToken`.
    FederatedUser,
    /// The account's root user.
    Root,
    /// An identity provider's user: SAML, OIDC, web identity.
    Federated,
    /// An AWS service.
    Service,
    /// Nobody: an unsigned request.
    Anonymous,
}

/// Web identity providers that have a name instead of an ARN.
const PROVIDERS: [&str; 4] =
    ["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"];

impl Caller {
    /// Reads a caller: the ARN of a user, role, role session, federated user, root user or
    /// identity provider, an account id (its root user), a service principal, or
    /// `anonymous`.
    ///
    /// # Errors
    /// One sentence on what is expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let caller = |kind, account: Option<&str>, partition: &str, name: &str| Self {
            id: SmolStr::new(text),
            kind,
            account: account.map(SmolStr::new),
            partition: SmolStr::new(partition),
            name: SmolStr::new(name),
        };
        if text == "*" || text.eq_ignore_ascii_case("anonymous") {
            return Ok(caller(CallerKind::Anonymous, None, "", ""));
        }
        if is_account(text) {
            let mut root = caller(CallerKind::Root, Some(text), "aws", "");
            root.id = format_smolstr!("arn:aws:iam::{text}:root");
            return Ok(root);
        }
        let fields: Vec<&str> = text.splitn(6, ':').collect();
        if let ["arn", partition, service @ ("iam" | "sts"), "", account, resource] = *fields.as_slice() {
            let (kind, rest) = resource.split_once('/').unwrap_or((resource, ""));
            let last = rest.rsplit('/').next().unwrap_or_default();
            let (kind, name) = match (service, kind) {
                ("iam", "user") => (CallerKind::User, last),
                ("iam", "role") => (CallerKind::Role, last),
                ("iam", "root") if rest.is_empty() => (CallerKind::Root, ""),
                ("iam", "oidc-provider" | "saml-provider") => (CallerKind::Federated, ""),
                ("sts", "assumed-role") => (CallerKind::Session, rest.split('/').next().unwrap_or_default()),
                ("sts", "federated-user") => (CallerKind::FederatedUser, rest),
                _ => return Err(format!("`{text}` is no principal that can call AWS")),
            };
            let nameless = matches!(kind, CallerKind::Root | CallerKind::Federated);
            if account.is_empty() || (name.is_empty() && !nameless) {
                return Err(format!("`{text}` is no whole ARN of a principal"));
            }
            // The provider itself has no permissions of its own account.
            let account = (kind != CallerKind::Federated).then_some(account);
            return Ok(caller(kind, account, partition, name));
        }
        if PROVIDERS.contains(&text) {
            return Ok(caller(CallerKind::Federated, None, "", ""));
        }
        if text.contains('.') && !text.contains([':', '/', ' ', '*']) {
            return Ok(caller(CallerKind::Service, None, "", ""));
        }
        Err(format!(
            "`{text}` is no principal: give an ARN, an account id, a service such as `ec2.amazonaws.com`, or `anonymous`"
        ))
    }

    /// Whether the caller acts for an account at all, so that identity policies and SCPs
    /// are about it.
    #[must_use]
    pub fn is_account_principal(&self) -> bool {
        self.account.is_some()
    }

    /// A session of a service-linked role: the ARN of the role has the path
    /// `aws-service-role/`; that of a session drops the path, but the names of these roles
    /// all start alike.
    #[must_use]
    pub fn is_service_linked(&self) -> bool {
        match self.kind {
            CallerKind::Role => self.id.contains(":role/aws-service-role/"),
            CallerKind::Session => self.name.starts_with("AWSServiceRoleFor"),
            _ => false,
        }
    }
}

/// Twelve digits.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// How a `Principal` element reaches a caller. The difference decides what else has to
/// allow the request (spec: aws-evaluation, sections 7.3 and 7.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach<T> {
    /// By the caller's own name, or as everybody.
    pub direct: T,
    /// By the role a session is of, or the user that a federated session is of.
    pub source: T,
    /// By the account only: the account decides who of it.
    pub account: T,
}

impl Reach<Truth> {
    /// No reach.
    pub const NONE: Self = Self { direct: Truth::False, source: Truth::False, account: Truth::False };

    /// Whether the element reaches the caller in any way.
    #[must_use]
    pub fn any(self) -> Truth {
        self.direct.or(self.source).or(self.account)
    }
}

/// A `Principal` or `NotPrincipal` element made ready.
#[derive(Debug, Clone)]
pub struct PrincipalMatcher {
    negated: bool,
    everyone: bool,
    named: Vec<Named>,
    /// What is not known of the element: the whole of it, or some of its values.
    unknown: bool,
}

#[derive(Debug, Clone)]
enum Named {
    Account {
        id: SmolStr,
        partition: Option<SmolStr>,
    },
    Role {
        arn: SmolStr,
        account: SmolStr,
        partition: SmolStr,
        name: SmolStr,
    },
    /// The exact text of an ARN: user, session, federated user, `CloudFront` identity …
    Arn(SmolStr),
    Service(SmolStr),
    Federated(SmolStr),
    Canonical(SmolStr),
}

impl PrincipalMatcher {
    /// Compiles an element. A principal that AWS refuses (a wildcard inside an ARN) names
    /// nobody.
    #[must_use]
    pub fn new(element: &PrincipalElement) -> Self {
        let mut matcher =
            Self { negated: element.negated, everyone: element.star, named: Vec::new(), unknown: element.unknown };
        for entry in &element.entries {
            let Some(text) = entry.item.text.known() else {
                matcher.unknown = true;
                continue;
            };
            match entry.kind {
                PrincipalKind::Aws if text == "*" => matcher.everyone = true,
                PrincipalKind::Aws => matcher.named.push(Named::aws(text)),
                PrincipalKind::Service => matcher.named.push(Named::Service(text.into())),
                PrincipalKind::Federated => matcher.named.push(Named::Federated(text.into())),
                PrincipalKind::CanonicalUser => matcher.named.push(Named::Canonical(text.into())),
            }
        }
        matcher
    }

    /// Whether the element is `NotPrincipal`.
    #[must_use]
    pub fn is_negated(&self) -> bool {
        self.negated
    }

    /// How the element reaches the caller. `exact` tells that the caller is no more than
    /// what is given: a role, and not some session of it with a name that is not given.
    #[must_use]
    pub fn reach(&self, caller: &Caller, exact: bool) -> Reach<Truth> {
        if self.negated {
            let truth = !self.lists(caller, exact);
            return Reach { direct: truth, ..Reach::NONE };
        }
        if self.everyone {
            return Reach { direct: Truth::True, ..Reach::NONE };
        }
        let mut reach = Reach::NONE;
        for named in &self.named {
            named.reach(caller, exact, &mut reach);
        }
        if self.unknown {
            reach.direct = reach.direct.or(Truth::Unknown);
        }
        reach
    }

    /// Whether `NotPrincipal` lists the caller whole: a user with its account, a session
    /// with its role and its account. What is not listed is denied, and an account that is
    /// denied takes its users along.
    fn lists(&self, caller: &Caller, exact: bool) -> Truth {
        if self.everyone {
            return Truth::True;
        }
        let mut reach = Reach::NONE;
        for named in &self.named {
            named.reach(caller, exact, &mut reach);
        }
        let listed = match caller.kind {
            CallerKind::User => reach.direct.and(reach.account),
            CallerKind::Session | CallerKind::FederatedUser => reach.direct.and(reach.source).and(reach.account),
            CallerKind::Role => reach.source.and(reach.account).and(reach.direct.or(exact.into())),
            CallerKind::Root => reach.account,
            CallerKind::Federated | CallerKind::Service | CallerKind::Anonymous => reach.any(),
        };
        if self.unknown { listed.or(Truth::Unknown) } else { listed }
    }
}

impl Named {
    fn aws(text: &str) -> Self {
        if is_account(text) {
            return Self::Account { id: text.into(), partition: None };
        }
        let fields: Vec<&str> = text.splitn(6, ':').collect();
        if let ["arn", partition, "iam", "", account, resource] = *fields.as_slice() {
            if resource == "root" {
                return Self::Account { id: account.into(), partition: Some(partition.into()) };
            }
            if let Some(path) = resource.strip_prefix("role/") {
                let name = path.rsplit('/').next().unwrap_or(path);
                return Self::Role {
                    arn: text.into(),
                    account: account.into(),
                    partition: partition.into(),
                    name: name.into(),
                };
            }
        }
        Self::Arn(text.into())
    }

    fn reach(&self, caller: &Caller, exact: bool, into: &mut Reach<Truth>) {
        match self {
            Self::Account { id, partition } => {
                let same =
                    caller.account.as_ref() == Some(id) && partition.as_ref().is_none_or(|p| *p == caller.partition);
                into.account = into.account.or(same.into());
            }
            Self::Role { arn, account, partition, name } => {
                let is_role = match caller.kind {
                    // a session's ARN drops the path of its role
                    CallerKind::Session => {
                        caller.account.as_ref() == Some(account)
                            && caller.partition == *partition
                            && caller.name == *name
                    }
                    CallerKind::Role => caller.id == *arn,
                    _ => false,
                };
                into.source = into.source.or(is_role.into());
            }
            Self::Arn(arn) => {
                if caller.id == *arn {
                    into.direct = Truth::True;
                } else if caller.kind == CallerKind::FederatedUser && is_federating_user(arn, caller) {
                    into.source = Truth::True;
                } else if caller.kind == CallerKind::Role && !exact && is_session_of(arn, caller) {
                    into.direct = into.direct.or(Truth::Unknown);
                }
            }
            Self::Service(name) => {
                let same = caller.kind == CallerKind::Service && caller.id == *name;
                into.direct = into.direct.or(same.into());
            }
            Self::Federated(name) => {
                let same = caller.kind == CallerKind::Federated && caller.id == *name;
                into.direct = into.direct.or(same.into());
            }
            // Which account a canonical user id stands for is not told anywhere.
            Self::Canonical(id) => {
                let truth = if caller.id == *id {
                    Truth::True
                } else if exact || caller.account.is_none() {
                    Truth::False
                } else {
                    Truth::Unknown
                };
                into.account = into.account.or(truth);
            }
        }
    }
}

/// The user of whom a `GetFederationToken` session is, by the session's name.
fn is_federating_user(arn: &str, caller: &Caller) -> bool {
    let fields: Vec<&str> = arn.splitn(6, ':').collect();
    matches!(fields.as_slice(), ["arn", partition, "iam", "", account, resource]
        if caller.partition == *partition
            && caller.account.as_deref() == Some(account)
            && resource.strip_prefix("user/").is_some_and(|path| path.rsplit('/').next() == Some(caller.name.as_str())))
}

fn is_session_of(arn: &str, role: &Caller) -> bool {
    let fields: Vec<&str> = arn.splitn(6, ':').collect();
    matches!(fields.as_slice(), ["arn", partition, "sts", "", account, resource]
        if role.partition == *partition
            && role.account.as_deref() == Some(account)
            && resource.strip_prefix("assumed-role/").is_some_and(|rest| rest.split('/').next() == Some(role.name.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Fragment, SourceId};
    use crate::syntax::json;

    fn matcher(element: &str) -> PrincipalMatcher {
        let text = format!(r#"{{"Statement":{{"Effect":"Allow","Action":"*",{element}}}}}"#);
        let (node, _) = json::parse(&Fragment::plain(SourceId(0), 0, &text));
        let document = crate::aws::document::parse(&node.unwrap());
        PrincipalMatcher::new(document.statements.first().unwrap().principal.as_ref().unwrap())
    }

    #[test]
    fn reads_callers() {
        let table = [
            ("arn:aws:iam::111111111111:user/team/alice", CallerKind::User, "alice"),
            ("arn:aws:iam::111111111111:role/a/b", CallerKind::Role, "b"),
            ("arn:aws:sts::111111111111:assumed-role/app/s1", CallerKind::Session, "app"),
            ("arn:aws:sts::111111111111:federated-user/alice", CallerKind::FederatedUser, "alice"),
            ("arn:aws-cn:iam::111111111111:root", CallerKind::Root, ""),
            ("111111111111", CallerKind::Root, ""),
            ("arn:aws:iam::111111111111:oidc-provider/x.y", CallerKind::Federated, ""),
            ("cognito-identity.amazonaws.com", CallerKind::Federated, ""),
            ("sns.amazonaws.com", CallerKind::Service, ""),
            ("anonymous", CallerKind::Anonymous, ""),
        ];
        for (text, kind, name) in table {
            let caller = Caller::parse(text).unwrap();
            assert_eq!((caller.kind, caller.name.as_str()), (kind, name), "{text}");
        }
        for text in
            ["", "alice", "arn:aws:iam::1:policy/p", "arn:aws:iam::1:user/", "arn:aws:s3:::b", "arn:aws:iam:::root"]
        {
            assert!(Caller::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn reaches_callers_by_name_role_or_account() {
        let account = "arn:aws:iam::111111111111:root";
        let session = "arn:aws:sts::111111111111:assumed-role/app/s1";
        let table = [
            (r#""AWS":"111111111111""#, session, "account"),
            (r#""AWS":"arn:aws:iam::111111111111:root""#, session, "account"),
            (r#""AWS":"arn:aws-cn:iam::111111111111:root""#, session, ""),
            (r#""AWS":"arn:aws:iam::111111111111:role/app""#, session, "source"),
            (r#""AWS":"arn:aws:iam::111111111111:role/x/app""#, session, "source"),
            (r#""AWS":"arn:aws:iam::111111111111:role/x/app""#, "arn:aws:iam::111111111111:role/app", ""),
            (r#""AWS":"arn:aws:iam::111111111111:role/app""#, "arn:aws:iam::111111111111:role/app", "source"),
            (r#""AWS":"arn:aws:sts::111111111111:assumed-role/app/s1""#, session, "direct"),
            (r#""AWS":"arn:aws:sts::111111111111:assumed-role/app/s2""#, session, ""),
            (
                r#""AWS":"arn:aws:iam::111111111111:user/alice""#,
                "arn:aws:sts::111111111111:federated-user/alice",
                "source",
            ),
            (r#""AWS":"arn:aws:iam::111111111111:user/*""#, "arn:aws:iam::111111111111:user/alice", ""),
            (r#""AWS":"*""#, "anonymous", "direct"),
            (r#""Service":"sns.amazonaws.com""#, "sns.amazonaws.com", "direct"),
            (r#""Service":"sns.amazonaws.com""#, "sqs.amazonaws.com", ""),
            (r#""Federated":"cognito-identity.amazonaws.com""#, "cognito-identity.amazonaws.com", "direct"),
            (r#""AWS":"111111111111""#, account, "account"),
        ];
        for (element, caller, expected) in table {
            let reach = matcher(&format!(r#""Principal":{{{element}}}"#)).reach(&Caller::parse(caller).unwrap(), true);
            let is = |name| Truth::from(expected == name);
            assert_eq!(
                reach,
                Reach { direct: is("direct"), source: is("source"), account: is("account") },
                "{element}"
            );
        }
    }

    #[test]
    fn a_role_may_be_any_session_of_it() {
        let role = Caller::parse("arn:aws:iam::111111111111:role/x/app").unwrap();
        let session = matcher(r#""Principal":{"AWS":"arn:aws:sts::111111111111:assumed-role/app/s1"}"#);
        assert_eq!(session.reach(&role, true).any(), Truth::False);
        assert_eq!(session.reach(&role, false).any(), Truth::Unknown);
    }

    #[test]
    fn not_principal_lists_a_caller_only_with_all_it_stands_for() {
        let (alice, root) = ("arn:aws:iam::111111111111:user/alice", "arn:aws:iam::111111111111:root");
        let (session, role) = ("arn:aws:sts::111111111111:assumed-role/app/s1", "arn:aws:iam::111111111111:role/app");
        let table: [(&[&str], &str, Truth); 8] = [
            (&[alice, root], alice, Truth::False),
            (&[alice], alice, Truth::True),
            (&[root], alice, Truth::True),
            (&[alice, root], "arn:aws:iam::111111111111:user/bob", Truth::True),
            (&[session, role, root], session, Truth::False),
            (&[role, root], session, Truth::True),
            (&["*"], alice, Truth::False),
            (&[alice, root], "anonymous", Truth::True),
        ];
        for (listed, caller, applies) in table {
            let element = format!(r#""NotPrincipal":{{"AWS":{}}}"#, serde_json::to_string(listed).unwrap());
            let reach = matcher(&element).reach(&Caller::parse(caller).unwrap(), true);
            assert_eq!(reach.any(), applies, "{element} {caller}");
        }
    }
}
