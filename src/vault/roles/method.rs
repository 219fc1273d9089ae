//! The auth methods and what each calls its roles (spec: vault-roles, sections 1.5–1.10).

use smol_str::SmolStr;

/// An auth method by the type it is mounted as.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// `alicloud`
    AliCloud,
    /// `approle`
    AppRole,
    /// `aws`
    Aws,
    /// `azure`
    Azure,
    /// `cert`
    Cert,
    /// `cf` (also `pcf`)
    Cf,
    /// `gcp`
    Gcp,
    /// `github`
    GitHub,
    /// `jwt` and `oidc`: one plugin under two names.
    Jwt,
    /// `kerberos`
    Kerberos,
    /// `kubernetes`
    Kubernetes,
    /// `ldap`
    Ldap,
    /// `oci`
    Oci,
    /// `okta`
    Okta,
    /// `radius`
    Radius,
    /// `saml`
    Saml,
    /// `scep`
    Scep,
    /// `spiffe`
    Spiffe,
    /// `token`, which always is mounted at `auth/token`.
    Token,
    /// `userpass`
    Userpass,
    /// A plugin this program does not know.
    Other(SmolStr),
}

impl Method {
    /// The method mounted as this type.
    #[must_use]
    pub fn from_type(name: &str) -> Self {
        match name {
            "alicloud" => Self::AliCloud,
            "approle" => Self::AppRole,
            "aws" | "aws-ec2" => Self::Aws,
            "azure" => Self::Azure,
            "cert" => Self::Cert,
            "cf" | "pcf" => Self::Cf,
            "gcp" => Self::Gcp,
            "github" => Self::GitHub,
            "jwt" | "oidc" => Self::Jwt,
            "kerberos" => Self::Kerberos,
            "kubernetes" => Self::Kubernetes,
            "ldap" => Self::Ldap,
            "oci" => Self::Oci,
            "okta" => Self::Okta,
            "radius" => Self::Radius,
            "saml" => Self::Saml,
            "scep" => Self::Scep,
            "spiffe" => Self::Spiffe,
            "token" => Self::Token,
            "userpass" => Self::Userpass,
            other => Self::Other(SmolStr::new(other)),
        }
    }

    /// The type it is mounted as; also the mount path people use unless they say otherwise.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::AliCloud => "alicloud",
            Self::AppRole => "approle",
            Self::Aws => "aws",
            Self::Azure => "azure",
            Self::Cert => "cert",
            Self::Cf => "cf",
            Self::Gcp => "gcp",
            Self::GitHub => "github",
            Self::Jwt => "jwt",
            Self::Kerberos => "kerberos",
            Self::Kubernetes => "kubernetes",
            Self::Ldap => "ldap",
            Self::Oci => "oci",
            Self::Okta => "okta",
            Self::Radius => "radius",
            Self::Saml => "saml",
            Self::Scep => "scep",
            Self::Spiffe => "spiffe",
            Self::Token => "token",
            Self::Userpass => "userpass",
            Self::Other(name) => name,
        }
    }

    /// The path segments between the mount and a role's or user's name.
    #[must_use]
    pub fn segment(&self, subject: &str) -> &'static str {
        match (self, subject) {
            (Self::Token | Self::Cf, "role") => "roles",
            (Self::Cert, _) => "certs",
            (Self::GitHub, "team") => "map/teams",
            (Self::GitHub, "user") => "map/users",
            (_, "user") => "users",
            (_, "group") => "groups",
            _ => "role",
        }
    }
}
