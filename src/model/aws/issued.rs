//! Where Vault and AWS meet: the identities that a Vault `aws` secrets engine hands out, and
//! the identities that an `aws` auth role lets in (spec: vault-roles, sections 1.8 and 2.1).

use super::{AwsIdentity, AwsIdentityId, AwsModel, Linker, known};
use crate::carrier::declaration::{AwsPrincipalKind, Item, Named, VaultKind, VaultObject};
use crate::model::Model;
use crate::model::conditional::{given_if, join};
use crate::model::ids::{DeclId, ObjectId, RoleId};
use crate::model::vault::{Object, Subject, VaultModel};
use crate::vault::capability::Capability;
use crate::vault::roles::{Method, field};

impl Linker<'_> {
    /// Adds an identity for each thing that a role of a Vault `aws` engine hands out.
    pub(super) fn issue(&self, model: &mut AwsModel, vault: &VaultModel) {
        for (index, object) in vault.objects.iter().enumerate() {
            let aws = matches!(&object.kind, VaultKind::SecretsRole(engine) if engine == "aws");
            if let Some(declared) = self.vault_object(object.decl).filter(|_| aws) {
                self.issue_of(model, ObjectId::at(index), object, declared);
            }
        }
    }

    fn issue_of(&self, model: &mut AwsModel, id: ObjectId, object: &Object, declared: &VaultObject) {
        let (decl, body) = (object.decl, &declared.body);
        let Some(declaration) = self.declarations.get(decl.index()) else { return };
        let address = issued_name(object).unwrap_or_else(|| declaration.address.clone());
        let exists_if = given_if(self.declarations, decl);
        let mut given =
            AwsIdentity { issued_by: Some(id), ..AwsIdentity::new(AwsPrincipalKind::User, decl, address, exists_if) };
        // A static role hands out the keys of a user that is there already.
        if let Some(user) = body.get("username").and_then(named) {
            match self.identity(decl, AwsPrincipalKind::User, &user).and_then(|id| model.identity(id)) {
                Some(user) => {
                    let mut exists_if = given.exists_if;
                    join(&mut exists_if, &user.exists_if);
                    given =
                        AwsIdentity { decl, address: given.address, issued_by: Some(id), exists_if, ..user.clone() };
                }
                None => given.missing.push(format!("user `{}`", user.0.display())),
            }
            model.identities.push(given);
            return;
        }
        let document = self.embedded(decl);
        let kinds = field::string_list(body, &["credential_type", "credential_types"]);
        let has = |kind: &str| kinds.known().any(|(known, _)| known == kind);
        if has("session_token") {
            given.missing.push("everything that the engine's own user may do".to_owned());
            model.identities.push(given);
            return;
        }
        let arns = field::string_list(body, &["role_arns"]);
        if has("assumed_role") || arns.span.is_some() {
            for arn in &arns.items {
                let role = self.identity(decl, AwsPrincipalKind::Role, arn).and_then(|id| model.identity(id));
                let mut session = match role {
                    Some(role) => {
                        let mut exists_if = given.exists_if.clone();
                        join(&mut exists_if, &role.exists_if);
                        let address = given.address.clone();
                        AwsIdentity { decl, issued_by: Some(id), address, exists_if, ..role.clone() }
                    }
                    None => AwsIdentity {
                        kind: AwsPrincipalKind::Role,
                        arn: known(Some(arn)),
                        missing: vec![format!("role `{}`", arn.0.display())],
                        ..given.clone()
                    },
                };
                session.session.extend(document);
                if arns.items.len() > 1 {
                    session.address = format!("{} as {}", session.address, arn.0.display()).into();
                }
                // Managed policies that are named limit the session as a document does; what
                // the model does not have of them may take anything away.
                for policy in field::string_list(body, &["policy_arns"]).items {
                    match self.document(decl, &policy) {
                        Some(policy) => session.session.push(policy),
                        None => session.missing.push(format!("session policy `{}`", policy.0.display())),
                    }
                }
                model.identities.push(session);
            }
            return;
        }
        given.policies.extend(document);
        for policy in field::string_list(body, &["policy_arns", "arn"]).items {
            self.attach(decl, &mut given, &policy);
        }
        for group in field::string_list(body, &["iam_groups"]).items {
            match self.identity(decl, AwsPrincipalKind::Group, &group) {
                Some(group) => given.groups.push(group),
                None => given.missing.push(format!("group `{}`", group.0.display())),
            }
        }
        if let Some(boundary) = body.get("permissions_boundary_arn").and_then(named) {
            match self.document(decl, &boundary) {
                Some(id) => given.boundary = Some(id),
                None => given.missing.push(format!("permissions boundary `{}`", boundary.0.display())),
            }
        }
        model.identities.push(given);
    }

    /// The document that a role carries itself: declared under its address, inside it.
    fn embedded(&self, decl: DeclId) -> Option<DeclId> {
        let next = DeclId::at(decl.index() + 1);
        let (own, inner) = (self.declarations.get(decl.index())?, self.declarations.get(next.index())?);
        let inside = matches!(inner.item, Item::AwsPolicy(_)) && inner.address == own.address;
        inside.then_some(next)
    }

    fn vault_object(&self, decl: DeclId) -> Option<&VaultObject> {
        match &self.declarations.get(decl.index())?.item {
            Item::VaultObject(object) => Some(object),
            _ => None,
        }
    }

    /// Which IAM principals an `aws` auth role lets in.
    pub(super) fn admit(&self, model: &mut AwsModel, vault: &VaultModel) {
        let roles = vault.roles.iter().enumerate();
        for (index, role) in roles.filter(|(_, role)| role.method == Method::Aws && role.subject == Subject::Role) {
            let Some(object) = self.vault_object(role.decl) else { continue };
            let bound = field::string_list(&object.body, &["bound_iam_principal_arn", "bound_iam_principal_arns"]);
            for named in &bound.items {
                let exact = |id: AwsIdentityId| (id, RoleId::at(index));
                let prefix = named.0.known().and_then(|arn| arn.strip_suffix('*'));
                if let Some(prefix) = prefix {
                    let under = model.identities().filter(|id| {
                        let arn = model.identity(*id).and_then(|identity| identity.arn.as_deref());
                        arn.is_some_and(|arn| arn.starts_with(prefix))
                    });
                    let found: Vec<_> = under.map(exact).collect();
                    model.logins.extend(found);
                    continue;
                }
                let kinds = [AwsPrincipalKind::Role, AwsPrincipalKind::User];
                let ids = kinds.iter().filter_map(|kind| self.identity(role.decl, *kind, named));
                let same = ids.filter(|id| {
                    let arn = model.identity(*id).and_then(|identity| identity.arn.as_deref());
                    // Two accounts may have roles of one name.
                    arn.zip(named.0.known()).is_none_or(|(arn, bound)| arn == bound)
                });
                let found: Vec<_> = same.map(exact).collect();
                model.logins.extend(found);
                // What an engine hands out of the same role logs in as that role does.
                let issued: Vec<_> = model
                    .identities()
                    .filter(|id| {
                        model.identity(*id).is_some_and(|identity| {
                            identity.issued_by.is_some()
                                && identity.arn.as_deref() == named.0.known()
                                && identity.arn.is_some()
                        })
                    })
                    .map(exact)
                    .collect();
                model.logins.extend(issued);
            }
        }
        model.logins.sort_unstable();
        model.logins.dedup();
    }
}

