//! What carriers declare, in one vocabulary whatever the format.

use smol_str::SmolStr;

use crate::aws::document::{Document, PolicyKind};
use crate::aws::principal::is_account;
use crate::source::{Span, Unknown};
use crate::syntax::{Node, Text};
use crate::vault::policy::Policy;

/// The format a declaration came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carrier {
    /// A bare Vault policy, HCL or JSON.
    VaultPolicyFile,
    /// A bare IAM policy document.
    AwsPolicyFile,
    /// What the AWS CLI prints.
    AwsExport,
    /// What the Vault CLI or API prints.
    VaultExport,
    /// Configuration of a Vault or OpenBao server, agent or proxy.
    VaultConfig,
    /// Terraform or OpenTofu source.
    Terraform,
    /// Terraform plan or state JSON.
    TerraformPlan,
    /// A Pulumi program in Python or YAML.
    PulumiProgram,
    /// `pulumi preview --json` or `pulumi stack export`.
    PulumiState,
    /// A CloudFormation or SAM template.
    CloudFormation,
    /// A Kubernetes custom resource or bank-vaults configuration.
    Kubernetes,
}

/// One thing a carrier declares.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// The format it came in.
    pub carrier: Carrier,
    /// How its author refers to it: `vault_policy.app`, a logical id, a file's name.
    pub address: SmolStr,
    /// The whole declaration; reports point at narrower spans where they can.
    pub span: Span,
    /// What the declaration depends on, where it is made only in some cases: a `count`, a
    /// conditional or a template condition whose value is not known. It may or may not be
    /// there; where a conditional has two sides, each has a declaration of its own. None
    /// for what is certainly declared.
    pub condition: Option<Unknown>,
    /// What is declared.
    pub item: Item,
}

/// What a [`Declaration`] declares.
#[derive(Debug, Clone)]
pub enum Item {
    /// A Vault policy.
    VaultPolicy(VaultPolicy),
    /// Anything else that is written to Vault: a mount, role, entity, group, user …
    VaultObject(VaultObject),
    /// An AWS policy document and what it is attached to.
    AwsPolicy(AwsPolicy),
    /// An IAM user, group or role.
    AwsPrincipal(AwsPrincipal),
    /// A policy attached to a principal, declared apart from both.
    AwsAttachment(AwsAttachment),
    /// A policy of an organization attached to a part of it, declared apart from both.
    AwsTarget(AwsTarget),
    /// An organization, or a unit or account of one.
    AwsOrganizationPart(AwsOrganizationPart),
    /// What runs with a role of its own, or lends one.
    AwsCompute(AwsCompute),
}

/// A name with its place. The place is that of the whole value, quotes included.
pub type Named = (Text, Span);

/// A Vault policy under its name.
#[derive(Debug, Clone)]
pub struct VaultPolicy {
    /// The name it is written under, if the carrier tells (a bare file's stem does).
    pub name: Option<Named>,
    /// Namespace it is declared in, relative to root; none for the root namespace.
    pub namespace: Option<Named>,
    /// The document.
    pub policy: Policy,
}

/// Something written to Vault's API, other than an ACL policy. `kind`, `mount` and `name`
/// together are its API path; `body` has the API's own field names.
#[derive(Debug, Clone)]
pub struct VaultObject {
    /// What it is.
    pub kind: VaultKind,
    /// Mount path without `auth/` and without slashes at its ends, where there is one.
    pub mount: Option<Named>,
    /// Its name at the mount (role name, user name, entity name, mount path …).
    pub name: Option<Named>,
    /// Namespace, relative to root; none for the root namespace.
    pub namespace: Option<Named>,
    /// The fields as a map node, with API names in snake case.
    pub body: Node,
}

/// The kinds of [`VaultObject`] (spec: vault-roles).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VaultKind {
    /// A secrets engine mount; `body.type` says which.
    SecretsMount,
    /// An auth method mount; `body.type` says which.
    AuthMount,
    /// A login role: method (`approle`, `jwt`, `kubernetes`, `aws` …).
    AuthRole(SmolStr),
    /// A user or mapping of a method that has no roles: userpass user, ldap user or
    /// group, github team or user, cert, okta, radius, kerberos.
    AuthMapping {
        /// The auth method.
        method: SmolStr,
        /// `user`, `group`, `team`, `cert` …
        subject: SmolStr,
    },
    /// A method's configuration (`auth/<mount>/config`).
    AuthConfig(SmolStr),
    /// A token role (`auth/token/roles/<name>`).
    TokenRole,
    /// A token created by configuration.
    Token,
    /// A role of a secrets engine: engine (`aws`, `database`, `pki`, `ssh` …).
    SecretsRole(SmolStr),
    /// A secrets engine's configuration or connection: engine.
    SecretsConfig(SmolStr),
    /// A stored secret (`kv`, generic endpoint).
    Secret,
    /// An identity entity.
    Entity,
    /// An entity alias.
    EntityAlias,
    /// An identity group.
    Group,
    /// A group alias.
    GroupAlias,
    /// Policies attached to an entity or group apart from it (`identity_entity_policies`).
    IdentityPolicies,
    /// An audit device.
    Audit,
    /// A namespace.
    Namespace,
    /// A provider or client configuration (address, token).
    Provider,
    /// A part of a server's configuration: `config` for the whole, `listener`, `storage`,
    /// `seal`.
    Server(SmolStr),
    /// A part of an agent's or proxy's configuration: `config` for the whole, `listener`,
    /// `method`, `sink`.
    Agent(SmolStr),
    /// A program that logs in with a role (`name` at `mount`) and asks for paths.
    Consumer,
    /// Anything else; the API path or resource type is kept.
    Other(SmolStr),
}

