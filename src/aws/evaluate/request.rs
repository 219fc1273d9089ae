//! What is asked.

use smol_str::SmolStr;

use crate::aws::catalog::catalog;
use crate::aws::context::{Context, ContextValue};
use crate::aws::principal::{Caller, CallerKind, is_account};
use crate::pattern::{Glob, arn};

/// One thing asked: caller × action × resource × context.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who asks.
    pub caller: Caller,
    /// The action as given.
    pub action: SmolStr,
    /// The resource as given; `*` for an action that takes none.
    pub resource: SmolStr,
    /// The account that owns the resource, where that is known.
    pub resource_account: Owner,
    /// Condition keys.
    pub context: Context,
    /// How an action or resource with wildcards is meant.
    pub wildcard: Wildcard,
    /// The organization's management account, to which SCPs and RCPs do not apply.
    pub management_account: Option<SmolStr>,
    pub(super) ask: Ask,
}

/// Whose the resource is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// This account's.
    Account(SmolStr),
    /// The caller's own account's, whichever that is, or nobody's: AWS's own resources,
    /// and actions without resource.
    Caller,
    /// Not known: an S3 bucket's ARN does not tell.
    Unknown,
}

/// How a request with wildcards is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wildcard {
    /// Allowed where all that the wildcards stand for is, denied where none is, and else
    /// undetermined. This is what a request without the flag means.
    Each,
    /// Whether anything that the wildcards stand for is allowed.
    Any,
    /// Whether everything that the wildcards stand for is allowed.
    All,
}

impl Wildcard {
    /// The reading of that name: `each`, `any`, `all`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "each" => Self::Each,
            "any" => Self::Any,
            "all" => Self::All,
            _ => return None,
        })
    }
}

/// A request in the form that statements are matched with.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    /// Lower-cased.
    pub(super) action: SmolStr,
    /// The action as a pattern, where it has wildcards.
    pub(super) actions: Option<Glob>,
    pub(super) resource: Target,
}

/// What an action works on.
#[derive(Debug, Clone)]
pub(super) enum Target {
    /// Nothing: only the pattern `*` matches (spec: aws-evaluation, section 2.5).
    Nothing,
    /// One resource.
    One,
    /// Whatever the pattern stands for.
    Many(Glob),
}

impl Request {
    /// A request. The account that owns the resource is read off its ARN; where that has
    /// none it is taken to be the caller's if the context is complete, and is unknown
    /// otherwise. See the setters for what else a request may say.
    ///
    /// # Errors
    /// One sentence, where the caller or the action makes no sense.
    pub fn new(caller: &str, action: &str, resource: &str, context: Context) -> Result<Self, String> {
        let caller = Caller::parse(caller)?;
        if action != "*"
            && !action.split_once(':').is_some_and(|(service, name)| !service.is_empty() && !name.is_empty())
        {
            return Err(format!("`{action}` is no action: actions are written `service:Name`"));
        }
        if resource.is_empty() {
            return Err("the resource is empty: give an ARN, or `*` for an action without resource".to_owned());
        }
        let action_lower = SmolStr::from(action.to_ascii_lowercase());
        let actions = action.contains(['*', '?']).then(|| Glob::ignoring_case(action));
        let target = if resource == "*" {
            if takes_resource(action) { Target::Many(Glob::new("arn:*:*:*:*:*")) } else { Target::Nothing }
        } else if resource.contains(['*', '?']) {
            Target::Many(arn::resource(resource))
        } else {
            Target::One
        };
        let resource_account = owner(resource, &caller, context.is_complete());
        let mut request = Self {
            caller,
            action: action.into(),
            resource: resource.into(),
            resource_account,
            context,
            wildcard: Wildcard::Each,
            management_account: None,
            ask: Ask { action: action_lower, actions, resource: target },
        };
        if !request.context.is_complete() {
            request.derive();
        }
        Ok(request)
    }

    /// The same, with the account that owns the resource.
    #[must_use]
    pub fn owned_by(mut self, account: impl Into<SmolStr>) -> Self {
        let account = account.into();
        if !self.context.is_complete() {
            self.context.set_default("aws:ResourceAccount", ContextValue::One(account.clone()));
        }
        self.resource_account = Owner::Account(account);
        self
    }

