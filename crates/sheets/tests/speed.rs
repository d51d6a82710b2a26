//! A list as long as the limits allow, within a budget.

mod common;

use std::time::{Duration, Instant};

use common::{only, template};
use sheets::{Limits, RowOut, read, write_back};

/// For an unoptimized build on a busy machine; optimized it is a small part of it.
const BUDGET: Duration = Duration::from_secs(30);

#[test]
fn the_longest_list() {
    let limits = Limits::default();
    let rows: Vec<RowOut> = (0..limits.rows)
        .map(|at| {
            let name = format!("Nguyễn Văn {at}");
            let cells = [
                ("name", name.as_str()),
                ("born", "5/1/1960"),
                ("sex", "nam"),
                ("cases", "1.234"),
                ("fee", "300.000 đ"),
                ("skills", "đất đai; khác"),
                ("remark", "=không"),
            ];
            let notes =
                if at % 10 == 0 { vec![("sex".to_owned(), "xem lại".to_owned())] } else { Vec::new() };
            RowOut {
                typed: cells.map(|(key, text)| (key.to_owned(), text.to_owned())).into(),
                notes,
                ok: at % 10 != 0,
            }
        })
        .collect();
    let start = Instant::now();
    let bytes = write_back(&template(), &rows).unwrap();
    let written = start.elapsed();
    let sheet = only(read(&bytes, &template(), &limits).unwrap());
    let all = start.elapsed();
    println!(
        "{} rows, {} bytes: written in {written:?}, read in {:?}",
        rows.len(),
        bytes.len(),
        all - written
    );
    assert_eq!((sheet.rows.len(), sheet.problems.len()), (limits.rows, 0));
    assert!(sheet.rows.iter().all(sheets::Row::is_good));
    assert!(all < BUDGET, "{all:?}");
}
