//! Request → decision and trace.
