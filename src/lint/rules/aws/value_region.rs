use super::condition_common::{report_form, texts, told};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Keys, in lower case, whose values have this form.
const KEYS: &[&str] = &["aws:requestedregion"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in context.facts.conditions.iter().filter(|condition| told(condition, KEYS)) {
        for (value, span) in texts(condition) {
            if !value.contains(['*', '?']) && !well_formed(&value) {
                report_form(&value, span, "Region", sink);
            }
        }
    }
}

fn well_formed(value: &str) -> bool {
    let parts: Vec<&str> = value.split('-').collect();
    let areas = ["af", "ap", "ca", "cn", "eu", "eusc", "il", "me", "mx", "sa", "us"];
    let sides = ["north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest"];
    match parts.as_slice() {
        [area, side, number] => {
            areas.contains(area) && (sides.contains(side) || *area == "eusc") && number.parse::<u8>().is_ok()
        }
        [area, part, side, number] => {
            areas.contains(area)
                && part.bytes().all(|b| b.is_ascii_lowercase())
                && sides.contains(side)
                && number.parse::<u8>().is_ok()
        }
        _ => value == "aws-global" || value == "global",
    }
}
