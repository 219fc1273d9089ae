use std::fmt::Write as _;

use super::*;
use crate::carrier::declaration::{AwsPolicy, Item};
use crate::source::{Fragment, SourceId};
use crate::syntax::yaml;

fn run(source: &str) -> Carried {
    let (documents, diagnostics) = yaml::parse(&Fragment::plain(SourceId(0), 0, source));
    assert_eq!(diagnostics, []);
    read(&documents[0], &ReadOptions::default())
}

fn policies(carried: &Carried) -> Vec<(&str, &AwsPolicy)> {
    carried
        .declarations
        .iter()
        .filter_map(|d| if let Item::AwsPolicy(policy) = &d.item { Some((d.address.as_str(), policy)) } else { None })
        .collect()
}

fn slice(source: &str, span: Span) -> &str {
    source.get(span.range()).unwrap()
}

const ROLE: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Env: {Type: String, Default: dev}
  Only: {Type: String, AllowedValues: [x]}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  Never: !Equals [a, b]
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: app
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Service: ec2.amazonaws.com}
            Action: sts:AssumeRole
      ManagedPolicyArns:
        - !Sub arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess
        - !If [Never, x, !Ref AWS::NoValue]
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: [s3:GetObject, "s3:Put*"]
                Resource: !Sub
                  - "arn:aws:s3:::${Bucket}/${Only}/${!aws:username}/${Name}"
                  - {Name: !Join ["-", [a, !Ref Env]]}
              - !If
                - IsProd
                - {Effect: Deny, Action: "*", Resource: "*"}
                - !Ref AWS::NoValue
  Attach:
    Type: AWS::IAM::Policy
    Condition: IsProd
    Properties:
      PolicyName: q
      Roles: [!Ref Role, !Ref Other]
      PolicyDocument: {Statement: []}
  Skipped:
    Type: AWS::IAM::User
    Condition: Never
  Bucket:
    Type: AWS::S3::Bucket
"#;

#[test]
fn a_role_is_read_with_its_trust_and_inline_policies() {
    let carried = run(ROLE);
    let found = policies(&carried);
    let inline: Vec<_> = found.iter().filter(|(address, p)| *address == "Role" && p.name.is_some()).collect();
    assert_eq!(inline.len(), 2, "both sides of the condition");
    let (_, first) = inline[0];
    assert_eq!(first.document.statements.len(), 2);
    assert_eq!(inline[1].1.document.statements.len(), 1);
    assert_eq!(first.attached_to[0].0.raw(), "app");
    let statement = &first.document.statements[0];
    let actions = statement.action.as_ref().unwrap();
    assert_eq!(slice(ROLE, actions.items[1].span), "\"s3:Put*\"");
    let resource = &statement.resource.as_ref().unwrap().items[0];
    assert_eq!(resource.text.display(), "arn:aws:s3:::${Bucket}/x/${aws:username}/a-${Env}");
    assert!(slice(ROLE, resource.span).starts_with("\"arn:aws:s3:::${Bucket}"));
    let role = carried.records.iter().find(|r| r.address == "Role").unwrap();
    let managed = role.body.get("managed_policy_arns").unwrap().as_list().unwrap();
    assert_eq!(managed.len(), 1);
    assert_eq!(managed[0].as_text().unwrap().display(), "arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess");
    assert!(role.condition.as_ref().is_some_and(|c| c.refs == ["IsProd"]));
    assert!(!carried.records.iter().any(|r| r.address == "Skipped"));
}

#[test]
fn an_inline_policy_resource_is_attached_to_its_roles() {
    let carried = run(ROLE);
    let (_, policy) = *policies(&carried).iter().find(|(address, _)| *address == "Attach").unwrap();
    let attached: Vec<String> = policy.attached_to.iter().map(|(text, _)| text.display()).collect();
    assert_eq!(attached, ["app", "${Other}"]);
    let declaration = carried.declarations.iter().find(|d| d.address == "Attach").unwrap();
    assert!(declaration.condition.is_some());
}

#[test]
fn sam_functions_have_a_role_of_their_own() {
    let source = "
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - AmazonS3FullAccess
        - S3ReadPolicy: {BucketName: b}
        - Version: '2012-10-17'
          Statement:
            - {Effect: Allow, Action: 'sqs:*', Resource: '*'}
";
    let carried = run(source);
    let record = &carried.records[0];
    assert_eq!((record.address.as_str(), record.kind.as_str()), ("FnRole", "aws_iam_role"));
    let found = policies(&carried);
    assert_eq!(found.len(), 2);
    assert!(found[0].1.document.statements_unknown);
    assert_eq!(slice(source, found[1].1.document.statements[0].action.as_ref().unwrap().items[0].span), "'sqs:*'");
}

