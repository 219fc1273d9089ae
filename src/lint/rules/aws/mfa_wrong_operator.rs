use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in context.facts.conditions_on("aws:multifactorauthpresent") {
        if condition.operator != "bool" && condition.operator != "null" {
            let operator = condition.condition.operator.display();
            sink.report(condition.condition.operator_span, format!("`{operator}` is not for a Boolean key"))
                .help("use `Bool`");
        }
    }
}
