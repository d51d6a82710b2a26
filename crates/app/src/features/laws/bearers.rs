//! Which document a number means. Provinces and communes number alike: of several documents of one number the sentence
//! decides by the issuer that it names, else whoever cites by being the same issuer or of the same territory. Where
//! neither does, nothing is linked and all of them are listed.

use store::{Runs, sql};

use crate::error::Result;

store::record! {
    /// A document that bears a number.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Bearer { pub id: store::Id, pub number_key: String, pub slug: String, pub issuer: String }
}

/// The documents with a number, the newest of each issuer.
pub async fn bearers(db: impl Runs, key: &str) -> Result<Vec<Bearer>> {
    let all: Vec<Bearer> = sql!(
        "SELECT id, number_key, slug, issuer FROM laws WHERE number_key = $1 ORDER BY day DESC, id DESC",
        key
    )
    .all(db)
    .await?;
    Ok(newest(all))
}

/// The first of each issuer.
pub fn newest(all: Vec<Bearer>) -> Vec<Bearer> {
    let mut kept: Vec<Bearer> = Vec::new();
    for bearer in all {
        if !kept.iter().any(|k| k.number_key == bearer.number_key && k.issuer == bearer.issuer) {
            kept.push(bearer);
        }
    }
    kept
}

/// The one that is meant by words of a document of this issuer.
pub fn meant<'b>(bearers: &[&'b Bearer], words: &str, issuer: &str) -> Option<&'b Bearer> {
    if let [only] = bearers {
        return Some(only);
    }
    // Whoever is named first after a number issued it; a commune is named with its province behind it.
    let words = plain(words);
    let named = bearers.iter().filter_map(|b| Some((place_in(&words, &b.issuer)?, *b)));
    let mut named: Vec<_> = named.collect();
    named.sort_by_key(|(at, _)| *at);
    match named[..] {
        [(_, only)] => return Some(only),
        [(first, bearer), (second, _), ..] if first < second => return Some(bearer),
        [_, ..] => return None,
        [] => {}
    }
    let issuer = plain(issuer);
    let mut own = bearers.iter().filter(|b| place_in(&issuer, &b.issuer).is_some());
    own.next().filter(|_| own.next().is_none()).copied()
}

/// Where the words name an issuer: a council or committee by its territory, anybody else by the whole name.
fn place_in(words: &str, issuer: &str) -> Option<usize> {
    let issuer = plain(issuer);
    let body = ["uy ban nhan dan ", "hoi dong nhan dan ", "ubnd ", "hdnd "];
    let territory =
        body.iter().find_map(|body| issuer.trim_start().strip_prefix(body)).unwrap_or(&issuer).trim();
    (!territory.is_empty()).then(|| words.find(&format!(" {territory} "))).flatten()
}

/// Words without marks, a blank before and after each.
fn plain(text: &str) -> String {
    let folded = viet::fold(&viet::clean(text));
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    format!(" {} ", words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_decides_which_of_one_number() {
        let bearer = |issuer: &str| Bearer {
            id: store::Id([0; 16]),
            number_key: "9-2099-qd-ubnd".into(),
            slug: String::new(),
            issuer: issuer.into(),
        };
        let all = [
            bearer("Ủy ban nhân dân tỉnh Tây Ninh"),
            bearer("Ủy ban nhân dân tỉnh Đồng Tháp"),
            bearer("Ủy ban nhân dân xã Bến Lức"),
        ];
        let check = |words: &str, issuer: &str, expected: Option<usize>| {
            let some: Vec<&Bearer> = all.iter().collect();
            assert_eq!(meant(&some, words, issuer), expected.map(|n| &all[n]), "{words} in {issuer}");
        };
        check("Quyết định 9/2099/QĐ-UBND của UBND tỉnh Đồng Tháp", "Ủy ban nhân dân tỉnh Tây Ninh", Some(1));
        check("Quyết định 9/2099/QĐ-UBND của Ủy ban nhân dân xã Bến Lức, tỉnh Tây Ninh", "", Some(2));
        check("Quyết định 9/2099/QĐ-UBND", "Hội đồng nhân dân tỉnh Tây Ninh", Some(0));
        check("Quyết định 9/2099/QĐ-UBND", "Bộ Tư pháp", None);
        check("Quyết định 9/2099/QĐ-UBND", "", None);
        let one = [&all[1]];
        assert_eq!(meant(&one, "", "Bộ Tư pháp"), Some(&all[1]));
    }
}
