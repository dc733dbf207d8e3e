//! `plimsoll reset-link`: a link with which somebody sets a new password, made on the machine itself.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

use crate::accounts::{Accounts, path_of};
use crate::cli::DoorArgs;
use crate::clock::Clock;
use crate::config::Limits;
use crate::library::Library;
use crate::store::{NewLink, Purpose, Terms};

/// Makes the link and prints where it leads.
pub(crate) async fn reset_link(email: &str, data: &Path, drop_second_factor: bool) -> anyhow::Result<()> {
    anyhow::ensure!(data.join("plimsoll.sqlite").exists(), "there is no data folder at {}", data.display());
    let library = Library::open(data, Clock::System, Limits::from_megabytes(1, 1)).await?;
    let accounts = Accounts::of(&library, &DoorArgs::default())?;
    let known = library.store.credentials(&email.trim().to_lowercase()).await?;
    let account = known.with_context(|| format!("there is no account with the address {email}"))?.account;
    let terms = Terms { drop_second_factor, ..Terms::default() };
    let new = NewLink { account_id: Some(&account.id), terms, ..NewLink::default() };
    let secret = accounts.new_link(Purpose::Reset, new).await?;
    let mut out = std::io::stdout();
    writeln!(out, "Put this behind the address of the service; it sets a new password, once, within 24 hours:")?;
    writeln!(out, "  {}", path_of(Purpose::Reset, &secret))?;
    library.store.close().await;
    Ok(())
}
