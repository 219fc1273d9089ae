//! The steps by which a subject gains more than its policies say, as data
//! (spec: vault-roles, section 4.5).
//!
//! A path is a policy path (`+` one segment, final `*` the rest) with slots in braces:
//!
//! | slot | stands for |
//! | --- | --- |
//! | `{held}` | each policy the subject has, dangling ones included |
//! | `{entity}`, `{id}` | the subject's own entity by name, by id |
//! | `{any}` | an id or name that the subject's policies do not single out |
//! | `{role}`, `{mount}` | the subject's own role, and its mount below `auth/` |
//! | `{named}` | the same mount, where a login says which role it wants |
//! | `{everyone}` | the same mount, where the configuration may give policies to every login |
//! | `{userpass}`, `{approle}`, `{awsauth}`, `{login}` | each mount of that method; of any method |
//! | `{at}`, `{name}` | the mount and name of what the step is tried on |
//! | `{tokenrole}` | each token role of the model that lets its caller ask for any policy |
//! | `{new}` | any name, the same one in every request of the step |

use crate::vault::capability::{Capabilities, Capability};

use Capability::{Create, Patch, Read, Sudo, Update};

/// Creates or changes: which of the two is asked depends on whether the thing exists.
pub(super) const WRITE: Capabilities = Capabilities::of(&[Create, Update]);
pub(super) const WRITE_ANY: Capabilities = Capabilities::of(&[Create, Update, Patch]);
pub(super) const UPDATE: Capabilities = Capabilities::of(&[Update]);
pub(super) const SUDO: Capabilities = Capabilities::of(&[Sudo]);
pub(super) const READ: Capabilities = Capabilities::of(&[Read]);

/// A request of a step: one of the capabilities, on a path. Where the server asks for
/// `sudo` as well it need not be said; it is said where more comes of having it.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    /// The path, with slots.
    pub path: &'static str,
    /// One of these is needed.
    pub any_of: Capabilities,
}

/// What a step gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gain {
    /// Every policy but `root`: the subject can do anything there is.
    Any,
    /// What every entity of the model has.
    Entities,
    /// What every role of the mount in the slot gives.
    Logins,
    /// What one other role or user gives, the one in the slot.
    Login,
    /// What every external group of the model has.
    Groups,
    /// Less than every policy.
    Part(PowerKind),
}

/// A power that is less than every policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PowerKind {
    /// The whole server and all that is in it.
    Server,
    /// The administrator of what a secrets engine manages.
    Engine,
    /// What a mount or path holds that its policies do not give.
    Content,
    /// Every policy of a namespace below its own.
    Namespace,
    /// A control that others rely on: audit, lifetimes, passwords, Sentinel, approval.
    Control,
    /// Tokens that others take for proof of identity.
    Identity,
}

/// Which server knows a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// Both.
    Any,
    /// Vault alone.
    Vault,
    /// OpenBao alone.
    OpenBao,
}

/// One step.
#[derive(Debug, Clone, Copy)]
pub struct Edge {
    /// The step's number in the catalogue.
    pub id: &'static str,
    /// What the subject does, for people.
    pub what: &'static str,
    /// All of these requests are needed.
    pub needs: &'static [Need],
    /// What it gives.
    pub gain: Gain,
    /// Where it works.
    pub server: Server,
}

pub(super) const fn need(path: &'static str, any_of: Capabilities) -> Need {
    Need { path, any_of }
}

pub(super) const fn edge(id: &'static str, what: &'static str, needs: &'static [Need], gain: Gain) -> Edge {
    Edge { id, what, needs, gain, server: Server::Any }
}

pub(super) const fn only(server: Server, edge: Edge) -> Edge {
    Edge { server, ..edge }
}

