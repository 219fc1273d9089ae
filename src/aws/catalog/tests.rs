use super::*;

#[test]
fn every_line_of_the_data_is_understood() {
    let catalog = catalog();
    assert!(catalog.date() >= "2026-09-26", "{}", catalog.date());
    let (mut actions, mut resources, mut keys) = (0, 0, 0);
    for prefix in catalog.prefixes() {
        let service = catalog.service(prefix).unwrap_or_else(|| panic!("{prefix} is indexed and missing"));
        assert_eq!(service.prefix, *prefix);
        actions += service.actions.len();
        resources += service.resources.len();
        keys += service.keys.len();
        for action in &service.actions {
            assert_eq!(service.resources_of(action).count(), action.resources.len(), "{prefix}:{}", action.name);
        }
        for pair in service.actions.windows(2) {
            assert!(pair[0].lower < pair[1].lower, "{prefix}: {} before {}", pair[0].name, pair[1].name);
        }
    }
    // totals of the package's own files, so that a lost line shows
    assert_eq!((catalog.prefixes().len(), actions, resources, keys), (456, 22_091, 2_334, 2_578));
    assert_eq!(catalog.global_keys().len(), 59);
}

#[test]
fn knows_actions_levels_and_resources() {
    let catalog = catalog();
    let (s3, get) = catalog.action("S3:getobject").unwrap();
    assert_eq!((get.name.as_str(), get.level), ("GetObject", AccessLevel::Read));
    assert!(s3.resources_of(get).any(|r| r.arn == "arn:${Partition}:s3:::${BucketName}/${ObjectName}"));
    let table = [
        ("iam:PassRole", AccessLevel::Write, true),
        ("iam:AttachRolePolicy", AccessLevel::Permissions, true),
        ("ec2:CreateTags", AccessLevel::Tagging, true),
        ("s3:ListAllMyBuckets", AccessLevel::List, false),
        ("ec2:DescribeInstances", AccessLevel::List, false),
    ];
    for (name, level, takes_resource) in table {
        let (_, action) = catalog.action(name).unwrap();
        assert_eq!((action.level, action.takes_resource()), (level, takes_resource), "{name}");
    }
    assert!(catalog.action("s3:GetObjct").is_none());
    assert!(catalog.action("nope:Get").is_none());
}

#[test]
fn expands_wildcards_over_names_and_services() {
    let catalog = catalog();
    let count = |pattern: &str| catalog.matching(pattern).count();
    assert_eq!(count("*"), 22_091);
    assert_eq!(count("*:*"), 22_091);
    assert_eq!(count("s3:GetObject"), 1);
    assert_eq!(count("s3:getobj?ct"), 1);
    assert!(count("s3:Get*") > 30);
    assert!(count("*:Describe*") > 1_000);
    assert_eq!(count("s3"), 0);
    assert_eq!(count("s3:Nope*"), 0);
    assert!(catalog.matching("s3*").all(|(service, _)| service.prefix.starts_with("s3")));
}

#[test]
fn finds_condition_keys_by_any_case_and_variable_part() {
    let catalog = catalog();
    let table = [
        ("aws:SourceIp", Some((KeyKind::IpAddress, false))),
        ("AWS:sourceip", Some((KeyKind::IpAddress, false))),
        ("aws:PrincipalTag/Team", Some((KeyKind::String, false))),
        ("aws:PrincipalTag/", None),
        ("aws:TagKeys", Some((KeyKind::String, true))),
        ("s3:prefix", Some((KeyKind::String, false))),
        ("kms:EncryptionContext:app", Some((KeyKind::String, false))),
        ("iam:PassedToService", Some((KeyKind::String, false))),
        ("token.actions.githubusercontent.com:repository", Some((KeyKind::String, false))),
        ("aws:Nope", None),
        ("s3:nope", None),
    ];
    for (name, expect) in table {
        let found = catalog.condition_key(name).map(|key| (key.kind.kind, key.kind.multi));
        assert_eq!(found, expect, "{name}");
    }
}

#[test]
fn claims_of_any_issuer_are_never_unknown() {
    let catalog = catalog();
    let table = [
        ("token.actions.githubusercontent.com:sub", true),
        ("oidc.eks.eu-west-1.amazonaws.com/id/ABC:aud", true),
        ("SAML:iss", true),
        ("s3:prefix", false),
        ("token.actions.githubusercontent.com", false),
        ("aws:SourceIp", false),
    ];
    for (name, expect) in table {
        assert_eq!(catalog.is_federated_key(name), expect, "{name}");
    }
}

#[test]
fn keys_of_an_action_include_those_of_its_resources() {
    let catalog = catalog();
    let (s3, put) = catalog.action("s3:PutObject").unwrap();
    for name in ["s3:x-amz-acl", "s3:ResourceAccount", "s3:resourceaccount"] {
        assert!(s3.takes(put, &s3.places_of_key(name)) && s3.uses(name), "{name}");
    }
    assert!(!s3.takes(put, &s3.places_of_key("s3:prefix")) && s3.uses("s3:prefix") && !s3.uses("s3:prefixes"));
}

#[test]
fn every_arn_template_has_six_fields_and_is_told_apart_by_its_last() {
    let catalog = catalog();
    for kind in catalog.prefixes().iter().flat_map(|prefix| &catalog.service(prefix).unwrap().resources) {
        let fields: Vec<_> = kind.arn.splitn(6, ':').collect();
        assert_eq!((0..6).map(|index| kind.field(index)).collect::<Vec<_>>(), fields, "{}", kind.arn);
        assert!(fields[5].starts_with(kind.head()) && !kind.head().contains("${"), "{}", kind.arn);
    }
}

#[test]
fn the_embedded_data_stays_small() {
    assert!(include_bytes!("../../../data/aws/catalog.bin").len() < 250_000);
}
