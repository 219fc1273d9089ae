//! Small ids that name the members of a model.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in its vector.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }

            /// The id of the position.
            #[must_use]
            pub fn at(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }
        }
    )*};
}

ids! {
    /// A declaration: position in [`Model::declarations`](super::Model::declarations).
    DeclId
    /// A Vault policy.
    PolicyId
    /// A mount.
    MountId
    /// An auth role, user or mapping.
    RoleId
    /// A token role.
    TokenRoleId
    /// A declared token.
    TokenId
    /// An identity entity.
    EntityId
    /// An identity group.
    GroupId
    /// Any other Vault object.
    ObjectId
}
