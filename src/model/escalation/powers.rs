//! What a principal gains that is less than every policy, or is everything only where
//! something from outside comes to it, as data (spec: vault-roles, section 4.5).
//!
//! Paths are those of [`edges`](super::edges); `{at}` and `{name}` stand for what
//! [`Over`] says.

use smol_str::SmolStr;

use super::Step;
use super::edges::{Edge, Gain, Need, PowerKind, READ, SUDO, Server, UPDATE, WRITE, edge, need, only};
use crate::vault::capability::{Capabilities, Capability};

/// A power of a principal, and how it comes to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Power {
    /// Its kind.
    pub kind: PowerKind,
    /// Over what, a phrase each; none for the server as a whole.
    pub over: Vec<String>,
    /// The steps, the last of which gives the power.
    pub steps: Vec<Step>,
    /// What must come to it from outside, which the model does not tell.
    pub given: Option<&'static str>,
}

impl Power {
    /// The step that gives the power.
    #[must_use]
    pub fn step(&self) -> Option<&Step> {
        self.steps.last()
    }
}

/// What a step is tried on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// The server: in the root namespace.
    Server,
    /// Nothing: in every namespace.
    Anywhere,
    /// Each auth mount: `{at}` without `auth/`.
    AuthMounts,
    /// Each mount of these engines: `{at}`.
    Mounts(&'static [&'static str]),
    /// Each database connection: `{at}`, `{name}`; `{new}` is a role that it allows.
    Connections,
    /// Each password policy that something uses: `{name}`.
    PasswordPolicies,
    /// Each role of an SSH engine that signs for `root`: `{at}`, `{name}`.
    RootSigners,
    /// Each transit key that is called after unsealing: `{at}`, `{name}`.
    UnsealKeys,
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) edge: Edge,
    pub(super) over: Over,
    pub(super) given: Option<&'static str>,
}

impl Row {
    /// The kind of power that the row gives.
    pub(super) fn kind(&self) -> PowerKind {
        match self.edge.gain {
            Gain::Part(kind) => kind,
            _ => PowerKind::Server,
        }
    }
}

const fn row(over: Over, edge: Edge) -> Row {
    Row { edge, over, given: None }
}

const fn given(what: &'static str, row: Row) -> Row {
    Row { given: Some(what), ..row }
}

/// A plugin of a kind: the need names its place in the catalogue.
const fn plugin(needs: &'static [Need]) -> Row {
    let registers = edge("E25", "registers a plugin, which the server runs", needs, SERVER);
    given("a program of its own in the server's plugin directory", row(Over::Server, registers))
}

const SERVER: Gain = Gain::Part(PowerKind::Server);
const ENGINE: Gain = Gain::Part(PowerKind::Engine);
const CONTROL: Gain = Gain::Part(PowerKind::Control);
const NAMESPACE: Gain = Gain::Part(PowerKind::Namespace);
const IDENTITY: Gain = Gain::Part(PowerKind::Identity);

const GET: Capabilities = Capabilities::of(&[Capability::Read, Capability::Update]);
const REMOVE: Capabilities = Capabilities::of(&[Capability::Update, Capability::Delete]);

/// Engines whose roles are at `roles/`, and their credentials at `creds/`.
const ROLES: &[&str] = &["aws", "azure", "consul", "kubernetes", "mongodbatlas", "rabbitmq"];
/// Engines whose roles are at `role/`.
const ROLE: &[&str] = &["ldap", "nomad", "terraform"];

const MAKES_ROLE: &str =
    "makes a role with any rights that the engine's own account can give, and gets its credentials";

