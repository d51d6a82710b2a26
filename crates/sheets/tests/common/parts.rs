//! Files that are ZIP containers, taken apart and put together again.

use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;

/// The parts of a container, by name.
pub fn unzip(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).expect("a part");
            let mut part = Vec::new();
            file.read_to_end(&mut part).expect("a part that unpacks");
            (file.name().expect("a name").to_string(), part)
        })
        .collect()
}

pub fn zip(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in parts {
        writer.start_file(name.as_str(), SimpleFileOptions::default()).expect("a part begun");
        writer.write_all(part).expect("a part written");
    }
    writer.finish().expect("a zip").into_inner()
}

/// The container with one of its parts changed; its checksums fit.
pub fn change(bytes: &[u8], name: &str, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut parts = unzip(bytes);
    let part = parts.iter_mut().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no part {name}"));
    part.1 = change(&part.1);
    zip(&parts)
}
