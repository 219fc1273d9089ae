//! The fuzz targets on mutated texts: what a few seconds without a fuzzer can show.

use proptest::prelude::*;

use crate::fuzz_targets::{CARRIERS, target};
use crate::property::config;

const SEEDS: [&str; 15] = [
    "path \"secret/data/+/x*\" {\n  capabilities = [\"read\", \"list\"] # c\n  allowed_parameters = { \"a\" = [\"b*\", 1, true], \"*\" = [] }\n}\n",
    "/* c */ path \"a/{{identity.entity.name}}\" { policy = \"write\" \n min_wrapping_ttl = \"1h30m\" }\npath \"b\" { capabilities = <<EOT\n[\"deny\"]\nEOT\n}",
    "{\"path\":{\"a/*\":{\"capabilities\":[\"read\",\"sudo\"],\"denied_parameters\":{\"x\":[]}}}}",
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"A\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},\"Action\":[\"s3:Get*\",\"iam:PassRole\"],\"Resource\":\"arn:aws:s3:::b/${aws:username}/*\",\"Condition\":{\"StringLikeIfExists\":{\"aws:PrincipalTag/t\":[\"a\",\"b?\"]},\"Bool\":{\"aws:SecureTransport\":false}}},{\"Effect\":\"Deny\",\"NotAction\":\"*\",\"NotResource\":[]}]}",
    "resource \"vault_policy\" \"p\" {\n  name = \"p\"\n  policy = <<-EOT\n    path \"${var.m}/data/*\" {\n      capabilities = [\"update\"]\n    }\n  EOT\n}\nvariable \"m\" { default = \"kv\" }\n",
    "data \"aws_iam_policy_document\" \"d\" {\n  statement {\n    actions = concat([\"s3:*\"], local.more)\n    resources = [for b in local.b : \"arn:aws:s3:::${b}/*\"]\n    condition {\n      test = \"StringEquals\"\n      variable = \"aws:username\"\n      values = [\"x\"]\n    }\n  }\n}\nlocals {\n  b = toset([\"x\", \"y\"])\n  more = []\n}\n",
    "import json\nimport pulumi_vault as vault\nimport pulumi_aws as aws\nname = \"p\"\nvault.Policy(name, policy=f'path \"{name}/*\" {{ capabilities = [\"sudo\"] }}')\naws.iam.RolePolicy(\"r\", role=role.id, policy=json.dumps({\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": bucket.arn.apply(lambda a: f\"{a}/*\")}]}))\n",
    "import * as vault from '@pulumi/vault';\nimport * as aws from \"@pulumi/aws\";\nconst name = 'p';\nclass C { constructor(private a: string) { new vault.Policy(a, { name, policy: `path \"${a}/*\" { capabilities = [\"sudo\"] }` }); } }\nfor (const x of ['a', 'b']) new C(x);\nnew aws.iam.RolePolicy('r', { role: role.id, policy: bucket.arn.apply(([a, b = 1]) => JSON.stringify({ Statement: [{ Effect: 'Allow', Action: '*', ...rest, Resource: `${a}/*` }] })) }, { dependsOn: [x?.y!] });\nexport default async () => { if (a ?? b) { return } };\n",
    "Resources:\n  R:\n    Type: AWS::IAM::Policy\n    Properties:\n      PolicyDocument:\n        Statement:\n          - Effect: Allow\n            Action: !Sub '${S}:*'\n            Resource: !GetAtt B.Arn\n",
    "name: p\nruntime: yaml\nresources:\n  a:\n    type: vault:Policy\n    properties:\n      policy: |\n        path \"x\" { capabilities = [\"read\"] }\n",
    "{\"format_version\":\"1.2\",\"terraform_version\":\"1.9\",\"planned_values\":{\"root_module\":{\"resources\":[{\"address\":\"vault_policy.p\",\"type\":\"vault_policy\",\"name\":\"p\",\"values\":{\"policy\":\"path \\\"a\\\" {}\"}}]}},\"resource_changes\":[]}",
    "{\"data\":{\"token_policies\":[\"root\",\"a\"],\"bind_secret_id\":false,\"token_ttl\":0,\"secret_id_num_uses\":-1},\"request_id\":\"x\"}",
    "storage \"raft\" { path = \"/x\" }\nlistener \"tcp\" {\n  address = \"0.0.0.0:8200\"\n  tls_disable = 1\n}\naudit \"file\" \"a\" { options { file_path = \"stdout\" } }\ninitialize \"i\" {\n  request \"r\" {\n    operation = \"update\"\n    path = \"sys/policies/acl/a\"\n    data = { policy = <<-EOF\n      path \"*\" { capabilities = [\"sudo\"] }\n    EOF\n    }\n  }\n}\nauto_auth { sink \"file\" { config = { mode = 0644 } } }\n",
    "apiVersion: v1\nkind: ConfigMap\ndata:\n  a.hcl: |\n    path \"x\" { capabilities = [\"read\"] }\n  config.hcl: |\n    listener \"tcp\" {}\n    storage \"file\" { path = \"/x\" }\n",
    "*a?b*\n?a*\n*?:b\na/+/b*\n",
];

/// A seed, cut, spliced with another and with characters that mean something thrown in.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let odd = prop::sample::select(vec![
        "\"",
        "\\",
        "{",
        "}",
        "[",
        "]",
        "${",
        "%{",
        "<<EOT\n",
        "\n",
        "\r\n",
        "\t",
        "*",
        "?",
        "+",
        ":",
        "/",
        "\u{0}",
        "\u{feff}",
        "\u{10fffd}",
        "é",
        "🔑",
        "=",
        ",",
        "#",
        "\u{1b}[31m",
        "-",
        "1e999",
        "&a",
        "*a",
        "!!",
        "'''",
        "|",
        "\u{2028}",
        "`",
        "=>",
        "<",
        "...",
    ]);
    let edit = (any::<prop::sample::Index>(), odd, 0..4_usize);
    let edits = prop::collection::vec(edit, 0..6);
    (0..SEEDS.len(), 0..SEEDS.len(), any::<prop::sample::Index>(), any::<bool>(), edits).prop_map(
        |(first, second, cut, splice, edits)| {
            let mut text: Vec<char> = SEEDS.get(first).copied().unwrap_or_default().chars().collect();
            if splice {
                text.truncate(cut.index(text.len() + 1));
                text.extend(SEEDS.get(second).copied().unwrap_or_default().chars().skip(cut.index(40)));
            }
            for (at, odd, remove) in edits {
                let at = at.index(text.len() + 1);
                let end = (at + remove).min(text.len());
                text.splice(at..end, odd.chars());
            }
            text.into_iter().collect::<String>().into_bytes()
        },
    )
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn targets_survive_mutated_texts(bytes in mutated(), name in 0..13_u8) {
        for parser in ["hcl1", "json", "pattern"] {
            target(parser).unwrap()(&bytes);
        }
        for (_, run) in CARRIERS {
            run(&bytes);
        }
        let named: Vec<u8> = std::iter::once(name).chain(bytes).collect();
        target("check_bytes").unwrap()(&named);
    }

    #[test]
    fn targets_survive_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for name in ["hcl1", "json", "pattern", "check_bytes"] {
            target(name).unwrap()(&bytes);
        }
    }
}
