//! A paper from its template, the numbers and what the officer wrote.
//!
//! The document kept and shown has addresses of this site in its numbers ("/so-lieu/dong?…"); only what is
//! printed names the site itself ([`super::print`]). Papers are in Vietnamese whoever reads them.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;
use press::{Align, Appendix, Block, Column, Document, Row, Run, Signature, Table as Grid, Weight};
use store::{Id, RecordId};

use super::evidence;
use super::open::{self, ABSENT, Open, absent};
use super::report::{self, Report, State, Text};
use super::stated::{self, SOURCE, Sums, figure_path};
use super::template::{self, Agency, Piece, StatedFigures, Template, find_template, pieces};
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::numbers::checks::{self, Change, Finding, Material};
use crate::features::numbers::{
    By, Figure, Flag, Frozen, Ground, Indicator, NO_LAW, Override, Period, Place, Question, Rate, RowKey,
    Settled, Table, as_frozen, estimate_path, find_stated, flags, frozen_figures, get_freeze, indicators,
    list_overrides, mark, of_several_laws, period_text, read, read_on, row_text, rows_path,
};
use crate::features::orgs::{Tree, bare_name, in_sentence};
use crate::i18n::Lang;
use crate::page::date_text;

/// What the numbers say, read once for a whole paper.
pub struct Numbers {
    pub question: Question,
    pub last: Question,
    pub all: Vec<&'static Indicator>,
    pub by_unit: Table,
    pub by_month: Table,
    pub by_law: Table,
    pub by_audience: Table,
    /// Those of a year earlier, by unit.
    pub last_by_unit: Table,
    overrides: Vec<Override>,
    last_overrides: Vec<Override>,
    /// What the unit reported a year earlier of the same units: that is what this year is compared with.
    last_issued: Option<(RecordId, Question, Vec<Frozen>)>,
}

impl Numbers {
    pub async fn read(app: &App, question: &Question) -> Result<Numbers> {
        let all = indicators(question.period.from, question.period.to);
        let ground = Ground::of(app, question).await?;
        let split = async |by| read_on(app, &Question { by, ..question.clone() }, &all, &ground).await;
        let last = Question { period: question.period.year_before(), ..question.clone() };
        let last_ground = Ground::of(app, &last).await?;
        Ok(Numbers {
            by_unit: split(By::Unit).await?,
            by_month: split(By::Month).await?,
            by_law: split(By::Law).await?,
            by_audience: split(By::Audience).await?,
            last_by_unit: read_on(app, &Question { by: By::Unit, ..last.clone() }, &all, &last_ground)
                .await?,
            overrides: list_overrides(&app.db, question.unit, question.period).await?,
            last_overrides: list_overrides(&app.db, question.unit, last.period).await?,
            last_issued: last_issued(app, &last).await?,
            question: question.clone(),
            last,
            all,
        })
    }
    /// Only the figures of the whole unit: what stands beside a frozen paper needs no more.
    pub async fn read_whole(app: &App, question: &Question) -> Result<Numbers> {
        let all = indicators(question.period.from, question.period.to);
        let last = Question { period: question.period.year_before(), ..question.clone() };
        let empty = || Table { rows: vec![], total: vec![] };
        Ok(Numbers {
            by_unit: read(app, question, &all).await?,
            by_month: empty(),
            by_law: empty(),
            by_audience: empty(),
            last_by_unit: read(app, &last, &all).await?,
            overrides: list_overrides(&app.db, question.unit, question.period).await?,
            last_overrides: list_overrides(&app.db, question.unit, last.period).await?,
            last_issued: last_issued(app, &last).await?,
            question: question.clone(),
            last,
            all,
        })
    }
    pub fn index(&self, code: &str) -> Option<usize> {
        self.all.iter().position(|i| i.code == code)
    }
    /// The computed figure of the whole unit.
    pub fn figure(&self, code: &str) -> Figure {
        self.index(code).and_then(|i| self.by_unit.total.get(i)).copied().unwrap_or_default()
    }
    pub fn last_figure(&self, code: &str) -> Figure {
        if let Some(frozen) = self.last_frozen(code) {
            return frozen.figure();
        }
        self.index(code).and_then(|i| self.last_by_unit.total.get(i)).copied().unwrap_or_default()
    }
    /// The figure as reported: what a person stated, or else what was computed.
    pub fn reported(&self, code: &str) -> i64 {
        stated(&self.overrides, code).unwrap_or_else(|| self.figure(code).total())
    }
    pub fn last_reported(&self, code: &str) -> i64 {
        if let Some(frozen) = self.last_frozen(code) {
            return frozen.reported();
        }
        stated(&self.last_overrides, code).unwrap_or_else(|| self.last_figure(code).total())
    }
    fn last_frozen(&self, code: &str) -> Option<&Frozen> {
        self.last_issued.as_ref()?.2.iter().find(|f| f.indicator == code)
    }
    /// The rows behind the figure of a year earlier.
    pub fn last_rows(&self, code: &str) -> String {
        match &self.last_issued {
            Some((freeze, question, figures)) if figures.iter().any(|f| f.indicator == code) => {
                as_frozen(&rows_path(question, Date::MIN, code, None), *freeze)
            }
            _ => rows_path(&self.last, Date::MIN, code, None),
        }
    }
    /// The figure of a year earlier, which leads to its rows.
    fn last_number(&self, code: &str) -> Run {
        Run::Number {
            mark: mark(&self.last, code, None),
            text: viet::format_int(self.last_reported(code)),
            href: Some(self.last_rows(code)),
        }
    }
    /// The estimated part of a figure; what a person stated as a whole has none.
    pub fn estimate(&self, code: &str) -> i64 {
        stated(&self.overrides, code).map_or_else(|| self.figure(code).estimate, |_| 0)
    }
    /// Whether all readings saw the same rows: another save may have come between two of them.
    pub fn agree(&self, frozen: impl Fn(&str) -> Option<Figure>) -> bool {
        let total = &self.by_unit.total;
        [&self.by_month, &self.by_law, &self.by_audience].iter().all(|t| &t.total == total)
            && self.all.iter().zip(total).all(|(i, f)| frozen(&i.code) == Some(*f))
    }
}

