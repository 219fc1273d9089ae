use crate::lint::{Check, RoleContext, Sink};
use crate::vault::roles::field::{self, Fact};

pub(super) const CHECK: Check = Check::AuthRole(&["jwt", "oidc"], check);

/// Clocks of servers differ by seconds.
const FIVE_MINUTES: i64 = 300;

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    for key in ["clock_skew_leeway", "expiration_leeway", "not_before_leeway"] {
        let Fact::Known(seconds, span) = field::seconds(context.body, &[key]) else { continue };
        if seconds > FIVE_MINUTES {
            sink.report(span, format!("tokens count for {seconds} seconds beyond their time"))
                .label("more than five minutes");
        }
    }
}
