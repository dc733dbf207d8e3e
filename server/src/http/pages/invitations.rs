//! Links that somebody was handed: what they ask or offer, and saying yes.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;

use super::form::{Field, FormPage};
use super::sharing::{kinds_words, role_words, terms_of};
use super::sign::{SaidPage, count};
use super::{Shell, render};
use crate::access::{Kind, Kinds, Role};
use crate::accounts::{Caller, Secret};
use crate::http::App;
use crate::http::error::{PageError, Problem};
use crate::http::extract::PageForm;
use crate::http::who::{Person, Viewer};
use crate::store::{Account, AccountError, Athlete, Grantee, Link, NewGrant, Purpose};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/invitations/{secret}", get(page).post(accept))
}

/// What a link is about, once it is known.
enum Invitation {
    /// Somebody offers to be looked at.
    Offer { athlete: Athlete, role: Role, kinds: Kinds },
    /// Somebody asks to look: a squad, or one person.
    Ask { to: Grantee, name: String, role: Role, kinds: Kinds },
    /// A place on the staff of a squad.
    Staff { squad: String, role: Role },
    /// Answering for somebody.
    Guardian { child: Account },
    /// Training that is nobody's.
    Claim { athlete: Athlete },
}

async fn invitation(app: &App, text: &str, caller: &Caller) -> Result<(Secret, Link, Invitation), PageError> {
    let tried = count(app, caller).await?;
    let gone = || PageError::from(AccountError::LinkGone);
    let now_ms = app.now_ms();
    let store = &app.library.store;
    let secret = Secret::parse(text).ok_or_else(gone)?;
    let link = store.link(&secret.hash(), now_ms).await?.ok_or_else(gone)?;
    let role = Role::granted_named(&link.terms.role);
    let kinds = Kinds::named(link.terms.kinds.iter().map(String::as_str)).unwrap_or_default();
    let invitation = match (link.purpose, role) {
        (Purpose::Offer, Some(role)) => {
            let id = link.athlete_id.as_deref().ok_or_else(gone)?;
            let athlete = store.athlete(id).await?.ok_or_else(gone)?;
            if !may_offer(app, &athlete, link.made_by.as_deref().unwrap_or_default()).await? {
                return Err(gone());
            }
            Invitation::Offer { athlete, role, kinds }
        }
        (Purpose::Ask, Some(role)) => match (&link.squad_id, &link.made_by) {
            (Some(id), _) => {
                let squad = store.squad(id).await?.ok_or_else(gone)?;
                Invitation::Ask { to: Grantee::Squad(squad.id), name: squad.name, role, kinds }
            }
            (None, Some(id)) => {
                let asker = store.account(id).await?.ok_or_else(gone)?;
                Invitation::Ask { to: Grantee::Account(asker.id), name: asker.name, role, kinds }
            }
            (None, None) => return Err(gone()),
        },
        (Purpose::Staff, Some(role)) => {
            let id = link.squad_id.as_deref().ok_or_else(gone)?;
            Invitation::Staff { squad: store.squad(id).await?.ok_or_else(gone)?.name, role }
        }
        (Purpose::Guardian, _) => {
            let id = link.account_id.as_deref().ok_or_else(gone)?;
            Invitation::Guardian { child: store.account(id).await?.ok_or_else(gone)? }
        }
        (Purpose::Claim, _) => {
            let id = link.athlete_id.as_deref().ok_or_else(gone)?;
            Invitation::Claim { athlete: store.athlete(id).await?.ok_or_else(gone)? }
        }
        _ => return Err(gone()),
    };
    app.accounts.forgive(&tried).await?;
    Ok((secret, link, invitation))
}

