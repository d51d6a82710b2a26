//! Recording and changing an activity: one screen, with a draft behind it.

use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use store::{Id, RecordId, Runs};

use super::DRAFTS;
use super::activity::{self, Activity, Content};
use super::entry::{self, EntryPage, KeptFragment};
use super::evidence;
use super::questions::{ask, ask_recorded};
use crate::access::Act;
use crate::changes::{Both, Conflict};
use crate::drafts::{Draft, DraftState, is_inherited, key_of, tab_of};
use crate::error::{Error, Result};
use crate::features::laws::Title;
use crate::features::laws::choose::{titles_of, titles_of_form};
use crate::files::Kept;
use crate::lines::PlanLine;
use crate::page::{Room, show, show_again, show_both};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

#[derive(Deserialize)]
pub struct Begin {
    #[serde(rename = "don-vi")]
    unit: Option<Id>,
    /// "last": everything as last time, today.
    giong: Option<String>,
    /// A plan line to record under.
    dong: Option<RecordId>,
    /// A draft that came from somebody else.
    nhap: Option<String>,
}

/// The draft's key for a new activity.
const NEW: &str = "";

/// Where a new activity's draft goes on.
pub fn path_of_new(key: &str) -> String {
    if key.is_empty() { "/hoat-dong/moi".to_owned() } else { format!("/hoat-dong/moi?nhap={key}") }
}

/// `GET /hoat-dong/moi`
pub async fn new(signed: Signed, Query(begin): Query<Begin>) -> Result<Response> {
    let app = &signed.app;
    let unit = signed.unit(begin.unit, Act::RecordActivity)?;
    let kept = match begin.giong {
        None => {
            let key = begin.nhap.as_deref().filter(|key| is_inherited(key)).unwrap_or(NEW);
            DRAFTS.find(&app.db, signed.actor.account, key).await?
        }
        Some(_) => None,
    };
    // A draft of a unit where the person may no longer record is not theirs to save.
    if let Some(draft) = kept.filter(|d| signed.can(Act::RecordActivity, d.unit)) {
        let laws = titles_of_form(&app.db, &draft.form).await?;
        let (content, _) = entry::read(&draft.form, draft.unit, app.today(), &laws);
        let page = EntryPage::new(&signed, draft.unit, draft.form.clone(), None).await?;
        return show(&page.with_draft(&draft).with_questions(&content));
    }
    let last = activity::last(&app.db, unit, signed.actor.account).await?;
    let mut form = match (&begin.giong, &last) {
        (Some(_), Some(last)) => {
            // What happened only once does not happen again.
            let content = Content { estimated: false, reason: String::new(), ..last.content.clone() };
            entry::form_of(&content)
        }
        _ => {
            let mut form = Form::default();
            let used = activity::used_methods(&app.db, unit).await?;
            form.set("method", used.first().map_or("talk", String::as_str));
            form.set("unit", unit.to_string());
            form
        }
    };
    form.set("day", app.today().to_string());
    form.set("once", app.new_id().to_string());
    if let Some(line) = begin.dong {
        form.set("plan_line", line.to_string());
    }
    show(&EntryPage::new(&signed, unit, form, None).await?)
}

/// What a person sent from the screen.
struct Sent {
    form: Form,
    about: Option<Activity>,
    unit: Id,
    kept: Vec<Kept>,
    draft_version: i64,
    /// Names the open page.
    tab: String,
}

