//! Vault configuration in Kubernetes YAML.

use overgrant::model::Target;

use crate::model_vault::model_of;

const BANK_VAULTS: &str = r#"
policies:
  - name: web
    rules: |
      path "secret/data/web" {
        capabilities = ["read"]
      }
auth:
  - type: kubernetes
    path: k8s
    config:
      token_reviewer_jwt: not-a-real-token
    roles:
      - name: web
        bound_service_account_names: ["web"]
        bound_service_account_namespaces: ["prod"]
        token_policies: ["web", "gone"]
  - type: github
    map:
      teams:
        ops: web
groups:
  - name: ops
    type: external
    policies: [web]
group-aliases:
  - name: ops-team
    mountpath: k8s
    group: ops
secrets:
  - type: kv
    path: secret
    options:
      version: 2
  - type: database
    configuration:
      config:
        - name: pg
          plugin_name: postgresql-database-plugin
      roles:
        - name: all
          db_name: pg
          creation_statements: GRANT ALL
"#;

#[test]
fn bank_vaults_configuration_is_linked() {
    let (sources, model, carried) = model_of(&[("vault-config.yml", BANK_VAULTS)]);
    assert_eq!(carried.diagnostics, []);
    let vault = &model.vault;
    let web = vault.roles.iter().find(|role| role.name.as_deref() == Some("web")).unwrap();
    assert_eq!(web.mount.as_deref(), Some("auth/k8s"));
    assert!(matches!(web.cites[0].target, Target::Policy(_)));
    assert_eq!(web.cites[1].target, Target::Dangling);
    let stanza = &model.policy_document(vault.policies_named("web")[0]).unwrap().stanzas[0];
    assert_eq!(sources.slice(stanza.path_span), "\"secret/data/web\"");
    let team = vault.roles.iter().find(|role| role.name.as_deref() == Some("ops")).unwrap();
    assert!(matches!(team.cites[0].target, Target::Policy(_)));
    assert_eq!(vault.groups[0].aliases[0].mount_type.as_deref(), Some("kubernetes"));
    let kv = vault.mount(vault.mount_of("", "secret/data/web").unwrap()).unwrap();
    assert_eq!(kv.kv_version, Some(2));
    let kinds: Vec<_> = vault.objects.iter().map(|object| format!("{:?}", object.kind)).collect();
    assert!(kinds.contains(&"SecretsRole(\"database\")".to_owned()), "{kinds:?}");
    assert!(kinds.contains(&"AuthConfig(\"kubernetes\")".to_owned()), "{kinds:?}");
}

const OPERATOR: &str = r#"
apiVersion: redhatcop.redhat.io/v1alpha1
kind: Policy
metadata:
  name: reader
spec:
  authentication:
    path: kubernetes
    role: admin
  policy: |
    path "secret/data/x" { capabilities = ["read"] }
---
apiVersion: redhatcop.redhat.io/v1alpha1
kind: KubernetesAuthEngineRole
metadata:
  name: reader
spec:
  path: cluster/one
  policies: [reader]
  tokenMaxTTL: 3600
  targetServiceAccounts: [default]
  targetNamespaces:
    targetNamespaces: [a, b]
---
apiVersion: redhatcop.redhat.io/v1alpha1
kind: AuthEngineMount
metadata:
  name: one
spec:
  path: cluster
  type: kubernetes
"#;

#[test]
fn custom_resources_are_linked() {
    let (_, model, carried) = model_of(&[("vault.yaml", OPERATOR)]);
    assert_eq!(carried.diagnostics, []);
    let role = &model.vault.roles[0];
    assert_eq!(role.mount.as_deref(), Some("auth/cluster/one"));
    assert!(role.mount_id.is_some());
    assert_eq!(role.token.max_ttl.known(), Some(&3600));
    assert!(matches!(role.cites[0].target, Target::Policy(_)));
    let body = model.vault_body(role.decl).unwrap();
    let namespaces = overgrant::vault::roles::field::string_list(body, &["bound_service_account_namespaces"]);
    assert_eq!(namespaces.known().map(|(name, _)| name).collect::<Vec<_>>(), ["a", "b"]);
}
