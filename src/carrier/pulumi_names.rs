//! Names of the Pulumi SDKs: classes, their arguments, and the Terraform types and
//! arguments that mean the same. The tables are text (`data/pulumi`, with how to refresh
//! them) and are looked at only when a program names one of the packages.

use std::sync::{LazyLock, OnceLock};

use smol_str::SmolStr;

use crate::source::{Span, Unknown};
use crate::syntax::{Entry, Node, Text, TextBuilder, Value};

/// A Pulumi SDK whose resources are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Package {
    /// `pulumi_vault`
    Vault,
    /// `pulumi_aws`
    Aws,
    /// `pulumi_aws_native`, which follows CloudFormation.
    AwsNative,
}

impl Package {
    /// The name of the Python package.
    #[must_use]
    pub fn python(self) -> &'static str {
        match self {
            Self::Vault => "pulumi_vault",
            Self::Aws => "pulumi_aws",
            Self::AwsNative => "pulumi_aws_native",
        }
    }

    /// The name of the package for Node.js.
    #[must_use]
    pub fn node(self) -> &'static str {
        match self {
            Self::Vault => "@pulumi/vault",
            Self::Aws => "@pulumi/aws",
            Self::AwsNative => "@pulumi/aws-native",
        }
    }

    /// The first part of the package's type tokens.
    #[must_use]
    pub fn token(self) -> &'static str {
        match self {
            Self::Vault => "vault",
            Self::Aws => "aws",
            Self::AwsNative => "aws-native",
        }
    }

    /// The Terraform provider that does the same.
    #[must_use]
    pub fn terraform(self) -> &'static str {
        match self {
            Self::Vault => "vault",
            Self::Aws | Self::AwsNative => "aws",
        }
    }

    /// The package of a dotted Python name, and the rest of the name.
    #[must_use]
    pub fn of(path: &str) -> Option<(Self, &str)> {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let package = [Self::Vault, Self::Aws, Self::AwsNative].into_iter().find(|p| p.python() == first)?;
        Some((package, rest))
    }

    /// The release that the tables were made from.
    #[must_use]
    pub fn release(self) -> &'static str {
        let head = self.table().text.lines().next().unwrap_or_default();
        head.rsplit(' ').next().unwrap_or_default()
    }

    fn table(self) -> &'static Table {
        match self {
            Self::Vault => &VAULT,
            Self::Aws => &AWS,
            Self::AwsNative => &AWS_NATIVE,
        }
    }

    /// Whether the table of this package's classes is complete, so that a class which is
    /// not in it does not exist.
    #[must_use]
    pub fn is_complete(self) -> bool {
        self != Self::AwsNative
    }

    /// All classes, sorted by path.
    pub fn classes(self) -> impl Iterator<Item = Class> {
        self.table().rows().iter().filter_map(|row| Class::parse(row))
    }

    /// The class of that path below the package: `jwt.AuthBackendRole`.
    #[must_use]
    pub fn class(self, path: &str) -> Option<Class> {
        Class::parse(self.table().row(path)?)
    }

    /// The Terraform data source that a function of the package reads.
    #[must_use]
    pub fn data_source(self, path: &str) -> Option<&'static str> {
        let table = match self {
            Self::Vault => &VAULT_FUNCTIONS,
            Self::Aws => &AWS_FUNCTIONS,
            Self::AwsNative => return None,
        };
        let path = path.strip_suffix("_output").unwrap_or(path);
        let kind = table.row(path)?.split('\t').nth(1)?;
        (!kind.is_empty()).then_some(kind)
    }
}

/// A resource class.
#[derive(Debug, Clone, Copy)]
pub struct Class {
    /// Path below the package: `jwt.AuthBackendRole`.
    pub path: &'static str,
    /// Terraform type, or the Pulumi token where Terraform has none.
    pub kind: &'static str,
    /// True where only older releases have it.
    pub removed: bool,
    arguments: &'static str,
    older: &'static str,
}

impl Class {
    fn parse(row: &'static str) -> Option<Self> {
        let mut cells = row.split('\t');
        let path = cells.next()?;
        let kind = cells.next()?;
        let arguments = cells.next().unwrap_or_default();
        let older = cells.next().unwrap_or_default();
        Some(Self { path, kind, removed: cells.next() == Some("old"), arguments, older })
    }

    /// Python names of the arguments of the release the table was made from.
    pub fn arguments(&self) -> impl Iterator<Item = &'static str> {
        self.arguments.split_ascii_whitespace().map(|item| item.split_once('>').map_or(item, |(name, _)| name))
    }

    /// Whether this or an earlier release has the argument.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn find(&self, name: &str) -> Option<&'static str> {
        named(self.arguments, name).or_else(|| named(self.older, name))
    }

    /// Whether Pulumi makes up a `name` where none is given.
    #[must_use]
    pub fn has_own_name(&self) -> bool {
        named(self.arguments, "name").is_some()
    }

    /// Terraform's name for an argument or attribute.
    #[must_use]
    pub fn terraform_name(&self, name: &str) -> Option<&'static str> {
        self.find(name)
    }
}