impl Sent {
    fn key(&self) -> String {
        match &self.about {
            Some(a) => a.id.to_string(),
            None => key_of(&self.form).to_owned(),
        }
    }
    async fn read(signed: &Signed, mut form: Form, about: Option<Activity>) -> Result<(Sent, Problems)> {
        let app = &signed.app;
        let unit = match &about {
            Some(a) => a.content.unit,
            None => signed.unit_named(form.text("unit"), Act::RecordActivity)?,
        };
        let (sent_photos, mut problems) = evidence::keep(app, std::mem::take(&mut form.files)).await?;
        let draft_version = form.text("draft_version").parse().unwrap_or(0);
        let tab = tab_of(app, &form);
        let mut sent = Sent { tab, form, about, unit, kept: vec![], draft_version };
        let draft = DRAFTS.find(&app.db, signed.actor.account, &sent.key()).await?;
        sent.kept = draft
            .filter(|d| d.version == draft_version || d.tab == sent.tab)
            .map(|d| d.files)
            .unwrap_or_default();
        sent.kept.extend(sent_photos);
        sent.kept.retain(|k| !sent.form.is("drop_photo", &k.file));
        sent.kept.dedup_by(|a, b| a.file == b.file);
        if sent.kept.len() > evidence::MOST {
            sent.kept.truncate(evidence::MOST);
            problems.push(evidence::too_many());
        }
        Ok((sent, Problems(problems)))
    }
    async fn keep_alone(&self, signed: &Signed) -> Result<Option<i64>> {
        let mut tx = signed.app.db.begin().await?;
        let draft = self.as_draft(signed, self.draft_version);
        let version = DRAFTS.keep(&mut tx, signed.actor.account, &self.key(), &draft).await?;
        tx.commit().await?;
        Ok(version)
    }
    /// The page has been saved while this was on its way over a weak link: nothing is left to keep.
    async fn is_late(&self, signed: &Signed) -> Result<bool> {
        match &self.about {
            Some(a) => Ok(self.form.text("version") != a.version.to_string()),
            None => {
                let once = self.form.text("once").parse().ok();
                Ok(recorded_already(&signed.app.db, once, signed.actor.account).await?.is_some())
            }
        }
    }
    fn as_draft(&self, signed: &Signed, version: i64) -> Draft {
        Draft {
            unit: self.unit,
            form: self.form.clone(),
            files: self.kept.clone(),
            version,
            tab: self.tab.clone(),
            at: signed.app.now(),
        }
    }
}

/// `POST /hoat-dong/moi`: saves, keeps a draft, or throws it away, by the button pressed.
pub async fn create(signed: Signed, form: Form) -> Result<Response> {
    let (sent, problems) = Sent::read(&signed, form, None).await?;
    submit(signed, sent, problems).await
}

/// `GET /hoat-dong/{id}/sua`
pub async fn edit(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let app = &signed.app;
    let activity = changeable(&signed, &id).await?;
    let draft = DRAFTS.find(&app.db, signed.actor.account, &activity.id.to_string()).await?;
    let mut form = match &draft {
        Some(draft) => draft.form.clone(),
        None => entry::form_of(&activity.content),
    };
    if draft.is_none() {
        form.set("version", activity.version.to_string());
    }
    let laws = titles_of_form(&app.db, &form).await?;
    let (content, _) = entry::read(&form, activity.content.unit, app.today(), &laws);
    let page =
        EntryPage::new(&signed, activity.content.unit, form, Some(&activity)).await?.with_questions(&content);
    show(&match &draft {
        Some(draft) => page.with_draft(draft),
        None => page,
    })
}

/// `POST /hoat-dong/{id}/sua`
pub async fn change(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let activity = changeable(&signed, &id).await?;
    let (sent, problems) = Sent::read(&signed, form, Some(activity)).await?;
    submit(signed, sent, problems).await
}

async fn changeable(signed: &Signed, id: &str) -> Result<Activity> {
    let activity = activity::get(&signed.app.db, id.parse()?).await?;
    signed.require(Act::RecordActivity, activity.content.unit)?;
    if activity.withdrawn.is_some() {
        return Err(Error::Conflict("activities-withdrawn-already"));
    }
    Ok(activity)
}

