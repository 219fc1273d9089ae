//! The linked model, as people and programs read it.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::escape;
use super::human::count;
use crate::carrier::declaration::{AwsPolicy, Item};
use crate::model::aws::kind_name;
use crate::model::{AwsIdentity, AwsIdentityId, Citer, DeclId, Model, MountClass, Target, VaultPrincipal};
use crate::simulate::principal::{ChainLink, place};
use crate::source::{SourceMap, Span};
use crate::vault::capability::Capability;

/// Writes the model as JSON, version 1; its schema is `schemas/model-v1.json`. Bodies of
/// declarations, which may hold secrets, are not part of it.
///
/// # Errors
///
/// If writing fails.
pub fn write_json(model: &Model, sources: &SourceMap, out: &mut dyn Write) -> io::Result<()> {
    let view = View { model, sources };
    let vault = &model.vault;
    let document = json!({
        "version": 1,
        "vault": {
            "principals": model.vault_principals().map(|p| view.principal(p)).collect::<Vec<_>>(),
            "policies": vault.policies.iter().map(|policy| view.policy(policy)).collect::<Vec<_>>(),
            "mounts": vault.mounts.iter().map(|mount| json!({
                "path": mount.path.as_deref(),
                "class": if mount.class == MountClass::Auth { "auth" } else { "secrets" },
                "type": mount.kind.as_deref(),
                "kv_version": mount.kv_version,
                "namespace": mount.namespace.as_str(),
                "accessor": mount.accessor.as_deref(),
                "place": view.declared(mount.decl),
            })).collect::<Vec<_>>(),
        },
        "aws": {
            "identities": view.identities().map(|(id, identity)| view.identity(id, identity)).collect::<Vec<_>>(),
            "policies": model.aws.policies.iter().filter_map(|id| view.aws_policy(*id)).collect::<Vec<_>>(),
        },
        "dangling": model.dangling.iter().map(|dangling| json!({
            "kind": dangling.kind,
            "name": dangling.name.as_str(),
            "by": view.address(dangling.by),
            "place": view.place(dangling.span),
        })).collect::<Vec<_>>(),
    });
    escape::write_json(out, &document)
}

/// Writes the model for people: each principal with its policies, what is missing, counts.
///
/// # Errors
///
/// If writing fails.
pub fn write_human(model: &Model, sources: &SourceMap, out: &mut dyn Write) -> io::Result<()> {
    let view = View { model, sources };
    for principal in model.vault_principals() {
        let effective = model.effective(principal);
        let mut policies: Vec<String> = effective.held.iter().map(|held| held.name.to_string()).collect();
        policies.extend(effective.open.iter().map(|(why, _)| format!("({why})")));
        let name = model.principal_name(principal);
        writeln!(out, "{}: {}", escape::line(&name), escape::line(&listed(&policies)))?;
    }
    for (id, identity) in view.identities() {
        let name = model.aws.name_of(id);
        let mut policies: Vec<String> = identity.policies.iter().map(|id| view.policy_name(*id)).collect();
        let groups = identity.groups.iter().map(|id| model.aws.name_of(*id));
        policies.extend(groups.map(|group| format!("those of {group}")));
        policies.extend(identity.missing.iter().map(|what| format!("({what}, which is not in the model)")));
        let sessions = identity.session.iter().map(|id| format!("capped by session policy {}", view.policy_name(*id)));
        policies.extend(sessions);
        writeln!(out, "{}: {}", escape::line(&name), escape::line(&listed(&policies)))?;
        for role in model.aws.logins_of(id) {
            let role = model.principal_name(VaultPrincipal::Role(role));
            writeln!(out, "  logs in to Vault as {}", escape::line(&role))?;
        }
    }
    for dangling in &model.dangling {
        let at = place(sources, dangling.span);
        let at = at.map_or_else(String::new, |at| format!(" ({}:{}:{})", at.file, at.line, at.column));
        let text = format!("{} `{}` is cited but not in the model{at}", dangling.kind, dangling.name);
        writeln!(out, "missing: {}", escape::line(&text))?;
    }
    writeln!(
        out,
        "{} and {} of Vault, {} and {} of AWS, {} missing",
        count(model.vault_principals().count(), "principal"),
        if model.vault.policies.len() == 1 {
            "1 policy".to_owned()
        } else {
            format!("{} policies", model.vault.policies.len())
        },
        count(model.aws.identities().count(), "identity").replace("identitys", "identities"),
        if model.aws.policies.len() == 1 {
            "1 policy".to_owned()
        } else {
            format!("{} policies", model.aws.policies.len())
        },
        model.dangling.len(),
    )
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "no policies".to_owned() } else { names.join(", ") }
}

/// A model with its texts.
struct View<'a> {
    model: &'a Model,
    sources: &'a SourceMap,
}

impl<'a> View<'a> {
    fn place(&self, span: Span) -> Value {
        serde_json::to_value(place(self.sources, span)).unwrap_or_default()
    }

    fn declared(&self, id: DeclId) -> Value {
        self.model.declaration(id).map_or(Value::Null, |declaration| self.place(declaration.span))
    }

    fn address(&self, id: DeclId) -> String {
        self.model.declaration(id).map_or_else(String::new, |declaration| declaration.address.to_string())
    }

