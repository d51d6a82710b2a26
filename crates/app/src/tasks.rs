//! The work list: what each feature has waiting for a person. Declared here, above the features, so that
//! `home` depends on none of them.

use std::pin::Pin;

use jiff::civil::Date;
use store::Id;

use crate::error::Result;
use crate::web::Signed;

/// What an asynchronous method of a trait object gives.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// One small thing to do, one click away.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Tells it from every other of the person's, the same from day to day: "activities-draft".
    pub key: String,
    /// The last day on which it is in time, when it has one.
    pub due: Option<Date>,
    /// Key of the words for its state while it is not late: "activities-state-draft".
    pub state: &'static str,
    /// What it is, in the person's language.
    pub title: String,
    /// Where it is done, without the language.
    pub path: String,
    /// The unit it is for: told to whoever works for several.
    pub unit: Option<Id>,
    /// What settles it in one tap, when something can.
    pub quick: Option<Quick>,
}

/// A button that posts an empty form.
#[derive(Debug, Clone, PartialEq)]
pub struct Quick {
    pub label: String,
    pub path: String,
}

/// A number for the line "this month", with the page that shows its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// "7 cuộc", in the person's language.
    pub text: String,
    pub path: String,
}

/// What a feature puts on the work lists.
pub trait Tasks: Send + Sync {
    /// What waits for this person; few, the most urgent first.
    fn tasks<'a>(&'a self, signed: &'a Signed) -> Later<'a, Vec<Task>>;
    /// This month's numbers of the person's units.
    fn figures<'a>(&'a self, _signed: &'a Signed) -> Later<'a, Vec<Figure>> {
        Box::pin(async { Ok(vec![]) })
    }
}
