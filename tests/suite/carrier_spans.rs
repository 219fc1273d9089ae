//! Spans re-slice to the text they claim inside every way of writing a text in a text.
//!
//! A policy of random parts is written character by character into a carrier, each
//! character as itself or as one of the escapes that stand for it. What the policy's own
//! file has at a span, the carrier must have at its span, in its own writing.

use std::ops::Range;

use overgrant::carrier::declaration::Item;
use overgrant::carrier::{Format, ReadOptions, read_all};
use overgrant::source::{SourceId, SourceMap, Span};
use overgrant::syntax::Text;
use proptest::prelude::*;

use crate::property::config;

/// How one character is written: what comes before it (the joint of two literals, a
/// line's indentation), and the character itself.
type Written = (String, String);

/// The characters before and after one.
type Around = (char, char);

/// A way to write a text in a carrier: before, each character by choice, after.
struct Way {
    name: &'static str,
    file: &'static str,
    format: Format,
    before: &'static str,
    after: &'static str,
    /// The character, those around it, and a random number.
    write: fn(char, Around, u8) -> Written,
}

fn own(c: char) -> Written {
    (String::new(), c.to_string())
}

fn escaped(text: String) -> Written {
    (String::new(), text)
}

fn utf16(c: char) -> String {
    let mut units = [0; 2];
    let units: Vec<String> = c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect();
    units.concat()
}

fn heredoc(c: char, (_, after): Around, _: u8) -> Written {
    // What starts an interpolation is doubled.
    if after == '{' && matches!(c, '$' | '%') { escaped(c.to_string().repeat(2)) } else { own(c) }
}

fn indented(c: char, around: Around, choice: u8) -> Written {
    let (joint, written) = heredoc(c, around, choice);
    if around.0 == '\n' && c != '\n' { ("      ".to_owned() + &joint, written) } else { (joint, written) }
}

fn hcl_quoted(c: char, around: Around, choice: u8) -> Written {
    match c {
        '"' => escaped("\\\"".into()),
        '\\' => escaped("\\\\".into()),
        '\n' => escaped("\\n".into()),
        '\t' => escaped("\\t".into()),
        '$' | '%' if around.1 == '{' => escaped(c.to_string().repeat(2)),
        '{' if matches!(around.0, '$' | '%') => own(c),
        _ if choice < 30 && c.len_utf16() == 1 && !"$%".contains(c) => escaped(format!("\\u{:04x}", c as u32)),
        _ => own(c),
    }
}

fn json(c: char, _: Around, choice: u8) -> Written {
    match c {
        '"' => escaped("\\\"".into()),
        '\\' => escaped("\\\\".into()),
        '\n' => escaped("\\n".into()),
        '\t' => escaped("\\t".into()),
        '/' if choice < 60 => escaped("\\/".into()),
        _ if choice < 30 => escaped(utf16(c)),
        _ => own(c),
    }
}

fn python(c: char, _: Around, choice: u8) -> Written {
    match c {
        '"' => escaped("\\\"".into()),
        '\\' => escaped("\\\\".into()),
        '\n' => escaped("\\n".into()),
        '\t' => escaped(if choice < 128 { "\\t" } else { "\t" }.into()),
        _ if choice < 20 && (c as u32) < 256 => escaped(format!("\\x{:02x}", c as u32)),
        _ if choice < 30 && (c as u32) < 64 => escaped(format!("\\{:03o}", c as u32)),
        _ if choice < 40 && c.len_utf16() == 1 => escaped(format!("\\u{:04x}", c as u32)),
        _ if choice < 50 => escaped(format!("\\U{:08x}", c as u32)),
        _ => own(c),
    }
}

/// Triple quotes: line breaks and quotes as they are, and lines continued.
fn python_long(c: char, around: Around, choice: u8) -> Written {
    match c {
        '\\' => escaped("\\\\".into()),
        '"' if choice < 60 => escaped("\\\"".into()),
        '\n' | '"' => own(c),
        _ if choice < 20 => ("\\\n".into(), c.to_string()),
        _ => python(c, around, choice),
    }
}

fn python_raw(c: char, _: Around, _: u8) -> Written {
    own(c)
}

/// Literals side by side, of changing kinds of quotes.
fn python_joined(c: char, around: Around, choice: u8) -> Written {
    let (_, written) = python(c, around, choice);
    let joint = if choice.is_multiple_of(7) { "\"  # joined\n    \"" } else { "" };
    (joint.to_owned(), written)
}

