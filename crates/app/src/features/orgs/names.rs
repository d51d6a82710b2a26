//! Names of units as they stand in sentences (Nghị định 30/2020/NĐ-CP, Phụ lục II).

/// The longer of two that begin alike comes first.
const KINDS: [&str; 12] = [
    "thành phố",
    "tỉnh",
    "quận",
    "huyện",
    "thị xã",
    "phường",
    "thị trấn",
    "đặc khu",
    "xã",
    "khu phố",
    "thôn",
    "ấp",
];

/// "Xã Bến Lức" → "Bến Lức": the name of the place (địa danh).
pub fn bare_name(name: &str) -> &str {
    let lower = name.to_lowercase();
    let kind = KINDS.iter().find(|k| lower.starts_with(&format!("{k} ")));
    // The lower case of these words has the letters of the upper one, each as long.
    kind.and_then(|k| name.get(k.len()..)).map_or(name, str::trim_start)
}

/// "Xã Bến Lức" → "xã Bến Lức", inside a sentence; names of agencies keep their capital.
pub fn in_sentence(name: &str) -> String {
    if bare_name(name) == name {
        return name.to_owned();
    }
    let mut letters = name.chars();
    letters.next().map(|c| c.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_names_inside_sentences() {
        for (name, place, inside) in [
            ("Xã Bến Lức", "Bến Lức", "xã Bến Lức"),
            ("Phường Long An", "Long An", "phường Long An"),
            ("Thị trấn Bến Lức", "Bến Lức", "thị trấn Bến Lức"),
            ("Đặc khu Phú Quốc", "Phú Quốc", "đặc khu Phú Quốc"),
            ("Tỉnh Tây Ninh", "Tây Ninh", "tỉnh Tây Ninh"),
            ("Thành phố Hồ Chí Minh", "Hồ Chí Minh", "thành phố Hồ Chí Minh"),
            ("Tây Ninh", "Tây Ninh", "Tây Ninh"),
            ("Công an tỉnh", "Công an tỉnh", "Công an tỉnh"),
        ] {
            assert_eq!((bare_name(name), in_sentence(name).as_str()), (place, inside));
        }
    }
}
