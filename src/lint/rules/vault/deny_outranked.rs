use crate::lint::{Check, Sink, StanzaContext, StanzaFacts};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let deny = context.facts;
    if !deny.denies {
        return;
    }
    // Most stanzas have nothing in common: that is told first, and fastest.
    let above = |other: &&StanzaFacts<'_>| {
        !other.grants.is_empty() && deny.lang.meets(&other.lang) && other.path != deny.path && other.outranks(deny)
    };
    let stanza = deny.stanza;
    for other in context.others().filter(above) {
        let Some(both) = deny.lang.intersection(&other.lang) else { continue };
        if deny.lang.contains(&other.lang) {
            continue;
        }
        // what a third, still more specific stanza decides is not this grant's doing
        let closer = other.above(context.policy.stanzas).filter(|third| third.path != other.path);
        let Some(path) = both.escape(closer.map(|third| &third.lang)) else { continue };
        let Some(capability) = other.grants.iter().next() else { continue };
        let grant = other.stanza.path.display();
        let message =
            format!("this deny does not stop `{capability}` on `{path}`: `{grant}` is more specific and decides");
        sink.report(stanza.path_span, message)
            .label("denied here")
            .related(other.stanza.path_span, "granted here")
            .witness(format!("{capability} {path}"))
            .help(format!("repeat the deny below `{grant}`"));
        return;
    }
}
