//! The one place where SQL text is put together: aggregates and lists over a declared relation. Names come
//! from the relation's declaration, values are bound; nothing a person typed becomes text of a statement.

use std::fmt::Write as _;

use crate::{Query, Value};

/// A named relation that may be asked: a table, or a SELECT in parentheses.
#[derive(Debug)]
pub struct Relation {
    pub name: &'static str,
    pub from: &'static str,
    pub columns: &'static [Columns],
}

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// Identifies or orders rows; may be filtered, grouped and listed.
    Key(&'static str),
    /// May be filtered, grouped and listed.
    Dimension(&'static str),
    /// A whole number; may be summed, filtered and listed.
    Measure(&'static str),
}
impl Columns {
    pub fn name(self) -> &'static str {
        match self {
            Columns::Key(n) | Columns::Dimension(n) | Columns::Measure(n) => n,
        }
    }
}

impl Relation {
    /// The declared column of that name.
    pub fn column(&self, name: &str) -> Option<Columns> {
        self.columns.iter().copied().find(|c| c.name() == name)
    }
}

/// A condition on one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    pub column: &'static str,
    pub test: Test,
}
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    Is(Value),
    IsNot(Value),
    In(Vec<Value>),
    AtLeast(Value),
    AtMost(Value),
    Below(Value),
    /// The text stands somewhere in the column, which holds folded text (`viet::fold`), as the text must be.
    Contains(String),
}

impl Filter {
    pub fn is(column: &'static str, value: impl crate::ToValue) -> Filter {
        Filter { column, test: Test::Is(value.to_value()) }
    }
    pub fn any_of<V: crate::ToValue>(column: &'static str, values: impl IntoIterator<Item = V>) -> Filter {
        Filter { column, test: Test::In(values.into_iter().map(|v| v.to_value()).collect()) }
    }
    /// Of a column that holds folded text: the folded text stands somewhere in it.
    pub fn contains(column: &'static str, folded: &str) -> Filter {
        Filter { column, test: Test::Contains(folded.to_owned()) }
    }
    pub fn at_least(column: &'static str, value: impl crate::ToValue) -> Filter {
        Filter { column, test: Test::AtLeast(value.to_value()) }
    }
    pub fn below(column: &'static str, value: impl crate::ToValue) -> Filter {
        Filter { column, test: Test::Below(value.to_value()) }
    }
    pub fn at_most(column: &'static str, value: impl crate::ToValue) -> Filter {
        Filter { column, test: Test::AtMost(value.to_value()) }
    }
}

/// An aggregate: the sum of a measure, or the number of rows, over the rows that pass its own filters.
#[derive(Debug, Clone)]
struct Aggregate {
    measure: Option<&'static str>,
    filters: Vec<Filter>,
}

/// A query over one relation. Either aggregates (by dimensions) or a list of columns.
#[derive(Debug, Clone)]
pub struct Select {
    relation: &'static Relation,
    by: Vec<&'static str>,
    aggregates: Vec<Aggregate>,
    list: Vec<&'static str>,
    filters: Vec<Filter>,
    order: Vec<(&'static str, bool)>,
    after: Vec<Value>,
    limit: Option<i64>,
}

impl Select {
    pub fn from(relation: &'static Relation) -> Select {
        Select {
            relation,
            by: vec![],
            aggregates: vec![],
            list: vec![],
            filters: vec![],
            order: vec![],
            after: vec![],
            limit: None,
        }
    }
    /// Groups by a key or dimension; its column comes before the aggregates, in the order of the calls.
    pub fn by(mut self, column: &str) -> Select {
        self.by.push(self.known(column));
        self
    }
    pub fn count(self, filters: Vec<Filter>) -> Select {
        self.aggregate(None, filters)
    }
    pub fn sum(self, measure: &str, filters: Vec<Filter>) -> Select {
        let measure = self.known(measure);
        self.aggregate(Some(measure), filters)
    }
    fn aggregate(mut self, measure: Option<&'static str>, filters: Vec<Filter>) -> Select {
        self.aggregates.push(Aggregate { measure, filters });
        self
    }
    /// Lists a column; rows come by `order`.
    pub fn list(mut self, column: &str) -> Select {
        self.list.push(self.known(column));
        self
    }
    pub fn filter(mut self, filter: Filter) -> Select {
        self.filters.push(filter);
        self
    }
    pub fn order(mut self, column: &str, descending: bool) -> Select {
        self.order.push((self.known(column), descending));
        self
    }
    /// Keyset paging: only rows after the one whose ordered columns hold these values.
    pub fn after(mut self, values: Vec<Value>) -> Select {
        self.after = values;
        self
    }
    pub fn limit(mut self, rows: i64) -> Select {
        self.limit = Some(rows);
        self
    }

    /// The declared column; asking for another is a mistake of the program, met by its first test.
    fn known(&self, column: &str) -> &'static str {
        match self.relation.column(column) {
            Some(c) => c.name(),
            None => panic!("relation {} has no column {column}", self.relation.name),
        }
    }