/// The figures of the issued report of a period, unless units have come or gone since.
async fn last_issued(app: &App, last: &Question) -> Result<Option<(RecordId, Question, Vec<Frozen>)>> {
    let Some(report) = report::find_of(&app.db, last.unit, last.period).await? else { return Ok(None) };
    let report = report::get(&app.db, report).await?;
    let Some(freeze) = report.freeze.filter(|_| report.state == State::Issued) else { return Ok(None) };
    let question = get_freeze(&app.db, freeze).await?.question()?;
    if Ground::of(app, &question).await?.members(None) != Ground::of(app, last).await?.members(None) {
        return Ok(None);
    }
    Ok(Some((freeze, question, frozen_figures(&app.db, freeze).await?)))
}

fn stated(overrides: &[Override], code: &str) -> Option<i64> {
    overrides.iter().find(|o| o.indicator == code).map(|o| o.stated)
}

/// A block that the officer writes, as it stands in the paper.
pub struct Written {
    pub key: &'static str,
    pub label_vi: &'static str,
    pub label_en: &'static str,
    pub prompt_vi: &'static str,
    pub prompt_en: &'static str,
    /// May be stated as absent; the reason, when it is.
    pub may_be_absent: bool,
    pub reason: Option<String>,
    /// The text, its version (0: still as proposed), and where its blocks stand.
    pub text: String,
    pub version: i64,
    pub blocks: Range<usize>,
    /// Counts the changes of the reason too.
    pub whole: i64,
}

/// Figures stated by hand, or the reason why there are none.
pub struct StatedBlock {
    pub block: StatedFigures,
    pub label_vi: &'static str,
    pub label_en: &'static str,
    pub may_be_absent: bool,
    pub reason: Option<String>,
    pub figures: Vec<Stated>,
    /// Where they come from, or why they are another than the sum.
    pub source: String,
    /// What the units below had stated of them.
    pub sums: Sums,
    /// Counts the changes of all this.
    pub version: i64,
}

impl StatedBlock {
    /// The units whose reports are counted and no longer stand.
    pub fn withdrawn(&self) -> Vec<Id> {
        if self.reason.is_some() || self.figures.iter().all(|f| f.text.is_empty()) {
            return vec![];
        }
        let counted = self.sums.parts.iter().filter(|p| !p.figures.is_empty());
        counted.filter(|p| p.state != State::Issued).map(|p| p.unit).collect()
    }
}

/// A figure stated by hand.
pub struct Stated {
    pub code: &'static str,
    pub text: String,
}

pub struct Paper {
    pub document: Document,
    pub written: Vec<Written>,
    pub stated: Vec<StatedBlock>,
    /// What has to be looked at, written or stated as absent before it may be frozen.
    pub open: Vec<Open>,
    pub findings: Vec<Finding>,
    /// Figures to look at again: its own and those of the units below, with how each is settled.
    pub flags: Vec<Flag>,
    /// Units below that recorded nothing in the period.
    pub silent: Vec<Id>,
    pub numbers: Numbers,
}

/// The template of a report.
pub fn template_of(report: &Report) -> Result<&'static Template> {
    find_template(&report.template, report.period.from).ok_or(Error::NotFound)
}