fn f_string(c: char, around: Around, choice: u8) -> Written {
    match c {
        '{' | '}' => escaped(c.to_string().repeat(2)),
        _ => python_long(c, around, choice),
    }
}

#[cfg(feature = "typescript")]
fn script(c: char, around: Around, choice: u8) -> Written {
    match c {
        '\'' => escaped("\\'".into()),
        _ if choice < 10 && c != '\n' => ("\\\n".into(), script(c, around, 255).1),
        _ if choice < 20 && (c as u32) < 256 => escaped(format!("\\x{:02x}", c as u32)),
        _ if choice < 30 => escaped(utf16(c)),
        _ if choice < 40 => escaped(format!("\\u{{{:x}}}", c as u32)),
        _ => python(c, around, 255),
    }
}

/// A template: line breaks and quotes as they are.
#[cfg(feature = "typescript")]
fn script_template(c: char, around: Around, choice: u8) -> Written {
    match c {
        '`' => escaped("\\`".into()),
        '$' if around.1 == '{' => escaped("\\$".into()),
        '\n' | '"' | '\'' => own(c),
        _ => script(c, around, choice),
    }
}

/// Literals added to each other.
#[cfg(feature = "typescript")]
fn script_added(c: char, around: Around, choice: u8) -> Written {
    let (_, written) = script(c, around, choice.max(20));
    let joint = if choice.is_multiple_of(7) { "' + // added\n    '" } else { "" };
    (joint.to_owned(), written)
}

fn yaml_block(c: char, around: Around, _: u8) -> Written {
    if around.0 == '\n' && c != '\n' { ("          ".into(), c.to_string()) } else { own(c) }
}

fn yaml_folded(c: char, around: Around, choice: u8) -> Written {
    // A line break is kept where an empty line follows; a space may be one of its own.
    match c {
        '\n' => escaped("\n\n".into()),
        _ => yaml_block(c, around, choice),
    }
}

fn yaml_double(c: char, _: Around, choice: u8) -> Written {
    match c {
        '"' => escaped("\\\"".into()),
        '\\' => escaped("\\\\".into()),
        '\n' => escaped("\\n".into()),
        '\t' => escaped("\\t".into()),
        '/' if choice < 60 => escaped("\\/".into()),
        _ if choice < 20 && (c as u32) < 256 => escaped(format!("\\x{:02x}", c as u32)),
        _ if choice < 30 && c.len_utf16() == 1 => escaped(format!("\\u{:04x}", c as u32)),
        _ if choice < 40 => escaped(format!("\\U{:08x}", c as u32)),
        _ => own(c),
    }
}

fn yaml_single(c: char, _: Around, _: u8) -> Written {
    match c {
        '\'' => escaped("''".into()),
        '\n' => escaped("\n\n".into()),
        _ => own(c),
    }
}

/// `${` of `Fn::Sub` would be filled in, so an exclamation mark stands behind it.
fn sub_block(c: char, around: Around, choice: u8) -> Written {
    if around.0 == '$' && c == '{' { escaped("{!".into()) } else { yaml_block(c, around, choice) }
}

fn sub_json(c: char, around: Around, choice: u8) -> Written {
    if around.0 == '$' && c == '{' { escaped("{!".into()) } else { json(c, around, choice.max(60)) }
}

const fn way(
    name: &'static str,
    file: &'static str,
    format: Format,
    before: &'static str,
    after: &'static str,
    write: fn(char, Around, u8) -> Written,
) -> Way {
    Way { name, file, format, before, after, write }
}

