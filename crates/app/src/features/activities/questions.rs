//! Questions: figures that can hardly be, asked about at once and settled by a reason (promise G24).

use std::borrow::Borrow;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;

use super::activity::Content;
use crate::i18n::Lang;
use crate::page::date_text;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    code: String,
    field: String,
    #[serde(default)]
    methods: Vec<String>,
    /// By default the field itself.
    measure: Option<String>,
    above: Option<i64>,
    below: Option<i64>,
    than: Option<String>,
    per_head: Option<i64>,
    #[serde(default)]
    future: bool,
    older: Option<i32>,
    refused: Option<String>,
    vi: String,
    en: String,
}

#[derive(Deserialize)]
struct File {
    question: Vec<Question>,
}

static QUESTIONS: LazyLock<Vec<Question>> = LazyLock::new(|| {
    let file: Result<File, _> = toml::from_str(include_str!("questions.toml"));
    file.map(|f| f.question).unwrap_or_else(|e| panic!("questions.toml: {e}"))
});

/// A question about one field of an activity.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Of `questions.toml`.
    pub code: &'static str,
    pub field: &'static str,
    value: String,
    other: String,
    vi: &'static str,
    en: &'static str,
}

impl Asked {
    pub fn text(&self, lang: impl Borrow<Lang>) -> String {
        lang.borrow()
            .pick(self.vi, self.en)
            .replace("{ $value }", &self.value)
            .replace("{ $other }", &self.other)
    }
}

/// What is to be asked about an activity before it is recorded, as of a day: what a reason settles. A measure that is
/// not known raises no question.
pub fn ask(content: &Content, today: Date) -> Vec<Asked> {
    QUESTIONS.iter().filter(|q| q.refused.is_none()).filter_map(|q| q.ask(content, today)).collect()
}

/// What is asked about an activity that is recorded: also what would be refused now.
pub fn ask_recorded(content: &Content, today: Date) -> Vec<Asked> {
    QUESTIONS.iter().filter_map(|q| q.ask(content, today)).collect()
}

/// What cannot be, whatever the reason: the field, the key of the sentence, and what it is compared with.
pub fn refuse(content: &Content) -> impl Iterator<Item = (&'static str, &'static str, String)> + '_ {
    QUESTIONS.iter().filter_map(|q| {
        let key = q.refused.as_deref()?;
        q.ask(content, content.day).map(|asked| (asked.field, key, asked.other))
    })
}

impl Question {
    fn ask(&'static self, c: &Content, today: Date) -> Option<Asked> {
        if !self.methods.is_empty() && !self.methods.contains(&c.method) {
            return None;
        }
        let asked = |value: String, other: String| Asked {
            code: &self.code,
            field: &self.field,
            value,
            other,
            vi: &self.vi,
            en: &self.en,
        };
        let day = || Some(asked(date_text(c.day), String::new()));
        if self.future {
            return if c.day > today && !c.estimated { day() } else { None };
        }
        if let Some(days) = self.older {
            let age = c.day.until(today).map_or(0, |span| span.get_days());
            return if age > days { day() } else { None };
        }
        if let Some(limit) = self.per_head {
            let each = c.cost.checked_div(c.attendances)?;
            return (each > limit).then(|| asked(viet::format_int(each), String::new()));
        }
        let value = measure(c, self.measure.as_ref().unwrap_or(&self.field))?;
        let limit = match &self.than {
            Some(other) => measure(c, other),
            None => self.above,
        };
        let unusual = limit.is_some_and(|l| value > l) || self.below.is_some_and(|b| value > 0 && value < b);
        unusual.then(|| asked(viet::format_int(value), limit.map(viet::format_int).unwrap_or_default()))
    }
}

fn measure(c: &Content, name: &str) -> Option<i64> {
    match name {
        "attendances" => Some(c.attendances),
        "women" => c.women,
        "minority" => c.minority,
        "copies" => Some(c.copies),
        "cost" => Some(c.cost),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::activities::reference;

    fn content(change: impl Fn(&mut Content)) -> Content {
        let mut content = Content {
            unit: store::Id([1; 16]),
            method: "talk".into(),
            day: "2026-11-20".parse().unwrap(),
            title: "Phổ biến Luật Đất đai".into(),
            place: String::new(),
            speaker: String::new(),
            note: String::new(),
            laws: vec![],
            audiences: vec!["people".into()],
            attendances: 60,
            women: Some(30),
            minority: None,
            copies: 0,
            cost: 0,
            estimated: false,
            reason: String::new(),
            plan_line: None,
        };
        change(&mut content);
        content
    }

    #[track_caller]
    fn check(change: impl Fn(&mut Content), expected: &[&str]) {
        let asked = ask_recorded(&content(change), "2026-11-23".parse().unwrap());
        assert_eq!(asked.iter().map(|a| a.code).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn usual_figures_raise_no_question_and_unusual_ones_do() {
        check(|_| {}, &[]);
        check(|c| c.attendances = 500, &[]);
        check(|c| c.attendances = 825, &["crowd"]);
        check(|c| c.method = "broadcast".into(), &["audience-of-media"]);
        check(|c| (c.method, c.attendances, c.women) = ("broadcast".into(), 0, None), &[]);
        check(|c| c.women = Some(61), &["women-above-whole"]);
        check(|c| c.women = Some(60), &[]);
        check(|c| c.minority = Some(61), &["minority-above-whole"]);
        check(|c| c.day = "2026-11-24".parse().unwrap(), &["future"]);
        check(|c| (c.day, c.estimated) = ("2026-12-10".parse().unwrap(), true), &[]);
        check(|c| c.day = "2024-11-22".parse().unwrap(), &["long-ago"]);
        check(|c| c.cost = 500, &["cost-in-thousands"]);
        check(|c| c.cost = 500_000, &[]);
        check(|c| c.cost = 70_000_000, &["cost-per-head"]);
        check(|c| c.cost = 500_000_000, &["cost-high", "cost-per-head"]);
        check(|c| (c.cost, c.attendances, c.women) = (500_000, 0, None), &[]);
        check(|c| c.copies = 5001, &["copies"]);
    }

    #[test]
    fn a_question_speaks_of_the_figure() {
        let asked = ask(&content(|c| c.attendances = 1825), "2026-11-23".parse().unwrap());
        let text = asked.iter().map(|a| a.text(Lang::Vi)).collect::<Vec<_>>();
        assert_eq!(text, ["1.825 người một cuộc? Nếu là buổi phát loa, chọn hình thức Truyền thanh."]);
    }

    /// What the file says must mean something: methods exist, measures exist, each question has one test.
    #[test]
    fn the_file_of_questions_is_sound() {
        let known = content(|c| (c.women, c.minority) = (Some(1), Some(1)));
        for q in QUESTIONS.iter() {
            for method in &q.methods {
                assert!(reference::find_method(method).is_some(), "{}: method {method}", q.code);
            }
            let name = q.measure.as_ref().unwrap_or(&q.field);
            if !q.future && q.older.is_none() {
                assert!(measure(&known, name).is_some(), "{}: measure {name}", q.code);
            }
            let tests =
                [q.above.is_some(), q.below.is_some(), q.than.is_some(), q.per_head.is_some(), q.future];
            let tests = tests.into_iter().filter(|t| *t).count() + usize::from(q.older.is_some());
            assert_eq!(tests, 1, "{}", q.code);
            assert!(QUESTIONS.iter().filter(|other| other.code == q.code).count() == 1, "{} twice", q.code);
        }
    }
}
