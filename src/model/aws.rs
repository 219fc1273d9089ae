//! The AWS side of the model: principals with the policies attached to them.

use crate::carrier::declaration::{Declaration, Item};

use super::ids::DeclId;

/// AWS principals and policies, linked.
#[derive(Debug, Default)]
pub struct AwsModel {
    /// Declarations of users, groups and roles.
    pub principals: Vec<DeclId>,
    /// Declarations of policy documents.
    pub policies: Vec<DeclId>,
}

impl AwsModel {
    /// Links the AWS declarations.
    #[must_use]
    pub fn build(declarations: &[Declaration]) -> Self {
        let mut model = Self::default();
        for (index, declaration) in declarations.iter().enumerate() {
            match declaration.item {
                Item::AwsPrincipal(_) => model.principals.push(DeclId::at(index)),
                Item::AwsPolicy(_) => model.policies.push(DeclId::at(index)),
                _ => {}
            }
        }
        model
    }
}
