//! From credentials that Vault hands out to the AWS principals that log in to Vault
//! (spec: vault-roles, section 4.5, E31).

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::Model;
use super::bridges::Bridge;
use super::edges::PowerKind;
use super::sites::Shown;
use crate::aws::context::{Context, ContextValue};
use crate::aws::evaluate::{Policies, PreparedPolicy, Request, Wildcard, decide};
use crate::aws::pass_role::PASS_SETS;
use crate::carrier::declaration::VaultKind;
use crate::decision::Decision;
use crate::model::AwsIdentityId;
use crate::model::aws::Bearing;
use crate::model::ids::RoleId;
use crate::model::principal::VaultPrincipal;
use crate::model::vault::{Role, Subject};
use crate::vault::capability::Capabilities;
use crate::vault::roles::{Method, field};

/// Through how many identities of the model a way is sought.
const MAX_BETWEEN: usize = 64;

/// How an identity becomes an AWS principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// By its own rights over it.
    Itself,
    /// By code that a service runs as it.
    Compute,
    /// By another identity of the model.
    Between,
}

impl Way {
    fn what(self) -> &'static str {
        match self {
            Self::Itself => "gets AWS credentials that can log in to Vault as another role",
            Self::Compute => {
                "gets AWS credentials that can run code as the AWS role which logs in to Vault as another role"
            }
            Self::Between => {
                "gets AWS credentials that can become, by a third one, the AWS principal which logs in to Vault as another role"
            }
        }
    }
}

impl Model {
    /// AWS credentials that log in by an `aws` auth role (E31).
    pub(super) fn aws_bridges(&self, out: &mut Vec<Bridge>) {
        let mut known = FxHashMap::default();
        for id in self.aws.issued() {
            let mut roles: Vec<(RoleId, Way)> = self.aws.logins_of(id).map(|role| (role, Way::Itself)).collect();
            let engine = self.aws.identity(id).and_then(|identity| self.vault.objects.get(identity.issued_by?.index()));
            let Some(engine) = engine else { continue };
            for (index, role) in self.vault.roles.iter().enumerate() {
                let aws = role.method == Method::Aws && role.subject == Subject::Role;
                let role_id = RoleId::at(index);
                if !aws || role.namespace != engine.namespace || roles.iter().any(|(known, _)| *known == role_id) {
                    continue;
                }
                if let Some(way) = self.becomes_bound(id, role, &mut known) {
                    roles.push((role_id, way));
                }
            }
            let here = |role: RoleId| self.vault.role(role).is_some_and(|role| role.namespace == engine.namespace);
            for (role, way) in roles.into_iter().filter(|(role, _)| here(*role)) {
                for (capability, path) in self.requests_for(id) {
                    out.push(Bridge {
                        id: "E31",
                        what: way.what(),
                        needs: vec![(path, Capabilities::of(&[capability]))],
                        becomes: VaultPrincipal::Role(role),
                    });
                }
            }
        }
    }

    /// How an identity can certainly act as a principal that an auth role lets in.
    fn becomes_bound(
        &self,
        id: AwsIdentityId,
        role: &Role,
        known: &mut FxHashMap<(AwsIdentityId, SmolStr), Option<Way>>,
    ) -> Option<Way> {
        let body = self.vault_body(role.decl)?;
        let bound = field::string_list(body, &["bound_iam_principal_arn", "bound_iam_principal_arns"]);
        let exact: Vec<&str> = bound.known().map(|(arn, _)| arn).filter(|arn| !arn.ends_with('*')).collect();
        let mut becomes = |id: AwsIdentityId, arn: &str| {
            *known.entry((id, SmolStr::new(arn))).or_insert_with(|| self.becomes(id, arn))
        };
        if let Some(way) = exact.iter().find_map(|arn| becomes(id, arn)) {
            return Some(way);
        }
        let others = self.aws.identities().filter(|id| self.aws.identity(*id).is_some_and(|i| i.issued_by.is_none()));
        for other in others.take(MAX_BETWEEN) {
            let Some(arn) = self.aws.identity(other).and_then(|identity| identity.arn.clone()) else { continue };
            let logs_in = exact.contains(&arn.as_str());
            if !logs_in && exact.iter().any(|bound| becomes(other, bound).is_some()) && becomes(id, &arn).is_some() {
                return Some(Way::Between);
            }
        }
        None
    }

