use crate::lint::{Check, Inputs, Sink};
use crate::model::{Cite, Target};

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let vault = &inputs.model.vault;
    let mut report = |cites: &[Cite], what: &str, name: Option<&str>| {
        for cite in cites.iter().filter(|cite| cite.target == Target::Root) {
            let named = name.map_or_else(|| format!("this {what}"), |name| format!("the {what} `{name}`"));
            sink.report(cite.span, format!("{named} gives the policy `root`, which no login can have"))
                .label("the root policy")
                .help("give a policy that grants what is needed");
        }
    };
    for role in &vault.roles {
        report(&role.cites, "role", role.name.as_deref());
    }
    for token in &vault.tokens {
        report(&token.cites, "token", token.name.as_deref());
    }
    for entity in &vault.entities {
        report(&entity.cites, "entity", entity.name.as_deref());
    }
    for group in &vault.groups {
        report(&group.cites, "group", group.name.as_deref());
    }
}
