//! One error for the whole program. A person sees a translated sentence that says what to do; the cause is
//! logged once, here.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Something wrong with what a person entered: the field and the key of the sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldProblem {
    pub field: &'static str,
    /// A key of the words files.
    pub key: &'static str,
    /// `{ $value }` in that sentence.
    pub value: String,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("not found")]
    NotFound,
    /// Nobody is signed in, and the page needs somebody.
    #[error("sign-in needed")]
    SignInNeeded,
    #[error("forbidden")]
    Forbidden,
    /// Somebody else changed it, or its state does not allow the act; the key of the sentence.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    #[error("invalid: {0:?}")]
    Invalid(Vec<FieldProblem>),
    /// Too many tries; seconds to wait.
    #[error("too many: wait {0} s")]
    TooMany(u64),
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// No room is left for data.
    #[error("no room is left: {0}")]
    Full(String),
    #[error("{0:#}")]
    Internal(anyhow::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub fn invalid(field: &'static str, key: &'static str) -> Error {
        Error::Invalid(vec![FieldProblem { field, key, value: String::new() }])
    }
    pub fn status(&self) -> StatusCode {
        match self {
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::SignInNeeded => StatusCode::UNAUTHORIZED,
            Error::Forbidden => StatusCode::FORBIDDEN,
            Error::Conflict(_) => StatusCode::CONFLICT,
            Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Error::Unavailable(_) | Error::Full(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
    /// The key of the sentence a person reads.
    pub fn key(&self) -> &'static str {
        match self {
            Error::NotFound => "error-not-found",
            Error::SignInNeeded => "error-sign-in-needed",
            Error::Forbidden => "error-forbidden",
            Error::Conflict(key) => key,
            Error::Invalid(fields) => fields.first().map_or("error-invalid", |f| f.key),
            Error::TooMany(_) => "error-too-many",
            Error::Unavailable(_) => "error-unavailable",
            Error::Full(_) => "error-disk-full",
            Error::Internal(_) => "error-internal",
        }
    }
}

impl From<store::Error> for Error {
    fn from(e: store::Error) -> Error {
        if e.trouble() == Some(store::Trouble::Full) {
            return Error::Full(e.to_string());
        }
        match e {
            store::Error::NotFound => Error::NotFound,
            store::Error::Unavailable(cause) => Error::Unavailable(cause.to_string()),
            store::Error::Constraint(name) => {
                tracing::warn!(constraint = name, "a constraint refused a row");
                Error::Conflict("error-conflict")
            }
            other => Error::Internal(other.into()),
        }
    }
}
impl From<anyhow::Error> for Error {
    fn from(e: anyhow::Error) -> Error {
        Error::Internal(e)
    }
}
impl From<std::io::Error> for Error {
    fn from(e: std::io::Error) -> Error {
        match e.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::Full(e.to_string()),
            _ => Error::Internal(e.into()),
        }
    }
}
impl From<askama::Error> for Error {
    fn from(e: askama::Error) -> Error {
        Error::Internal(e.into())
    }
}
impl From<store::BadId> for Error {
    fn from(_: store::BadId) -> Error {
        Error::NotFound
    }
}

/// Carried by an error's response to the layer that knows the language and the kind of answer wanted.
#[derive(Clone)]
pub struct Failed {
    pub status: StatusCode,
    pub key: &'static str,
    pub fields: Vec<FieldProblem>,
    pub wait_seconds: Option<u64>,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match &self {
            Error::Internal(cause) => tracing::error!(cause = format!("{cause:#}"), "request failed"),
            Error::Unavailable(cause) => tracing::warn!(cause, "unavailable"),
            Error::Full(cause) => tracing::error!(cause, "no room is left for data"),
            _ => {}
        }
        let failed = Failed {
            status: self.status(),
            key: self.key(),
            wait_seconds: if let Error::TooMany(s) = &self { Some(*s) } else { None },
            fields: if let Error::Invalid(fields) = self { fields } else { vec![] },
        };
        let mut response = failed.status.into_response();
        response.extensions_mut().insert(failed);
        response
    }
}
