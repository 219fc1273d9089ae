//! Texts that another tool fills in before anything reads them: what a parser says of their
//! placeholders is no mistake of their authors.

use crate::diagnostic::{Diagnostic, Level};
use crate::source::SourceMap;

/// How placeholders of templating tools begin and end: Terraform's, Jinja's (Ansible,
/// Cookiecutter) with Go's and Mustache's, and those of ERB and its kin.
const MARKS: [(&str, &str); 5] = [("{{", "}}"), ("{%", "%}"), ("<%", "%>"), ("${", "}"), ("%{", "}")];

/// Tells that a text is a template instead of what is wrong with it, where it fails at a
/// placeholder that stands bare: an error would end the run as one that could not do its work.
pub(super) fn tell(sources: &SourceMap, diagnostics: &mut [Diagnostic]) {
    for diagnostic in diagnostics.iter_mut().filter(|d| d.level == Level::Error) {
        let Some(span) = diagnostic.span else { continue };
        let text = sources.text(span.source);
        let at = span.start as usize;
        let mark = match diagnostic.code {
            "syntax/json" => at_failure(text, at),
            // what Terraform has of its own stands in its strings
            "syntax/hcl" | "syntax/yaml" => in_line(text, at),
            _ => None,
        };
        if let Some(mark) = mark {
            diagnostic.code = "input/template";
            diagnostic.level = Level::Warning;
            diagnostic.message =
                format!("this is a template, which is not read before it is filled in: `{mark}` stands here");
            diagnostic.help = Some("check what it renders to, or the program that uses it".to_owned());
        }
    }
}

/// The mark that begins where a parser stopped, or one byte before it: to JSON `{` is an
/// object, and only what follows is wrong.
fn at_failure(text: &str, at: usize) -> Option<&'static str> {
    let here = text.get(at..)?;
    let before = at.checked_sub(1).and_then(|at| text.get(at..));
    MARKS.iter().find_map(|(open, close)| {
        let rest = here.strip_prefix(open).or_else(|| before?.strip_prefix(open))?;
        line(rest).contains(close).then_some(*open)
    })
}

/// The first mark outside of quotes in the line in which a parser stopped.
fn in_line(text: &str, at: usize) -> Option<&'static str> {
    let (before, after) = text.split_at_checked(at)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = line(text.get(start..start + (at - start) + after.find('\n').unwrap_or(after.len()))?);
    MARKS.iter().take(3).find_map(|(open, close)| {
        let (left, rest) = line.split_once(open)?;
        (left.matches('"').count() % 2 == 0 && rest.contains(close)).then_some(*open)
    })
}

fn line(text: &str) -> &str {
    text.split('\n').next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::{Format, ReadOptions, read_all};

    fn told(name: &str, format: Format, text: &str) -> Vec<(Level, &'static str)> {
        let mut sources = SourceMap::default();
        let source = sources.add(name.to_owned(), text.to_owned());
        let carried = read_all(&sources, &[(source, format)], &ReadOptions::default());
        carried.diagnostics.iter().map(|d| (d.level, d.code)).collect()
    }

    #[test]
    fn a_template_is_left_out_with_a_warning() {
        let json = |value: &str| {
            format!(
                "{{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": {value}}}]}}"
            )
        };
        for value in ["${arn}", "[${arns}]", "{{ arn }}", "[{% for a in arns %}\"{{ a }}\"{% endfor %}]", "<%= arn %>"]
        {
            assert_eq!(
                told("p.json", Format::IamDocument, &json(value)),
                [(Level::Warning, "input/template")],
                "{value}"
            );
        }
        let between = json("\"*\"\n%{ if key ~}\n}, {\"Effect\": \"Deny\"\n%{ endif ~}\n");
        assert_eq!(told("p.json", Format::IamDocument, &between), [(Level::Warning, "input/template")]);
        for text in [
            "{% if cookiecutter.bucket %}\nresource \"aws_s3_bucket\" \"a\" {}\n{% endif %}\n",
            "resource \"aws_s3_bucket\" \"a\" {\n  count = {{ n }}\n}\n",
            "<% if bucket %>\nresource \"aws_s3_bucket\" \"a\" {}\n<% end %>\n",
        ] {
            assert_eq!(told("main.tf", Format::Terraform, text), [(Level::Warning, "input/template")], "{text}");
        }
        let stack = "Resources:\n{% for n in names %}\n  {{ n }}:\n    Type: AWS::IAM::User\n{% endfor %}\n";
        assert_eq!(told("t.yaml", Format::CloudFormationYaml, stack), [(Level::Warning, "input/template")]);
    }

    #[test]
    fn a_slip_beside_a_placeholder_in_quotes_is_still_an_error() {
        let slip = "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:Get*\" \"Resource\": \"${arn}\"}]}";
        assert_eq!(told("p.json", Format::IamDocument, slip), [(Level::Error, "syntax/json")]);
        let unclosed = "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": ${\n}]}";
        assert_eq!(told("p.json", Format::IamDocument, unclosed), [(Level::Error, "syntax/json")]);
        let slip = "resource \"vault_policy\" \"a\" {\n  name = \"{{identity.entity.id}}\" x\n}\n";
        assert_eq!(told("main.tf", Format::Terraform, slip), [(Level::Error, "syntax/hcl")]);
    }
}