proptest::proptest! {
    #[test]
    fn no_template_makes_it_panic(
        function in "(Ref|Fn::(Sub|Join|If|Select|Split|FindInMap|GetAtt|Equals|Not|And|Or))",
        argument in "(\"[a-z$\\{\\}!.:]{0,8}\"|\\[[0-9],\\[\"a\"\\]\\]|\\[\"C\",1,2\\]|\\[\\]|\\{\\})",
    ) {
        let source = format!(
            "{{\"Conditions\":{{\"C\":{{\"{function}\":{argument}}}}},\"Resources\":{{\"a\":{{\"Type\":\"AWS::IAM::Role\",\"Properties\":{{\"Policies\":[{{\"{function}\":{argument}}}]}}}}}}}}"
        );
        let (documents, _) = yaml::parse(&Fragment::plain(SourceId(0), 0, &source));
        for document in &documents {
            let _ = read(document, &ReadOptions::default());
        }
    }
}

#[test]
fn loops_make_each_of_their_resources() {
    let source = "
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList}
Resources:
  'Fn::ForEach::Buckets':
    - Name
    - [logs, build-cache]
    - 'Policy&{Name}':
        Type: AWS::S3::BucketPolicy
        Properties:
          Bucket: !Ref Name
          PolicyDocument:
            Statement:
              - {Effect: Allow, Principal: '*', Action: 's3:*', Resource: !Sub 'arn:aws:s3:::${Name}/*'}
  'Fn::ForEach::Unknown':
    - Other
    - !Ref Names
    - 'Queue${Other}':
        Type: AWS::SQS::QueuePolicy
        Properties:
          Queues: [!Ref Other]
          PolicyDocument: {Statement: {Effect: Allow, Principal: '*', Action: 'sqs:*', Resource: '*'}}
";
    let carried = run(source);
    let found: Vec<_> = policies(&carried)
        .iter()
        .map(|(address, policy)| {
            let statement = &policy.document.statements[0];
            let resource = statement.resource.as_ref().unwrap().items[0].text.display();
            ((*address).to_owned(), policy.attached_to[0].0.display(), resource)
        })
        .collect();
    let told = |address: &str, on: &str, resource: &str| (address.to_owned(), on.to_owned(), resource.to_owned());
    assert_eq!(
        found[..2],
        [
            told("Policylogs", "logs", "arn:aws:s3:::logs/*"),
            told("Policybuildcache", "build-cache", "arn:aws:s3:::build-cache/*")
        ]
    );
    assert_eq!((found.len(), found[2].0.as_str(), found[2].1.as_str()), (3, "Queue${Other}", "${Other}"));
}

#[test]
fn a_lambda_permission_is_a_statement_of_the_function() {
    let source = "
Resources:
  Api:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: worker
      Principal: s3.amazonaws.com
      SourceArn: !GetAtt Bucket.Arn
      SourceAccount: !Ref AWS::AccountId
  Open:
    Type: AWS::Lambda::Permission
    Properties: {Action: 'lambda:*', FunctionName: !Ref Worker, Principal: '*'}
  Account:
    Type: AWS::Lambda::Permission
    Properties: {Action: 'lambda:InvokeFunction', FunctionName: worker, Principal: 111122223333}
";
    let carried = run(source);
    let found = policies(&carried);
    let [(_, api), (_, open), (_, account)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(api.service.as_deref(), Some("lambda"));
    let statement = &api.document.statements[0];
    let keys: Vec<&str> = statement.conditions.iter().map(|condition| condition.key.raw()).collect();
    assert_eq!(keys, ["AWS:SourceArn", "AWS:SourceAccount"]);
    let resource = &statement.resource.as_ref().unwrap().items[0];
    assert_eq!((resource.text.raw(), slice(source, resource.span)), ("arn:aws:lambda:*:*:function:worker", "worker"));
    let statement = &open.document.statements[0];
    assert_eq!(slice(source, statement.action.as_ref().unwrap().items[0].span), "'lambda:*'");
    assert!(statement.conditions.is_empty());
    assert_eq!(account.document.problems, []);
}

#[test]
fn globals_and_event_buses() {
    let source = "
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    PermissionsBoundary: arn:aws:iam::111122223333:policy/limit
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: {Policies: [{Statement: {Effect: Allow, Action: 'sqs:*', Resource: '*'}}]}
  Bus:
    Type: AWS::Events::EventBusPolicy
    Properties:
      StatementId: all
      Statement: {Effect: Allow, Principal: '*', Action: 'events:PutEvents', Resource: '*'}
";
    let carried = run(source);
    let boundary = carried.records[0].body.get("permissions_boundary").and_then(Node::as_str);
    assert_eq!(boundary, Some("arn:aws:iam::111122223333:policy/limit"));
    let found = policies(&carried);
    let (_, bus) = found.last().unwrap();
    assert_eq!((bus.service.as_deref(), bus.document.statements.len()), (Some("events"), 1));
}

#[test]
fn a_policy_that_a_template_includes_may_call_functions() {
    let text = r#"{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Principal": {"AWS": {"Ref": "Admins"}},
        "Resource": {"Fn::Sub": "arn:${AWS::Partition}:s3:::b/*"}}]}"#;
    let mut sources = crate::source::SourceMap::new();
    let source = sources.add("policy.json", text);
    let carried = crate::carrier::read(&sources, source, crate::carrier::Format::IamDocument, &ReadOptions::default());
    let found = policies(&carried);
    let document = &found[0].1.document;
    assert!(document.problems.is_empty(), "{:?}", document.problems);
    let resource = &document.statements[0].resource.as_ref().unwrap().items[0];
    assert_eq!(resource.text.display(), "arn:${AWS::Partition}:s3:::b/*");
    assert_eq!(slice(text, resource.span), r#""arn:${AWS::Partition}:s3:::b/*""#);
}

