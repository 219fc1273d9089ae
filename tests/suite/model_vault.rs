//! The linked Vault model, from exports to policies.

use overgrant::carrier::{self, ReadOptions};
use overgrant::model::{Model, Subject, Target};
use overgrant::source::SourceMap;

/// Reads texts under their names and links what they declare.
pub(crate) fn model_of(files: &[(&str, &str)]) -> (SourceMap, Model, carrier::Carried) {
    let mut sources = SourceMap::new();
    let mut inputs = Vec::new();
    for (name, text) in files {
        let id = sources.add(*name, *text);
        let format = carrier::recognise(name, text).unwrap_or_else(|| panic!("{name} is not recognised"));
        inputs.push((id, format));
    }
    let mut carried = carrier::read_all(&sources, &inputs, &ReadOptions::default());
    let model = Model::build(std::mem::take(&mut carried.declarations), &sources);
    (sources, model, carried)
}

const EXPORT: &[(&str, &str)] = &[
    (
        "vault/sys/auth.json",
        r#"{"approle/": {"type": "approle", "accessor": "auth_approle_1"},
        "k8s/": {"type": "kubernetes", "accessor": "auth_k8s_1", "config": {"max_lease_ttl": 3600}},
        "token/": {"type": "token", "accessor": "auth_token_1"}}"#,
    ),
    (
        "vault/sys/mounts.json",
        r#"{"request_id": "1", "data": {
        "secret/": {"type": "kv", "options": {"version": "2"}, "accessor": "kv_1"},
        "legacy/": {"type": "kv", "options": null},
        "team/a/pki/": {"type": "pki"}}}"#,
    ),
    (
        "vault/auth/approle/role/ci.json",
        r#"{"request_id": "1", "data": {"token_policies": ["Deploy", "gone"],
        "token_ttl": 600, "bind_secret_id": true}}"#,
    ),
    (
        "vault/auth/k8s/role/web.json",
        r#"{"bound_service_account_names": ["web"], "policies": "web, default",
        "bound_service_account_namespaces": ["prod"]}"#,
    ),
    ("vault/auth/token/roles/nomad.json", r#"{"allowed_policies": ["deploy"], "orphan": true}"#),
    (
        "vault/sys/policies/acl/deploy.json",
        r#"{"policy": "path \"secret/data/deploy\" { capabilities = [\"read\"] }"}"#,
    ),
    (
        "vault/sys/policies/acl/web.json",
        r#"{"data": {"name": "web", "policy": "path \"a\" { capabilities = [\"read\"] }"},
        "request_id": "2"}"#,
    ),
    ("vault/sys/policies/acl/spare.json", r#"{"policy": "path \"b\" { capabilities = [\"read\"] }"}"#),
    (
        "vault/identity/entity/id/e-1.json",
        r#"{"request_id": "3", "data": {"id": "e-1", "name": "bob",
        "policies": ["web"], "aliases": [{"name": "role-id-1", "mount_accessor": "auth_approle_1"}],
        "direct_group_ids": ["g-2"]}}"#,
    ),
    (
        "vault/identity/group/id/g-1.json",
        r#"{"data": {"id": "g-1", "name": "admins", "type": "internal",
        "policies": ["deploy"], "member_group_ids": ["g-2", "g-9"]}, "request_id": "4"}"#,
    ),
    (
        "vault/identity/group/id/g-2.json",
        r#"{"data": {"id": "g-2", "name": "ops", "policies": null,
        "member_entity_ids": ["e-1"]}, "request_id": "5"}"#,
    ),
];

