//! Who asks, and whether they may: what handlers take instead of an athlete's id.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use super::App;
use super::error::{ApiError, PageError, Problem};
use crate::access::{Action, Kind, Kinds, Role, Scope, Tie, Ties};
use crate::accounts::Secret;
use crate::store::{Account, ApiToken, Athlete, NewRead, Profile};

/// What a token of a program begins with, so that one that got out is recognised for what it is.
pub(super) const TOKEN_PREFIX: &str = "plimsoll_";

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) enum Viewer {
    /// Nobody that is known.
    Nobody,
    /// Somebody who looks at the invented squad.
    Demo,
    /// A person in a browser; `session_id` is the session's id.
    Person { account: Arc<Account>, session_id: String },
    /// A person whose second factor is still asked for.
    Half { account: Arc<Account>, session_id: String },
    /// A program with a person's token.
    Program { account: Arc<Account>, token: Arc<ApiToken> },
}

impl Viewer {
    /// The account that asks, if it is known who does.
    pub(crate) fn account(&self) -> Option<&Arc<Account>> {
        match self {
            Self::Person { account, .. } | Self::Program { account, .. } => Some(account),
            Self::Nobody | Self::Demo | Self::Half { .. } => None,
        }
    }

    fn token(&self) -> Option<&ApiToken> {
        match self {
            Self::Program { token, .. } => Some(token),
            _ => None,
        }
    }
}

/// Finds out who asks, once for each request.
pub(super) async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let is_api = is_api(request.uri().path());
    match viewer(&app, request.headers()).await {
        Ok(viewer) => {
            request.extensions_mut().insert(viewer);
            next.run(request).await
        }
        Err(problem) => Refusal { is_api, problem, sign_in: None }.into_response(),
    }
}

async fn viewer(app: &App, headers: &HeaderMap) -> Result<Viewer, Problem> {
    if app.demo {
        return Ok(Viewer::Demo);
    }
    let now_ms = app.now_ms();
    // What else stands there is for somebody before the service, such as a proxy that asks for a password of its own.
    let authorization = headers.get(header::AUTHORIZATION).and_then(|text| text.to_str().ok());
    if let Some(token) = authorization.and_then(|text| text.strip_prefix("Bearer ")) {
        let bad = || {
            Problem::new(
                StatusCode::UNAUTHORIZED,
                "The token is not known, is over, or was taken back. Send it as `Authorization: Bearer plimsoll_…`.",
            )
        };
        let secret = token.trim().strip_prefix(TOKEN_PREFIX).and_then(Secret::parse).ok_or_else(bad)?;
        let (account, token) = app.library.store.token(&secret.hash(), now_ms).await?.ok_or_else(bad)?;
        return Ok(Viewer::Program { account: Arc::new(account), token: Arc::new(token) });
    }
    let jar = CookieJar::from_headers(headers);
    let Some(secret) = jar.get(app.accounts.cookie_name()).and_then(|cookie| Secret::parse(cookie.value())) else {
        return Ok(Viewer::Nobody);
    };
    Ok(match app.library.store.session(&secret.hash(), now_ms).await? {
        None => Viewer::Nobody,
        Some(known) => {
            let (account, session_id) = (Arc::new(known.account), known.session_id);
            if known.half { Viewer::Half { account, session_id } } else { Viewer::Person { account, session_id } }
        }
    })
}

/// The cookie of a session.
pub(super) fn session_cookie(app: &App, secret: &Secret) -> Cookie<'static> {
    Cookie::build((app.accounts.cookie_name(), secret.text()))
        .path("/")
        .http_only(true)
        .secure(app.accounts.is_https())
        // A link in a mail to a page here finds the person signed in; what changes something is guarded apart.
        .same_site(SameSite::Lax)
        .max_age(time::Duration::days(400))
        .build()
}

/// A refusal, in the form that the asker reads.
#[derive(Debug)]
pub(crate) struct Refusal {
    is_api: bool,
    problem: Problem,
    /// Where to sign in, for a person who can come back.
    sign_in: Option<String>,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if let Some(sign_in) = self.sign_in {
            return Redirect::to(&sign_in).into_response();
        }
        if !self.is_api {
            return PageError(self.problem).into_response();
        }
        let is_unknown = self.problem.status == StatusCode::UNAUTHORIZED.as_u16();
        let mut response = ApiError(self.problem).into_response();
        if is_unknown {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
        }
        response
    }
}

fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

/// Makes refusals of one request.
struct Refuse {
    is_api: bool,
    come_back: Option<String>,
}

