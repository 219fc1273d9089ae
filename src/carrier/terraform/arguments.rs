//! Arguments that a block does not have. Terraform refuses them, and what they were to say is
//! read nowhere: a statement without its `action` is about nothing.
//!
//! Newer providers may have arguments that are not in the tables, so only those are noted
//! that are spelt much like one which is.

use smol_str::SmolStr;

use super::directory::Directory;
use super::installed::call;
use crate::carrier::record::{Record, RecordNote};
use crate::source::Span;
use crate::suggest::closest;
use crate::syntax::hcl2::{Block, Body};

/// The rule that reports them.
const RULE: &str = "cross/terraform-unknown-argument";

/// What a block takes: arguments and blocks by name, and the blocks in it that are known.
struct Shape {
    name: &'static str,
    takes: &'static [&'static str],
    blocks: &'static [Shape],
}

/// What every resource or data source takes besides.
const META: &[&str] =
    &["count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection", "region"];

const PRINCIPALS: &[&str] = &["type", "identifiers"];

/// By type; those that hold or attach IAM policies, and Vault's policy document.
const SHAPES: &[Shape] = &[
    Shape {
        name: "aws_iam_policy_document",
        takes: &[
            "version",
            "policy_id",
            "source_json",
            "source_policy_documents",
            "override_json",
            "override_policy_documents",
            "statement",
        ],
        blocks: &[Shape {
            name: "statement",
            takes: &[
                "sid",
                "effect",
                "actions",
                "not_actions",
                "resources",
                "not_resources",
                "principals",
                "not_principals",
                "condition",
            ],
            blocks: &[
                Shape { name: "principals", takes: PRINCIPALS, blocks: &[] },
                Shape { name: "not_principals", takes: PRINCIPALS, blocks: &[] },
                Shape { name: "condition", takes: &["test", "variable", "values"], blocks: &[] },
            ],
        }],
    },
    Shape {
        name: "vault_policy_document",
        takes: &["rule", "namespace"],
        blocks: &[Shape {
            name: "rule",
            takes: &[
                "path",
                "capabilities",
                "description",
                "required_parameters",
                "allowed_parameter",
                "denied_parameter",
                "min_wrapping_ttl",
                "max_wrapping_ttl",
                "subscribe_event_types",
            ],
            blocks: &[],
        }],
    },
    Shape {
        name: "aws_iam_policy",
        takes: &[
            "name",
            "name_prefix",
            "path",
            "description",
            "policy",
            "tags",
            "tags_all",
            "delay_after_policy_creation_in_ms",
        ],
        blocks: &[],
    },
    Shape {
        name: "aws_iam_role",
        takes: &[
            "name",
            "name_prefix",
            "path",
            "description",
            "assume_role_policy",
            "force_detach_policies",
            "managed_policy_arns",
            "max_session_duration",
            "permissions_boundary",
            "inline_policy",
            "tags",
            "tags_all",
        ],
        blocks: &[Shape { name: "inline_policy", takes: &["name", "policy"], blocks: &[] }],
    },
    Shape { name: "aws_iam_role_policy", takes: &["name", "name_prefix", "policy", "role"], blocks: &[] },
    Shape { name: "aws_iam_user_policy", takes: &["name", "name_prefix", "policy", "user"], blocks: &[] },
    Shape { name: "aws_iam_group_policy", takes: &["name", "name_prefix", "policy", "group"], blocks: &[] },
    Shape { name: "aws_iam_role_policy_attachment", takes: &["role", "policy_arn"], blocks: &[] },
    Shape { name: "aws_iam_user_policy_attachment", takes: &["user", "policy_arn"], blocks: &[] },
    Shape { name: "aws_iam_group_policy_attachment", takes: &["group", "policy_arn"], blocks: &[] },
    Shape {
        name: "aws_iam_policy_attachment",
        takes: &["name", "users", "roles", "groups", "policy_arn"],
        blocks: &[],
    },
    Shape {
        name: "aws_iam_user",
        takes: &["name", "path", "permissions_boundary", "force_destroy", "tags", "tags_all"],
        blocks: &[],
    },
    Shape { name: "aws_iam_group_membership", takes: &["name", "users", "group"], blocks: &[] },
    Shape { name: "aws_iam_user_group_membership", takes: &["user", "groups"], blocks: &[] },
];

/// A record for each resource of a directory that has such an argument.
pub(super) fn misspelt(directory: &Directory<'_>) -> Vec<Record> {
    let blocks = directory.order.iter().filter_map(|key| directory.resources.get(key));
    let blocks = blocks.flat_map(|resource| std::iter::once(resource.block).chain(resource.overrides.iter().copied()));
    let records = blocks.filter_map(|block| {
        let kind = block.label(0)?;
        let shape = SHAPES.iter().find(|shape| shape.name == kind)?;
        let mut notes = Vec::new();
        shape.check(&block.body, META, &format!("`{kind}`"), &mut notes);
        let address = SmolStr::new(format!("arguments of {kind}.{}", block.label(1).unwrap_or("")));
        (!notes.is_empty()).then(|| Record { address, notes, ..call(block) })
    });
    records.collect()
}

impl Shape {
    fn check(&self, body: &Body, besides: &[&str], of: &str, notes: &mut Vec<RecordNote>) {
        for attribute in &body.attributes {
            self.name(&attribute.key, attribute.key_span, besides, of, notes);
        }
        for block in &body.blocks {
            // A dynamic block is named by its label, and its content has the arguments.
            let dynamic = block.kind == "dynamic";
            let (kind, span) = match block.labels.first() {
                Some((label, span)) if dynamic => (label.raw(), *span),
                _ => (block.kind.as_str(), block.kind_span),
            };
            self.name(kind, span, besides, of, notes);
            let Some(inner) = self.blocks.iter().find(|inner| inner.name == kind) else { continue };
            let of = format!("`{kind}`");
            let contents = block.body.blocks.iter().filter(|content| dynamic && content.kind == "content");
            let bodies = contents.map(|content: &Block| &content.body).chain((!dynamic).then_some(&block.body));
            bodies.for_each(|body| inner.check(body, &[], &of, notes));
        }
    }

    fn name(&self, name: &str, span: Span, besides: &[&str], of: &str, notes: &mut Vec<RecordNote>) {
        if self.takes.contains(&name) || besides.contains(&name) {
            return;
        }
        if let Some(meant) = closest(name, self.takes.iter().copied()) {
            let message = format!("{of} has no argument `{name}`, so Terraform refuses the configuration");
            notes.push(RecordNote { rule: RULE, message, span, help: Some(format!("did you mean `{meant}`?")) });
        }
    }
}