/// Composes a paper as everything stands now.
pub async fn compose(app: &App, report: &Report, texts: &BTreeMap<String, Text>) -> Result<Paper> {
    let template = template_of(report)?;
    let numbers = Numbers::read(app, &report.question()).await?;
    let mut words = Words::of(app, report, template).await?;
    let silent = evidence::silent(&numbers, &words.tree, &template.appendix.levels);
    let undone = evidence::Undone::read(app, &numbers, &words.tree, &silent).await?;
    let limits = undone.limits(&numbers);
    words.names.extend(undone.names());
    let material = material(app, &numbers, &numbers.by_unit.total, texts).await?;
    let tables = (&numbers.by_unit, &numbers.last_by_unit);
    let flags = flags(app, &numbers.question, &numbers.all, &material, tables).await?;
    let otherwise = reported_otherwise(app, &numbers, &words.tree, template).await?;
    let mut writer = Writer {
        app,
        report,
        otherwise,
        flags: &flags,
        words: &words,
        numbers: &numbers,
        no_last: &template.no_last,
        texts,
        blocks: vec![],
        written: vec![],
        stated: vec![],
    };
    for block in &template.block {
        writer.add(block, &limits).await?;
    }
    let appendix = writer.appendix(template).await?;
    let Writer { blocks, written, stated, .. } = writer;
    let Agency { parent, agency, symbol, addressed_to, recipients, .. } = words.agency;
    let authority = words.agency.office(None).map(|o| o.authority.as_slice()).unwrap_or_default();
    let said = |text: &String| words.fill(text);
    let document = Document {
        parent_agency: parent.as_ref().map(said),
        agency: said(agency),
        symbol: format!("{}-{symbol}", template.kind_code),
        place: words.place.clone(),
        kind: template.kind.clone(),
        about: said(&template.about),
        addressed_to: addressed_to.iter().map(said).collect(),
        blocks,
        signature: Signature { authority: authority.iter().map(said).collect(), name: None },
        recipients: recipients.iter().map(said).collect(),
        appendices: vec![appendix],
        ..Document::default()
    };
    let (findings, open) = (checks::run(&material), open::open(template, texts));
    Ok(Paper { findings, flags, document, written, stated, open, silent, numbers })
}

/// What the rules look at in a paper: its figures, those of the whole unit given, and what was written into it
/// beside what was written a year earlier. The template's own sentences are the same every year, so they are not
/// looked at.
pub async fn material(
    app: &App,
    numbers: &Numbers,
    now: &[Figure],
    texts: &BTreeMap<String, Text>,
) -> Result<Material> {
    let Numbers { question, all, last_by_unit, .. } = numbers;
    let mut material = checks::gather(app, question, all, now, &last_by_unit.total).await?;
    for (key, text) in texts {
        match key.strip_prefix(FIGURE) {
            // A rate that an older release let people type is computed by now.
            Some(code) if !text.content.is_empty() && find_stated(code).is_some_and(|s| s.rate.is_none()) => {
                material.printed.insert(code.to_owned(), text.content.clone());
            }
            Some(_) => {}
            // A reason is printed in a sentence of the template's; what is absent prints nothing else.
            None if !is_written(key) || absent(texts, key).is_some() => {}
            None => material.sentences.extend(sentences(&text.content)),
        }
    }
    if let Some(before) = report::find_of(&app.db, question.unit, numbers.last.period).await? {
        let texts = report::texts(&app.db, before).await?;
        let written = texts.values().filter(|t| is_written(&t.key));
        material.sentences_before = written.flat_map(|t| sentences(&t.content)).collect();
    }
    Ok(material)
}

/// Whether a text is a block of sentences.
fn is_written(key: &str) -> bool {
    ![FIGURE, ABSENT, SOURCE].iter().any(|other| key.starts_with(other))
}

/// A full stop ends a sentence before a space; one between digits belongs to a number.
fn sentences(text: &str) -> Vec<String> {
    let pieces = text.split([';', '\n']).flat_map(|line| line.split(". "));
    let pieces = pieces.map(|s| s.trim().trim_end_matches('.'));
    pieces.filter(|s| !s.is_empty()).map(str::to_owned).collect()
}

/// The words that a template's names stand for.
struct Words {
    agency: &'static Agency,
    tree: std::sync::Arc<Tree>,
    place: String,
    names: BTreeMap<&'static str, String>,
}

impl Words {
    async fn of(app: &App, report: &Report, template: &'static Template) -> Result<Words> {
        // The names of the day on which the paper is written, or of the unit's last day.
        let tree = app.trees.on(&app.db, app.today()).await?;
        let name = app.trees.name(&app.db, report.unit).await?;
        let unit = tree.get(report.unit);
        let level = unit.map_or("commune", |u| u.level.as_str());
        let agency = template.agency(level).ok_or(Error::NotFound)?;
        let line = tree.line(report.unit);
        let province = line.iter().filter_map(|u| tree.get(*u)).find(|u| u.level == "province");
        let period = |p: Period| period_text(&app.words, Lang::Vi, p);
        let mut names = BTreeMap::from([
            ("unit", name.clone()),
            ("in-unit", in_sentence(&name)),
            ("period", period(report.period)),
            ("last-period", period(report.period.year_before())),
            ("next-period", next_period(report.period).map_or("thời gian tới".into(), period)),
            ("province", province.map(|p| in_sentence(&p.name)).unwrap_or_default()),
        ]);
        let agency_name = fill(&names, &agency.name);
        names.insert("agency-name", agency_name);
        Ok(Words { agency, place: bare_name(&name).to_owned(), names, tree })
    }
    /// A text without figures.
    fn fill(&self, text: &str) -> String {
        fill(&self.names, text)
    }
}

