//! What everybody may know of an issued report by the code printed on it: its number, and whether it still stands.

use super::compose::figure_key;
use super::print::register_number;
use super::report::{self, State};
use crate::app::{App, day_of};
use crate::error::Result;
use crate::features::numbers::{Freeze, Printed, Prints, Replacement, Stated, get_freeze, stated_figures};
use crate::tasks::Later;
use jiff::civil::Date;
use store::RecordId;

pub struct Known;
pub static PRINTS: Known = Known;

/// The number with its symbol, and the day of issue.
async fn issued_as(app: &App, id: RecordId) -> Result<Option<(String, Date)>> {
    let r = report::get(&app.db, id).await?;
    let symbol = r.frozen.map(|paper| paper.symbol).unwrap_or_default();
    Ok(r.number.zip(r.issued_on).map(|(n, day)| (format!("{}/{symbol}", register_number(&n)), day)))
}

impl Prints for Known {
    fn find<'a>(&'a self, app: &'a App, freeze: &'a Freeze) -> Later<'a, Option<Printed>> {
        Box::pin(async move {
            let period = freeze.question()?.period;
            let all = report::of_unit(&app.db, freeze.unit_id, period).await?;
            let Some(own) = all.iter().find(|r| r.freeze() == Some(freeze.record_id())) else {
                return Ok(None);
            };
            let Some((number, issued_on)) = issued_as(app, own.id()).await? else { return Ok(None) };
            let texts = report::texts(&app.db, own.id()).await?;
            let stated = stated_figures().filter_map(|figure| {
                let value = viet::parse_int(&texts.get(&figure_key(&figure.code))?.content)?;
                Some(Stated { indicator: figure.code.clone(), value })
            });
            let stated = stated.collect();
            let mut printed = Printed { number, issued_on, withdrawn_on: None, replaced_by: None, stated };
            if own.state != State::Withdrawn.code() {
                return Ok(Some(printed));
            }
            printed.withdrawn_on = Some(day_of(own.updated_at));
            for other in &all {
                if let Some(freeze) = other.issued()
                    && let Some((number, issued_on)) = issued_as(app, other.id()).await?
                {
                    let code = get_freeze(&app.db, freeze).await?.code;
                    printed.replaced_by = Some(Replacement { number, issued_on, code });
                }
            }
            Ok(Some(printed))
        })
    }
}
