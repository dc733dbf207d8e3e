//! What people write down about an athlete, as pages and API do it: who reads, adds, changes and takes out what.

use axum::http::StatusCode;

use super::App;
use super::error::Problem;
use super::who::{May, Need};
use crate::access::{Action, Kind};
use crate::entries::{Body, MOST, is_own};
use crate::store::{Author, Entry};

fn refused(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
}

/// Whether who asks wrote it. What an athlete wrote is the athlete's also where it came along from elsewhere.
pub(super) fn is_author<N>(may: &May<N>, entry: &Entry) -> bool {
    let is_athletes = is_own(entry.author.role) && is_own(may.role);
    is_athletes || may.viewer.account().is_some_and(|account| entry.author.account_id.as_ref() == Some(&account.id))
}

/// Whether who asks reads it. What was taken out is there for the athlete and for who wrote it.
fn reads<N: Need>(may: &May<N>, entry: &Entry) -> bool {
    let is_author = is_author(may, entry);
    entry.body.is_for(may.role, is_author) && (entry.removed_ms.is_none() || is_own(may.role) || is_author)
}

/// Whether who asks may change it, or take it out.
pub(super) fn changes<N: Need>(may: &May<N>, entry: &Entry) -> bool {
    may.also(N::KIND, Action::Write) && (is_own(may.role) || is_author(may, entry))
}

/// Whether who asks may bring it back: what the athlete took out, nobody else does.
pub(super) fn brings_back<N: Need>(may: &May<N>, entry: &Entry) -> bool {
    changes(may, entry) && (is_own(may.role) || !entry.removed_role.is_some_and(is_own))
}

/// What was written down and who asks may read, the latest day first; also what was taken out and they may look at.
pub(super) async fn list<N: Need>(app: &App, may: &May<N>) -> Result<Vec<Entry>, Problem> {
    let mut entries = app.library.store.entries(&may.athlete.id).await?;
    entries.retain(|entry| entry.body.data() == N::KIND && reads(may, entry));
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
pub(super) async fn add<N: Need>(app: &App, may: &May<N>, body: Body) -> Result<Entry, Problem> {
    check(app, may, &body)?;
    if app.library.store.count_entries(&may.athlete.id).await? >= MOST {
        let full = format!("{MOST} entries are written down, which is the most. An export takes them along.");
        return Err(Problem::new(StatusCode::CONFLICT, full));
    }
    let author = Author {
        account_id: may.viewer.account().map(|account| account.id.clone()),
        name: may.viewer.account().map_or_else(|| may.athlete.profile.name.clone(), |account| account.name.clone()),
        role: may.role,
    };
    Ok(app.library.store.add_entry(&may.athlete.id, &body.by(may.role), &author, app.now_ms()).await?)
}

/// Changes what an entry says; `seen_ms` is when it was changed last as who asks has seen it, where that is known.
pub(super) async fn change<N: Need>(
    app: &App,
    may: &May<N>,
    id: &str,
    body: Body,
    seen_ms: Option<i64>,
) -> Result<Entry, Problem> {
    let entry = find(app, may, id).await?;
    check(app, may, &body)?;
    if entry.body.kind() != body.kind() {
        return Err(refused(format!("This is of the kind “{}”, and cannot become another.", entry.body.kind())));
    }
    let is_author = is_author(may, &entry);
    let body = entry.body.changed_to(body, may.role, is_author);
    let body = body.map_err(|detail| Problem::new(StatusCode::FORBIDDEN, detail))?;
    // Later than what is there, whatever the clock says: who has seen that is told.
    let now_ms = app.now_ms().max(entry.changed_ms + 1);
    let seen_ms = seen_ms.unwrap_or(entry.changed_ms);
    if app.library.store.change_entry(&may.athlete.id, id, &body, seen_ms, now_ms).await? {
        Ok(Entry { body, changed_ms: now_ms, ..entry })
    } else {
        let detail = "This was changed or taken out meanwhile. Look at it again before you change it.";
        Err(Problem::new(StatusCode::CONFLICT, detail))
    }
}

/// Takes an entry out, or brings it back.
pub(super) async fn take_out<N: Need>(app: &App, may: &May<N>, id: &str, out: bool) -> Result<Entry, Problem> {
    let entry = find(app, may, id).await?;
    let forbidden = |detail: &str| Err(Problem::new(StatusCode::FORBIDDEN, detail));
    if !changes(may, &entry) {
        return forbidden("Only the athlete and who wrote this can take it out.");
    }
    if entry.removed_ms.is_some() && !brings_back(may, &entry) {
        return forbidden("The athlete took this out, and only the athlete brings it back.");
    }
    let removed = out.then(|| (app.now_ms(), may.role));
    app.library.store.remove_entry(&may.athlete.id, id, removed).await?;
    Ok(Entry { removed_ms: removed.map(|(at_ms, _)| at_ms), removed_role: removed.map(|(_, role)| role), ..entry })
}
