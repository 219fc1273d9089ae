use super::*;
use crate::carrier::declaration::{AwsPolicy, Item};

fn run(text: &str) -> (SourceMap, Carried) {
    let mut sources = SourceMap::new();
    let id = sources.add("plan.json", text);
    let carried = read(&sources, id, &ReadOptions::default());
    (sources, carried)
}

fn policies(carried: &Carried) -> Vec<&AwsPolicy> {
    let items = carried.declarations.iter().map(|d| &d.item);
    items.filter_map(|item| if let Item::AwsPolicy(policy) = item { Some(policy) } else { None }).collect()
}

#[test]
fn a_policy_string_in_a_plan_maps_through_its_escapes() {
    let text = r#"{"format_version":"1.2","resource_changes":[
      {"address":"aws_iam_policy.p","mode":"managed","type":"aws_iam_policy","name":"p",
       "change":{"actions":["create"],"before":null,
         "after":{"name":"p","policy":"{\"Statement\":[{\"Action\":\"s3:\u002a\",\"Effect\":\"Allow\",\"Resource\":\"*\"}]}"},
         "after_unknown":{"arn":true},"after_sensitive":{}}},
      {"address":"aws_iam_policy.gone","mode":"managed","type":"aws_iam_policy","name":"gone",
       "change":{"actions":["delete"],"before":{"policy":"{}"},"after":null}},
      {"address":"aws_vpc.i","mode":"managed","type":"aws_vpc","name":"i","change":{"actions":["create"],"after":{}}}
    ]}"#;
    let (sources, carried) = run(text);
    assert_eq!(carried.records.len(), 1);
    let found = policies(&carried);
    let action = &found[0].document.statements[0].action.as_ref().unwrap().items[0];
    assert_eq!(action.text.raw(), "s3:*");
    assert_eq!(sources.slice(action.span), r#"\"s3:\u002a\""#);
}

#[test]
fn an_empty_text_is_no_policy() {
    let text = r#"{"format_version":"1.2","values":{"root_module":{"resources":[
      {"address":"aws_s3_bucket.b","mode":"managed","type":"aws_s3_bucket","name":"b","values":{"bucket":"b","policy":""}}]}}}"#;
    let (_, carried) = run(text);
    assert_eq!(carried.records.len(), 1);
    assert!(policies(&carried).is_empty() && carried.diagnostics.is_empty(), "{:?}", carried.diagnostics);
}

#[test]
fn unknown_values_name_what_they_refer_to() {
    let text = r#"{"format_version":"1.2","resource_changes":[
      {"address":"module.m[\"a.b\"].aws_iam_role_policy_attachment.a","mode":"managed","type":"aws_iam_role_policy_attachment","name":"a",
       "change":{"actions":["create"],"after":{"role":"app"},"after_unknown":{"id":true,"policy_arn":true}}},
      {"address":"vault_policy.v","mode":"managed","type":"vault_policy","name":"v",
       "change":{"actions":["create"],"after":{"name":"v","policy":"secret"},"after_unknown":{},"after_sensitive":{"policy":true}}}],
     "configuration":{"root_module":{"module_calls":{"m":{"module":{"resources":[
       {"address":"aws_iam_role_policy_attachment.a","expressions":{"policy_arn":{"references":["aws_iam_policy.p.arn","aws_iam_policy.p"]}}}]}}}}}}"#;
    let (_, carried) = run(text);
    let attached = carried.declarations.iter().find_map(|d| match &d.item {
        Item::AwsAttachment(attachment) => Some(attachment),
        _ => None,
    });
    let (policy, _) = &attached.unwrap().policy;
    assert_eq!(policy.display(), "${module.m[\"a.b\"].aws_iam_policy.p.arn}");
    let hidden = carried.records.iter().find(|r| r.address == "vault_policy.v").unwrap();
    assert_eq!(hidden.body.get("policy").unwrap().value, Value::Secret);
    // It is there, and what it says is not known.
    let declared = carried.declarations.iter().find_map(|d| match &d.item {
        Item::VaultPolicy(policy) => Some(policy),
        _ => None,
    });
    assert!(!declared.unwrap().policy.unknown.is_empty());
}