impl Refuse {
    fn of(parts: &Parts) -> Self {
        let is_api = is_api(parts.uri.path());
        let whole = parts.uri.path_and_query().map_or("/", |whole| whole.as_str());
        let come_back = (!is_api && parts.method == Method::GET).then(|| super::pages::sign_in_path(whole));
        Self { is_api, come_back }
    }

    fn with(&self, status: StatusCode, detail: impl Into<String>) -> Refusal {
        Refusal { is_api: self.is_api, problem: Problem::new(status, detail), sign_in: None }
    }

    fn unknown(&self) -> Refusal {
        let problem = Problem::new(
            StatusCode::UNAUTHORIZED,
            if self.is_api {
                "Nobody is signed in. Send a token as `Authorization: Bearer plimsoll_…`; tokens are made on the page \
                 of your account."
            } else {
                "You are not signed in, or not any more. Sign in and do it again."
            },
        );
        Refusal { is_api: self.is_api, problem, sign_in: self.come_back.clone() }
    }

    fn problem(&self, problem: impl Into<Problem>) -> Refusal {
        Refusal { is_api: self.is_api, problem: problem.into(), sign_in: None }
    }

    /// The account of who asks, if it can be used.
    fn account<'a>(&self, app: &App, viewer: &'a Viewer) -> Result<&'a Arc<Account>, Refusal> {
        let account = viewer.account().ok_or_else(|| self.unknown())?;
        if account.waits_for_guardian(app.today()) {
            return Err(self.with(
                StatusCode::FORBIDDEN,
                "Somebody who answers for you has to agree first: you are under 16. The link for them is on the page \
                 of your account.",
            ));
        }
        Ok(account)
    }
}

fn viewer_of(parts: &Parts) -> Viewer {
    parts.extensions.get().cloned().unwrap_or(Viewer::Nobody)
}

impl FromRequestParts<App> for Viewer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Self::Rejection> {
        Ok(viewer_of(parts))
    }
}

/// Whoever is known: a person or a program whose account can be used, or somebody who looks at the demo.
#[derive(Debug, Clone)]
pub(crate) struct Asker(pub(crate) Viewer);

impl FromRequestParts<App> for Asker {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let viewer = viewer_of(parts);
        if !matches!(viewer, Viewer::Demo) {
            Refuse::of(parts).account(app, &viewer)?;
        }
        Ok(Self(viewer))
    }
}

impl Asker {
    /// Begins the asker's own log of training; in the demo, one more that is nobody's.
    pub(super) async fn begin_log(&self, app: &App, profile: Profile) -> Result<Athlete, Problem> {
        let now_ms = app.now_ms();
        match self.0.account() {
            None => Ok(app.library.store.add_athlete(profile, now_ms).await?),
            Some(_) if !in_scope(&self.0, Kind::Load, Action::Write) => {
                Err(Problem::new(StatusCode::FORBIDDEN, "The token has no scope load:write."))
            }
            Some(account) => Ok(app.library.store.begin_log(&account.id, profile, now_ms).await?),
        }
    }
}

/// A person in a browser; programs are refused. An account that waits for a guardian gets in.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) account: Arc<Account>,
    pub(crate) session_id: String,
}

impl FromRequestParts<App> for Person {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Refusal> {
        let refuse = Refuse::of(parts);
        match viewer_of(parts) {
            Viewer::Person { account, session_id } => Ok(Self { account, session_id }),
            Viewer::Program { .. } => Err(refuse.with(
                StatusCode::FORBIDDEN,
                "A token cannot do this: accounts, grants and everything at once are for the person, in a browser.",
            )),
            Viewer::Demo => Err(refuse.with(StatusCode::NOT_FOUND, "The demo has no accounts; `plimsoll serve` has.")),
            Viewer::Nobody | Viewer::Half { .. } => Err(refuse.unknown()),
        }
    }
}

/// A person in a browser whose account can be used.
#[derive(Debug, Clone)]
pub(crate) struct Member(pub(crate) Person);

impl FromRequestParts<App> for Member {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let person = Person::from_request_parts(parts, app).await?;
        Refuse::of(parts).account(app, &viewer_of(parts))?;
        Ok(Self(person))
    }
}

/// Who runs the installation.
#[derive(Debug, Clone)]
pub(crate) struct Keeper(pub(crate) Person);

impl FromRequestParts<App> for Keeper {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let person = Person::from_request_parts(parts, app).await?;
        if person.account.keeper {
            return Ok(Self(person));
        }
        Err(Refuse::of(parts).with(StatusCode::FORBIDDEN, "This is for the keeper, who runs the installation."))
    }
}

