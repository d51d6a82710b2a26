//! Units and successions as they come in files: two tables of comma-separated values. The program carries one
//! such source, all of Vietnam on 30/6/2025 and on 1/7/2025 (`vietnam.csv.zst`, made by `pack_units.sh`).

use std::collections::{HashMap, HashSet};

/// The snapshot a row belongs to: the last day of three levels of local government, or the first of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Era {
    Old,
    New,
}

impl Era {
    pub fn code(self) -> &'static str {
        match self {
            Era::Old => "to-2025-06-30",
            Era::New => "from-2025-07-01",
        }
    }
    fn from_code(code: &str) -> Option<Era> {
        [Era::Old, Era::New].into_iter().find(|e| e.code() == code)
    }
}

/// What a code belongs to: codes are reused by other levels and in the other era.
pub type Key = (Era, String, String);

#[derive(Debug, Clone, PartialEq)]
pub struct SourceUnit {
    pub era: Era,
    /// `province`, `district` or `commune`.
    pub level: String,
    pub code: String,
    pub kind: String,
    pub name: String,
    /// A unit of the same era; a province has none.
    pub parent: Option<(String, String)>,
    /// Degrees.
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    pub area_km2: Option<f64>,
}

impl SourceUnit {
    pub fn key(&self) -> Key {
        (self.era, self.level.clone(), self.code.clone())
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct SourceSuccession {
    /// A unit of the old era, by level and code.
    pub from: Key,
    /// A unit of the new era.
    pub to: Key,
    /// `whole`, `part-main` or `part`.
    pub share: String,
}

#[derive(Debug, Default, Clone)]
pub struct Source {
    pub units: Vec<SourceUnit>,
    pub successions: Vec<SourceSuccession>,
}

/// A row that could not be used; all others are.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// `units.csv` or `successions.csv`.
    pub table: &'static str,
    /// Counted from 1, the header included.
    pub line: u64,
    pub kind: ProblemKind,
    /// The value at fault.
    pub value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    #[error("the row cannot be read")]
    Row,
    #[error("the column is missing")]
    Column,
    #[error("the era is unknown")]
    Era,
    #[error("the level is unknown")]
    Level,
    #[error("the name is missing")]
    Name,
    #[error("the code is missing")]
    Code,
    #[error("the code stands twice in its level and era")]
    Repeated,
    #[error("the parent is not in the file")]
    Parent,
    #[error("not a number")]
    Number,
    #[error("the share is unknown")]
    Share,
    #[error("the unit is not in the file")]
    Unit,
}

impl ProblemKind {
    pub fn code(self) -> &'static str {
        match self {
            ProblemKind::Row => "row-unreadable",
            ProblemKind::Column => "column-missing",
            ProblemKind::Era => "era-unknown",
            ProblemKind::Level => "level-unknown",
            ProblemKind::Name => "name-missing",
            ProblemKind::Code => "code-missing",
            ProblemKind::Repeated => "code-repeated",
            ProblemKind::Parent => "parent-missing",
            ProblemKind::Number => "number-unreadable",
            ProblemKind::Share => "share-unknown",
            ProblemKind::Unit => "unit-missing",
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {} ({}): {:?}", self.table, self.line, self.kind, self.kind.code(), self.value)
    }
}

const UNITS: &str = "units.csv";
const SUCCESSIONS: &str = "successions.csv";
const LEVELS: [&str; 3] = ["province", "district", "commune"];

/// All of Vietnam as the program carries it.
pub fn vietnam() -> anyhow::Result<Source> {
    let bytes = zstd::decode_all(include_bytes!("vietnam.csv.zst").as_slice())?;
    let text = String::from_utf8(bytes)?;
    let (units, successions) = text.split_once("\n\n").ok_or_else(|| anyhow::anyhow!("one table only"))?;
    let (source, problems) = read(units, successions);
    anyhow::ensure!(problems.is_empty(), "the program's own units: {problems:?}");
    Ok(source)
}

/// Reads the two tables. `units`: era, code, level, kind, name, parent_code, lat, lon, area_km2;
/// `successions`: level, old_code, new_code, share; columns in any order.
pub fn read(units: &str, successions: &str) -> (Source, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut source = Source { units: read_units(units, &mut problems), successions: Vec::new() };
    let known: HashMap<Key, &str> = source.units.iter().map(|u| (u.key(), u.level.as_str())).collect();
    let mut table =
        Table::new(SUCCESSIONS, successions, &["level", "old_code", "new_code", "share"], &mut problems);
    while let Some((line, row)) = table.next(&mut problems) {
        let mut wrong = |kind, value: &str| {
            problems.push(Problem { table: SUCCESSIONS, line, kind, value: value.to_owned() });
        };
        let [level, old, new, share] = row.each_ref().map(String::as_str);
        let from = (Era::Old, level.to_owned(), old.to_owned());
        // An island district without communes became a special zone, which is of the communes' level.
        let to_level = if level == "province" { "province" } else { "commune" };
        let to = (Era::New, to_level.to_owned(), new.to_owned());
        if !["whole", "part-main", "part"].contains(&share) {
            wrong(ProblemKind::Share, share);
        } else if !known.contains_key(&from) {
            wrong(ProblemKind::Unit, old);
        } else if !known.contains_key(&to) {
            wrong(ProblemKind::Unit, new);
        } else {
            source.successions.push(SourceSuccession { from, to, share: share.to_owned() });
        }
    }
    (source, problems)
}

fn read_units(text: &str, problems: &mut Vec<Problem>) -> Vec<SourceUnit> {
    let columns = ["era", "level", "code", "kind", "name", "parent_code", "lat", "lon", "area_km2"];
    let mut table = Table::new(UNITS, text, &columns, problems);
    let mut units: Vec<(u64, SourceUnit, String)> = Vec::new();
    let mut seen: HashSet<Key> = HashSet::new();
    while let Some((line, row)) = table.next(problems) {
        let mut wrong = |kind, value: &str| {
            problems.push(Problem { table: UNITS, line, kind, value: value.to_owned() });
        };
        let [era, level, code, kind, name, parent, lat, lon, area] = row.each_ref().map(String::as_str);
        let Some(era) = Era::from_code(era) else {
            wrong(ProblemKind::Era, era);
            continue;
        };
        if !LEVELS.contains(&level) {
            wrong(ProblemKind::Level, level);
            continue;
        }
        if code.is_empty() {
            wrong(ProblemKind::Code, name);
            continue;
        }
        if name.is_empty() {
            wrong(ProblemKind::Name, code);
            continue;
        }
        if !seen.insert((era, level.to_owned(), code.to_owned())) {
            wrong(ProblemKind::Repeated, code);
            continue;
        }
        // A coordinate that cannot be read is a lesser loss than the unit.
        let mut number = |text: &str| match text.parse::<f64>() {
            Ok(n) if n.is_finite() => Some(n),
            _ => {
                if !text.is_empty() {
                    wrong(ProblemKind::Number, text);
                }
                None
            }
        };
        let unit = SourceUnit {
            era,
            level: level.to_owned(),
            code: code.to_owned(),
            kind: kind.to_owned(),
            name: viet::clean(name),
            parent: None,
            lat: number(lat),
            lon: number(lon),
            area_km2: number(area),
        };
        units.push((line, unit, parent.to_owned()));
    }
    // A parent must be there itself: children of a row refused are refused with it, level after level.
    let mut good: Vec<SourceUnit> = Vec::with_capacity(units.len());
    let mut kept: HashSet<Key> = HashSet::new();
    for level in LEVELS {
        for (line, unit, parent_code) in units.iter_mut().filter(|(_, u, _)| u.level == level) {
            if level != "province" {
                let above = LEVELS.iter().rev().skip_while(|l| **l != level).skip(1);
                let parent = above
                    .map(|l| (unit.era, (*l).to_owned(), parent_code.clone()))
                    .find(|key| kept.contains(key));
                let Some((_, parent_level, code)) = parent else {
                    let value = parent_code.clone();
                    problems.push(Problem { table: UNITS, line: *line, kind: ProblemKind::Parent, value });
                    continue;
                };
                unit.parent = Some((parent_level, code));
            }
            kept.insert(unit.key());
            good.push(unit.clone());
        }
    }
    problems.sort_by_key(|p| p.line);
    good
}

/// Rows of a table by the names of its columns.
struct Table<'a, const N: usize> {
    name: &'static str,
    reader: csv::Reader<&'a [u8]>,
    places: Option<[usize; N]>,
}