const VAULT: &[Way] = &[
    way(
        "heredoc",
        "main.tf",
        Format::Terraform,
        "resource \"vault_policy\" \"p\" {\n  name = \"p\"\n  policy = <<EOT\n",
        "\nEOT\n}\n",
        heredoc,
    ),
    way(
        "indented heredoc",
        "main.tf",
        Format::Terraform,
        "resource \"vault_policy\" \"p\" {\n  name = \"p\"\n  policy = <<-EOT\n      ",
        "\n      EOT\n}\n",
        indented,
    ),
    way(
        "HCL string",
        "main.tf",
        Format::Terraform,
        "resource \"vault_policy\" \"p\" {\n  policy = \"",
        "\"\n}\n",
        hcl_quoted,
    ),
    way(
        "JSON",
        "stack.json",
        Format::PulumiState,
        r#"{"version":3,"deployment":{"resources":[{"urn":"urn:pulumi:d::a::vault:index/policy:Policy::p","type":"vault:index/policy:Policy","inputs":{"policy":""#,
        r#""}}]}}"#,
        json,
    ),
    way(
        "Python",
        "__main__.py",
        Format::PulumiPython,
        "import pulumi_vault as vault\nvault.Policy('p', policy=\"",
        "\")\n",
        python,
    ),
    way(
        "Python, long",
        "__main__.py",
        Format::PulumiPython,
        "import pulumi_vault as vault\nvault.Policy('p', policy=\"\"\"",
        " \"\"\")\n",
        python_long,
    ),
    way(
        "Python, raw",
        "__main__.py",
        Format::PulumiPython,
        "import pulumi_vault as vault\nvault.Policy('p', policy=r'''",
        " ''')\n",
        python_raw,
    ),
    way(
        "Python, joined",
        "__main__.py",
        Format::PulumiPython,
        "import pulumi_vault as vault\nvault.Policy('p', policy=(\"",
        "\"))\n",
        python_joined,
    ),
    way(
        "Python, f-string",
        "__main__.py",
        Format::PulumiPython,
        "import pulumi_vault as vault\nvault.Policy('p', policy=f\"\"\"# {vault.x['a']} {f'{1}'}\n",
        " \"\"\")\n",
        f_string,
    ),
    way(
        "Python, raw f-string",
        "__main__.py",
        Format::PulumiPython,
        "import pulumi_vault as vault\nx = 'y'\nvault.Policy('p', policy=('# ' f'{x}é' '\\n' \"",
        "\"))\n",
        python_joined,
    ),
    #[cfg(feature = "typescript")]
    way(
        "TypeScript",
        "index.ts",
        Format::PulumiTypeScript,
        "import * as vault from '@pulumi/vault';\nnew vault.Policy('p', { policy: '",
        "' });\n",
        script,
    ),
    #[cfg(feature = "typescript")]
    way(
        "TypeScript, template",
        "index.ts",
        Format::PulumiTypeScript,
        "import * as vault from '@pulumi/vault';\nnew vault.Policy('p', { policy: `# ${vault.x['a']} ${`${1}`}\n",
        " ` });\n",
        script_template,
    ),
    #[cfg(feature = "typescript")]
    way(
        "TypeScript, added",
        "index.ts",
        Format::PulumiTypeScript,
        "import * as vault from '@pulumi/vault';\nconst x = 'y';\nnew vault.Policy('p', { policy: '# ' + `${x}é` + '\\n' + '",
        "' });\n",
        script_added,
    ),
    way(
        "YAML block",
        "Pulumi.yaml",
        Format::PulumiYaml,
        "name: a\nruntime: yaml\nresources:\n  p:\n    type: vault:Policy\n    properties:\n      policy: |\n          ",
        "\n",
        yaml_block,
    ),
    way(
        "YAML block, stripped",
        "Pulumi.yaml",
        Format::PulumiYaml,
        "name: a\nruntime: yaml\nresources:\n  p:\n    type: vault:Policy\n    properties:\n      policy: |2- # é\n          ",
        "\n",
        yaml_block,
    ),
    way(
        "YAML folded",
        "Pulumi.yaml",
        Format::PulumiYaml,
        "name: a\nruntime: yaml\nresources:\n  p:\n    type: vault:Policy\n    properties:\n      policy: >-\n          ",
        "\n",
        yaml_folded,
    ),
    way(
        "YAML, double quotes",
        "Pulumi.yaml",
        Format::PulumiYaml,
        "name: é\nruntime: yaml\nresources:\n  p:\n    type: vault:Policy\n    properties:\n      policy: \"",
        "\"\n",
        yaml_double,
    ),
    way(
        "YAML, single quotes",
        "Pulumi.yaml",
        Format::PulumiYaml,
        "name: a\nruntime: yaml\nresources:\n  p:\n    type: vault:Policy\n    properties:\n      policy: '",
        "'\n",
        yaml_single,
    ),
    way(
        "bank-vaults",
        "vault.yaml",
        Format::KubernetesYaml,
        "policies:\n  - name: p\n    rules: |\n          ",
        "\n",
        yaml_block,
    ),
    way(
        "self-initialization",
        "bao.hcl",
        Format::VaultConfig,
        "initialize \"a\" {\n  request \"p\" {\n    operation = \"update\"\n    path = \"sys/policies/acl/p\"\n    data = {\n      policy = <<EOT\n",
        "\nEOT\n    }\n  }\n}\n",
        python_raw,
    ),
    way(
        "ConfigMap",
        "policies.yaml",
        Format::KubernetesYaml,
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  p.hcl: |\n          ",
        "\n",
        yaml_block,
    ),
];

