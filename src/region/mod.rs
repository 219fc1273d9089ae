//! Questions about sets of requests.
//!
//! A policy is a set of requests, and so is a rule such as "nobody may write
//! `sys/policies/acl/*`". The questions here are whether such sets meet, contain or differ
//! from each other, and which statement of a policy does nothing. An answer comes with a
//! witness, a request that shows it.

pub mod aws;
pub mod vault;
