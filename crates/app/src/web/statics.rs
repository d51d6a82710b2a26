//! Style, script and mark, inside the binary, under names that change with their content.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use sha2::Digest as _;

use crate::error::{Error, Result};

struct Static {
    name: String,
    kind: &'static str,
    bytes: &'static [u8],
}

macro_rules! statics {
    ($($stem:literal . $ending:literal : $kind:literal),* $(,)?) => {
        static FILES: LazyLock<Vec<(&'static str, Static)>> = LazyLock::new(|| vec![$({
            let bytes: &'static [u8] = include_bytes!(concat!("../../static/", $stem, ".", $ending));
            let digest = hex::encode(&sha2::Sha256::digest(bytes)[..6]);
            (concat!($stem, ".", $ending), Static { name: format!("{}-{digest}.{}", $stem, $ending), kind: $kind, bytes })
        }),*]);
    };
}
statics! {
    "lantoa"."css": "text/css; charset=utf-8",
    "lantoa"."js": "text/javascript; charset=utf-8",
    "htmx.min"."js": "text/javascript; charset=utf-8",
    "mark"."svg": "image/svg+xml",
}

/// The address of a file of `static/`.
pub fn address(file: &str) -> String {
    match FILES.iter().find(|(plain, _)| *plain == file) {
        Some((_, f)) => format!("/static/{}", f.name),
        None => format!("/static/{file}"),
    }
}

pub async fn serve(Path(name): Path<String>) -> Result<Response> {
    let file = FILES.iter().find(|(_, f)| f.name == name).ok_or(Error::NotFound)?;
    Ok((
        [(header::CONTENT_TYPE, file.1.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")],
        file.1.bytes,
    )
        .into_response())
}
