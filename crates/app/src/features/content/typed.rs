//! What is typed of a post before it is saved: kept on the server while a person types, so that a power cut loses
//! nothing; see `crate::drafts`. A saved post has its own state "draft"; this one nobody else sees.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use store::Id;

use super::edit::{editable, written_already};
use super::post::{Post, State};
use crate::access::Act;
use crate::drafts::{Draft, DraftState, Drafts, key_of, tab_of};
use crate::error::Result;
use crate::page::{Page, Room, show};
use crate::web::Signed;
use crate::web::form::Form;

pub static TYPED: Drafts = Drafts { kind: "post" };

/// Where a new post goes on that was typed and not saved.
pub fn path_of_new(key: &str) -> String {
    format!("/tin-bai/moi?nhap={key}")
}

/// The state of the draft alone, for a page that is open: each fragment takes the place of the element of its id.
#[derive(Template)]
#[template(path = "content/kept.html")]
struct KeptFragment {
    page: Page,
    draft: DraftState,
    /// When it was changed elsewhere, and where the other stands.
    elsewhere: Option<(String, String)>,
}

/// The version of the draft that a page began from.
pub fn version_of(form: &Form) -> i64 {
    form.text("draft_version").parse().unwrap_or(0)
}

/// `POST /tin-bai/moi/nhap`
pub async fn keep_new(signed: Signed, form: Form) -> Result<Response> {
    let unit = signed.unit_named(form.text("unit"), Act::WriteContent)?;
    let late = written_already(&signed, &form).await?;
    let key = key_of(&form).to_owned();
    let path = path_of_new(&key);
    keep(signed, unit, form, &key, path, late).await
}

/// `POST /tin-bai/{id}/sua/nhap`
pub async fn keep_change(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let post: Post = editable(&signed, &id).await?;
    // Saved or moved on while this was under way over a weak link: nothing is left to keep.
    let late = post.state != State::Draft || form.text("version") != post.version.to_string();
    let path = format!("{}/sua", super::page(post.id));
    keep(signed, post.content.unit, form, &post.id.to_string(), path, late).await
}

async fn keep(
    signed: Signed,
    unit: Id,
    form: Form,
    about: &str,
    path: String,
    late: bool,
) -> Result<Response> {
    let app = &signed.app;
    let account = signed.actor.account;
    let page = signed.page(Room::Content, "");
    let draft = Draft {
        unit,
        version: version_of(&form),
        tab: tab_of(app, &form),
        form,
        files: vec![],
        at: app.now(),
    };
    let mut state = DraftState { version: draft.version, sentence: String::new(), kept: true };
    let mut elsewhere = None;
    if !late {
        let mut tx = app.db.begin().await?;
        let version = TYPED.keep(&mut tx, account, about, &draft).await?;
        tx.commit().await?;
        match version {
            Some(version) => {
                let sentence = page.t1("form-draft-kept", "value", page.moment(draft.at));
                state = DraftState { version, sentence, kept: true };
            }
            None => {
                let at = TYPED.find(&app.db, account, about).await?.map_or(draft.at, |other| other.at);
                elsewhere = Some((page.t1("content-other-device", "value", page.moment(at)), path));
            }
        }
    }
    show(&KeptFragment { page, draft: state, elsewhere })
}
