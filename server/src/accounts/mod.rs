//! Accounts: secrets, passwords, second factors and mail, and signing in and up with them. Nothing here knows HTTP or SQL.

mod breached;
mod confirm;
mod guessable;
mod mail;
mod password;
mod second_factor;
mod secret;
mod signing;

pub(crate) use mail::{Mailer, email_address};
pub(crate) use password::{Password, Passwords};
pub(crate) use second_factor::{TotpSecret, qr_svg, recovery_codes, recovery_hash};
pub(crate) use secret::Secret;
pub(crate) use signing::{Accounts, Begun, Caller, SignInError, SignUp, Tried, path_of};

#[cfg(test)]
mod tests;