const AWS: &[Way] = &[
    way(
        "heredoc",
        "main.tf",
        Format::Terraform,
        "resource \"aws_iam_policy\" \"p\" {\n  name = \"p\"\n  policy = <<EOT\n",
        "\nEOT\n}\n",
        heredoc,
    ),
    way(
        "HCL string",
        "main.tf",
        Format::Terraform,
        "resource \"aws_iam_policy\" \"p\" {\n  policy = \"",
        "\"\n}\n",
        hcl_quoted,
    ),
    way(
        "plan",
        "plan.json",
        Format::TerraformPlan,
        r#"{"format_version":"1.2","terraform_version":"1.9.0","resource_changes":[{"address":"aws_iam_policy.p","mode":"managed","type":"aws_iam_policy","name":"p","change":{"actions":["create"],"after":{"policy":""#,
        r#""}}}]}"#,
        json,
    ),
    // An object of JSON is one of the language.
    #[cfg(feature = "typescript")]
    way(
        "TypeScript, object",
        "index.ts",
        Format::PulumiTypeScript,
        "import * as aws from '@pulumi/aws';\nnew aws.iam.Policy('p', { policy: JSON.stringify(",
        ", null, 2) });\n",
        python_raw,
    ),
    way("CLI", "policy.json", Format::AwsCli, r#"{"Policy":""#, r#""}"#, json),
    way(
        "Python, f-string",
        "__main__.py",
        Format::PulumiPython,
        "import pulumi_aws as aws\naws.iam.Policy('p', policy=f\"\"\"",
        "\"\"\")\n",
        f_string,
    ),
    #[cfg(feature = "typescript")]
    way(
        "TypeScript, template",
        "index.ts",
        Format::PulumiTypeScript,
        "import * as aws from '@pulumi/aws';\nnew aws.iam.Policy('p', { policy: `",
        "` });\n",
        script_template,
    ),
    way(
        "Fn::Sub in a block",
        "t.yaml",
        Format::CloudFormationYaml,
        "Resources:\n  P:\n    Type: AWS::IAM::Policy\n    Properties:\n      PolicyName: p\n      PolicyDocument: !Sub |\n          ",
        "\n",
        sub_block,
    ),
    way(
        "Fn::Sub in JSON",
        "t.json",
        Format::CloudFormationJson,
        r#"{"Resources":{"P":{"Type":"AWS::IAM::Policy","Properties":{"PolicyDocument":{"Fn::Sub":""#,
        r#""}}}}}"#,
        sub_json,
    ),
    way(
        "YAML, single quotes",
        "t.yaml",
        Format::CloudFormationYaml,
        "Resources:\n  P:\n    Type: AWS::IAM::Policy\n    Properties:\n      PolicyDocument: '",
        "'\n",
        yaml_single,
    ),
];

/// Everything that a text declares and that has a place, in order.
fn places(name: &str, text: &str, format: Format) -> Result<(SourceMap, Vec<Span>), String> {
    let mut sources = SourceMap::new();
    let source = sources.add(name, text);
    let carried = read_all(&sources, &[(source, format)], &ReadOptions::default());
    if !carried.diagnostics.is_empty() {
        return Err(format!("{:?}", carried.diagnostics));
    }
    let mut out = Vec::new();
    let mut characters = |text: &Text, home: Span| {
        for (at, character) in text.raw().char_indices() {
            out.push(text.span_of(home, at, at + character.len_utf8()));
        }
        out.push(home);
    };
    for declaration in &carried.declarations {
        match &declaration.item {
            Item::VaultPolicy(policy) => {
                for stanza in &policy.policy.stanzas {
                    characters(&stanza.path, stanza.path_span);
                    for capability in &stanza.capabilities {
                        characters(&capability.name, capability.span);
                    }
                }
            }
            Item::AwsPolicy(policy) => {
                for statement in &policy.document.statements {
                    let lists = [&statement.action, &statement.resource].into_iter().flatten();
                    for item in lists.flat_map(|list| &list.items) {
                        characters(&item.text, item.span);
                    }
                }
            }
            _ => {}
        }
    }
    Ok((sources, out))
}

/// Writes a policy in every way and compares what is found with what its own file tells.
fn compare(policy: &str, own_format: Format, ways: &[Way], choices: &[u8]) -> Result<(), TestCaseError> {
    let (_, plain) = places("p", policy, own_format).map_err(TestCaseError::fail)?;
    for way in ways {
        let mut text = way.before.to_owned();
        // Where each byte of the policy is written.
        let mut at: Vec<Range<usize>> = Vec::new();
        let mut before = ' ';
        let mut characters = policy.chars().enumerate().peekable();
        while let Some((index, character)) = characters.next() {
            let choice = choices[index % choices.len()];
            let after = characters.peek().map_or(' ', |(_, after)| *after);
            let (joint, written) = (way.write)(character, (before, after), choice);
            text.push_str(&joint);
            let place = text.len()..text.len() + written.len();
            // Bytes of one character stand one by one where it is written as itself.
            for byte in 0..character.len_utf8() {
                let alone = written.len() == character.len_utf8();
                at.push(if alone { place.start + byte..place.start + byte + 1 } else { place.clone() });
            }
            text.push_str(&written);
            before = character;
        }
        text.push_str(way.after);
        let (sources, found) = places(way.file, &text, way.format)
            .map_err(|error| TestCaseError::fail(format!("{}: {error}\n{text}", way.name)))?;
        prop_assert_eq!(found.len(), plain.len(), "{}\n{}", way.name, text);
        for (theirs, ours) in found.iter().zip(&plain) {
            let (first, last) = (&at[ours.start as usize], &at[ours.end as usize - 1]);
            let expected = Span::new(SourceId(0), first.start, last.end);
            let claimed = &policy[ours.range()];
            prop_assert_eq!(
                (sources.slice(*theirs), *theirs),
                (sources.slice(expected), expected),
                "{}: {:?}\n{}",
                way.name,
                claimed,
                text
            );
        }
    }
    Ok(())
}

fn stanza() -> impl Strategy<Value = String> {
    let path = prop::collection::vec(
        prop::sample::select(vec![
            "kv",
            "data",
            "+",
            "é",
            "🔑",
            "a-b",
            "x_y",
            "{{identity.entity.id}}",
            "o'r",
            "%",
            "$",
        ]),
        1..5,
    );
    let capabilities = prop::collection::vec(prop::sample::select(vec!["read", "list", "update", "sudo"]), 1..3);
    (path, capabilities, any::<bool>()).prop_map(|(path, capabilities, spread)| {
        let list: Vec<String> = capabilities.iter().map(|capability| format!("\"{capability}\"")).collect();
        let gap = if spread { "\n" } else { " " };
        format!("path \"{}/*\" {{{gap}capabilities = [{}]{gap}}}\n", path.join("/"), list.join(", "))
    })
}

fn statement() -> impl Strategy<Value = String> {
    let action = prop::sample::select(vec!["s3:GetObject", "s3:*", "iam:PassRole", "kms:Decrypt"]);
    let part = prop::sample::select(vec!["b", "é", "🔑", "${aws:username}", "a*", "x?"]);
    (prop::collection::vec(action, 1..3), prop::collection::vec(part, 1..4)).prop_map(|(actions, parts)| {
        let actions: Vec<String> = actions.iter().map(|action| format!("\"{action}\"")).collect();
        format!(
            "{{\"Effect\": \"Allow\", \"Action\": [{}],\n\"Resource\": \"arn:aws:s3:::{}\"}}",
            actions.join(", "),
            parts.join("/")
        )
    })
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn vault_policies_keep_their_places(
        stanzas in prop::collection::vec(stanza(), 1..4),
        choices in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        compare(stanzas.concat().trim_end(), Format::VaultHcl, VAULT, &choices)?;
    }

    #[test]
    fn aws_policies_keep_their_places(
        statements in prop::collection::vec(statement(), 1..4),
        choices in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let policy = format!("{{\"Version\": \"2012-10-17\",\n\"Statement\": [{}]}}", statements.join(",\n"));
        compare(&policy, Format::IamDocument, AWS, &choices)?;
    }
}
