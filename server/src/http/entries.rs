//! What people write down about an athlete, as pages and API do it: who reads, adds, changes and takes out what.

use axum::http::StatusCode;

use super::App;
use super::error::Problem;
use super::who::{May, Need};
use crate::access::{Action, Kind};
use crate::entries::{Body, is_own};
use crate::store::{Author, Entry};

fn refused(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
}

/// Whether who asks wrote it.
pub(super) fn is_author<N>(may: &May<N>, entry: &Entry) -> bool {
    match may.viewer.account() {
        Some(account) => entry.author.account_id.as_deref() == Some(account.id.as_str()),
        None => entry.author.account_id.is_none(),
    }
}

/// Whether who asks reads it.
fn reads<N: Need>(may: &May<N>, entry: &Entry) -> bool {
    entry.body.is_for(may.role, is_author(may, entry))
}

/// Whether who asks may change it, or take it out.
pub(super) fn changes<N: Need>(may: &May<N>, entry: &Entry) -> bool {
    may.also(N::KIND, Action::Write) && (is_own(may.role) || is_author(may, entry))
}

/// What was written down and who asks may read, the latest day first; also what was taken out and they may bring back.
pub(super) async fn list<N: Need>(app: &App, may: &May<N>) -> Result<Vec<Entry>, Problem> {
    let mut entries = app.library.store.entries(&may.athlete.id).await?;
    entries.retain(|entry| {
        entry.body.data() == N::KIND
            && reads(may, entry)
            && (entry.removed_ms.is_none() || is_own(may.role) || is_author(may, entry))
    });
    Ok(entries)
}

/// One entry that who asks may read.
pub(super) async fn find<N: Need>(app: &App, may: &May<N>, id: &str) -> Result<Entry, Problem> {
    let entry = app.library.store.entry(&may.athlete.id, N::KIND, id).await?;
    entry.filter(|entry| reads(may, entry)).ok_or_else(|| Problem::no_such("entry"))
}

/// Whether it can be written down here.
fn check<N: Need>(app: &App, may: &May<N>, body: &Body) -> Result<(), Problem> {
    if body.data() != N::KIND {
        let place = match body.data() {
            Kind::Injuries => "the injuries",
            _ => "the diary",
        };
        return Err(refused(format!("What is of the kind “{}” belongs to {place}.", body.kind())));
    }
    body.check(app.library.clock.today(may.athlete.profile.zone)).map_err(refused)
}

/// Writes something down.
pub(super) async fn add<N: Need>(app: &App, may: &May<N>, body: &Body) -> Result<Entry, Problem> {
    check(app, may, body)?;
    let author = Author {
        account_id: may.viewer.account().map(|account| account.id.clone()),
        name: may.viewer.account().map_or_else(|| may.athlete.profile.name.clone(), |account| account.name.clone()),
        role: may.role,
    };
    Ok(app.library.store.add_entry(&may.athlete.id, body, &author, app.now_ms()).await?)
}

/// Changes what an entry says.
pub(super) async fn change<N: Need>(app: &App, may: &May<N>, id: &str, body: &Body) -> Result<Entry, Problem> {
    let entry = find(app, may, id).await?;
    check(app, may, body)?;
    if entry.body.kind() != body.kind() {
        return Err(refused(format!("This is of the kind “{}”, and cannot become another.", entry.body.kind())));
    }
    let is_author = is_author(may, &entry);
    let allowed = entry.body.may_become(body, may.role, is_author);
    allowed.map_err(|detail| Problem::new(StatusCode::FORBIDDEN, detail))?;
    let now_ms = app.now_ms();
    if app.library.store.change_entry(&may.athlete.id, id, body, now_ms).await? {
        Ok(Entry { body: body.clone(), changed_ms: now_ms, ..entry })
    } else {
        Err(Problem::new(StatusCode::CONFLICT, "This was taken out. Bring it back before you change it."))
    }
}

/// Takes an entry out, or brings it back.
pub(super) async fn take_out<N: Need>(app: &App, may: &May<N>, id: &str, out: bool) -> Result<Entry, Problem> {
    let entry = find(app, may, id).await?;
    if !changes(may, &entry) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "Only the athlete and who wrote this can take it out."));
    }
    let removed_ms = out.then(|| app.now_ms());
    app.library.store.remove_entry(&may.athlete.id, id, removed_ms).await?;
    Ok(Entry { removed_ms, ..entry })
}
