//! What needs another program.

mod mail;
