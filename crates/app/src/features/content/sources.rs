//! What a post rests on, as people write it ("Điều 12 khoản 2", "Điều 8 Luật 14/2012/QH13") and as it stands in
//! the registry of laws.

use store::{Db, Id};

use super::post::Source;
use crate::error::Result;
use crate::features::laws::{self, Article, Block, Law};

/// The provision that a person names: of the post's own law, unless another is named or its page's address is
/// pasted. None when there is no such law or provision.
pub async fn find(db: &Db, own: Option<&Law>, typed: &str) -> Result<Option<Source>> {
    let typed = typed.trim();
    if let Some((_, rest)) = typed.split_once("/van-ban/") {
        let rest = rest.split(['?', '#', ' ']).next().unwrap_or_default().trim_end_matches('/');
        let Some((slug, path)) = rest.split_once('/') else { return Ok(None) };
        let Some(law) = laws::find_by_slug(db, slug).await? else { return Ok(None) };
        return of_path(db, &law, path).await;
    }
    let other = match viet::find_legal_numbers(typed).first() {
        Some(found) => match laws::find_by_number(db, &found.number.written).await? {
            Some(law) => Some(law),
            None => return Ok(None),
        },
        None => None,
    };
    let Some(law) = other.as_ref().or(own) else { return Ok(None) };
    if let Some(source) = of_path(db, law, typed).await? {
        return Ok(Some(source));
    }
    let Some(named) = viet::find_provisions(typed).into_iter().next() else { return Ok(None) };
    let Some(label) = named.article else { return Ok(None) };
    let Some(article) = laws::article(db, law.id, &format!("dieu-{}", viet::slug(&label))).await? else {
        return Ok(None);
    };
    let mut path = Some(article.path.clone());
    let mut within: &[Block] = &article.clauses;
    for (level, label) in [("clause", named.clause), ("point", named.point)] {
        let Some(label) = label else { continue };
        let block = within.iter().find(|b| b.level == level && b.label.to_lowercase() == label);
        path = block.and_then(|b| b.path.clone());
        within = block.map_or(&[], |b| &b.children);
    }
    Ok(path.map(|path| Source { law: law.id, path }))
}

async fn of_path(db: &Db, law: &Law, path: &str) -> Result<Option<Source>> {
    let article = laws::article(db, law.id, path).await?;
    let known = article.is_some_and(|a| a.path == path || text_of(&a, path).is_some());
    Ok(known.then(|| Source { law: law.id, path: path.to_owned() }))
}

/// The words at an address in an article: all of it, or one clause or point.
pub fn text_of(article: &Article, path: &str) -> Option<String> {
    fn within<'a>(blocks: &'a [Block], path: &str) -> Option<&'a Block> {
        blocks
            .iter()
            .find_map(|b| if b.path.as_deref() == Some(path) { Some(b) } else { within(&b.children, path) })
    }
    if article.path == path {
        return Some(format!("{} {}\n{}", article.printed, article.heading, article.text));
    }
    let block = within(&article.clauses, path)?;
    let mut lines = Vec::new();
    write_lines(block, &mut lines);
    Some(lines.join("\n"))
}

fn write_lines(block: &Block, lines: &mut Vec<String>) {
    let line = [&block.printed, &block.heading, &block.text].map(String::as_str);
    lines.push(line.join(" "));
    block.children.iter().for_each(|child| write_lines(child, lines));
}

/// An address in a law in words: "Điều 12 khoản 2 điểm a".
pub fn words(path: &str) -> String {
    let known = [("dieu-", "Điều"), ("khoan-", "khoản"), ("diem-", "điểm"), ("phu-luc-", "Phụ lục")];
    let mut words = Vec::new();
    for part in path.split('/') {
        let named = known.iter().find_map(|(prefix, name)| Some((*name, part.strip_prefix(prefix)?)));
        words.push(match named {
            Some(("Phụ lục", label)) => format!("Phụ lục {}", label.to_uppercase()),
            Some((name, label)) => format!("{name} {label}"),
            None => format!("({})", part.replace('-', " ")),
        });
    }
    words.join(" ")
}

/// As a person would type it, for the form: in words, with the number when it is another law's.
pub fn typed(source: &Source, own: Option<Id>, law: Option<&Law>) -> String {
    let plain = source.path.split('/').all(|p| {
        ["dieu-", "khoan-", "diem-"].iter().any(|known| p.starts_with(known)) && !p.starts_with("diem-d")
    });
    match law.filter(|_| own != Some(source.law)) {
        Some(law) if plain => format!("{} {}", words(&source.path), law.number),
        Some(law) => format!("{}/{}", law.path(), source.path),
        None if plain => words(&source.path),
        None => source.path.clone(),
    }
}

/// Whether a quotation says what the law says, whatever the spaces; "…" stands for what was left out.
pub fn quotes(quotation: &str, law: &str) -> bool {
    let even = |text: &str| {
        let text = viet::clean(&text.replace("...", "…").replace("[…]", "…").replace("(…)", "…"));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let law = even(law);
    let mut rest = law.as_str();
    let quotation = even(quotation);
    quotation.split('…').map(|part| part.trim().trim_matches(['"', '“', '”', ' '])).all(|part| {
        match rest.find(part) {
            Some(at) => {
                rest = rest.get(at + part.len()..).unwrap_or_default();
                true
            }
            None => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_as_words() {
        let check = |path: &str, expected: &str| assert_eq!(words(path), expected);
        check("dieu-12", "Điều 12");
        check("dieu-12/khoan-2/diem-a", "Điều 12 khoản 2 điểm a");
        check("phu-luc-i", "Phụ lục I");
        check("quy-che/dieu-1", "(quy che) Điều 1");
    }

    #[test]
    fn a_quotation_is_compared_without_regard_to_spaces_and_gaps() {
        let law = "Điều 3. Đối tượng\n1. Người  lao động;\n2. Người sử dụng lao động có từ 10 người trở lên.";
        let check = |quotation: &str, expected: bool| {
            assert_eq!(quotes(quotation, law), expected, "{quotation}");
        };
        check("1. Người lao động;", true);
        check("“Người sử dụng lao động có từ 10 người trở lên.”", true);
        check("Điều 3. Đối tượng … 2. Người sử dụng lao động", true);
        check("Điều 3. Đối tượng [...] từ 10 người", true);
        check("có từ 20 người trở lên", false);
        check("2. Người sử dụng … 1. Người lao động", false);
    }
}