fn form(app: &App, viewer: &Viewer, text: &str, invitation: &Invitation) -> FormPage {
    let (heading, lead, button) = match invitation {
        Invitation::Offer { athlete, role, kinds } => {
            let name = &athlete.profile.name;
            (
                format!("{name} lets you look"),
                format!("As {name}’s {}, you would see: {}.", role_words(role.as_str()), kinds_words(*kinds)),
                "Accept".to_owned(),
            )
        }
        Invitation::Ask { to, name, role, .. } => {
            let who = match to {
                Grantee::Squad(_) => {
                    format!("{name} asks you to join: its coaches and assistants would see what you tick.")
                }
                Grantee::Account(_) => {
                    format!("{name} would like to see, as your {}, what you tick.", role_words(role.as_str()))
                }
            };
            let lead = format!("{who} You can take it back at any time, and see who looked.");
            let heading = if matches!(to, Grantee::Squad(_)) { format!("Join {name}") } else { format!("{name} asks") };
            (heading, lead, "Let them look".to_owned())
        }
        Invitation::Staff { squad, role } => (
            format!("Join the staff of {squad}"),
            match role {
                Role::Assistant => format!("As assistant of {squad} you see what its athletes let its staff see."),
                _ => format!("As coach of {squad} you see what its athletes let its staff see, and invite others."),
            },
            "Join".to_owned(),
        ),
        Invitation::Guardian { child } => (
            format!("Answer for {}", child.name),
            format!(
                "{} is under 16 and would like to keep a log of training here. If you answer for them, such as a parent \
                 does, you see what they see, agree to whom they let see something, and can take that back.",
                child.name
            ),
            "I answer for them, and agree".to_owned(),
        ),
        Invitation::Claim { athlete } => (
            format!("The training of {}", athlete.profile.name),
            format!(
                "This installation holds the training of {}, and it is nobody’s yet. If it is yours, make it the log of \
                 your account; nobody else sees it then.",
                athlete.profile.name
            ),
            "It is mine".to_owned(),
        ),
    };
    let mut fields = Vec::new();
    if let Invitation::Ask { kinds, .. } = invitation {
        for kind in Kind::GRANTED {
            let checked = kinds.contains(kind);
            let value = kind.as_str().to_owned();
            fields.push(Field { value, checked, ..Field::new("kind", kind.words(), "checkbox", "off") });
        }
        fields.push(Field::new("until", "Last day, if there is to be one", "date", "off").optional());
    }
    FormPage {
        shell: Shell::plain(app, viewer, "", heading.clone()),
        heading,
        lead: vec![lead],
        problem: None,
        action: format!("/invitations/{text}"),
        fields,
        button,
        links: Vec::new(),
    }
}

/// For who is not signed in: signing in, or an account by this link.
fn strangers_page(app: &App, text: &str, page: FormPage) -> Result<Response, PageError> {
    let said = SaidPage {
        shell: Shell::plain(app, &Viewer::Nobody, "", page.heading.clone()),
        heading: page.heading,
        said: page.lead,
        links: vec![
            (super::sign_in_path(&format!("/invitations/{text}")), "Sign in".to_owned()),
            (format!("/sign-up/{text}"), "Make an account".to_owned()),
        ],
    };
    Ok(render(&said)?.into_response())
}

async fn page(
    State(app): State<App>,
    Path(text): Path<String>,
    viewer: Viewer,
    caller: Caller,
) -> Result<Response, PageError> {
    let (_, _, invitation) = invitation(&app, &text, &caller).await?;
    let page = form(&app, &viewer, &text, &invitation);
    if viewer.account().is_none() {
        return strangers_page(&app, &text, page);
    }
    Ok(page.html()?.into_response())
}

