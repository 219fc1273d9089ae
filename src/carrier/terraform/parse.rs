//! Texts → the files of a directory. Of HCL only those blocks are parsed that can matter:
//! the rest when something that does refers to it. A block that does not parse loses
//! nothing but itself.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::directory::{Deferred, File, FileKind, kind_of};
use super::json;
use crate::carrier::{Format, says_nothing, supports};
use crate::diagnostic::Diagnostic;
use crate::source::{Fragment, SourceId, SourceMap, Span};
use crate::syntax::hcl2::outline::{Section, outline};
use crate::syntax::hcl2::{self, Body};
use crate::syntax::json as json_syntax;

/// A file, as far as it can be read, and what is wrong with it.
pub(super) fn file(source: SourceId, name: &str, text: &str, format: Format) -> (Option<File>, Vec<Diagnostic>) {
    let name = name.rsplit('/').next().unwrap_or(name).to_owned();
    let kind = match (format, kind_of(&name)) {
        (Format::TerraformVariables, kind) | (_, kind @ FileKind::Override) => kind,
        _ => FileKind::Configuration,
    };
    let size = text.len();
    let mut file = File { name, kind, body: Body::default(), source, size, parsed: Vec::new(), deferred: Vec::new() };
    let fragment = Fragment::plain(source, 0, text);
    let is_json = format == Format::TerraformJson || file.name.strip_suffix(".json").is_some();
    if is_json {
        return match parse_json(&fragment, kind) {
            Ok(body) => (Some(File { body, ..file }), Vec::new()),
            Err(diagnostics) => (None, diagnostics),
        };
    }
    let Some(sections) = outline(text) else {
        return match hcl2::parse(&fragment) {
            Ok(body) => {
                file.parsed.push(0..text.len());
                (Some(File { body, ..file }), Vec::new())
            }
            Err(diagnostic) => (None, vec![diagnostic]),
        };
    };
    let mut diagnostics = Vec::new();
    for section in sections {
        match need(&section, text) {
            Need::Always => add(&mut file, &fragment, section.range, &mut diagnostics),
            Need::IfReferred(key) => file.deferred.push(Deferred { key, range: section.range }),
            Need::Never => {}
        }
    }
    (Some(file), diagnostics)
}

fn add(file: &mut File, fragment: &Fragment<'_>, range: std::ops::Range<usize>, diagnostics: &mut Vec<Diagnostic>) {
    match hcl2::parse_part(fragment, range.clone()) {
        Ok(body) => {
            file.body.attributes.extend(body.attributes);
            file.body.blocks.extend(body.blocks);
            file.parsed.push(range);
        }
        Err(diagnostic) => diagnostics.push(diagnostic),
    }
}

/// When a block matters.
enum Need {
    Always,
    /// Where something refers to this address.
    IfReferred(SmolStr),
    Never,
}

fn need(section: &Section<'_>, text: &str) -> Need {
    match (section.kind, section.labels.as_slice()) {
        ("resource", [kind, name])
            if !supports(kind) || says_nothing(kind, text.get(section.range.clone()).unwrap_or("")) =>
        {
            Need::IfReferred(format!("{kind}.{name}").into())
        }
        ("data" | "ephemeral", [kind, name])
            if !matches!(*kind, "aws_iam_policy_document" | "vault_policy_document") =>
        {
            Need::IfReferred(format!("{}.{kind}.{name}", section.kind).into())
        }
        ("terraform" | "moved" | "import" | "removed" | "check", _) => Need::Never,
        _ => Need::Always,
    }
}

/// Parses what the parsed blocks of a directory refer to, and what that refers to.
pub(super) fn referred(sources: &SourceMap, files: &mut [File]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut waiting: FxHashMap<SmolStr, Vec<(usize, std::ops::Range<usize>)>> = FxHashMap::default();
    let mut kinds: FxHashSet<SmolStr> = FxHashSet::default();
    for (index, file) in files.iter_mut().enumerate() {
        for deferred in file.deferred.drain(..) {
            let kind = deferred.key.rsplit_once('.').map_or("", |(kind, _)| kind);
            kinds.insert(SmolStr::new(kind));
            waiting.entry(deferred.key).or_default().push((index, deferred.range));
        }
    }
    let mut open: Vec<(SourceId, std::ops::Range<usize>)> =
        files.iter().flat_map(|file| file.parsed.iter().map(|range| (file.source, range.clone()))).collect();
    while let Some((source, range)) = open.pop().filter(|_| !waiting.is_empty()) {
        let text = sources.text(source).get(range).unwrap_or("");
        let mut found: Vec<SmolStr> = Vec::new();
        references(text, &kinds, &mut |key| found.push(key.into()));
        for key in found {
            for (index, range) in waiting.remove(&key).unwrap_or_default() {
                let Some(file) = files.get_mut(index) else { continue };
                let fragment = Fragment::plain(file.source, 0, sources.text(file.source));
                open.push((file.source, range.clone()));
                add(file, &fragment, range, &mut diagnostics);
            }
        }
    }
    diagnostics
}

/// No resource type is longer.
const LONGEST: usize = 256;

/// The addresses of those kinds that a text mentions: `kind.name`, `data.kind.name`.
fn references(text: &str, kinds: &FxHashSet<SmolStr>, found: &mut impl FnMut(&str)) {
    let bytes = text.as_bytes();
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || *byte >= 0x80;
    let forward = |from: usize| {
        let rest = bytes.get(from..).unwrap_or(&[]);
        from + rest.iter().position(|byte| !part(byte)).unwrap_or(rest.len())
    };
    for dot in memchr::memchr_iter(b'.', bytes) {
        let far = dot.saturating_sub(LONGEST);
        let before = bytes.get(far..dot).unwrap_or(&[]);
        let start = before.iter().rposition(|byte| !(part(byte) || *byte == b'.')).map_or(far, |at| far + at + 1);
        let Some(kind) = text.get(start..dot) else { continue };
        if kinds.contains(kind) {
            let end = forward(dot + 1);
            if let Some(address) = text.get(start..end) {
                found(address);
            }
        }
    }
}

fn parse_json(fragment: &Fragment<'_>, kind: FileKind) -> Result<Body, Vec<Diagnostic>> {
    let (node, diagnostics) = json_syntax::parse(fragment);
    let Some(node) = node else {
        if diagnostics.is_empty() {
            let place: Span = fragment.span(0, 0);
            return Err(vec![Diagnostic::error("syntax/json", "not valid JSON", place)]);
        }
        return Err(diagnostics);
    };
    Ok(match kind {
        FileKind::AutomaticVariables | FileKind::Variables => json::variables(&node),
        FileKind::Configuration | FileKind::Override => json::configuration(&node),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_mentioned() {
        let kinds: FxHashSet<SmolStr> =
            ["aws_vpc", "data.aws_ami", "aws_s3_bucket"].into_iter().map(SmolStr::new).collect();
        let mut found = Vec::new();
        let text = "x = aws_vpc.main.id + \"${data.aws_ami.u-b[0].id}\" + my.aws_vpc.no + aws_s3_bucket.";
        references(text, &kinds, &mut |key| found.push(key.to_owned()));
        assert_eq!(found, ["aws_vpc.main", "data.aws_ami.u-b", "aws_s3_bucket."]);
    }
}