/// What a handler does with an athlete's data.
pub(crate) trait Need {
    /// With which.
    const KIND: Kind;
    /// What.
    const ACTION: Action;
}

macro_rules! needs {
    ($($name:ident: $kind:ident $action:ident),* $(,)?) => {$(
        #[doc = concat!(stringify!($action), " of ", stringify!($kind), ".")]
        #[derive(Debug, Clone, Copy)]
        pub(crate) struct $name;
        impl Need for $name {
            const KIND: Kind = Kind::$kind;
            const ACTION: Action = Action::$action;
        }
    )*};
}

needs! {
    ReadLoad: Load Read, WriteLoad: Load Write,
    ReadActivities: Activities Read, WriteActivities: Activities Write,
    ReadDiary: Diary Read, WriteDiary: Diary Write,
    ReadInjuries: Injuries Read, WriteInjuries: Injuries Write,
    ReadConsent: Consent Read, WriteConsent: Consent Write,
    ReadWhole: Whole Read, WriteWhole: Whole Write,
}

/// The athlete of the address, for who may do `N` with their data. It is the only way in which a handler gets at an
/// athlete; what others read is logged before the handler begins.
#[derive(Debug, Clone)]
pub(crate) struct May<N> {
    /// Whose data.
    pub(crate) athlete: Athlete,
    /// Who asks.
    pub(crate) viewer: Viewer,
    /// Everything that who asks is to the athlete.
    pub(crate) ties: Ties,
    /// As what this is done.
    pub(crate) role: Role,
    need: PhantomData<N>,
}

impl<N> May<N> {
    /// What of the athlete's data who asks can read, with a token within its scopes.
    pub(crate) fn readable(&self) -> Kinds {
        readable(&self.viewer, &self.ties)
    }

    /// Whether who asks may also do something else.
    pub(crate) fn also(&self, kind: Kind, action: Action) -> bool {
        self.ties.as_what(kind, action).is_some() && in_scope(&self.viewer, kind, action)
    }
}

/// Whether what is at an address says more to whoever may see the diary and injuries: flags and their words do.
fn rests_on_the_diary(path: &str) -> bool {
    let of_athlete = |path: &str| path.strip_prefix("/athletes/{athlete}").map(str::to_owned);
    match path.strip_prefix("/api/v1") {
        Some(path) => of_athlete(path)
            .is_some_and(|rest| ["/today", "/days", "/flags", "/charts/{name}"].contains(&rest.as_str())),
        None => of_athlete(path).is_some_and(|rest| rest.is_empty()),
    }
}

/// What goes into status and flags beside load, of what somebody may see.
fn beside_load(readable: Kinds) -> Kinds {
    readable.iter().filter(|kind| matches!(kind, Kind::Diary | Kind::Injuries)).collect()
}

fn readable(viewer: &Viewer, ties: &Ties) -> Kinds {
    ties.readable().iter().filter(|kind| in_scope(viewer, *kind, Action::Read)).collect()
}

fn in_scope(viewer: &Viewer, kind: Kind, action: Action) -> bool {
    viewer.token().is_none_or(|token| token.scopes.contains(&Scope { kind, action }))
}

impl<N: Need + Send> FromRequestParts<App> for May<N> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let refuse = Refuse::of(parts);
        let params = RawPathParams::from_request_parts(parts, app).await;
        let params = params.map_err(|error| refuse.with(StatusCode::BAD_REQUEST, format!("{}.", error.body_text())))?;
        let id = params.iter().find(|(name, _)| *name == "athlete").map(|(_, id)| id).unwrap_or_default();
        let viewer = viewer_of(parts);
        let no_such = || refuse.problem(Problem::no_such("athlete"));
        let (athlete, ties) = tied(app, &viewer, id, &refuse).await?.ok_or_else(no_such)?;
        let role = allowed(&viewer, &athlete, &ties, N::KIND, N::ACTION, &refuse)?;
        if role.is_somebody_else()
            && let Some(account) = viewer.account()
        {
            let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
            // What is done is told from what is looked at.
            let what = match N::ACTION {
                Action::Read => path.to_owned(),
                Action::Write => format!("{} {path}", parts.method),
            };
            let with = if N::KIND == Kind::Load && rests_on_the_diary(path) {
                beside_load(readable(&viewer, &ties))
            } else {
                Kinds::NONE
            };
            let read = NewRead {
                athlete_id: &athlete.id,
                reader: account,
                role,
                token: viewer.token().map(|token| token.name.as_str()),
                kind: N::KIND,
                with,
                what: &what,
            };
            let logged = app.library.store.log_reads(&[read], app.now_ms()).await;
            logged.map_err(|error| refuse.problem(error))?;
        }
        Ok(Self { athlete, viewer, ties, role, need: PhantomData })
    }
}