impl<'a, const N: usize> Table<'a, N> {
    fn new(
        name: &'static str,
        text: &'a str,
        columns: &[&str; N],
        problems: &mut Vec<Problem>,
    ) -> Table<'a, N> {
        let text = text.trim_start_matches('\u{feff}');
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
        let header = reader.headers().cloned().unwrap_or_default();
        let places = columns.map(|c| header.iter().position(|h| h == c));
        for (column, _) in columns.iter().zip(places).filter(|(_, place)| place.is_none()) {
            problems.push(Problem {
                table: name,
                line: 1,
                kind: ProblemKind::Column,
                value: (*column).to_owned(),
            });
        }
        let complete = places.iter().all(Option::is_some);
        Table { name, reader, places: complete.then(|| places.map(Option::unwrap_or_default)) }
    }

    /// The next row that can be read, with its line.
    fn next(&mut self, problems: &mut Vec<Problem>) -> Option<(u64, [String; N])> {
        let places = self.places?;
        loop {
            let mut record = csv::StringRecord::new();
            match self.reader.read_record(&mut record) {
                Ok(false) => return None,
                Ok(true) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    return Some((line, places.map(|i| record.get(i).unwrap_or_default().to_owned())));
                }
                Err(e) => {
                    let line = e.position().map_or(0, csv::Position::line);
                    problems.push(Problem {
                        table: self.name,
                        line,
                        kind: ProblemKind::Row,
                        value: e.to_string(),
                    });
                    if e.is_io_error() {
                        return None;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_own_source_is_whole() {
        let source = vietnam().unwrap();
        let count =
            |era: Era, level: &str| source.units.iter().filter(|u| u.era == era && u.level == level).count();
        assert_eq!([63, 696, 10_035], ["province", "district", "commune"].map(|l| count(Era::Old, l)));
        assert_eq!([34, 0, 3_321], ["province", "district", "commune"].map(|l| count(Era::New, l)));
        // Every old commune and province went somewhere, and every new one came from somewhere.
        let from: HashSet<_> = source.successions.iter().map(|s| s.from.clone()).collect();
        let to: HashSet<_> = source.successions.iter().map(|s| s.to.clone()).collect();
        for u in &source.units {
            match u.era {
                Era::Old if u.level == "district" => {}
                Era::Old => assert!(from.contains(&u.key()), "{u:?}"),
                Era::New => assert!(to.contains(&u.key()), "{u:?}"),
            }
        }
    }

    /// The file from which the program's own was made, where it is at hand.
    #[test]
    fn the_programs_own_source_says_what_its_origin_says() {
        let shared =
            std::env::var_os("LANTOA_SHARED").map_or("../../../shared".into(), std::path::PathBuf::from);
        let table = |name: &str| std::fs::read_to_string(shared.join("data/units").join(name));
        let (Ok(units), Ok(successions)) = (table("units.csv"), table("successions.csv")) else {
            eprintln!("skipped: no units in {} (LANTOA_SHARED)", shared.display());
            return;
        };
        let (origin, problems) = read(&units, &successions);
        assert_eq!(problems, []);
        let own = vietnam().unwrap();
        let plain = |source: &Source| {
            let mut units: Vec<_> =
                source.units.iter().map(|u| (u.key(), u.name.clone(), u.parent.clone())).collect();
            let mut steps: Vec<_> =
                source.successions.iter().map(|s| (s.from.clone(), s.to.clone(), s.share.clone())).collect();
            units.sort();
            steps.sort();
            (units, steps)
        };
        assert!(plain(&origin) == plain(&own));
        let places: HashMap<Key, (Option<f64>, Option<f64>)> =
            origin.units.iter().map(|u| (u.key(), (u.lat, u.lon))).collect();
        for u in &own.units {
            let (lat, lon) = places[&u.key()];
            for (own, origin) in [(u.lat, lat), (u.lon, lon)] {
                let close = |(a, b): (f64, f64)| (a - b).abs() < 0.000_051;
                assert_eq!(own.zip(origin).map(close), origin.map(|_| true), "{u:?}");
            }
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]
        /// Whatever the tables hold, reading ends, and nothing refers to what is not there.
        #[test]
        fn any_text_is_read(
            rows in proptest::collection::vec("(to-2025-06-30|from-2025-07-01|x),[0-9]{0,2},(province|district|commune|),xã,[^\n]{0,8},[0-9]{0,2},[0-9.a-]{0,4},,", 0..30),
            steps in proptest::collection::vec("(province|commune),[0-9]{1,2},[0-9]{1,2},(whole|part|part-main|x)", 0..20),
            rest in ".{0,40}",
        ) {
            let units = format!("era,code,level,kind,name,parent_code,lat,lon,area_km2\n{}\n{rest}", rows.join("\n"));
            let successions = format!("level,old_code,new_code,share\n{}\n{rest}", steps.join("\n"));
            let (source, _) = read(&units, &successions);
            let keys: HashSet<Key> = source.units.iter().map(SourceUnit::key).collect();
            proptest::prop_assert_eq!(keys.len(), source.units.len());
            for u in &source.units {
                let parent = u.parent.as_ref().map(|(level, code)| (u.era, level.clone(), code.clone()));
                proptest::prop_assert_eq!(parent.is_none(), u.level == "province");
                proptest::prop_assert!(parent.is_none_or(|p| keys.contains(&p)));
            }
            for s in &source.successions {
                proptest::prop_assert!(keys.contains(&s.from) && keys.contains(&s.to));
            }
        }
    }

    #[test]
    fn good_rows_are_kept_beside_bad_ones() {
        let units = "era,code,level,kind,name,parent_code,lat,lon,area_km2\n\
            to-2025-06-30,80,province,tỉnh,Tỉnh Long An,,10.6,x,\n\
            to-2025-06-30,803,district,huyện,Huyện Bến Lức,80,,,\n\
            to-2025-06-30,803,district,huyện,Huyện khác,80,,,\n\
            to-2025-06-30,28003,commune,xã,Xã Lương Hòa,803,,,\n\
            to-2025-06-30,28009,commune,xã,Xã Tân Bửu,999,,,\n\
            to-2025-06-30,,commune,xã,Xã không mã,803,,,\n\
            1975,1,commune,xã,Xã xưa,803,,,\n\
            from-2025-07-01,80,province,tỉnh,Tỉnh Tây Ninh,,,,\n\
            from-2025-07-01,28003,commune,xã,Xã Lương Hòa,80,,,12.5\n";
        let successions = "level,old_code,new_code,share\n\
            province,80,80,whole\n\
            commune,28003,28003,half\n\
            commune,28009,28003,whole\n\
            commune,28003,28003,whole\n";
        let (source, problems) = read(units, successions);
        let found: Vec<_> = problems.iter().map(|p| (p.table, p.line, p.kind.code())).collect();
        assert_eq!(
            found,
            [
                ("units.csv", 2, "number-unreadable"),
                ("units.csv", 4, "code-repeated"),
                ("units.csv", 6, "parent-missing"),
                ("units.csv", 7, "code-missing"),
                ("units.csv", 8, "era-unknown"),
                ("successions.csv", 3, "share-unknown"),
                ("successions.csv", 4, "unit-missing"),
            ]
        );
        assert_eq!((source.units.len(), source.successions.len()), (5, 2));
        let commune = source.units.iter().find(|u| u.era == Era::New && u.level == "commune").unwrap();
        assert_eq!(commune.parent, Some(("province".into(), "80".into())));
        assert_eq!(commune.area_km2, Some(12.5));
        let (nothing, problems) = read("era;code\n", "");
        assert!(nothing.units.is_empty() && problems.iter().all(|p| p.kind == ProblemKind::Column));
    }
}
