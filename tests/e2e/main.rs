//! The whole program from outside, as its users reach it.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

mod browser;
mod command_line;
mod corpus;
mod kill;
mod service;
