//! What principals can do, and who can do one thing, as people and programs read it.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::escape;
use super::human::{Human, count};
use crate::simulate::access_row::{Access, Row};
use crate::simulate::principal::{ChainLink, Place};
use crate::simulate::who_can::{Holder, WhoCan};

/// A wider cell does not widen its column.
const MAX_CELL: usize = 64;

/// Writes an answer as JSON with `version` 1 first.
///
/// # Errors
///
/// If writing fails.
pub fn versioned_json(answer: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut value = json!({ "version": 1 });
    if let (Some(object), Value::Object(members)) = (value.as_object_mut(), serde_json::to_value(answer)?) {
        object.extend(members);
    }
    escape::write_json(out, &value)
}

/// Writes the table of a principal for people: a row a line, strongest first.
///
/// # Errors
///
/// If writing fails.
pub fn access_human(access: &Access, color: bool, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let human = Human { color, links: false, width, quiet: false };
    writeln!(out, "{}", human.paint("1", &escape::line(&access.principal)))?;
    if !access.policies.is_empty() {
        human.footer(out, "has", &escape::line(&access.policies.join(", ")))?;
    }
    if let Some(lifetime) = &access.lifetime {
        human.footer(out, "lives", &escape::line(lifetime))?;
    }
    let rows: Vec<[String; 4]> = access.rows.iter().map(cells).collect();
    let titles = if access.system == "aws" {
        ["actions and resources", "effect", "only if", "from"]
    } else {
        ["pattern", "can", "limits", "from"]
    };
    let titles = titles.map(str::to_owned);
    let widths: Vec<usize> = (0..3)
        .map(|column| {
            let cells = rows.iter().chain([&titles]).filter_map(|row| row.get(column));
            let used = cells.map(|cell| cell.chars().count()).filter(|length| *length <= MAX_CELL);
            used.max().unwrap_or(0)
        })
        .collect();
    // A column in which nothing stands is left out.
    let empty: Vec<bool> =
        (0..4).map(|column| rows.iter().all(|row| row.get(column).is_none_or(String::is_empty))).collect();
    let line = |row: &[String; 4]| {
        let cells = row.iter().enumerate().filter(|(column, _)| empty.get(*column) != Some(&true));
        let cells = cells.map(|(column, cell)| {
            let width = widths.get(column).copied().unwrap_or(0);
            format!("{cell:width$}")
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    if rows.is_empty() {
        writeln!(out, "nothing")?;
    } else {
        writeln!(out, "{}", human.paint("36", &line(&titles)))?;
    }
    for (row, cells) in access.rows.iter().zip(&rows) {
        let style = if row.undetermined { "1;33" } else { "1;31" };
        let text = line(cells);
        let text = if row.undetermined || row.denies { human.paint(style, &text) } else { text };
        writeln!(out, "{text}")?;
        if !row.gives.is_empty() {
            human.footer(out, "gives", &escape::line(&row.gives.join("; ")))?;
        }
    }
    for text in &access.depends_on {
        human.footer(out, "depends on", &escape::line(text))?;
    }
    for text in &access.notes {
        human.footer(out, "note", &escape::line(text))?;
    }
    Ok(())
}

fn cells(row: &Row) -> [String; 4] {
    let mut what = row.pattern.clone();
    if !row.resources.is_empty() {
        what = format!("{what} on {}", row.resources.join(", "));
    }
    let mut limits = row.limits.clone();
    if row.undetermined {
        limits.insert(0, "undetermined".to_owned());
    }
    let can = if row.can.is_empty() { "nothing".to_owned() } else { row.can.join(", ") };
    // The principal itself is the title of the table.
    let mut from = arrows(row.chain.get(1..).unwrap_or_default());
    if let Some(at) = &row.place {
        from = format!("{from} ({})", shown(at));
    }
    [what, can, limits.join("; "), from].map(|cell| escape::line(&cell).into_owned())
}

fn arrows(chain: &[ChainLink]) -> String {
    chain.iter().map(|link| link.name.as_str()).collect::<Vec<_>>().join(" → ")
}

fn shown(at: &Place) -> String {
    format!("{}:{}:{}", at.file, at.line, at.column)
}

/// Writes who can do one thing for people: those who can, those who may, how many.
///
/// # Errors
///
/// If writing fails.
pub fn who_can_human(answer: &WhoCan, color: bool, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let human = Human { color, links: false, width, quiet: false };
    for (style, decision, holders) in
        [("1;32", "allowed", &answer.allowed), ("1;33", "undetermined", &answer.undetermined)]
    {
        for holder in holders {
            let (name, reason) = (escape::line(&holder.principal), escape::line(&holder.reason));
            writeln!(out, "{}: {name}: {reason}", human.paint(style, decision))?;
            of_holder(&human, holder, out)?;
        }
    }
    for note in &answer.notes {
        human.footer(out, "note", &escape::line(note))?;
    }
    let asked = escape::line(&format!("{} {}", answer.asked, answer.of)).into_owned();
    let can = if answer.allowed.is_empty() { "none".to_owned() } else { answer.allowed.len().to_string() };
    let of = count(answer.checked, "principal");
    let open = answer.undetermined.len();
    let open = if open > 0 { format!("; of {open} it is undetermined") } else { String::new() };
    let certainly = if answer.allowed.is_empty() && !answer.undetermined.is_empty() { "certainly " } else { "" };
    writeln!(out, "{can} of {of} {certainly}can {asked}{open}")
}

fn of_holder(human: &Human, holder: &Holder, out: &mut dyn Write) -> io::Result<()> {
    for chain in &holder.chains {
        let mut text = arrows(chain);
        if let Some(at) = chain.last().and_then(|link| link.place.as_ref()) {
            text = format!("{text} ({})", shown(at));
        }
        human.footer(out, "chain", &escape::line(&text))?;
    }
    for statement in &holder.statements {
        let mut text = format!("{} → {}", statement.chain.join(" → "), statement.statement);
        if let Some(at) = &statement.place {
            text = format!("{text} ({})", shown(at));
        }
        human.footer(out, "chain", &escape::line(&text))?;
    }
    for need in &holder.needs {
        human.footer(out, "needs", &escape::line(need))?;
    }
    for text in &holder.depends_on {
        human.footer(out, "depends on", &escape::line(text))?;
    }
    Ok(())
}
