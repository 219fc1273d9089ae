//! `overgrant explain`

use std::io::{self, BufWriter, Write};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::rules::to_json;
use super::setup::{ReadArgs, setup};
use super::{Exit, Global, Terminal};
use crate::lint::Rule;
use crate::report::escape;

/// Explain a rule: what it flags, why that is dangerous, how to fix it
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The rule's id, or the part after the slash
    #[arg(value_name = "RULE")]
    rule: String,
    /// Format of the page
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: PageFormat,
}

/// Values of `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PageFormat {
    /// For people
    Human,
    /// The page's Markdown
    Md,
    /// JSON, version 1, with the Markdown in `body`
    Json,
}

pub(super) fn run(args: &ExplainArgs, global: &Global) -> io::Result<Exit> {
    let setup = setup(global, &ReadArgs::default());
    let Some(rule) = setup.rules.get(&args.rule) else {
        let name = escape::line(&args.rule);
        writeln!(io::stderr(), "error: no rule is called `{name}`; {}", setup.similar(&args.rule))?;
        return Ok(Exit::Error);
    };
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        PageFormat::Human => human(rule, Terminal::stdout(global.color).color, &mut out)?,
        PageFormat::Md => writeln!(out, "# {}\n\n{}", rule.title, rule.body.trim())?,
        PageFormat::Json => {
            let mut page = to_json(rule);
            if let Some(object) = page.as_object_mut() {
                object.insert("version".to_owned(), json!(1));
                object.insert("body".to_owned(), json!(rule.body.trim()));
            }
            serde_json::to_writer_pretty(&mut out, &page)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(Exit::Success)
}

fn human(rule: &Rule, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let paint = |style: &str, text: &str| {
        let text = escape::line(text);
        if color { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.into_owned() }
    };
    writeln!(out, "{}", paint("1", &format!("{}: {}", rule.id, rule.title)))?;
    let mut facts = vec![
        format!("severity {}", rule.severity),
        format!("confidence {}", rule.confidence),
        rule.category.name().to_owned(),
    ];
    facts.extend(rule.tags.iter().map(ToString::to_string));
    writeln!(out, "{}\n", paint("2", &facts.join(" · ")))?;
    let mut fenced = false;
    for line in rule.body.trim().lines() {
        if line.starts_with("```") {
            fenced = !fenced;
            writeln!(out, "{}", paint("2", line))?;
        } else if fenced {
            writeln!(out, "{}", paint("36", line))?;
        } else if line.starts_with('#') {
            writeln!(out, "{}", paint("1", line.trim_start_matches('#').trim_start()))?;
        } else {
            writeln!(out, "{}", escape::line(line))?;
        }
    }
    if !rule.references.is_empty() {
        writeln!(out, "\n{}", paint("1", "References"))?;
        for reference in &rule.references {
            writeln!(out, "- {}", escape::line(reference))?;
        }
    }
    Ok(())
}