    /// The query: group columns or listed columns first, then the aggregates as BIGINT, in order of calls.
    pub fn query(&self) -> Query {
        let mut text = String::from("SELECT ");
        let mut values = Vec::new();
        for (i, column) in self.by.iter().chain(&self.list).enumerate() {
            text.push_str(if i > 0 { ", " } else { "" });
            text.push_str(column);
        }
        for (i, a) in self.aggregates.iter().enumerate() {
            if i > 0 || !self.by.is_empty() || !self.list.is_empty() {
                text.push_str(", ");
            }
            let measure = a.measure.unwrap_or("1");
            text.push_str("CAST(COALESCE(SUM(");
            if a.filters.is_empty() {
                text.push_str(measure);
            } else {
                text.push_str("CASE WHEN ");
                self.conditions(&a.filters, &mut text, &mut values);
                let _ = write!(text, " THEN {measure} ELSE 0 END");
            }
            let _ = write!(text, "), 0) AS BIGINT) AS a{i}");
        }
        let _ = write!(text, " FROM {} AS r", self.relation.from);
        let paged = !self.after.is_empty() && self.after.len() == self.order.len();
        if !self.filters.is_empty() || paged {
            text.push_str(" WHERE ");
            self.conditions(&self.filters, &mut text, &mut values);
            if paged {
                text.push_str(if self.filters.is_empty() { "(" } else { " AND (" });
                self.keyset(&mut text, &mut values);
                text.push(')');
            }
        }
        if !self.by.is_empty() {
            let _ = write!(text, " GROUP BY {}", self.by.join(", "));
        }
        for (i, (column, descending)) in self.order.iter().enumerate() {
            text.push_str(if i == 0 { " ORDER BY " } else { ", " });
            let _ = write!(text, "{column} {}", if *descending { "DESC" } else { "ASC" });
        }
        if let Some(limit) = self.limit {
            values.push(Value::Int(Some(limit)));
            let _ = write!(text, " LIMIT ${}", values.len());
        }
        Query { text: text.into(), statement: None, values }
    }

    fn conditions(&self, filters: &[Filter], text: &mut String, values: &mut Vec<Value>) {
        for (i, f) in filters.iter().enumerate() {
            let column = self.known(f.column);
            text.push_str(if i > 0 { " AND " } else { "" });
            let (operator, value) = match &f.test {
                Test::Is(v) => ("=", v),
                Test::IsNot(v) => ("<>", v),
                Test::AtLeast(v) => (">=", v),
                Test::AtMost(v) => ("<=", v),
                Test::Below(v) => ("<", v),
                Test::Contains(part) => {
                    let mut pattern = String::from("%");
                    for c in part.chars() {
                        if matches!(c, '%' | '_' | '!') {
                            pattern.push('!');
                        }
                        pattern.push(c);
                    }
                    pattern.push('%');
                    values.push(Value::Text(Some(pattern)));
                    let _ = write!(text, "{column} LIKE ${} ESCAPE '!'", values.len());
                    continue;
                }
                Test::In(all) => {
                    // An empty list holds nothing.
                    if all.is_empty() {
                        text.push_str("1 = 0");
                        continue;
                    }
                    let _ = write!(text, "{column} IN (");
                    for (j, v) in all.iter().enumerate() {
                        values.push(v.clone());
                        let _ = write!(text, "{}${}", if j > 0 { "," } else { "" }, values.len());
                    }
                    text.push(')');
                    continue;
                }
            };
            values.push(value.clone());
            let _ = write!(text, "{column} {operator} ${}", values.len());
        }
    }

    /// `(a, b)` after `(x, y)` with a direction each, spelled out: a > x OR (a = x AND b > y).
    fn keyset(&self, text: &mut String, values: &mut Vec<Value>) {
        for level in 0..self.order.len() {
            text.push_str(if level > 0 { " OR (" } else { "(" });
            for (i, ((column, descending), value)) in
                self.order.iter().zip(&self.after).take(level + 1).enumerate()
            {
                let operator = match (i == level, descending) {
                    (false, _) => "=",
                    (true, true) => "<",
                    (true, false) => ">",
                };
                values.push(value.clone());
                let _ =
                    write!(text, "{}{column} {operator} ${}", if i > 0 { " AND " } else { "" }, values.len());
            }
            text.push(')');
        }
    }
}

/// Every shape the composer allows on a relation, each column once in each place it may stand: tests prepare
/// them all on both engines.
pub fn shapes(relation: &'static Relation) -> Vec<Query> {
    let sample = |_: &str| Value::Text(None);
    let mut shapes = Vec::new();
    for column in relation.columns {
        let name = column.name();
        let base = Select::from(relation);
        shapes.push(base.clone().list(name).order(name, false).limit(1).query());
        for test in [Test::AtLeast(sample(name)), Test::In(vec![sample(name), sample(name)])] {
            shapes.push(base.clone().count(vec![Filter { column: name, test }]).query());
        }
        match column {
            Columns::Key(_) | Columns::Dimension(_) => {
                for measure in relation.columns.iter().filter(|c| matches!(c, Columns::Measure(_))) {
                    shapes.push(base.clone().by(name).sum(measure.name(), vec![]).query());
                }
                shapes.push(base.clone().by(name).count(vec![]).query());
                shapes.push(base.list(name).order(name, true).after(vec![sample(name)]).limit(1).query());
            }
            Columns::Measure(_) => shapes.push(base.sum(name, vec![]).query()),
        }
    }
    shapes
}

impl Query {
    /// The text as it goes to the engine.
    pub fn sent_text(&self, engine: crate::Engine) -> String {
        self.text(engine).into_owned()
    }
}
