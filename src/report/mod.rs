//! Findings and decisions as people and programs read them.