async fn submit(signed: Signed, sent: Sent, mut problems: Problems) -> Result<Response> {
    let app = &signed.app;
    let account = signed.actor.account;
    match sent.form.text("act") {
        "drop" => {
            let mut tx = app.db.begin().await?;
            DRAFTS.forget(&mut tx, account, &sent.key(), sent.draft_version, &sent.tab).await?;
            tx.commit().await?;
            return Ok(
                signed.redirect(&sent.about.as_ref().map_or("/hoat-dong".into(), |a| super::page(a.id)))
            );
        }
        // Searching keeps what was typed and sent so far, as a draft.
        act @ ("draft" | "find-law") => {
            return match sent.keep_alone(&signed).await? {
                Some(version) => {
                    let mut page =
                        EntryPage::new(&signed, sent.unit, sent.form.clone(), sent.about.as_ref()).await?;
                    page.page.done = (act == "draft").then(|| signed.say("activities-draft-done"));
                    page.page.problems = problems.0;
                    show(&page.with_draft(&sent.as_draft(&signed, version)))
                }
                None => other_device(&signed, sent).await,
            };
        }
        _ => {}
    }
    let laws = titles_of_form(&app.db, &sent.form).await?;
    let (content, read_problems) = entry::read(&sent.form, sent.unit, app.today(), &laws);
    problems.0.extend(read_problems.0);
    // Somebody changed the activity since the page was opened: both values are shown before anything else.
    if let Some(current) = sent.about.as_ref().filter(|a| sent.form.text("version") != a.version.to_string())
    {
        return both_values(&signed, &sent, current).await;
    }
    let line_before = sent.about.as_ref().and_then(|a| a.content.plan_line);
    match entry::check_line(app, &content, line_before).await {
        Err(Error::Invalid(found)) => problems.0.extend(found),
        other => other?,
    }
    if problems.0.is_empty() && content.reason.is_empty() && !ask(&content, app.today()).is_empty() {
        problems.add("reason", "activities-error-reason");
    }
    if !problems.0.is_empty() {
        // A browser sends photos once: they wait on the draft.
        let Some(version) = sent.keep_alone(&signed).await? else { return other_device(&signed, sent).await };
        let mut page = EntryPage::new(&signed, sent.unit, sent.form.clone(), sent.about.as_ref()).await?;
        page.page.problems = problems.0;
        return show_again(&page.with_draft(&sent.as_draft(&signed, version)).with_questions(&content));
    }
    let Some(before) = &sent.about else {
        return record_once(&signed, &sent, &content, &laws).await;
    };
    let mut tx = app.db.begin().await?;
    activity::update(&mut tx, app, Some(account), before, &content).await?;
    DRAFTS.forget(&mut tx, account, &sent.key(), sent.draft_version, &sent.tab).await?;
    tx.commit().await?;
    app.pages.forget();
    Ok(signed.redirect(&format!("{}?xong=sua", super::page(before.id))))
}

/// Most tries to find which of two sends at the same moment came first.
const TRIES: usize = 5;

/// Records what a page of a new activity says, however often and from wherever it is sent.
async fn record_once(signed: &Signed, sent: &Sent, content: &Content, laws: &[Title]) -> Result<Response> {
    let app = &signed.app;
    let account = signed.actor.account;
    let mut once = match sent.form.text("once").parse() {
        Ok(once) => once,
        // A draft may know no identity: then it is known by what it says.
        Err(_) if sent.draft_version > 0 => known_by(account, None, content)?,
        Err(_) => app.new_id(),
    };
    let mut refused = Error::Conflict("error-conflict");
    for _ in 0..TRIES {
        let mut tx = app.db.begin().await?;
        if let Some(done) = recorded_already(&mut tx, Some(once), account).await? {
            drop(tx);
            if activity::get(&app.db, done).await?.content == *content {
                return Ok(signed.redirect(&super::page(done)));
            }
            // The same draft, finished otherwise on another device: rather two rows than a lost one.
            once = known_by(account, Some(once), content)?;
            continue;
        }
        let id =
            match entry::record(&mut tx, app, &signed.actor, &signed.tree, Some(once), content, laws).await {
                Ok(id) => id,
                // Sent twice at the same moment, the other came first: on PostgreSQL only the insertion tells.
                Err(conflict @ Error::Conflict(_)) => {
                    refused = conflict;
                    continue;
                }
                Err(other) => return Err(other),
            };
        evidence::insert(&mut tx, app, account, sent.unit, id, &sent.kept).await?;
        DRAFTS.forget(&mut tx, account, &sent.key(), sent.draft_version, &sent.tab).await?;
        tx.commit().await?;
        app.pages.forget();
        return Ok(signed.redirect(&format!("{}?xong=ghi", super::page(id))));
    }
    Err(refused)
}

/// The identity of what a person says, after what the same page recorded otherwise.
fn known_by(account: Id, after: Option<Id>, content: &Content) -> Result<Id> {
    use sha2::Digest as _;
    let said = serde_json::to_vec(&(account, after, content)).map_err(|e| Error::Internal(e.into()))?;
    let mut id = [0; 16];
    id.iter_mut().zip(sha2::Sha256::digest(&said)).for_each(|(to, from)| *to = from);
    Ok(Id(id))
}

store::record! { struct Recorded { shard_id: i64, id: Id } }

/// The activity that this very form has recorded before: a weak link makes people press twice.
pub async fn recorded_already(on: impl Runs, once: Option<Id>, account: Id) -> Result<Option<RecordId>> {
    let Some(once) = once else { return Ok(None) };
    let row: Option<Recorded> =
        store::sql!("SELECT shard_id, id FROM activities WHERE id = $1 AND created_by = $2", once, account)
            .find(on)
            .await?;
    Ok(row.map(|r| RecordId { shard: r.shard_id, id: r.id }))
}