fn named(node: &crate::syntax::Node) -> Option<Named> {
    Some((node.as_text()?.clone(), node.span)).filter(|(text, _)| !text.raw().is_empty())
}

/// The API path of a role: `aws/roles/deploy`.
fn issued_name(object: &Object) -> Option<smol_str::SmolStr> {
    let mount = object.mount.as_deref().unwrap_or("aws");
    Some(format!("{mount}/roles/{}", object.name.as_deref()?).into())
}

impl Model {
    /// The requests any one of which gives the credentials of an identity that Vault hands
    /// out; none for other identities. `sts/` refuses roles of type `iam_user`.
    #[must_use]
    pub fn requests_for(&self, id: AwsIdentityId) -> Vec<(Capability, String)> {
        use Capability::{Read, Update};
        let object = self.aws.identity(id).and_then(|identity| identity.issued_by);
        let Some(object) = object.and_then(|id| self.vault.objects.get(id.index())) else { return Vec::new() };
        let (Some(name), Some(body)) = (object.name.as_deref(), self.vault_body(object.decl)) else {
            return Vec::new();
        };
        let mount = object.mount.as_deref().unwrap_or("aws");
        if body.get("username").is_some() {
            return vec![(Read, format!("{mount}/static-creds/{name}"))];
        }
        let kinds = field::string_list(body, &["credential_type", "credential_types"]);
        let user = kinds.is_known() && kinds.known().all(|(kind, _)| kind == "iam_user");
        let creds = format!("{mount}/creds/{name}");
        let mut requests = vec![(Read, creds.clone()), (Update, creds)];
        if !user {
            let sts = format!("{mount}/sts/{name}");
            requests.extend([(Read, sts.clone()), (Update, sts)]);
        }
        requests
    }
}
