//! Rule pages, checks and findings.