async fn differences(signed: &Signed, here: &Form, there: &Form, lines: &[PlanLine]) -> Result<Vec<Both>> {
    let named = here.all("law").chain(there.all("law")).filter_map(|l| l.parse().ok()).collect();
    let laws = titles_of(&signed.app.db, named, []).await?;
    Ok(entry::differences(signed, here, there, &laws, lines))
}

/// The activity was changed by somebody else: the form keeps what was typed, and saves over it knowingly.
async fn both_values(signed: &Signed, sent: &Sent, current: &Activity) -> Result<Response> {
    let app = &signed.app;
    let mut form = sent.form.clone();
    form.set("version", current.version.to_string());
    let there = entry::form_of(&current.content);
    let mut page = EntryPage::new(signed, sent.unit, form.clone(), Some(current)).await?;
    let by = activity::history(&app.db, current.id).await?.pop().and_then(|v| v.account);
    let by = super::show::name_of(&app.db, by).await?;
    let at = page.page.moment(current.updated_at);
    page.conflict = Some(Conflict {
        sentence: page.page.t2("activities-changed-by", "who", by, "value", at),
        fields: differences(signed, &form, &there, &page.lines).await?,
    });
    page.draft.version = sent.draft_version;
    show_both(&page)
}

/// The draft was changed on another device: both are shown, and the page goes on from the other's version.
async fn other_device(signed: &Signed, sent: Sent) -> Result<Response> {
    let app = &signed.app;
    let mut page = EntryPage::new(signed, sent.unit, sent.form.clone(), sent.about.as_ref()).await?;
    if let Some(other) = DRAFTS.find(&app.db, signed.actor.account, &sent.key()).await? {
        page.conflict = Some(Conflict {
            sentence: page.page.t1("activities-other-device", "value", page.page.moment(other.at)),
            fields: differences(signed, &sent.form, &other.form, &page.lines).await?,
        });
        page.draft = DraftState { version: other.version, sentence: String::new(), kept: true };
        page.photos = other.files;
    }
    show_both(&page)
}

/// `POST /hoat-dong/moi/nhap`: keeps the draft while a person types, and asks at once.
pub async fn keep_new(signed: Signed, form: Form) -> Result<Response> {
    let (sent, _) = Sent::read(&signed, form, None).await?;
    keep_typed(signed, sent).await
}

/// `POST /hoat-dong/{id}/sua/nhap`
pub async fn keep_change(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let activity = changeable(&signed, &id).await?;
    let (sent, _) = Sent::read(&signed, form, Some(activity)).await?;
    keep_typed(signed, sent).await
}

async fn keep_typed(signed: Signed, sent: Sent) -> Result<Response> {
    let app = &signed.app;
    let laws = titles_of_form(&app.db, &sent.form).await?;
    let (content, _) = entry::read(&sent.form, sent.unit, app.today(), &laws);
    let asked = ask_recorded(&content, app.today());
    let page = signed.page(Room::Activities, "");
    let kept = if sent.is_late(&signed).await? {
        Some(sent.draft_version)
    } else {
        sent.keep_alone(&signed).await?
    };
    let (draft, conflict) = match kept {
        Some(version) => {
            let sentence = page.t1("form-draft-kept", "value", page.moment(app.now()));
            (DraftState { version, sentence, kept: true }, None)
        }
        None => {
            let other = DRAFTS.find(&app.db, signed.actor.account, &sent.key()).await?;
            let conflict = match other {
                Some(other) => Some(Conflict {
                    sentence: page.t1("activities-other-device", "value", page.moment(other.at)),
                    fields: differences(&signed, &sent.form, &other.form, &[]).await?,
                }),
                None => None,
            };
            (DraftState { version: sent.draft_version, sentence: String::new(), kept: true }, conflict)
        }
    };
    let has_box = sent.form.pairs().any(|(name, _)| name == "reason");
    let path = match &sent.about {
        Some(a) => format!("/hoat-dong/{}/sua", a.id),
        None => path_of_new(&sent.key()),
    };
    show(&KeptFragment {
        page,
        draft,
        conflict,
        add_reason: !ask(&content, app.today()).is_empty() && !has_box,
        form: sent.form,
        asked,
        path,
    })
}
