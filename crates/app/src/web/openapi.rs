//! `GET /api/openapi.json`: the description of the programming interface, a file beside this one. A test compares it
//! with the list of routes, so that nothing stands in one of them only.

use axum::Json;
use axum::response::{IntoResponse, Response};

use super::Visitor;
use super::api::DEMO_NOTICE;
use crate::error::{Error, Result};

pub const DESCRIPTION: &str = include_str!("openapi.json");

pub async fn describe(visitor: Visitor) -> Result<Response> {
    let mut description: serde_json::Value =
        serde_json::from_str(DESCRIPTION).map_err(|e| Error::Internal(e.into()))?;
    if visitor.app.config.demo
        && let Some(info) = description.get_mut("info").and_then(|i| i.as_object_mut())
    {
        info.insert("x-notice".into(), DEMO_NOTICE.into());
    }
    Ok(Json(description).into_response())
}