    /// The same, with the resource `*` meant as none at all: the action has no
    /// resource-level permissions.
    #[must_use]
    pub fn without_resource(mut self) -> Self {
        self.ask.resource = Target::Nothing;
        self
    }

    /// The same, with wildcards read as asked.
    #[must_use]
    pub fn reading(mut self, wildcard: Wildcard) -> Self {
        self.wildcard = wildcard;
        self
    }

    /// Whether the action or the resource stands for several.
    #[must_use]
    pub fn has_wildcards(&self) -> bool {
        self.ask.actions.is_some() || matches!(self.ask.resource, Target::Many(_))
    }

    /// The action's service prefix in lower case.
    #[must_use]
    pub fn service(&self) -> &str {
        self.ask.action.split_once(':').map_or(self.ask.action.as_str(), |(service, _)| service)
    }

    /// The action's name in lower case, without its service.
    #[must_use]
    pub fn operation(&self) -> &str {
        self.ask.action.split_once(':').map_or("", |(_, name)| name)
    }

    /// Fills in what the caller alone tells of the context (spec: aws-evaluation, section
    /// 4.2), for requests whose context is not complete.
    fn derive(&mut self) {
        let one = |text: &str| ContextValue::One(text.into());
        let caller = &self.caller;
        let mut set = |key: &str, value: ContextValue| self.context.set_default(key, value);
        let is_service = caller.kind == CallerKind::Service;
        set("aws:PrincipalIsAWSService", one(if is_service { "true" } else { "false" }));
        if let Some(account) = &caller.account {
            set("aws:PrincipalAccount", one(account));
        }
        match caller.kind {
            CallerKind::User => {
                set("aws:PrincipalArn", one(&caller.id));
                set("aws:username", one(&caller.name));
                set("aws:PrincipalType", one("User"));
            }
            CallerKind::Role | CallerKind::Session => {
                // a session's ARN does not tell its role's path
                if caller.kind == CallerKind::Role {
                    set("aws:PrincipalArn", one(&caller.id));
                }
                set("aws:username", ContextValue::Absent);
                set("aws:PrincipalType", one("AssumedRole"));
            }
            CallerKind::FederatedUser => {
                set("aws:PrincipalArn", one(&caller.id));
                set("aws:username", ContextValue::Absent);
                set("aws:PrincipalType", one("FederatedUser"));
            }
            CallerKind::Root => {
                set("aws:PrincipalArn", one(&caller.id));
                set("aws:username", ContextValue::Absent);
                set("aws:PrincipalType", one("Account"));
                if let Some(account) = &caller.account {
                    set("aws:userid", one(account));
                }
            }
            CallerKind::Anonymous => {
                for key in ["aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:username"] {
                    set(key, ContextValue::Absent);
                }
                set("aws:MultiFactorAuthPresent", ContextValue::Absent);
                set("aws:TokenIssueTime", ContextValue::Absent);
                set("aws:PrincipalType", one("Anonymous"));
                set("aws:userid", one("anonymous"));
            }
            CallerKind::Service => {
                set("aws:PrincipalServiceName", one(&caller.id));
                set("aws:username", ContextValue::Absent);
            }
            CallerKind::Federated => set("aws:username", ContextValue::Absent),
        }
        if !is_service {
            for key in ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:PrincipalServiceName"] {
                self.context.set_default(key, ContextValue::Absent);
            }
        }
        if let Owner::Account(account) = &self.resource_account {
            self.context.set_default("aws:ResourceAccount", ContextValue::One(account.clone()));
        }
    }
}

/// Whether the service data say that the action works on resources, so that `*` as the
/// resource asked for stands for several and not for none.
fn takes_resource(action: &str) -> bool {
    if action.contains(['*', '?']) {
        return true;
    }
    catalog().action(action).is_some_and(|(_, action)| action.takes_resource())
}

fn owner(resource: &str, caller: &Caller, complete: bool) -> Owner {
    let account = resource.split(':').nth(4).unwrap_or_default();
    if is_account(account) {
        return Owner::Account(account.into());
    }
    // `arn:aws:iam::aws:policy/…` and an action without resource are nobody else's
    if resource == "*" || (!account.is_empty() && !account.contains(['*', '?'])) || complete {
        return Owner::Caller;
    }
    // Callers without account have no side that the owner could differ from.
    if caller.is_account_principal() { Owner::Unknown } else { Owner::Caller }
}
