//! The formats that are told apart before a text is parsed.

/// What a text is, as far as its first look tells. One arm of [`super::read`] each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// A Vault policy in HCL.
    VaultHcl,
    /// A Vault policy in JSON.
    VaultJson,
    /// A bare IAM policy document, or a list of them.
    IamDocument,
    /// What an AWS CLI command prints around one or several policy documents.
    AwsCli,
    /// What `aws iam get-account-authorization-details` prints.
    AwsAccount,
    /// What the Vault CLI or API prints or takes for one object.
    VaultApi,
    /// Configuration of a Vault or OpenBao server, agent or proxy, HCL or JSON.
    VaultConfig,
    /// Terraform or OpenTofu source.
    Terraform,
    /// Terraform source in JSON.
    TerraformJson,
    /// Values for Terraform variables, HCL or JSON.
    TerraformVariables,
    /// `terraform show -json` of a plan or of a state.
    TerraformPlan,
    /// A raw Terraform state file, version 4.
    TerraformState,
    /// A Pulumi program in Python.
    PulumiPython,
    /// A Pulumi program in TypeScript or JavaScript.
    #[cfg(feature = "typescript")]
    PulumiTypeScript,
    /// A Pulumi program in YAML.
    PulumiYaml,
    /// `pulumi preview --json`.
    PulumiPreview,
    /// `pulumi stack export`.
    PulumiState,
    /// A CloudFormation or SAM template in JSON.
    CloudFormationJson,
    /// A CloudFormation or SAM template in YAML.
    CloudFormationYaml,
    /// Kubernetes custom resources of vault-config-operator, or a bank-vaults configuration.
    KubernetesYaml,
}

impl Format {
    /// For people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::VaultHcl => "Vault policy (HCL)",
            Self::VaultJson => "Vault policy (JSON)",
            Self::IamDocument => "IAM policy document",
            Self::AwsCli => "AWS CLI output",
            Self::AwsAccount => "AWS account authorization details",
            Self::VaultApi => "Vault API object",
            Self::VaultConfig => "Vault server or agent configuration",
            Self::Terraform => "Terraform",
            Self::TerraformJson => "Terraform (JSON)",
            Self::TerraformVariables => "Terraform variables",
            Self::TerraformPlan => "Terraform plan or state (show -json)",
            Self::TerraformState => "Terraform state",
            Self::PulumiPython => "Pulumi program (Python)",
            #[cfg(feature = "typescript")]
            Self::PulumiTypeScript => "Pulumi program (TypeScript)",
            Self::PulumiYaml => "Pulumi program (YAML)",
            Self::PulumiPreview => "Pulumi preview",
            Self::PulumiState => "Pulumi stack export",
            Self::CloudFormationJson => "CloudFormation template (JSON)",
            Self::CloudFormationYaml => "CloudFormation template (YAML)",
            Self::KubernetesYaml => "Kubernetes or bank-vaults configuration",
        }
    }

    /// Whether the text is a policy and nothing else, which is never large: a server
    /// refuses it long before. The others hold whole accounts.
    #[must_use]
    pub fn is_bare_policy(self) -> bool {
        matches!(self, Self::VaultHcl | Self::VaultJson | Self::IamDocument)
    }
}
