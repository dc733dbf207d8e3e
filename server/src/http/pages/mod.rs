//! Pages: HTML that works without script.

mod account;
mod activities;
mod activity;
mod athletes;
mod copies;
mod diary;
mod entries;
mod form;
mod gauge;
mod imports;
mod invitations;
mod keeper;
mod method;
mod numbers;
mod settings;
mod sharing;
mod sign;
mod squads;
mod today;
mod upload;
mod whole;

use askama::Template;
use axum::Router;
use axum::response::Html;
use axum::routing::{get, post};

use super::App;
use super::charts::{Chart, ChartError, NARROW, WIDE};
use super::error::{PageError, Problem};
use super::who::{May, Need, Viewer};
use crate::access::{Action, Kind};

pub(super) use sign::sign_in_path;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/", get(athletes::home))
        .route("/athletes", post(athletes::add))
        .route("/athletes/{athlete}", get(today::page))
        .route("/athletes/{athlete}/upload", get(upload::page).post(upload::send))
        .route("/athletes/{athlete}/imports/{import}", get(imports::page))
        .route("/athletes/{athlete}/imports/{import}/undo", post(imports::undo))
        .route("/athletes/{athlete}/imports/{import}/redo", post(imports::redo))
        .route("/athletes/{athlete}/diary", get(diary::page))
        .route("/athletes/{athlete}/activities", get(activities::page))
        .route("/athletes/{athlete}/activities/{activity}", get(activity::page))
        .route("/athletes/{athlete}/activities/{activity}/remove", post(activity::remove))
        .route("/athletes/{athlete}/activities/{activity}/restore", post(activity::restore))
        .route("/athletes/{athlete}/activities/{activity}/as-recorded", post(activity::as_recorded))
        .route("/athletes/{athlete}/activities/{activity}/cleaned", post(activity::cleaned))
        .route("/athletes/{athlete}/activities/{activity}/separate", post(copies::separate))
        .route("/athletes/{athlete}/activities/{activity}/unite", post(copies::unite))
        .route("/athletes/{athlete}/activities/{activity}/sport", post(activity::sport))
        .route("/athletes/{athlete}/settings", get(settings::page).post(settings::change))
        .route("/method", get(method::page))
        .merge(entries::routes())
        .merge(sign::routes())
        .merge(account::routes())
        .merge(invitations::routes())
        .merge(sharing::routes())
        .merge(squads::routes())
        .merge(keeper::routes())
        .merge(whole::routes())
}

/// What stands around every page.
#[derive(Debug, Clone)]
pub(super) struct Shell {
    /// Title of the page.
    title: String,
    /// Whose page it is.
    athlete: Option<Whose>,
    /// Who looks; `None` for nobody that is known, and in the demo.
    reader: Option<Reader>,
    /// Which entry of the menu is the page's own.
    current: &'static str,
    /// Whether the athletes are invented.
    demo: bool,
}

/// Whose page it is, and what who looks may do there.
#[derive(Debug, Clone)]
pub(super) struct Whose {
    id: String,
    name: String,
    /// Whether it is the reader's own.
    own: bool,
    sees_load: bool,
    sees_activities: bool,
    sees_diary: bool,
    sees_injuries: bool,
    changes_load: bool,
    changes_activities: bool,
    sees_consent: bool,
}

/// Who looks.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    name: String,
    /// The athlete that is the reader.
    athlete_id: Option<String>,
    keeper: bool,
}

impl Shell {
    fn of<N: Need>(app: &App, may: &May<N>, current: &'static str, title: impl Into<String>) -> Self {
        let athlete = &may.athlete;
        let reads = may.readable();
        let whose = Whose {
            id: athlete.id.clone(),
            name: athlete.profile.name.clone(),
            own: may.viewer.account().is_some_and(|account| account.athlete_id.as_ref() == Some(&athlete.id)),
            sees_load: reads.contains(Kind::Load),
            sees_activities: reads.contains(Kind::Activities),
            sees_diary: reads.contains(Kind::Diary),
            sees_injuries: reads.contains(Kind::Injuries),
            changes_load: may.also(Kind::Load, Action::Write),
            changes_activities: may.also(Kind::Activities, Action::Write),
            sees_consent: may.also(Kind::Consent, Action::Read),
        };
        Self { athlete: Some(whose), ..Self::plain(app, &may.viewer, current, title) }
    }

    fn plain(app: &App, viewer: &Viewer, current: &'static str, title: impl Into<String>) -> Self {
        let reader = viewer.account().map(|account| Reader {
            name: account.name.clone(),
            athlete_id: account.athlete_id.clone(),
            keeper: account.keeper,
        });
        Self { title: title.into(), athlete: None, reader, current, demo: app.demo }
    }

    /// Whether who looks may change activities of the athlete of the page.
    fn changes_activities(&self) -> bool {
        self.athlete.as_ref().is_some_and(|whose| whose.changes_activities)
    }
}

/// A chart in a width for laptops and one for phones; the style sheet shows the one that fits.
#[derive(Debug, Clone)]
pub(super) struct Responsive {
    wide: String,
    narrow: String,
}

impl Responsive {
    /// Draws at `wide` pixels for laptops; `None` when there is nothing to draw.
    fn draw(wide: u32, draw: impl Fn(u32) -> Result<Option<Chart>, ChartError>) -> Result<Option<Self>, PageError> {
        let at = |width| draw(width).map(|chart| chart.map(|chart| chart.inline())).map_err(anyhow::Error::from);
        Ok(at(wide)?.zip(at(NARROW)?).map(|(wide, narrow)| Self { wide, narrow }))
    }
}

/// A file's name as HTML. A long one may be broken behind its punctuation: the middle of a word is no place for that.
pub(super) fn file_html(name: &str) -> String {
    /// Characters that fit in a line of a phone.
    const LINE: usize = 28;
    let may_break = name.chars().count() > LINE;
    let mut html = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(letter),
        }
        if may_break && matches!(letter, '_' | '-' | '.' | '/' | '+') {
            html.push_str("<wbr>");
        }
    }
    html
}

/// A finished page, or the problem that the template could not be filled in.
fn render(template: &impl Template) -> Result<Html<String>, PageError> {
    Ok(Html(template.render().map_err(anyhow::Error::from)?))
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    shell: Shell,
    problem: &'a Problem,
}

/// The page that shows a problem.
pub(super) fn error_page(problem: &Problem) -> Html<String> {
    let shell = Shell { title: problem.title.clone(), athlete: None, reader: None, current: "error", demo: false };
    Html(ErrorPage { shell, problem }.render().unwrap_or_else(|_| problem.detail.clone()))
}

#[cfg(test)]
mod tests {
    use super::file_html;

    #[test]
    fn a_long_name_breaks_behind_its_punctuation_and_stays_text() {
        assert_eq!(file_html("morning_run.fit"), "morning_run.fit");
        assert_eq!(
            file_html("2019/activity_8837264_with_friends.gpx"),
            "2019/<wbr>activity_<wbr>8837264_<wbr>with_<wbr>friends.<wbr>gpx"
        );
        assert_eq!(file_html("<b>\"a'&.fit"), "&lt;b&gt;&quot;a&#39;&amp;.fit");
    }
}