/// An AWS policy document in its place.
#[derive(Debug, Clone)]
pub struct AwsPolicy {
    /// What it is attached to, as far as carrier or content tells.
    pub kind: PolicyKind,
    /// True where `kind` was guessed from the content alone.
    pub kind_guessed: bool,
    /// For a resource policy, the service it belongs to (`s3`, `kms`, `sqs` …), if known.
    pub service: Option<SmolStr>,
    /// Policy name or ARN, if it has one.
    pub name: Option<Named>,
    /// The id by which attachments name a policy of an organization (`p-…`), if known.
    pub id: Option<Named>,
    /// Who or what it is attached to: a principal's or resource's name or ARN, the id of a
    /// root, unit or account, if the declaration says (an inline policy, a trust policy, a
    /// bucket policy, a service control policy of CloudFormation).
    pub attached_to: Vec<Named>,
    /// The document.
    pub document: Document,
}

/// The kinds of IAM identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AwsPrincipalKind {
    /// IAM user.
    User,
    /// IAM group.
    Group,
    /// IAM role.
    Role,
}

/// An IAM user, group or role.
#[derive(Debug, Clone)]
pub struct AwsPrincipal {
    /// Which kind.
    pub kind: AwsPrincipalKind,
    /// Friendly name, if known.
    pub name: Option<Named>,
    /// ARN, if known.
    pub arn: Option<Named>,
    /// Groups of a user.
    pub groups: Vec<Named>,
    /// Managed policies attached, by ARN, name or reference.
    pub managed_policies: Vec<Named>,
    /// Permissions boundary, by ARN, name or reference.
    pub boundary: Option<Named>,
    /// All properties as the carrier has them, in snake case.
    pub body: Node,
}

/// Managed policies attached to principals by a declaration of its own.
#[derive(Debug, Clone)]
pub struct AwsAttachment {
    /// Kind and name (or reference) of each principal.
    pub principals: Vec<(AwsPrincipalKind, Named)>,
    /// Policy ARN, name or reference.
    pub policy: Named,
}

/// A policy of an organization attached to a root, unit or account by a declaration of its own.
#[derive(Debug, Clone)]
pub struct AwsTarget {
    /// Policy id or reference.
    pub policy: Named,
    /// The id of the root, unit or account, or a reference to it.
    pub target: Named,
}

/// The kinds of [`AwsOrganizationPart`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AwsOrganizationPartKind {
    /// The organization itself.
    Organization,
    /// An organizational unit.
    Unit,
    /// A member account.
    Account,
}

/// An organization, or a unit or account of one.
#[derive(Debug, Clone)]
pub struct AwsOrganizationPart {
    /// Which kind.
    pub kind: AwsOrganizationPartKind,
    /// The id of a unit (`ou-…`) or account, if known.
    pub id: Option<Named>,
    /// The root or unit that a unit or account is in, by id or reference.
    pub parent: Option<Named>,
    /// The account that manages the organization, if the declaration says.
    pub management: Option<SmolStr>,
}

/// The account that manages an organization, as the ARNs of what is in it tell:
/// `arn:aws:organizations::111122223333:ou/o-exampleorg/ou-ab12-11111111`. Policies of AWS's own
/// have `aws` there
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html>).
#[must_use]
pub fn management_account(arn: &str) -> Option<SmolStr> {
    let (service, rest) = arn.strip_prefix("arn:")?.split_once(':')?.1.split_once("::")?;
    let account = rest.split(':').next().filter(|_| service == "organizations")?;
    is_account(account).then(|| SmolStr::new(account))
}

/// What runs with a role, or lends a role to what runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AwsComputeKind {
    /// A Lambda function.
    Function,
    /// An EC2 instance.
    Instance,
    /// A project of `CodeBuild`.
    BuildProject,
    /// A Glue development endpoint.
    DevEndpoint,
    /// A notebook instance of `SageMaker`.
    Notebook,
    /// Containers of an ECS service that take commands; named by their cluster.
    Task,
    /// A CloudFormation stack with a service role.
    Stack,
    /// An App Runner service.
    WebService,
    /// A code interpreter of Bedrock `AgentCore`.
    CodeInterpreter,
    /// A Step Functions state machine.
    StateMachine,
    /// An instance profile: the role of instances that have it.
    InstanceProfile,
    /// An ECS task definition: the role of tasks that follow it.
    TaskDefinition,
    /// A launch template: the profile of instances that are made from it.
    LaunchTemplate,
    /// An ECS cluster, which has no role and by which tasks are named.
    Cluster,
}

impl AwsComputeKind {
    /// Those that policies name; the others lend a role.
    pub const NAMED: [Self; 10] = [
        Self::Function,
        Self::Instance,
        Self::BuildProject,
        Self::DevEndpoint,
        Self::Notebook,
        Self::Task,
        Self::Stack,
        Self::WebService,
        Self::CodeInterpreter,
        Self::StateMachine,
    ];
}

/// Something that runs with a role of its own, or lends one.
#[derive(Debug, Clone)]
pub struct AwsCompute {
    /// What it is.
    pub kind: AwsComputeKind,
    /// The name that its ARN ends in, or a reference to itself.
    pub name: Option<Named>,
    /// ARN, if known.
    pub arn: Option<Named>,
    /// Its role, or what lends it one, by ARN, name or reference.
    pub role: Option<Named>,
    /// Its tags whose key is known.
    pub tags: Vec<(Text, Named)>,
}
