//! Plain forms: fields with their labels and hints, and what was wrong.

use askama::Template;
use axum::response::Html;

use super::{Shell, render};
use crate::http::error::PageError;

/// A page that is one form.
#[derive(Debug, Template)]
#[template(path = "form.html")]
pub(super) struct FormPage {
    pub(super) shell: Shell,
    pub(super) heading: String,
    /// Paragraphs before the form.
    pub(super) lead: Vec<String>,
    /// What was wrong with what was sent.
    pub(super) problem: Option<String>,
    pub(super) action: String,
    pub(super) fields: Vec<Field>,
    pub(super) button: String,
    /// Where else to go: address and words.
    pub(super) links: Vec<(String, String)>,
}

/// A field of a form.
#[derive(Debug, Clone, Default)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) label: String,
    /// Type of the input; `select` for a choice.
    pub(super) kind: &'static str,
    pub(super) value: String,
    pub(super) autocomplete: &'static str,
    pub(super) hint: String,
    pub(super) required: bool,
    pub(super) checked: bool,
    /// Of a number: the lowest, the highest (both may be empty), and the step.
    pub(super) range: Option<(&'static str, &'static str, &'static str)>,
    /// Of a choice: value and words.
    pub(super) options: Vec<(String, String)>,
    /// Whether the script fills in the browser's time zone.
    pub(super) own_zone: bool,
    /// Whether it shows what cannot be changed.
    pub(super) fixed: bool,
}

impl Field {
    /// A field that must be filled in.
    pub(super) fn new(name: &'static str, label: &str, kind: &'static str, autocomplete: &'static str) -> Self {
        Self { name, label: label.to_owned(), kind, autocomplete, required: true, ..Self::default() }
    }

    /// With what was typed.
    pub(super) fn with(self, value: &str) -> Self {
        Self { value: value.to_owned(), ..self }
    }

    /// With a line of explanation.
    pub(super) fn hint(self, hint: &str) -> Self {
        Self { hint: hint.to_owned(), ..self }
    }

    /// That may stay empty.
    pub(super) fn optional(self) -> Self {
        Self { required: false, ..self }
    }
}

impl FormPage {
    /// The page, filled in.
    pub(super) fn html(&self) -> Result<Html<String>, PageError> {
        render(self)
    }
}