#[test]
fn references_lead_through_variables_and_outputs_of_modules() {
    let policy = |address: &str| {
        format!(
            r#"{{"address":"{address}","mode":"managed","type":"aws_iam_policy","name":"p",
               "change":{{"actions":["create"],"after":{{"name":"p"}},"after_unknown":{{"policy":true}}}}}}"#
        )
    };
    let own =
        r#"{"resources":[{"address":"aws_iam_policy.p","expressions":{"policy":{"references":["var.document"]}}}]}"#;
    let text = format!(
        r#"{{"format_version":"1.2","resource_changes":[
          {{"address":"data.aws_iam_policy_document.d","mode":"data","type":"aws_iam_policy_document","name":"d",
            "change":{{"actions":["read"],"after":{{"statement":[{{"actions":["sqs:*"],"effect":"Allow","resources":["*"]}}]}},"after_unknown":{{"json":true}}}}}},
          {{"address":"module.docs.data.aws_iam_policy_document.in","mode":"data","type":"aws_iam_policy_document","name":"in",
            "change":{{"actions":["read"],"after":{{"statement":[{{"actions":["sns:*"],"effect":"Allow","resources":["*"]}}]}},"after_unknown":{{"json":true}}}}}},
          {},{},{}],
        "configuration":{{"root_module":{{"module_calls":{{
          "given":{{"expressions":{{"document":{{"references":["data.aws_iam_policy_document.d.json","data.aws_iam_policy_document.d"]}}}},"module":{own}}},
          "made":{{"expressions":{{"document":{{"references":["module.docs.json","module.docs"]}}}},"module":{own}}},
          "open":{{"expressions":{{"document":{{"references":["var.theirs"]}}}},"module":{own}}},
          "docs":{{"module":{{"outputs":{{"json":{{"expression":{{"references":["data.aws_iam_policy_document.in.json","data.aws_iam_policy_document.in"]}}}}}}}}}}}}}}}}}}"#,
        policy(r#"module.given[\"a.b\"].aws_iam_policy.p"#),
        policy("module.made.aws_iam_policy.p"),
        policy("module.open.aws_iam_policy.p"),
    );
    let (_, carried) = run(&text);
    let found = policies(&carried);
    let action = |at: usize| found[at].document.statements[0].action.as_ref().unwrap().items[0].text.display();
    assert_eq!((action(0), action(1)), ("sqs:*".to_owned(), "sns:*".to_owned()));
    assert!(found[2].document.unknown);
    let open = carried.records.iter().find(|r| r.address == "module.open.aws_iam_policy.p").unwrap();
    let Value::Unknown(what) = &open.body.get("policy").unwrap().value else { panic!() };
    assert_eq!(what.refs, ["var.theirs"]);
}

#[test]
fn a_deferred_policy_document_is_built_and_put_in_its_place() {
    let text = r#"{"format_version":"1.2","resource_changes":[
      {"address":"data.aws_iam_policy_document.d","mode":"data","type":"aws_iam_policy_document","name":"d",
       "change":{"actions":["read"],"after":{"statement":[{"actions":["sqs:*"],"effect":"Allow","condition":[],"principals":[],"not_actions":null,"sid":null}]},
         "after_unknown":{"json":true,"statement":[{"resources":true}]}}},
      {"address":"aws_iam_policy.p","mode":"managed","type":"aws_iam_policy","name":"p",
       "change":{"actions":["create"],"after":{"name":"p"},"after_unknown":{"policy":true}}}],
     "configuration":{"root_module":{"resources":[{"address":"aws_iam_policy.p","expressions":
       {"policy":{"references":["data.aws_iam_policy_document.d.json","data.aws_iam_policy_document.d"]}}}]}}}"#;
    let (_, carried) = run(text);
    let found = policies(&carried);
    let statement = &found[0].document.statements[0];
    assert_eq!(statement.action.as_ref().unwrap().items[0].text.raw(), "sqs:*");
    assert!(statement.resource.as_ref().unwrap().unknown);
    assert!(found[0].document.problems.is_empty(), "{:?}", found[0].document.problems);
}

#[test]
fn states_of_both_kinds_are_read() {
    let shown = r#"{"format_version":"1.0","values":{"root_module":{"resources":[
        {"address":"vault_policy.a","mode":"managed","type":"vault_policy","name":"a","values":{"name":"a","policy":"path \"x\" {}"},"sensitive_values":{}}],
      "child_modules":[{"address":"module.m","resources":[
        {"address":"module.m.vault_policy.b","mode":"managed","type":"vault_policy","name":"b","values":{"name":"b","policy":""}}]}]}}}"#;
    let raw = r#"{"version":4,"serial":1,"lineage":"x","resources":[
        {"module":"module.m","mode":"managed","type":"vault_policy","name":"b","instances":[
          {"index_key":"k","attributes":{"name":"b","policy":"","token":"s.x"},"sensitive_attributes":[[{"type":"get_attr","value":"token"}]]}]},
        {"mode":"data","type":"vault_policy_document","name":"d","instances":[]}]}"#;
    let (_, carried) = run(shown);
    let addresses: Vec<&str> = carried.records.iter().map(|r| r.address.as_str()).collect();
    assert_eq!(addresses, ["vault_policy.a", "module.m.vault_policy.b"]);
    let (_, carried) = run(raw);
    assert_eq!(carried.records[0].address, "module.m.vault_policy.b[\"k\"]");
    assert_eq!(carried.records[0].body.get("token").unwrap().value, Value::Secret);
}

#[test]
fn a_broken_plan_is_an_error_with_a_place() {
    let (_, carried) = run("{\"resource_changes\": [");
    assert_eq!(carried.diagnostics.len(), 1);
    assert!(carried.diagnostics[0].span.is_some());
}