#[test]
fn an_export_is_linked() {
    let (sources, model, carried) = model_of(EXPORT);
    assert_eq!(carried.diagnostics, [], "nothing is guessed where the path tells");
    let vault = &model.vault;

    let ci = vault.roles.iter().find(|role| role.name.as_deref() == Some("ci")).unwrap();
    assert_eq!((ci.mount.as_deref(), &ci.subject), (Some("auth/approle"), &Subject::Role));
    assert_eq!(ci.token.ttl.known(), Some(&600));
    let targets: Vec<_> = ci.cites.iter().map(|cite| (cite.name.as_str(), cite.target)).collect();
    let deploy = vault.policies_named("deploy")[0];
    assert_eq!(targets, [("deploy", Target::Policy(deploy)), ("gone", Target::Dangling)]);
    assert_eq!(sources.slice(ci.cites[1].span), "\"gone\"");

    let web = vault.roles.iter().find(|role| role.name.as_deref() == Some("web")).unwrap();
    assert_eq!(web.method.name(), "kubernetes", "the mount's type says the method");
    assert_eq!(web.cites[1].target, Target::Default);
    assert_eq!(sources.slice(web.cites[1].span), "default");
    assert_eq!(vault.mount(web.mount_id.unwrap()).unwrap().tuning.max.known(), Some(&3600));

    assert_eq!(vault.token_roles[0].cites[0].target, Target::Policy(deploy));

    let kv = vault.mount(vault.mount_of("", "secret/data/x").unwrap()).unwrap();
    assert_eq!((kv.kind.as_deref(), kv.kv_version), (Some("kv"), Some(2)));
    let legacy = vault.mount(vault.mount_of("", "legacy/x").unwrap()).unwrap();
    assert_eq!(legacy.kv_version, Some(1));
    let pki = vault.mount(vault.mount_of("", "team/a/pki/issue/x").unwrap()).unwrap();
    assert_eq!(pki.kind.as_deref(), Some("pki"));
    assert_eq!(vault.mount_of("", "team/a/other"), None);

    let bob = &vault.entities[0];
    assert_eq!(bob.aliases[0].mount_type.as_deref(), Some("approle"));
    let ops = vault.group(bob.groups[0]).unwrap();
    assert_eq!(ops.name.as_deref(), Some("ops"));
    let admins = vault.group(ops.parents[0]).unwrap();
    assert_eq!(admins.name.as_deref(), Some("admins"));

    let dangling: Vec<_> = model.dangling.iter().map(|d| (d.kind, d.name.as_str())).collect();
    assert_eq!(dangling, [("group", "g-9"), ("policy", "gone")]);
    let unused: Vec<_> = vault.unused_policies().filter_map(|(_, policy)| policy.name.as_deref()).collect();
    assert_eq!(unused, ["spare"]);
}

#[test]
fn a_bare_body_is_guessed_and_said_so() {
    let table = [
        ("ci.json", r#"{"secret_id_ttl": 0}"#, "an approle role", "auth/approle"),
        ("a.json", r#"{"bound_service_account_names": ["*"]}"#, "a kubernetes role", "auth/kubernetes"),
        ("b.json", r#"{"user_claim": "sub"}"#, "a jwt role", "auth/jwt"),
        ("c.json", r#"{"bound_iam_principal_arn": ["x"]}"#, "an aws role", "auth/aws"),
        ("d.json", r#"{"bound_projects": ["x"], "type": "gce"}"#, "a gcp role", "auth/gcp"),
    ];
    for (name, text, what, mount) in table {
        let (_, model, carried) = model_of(&[(name, text)]);
        assert!(carried.diagnostics[0].message.contains(what), "{name}: {:?}", carried.diagnostics);
        assert_eq!(model.vault.roles[0].mount.as_deref(), Some(mount), "{name}");
        assert_eq!(model.vault.roles[0].name.as_deref(), name.strip_suffix(".json"), "{name}");
    }
    let (_, model, _) = model_of(&[("nomad.json", r#"{"disallowed_policies": ["x"]}"#)]);
    assert_eq!(model.vault.token_roles.len(), 1);
}

#[test]
fn of_several_policies_of_one_name_the_nearest_is_meant() {
    let role = r#"{"token_policies": ["app"], "bind_secret_id": true}"#;
    let policy = r#"{"policy": "path \"a\" { capabilities = [\"read\"] }"}"#;
    let (sources, model, _) = model_of(&[
        ("dev/auth/approle/role/a.json", role),
        ("dev/sys/policies/acl/app.json", policy),
        ("prod/auth/approle/role/a.json", role),
        ("prod/sys/policies/acl/app.json", policy),
    ]);
    for (role, directory) in model.vault.roles.iter().zip(["dev/", "prod/"]) {
        let Target::Policy(id) = role.cites[0].target else { panic!("{:?}", role.cites) };
        let decl = model.declaration(model.vault.policy(id).unwrap().decl).unwrap();
        assert!(sources.name(decl.span.source).starts_with(directory));
    }
}
