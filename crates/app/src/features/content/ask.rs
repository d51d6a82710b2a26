//! Where to ask (nơi hỏi): the office of a unit where people ask about the law in person (Luật 14/2012 Điều 15
//! obliges agencies to answer). An office's address and telephone, never a person's.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use store::{Db, Id, Tx, sql};

use crate::access::Act;
use crate::app::App;
use crate::audit;
use crate::error::{Error, Result};
use crate::page::{Page, Room, show, show_again};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

store::record! {
    #[derive(Debug, Clone, Default, PartialEq, Serialize)]
    pub struct AskPlace {
        /// "Văn phòng HĐND và UBND xã": the office.
        pub office: String,
        pub address: String,
        pub telephone: String,
        pub hours: String,
        pub version: i64,
    }
}

impl AskPlace {
    /// In one sentence's worth of words, for a post.
    pub fn text(&self) -> String {
        let parts = [&self.office, &self.address, &self.telephone, &self.hours];
        parts.iter().filter(|p| !p.is_empty()).map(|p| p.as_str()).collect::<Vec<_>>().join("; ")
    }
}

/// Where people of a unit ask, if it has said so.
pub async fn find_ask_place(db: &Db, unit: Id) -> Result<Option<AskPlace>> {
    Ok(sql!(
        "SELECT office, address, telephone, hours, version FROM ask_places WHERE unit_id = $1 ORDER BY shard_id LIMIT 1",
        unit
    )
    .find(db)
    .await?)
}

/// Says where to ask at a unit. `place.version` is the version the page began from, 0 for none.
pub async fn set(tx: &mut Tx, app: &App, account: Id, unit: Id, shard: i64, place: &AskPlace) -> Result<()> {
    let now = app.now();
    let touched = sql!(
        "INSERT INTO ask_places (shard_id, unit_id, office, address, telephone, hours, version, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, 1, $8)
         ON CONFLICT (shard_id, unit_id) DO UPDATE SET office = excluded.office, address = excluded.address,
             telephone = excluded.telephone, hours = excluded.hours, version = ask_places.version + 1,
             updated_at = excluded.updated_at
         WHERE ask_places.version = $7",
        shard,
        unit,
        place.office,
        place.address,
        place.telephone,
        place.hours,
        place.version,
        now
    )
    .run(tx)
    .await?;
    if touched == 0 {
        return Err(Error::Conflict("error-conflict"));
    }
    let content = serde_json::to_vec(place).map_err(|e| Error::Internal(e.into()))?;
    let entry = audit::Entry {
        unit,
        shard,
        at: now,
        account: Some(account),
        act: "change",
        object_kind: "ask-place",
        object_id: unit.to_string(),
        content: &content,
    };
    audit::write(tx, &entry).await
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(rename = "don-vi")]
    unit: Option<Id>,
    xong: Option<String>,
}

#[derive(Template)]
#[template(path = "content/ask.html")]
struct AskPage {
    page: Page,
    form: Form,
    unit: Id,
    unit_name: String,
}

fn page(signed: &Signed, unit: Id, form: Form) -> AskPage {
    AskPage {
        page: signed
            .page(Room::Content, &signed.say("content-ask-title"))
            .crumb(signed.say("room-content"), "/tin-bai"),
        form,
        unit_name: signed.tree.full_name(unit),
        unit,
    }
}

/// `GET /tin-bai/noi-hoi`
pub async fn form(signed: Signed, Query(asked): Query<Asked>) -> Result<Response> {
    let unit = signed.unit(asked.unit, Act::WriteContent)?;
    let place = find_ask_place(&signed.app.db, unit).await?.unwrap_or_default();
    let mut form = Form::default();
    form.set("office", place.office);
    form.set("address", place.address);
    form.set("telephone", place.telephone);
    form.set("hours", place.hours);
    form.set("version", place.version.to_string());
    let mut shown = page(&signed, unit, form);
    shown.page.done = asked.xong.map(|_| signed.say("content-ask-done"));
    show(&shown)
}

/// `POST /tin-bai/noi-hoi`
pub async fn save(signed: Signed, form: Form) -> Result<Response> {
    let app = &signed.app;
    let unit = signed.unit_named(form.text("don-vi"), Act::WriteContent)?;
    let shard = signed.tree.get(unit).ok_or(Error::NotFound)?.shard_id;
    let mut problems = Problems::default();
    let place = AskPlace {
        office: problems.required(&form, "office", 200),
        address: problems.optional(&form, "address", 300),
        telephone: problems.optional(&form, "telephone", 60),
        hours: problems.optional(&form, "hours", 200),
        version: form.text("version").parse().unwrap_or(0),
    };
    if !problems.0.is_empty() {
        let mut shown = page(&signed, unit, form);
        shown.page.problems = problems.0;
        return show_again(&shown);
    }
    let mut tx = app.db.begin().await?;
    set(&mut tx, app, signed.actor.account, unit, shard, &place).await?;
    tx.commit().await?;
    app.pages.forget();
    Ok(signed.redirect(&format!("/tin-bai/noi-hoi?don-vi={unit}&xong=1")))
}