    /// How an identity can certainly act as a principal: it may assume it, rewrite who may
    /// assume it, make keys for it, or have a service run code as it. Where nothing tells
    /// an account, the engine's user is taken to be of the principal's.
    fn becomes(&self, id: AwsIdentityId, arn: &str) -> Option<Way> {
        let kind = arn.splitn(6, ':').nth(5)?.split('/').next()?;
        let bearing = self.bearing_on(id, arn);
        if !bearing.missing.is_empty() || !bearing.exists_if.is_empty() {
            return None;
        }
        let trust = self.trust_of(arn, None);
        let may = |action: &str| allowed(&bearing, action, arn, Context::new(false), &bearing.policies());
        match kind {
            "role" if may("iam:UpdateAssumeRolePolicy") || may("sts:AssumeRole") => Some(Way::Itself),
            "role" => self.runs_as(id, arn, &bearing, &trust).then_some(Way::Compute),
            "user" => may("iam:CreateAccessKey").then_some(Way::Itself),
            _ => None,
        }
    }

    /// Whether an identity can certainly pass a role to a service that its trust lets in,
    /// and have the service run code.
    fn runs_as(&self, id: AwsIdentityId, arn: &str, bearing: &Bearing, trust: &[PreparedPolicy]) -> bool {
        let lets_in = |service: &str| {
            let policies = Policies { resource: trust.iter().collect(), ..Policies::default() };
            let request = Request::new(service, "sts:AssumeRole", arn, Context::new(true));
            request.is_ok_and(|request| decide(&request, &policies).decision() == Decision::Allowed)
        };
        PASS_SETS.iter().any(|set| {
            set.services.iter().any(|service| {
                let mut context = Context::new(false);
                context.set("iam:PassedToService", ContextValue::One(SmolStr::new(service)));
                lets_in(service)
                    && allowed(bearing, "iam:PassRole", arn, context, &bearing.policies())
                    && set.actions.iter().all(|action| {
                        let anywhere = self.bearing_on(id, "*");
                        allowed(&anywhere, action, "*", Context::new(false), &anywhere.policies())
                    })
            })
        })
    }
}

impl Model {
    /// AWS credentials that certainly read the snapshots which the server puts into a
    /// bucket of their account.
    pub(super) fn snapshots_in_s3(&self) -> Vec<Shown> {
        let kept = self.vault.objects.iter().filter(
            |object| matches!(&object.kind, VaultKind::Other(path) if path == "sys/storage/raft/snapshot-auto/config"),
        );
        let mut out = Vec::new();
        for body in kept.filter_map(|object| self.vault_body(object.decl)) {
            let Some(bucket) = field::string(body, &["aws_s3_bucket"]).known().cloned() else { continue };
            let prefix = field::string(body, &["path_prefix"]).known().cloned().unwrap_or_default();
            let snapshot = format!("arn:aws:s3:::{bucket}/{prefix}snapshot");
            for id in self.aws.issued() {
                let engine = self.aws.identity(id).and_then(|given| self.vault.objects.get(given.issued_by?.index()));
                let Some(engine) = engine else { continue };
                let bearing = self.bearing_on(id, &snapshot);
                let request = Request::new(&bearing.caller, "s3:GetObject", &snapshot, Context::new(false));
                let account = bearing.caller.split(':').nth(4).unwrap_or_default();
                let reads = request.is_ok_and(|request| {
                    decide(&request.owned_by(account), &bearing.policies()).decision() == Decision::Allowed
                });
                if !reads || !bearing.missing.is_empty() || !bearing.exists_if.is_empty() {
                    continue;
                }
                out.extend(self.requests_for(id).into_iter().map(|(capability, path)| Shown {
                    id: "E31",
                    what: "gets AWS credentials that read the snapshots of the whole storage",
                    kind: PowerKind::Server,
                    given: Some(
                        "a bucket of the same account, and the unseal or recovery keys or the use of the key that unseals the server by itself",
                    ),
                    namespace: engine.namespace.clone(),
                    need: (path, Capabilities::of(&[capability])),
                }));
            }
        }
        out
    }
}

fn allowed(bearing: &Bearing, action: &str, resource: &str, context: Context, policies: &Policies<'_>) -> bool {
    let request = Request::new(&bearing.caller, action, resource, context);
    request.is_ok_and(|request| decide(&request.reading(Wildcard::Any), policies).decision() == Decision::Allowed)
}