#[test]
fn what_the_serverless_framework_fills_in_is_unknown() {
    let carried = run(r#"
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: ${self:service}-${opt:stage, 'dev'}-role
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {AWS: "arn:aws:iam::${self:custom.accounts.${opt:stage}}:root"}
            Action: sts:AssumeRole
"#);
    let role = carried.records.iter().find(|record| record.kind == "aws_iam_role").unwrap();
    let name = role.body.get("name").and_then(Node::as_text).unwrap();
    assert_eq!(name.display(), "${self:service}-${opt:stage, 'dev'}-role");
    assert_eq!(name.holes().len(), 2);
    let trust = crate::carrier::render::json(role.body.get("assume_role_policy").unwrap());
    assert_eq!(trust.holes().len(), 1);
}

#[test]
fn loops_in_loops_are_told_of_where_they_make_too_much() {
    let names = (0..60).map(|n| format!("n{n}")).collect::<Vec<_>>().join(", ");
    let head = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n";
    let mut nested = format!("{head}  'Fn::ForEach::A':\n  - A\n  - [{names}]\n");
    write!(nested, "  - 'Fn::ForEach::B':\n    - B\n    - [{names}]\n").unwrap();
    write!(nested, "    - 'Fn::ForEach::C':\n      - C\n      - [{names}]\n      - 'P${{A}}${{B}}${{C}}':\n").unwrap();
    nested += "          Type: AWS::IAM::ManagedPolicy\n          Properties:\n            PolicyDocument: {Statement: {Effect: Allow, Action: 's3:*', Resource: '*'}}\n";
    let long = format!(
        "{head}  'Fn::ForEach::A':\n  - A\n  - [{}]\n  - 'P':\n      Type: AWS::IAM::ManagedPolicy\n      Properties:\n        PolicyDocument: \"{}\"\n",
        "x".repeat(20_000),
        "${A}".repeat(5_000)
    );
    for text in [nested, long] {
        let carried = run(&text);
        let told: Vec<_> = carried.diagnostics.iter().map(|told| (told.code, told.span.is_some())).collect();
        assert_eq!(told, [("cloudformation/too-large", true)]);
        let parts: usize = carried.records.iter().filter_map(|record| cost::of_value(&record.body)).sum();
        assert!(parts < 500_000, "{parts}");
    }
}

#[test]
fn loops_of_a_few_dozen_turns_are_read_whole() {
    let names = |from: char| (0..12).map(|n| format!("{from}{n}")).collect::<Vec<_>>().join(", ");
    let text = format!(
        "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  'Fn::ForEach::A':\n  - A\n  - [{}]\n  - 'Fn::ForEach::B':\n    - B\n    - [{}]\n    - 'P${{A}}${{B}}':\n        Type: AWS::IAM::ManagedPolicy\n        Properties:\n          PolicyDocument: {{Statement: {{Effect: Allow, Action: 's3:*', Resource: '${{A}}'}}}}\n",
        names('a'),
        names('b')
    );
    let carried = run(&text);
    assert_eq!((carried.diagnostics.as_slice(), carried.records.len()), (&[][..], 144));
}

#[test]
fn conditions_of_conditions_are_told_once() {
    let mut text = String::from(
        "AWSTemplateFormatVersion: '2010-09-09'\nParameters:\n  P: {Type: String}\nConditions:\n  C0: !Equals [!Ref P, x]\n",
    );
    for n in 1..120 {
        writeln!(text, "  C{n}: !And [{{Condition: C{0}}}, {{Condition: C{0}}}]", n - 1).unwrap();
    }
    text += "Resources:\n";
    for n in 0..120 {
        write!(
            text,
            "  P{n}:\n    Type: AWS::IAM::ManagedPolicy\n    Condition: C{n}\n    Properties:\n      PolicyDocument: {{Statement: {{Effect: Allow, Action: 's3:*', Resource: !If [C{n}, a, b]}}}}\n"
        ).unwrap();
    }
    let carried = run(&text);
    assert_eq!(carried.diagnostics, []);
    assert_eq!(carried.records.len(), 240, "each condition is followed both ways");
}
