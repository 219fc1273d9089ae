use super::variable_common::texts;
use crate::carrier::declaration::Carrier;
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    for (text, span) in context.statements.iter().flat_map(texts) {
        let Some((at, variable)) = variable(text.raw()) else { continue };
        let place = text.span_of(span, at, at + variable.len());
        let instead = match context.declaration.carrier {
            // where Terraform itself fills in `${…}`
            Carrier::Terraform => format!("write `$${}`, of which Terraform makes `${0}`", &key(variable)),
            _ => format!("write `${}`", key(variable)),
        };
        sink.report(place, format!("`{variable}` is no policy variable here, so nothing is filled in"))
            .label("stays as it is")
            .help(instead);
    }
}

/// The first variable with `&` for its sign, and where it stands.
fn variable(text: &str) -> Option<(usize, &str)> {
    let mut signs = memchr::memchr_iter(b'&', text.as_bytes());
    let at = signs.find(|at| text.as_bytes().get(at + 1) == Some(&b'{'))?;
    let rest = text.get(at..)?;
    let whole = rest.get(..=rest.find('}')?)?;
    let inside = key(whole).trim_matches(['{', '}']);
    (inside.contains(':') && !inside.contains(['{', '"', '\''])).then_some((at, whole))
}

/// It without the sign.
fn key(variable: &str) -> &str {
    variable.strip_prefix('&').unwrap_or(variable)
}