/// All rows.
pub(super) const POWERS: &[Row] = &[
    row(
        Over::Anywhere,
        edge(
            "E21",
            "makes a namespace, an auth method and a user with any policy there, and logs in",
            &[
                need("sys/namespaces/{new}", WRITE),
                need("{new}/sys/auth/{any}", UPDATE),
                need("{new}/sys/auth/{any}", SUDO),
                need("{new}/auth/{any}/users/{any}", WRITE),
            ],
            NAMESPACE,
        ),
    ),
    row(
        Over::Anywhere,
        edge(
            "E21",
            "makes a namespace, and creates a token with a policy of its own there",
            &[
                need("sys/namespaces/{new}", WRITE),
                need("{new}/sys/policies/acl/{any}", WRITE),
                need("{new}/auth/token/create", UPDATE),
                need("{new}/auth/token/create", SUDO),
            ],
            NAMESPACE,
        ),
    ),
    given(
        "the unseal or recovery keys, or the use of the key that unseals the server by itself",
        row(Over::Server, edge("E22", "copies the whole storage", &[need("sys/storage/raft/snapshot", READ)], SERVER)),
    ),
    given(
        "a server that is unsealed with key shares, or the use of the key that unseals it by itself",
        row(
            Over::Server,
            edge(
                "E23",
                "puts a storage of its own making in place of the server's, whose root token it has",
                &[need("sys/storage/raft/snapshot-force", UPDATE)],
                SERVER,
            ),
        ),
    ),
    given(
        "`raw_storage_endpoint` in the server's configuration",
        row(
            Over::Server,
            edge("E24", "rewrites its policies in the storage", &[need("sys/raw/sys/policy/{held}", UPDATE)], SERVER),
        ),
    ),
    plugin(&[need("sys/plugins/catalog/secret/{new}", UPDATE)]),
    plugin(&[need("sys/plugins/catalog/auth/{new}", UPDATE)]),
    plugin(&[need("sys/plugins/catalog/database/{new}", UPDATE)]),
    given(
        "a quorum of the unseal or recovery key shares",
        row(
            Over::Server,
            edge(
                "E26",
                "makes a root token",
                &[need("sys/generate-root/attempt", UPDATE), need("sys/generate-root/update", UPDATE)],
                SERVER,
            ),
        ),
    ),
    row(
        Over::Server,
        edge(
            "E27",
            "switches audit devices off, or has one write every secret in the clear",
            &[need("sys/audit/{new}", REMOVE)],
            CONTROL,
        ),
    ),
    row(
        Over::Connections,
        edge(
            "E28",
            "has the engine send a database's administrator password to a server of its own",
            &[need("{at}/config/{name}", WRITE)],
            ENGINE,
        ),
    ),
    row(
        Over::Connections,
        edge(
            "E29",
            "has the engine run statements of its own as a database's administrator",
            &[need("{at}/roles/{new}", WRITE), need("{at}/creds/{new}", READ)],
            ENGINE,
        ),
    ),
    row(
        Over::Mounts(ROLES),
        edge("E30", MAKES_ROLE, &[need("{at}/roles/{new}", WRITE), need("{at}/creds/{new}", GET)], ENGINE),
    ),
    row(
        Over::Mounts(&["aws"]),
        edge("E30", MAKES_ROLE, &[need("{at}/roles/{new}", WRITE), need("{at}/sts/{new}", GET)], ENGINE),
    ),
    row(
        Over::Mounts(ROLE),
        edge("E30", MAKES_ROLE, &[need("{at}/role/{new}", WRITE), need("{at}/creds/{new}", READ)], ENGINE),
    ),
    row(
        Over::Mounts(&["gcp"]),
        edge("E30", MAKES_ROLE, &[need("{at}/roleset/{new}", WRITE), need("{at}/roleset/{new}/key", GET)], ENGINE),
    ),
    row(
        Over::Mounts(&["gcp"]),
        edge("E30", MAKES_ROLE, &[need("{at}/roleset/{new}", WRITE), need("{at}/roleset/{new}/token", GET)], ENGINE),
    ),
    row(
        Over::RootSigners,
        edge("E33", "signs itself an SSH certificate for `root`", &[need("{at}/sign/{name}", UPDATE)], ENGINE),
    ),
    row(
        Over::RootSigners,
        edge("E33", "gets a key with an SSH certificate for `root`", &[need("{at}/issue/{name}", UPDATE)], ENGINE),
    ),
    row(
        Over::Mounts(&["ssh"]),
        edge(
            "E33",
            "makes an SSH role for `root`, and signs itself a certificate",
            &[need("{at}/roles/{new}", WRITE), need("{at}/sign/{new}", UPDATE)],
            ENGINE,
        ),
    ),
    given(
        "another server's sealed storage",
        row(
            Over::UnsealKeys,
            edge(
                "E34",
                "decrypts with the key that unseals another server",
                &[need("{at}/decrypt/{name}", UPDATE)],
                ENGINE,
            ),
        ),
    ),
    given(
        "somebody who takes this server's identity tokens for proof, such as a `jwt` mount",
        row(
            Over::Anywhere,
            edge(
                "E39",
                "signs itself identity tokens that say what it likes",
                &[need("identity/oidc/role/{new}", WRITE), need("identity/oidc/token/{new}", READ)],
                IDENTITY,
            ),
        ),
    ),
    row(
        Over::PasswordPolicies,
        edge("E40", "makes generated passwords predictable", &[need("sys/policies/password/{name}", WRITE)], CONTROL),
    ),
    row(
        Over::Anywhere,
        only(
            Server::Vault,
            edge("E41", "removes Sentinel policies", &[need("sys/policies/egp/{new}", REMOVE)], CONTROL),
        ),
    ),
    row(
        Over::Anywhere,
        only(
            Server::Vault,
            edge("E41", "removes Sentinel policies", &[need("sys/policies/rgp/{new}", REMOVE)], CONTROL),
        ),
    ),
    row(
        Over::AuthMounts,
        edge(
            "E42",
            "says how long an auth method's tokens live, of which type they are and what headers it sees",
            &[need("sys/auth/{at}/tune", UPDATE)],
            CONTROL,
        ),
    ),
    row(
        Over::AuthMounts,
        edge(
            "E42",
            "says how long an auth method's tokens live, of which type they are and what headers it sees",
            &[need("sys/mounts/auth/{at}/tune", UPDATE)],
            CONTROL,
        ),
    ),
    row(
        Over::Server,
        only(
            Server::Vault,
            edge(
                "E43",
                "lets the policies of groups apply across namespaces",
                &[need("sys/config/group-policy-application", UPDATE)],
                CONTROL,
            ),
        ),
    ),
    given(
        "somebody with more rights who runs it",
        row(
            Over::Server,
            only(
                Server::OpenBao,
                edge(
                    "E44",
                    "writes a workflow, whose requests are made with the rights of whoever runs it",
                    &[need("sys/workflows/manage/{new}", WRITE)],
                    CONTROL,
                ),
            ),
        ),
    ),
];

/// One thing that a row is tried on.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) namespace: SmolStr,
    /// `{at}`
    pub(super) mount: Option<SmolStr>,
    /// `{name}`
    pub(super) name: Option<SmolStr>,
    /// Globs of which `{new}` matches one; none for any name.
    pub(super) allowed: Option<Vec<SmolStr>>,
    /// For people; empty for the server.
    pub(super) says: String,
}