/// Terraform's name of an argument in a list of `python` and `python>terraform`.
fn named(list: &'static str, name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return None;
    }
    let bytes = list.as_bytes();
    memchr::memmem::find_iter(bytes, name.as_bytes()).find_map(|start| {
        let end = start + name.len();
        let starts = start == 0 || bytes.get(start - 1) == Some(&b' ');
        let after = list.get(end..).filter(|_| starts)?;
        match after.as_bytes().first() {
            None | Some(b' ') => list.get(start..end),
            Some(b'>') => after.get(1..)?.split(' ').next(),
            Some(_) => None,
        }
    })
}

/// The class of a type token: `vault:jwt/authBackendRole:AuthBackendRole`, or the short
/// `vault:jwt:AuthBackendRole` that Pulumi YAML takes.
#[must_use]
pub fn class_of_token(token: &str) -> Option<(Package, Class)> {
    let (package, path) = path_of_token(token)?;
    Some((package, package.class(&path)?))
}

/// Package and class path that a token names, whether or not there is such a class.
#[must_use]
pub fn path_of_token(token: &str) -> Option<(Package, SmolStr)> {
    let mut parts = token.split(':');
    let first = parts.next()?;
    let package = [Package::Vault, Package::Aws, Package::AwsNative].into_iter().find(|p| p.token() == first)?;
    let (module, class) = match (parts.next()?, parts.next()) {
        (class, None) => ("", class),
        (module, Some(class)) => (module.split('/').next().unwrap_or(module), class),
    };
    let module = module.to_ascii_lowercase();
    let path = match module.as_str() {
        "" | "index" => SmolStr::new(class),
        "lambda" => smol_str::format_smolstr!("lambda_.{class}"),
        _ => smol_str::format_smolstr!("{module}.{class}"),
    };
    Some((package, path))
}

/// `tokenPolicies` → `token_policies`, the way Pulumi turns names of its schema into
/// Python names.
#[must_use]
pub fn snake_case(name: &str) -> SmolStr {
    let characters: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (index, &character) in characters.iter().enumerate() {
        if character.is_ascii_uppercase() {
            let before = index.checked_sub(1).and_then(|i| characters.get(i));
            let after = characters.get(index + 1);
            let starts = before.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
                || (before.is_some_and(char::is_ascii_uppercase) && after.is_some_and(char::is_ascii_lowercase));
            if starts && !out.ends_with('_') {
                out.push('_');
            }
            out.push(character.to_ascii_lowercase());
        } else {
            out.push(character);
        }
    }
    SmolStr::from(out)
}

/// `token_policies` → `tokenPolicies`: the schema's name of a Python name.
#[must_use]
pub fn camel_case(name: &str) -> SmolStr {
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for character in name.chars() {
        if character == '_' {
            upper = true;
        } else if std::mem::take(&mut upper) && !out.is_empty() {
            out.push(character.to_ascii_uppercase());
        } else {
            out.push(character);
        }
    }
    SmolStr::from(out)
}

/// Modules whose name differs between the SDKs by more than its case: Python's, then that
/// of the schema and of Node.js.
const MODULES: &[(&str, &str)] =
    &[("lambda_", "lambda"), ("approle", "appRole"), ("pkisecret", "pkiSecret"), ("rabbitmq", "rabbitMq")];

/// A class path of the tables as Node.js has it: `lambda_.Function` → `lambda.Function`.
#[must_use]
pub fn node_path(path: &str) -> SmolStr {
    let Some((module, rest)) = path.split_once('.') else { return SmolStr::new(path) };
    let node = MODULES.iter().find(|(python, _)| *python == module).map_or(module, |(_, node)| node);
    smol_str::format_smolstr!("{node}.{rest}")
}

/// A module of Node.js as the tables have it: `lambda` → `lambda_`.
#[must_use]
pub fn python_module(module: &str) -> SmolStr {
    let found = MODULES.iter().find(|(_, node)| *node == module).map(|(python, _)| SmolStr::new(python));
    found.unwrap_or_else(|| module.to_lowercase().into())
}

/// The name that Pulumi makes up: the resource's label, a hyphen and random digits.
pub(super) fn generated_name(label: &Text, home: Span) -> Entry {
    let mut builder = TextBuilder::new(home.source);
    builder.splice(label, home, home);
    builder.push("-", home);
    let unknown = Unknown::new(vec![SmolStr::new("random")], home);
    builder.hole_at(unknown, home);
    let value = Node::new(home, Value::String(builder.finish(home)));
    Entry { key: Text::atomic("name", home), key_span: home, value }
}

