//! What the resource types of Terraform's `vault` provider declare.
//!
//! A type is a row of [`ROWS`]. Its arguments become the body as they are, but for the
//! few that the provider calls otherwise than the API ([`RENAMED`]).

use smol_str::SmolStr;

use super::{Sink, named, text_of, vault_policy};
use crate::carrier::declaration::{Item, Named, VaultKind, VaultObject, VaultPolicy};
use crate::carrier::record::Record;
use crate::carrier::vault_api;
use crate::source::Span;
use crate::syntax::{Entry, Node, Text, Value, json};

/// What a resource type declares.
#[derive(Clone, Copy)]
enum What {
    /// A login role of the method.
    Role(&'static str),
    /// A user, group … of the method.
    Mapping(&'static str, &'static str),
    /// The method's configuration.
    Config(&'static str),
    /// An auth mount of that type with its configuration.
    AuthMount(&'static str),
    /// A secrets engine of that type with its configuration.
    Engine(&'static str),
    /// A role of a secrets engine.
    EngineRole(&'static str),
    /// Configuration of a secrets engine.
    EngineConfig(&'static str),
    /// Anything that needs no more than its kind.
    Plain(fn() -> VaultKind),
    /// A part of a server's own configuration.
    Server(&'static str),
    /// A part of an agent's or proxy's own configuration.
    Agent(&'static str),
    /// Anything else, kept under its API path.
    Other(&'static str),
}

/// One resource type.
struct Row {
    kind: &'static str,
    what: What,
    /// The argument that holds the mount path; empty where there is none.
    mount: &'static str,
    /// The argument that holds the name; empty where there is none.
    name: &'static str,
}

const fn row(kind: &'static str, what: What, mount: &'static str, name: &'static str) -> Row {
    Row { kind, what, mount, name }
}

use What::{Agent, AuthMount, Config, Engine, EngineConfig, EngineRole, Mapping, Other, Plain, Role, Server};

/// Every type that declares something, but for `vault_policy` and the generic ones.
const ROWS: &[Row] = &[
    // Mounts.
    row("vault_mount", Plain(|| VaultKind::SecretsMount), "", "path"),
    row("vault_auth_backend", Plain(|| VaultKind::AuthMount), "", "path"),
    row("vault_gcp_auth_backend", AuthMount("gcp"), "path", ""),
    row("vault_github_auth_backend", AuthMount("github"), "path", ""),
    row("vault_jwt_auth_backend", AuthMount("jwt"), "path", ""),
    row("vault_ldap_auth_backend", AuthMount("ldap"), "path", ""),
    row("vault_oci_auth_backend", AuthMount("oci"), "path", ""),
    row("vault_okta_auth_backend", AuthMount("okta"), "path", ""),
    row("vault_saml_auth_backend", AuthMount("saml"), "path", ""),
    row("vault_ad_secret_backend", Engine("ad"), "backend", ""),
    row("vault_aws_secret_backend", Engine("aws"), "path", ""),
    row("vault_azure_secret_backend", Engine("azure"), "path", ""),
    row("vault_consul_secret_backend", Engine("consul"), "path", ""),
    row("vault_database_secrets_mount", Engine("database"), "path", ""),
    row("vault_gcp_secret_backend", Engine("gcp"), "path", ""),
    row("vault_gcpkms_secret_backend", Engine("gcpkms"), "path", ""),
    row("vault_kmip_secret_backend", Engine("kmip"), "path", ""),
    row("vault_kubernetes_secret_backend", Engine("kubernetes"), "path", ""),
    row("vault_ldap_secret_backend", Engine("ldap"), "path", ""),
    row("vault_nomad_secret_backend", Engine("nomad"), "backend", ""),
    row("vault_rabbitmq_secret_backend", Engine("rabbitmq"), "path", ""),
    row("vault_terraform_cloud_secret_backend", Engine("terraform"), "backend", ""),
    // Login roles.
    row("vault_alicloud_auth_backend_role", Role("alicloud"), "backend", "role"),
    row("vault_approle_auth_backend_role", Role("approle"), "backend", "role_name"),
    row("vault_aws_auth_backend_role", Role("aws"), "backend", "role"),
    row("vault_azure_auth_backend_role", Role("azure"), "backend", "role"),
    row("vault_cf_auth_backend_role", Role("cf"), "mount", "name"),
    row("vault_gcp_auth_backend_role", Role("gcp"), "backend", "role"),
    row("vault_jwt_auth_backend_role", Role("jwt"), "backend", "role_name"),
    row("vault_kubernetes_auth_backend_role", Role("kubernetes"), "backend", "role_name"),
    row("vault_oci_auth_backend_role", Role("oci"), "backend", "name"),
    row("vault_saml_auth_backend_role", Role("saml"), "path", "name"),
    row("vault_scep_auth_backend_role", Role("scep"), "backend", "name"),
    row("vault_spiffe_auth_backend_role", Role("spiffe"), "mount", "name"),
    // Users and mappings.
    row("vault_cert_auth_backend_role", Mapping("cert", "cert"), "backend", "name"),
    row("vault_github_team", Mapping("github", "team"), "backend", "team"),
    row("vault_github_user", Mapping("github", "user"), "backend", "user"),
    row("vault_kerberos_auth_backend_group", Mapping("kerberos", "group"), "mount", "name"),
    row("vault_ldap_auth_backend_group", Mapping("ldap", "group"), "backend", "groupname"),
    row("vault_ldap_auth_backend_user", Mapping("ldap", "user"), "backend", "username"),
    row("vault_okta_auth_backend_group", Mapping("okta", "group"), "path", "group_name"),
    row("vault_okta_auth_backend_user", Mapping("okta", "user"), "path", "username"),
    row("vault_radius_auth_backend_user", Mapping("radius", "user"), "mount", "username"),
    row("vault_userpass_auth_backend_user", Mapping("userpass", "user"), "mount", "username"),
    // Method configuration.
    row("vault_aws_auth_backend_client", Config("aws"), "backend", ""),
    row("vault_aws_auth_backend_config_identity", Config("aws"), "backend", ""),
    row("vault_azure_auth_backend_config", Config("azure"), "backend", ""),
    row("vault_cf_auth_backend_config", Config("cf"), "mount", ""),
    row("vault_kerberos_auth_backend_config", Config("kerberos"), "mount", ""),
    row("vault_kerberos_auth_backend_ldap_config", Config("kerberos"), "mount", ""),
    row("vault_kubernetes_auth_backend_config", Config("kubernetes"), "backend", ""),
    row("vault_radius_auth_backend", Config("radius"), "mount", ""),
    row("vault_spiffe_auth_backend_config", Config("spiffe"), "mount", ""),
    // Tokens and identity.
    row("vault_token", Plain(|| VaultKind::Token), "", "display_name"),
    row("vault_token_auth_backend_role", Plain(|| VaultKind::TokenRole), "", "role_name"),
    row("vault_identity_entity", Plain(|| VaultKind::Entity), "", "name"),
    row("vault_identity_entity_alias", Plain(|| VaultKind::EntityAlias), "", "name"),
    row("vault_identity_entity_policies", Plain(|| VaultKind::IdentityPolicies), "", ""),
    row("vault_identity_group", Plain(|| VaultKind::Group), "", "name"),
    row("vault_identity_group_alias", Plain(|| VaultKind::GroupAlias), "", "name"),
    row("vault_identity_group_member_entity_ids", Plain(|| VaultKind::IdentityPolicies), "", ""),
    row("vault_identity_group_member_group_ids", Plain(|| VaultKind::IdentityPolicies), "", ""),
    row("vault_identity_group_policies", Plain(|| VaultKind::IdentityPolicies), "", ""),
    row("vault_identity_mfa_login_enforcement", Other("identity/mfa/login-enforcement"), "", "name"),
    row("vault_identity_oidc_assignment", Other("identity/oidc/assignment"), "", "name"),
    row("vault_identity_oidc_client", Other("identity/oidc/client"), "", "name"),
    row("vault_identity_oidc_key", Other("identity/oidc/key"), "", "name"),
    row("vault_identity_oidc_provider", Other("identity/oidc/provider"), "", "name"),
    row("vault_identity_oidc_role", Other("identity/oidc/role"), "", "name"),
    row("vault_agent_registration", Other("identity/agent"), "", "display_name"),
    row("vault_approle_auth_backend_role_secret_id", Other("auth/approle/secret-id"), "backend", "role_name"),
    row("vault_aws_auth_backend_role_tag", Other("auth/aws/role-tag"), "backend", "role"),
    row("vault_aws_auth_backend_sts_role", Other("auth/aws/sts-role"), "backend", "account_id"),
    // Engine roles.
    row("vault_ad_secret_backend_library", EngineRole("ad"), "backend", "name"),
    row("vault_ad_secret_role", EngineRole("ad"), "backend", "role"),
    row("vault_alicloud_secret_backend_role", EngineRole("alicloud"), "mount", "name"),
    row("vault_aws_secret_backend_role", EngineRole("aws"), "backend", "name"),
    row("vault_aws_secret_backend_static_role", EngineRole("aws"), "backend", "name"),
    row("vault_azure_secret_backend_role", EngineRole("azure"), "backend", "role"),
    row("vault_azure_secret_backend_static_role", EngineRole("azure"), "backend", "role"),
    row("vault_consul_secret_backend_role", EngineRole("consul"), "backend", "name"),
    row("vault_database_secret_backend_role", EngineRole("database"), "backend", "name"),
    row("vault_database_secret_backend_static_role", EngineRole("database"), "backend", "name"),
    row("vault_gcp_secret_impersonated_account", EngineRole("gcp"), "backend", "impersonated_account"),
    row("vault_gcp_secret_roleset", EngineRole("gcp"), "backend", "roleset"),
    row("vault_gcp_secret_static_account", EngineRole("gcp"), "backend", "static_account"),
    row("vault_kmip_secret_role", EngineRole("kmip"), "path", "role"),
    row("vault_kubernetes_secret_backend_role", EngineRole("kubernetes"), "backend", "name"),
    row("vault_ldap_secret_backend_dynamic_role", EngineRole("ldap"), "mount", "role_name"),
    row("vault_ldap_secret_backend_library_set", EngineRole("ldap"), "path", "name"),
    row("vault_ldap_secret_backend_static_role", EngineRole("ldap"), "mount", "role_name"),
    row("vault_mongodbatlas_secret_role", EngineRole("mongodbatlas"), "mount", "name"),
    row("vault_nomad_secret_role", EngineRole("nomad"), "backend", "role"),
    row("vault_pki_secret_backend_role", EngineRole("pki"), "backend", "name"),
    row("vault_rabbitmq_secret_backend_role", EngineRole("rabbitmq"), "backend", "name"),
    row("vault_spiffe_secret_backend_role", EngineRole("spiffe"), "mount", "name"),
    row("vault_ssh_secret_backend_role", EngineRole("ssh"), "backend", "name"),
    row("vault_terraform_cloud_secret_role", EngineRole("terraform"), "backend", "name"),
    row("vault_terraform_cloud_secret_backend_role", EngineRole("terraform"), "backend", "name"),
    row("vault_transit_secret_backend_key", EngineRole("transit"), "backend", "name"),
    // Engine configuration.
    row("vault_alicloud_secret_backend", EngineConfig("alicloud"), "mount", ""),
    row("vault_database_secret_backend_connection", EngineConfig("database"), "backend", "name"),
    row("vault_kv_secret_backend_v2", EngineConfig("kv"), "mount", ""),
    row("vault_mongodbatlas_secret_backend", EngineConfig("mongodbatlas"), "mount", ""),
    row("vault_pki_secret_backend_config_acme", EngineConfig("pki"), "backend", ""),
    row("vault_pki_secret_backend_config_ca", EngineConfig("pki"), "backend", ""),
    row("vault_pki_secret_backend_root_cert", EngineConfig("pki"), "backend", ""),
    row("vault_ssh_secret_backend_ca", EngineConfig("ssh"), "backend", ""),
    // Secrets and the server itself.
    row("vault_kv_secret", Plain(|| VaultKind::Secret), "", "path"),
    row("vault_kv_secret_v2", Plain(|| VaultKind::Secret), "mount", "name"),
    row("vault_audit", Plain(|| VaultKind::Audit), "", "path"),
    row("vault_namespace", Plain(|| VaultKind::Namespace), "", "path"),
    row("vault_egp_policy", Other("sys/policies/egp"), "", "name"),
    row("vault_rgp_policy", Other("sys/policies/rgp"), "", "name"),
    row("vault_password_policy", Other("sys/policies/password"), "", "name"),
    row("vault_plugin", Other("sys/plugins/catalog"), "", "name"),
    row("vault_config_group_policy_application", Other("sys/config/group-policy-application"), "", ""),
    row("vault_raft_snapshot_agent_config", Other("sys/storage/raft/snapshot-auto/config"), "", "name"),
    row("vault_sys_config_cors", Other("sys/config/cors"), "", ""),
    // The programs' own configuration, which is no resource of the provider.
    row("vault_server_config", Server("config"), "", ""),
    row("vault_server_listener", Server("listener"), "", "type"),
    row("vault_server_storage", Server("storage"), "", "type"),
    row("vault_server_seal", Server("seal"), "", "type"),
    row("vault_agent_config", Agent("config"), "", ""),
    row("vault_agent_listener", Agent("listener"), "", "type"),
    row("vault_agent_method", Agent("method"), "", "type"),
    row("vault_agent_sink", Agent("sink"), "", "type"),
    row("vault_consumer", Plain(|| VaultKind::Consumer), "mount", "role"),
];

/// Arguments that the provider calls otherwise than the API: type, argument, API name.
const RENAMED: &[(&str, &str, &str)] = &[
    ("vault_aws_auth_backend_role", "bound_ami_ids", "bound_ami_id"),
    ("vault_aws_auth_backend_role", "bound_account_ids", "bound_account_id"),
    ("vault_aws_auth_backend_role", "bound_regions", "bound_region"),
    ("vault_aws_auth_backend_role", "bound_vpc_ids", "bound_vpc_id"),
    ("vault_aws_auth_backend_role", "bound_subnet_ids", "bound_subnet_id"),
    ("vault_aws_auth_backend_role", "bound_iam_role_arns", "bound_iam_role_arn"),
    ("vault_aws_auth_backend_role", "bound_iam_instance_profile_arns", "bound_iam_instance_profile_arn"),
    ("vault_aws_auth_backend_role", "bound_ec2_instance_ids", "bound_ec2_instance_id"),
    ("vault_aws_auth_backend_role", "bound_iam_principal_arns", "bound_iam_principal_arn"),
    ("vault_token", "no_default_policy", "token_no_default_policy"),
    ("vault_userpass_auth_backend_user", "password_wo", "password"),
];

/// Declares one `vault_*` resource.
pub(super) fn declare(record: &Record, sink: &mut Sink<'_>) {
    match record.kind.as_str() {
        "vault_policy" => policy(record, sink),
        "vault_generic_endpoint" | "vault_generic_secret" => generic(record, sink),
        kind => {
            if let Some(row) = ROWS.iter().find(|row| row.kind == kind) {
                of_row(record, row, sink);
            }
        }
    }
}

fn policy(record: &Record, sink: &mut Sink<'_>) {
    let Some(argument) = record.body.get("policy") else { return };
    let Some((policy, diagnostics)) = vault_policy(argument, sink.options) else { return };
    sink.out.diagnostics.extend(diagnostics);
    let (name, namespace) = (named(record, "name"), named(record, "namespace"));
    sink.push(record, Item::VaultPolicy(VaultPolicy { name, namespace, policy }));
}

fn of_row(record: &Record, row: &Row, sink: &mut Sink<'_>) {
    let mount = (!row.mount.is_empty()).then(|| named(record, row.mount)).flatten();
    let name = (!row.name.is_empty()).then(|| named(record, row.name)).flatten();
    let smol = SmolStr::new_static;
    let mut object = VaultObject {
        kind: VaultKind::Other(SmolStr::default()),
        mount,
        name,
        namespace: named(record, "namespace"),
        body: renamed(record),
    };
    match row.what {
        Role(method) => object.kind = VaultKind::AuthRole(smol(method)),
        Mapping(method, subject) => {
            object.kind = VaultKind::AuthMapping { method: smol(method), subject: smol(subject) };
        }
        Config(method) => object.kind = VaultKind::AuthConfig(smol(method)),
        EngineRole(engine) => object.kind = VaultKind::SecretsRole(smol(engine)),
        EngineConfig(engine) => object.kind = VaultKind::SecretsConfig(smol(engine)),
        Server(part) => object.kind = VaultKind::Server(smol(part)),
        Agent(part) => object.kind = VaultKind::Agent(smol(part)),
        Other(path) => object.kind = VaultKind::Other(smol(path)),
        Plain(kind) => object.kind = kind(),
        AuthMount(method) => {
            let mount = mounted(record, method, object.mount.clone());
            sink.push(record, Item::VaultObject(VaultObject { kind: VaultKind::AuthMount, ..mount }));
            nested(record, method, object.mount.as_ref(), sink);
            object.kind = VaultKind::AuthConfig(smol(method));
        }
        Engine(engine) => {
            let mount = mounted(record, engine, object.mount.clone());
            sink.push(record, Item::VaultObject(VaultObject { kind: VaultKind::SecretsMount, ..mount }));
            object.kind = VaultKind::SecretsConfig(smol(engine));
        }
    }
    // A mount without a path is mounted under its type.
    if row.kind == "vault_auth_backend" && object.name.is_none() {
        object.name = named(record, "type");
    }
    let mounts = matches!(row.what, AuthMount(_) | Engine(_) | Config(_) | EngineConfig(_));
    if mounts && object.mount.is_none() {
        object.mount = default_mount(record, row);
    }
    sink.push(record, Item::VaultObject(object));
}

/// The path that the provider mounts at where none is given.
fn default_mount(record: &Record, row: &Row) -> Option<Named> {
    let (AuthMount(kind) | Engine(kind) | Config(kind) | EngineConfig(kind)) = row.what else { return None };
    Some((Text::atomic(SmolStr::new_static(kind), record.kind_span), record.kind_span))
}

/// The mount that a type with configuration of its own makes.
fn mounted(record: &Record, kind: &'static str, path: Option<Named>) -> VaultObject {
    let span = record.kind_span;
    let mut body = record.body.clone();
    // `vault_jwt_auth_backend` says itself whether it is `jwt` or `oidc`.
    if body.get("type").is_none()
        && let Value::Map(entries) = &mut body.value
    {
        entries.push(Entry {
            key: Text::atomic("type", span),
            key_span: span,
            value: Node::new(span, Value::String(Text::atomic(kind, span))),
        });
    }
    let name = path.or_else(|| Some((Text::atomic(SmolStr::new_static(kind), span), span)));
    VaultObject { kind: VaultKind::AuthMount, mount: None, name, namespace: named(record, "namespace"), body }
}

/// Users and groups that `vault_okta_auth_backend` has as blocks.
fn nested(record: &Record, method: &'static str, mount: Option<&Named>, sink: &mut Sink<'_>) {
    for (block, argument) in [("group", "group_name"), ("user", "username")] {
        for node in record.body.each_of(block) {
            let Some(name) = node.get(argument).and_then(text_of) else { continue };
            let kind =
                VaultKind::AuthMapping { method: SmolStr::new_static(method), subject: SmolStr::new_static(block) };
            let namespace = named(record, "namespace");
            let object = VaultObject { kind, mount: mount.cloned(), name: Some(name), namespace, body: node.clone() };
            sink.push(record, Item::VaultObject(object));
        }
    }
}

/// The arguments under the API's names.
fn renamed(record: &Record) -> Node {
    let mut body = record.body.clone();
    if let Value::Map(entries) = &mut body.value {
        for entry in entries {
            let key = entry.key.raw();
            let line = RENAMED.iter().find(|(kind, argument, _)| *kind == record.kind && *argument == key);
            if let Some((_, _, name)) = line {
                entry.key = Text::atomic(SmolStr::new_static(name), entry.key_span);
            }
        }
    }
    body
}

/// A generic endpoint or secret: its path says what it is.
fn generic(record: &Record, sink: &mut Sink<'_>) {
    let Some(path) = named(record, "path") else { return };
    let data = record.body.get("data_json");
    let body = data.and_then(|node| match &node.value {
        Value::String(text) => json::parse(&text.fragment(node.span)).0,
        Value::Map(_) => Some(node.clone()),
        _ => None,
    });
    let routed = path.0.known().and_then(|path| vault_api::route::route(path, body.as_ref()));
    let namespace = named(record, "namespace");
    let Some(routed) = routed else {
        let body = body.unwrap_or_else(|| record.body.clone());
        let object = VaultObject { kind: VaultKind::Secret, mount: None, name: Some(path), namespace, body };
        sink.push(record, Item::VaultObject(object));
        return;
    };
    let part = |name: &Option<SmolStr>| name.as_ref().map(|name| within(&path, name));
    let (mount, name) = (part(&routed.mount), part(&routed.name));
    let body = body.unwrap_or_else(|| {
        let span = data.map_or(record.span, |node| node.span);
        let unknown = data.and_then(|node| match &node.value {
            Value::Unknown(unknown) => Some(Value::Unknown(unknown.clone())),
            _ => None,
        });
        Node::new(span, unknown.unwrap_or_else(|| Value::Map(Vec::new())))
    });
    match routed.target {
        vault_api::target::RouteTarget::Policy => {
            let Some(text) = body.get("policy").or_else(|| body.get("rules")) else { return };
            let Some((policy, diagnostics)) = vault_policy(text, sink.options) else { return };
            sink.out.diagnostics.extend(diagnostics);
            sink.push(record, Item::VaultPolicy(VaultPolicy { name, namespace, policy }));
        }
        vault_api::target::RouteTarget::Object(kind) => {
            sink.push(record, Item::VaultObject(VaultObject { kind, mount, name, namespace, body }));
        }
        _ => {}
    }
}

/// A part of a path, with its own place where it can be found.
fn within(path: &Named, part: &SmolStr) -> Named {
    let (text, span) = path;
    let place: Span = text.raw().rfind(part.as_str()).map_or(*span, |at| text.span_of(*span, at, at + part.len()));
    (Text::atomic(part.clone(), place), place)
}
