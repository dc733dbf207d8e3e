//! The whole program from outside, as its users reach it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, missing_docs, reason = "tests")]

mod access;
mod accounts;
mod browser;
mod command_line;
mod corpus;
mod entries;
mod imports;
mod kill;
mod service;
mod whole;