async fn tied(app: &App, viewer: &Viewer, id: &str, refuse: &Refuse) -> Result<Option<(Athlete, Ties)>, Refusal> {
    let store = &app.library.store;
    if matches!(viewer, Viewer::Demo) {
        let athlete = store.athlete(id).await.map_err(|error| refuse.problem(error))?;
        return Ok(athlete.map(|athlete| (athlete, demo_ties())));
    }
    let account = refuse.account(app, viewer)?;
    store.tied_athlete(&account.id, id, app.library.clock.now()).await.map_err(|error| refuse.problem(error))
}

fn demo_ties() -> Ties {
    Ties(vec![Tie { role: Role::Demo, granted: Kinds::NONE, squad_id: None }])
}

/// As what who asks may do it; the refusal says what is missing.
fn allowed(
    viewer: &Viewer,
    athlete: &Athlete,
    ties: &Ties,
    kind: Kind,
    action: Action,
    refuse: &Refuse,
) -> Result<Role, Refusal> {
    if let Some(token) = viewer.token()
        && !token.scopes.contains(&Scope { kind, action })
    {
        let name = Scope { kind, action }.name();
        let detail = if name.is_empty() {
            "A token cannot do this: grants and everything at once are for the person, in a browser.".to_owned()
        } else {
            format!("The token has no scope {name}.")
        };
        return Err(refuse.with(StatusCode::FORBIDDEN, detail));
    }
    ties.as_what(kind, action).ok_or_else(|| {
        let name = &athlete.profile.name;
        let detail = match (action, ties.readable().contains(kind)) {
            (Action::Write, true) => format!("You can look at this of {name}, and not change it."),
            _ => format!("{name} lets you see other things, and not this: {}.", kind.words()),
        };
        refuse.with(StatusCode::FORBIDDEN, detail)
    })
}

/// Every athlete that who asks may read something of, and what.
pub(super) async fn visible(app: &App, viewer: &Viewer) -> Result<Vec<Visible>, Problem> {
    let store = &app.library.store;
    let tied = match viewer {
        Viewer::Demo => store.athletes().await?.into_iter().map(|athlete| (athlete, demo_ties())).collect(),
        _ => match viewer.account() {
            Some(account) => store.tied_athletes(&account.id, app.library.clock.now()).await?,
            None => Vec::new(),
        },
    };
    let visible = tied.into_iter().map(|(athlete, ties)| {
        let readable = readable(viewer, &ties);
        Visible { athlete, ties, readable }
    });
    Ok(visible.filter(|visible| !visible.readable.is_empty()).collect())
}

/// Every athlete of a squad that somebody is on the staff of, and what they may read as that.
pub(super) async fn visible_in_squad(app: &App, account: &Account, squad_id: &str) -> Result<Vec<Visible>, Problem> {
    let tied = app.library.store.tied_athletes(&account.id, app.library.clock.now()).await?;
    let of_squad = tied.into_iter().filter_map(|(athlete, mut ties)| {
        ties.0.retain(|tie| tie.squad_id.as_deref() == Some(squad_id));
        let readable = ties.readable();
        (!ties.0.is_empty()).then_some(Visible { athlete, ties, readable })
    });
    Ok(of_squad.collect())
}

/// An athlete that somebody may read something of.
#[derive(Debug, Clone)]
pub(super) struct Visible {
    pub(super) athlete: Athlete,
    pub(super) ties: Ties,
    pub(super) readable: Kinds,
}

impl Visible {
    /// As what somebody sees the load of the athlete; `None` when they do not.
    pub(super) fn load_as(&self) -> Option<Role> {
        if self.readable.contains(Kind::Load) { self.ties.as_what(Kind::Load, Action::Read) } else { None }
    }
}

/// Logs that the loads of these athletes were looked at, in one list.
pub(super) async fn log_list(app: &App, viewer: &Viewer, seen: &[&Visible], what: &str) -> Result<(), Problem> {
    let Some(account) = viewer.account() else { return Ok(()) };
    let reads: Vec<NewRead<'_>> = seen
        .iter()
        .filter_map(|visible| {
            let role = visible.load_as().filter(|role| role.is_somebody_else())?;
            Some(NewRead {
                athlete_id: &visible.athlete.id,
                reader: account,
                role,
                token: viewer.token().map(|token| token.name.as_str()),
                kind: Kind::Load,
                with: beside_load(visible.readable),
                what,
            })
        })
        .collect();
    app.library.store.log_reads(&reads, app.now_ms()).await?;
    Ok(())
}
