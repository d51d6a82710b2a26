//! Choosing laws in a form: by a tick, by number, or by words of the name. The registry holds more laws than a page
//! can list: a field offers the newest, and finds the others while a person types or when "Find" is pressed.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use store::{Db, Id, sql};

use super::law::{self, Law, full_name, number_key};
use super::list::folded_words;
use crate::error::Result;
use crate::page::show;
use crate::web::Signed;
use crate::web::form::{Form, Problems};

/// A law as lists of choices name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    pub id: Id,
    /// Số, ký hiệu: "35/2013/QH13".
    pub number: String,
    /// "Luật Hòa giải ở cơ sở"
    pub title: String,
}

impl Title {
    pub fn of(law: &Law) -> Title {
        Title { id: law.id, number: law.number.clone(), title: law.name() }
    }
    /// As it stands in a field: "35/2013/QH13 Luật Hòa giải ở cơ sở".
    pub fn choice(&self) -> String {
        format!("{} {}", self.number, self.title).trim().to_owned()
    }
    /// "Luật Hòa giải ở cơ sở (35/2013/QH13)"
    pub fn with_number(&self) -> String {
        if self.number.is_empty() || self.title.contains(&self.number) {
            self.title.clone()
        } else {
            format!("{} ({})", self.title, self.number)
        }
    }
    /// Whether all the words are of its number or name.
    fn holds(&self, words: &str) -> bool {
        let own = viet::fold(&self.choice());
        viet::fold(words).split_whitespace().all(|word| own.contains(word))
    }
}

/// The laws that a list offers before anything is typed, and most that words find.
const OFFERED: i64 = 30;
const FOUND: i64 = 12;
/// Most characters of the laws typed into one field.
const LONGEST: usize = 500;

store::record! { struct Row { id: Id, number: String, kind: String, title: String } }

fn title(row: Row) -> Title {
    Title { title: full_name(&row.kind, &row.title, &row.number), id: row.id, number: row.number }
}

/// The newest laws.
pub async fn newest(db: &Db, most: i64) -> Result<Vec<Title>> {
    let rows: Vec<Row> =
        sql!("SELECT id, number, kind, title FROM laws ORDER BY day DESC, id DESC LIMIT $1", most)
            .all(db)
            .await?;
    Ok(rows.into_iter().map(title).collect())
}

/// The laws that typed words may mean: those of the number first, then those that hold all the words, newest first.
pub async fn find_titles(db: &Db, typed: &str, most: i64) -> Result<Vec<Title>> {
    let typed = viet::clean(typed);
    if typed.is_empty() {
        return Ok(vec![]);
    }
    let number = viet::find_legal_numbers(&typed).first().map(|found| number_key(&found.number.written));
    let words = folded_words(&typed);
    let word = |n: usize| words.get(n).cloned().unwrap_or_default();
    let rows: Vec<Row> = sql!(
        "SELECT id, number, kind, title FROM laws
         WHERE number_key = $1 OR ($2 <> '' AND folded LIKE $2 ESCAPE '!' AND ($3 = '' OR folded LIKE $3 ESCAPE '!')
           AND ($4 = '' OR folded LIKE $4 ESCAPE '!') AND ($5 = '' OR folded LIKE $5 ESCAPE '!')
           AND ($6 = '' OR folded LIKE $6 ESCAPE '!') AND ($7 = '' OR folded LIKE $7 ESCAPE '!'))
         ORDER BY CASE WHEN number_key = $1 THEN 0 ELSE 1 END, day DESC, id DESC LIMIT $8",
        number.filter(|key| !key.is_empty()),
        word(0),
        word(1),
        word(2),
        word(3),
        word(4),
        word(5),
        most
    )
    .all(db)
    .await?;
    Ok(rows.into_iter().map(title).collect())
}

/// The laws typed into the field of a form; none when there is too much to look for.
fn typed(form: &Form) -> impl Iterator<Item = &str> {
    let text = form.text("law_text");
    each_typed(if text.chars().count() > LONGEST { "" } else { text })
}