/// All steps that give every policy by themselves, cheapest to read first.
pub(super) const DIRECT: &[Edge] = &[
    edge("E1", "rewrites a policy that it has", &[need("sys/policies/acl/{held}", WRITE_ANY)], Gain::Any),
    edge("E1", "rewrites a policy that it has", &[need("sys/policy/{held}", WRITE)], Gain::Any),
    edge(
        "E3",
        "creates a token with any policy",
        &[need("auth/token/create", UPDATE), need("auth/token/create", SUDO)],
        Gain::Any,
    ),
    edge(
        "E4",
        "creates a token with any policy",
        &[need("auth/token/create-orphan", UPDATE), need("auth/token/create-orphan", SUDO)],
        Gain::Any,
    ),
    edge(
        "E5",
        "creates a token through a role that takes any policy",
        &[need("auth/token/create/{tokenrole}", UPDATE)],
        Gain::Any,
    ),
    edge(
        "E6",
        "writes a token role that takes any policy, and creates a token through it",
        &[need("auth/token/roles/{new}", WRITE), need("auth/token/create/{new}", UPDATE)],
        Gain::Any,
    ),
    edge("E7", "gives its own entity any policy", &[need("identity/entity/name/{entity}", WRITE)], Gain::Any),
    edge("E7", "gives its own entity any policy, by its id", &[need("identity/entity", UPDATE)], Gain::Any),
    edge("E7", "gives its own entity any policy, by its id", &[need("identity/entity/id/{id}", UPDATE)], Gain::Any),
    edge("E8", "makes a group of itself with any policy", &[need("identity/group/name/{new}", WRITE)], Gain::Any),
    edge("E8", "makes a group of itself with any policy", &[need("identity/group", UPDATE)], Gain::Any),
    edge("E8", "adds itself to a group and gives it any policy", &[need("identity/group/id/{any}", UPDATE)], Gain::Any),
    edge("E12", "makes a user with any policy, and logs in", &[need("auth/{userpass}/users/{new}", WRITE)], Gain::Any),
    edge(
        "E12",
        "makes a role with any policy, and logs in through it",
        &[
            need("auth/{approle}/role/{new}", WRITE),
            need("auth/{approle}/role/{new}/role-id", READ),
            need("auth/{approle}/role/{new}/secret-id", UPDATE),
        ],
        Gain::Any,
    ),
    edge("E12", "gives the role it logs in through any policy", &[need("auth/{mount}/role/{role}", WRITE)], Gain::Any),
    edge(
        "E12",
        "makes a role like its own with any policy, and logs in through it",
        &[need("auth/{named}/role/{new}", WRITE)],
        Gain::Any,
    ),
    edge("E12", "gives every login of its auth method any policy", &[need("auth/{everyone}/config", WRITE)], Gain::Any),
    edge("E12", "gives the user it logs in as any policy", &[need("auth/{mount}/users/{role}", WRITE)], Gain::Any),
    edge(
        "E12",
        "gives the certificate it logs in with any policy",
        &[need("auth/{mount}/certs/{role}", WRITE)],
        Gain::Any,
    ),
    edge("E12", "gives its own mapping any policy", &[need("auth/{mount}/groups/{role}", WRITE)], Gain::Any),
    edge("E12", "gives its own mapping any policy", &[need("auth/{mount}/map/teams/{role}", WRITE)], Gain::Any),
    edge(
        "E14",
        "gives the user it logs in as any policy",
        &[need("auth/{mount}/users/{role}/policies", UPDATE)],
        Gain::Any,
    ),
    edge(
        "E16",
        "gives the role it logs in through any policy",
        &[need("auth/{mount}/role/{role}/policies", UPDATE)],
        Gain::Any,
    ),
    edge(
        "E18",
        "mounts an auth method of its own, makes a user with any policy there, and logs in",
        &[need("sys/auth/{new}", UPDATE), need("sys/auth/{new}", SUDO), need("auth/{new}/users/{new}", WRITE)],
        Gain::Any,
    ),
];

/// Steps that make the subject somebody else.
pub(super) const TAKEOVERS: &[Edge] = &[
    edge("E9", "moves its own alias to another entity", &[need("identity/entity-alias", UPDATE)], Gain::Entities),
    edge("E9", "moves its own alias to another entity", &[need("identity/alias", UPDATE)], Gain::Entities),
    edge(
        "E9",
        "moves its own alias to another entity",
        &[need("identity/entity-alias/id/{any}", UPDATE)],
        Gain::Entities,
    ),
    edge("E9", "moves its own alias to another entity", &[need("identity/alias/id/{any}", UPDATE)], Gain::Entities),
    // Vault asks for `sudo` there, OpenBao does not.
    edge("E10", "merges another entity into its own", &[need("identity/entity/merge", UPDATE)], Gain::Entities),
    edge(
        "E11",
        "gives another group the name of one that its identity provider puts it in",
        &[need("identity/group-alias", UPDATE)],
        Gain::Groups,
    ),
    edge(
        "E17",
        "makes the auth method verify logins at an endpoint of its own",
        &[need("auth/{awsauth}/config/client", WRITE)],
        Gain::Logins,
    ),
    edge(
        "E17",
        "makes the auth method trust an identity provider of its own",
        &[need("auth/{login}/config", WRITE)],
        Gain::Logins,
    ),
    edge("E13", "sets another user's password", &[need("auth/{userpass}/users/{name}/password", UPDATE)], Gain::Login),
    edge(
        "E15",
        "gets another role's credentials",
        &[need("auth/{approle}/role/{name}/role-id", READ), need("auth/{approle}/role/{name}/secret-id", UPDATE)],
        Gain::Login,
    ),
];

/// What the values of a policy's template come from, and who may change it (E45).
pub(super) struct Input {
    /// What stands in the template.
    pub(super) selector: &'static str,
    /// What the subject does, for people.
    pub(super) what: &'static str,
    /// One of these paths, with slots.
    pub(super) needs: &'static [&'static str],
    /// The parameter that it sends.
    pub(super) parameter: &'static str,
}

const OWN: &[&str] = &["identity/entity/id/{id}", "identity/entity/name/{entity}", "identity/entity"];

/// Inputs of templates that a subject may be able to change for itself.
pub(super) const INPUTS: &[Input] = &[
    Input {
        selector: "identity.entity.metadata.",
        what: "changes its entity's metadata",
        needs: OWN,
        parameter: "metadata",
    },
    Input {
        selector: "identity.entity.name",
        what: "renames its entity",
        needs: &["identity/entity/id/{id}", "identity/entity"],
        parameter: "name",
    },
    Input {
        selector: ".custom_metadata.",
        what: "changes its alias's metadata",
        needs: &["identity/entity-alias", "identity/entity-alias/id/{id}"],
        parameter: "custom_metadata",
    },
];
