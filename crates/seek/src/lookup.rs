//! Look-ups by number, by provision and by the name of a law: what is understood of a question before its words
//! are searched.

use viet::LegalNumber;

/// Keys under which the number of a document is found: whole, serial and year, serial.
pub(crate) fn number_keys(number: &str) -> Vec<String> {
    let mut keys = vec![format!("whole {}", viet::slug(number))];
    if let Some(parsed) = LegalNumber::parse(number) {
        keys.extend(asked_keys(&parsed).into_iter().skip(1));
        keys.push(serial_key(&parsed));
    } else if let Some((serial, year)) = scanty(number) {
        keys.push(format!("{serial} {year}"));
        keys.push(format!("serial {serial}"));
    }
    keys
}

fn scanty(number: &str) -> Option<(String, String)> {
    let mut parts = viet::syllables(number).map(|(_, word)| word);
    let serial = parts.next()?.trim_start_matches('0').to_lowercase();
    let year = parts.next().filter(|y| y.len() == 4 && y.bytes().all(|b| b.is_ascii_digit()))?;
    Some((serial, year.to_owned()))
}

/// Keys to look for, the surest first.
pub(crate) fn asked_keys(number: &LegalNumber) -> Vec<String> {
    let mut keys = vec![format!("whole {}", number.slug())];
    match number.year {
        Some(year) => keys.push(format!("{} {year}", bare(&number.serial))),
        None => keys.push(serial_key(number)),
    }
    keys
}

fn serial_key(number: &LegalNumber) -> String {
    format!("serial {}", bare(&number.serial))
}

fn bare(serial: &str) -> &str {
    serial.trim_start_matches('0')
}