fn fill(names: &BTreeMap<&'static str, String>, text: &str) -> String {
    let filled = pieces(text).into_iter().map(|p| match p {
        Piece::Words(words) => words,
        Piece::Name(name) => names.get(name).map_or(name, String::as_str),
    });
    filled.collect()
}

/// The period after.
fn next_period(period: Period) -> Option<Period> {
    let year = period.from.year();
    if period == Period::year(year) {
        Some(Period::year(year + 1))
    } else if period == Period::half(year, 1) {
        Some(Period::half(year, 2))
    } else if period == Period::half(year, 2) {
        Some(Period::half(year + 1, 1))
    } else {
        None
    }
}

struct Writer<'a> {
    app: &'a App,
    report: &'a Report,
    /// Where a unit below has reported otherwise than is summed here.
    otherwise: Vec<Vec<Run>>,
    words: &'a Words,
    numbers: &'a Numbers,
    no_last: &'a str,
    flags: &'a [Flag],
    texts: &'a BTreeMap<String, Text>,
    blocks: Vec<Block>,
    written: Vec<Written>,
    stated: Vec<StatedBlock>,
}

impl Writer<'_> {
    async fn add(&mut self, block: &'static template::Block, limits: &str) -> Result<()> {
        use template::Block as B;
        match block {
            B::Heading { heading, level, text } => {
                let text = self.words.fill(text);
                let (number, text) = match level {
                    1 => (format!("{heading}."), text.to_uppercase()),
                    _ => (format!("{heading}."), text),
                };
                self.blocks.push(Block::Heading { level: *level, number: Some(number), text });
            }
            B::Text { text } => {
                let runs = self.template_runs(text);
                self.blocks.push(Block::Paragraph(runs));
            }
            B::List { list } => {
                let items = list.iter().map(|text| self.template_runs(text)).collect();
                self.blocks.push(Block::List(items));
            }
            B::Written { written, label_vi, label_en, prompt_vi, prompt_en, prefill, absent: nothing } => {
                let kept = self.texts.get(written);
                let text = match kept {
                    Some(kept) => kept.content.clone(),
                    None => match prefill.as_str() {
                        "evidence:strengths" => evidence::strengths(self.numbers),
                        "evidence:limits" => limits.to_owned(),
                        text => text.to_owned(),
                    },
                };
                let reason = absent(self.texts, written);
                let from = self.blocks.len();
                match nothing.as_ref().zip(reason) {
                    Some((nothing, reason)) => self.blocks.push(said_absent(nothing, reason)),
                    None => self.blocks.extend(self.paragraphs(&text)),
                }
                self.written.push(Written {
                    key: written,
                    label_vi,
                    label_en,
                    prompt_vi,
                    prompt_en,
                    may_be_absent: nothing.is_some(),
                    reason: reason.map(str::to_owned),
                    text,
                    version: kept.map_or(0, |k| k.version),
                    blocks: from..self.blocks.len(),
                    whole: open::version_of(self.texts, written, &[]),
                });
            }
            B::Stated {
                stated: key,
                label_vi,
                label_en,
                figures: codes,
                text,
                open: gap,
                absent: nothing,
            } => {
                let figure = |code: &'static String| {
                    let kept = self.texts.get(&figure_key(code));
                    Stated { code, text: kept.map(|k| k.content.clone()).unwrap_or_default() }
                };
                let figures: Vec<Stated> = codes.iter().map(figure).collect();
                let reason = absent(self.texts, key);
                let source = self.texts.get(&stated::source_key(key)).map(|t| t.content.clone());
                let block = StatedFigures { key, figures: codes };
                let sums = stated::summed(self.app, self.report, &block).await?;
                let said = match nothing.as_ref().zip(reason) {
                    Some((nothing, reason)) => said_absent(nothing, reason),
                    // Half of them would leave gaps in the sentence.
                    None if figures.iter().any(|f| f.text.is_empty()) => {
                        Block::Paragraph(vec![Run::italic(gap)])
                    }
                    None => Block::Paragraph(self.template_runs(text)),
                };
                self.blocks.push(said);
                self.stated.push(StatedBlock {
                    block,
                    label_vi,
                    label_en,
                    may_be_absent: nothing.is_some(),
                    reason: reason.map(str::to_owned),
                    figures,
                    source: source.unwrap_or_default(),
                    sums,
                    version: open::version_of(self.texts, key, codes),
                });
            }
            B::Table { table, caption, indicators, note, note_of } => {
                let by = By::from_code(table).ok_or(Error::NotFound)?;
                let split = match by {
                    By::Law => &self.numbers.by_law,
                    _ => &self.numbers.by_audience,
                };
                // The largest first; what has nothing in these columns says nothing.
                let columns: Vec<usize> = indicators.iter().filter_map(|c| self.numbers.index(c)).collect();
                let mut rows: Vec<&(RowKey, Vec<Figure>)> = split
                    .rows
                    .iter()
                    .filter(|(_, f)| columns.iter().any(|i| f.get(*i).is_some_and(|f| f.rows > 0)))
                    .collect();
                let is_none = |key: &RowKey| by == By::Law && key.value.as_deref() == Some(NO_LAW);
                if rows.iter().all(|(key, _)| is_none(key)) {
                    return Ok(());
                }
                let first = columns.first().copied().unwrap_or(0);
                rows.sort_by_key(|(key, f)| {
                    (is_none(key), std::cmp::Reverse(f.get(first).map(|f| f.total())), key.clone())
                });
                let question = Question { by, ..self.numbers.question.clone() };
                let corner = if by == By::Law { "Văn bản" } else { "Đối tượng" };
                let (caption, total) = (Some(self.words.fill(caption)), Some(split.total.as_slice()));
                let grid = self.grid(corner, caption, &question, &columns, &rows, total).await?;
                self.blocks.push(Block::Table(grid));
                if let (By::Law, Some(indicator)) = (by, self.numbers.all.get(first)) {
                    let several = of_several_laws(self.app, &self.numbers.question, indicator).await?.total();
                    if several > 0 {
                        let several = viet::format_int(several);
                        self.blocks.push(Block::Paragraph(vec![Run::italic(format!(
                            "Có {several} cuộc gắn từ hai văn bản trở lên, được tính ở mỗi văn bản; vì vậy cộng các \
                             dòng lớn hơn tổng số."
                        ))]));
                    }
                }
                let stands = |row: &String| rows.iter().any(|(key, _)| key.value.as_ref() == Some(row));
                if let Some(note) = note.as_ref().filter(|_| note_of.as_ref().is_none_or(stands)) {
                    let runs = self.template_runs(note);
                    if !runs.is_empty() {
                        self.blocks.push(Block::Paragraph(runs));
                    }
                }
            }
        }
        Ok(())
    }

    /// A sentence of the template: what stands in `[[ ]]` is said only when a figure in it is not zero.
    fn template_runs(&self, text: &str) -> Vec<Run> {
        let mut runs = Vec::new();
        let mut rest = text;
        while let Some((before, (inside, after))) =
            rest.split_once("[[").and_then(|(before, rest)| Some((before, rest.split_once("]]")?)))
        {
            runs.extend(self.runs(before));
            let bound = |kind: &str| -> Vec<&str> {
                let named = pieces(inside).into_iter().filter_map(|p| match p {
                    Piece::Name(name) => {
                        name.split_once(':').filter(|(k, _)| *k == kind).map(|(_, code)| code)
                    }
                    Piece::Words(_) => None,
                });
                named.collect()
            };
            let (last, stated) = (bound("last"), bound("stated"));
            if stated.iter().any(|code| !self.stated_text(code).is_empty())
                || bound("now").iter().any(|code| self.numbers.reported(code) != 0)
                || last.iter().any(|code| self.numbers.last_reported(code) != 0)
                || bound("estimate").iter().any(|code| self.numbers.estimate(code) != 0)
            {
                runs.extend(self.runs(inside));
            } else if !last.is_empty() {
                runs.push(Run::text(self.no_last));
            }
            rest = after;
        }
        runs.extend(self.runs(rest));
        runs
    }

    /// A figure stated by hand, or a rate computed from two of them; nothing when there is none.
    fn stated_text(&self, code: &str) -> String {
        let typed = |code: &str| self.texts.get(&figure_key(code)).map_or("", |t| t.content.as_str());
        let Some(rate) = find_stated(code).and_then(|s| s.rate.as_ref()) else {
            return typed(code).to_owned();
        };
        rate_text(rate, typed)
    }
    /// The same, leading to where it comes from.
    fn stated_run(&self, code: &str) -> Run {
        match self.stated_text(code) {
            text if text.is_empty() => Run::text(""),
            text => Run::Number {
                mark: mark(&self.numbers.question, code, None),
                text,
                href: Some(figure_path(self.report.id, code)),
            },
        }
    }

    /// A sentence with its figures.
    fn runs(&self, text: &str) -> Vec<Run> {
        let n = self.numbers;
        let runs = pieces(text).into_iter().map(|piece| match piece {
            Piece::Words(words) => Run::text(words),
            Piece::Name(name) => match name.split_once(':') {
                Some(("last", code)) if n.index(code).is_some() => n.last_number(code),
                Some(("estimate", code)) if n.index(code).is_some() => {
                    estimated(&n.question, code, n.estimate(code))
                }
                Some(("now", code)) if n.index(code).is_some() => {
                    number(&n.question, code, None, n.reported(code))
                }
                Some(("stated", code)) => self.stated_run(code),
                Some(("change", code)) if n.index(code).is_some() => {
                    Run::text(evidence::change_text(n, code))
                }
                None if n.index(name).is_some() => number(&n.question, name, None, n.reported(name)),
                None if self.words.names.contains_key(name) => {
                    Run::text(self.words.names.get(name).cloned().unwrap_or_default())
                }
                // An officer's own braces.
                _ => Run::text(format!("{{{name}}}")),
            },
        });
        runs.collect()
    }

    /// What an officer wrote: a paragraph for each line, a list of the lines that begin with a dash.
    fn paragraphs(&self, text: &str) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
            match (line.strip_prefix(['-', '–', '•']), blocks.last_mut()) {
                (Some(item), Some(Block::List(items))) => items.push(self.runs(item.trim())),
                (Some(item), _) => blocks.push(Block::List(vec![self.runs(item.trim())])),
                (None, _) => blocks.push(Block::Paragraph(self.runs(line))),
            }
        }
        if blocks.is_empty() {
            blocks.push(Block::Paragraph(vec![Run::text("…")]));
        }
        blocks
    }

    /// A table of figures: a row for each key, a column for each indicator; `total` on top.
    async fn grid(
        &self,
        corner: &str,
        caption: Option<String>,
        question: &Question,
        columns: &[usize],
        rows: &[&(RowKey, Vec<Figure>)],
        total: Option<&[Figure]>,
    ) -> Result<Grid> {
        let shown: Vec<(usize, &'static Indicator)> =
            columns.iter().filter_map(|i| Some((*i, *self.numbers.all.get(*i)?))).collect();
        let cells = |question: &Question, figures: &[Figure], key: Option<&RowKey>| -> Vec<Vec<Run>> {
            let cell = |(at, indicator): &(usize, &'static Indicator)| {
                let figure = figures.get(*at).copied().unwrap_or_default();
                vec![number(question, &indicator.code, key, figure.total())]
            };
            shown.iter().map(cell).collect()
        };
        let mut heads = vec![Column { header: corner.to_owned(), width: 3.0, align: Align::Left }];
        // Thousands of millions, which money reaches, need more room than counts.
        let long = |at: usize| {
            total.and_then(|t| t.get(at)).is_some_and(|f| f.total().unsigned_abs() >= 1_000_000_000)
        };
        heads.extend(shown.iter().map(|(at, i)| Column {
            header: i.titled(Lang::Vi).into_owned(),
            width: if long(*at) { 2.2 } else { 1.6 },
            align: Align::Right,
        }));
        let mut grid = Grid { columns: heads, rows: vec![], caption };
        if let Some(total) = total {
            let whole = Question { by: By::Whole, ..question.clone() };
            let mut row = vec![vec![Run::text("Tổng số")]];
            row.extend(cells(&whole, total, None));
            grid.rows.push(Row { cells: row, weight: Weight::Total });
        }
        for (key, figures) in rows {
            let name = match key.place {
                // The names of units stand in the tree at hand: a province has a hundred of them.
                Some(Place::Under(unit)) => self.words.tree.get(unit).map(|u| u.name.clone()),
                _ => None,
            };
            let name = match name {
                Some(name) => name,
                None => row_text(self.app, Lang::Vi, question, key).await?,
            };
            let mut row = vec![vec![Run::text(capital(&name))]];
            row.extend(cells(question, figures, Some(key)));
            grid.rows.push(Row { cells: row, weight: Weight::Normal });
        }
        Ok(grid)
    }

    async fn appendix(&self, template: &Template) -> Result<Appendix> {
        let n = self.numbers;
        let a = &template.appendix;
        let mut blocks = vec![Block::Table(self.compared(template))];
        let columns = |codes: &[String]| -> Vec<usize> { codes.iter().filter_map(|c| n.index(c)).collect() };
        let question = Question { by: By::Month, ..n.question.clone() };
        let rows: Vec<_> = n.by_month.rows.iter().collect();
        let caption = Some("Theo tháng".to_owned());
        let total = Some(n.by_month.total.as_slice());
        let months = self.grid("Tháng", caption, &question, &columns(&a.by_month), &rows, total).await?;
        blocks.push(Block::Table(months));
        let level = |unit: Id| self.words.tree.get(unit).map(|u| u.level.as_str());
        let counts = |place: Option<Place>| match place {
            Some(Place::Under(unit)) => level(unit).is_none_or(|l| a.levels.iter().any(|x| x == l)),
            _ => false,
        };
        if n.by_unit.rows.iter().any(|(key, _)| counts(key.place)) {
            let question = Question { by: By::Unit, ..n.question.clone() };
            // Whoever is not of these levels has a row when there is something in it.
            let by_unit = columns(&a.by_unit);
            let shown = |(key, figures): &&(RowKey, Vec<Figure>)| {
                counts(key.place) || by_unit.iter().any(|at| figures.get(*at).is_some_and(|f| f.rows > 0))
            };
            let rows: Vec<_> = n.by_unit.rows.iter().filter(shown).collect();
            let caption = Some("Theo đơn vị".to_owned());
            let total = Some(n.by_unit.total.as_slice());
            let units = self.grid("Đơn vị", caption, &question, &by_unit, &rows, total).await?;
            blocks.push(Block::Table(units));
        }
        blocks.extend(self.notes());
        let title = format!("{}\n{}", a.title, self.words.fill(&a.name).to_uppercase());
        // Whose paper it belongs to; its number and date come when it is printed.
        let note = self.words.fill("{agency-name}");
        Ok(Appendix { title, note, landscape: false, blocks })
    }

    /// Every indicator, last year's figure beside this year's.
    fn compared(&self, template: &Template) -> Grid {
        let n = self.numbers;
        let period = |q: &Question| period_text(&self.app.words, Lang::Vi, q.period);
        let column = |header: String, width| Column { header, width, align: Align::Right };
        let row = |i: &&'static Indicator| {
            let (now, last) = (n.reported(&i.code), n.last_reported(&i.code));
            let change = match checks::change(&i.code, now, last, n.last_figure(&i.code).rows) {
                Change::Unknown => template.no_last.clone(),
                Change::Nothing => template.few_last.clone(),
                Change::Percent(percent) => viet::format_decimal(percent, 1),
            };
            Row {
                cells: vec![
                    vec![Run::text(i.titled(Lang::Vi).into_owned())],
                    vec![number(&n.question, &i.code, None, now)],
                    match last {
                        0 => vec![Run::text("–")],
                        _ => vec![n.last_number(&i.code)],
                    },
                    vec![Run::text(change)],
                ],
                weight: Weight::Normal,
            }
        };
        Grid {
            columns: vec![
                Column { header: "Chỉ tiêu".into(), width: 4.0, align: Align::Left },
                column(capital(&period(&n.question)), 1.5),
                column(capital(&period(&n.last)), 1.5),
                column("Tăng, giảm (%)".into(), 1.5),
            ],
            rows: n.all.iter().map(row).collect(),
            caption: Some("Các chỉ tiêu, so với cùng kỳ năm trước".into()),
        }
    }

    /// What is estimated, what a person stated in place of what was computed, what units below have reported otherwise,
    /// and which unusual figures stand with a reason.
    fn notes(&self) -> Vec<Block> {
        let n = self.numbers;
        let mut blocks = Vec::new();
        let mut runs = Vec::new();
        for indicator in n.all.iter().filter(|i| n.estimate(&i.code) != 0) {
            runs.push(Run::text(if runs.is_empty() { "Trong đó số ước tính: " } else { "; " }));
            runs.push(Run::text(format!("{} ", indicator.vi)));
            runs.push(estimated(&n.question, &indicator.code, n.estimate(&indicator.code)));
        }
        if !runs.is_empty() {
            runs.push(Run::text("."));
            blocks.push(Block::Paragraph(runs));
        }
        for (o, indicator) in n.overrides.iter().filter_map(|o| Some((o, n.all.get(n.index(&o.indicator)?)?)))
        {
            let [stated, computed] = [o.stated, o.computed].map(viet::format_int);
            blocks.push(Block::Paragraph(vec![Run::text(format!(
                "{}: đơn vị báo cáo {stated}, máy tính từ các dòng được {computed}. Lý do: {}",
                indicator.vi, o.reason
            ))]));
        }
        blocks.extend(self.stated.iter().filter_map(stated_note));
        if !self.otherwise.is_empty() {
            blocks.push(Block::Paragraph(vec![Run::text(
                "Đơn vị đã ban hành báo cáo với con số khác với con số được tính ở đây (ghi thêm, sửa hoặc rút sau khi \
                 chốt, hoặc đơn vị ghi đè):",
            )]));
            blocks.push(Block::List(self.otherwise.clone()));
        }
        let stands = |flag: &Flag| {
            let reason = match flag.settled.as_ref()? {
                Settled::Answered { reason, .. } => reason.trim().trim_end_matches('.').to_owned(),
                Settled::ByRows(rows) => format!("đã ghi tại {rows} dòng hoạt động"),
                Settled::Overridden => return None,
            };
            let name = self.words.tree.get(flag.unit).map_or("", |u| u.name.as_str());
            Some(vec![Run::text(format!("{name}: {} Lý do: {reason}.", flag.finding.vi))])
        };
        let standing: Vec<Vec<Run>> = self.flags.iter().filter_map(stands).collect();
        if !standing.is_empty() {
            blocks
                .push(Block::Paragraph(vec![Run::text("Con số khác thường đã được xem lại và giữ nguyên:")]));
            blocks.push(Block::List(standing));
        }
        blocks
    }
}

