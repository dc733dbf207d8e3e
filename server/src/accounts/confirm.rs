//! Asking again who it is, before what cannot be taken back.

use super::signing::{Accounts, Caller, SignInError, key};
use super::{Password, email_address};
use crate::store::Account;

impl Accounts {
    /// Whether it is the person of an account who asks: by the password, and by a code of the second factor where that is
    /// on, which is used up. Tries are counted, and only forgotten when both were right.
    pub(crate) async fn confirm(
        &self,
        account: &Account,
        password: &Password,
        code: &str,
        caller: &Caller,
    ) -> Result<(), SignInError> {
        let tried = self.count_tries(&account.email, caller).await?;
        let known = self.store.credentials_of(&account.id).await?;
        let hash = known.as_ref().map(|known| known.password_hash.as_str());
        if !self.passwords.verify(password, hash).await? {
            return Err(SignInError::Wrong);
        }
        let has_second_factor = known.is_some_and(|known| known.totp_secret.is_some());
        if has_second_factor && !self.is_code_right(&account.id, code).await? {
            return Err(SignInError::WrongCode);
        }
        Ok(self.forgive_all(&tried).await?)
    }

    /// What tries at an account are counted by: they are erased with it.
    pub(crate) fn tries_of(email: &str) -> Vec<String> {
        let email = email_address(email).unwrap_or_else(|_| email.to_owned());
        let asked = [format!("reset {email}"), format!("sign up {email}"), email];
        asked.iter().map(|what| key("account", what)).collect()
    }
}
