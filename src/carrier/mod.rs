//! Node → declarations: what each format that people keep access control in declares.

pub mod declaration;
pub mod record;