    fn principal(&self, principal: VaultPrincipal) -> Value {
        let model = self.model;
        let effective = model.effective(principal);
        let policies = effective.held.iter().map(|held| {
            let links = held.chain.iter().map(|link| ChainLink {
                name: link.name.clone(),
                place: link.span.and_then(|span| place(self.sources, span)),
            });
            let target = match held.target {
                Target::Policy(_) => "policy",
                Target::Default => "default",
                Target::Root => "root",
                Target::Dangling => "missing",
                Target::Unknown => "unknown",
            };
            json!({ "name": held.name.as_str(), "target": target, "chain": links.collect::<Vec<_>>() })
        });
        json!({
            "name": model.principal_name(principal),
            "kind": match principal {
                VaultPrincipal::Role(_) => "role",
                VaultPrincipal::TokenRole(_) => "token-role",
                VaultPrincipal::Token(_) => "token",
                VaultPrincipal::Entity(_) => "entity",
                VaultPrincipal::Group(_) => "group",
                VaultPrincipal::Policy(_) => "policy",
            },
            "namespace": model.principal_namespace(principal),
            "policies": policies.collect::<Vec<_>>(),
            "open": effective.open.iter().map(|(why, _)| why.as_str()).collect::<Vec<_>>(),
            "place": model.principal_decl(principal).map_or(Value::Null, |id| self.declared(id)),
        })
    }

    fn policy(&self, policy: &crate::model::Policy) -> Value {
        let document = match self.model.declaration(policy.decl).map(|declaration| &declaration.item) {
            Some(Item::VaultPolicy(declared)) => Some(&declared.policy),
            _ => None,
        };
        let stanzas = document.map(|document| document.stanzas.as_slice()).unwrap_or_default();
        json!({
            "name": policy.name.as_deref(),
            "namespace": policy.namespace.as_str(),
            "paths": stanzas.iter().map(|stanza| json!({
                "path": stanza.path.display(),
                "capabilities": stanza.granted.iter().map(Capability::name).collect::<Vec<_>>(),
                "place": self.place(stanza.path_span),
            })).collect::<Vec<_>>(),
            "cited_by": policy.cited_by.iter().map(|citer| self.citer(*citer)).collect::<Vec<_>>(),
            "place": self.declared(policy.decl),
        })
    }

    fn citer(&self, citer: Citer) -> String {
        let principal = match citer {
            Citer::Role(id) => VaultPrincipal::Role(id),
            Citer::TokenRole(id) => VaultPrincipal::TokenRole(id),
            Citer::Token(id) => VaultPrincipal::Token(id),
            Citer::Entity(id) => VaultPrincipal::Entity(id),
            Citer::Group(id) => VaultPrincipal::Group(id),
            Citer::Object(id) => {
                let object = self.model.vault.objects.get(id.index());
                return object.map_or_else(String::new, |object| self.address(object.decl));
            }
        };
        self.model.principal_name(principal)
    }

    fn identities(&self) -> impl Iterator<Item = (AwsIdentityId, &'a AwsIdentity)> + use<'a> {
        let aws = &self.model.aws;
        aws.identities().filter_map(|id| Some((id, aws.identity(id)?)))
    }

    fn identity(&self, id: AwsIdentityId, identity: &AwsIdentity) -> Value {
        let name = self.model.aws.name_of(id);
        let names = |ids: &[DeclId]| ids.iter().map(|id| self.policy_name(*id)).collect::<Vec<_>>();
        json!({
            "name": name,
            "kind": kind_name(identity.kind),
            "arn": identity.arn.as_deref(),
            "address": identity.address.as_str(),
            "groups": identity.groups.iter().map(|id| self.model.aws.name_of(*id)).collect::<Vec<_>>(),
            "policies": names(&identity.policies),
            "boundary": identity.boundary.map(|id| self.policy_name(id)),
            "trust": identity.trust.first().map_or(Value::Null, |id| self.declared(*id)),
            "session": names(&identity.session),
            "issued_by": identity.issued_by.and_then(|id| self.model.vault.objects.get(id.index())).map(|o| self.address(o.decl)),
            "logs_in_as": self.model.aws.logins_of(id).map(|role| self.model.principal_name(VaultPrincipal::Role(role))).collect::<Vec<_>>(),
            "missing": identity.missing,
            "place": self.declared(identity.decl),
        })
    }

    fn document(&self, id: DeclId) -> Option<&'a AwsPolicy> {
        match &self.model.declaration(id)?.item {
            Item::AwsPolicy(policy) => Some(policy),
            _ => None,
        }
    }

    fn policy_name(&self, id: DeclId) -> String {
        let name = self.document(id).and_then(|policy| policy.name.as_ref());
        name.map_or_else(|| self.address(id), |(text, _)| text.display())
    }

    fn aws_policy(&self, id: DeclId) -> Option<Value> {
        let policy = self.document(id)?;
        let mut attached_to: Vec<String> = self.model.targets_of(id).map(String::from).collect();
        if attached_to.is_empty() {
            attached_to.extend(policy.attached_to.iter().map(|(text, _)| text.display()));
        }
        Some(json!({
            "name": self.policy_name(id),
            "kind": policy.kind.name(),
            "kind_guessed": policy.kind_guessed,
            "service": policy.service.as_deref(),
            "attached_to": attached_to,
            "statements": policy.document.statements.len(),
            "place": self.declared(id),
        }))
    }
}