/// Where the figures of a block come from.
fn stated_note(block: &StatedBlock) -> Option<Block> {
    let is_whole = block.figures.iter().all(|f| !f.text.is_empty());
    if block.reason.is_some() || !is_whole {
        return None;
    }
    let otherwise = |f: &Stated| {
        let sum = block.sums.of(f.code).filter(|sum| viet::parse_int(&f.text) != Some(*sum))?;
        let name = find_stated(f.code)?.name(Lang::Vi);
        Some(format!("{name}: báo cáo {}, cộng được {}", f.text, viet::format_int(sum)))
    };
    let otherwise: Vec<String> = block.figures.iter().filter_map(otherwise).collect();
    let source = block.source.trim().trim_end_matches('.');
    let said = match (block.sums.stated(), source) {
        (0, "") => return None,
        (0, source) => format!("theo {source}."),
        (stated, _) => {
            let of = block.sums.units.len();
            let sum = format!("cộng từ báo cáo đã ban hành của {stated} trên {of} đơn vị trực thuộc");
            match otherwise.as_slice() {
                [] => format!("{sum}."),
                all => format!("{sum}; {}. Lý do: {source}.", all.join("; ")),
            }
        }
    };
    Some(Block::Paragraph(vec![Run::text(format!("{}: {said}", block.label_vi))]))
}