/// Several laws in one field.
pub fn each_typed(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '\n']).map(str::trim).filter(|t| !t.is_empty())
}

/// The laws with these identities, and those that the words typed may mean: among them [`meant`] finds the one.
pub async fn titles_of<'t>(
    db: &Db,
    ids: Vec<Id>,
    typed: impl IntoIterator<Item = &'t str>,
) -> Result<Vec<Title>> {
    let mut known: Vec<Title> = Vec::new();
    // So many identities a statement takes; a table to import may name more laws.
    for some in ids.chunks(200) {
        known.extend(law::with_ids(db, some.to_vec()).await?.iter().map(Title::of));
    }
    for words in typed {
        for title in find_titles(db, words, FOUND).await? {
            if !known.iter().any(|k| k.id == title.id) {
                known.push(title);
            }
        }
    }
    Ok(known)
}

/// The laws that a form names in its fields `law` and `law_text`.
pub async fn titles_of_form(db: &Db, form: &Form) -> Result<Vec<Title>> {
    let ids = form.all("law").filter_map(|l| l.parse().ok()).collect();
    titles_of(db, ids, typed(form)).await
}

/// The law a person means: by its number, alone or before its name, or by words that only its name has.
pub fn meant(laws: &[Title], typed: &str) -> Option<Id> {
    let key = viet::fold(&viet::clean(typed));
    let by_number = laws.iter().find(|l| {
        let number = viet::fold(&l.number);
        !number.is_empty()
            && key.strip_prefix(&number).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    });
    if let Some(law) = by_number {
        return Some(law.id);
    }
    let only = |mut found: Box<dyn Iterator<Item = &Title> + '_>| match (found.next(), found.next()) {
        (Some(law), None) => Some(law.id),
        _ => None,
    };
    only(Box::new(laws.iter().filter(|l| !l.title.is_empty() && viet::fold(&l.title) == key)))
        .or_else(|| {
            only(Box::new(
                laws.iter().filter(|l| key.chars().count() >= 4 && viet::fold(&l.title).contains(&key)),
            ))
        })
        .or_else(|| {
            let number = viet::find_legal_numbers(typed).first().map(|f| number_key(&f.number.written))?;
            only(Box::new(laws.iter().filter(|l| number_key(&l.number) == number)))
        })
}

/// The one law that a field of one law names: by identity, number or name.
pub async fn find_meant(db: &Db, typed: &str) -> Result<Option<Law>> {
    let id = match typed.trim().parse::<Id>() {
        Ok(id) => Some(id),
        Err(_) => meant(&find_titles(db, typed, FOUND).await?, typed),
    };
    match id {
        Some(id) => Ok(law::with_ids(db, vec![id]).await?.pop()),
        None => Ok(None),
    }
}

/// The laws of a form in the order ticked, then those typed; `unknown` is said of what was typed that names none.
/// Words by which a ticked law was found name it.
pub fn read(form: &Form, laws: &[Title], problems: &mut Problems, unknown: &'static str) -> Vec<Id> {
    let mut chosen: Vec<Id> = form.all("law").filter_map(|l| l.parse().ok()).collect();
    for typed in problems.several(form, "law_text", LONGEST) {
        match meant(laws, &typed) {
            Some(law) => chosen.push(law),
            None if laws.iter().any(|l| chosen.contains(&l.id) && l.holds(&typed)) => {}
            None => problems.add_value("law_text", unknown, typed),
        }
    }
    let mut seen = std::collections::HashSet::new();
    chosen.retain(|id| seen.insert(*id));
    chosen
}

/// What the field `laws/choose_field.html` shows.
pub struct Choice {
    /// To tick: those ticked, those of use here, and those that the words found.
    pub chips: Vec<Title>,
    /// What the list of the field begins with.
    pub offered: Vec<Title>,
    /// Words were typed and nothing was found.
    pub nothing: bool,
}

