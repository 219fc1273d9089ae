//! What carriers noted on records while reading them.

use crate::lint::{RecordContext, Sink};

/// Reports the notes that are this rule's, each with the carrier's words.
pub(super) fn report(rule: &str, context: &RecordContext<'_>, sink: &mut Sink<'_>) {
    for note in context.record.notes.iter().filter(|note| note.rule == rule) {
        let finding = sink.report(note.span, note.message.clone());
        finding.help.clone_from(&note.help);
    }
}