/// The units below whose own issued report of the period has other figures than this one sums for them.
async fn reported_otherwise(
    app: &App,
    numbers: &Numbers,
    tree: &Tree,
    template: &Template,
) -> Result<Vec<Vec<Run>>> {
    let mut otherwise = Vec::new();
    let reports = report::of_period(&app.db, numbers.question.period).await?;
    for (key, figures) in &numbers.by_unit.rows {
        let Some(Place::Under(unit)) = key.place else { continue };
        let Some((report, freeze)) =
            reports.iter().filter(|r| r.unit_id == unit).find_map(|r| Some((r, r.issued()?)))
        else {
            continue;
        };
        let frozen = frozen_figures(&app.db, freeze).await?;
        let differs = |code: &String| {
            let at = numbers.index(code)?;
            let reported = frozen.iter().find(|f| f.indicator == *code)?.reported();
            let here = figures.get(at).copied().unwrap_or_default().total();
            let name = numbers.all.get(at)?.titled(Lang::Vi);
            let [reported, here] = [reported, here].map(viet::format_int);
            (reported != here).then(|| format!("{name}: báo cáo {reported}, ở đây {here}"))
        };
        let differences: Vec<String> = template.appendix.by_unit.iter().filter_map(differs).collect();
        if differences.is_empty() {
            continue;
        }
        let (name, level) = tree.get(unit).map_or(("", ""), |u| (u.name.as_str(), u.level.as_str()));
        let symbol = template.agency(level).map(|a| format!("/{}-{}", template.kind_code, a.symbol));
        let symbol = symbol.unwrap_or_default();
        let number = report.number.as_deref().map(super::print::register_number).unwrap_or_default();
        let day = report.issued_on.map(|d| format!(" ngày {}", date_text(d))).unwrap_or_default();
        let differences = differences.join("; ");
        otherwise.push(vec![Run::text(format!("{name} (báo cáo số {number}{symbol}{day}): {differences}."))]);
    }
    Ok(otherwise)
}

