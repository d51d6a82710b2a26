//! The article index beside the database.

use std::path::Path;

pub struct LawIndex;

impl LawIndex {
    pub fn open(_data: &Path) -> anyhow::Result<LawIndex> {
        Ok(LawIndex)
    }
}