impl Choice {
    /// `usual`: laws to tick that the form has not named.
    pub async fn of(db: &Db, form: &Form, usual: Vec<Id>) -> Result<Choice> {
        let ticked: Vec<Id> = form.all("law").filter_map(|l| l.parse().ok()).collect();
        let mut order = ticked.clone();
        order.extend(usual);
        let mut chips = titles_of(db, order.clone(), []).await?;
        chips.sort_by_key(|t| order.iter().position(|id| *id == t.id));
        let before = chips.len();
        let found = titles_of(db, vec![], typed(form)).await?;
        let nothing = form.has("law_text") && found.is_empty();
        chips.extend(found.into_iter().filter(|t| !order.contains(&t.id)));
        chips.truncate(before + FOUND as usize);
        Ok(Choice { chips, offered: newest(db, OFFERED).await?, nothing })
    }
}

#[derive(Template)]
#[template(path = "laws/choices.html")]
struct Choices {
    offered: Vec<Title>,
}

/// `GET /luat/chon`: the choices for the field of a form, by what stands in it, whatever its name.
pub async fn choices(signed: Signed, Query(fields): Query<Vec<(String, String)>>) -> Result<Response> {
    let typed = fields.first().map_or("", |(_, value)| value.as_str());
    // Of several laws the last is being typed.
    let last = each_typed(typed).last().unwrap_or_default();
    let before = typed.trim_end().strip_suffix(last).unwrap_or_default().trim();
    let db = &signed.app.db;
    let mut offered =
        if last.is_empty() { newest(db, OFFERED).await? } else { find_titles(db, last, FOUND).await? };
    for title in &mut offered {
        title.number = format!("{before} {}", title.number).trim().to_owned();
    }
    show(&Choices { offered })
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn laws() -> Vec<Title> {
        let law = |n: u8, number: &str, title: &str| Title {
            id: Id([n; 16]),
            number: number.into(),
            title: title.into(),
        };
        vec![
            law(1, "35/2013/QH13", "Luật Hòa giải ở cơ sở"),
            law(2, "31/2024/QH15", "Luật Đất đai"),
            law(3, "31/2024/QH151", "Không có thật"),
            law(4, "45/2013/QH13", "Luật Đất đai"),
            law(5, "9/2026/TT-BTP", "Thông tư về đất đai của ấp"),
        ]
    }

    #[test]
    fn a_law_is_found_by_number_or_by_words_of_one_title() {
        let check = |typed: &str, expected: Option<u8>| {
            assert_eq!(meant(&laws(), typed), expected.map(|n| Id([n; 16])), "{typed}");
        };
        check("35/2013/QH13", Some(1));
        check(" 35/2013/qh13 Luật Hòa giải ở cơ sở", Some(1));
        check("31/2024/QH15", Some(2));
        check("31/2024/QH151", Some(3));
        check("Luật số 31/2024/QH15", Some(2));
        check("hoa giai", Some(1));
        check("đất đai", None);
        check("Luật Đất đai", None);
        check("đất đai của ấp", Some(5));
        check("a", None);
        check("", None);
        check("99/2030/QH16", None);
    }

    #[test]
    fn words_that_found_a_ticked_law_name_it() {
        let mut form = Form::default();
        form.set("law_text", "dat dai; 35/2013/QH13; chưa ai viết");
        let unknown = |form: &Form| {
            let mut problems = Problems::default();
            read(form, &laws(), &mut problems, "unknown");
            problems.0.into_iter().map(|p| p.value).collect::<Vec<_>>()
        };
        assert_eq!(unknown(&form), ["dat dai", "chưa ai viết"]);
        form.push("law", Id([2; 16]).to_string());
        assert_eq!(read(&form, &laws(), &mut Problems::default(), "unknown"), [Id([2; 16]), Id([1; 16])]);
        assert_eq!(unknown(&form), ["chưa ai viết"]);
    }
}