/// Key of a figure stated by hand among the texts.
pub fn figure_key(code: &str) -> String {
    format!("{FIGURE}{code}")
}
const FIGURE: &str = "figure:";

/// A rate computed from two figures as they are typed; nothing when there is none.
pub fn rate_text<'a>(rate: &Rate, typed: impl Fn(&str) -> &'a str) -> String {
    match (viet::parse_int(typed(&rate.top)), viet::parse_int(typed(&rate.bottom))) {
        (Some(top), Some(bottom)) if bottom > 0 => {
            viet::format_decimal(top as f64 * 100.0 / bottom as f64, 2)
        }
        _ => String::new(),
    }
}

pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A figure that leads to its rows. The address names the day of the tree, never "today": a paper is read later.
fn number(question: &Question, code: &str, row: Option<&RowKey>, value: i64) -> Run {
    Run::Number {
        mark: mark(question, code, row),
        text: viet::format_int(value),
        href: Some(rows_path(question, Date::MIN, code, row)),
    }
}

/// The estimated part of a figure, which leads to the rows that are estimates.
fn estimated(question: &Question, code: &str, value: i64) -> Run {
    Run::Number {
        mark: format!("{} estimate", mark(question, code, None)),
        text: viet::format_int(value),
        href: Some(estimate_path(question, Date::MIN, code)),
    }
}

/// What the paper says of a block of which there is nothing.
fn said_absent(sentence: &str, reason: &str) -> Block {
    let reason = reason.trim().trim_end_matches('.');
    Block::Paragraph(vec![Run::text(sentence.replace("{reason}", reason))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_year_comes_a_year_and_after_a_half_a_half() {
        for (now, next) in
            [("2026", Some("2027")), ("2026-H1", Some("2026-H2")), ("2026-H2", Some("2027-H1"))]
        {
            assert_eq!(next_period(now.parse().unwrap()).map(|p| p.to_string()).as_deref(), next);
        }
        assert_eq!(next_period("2026-01-15..2026-03-31".parse().unwrap()), None);
    }
}