/// The nested blocks of a policy document, from the plural to Terraform's names.
pub(super) fn rename_blocks(value: &mut Value, depth: u32) {
    if depth > 8 {
        return;
    }
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| rename_blocks(&mut item.value, depth + 1)),
        Value::Map(entries) => {
            for entry in entries {
                let singular = match entry.key.known() {
                    Some("statements") => Some("statement"),
                    Some("conditions") => Some("condition"),
                    Some("rules") => Some("rule"),
                    Some("allowed_parameters") => Some("allowed_parameter"),
                    Some("denied_parameters") => Some("denied_parameter"),
                    _ => None,
                };
                if let Some(singular) = singular {
                    entry.key = Text::atomic(singular, entry.key_span);
                }
                rename_blocks(&mut entry.value.value, depth + 1);
            }
        }
        _ => {}
    }
}

/// A sorted table, one row a line, the first cell the key.
#[derive(Debug)]
struct Table {
    text: &'static str,
    rows: OnceLock<Vec<&'static str>>,
}

impl Table {
    const fn new(text: &'static str) -> Self {
        Self { text, rows: OnceLock::new() }
    }

    fn rows(&self) -> &[&'static str] {
        self.rows.get_or_init(|| self.text.lines().filter(|line| !line.starts_with('#')).collect())
    }

    fn row(&self, key: &str) -> Option<&'static str> {
        let rows = self.rows();
        let at = rows.binary_search_by(|row| row.split('\t').next().unwrap_or_default().cmp(key)).ok()?;
        rows.get(at).copied()
    }
}

/// Only the classes that declare access control; made from CloudFormation's types.
static AWS_NATIVE: LazyLock<Table> = LazyLock::new(|| {
    static ROWS: LazyLock<String> = LazyLock::new(super::cloudformation::native_table);
    Table::new(ROWS.as_str())
});
static VAULT: Table = Table::new(include_str!("../../data/pulumi/vault.txt"));
static AWS: Table = Table::new(include_str!("../../data/pulumi/aws.txt"));
static VAULT_FUNCTIONS: Table = Table::new(include_str!("../../data/pulumi/vault_functions.txt"));
static AWS_FUNCTIONS: Table = Table::new(include_str!("../../data/pulumi/aws_functions.txt"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_classes_by_path_and_token() {
        let table = [
            ("vault:index/policy:Policy", "vault_policy"),
            ("vault:Policy", "vault_policy"),
            ("vault:jwt:AuthBackendRole", "vault_jwt_auth_backend_role"),
            ("vault:appRole/authBackendRole:AuthBackendRole", "vault_approle_auth_backend_role"),
            ("vault:tokenauth/authBackendRole:AuthBackendRole", "vault_token_auth_backend_role"),
            ("vault:azure/backendRole:BackendRole", "vault_azure_secret_backend_role"),
            ("vault:pkiSecret/secretBackendRole:SecretBackendRole", "vault_pki_secret_backend_role"),
            ("aws:iam/role:Role", "aws_iam_role"),
            ("aws:lambda/function:Function", "aws_lambda_function"),
            ("aws:s3/bucketV2:BucketV2", "aws_s3_bucket"),
            ("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "aws_iam_openid_connect_provider"),
            ("aws:ec2/vpcEndpoint:VpcEndpoint", "aws_vpc_endpoint"),
            ("aws:sqs/queuePolicy:QueuePolicy", "aws_sqs_queue_policy"),
            ("aws:organizations/policy:Policy", "aws_organizations_policy"),
        ];
        for (token, kind) in table {
            assert_eq!(class_of_token(token).map(|(_, class)| class.kind), Some(kind), "{token}");
        }
        assert!(class_of_token("vault:index/authBackendRole:AuthBackendRole").is_none());
        assert!(class_of_token("gcp:x/y:Z").is_none());
    }

    #[test]
    fn tables_are_sorted_and_named() {
        for package in [Package::Vault, Package::Aws] {
            let classes: Vec<_> = package.classes().collect();
            assert!(classes.len() > 200);
            assert!(classes.windows(2).all(|pair| matches!(pair, [a, b] if a.path < b.path)), "{package:?}");
            assert!(package.release().starts_with(|c: char| c.is_ascii_digit()));
        }
    }

    #[test]
    fn knows_arguments_and_their_terraform_names() {
        let class = Package::Aws.class("iam.OpenIdConnectProvider").unwrap();
        assert_eq!(class.terraform_name("client_id_lists"), Some("client_id_list"));
        assert_eq!(class.terraform_name("url"), Some("url"));
        assert!(!class.has("urls"));
        assert_eq!(Package::Aws.data_source("iam.get_policy_document_output"), Some("aws_iam_policy_document"));
        assert_eq!(Package::Vault.data_source("get_policy_document"), Some("vault_policy_document"));
    }

    #[test]
    fn turns_schema_names_into_python_names() {
        for (camel, snake) in [
            ("tokenPolicies", "token_policies"),
            ("name", "name"),
            ("dataJson", "data_json"),
            ("boundEc2InstanceIds", "bound_ec2_instance_ids"),
            ("allowedURISans", "allowed_uri_sans"),
            ("already_snake", "already_snake"),
        ] {
            assert_eq!(snake_case(camel), snake);
        }
    }
}
