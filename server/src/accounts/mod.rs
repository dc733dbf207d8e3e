//! What accounts are made of: secrets, passwords, second factors and mail. Nothing here knows HTTP or SQL.
#![cfg_attr(not(test), expect(dead_code, reason = "used by the pages of accounts, which come next"))]

mod breached;
mod guessable;
pub(crate) mod mail;
pub(crate) mod password;
pub(crate) mod second_factor;
pub(crate) mod secret;

#[cfg(test)]
mod tests;