async fn accept(
    State(app): State<App>,
    Path(text): Path<String>,
    Person { account, session_id }: Person,
    caller: Caller,
    PageForm(fields): PageForm<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (secret, link, invitation) = invitation(&app, &text, &caller).await?;
    let viewer = Viewer::Person { account: account.clone(), session_id };
    let refused =
        |status, problem: String| super::sign::again(status, form(&app, &viewer, &text, &invitation), problem);
    let now_ms = app.now_ms();
    let store = &app.library.store;
    let hash = secret.hash();
    // Who waits for a guardian can claim or let look, which then waits as well, and nothing else.
    if account.waits_for_guardian(app.today())
        && !matches!(invitation, Invitation::Ask { .. } | Invitation::Claim { .. })
    {
        return refused(StatusCode::FORBIDDEN, "Somebody who answers for you has to agree first.".to_owned());
    }
    let done = match &invitation {
        Invitation::Offer { athlete, role, kinds } => {
            if athlete.account_id.as_deref() == Some(account.id.as_str()) {
                return refused(
                    StatusCode::CONFLICT,
                    "These are your own data: give the link to somebody else.".to_owned(),
                );
            }
            let given_by = link.made_by.as_deref().unwrap_or_default();
            let new = NewGrant {
                to: Grantee::Account(account.id.clone()),
                role: *role,
                kinds: *kinds,
                until: link.terms.until,
            };
            let confirmed = holds_at_once(&app, athlete, given_by).await?;
            let given = store.give(&athlete.id, &new, given_by, confirmed, Some((&hash, Purpose::Offer)), now_ms).await;
            given.map(|_| if confirmed { format!("/athletes/{}", athlete.id) } else { "/".to_owned() })
        }
        Invitation::Ask { to, role, .. } => {
            if *to == Grantee::Account(account.id.clone()) {
                return refused(StatusCode::CONFLICT, "You ask yourself: give the link to the athlete.".to_owned());
            }
            let athlete = match &account.athlete_id {
                Some(id) => store.athlete(id).await?,
                None => None,
            };
            let Some(athlete) = athlete else {
                let problem = "You keep no log of your own training here yet. Begin one on the page of your account, and \
                               open the link again.";
                return refused(StatusCode::CONFLICT, problem.to_owned());
            };
            let (kinds, until) = match terms_of(&fields, app.library.clock.today(athlete.profile.zone)) {
                Ok(terms) => terms,
                Err(problem) => return refused(StatusCode::UNPROCESSABLE_ENTITY, problem),
            };
            let confirmed = holds_at_once(&app, &athlete, &account.id).await?;
            // The link of a squad is for all its athletes; that of a person is used up.
            let used = matches!(to, Grantee::Account(_)).then_some((hash.as_str(), Purpose::Ask));
            let new = NewGrant { to: to.clone(), role: *role, kinds, until };
            let given = store.give(&athlete.id, &new, &account.id, confirmed, used, now_ms).await;
            given.map(|_| format!("/athletes/{}/sharing", athlete.id))
        }
        Invitation::Staff { .. } => {
            let joined = store.join_staff(&account.id, &hash, now_ms).await;
            joined.map(|link| format!("/squads/{}", link.squad_id.unwrap_or_default()))
        }
        Invitation::Guardian { child } => {
            if child.id == account.id {
                return refused(
                    StatusCode::CONFLICT,
                    "Nobody answers for themselves: give the link to a parent.".to_owned(),
                );
            }
            if account.is_under_age(app.today()) {
                return refused(StatusCode::FORBIDDEN, "Who is under 16 answers for nobody.".to_owned());
            }
            store.become_guardian(&account.id, &hash, now_ms).await.map(|()| "/".to_owned())
        }
        Invitation::Claim { athlete } => {
            let claimed = store.claim_athlete(&account.id, &athlete.id, &hash, now_ms).await;
            claimed.map(|()| format!("/athletes/{}", athlete.id))
        }
    };
    match done {
        Ok(next) => Ok(Redirect::to(&next).into_response()),
        Err(AccountError::Store(error)) => Err(error.into()),
        Err(error) => {
            let problem = Problem::from(error);
            refused(problem.status(), problem.detail)
        }
    }
}

/// Whether somebody who made an offer may still let others look: whose data they are, or who answers for them now.
async fn may_offer(app: &App, athlete: &Athlete, maker: &str) -> Result<bool, PageError> {
    let store = &app.library.store;
    let Some(owner) = athlete.account_id.as_deref().filter(|owner| *owner != maker) else { return Ok(true) };
    let is_under_age = store.account(owner).await?.is_some_and(|owner| owner.is_under_age(app.today()));
    Ok(is_under_age && store.is_guardian(owner, maker).await?)
}

/// Whether a grant holds at once: who is under 16 does not give one alone.
async fn holds_at_once(app: &App, athlete: &Athlete, given_by: &str) -> Result<bool, PageError> {
    let Some(owner) = athlete.account_id.as_deref() else { return Ok(true) };
    if owner != given_by {
        return Ok(true);
    }
    let owner = app.library.store.account(owner).await?;
    Ok(owner.is_none_or(|owner| !owner.is_under_age(app.today())))
}
