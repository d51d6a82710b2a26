//! The shell around the pages: language in the address, cookies, cross-site protection, caching of public
//! pages, errors as pages, limits.

pub mod api;
pub mod cache;
pub mod form;
pub mod limits;
mod routes;
pub mod statics;

use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};

pub use routes::{PublicRoute, Route, Routes, Who};

use crate::access::{Act, Actor};
use crate::app::Shared;
use crate::error::{Error, Failed};
use crate::i18n::Lang;
use crate::page::Page;
use crate::signin;

/// What the address said before the language was taken off it.
#[derive(Debug, Clone)]
pub struct Address {
    pub lang: Lang,
    /// Path and query without the language.
    pub path: String,
}

/// `/en/…` is the same page in English. Runs before routing.
pub fn take_language<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    let whole = request.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned();
    let (lang, path) = match whole.strip_prefix("/en") {
        Some("") => (Lang::En, "/".to_owned()),
        Some(rest) if rest.starts_with('/') => (Lang::En, rest.to_owned()),
        Some(rest) if rest.starts_with('?') => (Lang::En, format!("/{rest}")),
        _ => (Lang::Vi, whole),
    };
    if lang == Lang::En
        && let Ok(uri) = path.parse::<Uri>()
    {
        *request.uri_mut() = uri;
    }
    request.extensions_mut().insert(Address { lang, path });
    request
}

/// The whole program as a service, the layers that every route needs around the features' routes.
pub fn shell(app: Shared, routes: Router<Shared>) -> Router {
    routes
        .fallback(|| async { Error::NotFound })
        .method_not_allowed_fallback(|| async { Error::NotFound })
        .layer(axum::middleware::from_fn(protect))
        .layer(axum::middleware::from_fn_with_state(app.clone(), show_errors))
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            Error::Internal(anyhow::anyhow!("a handler panicked")).into_response()
        }))
        .layer(Extension(app.clone()))
        .layer(tower_http::compression::CompressionLayer::new())
        .layer(axum::middleware::map_response(add_security_headers))
        .with_state(app)
}

const CONTENT_SECURITY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     form-action 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'";

async fn add_security_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert("content-security-policy", HeaderValue::from_static(CONTENT_SECURITY));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("referrer-policy", HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A request that changes something must come from our own pages: the browser says so itself. Programs with a
/// token carry no cookie, so nobody can borrow it.
async fn protect(request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes
        && !request.headers().contains_key(header::AUTHORIZATION)
        && !comes_from_here(request.headers())
    {
        tracing::warn!(path = request.uri().path(), "a changing request from another site was refused");
        return Error::Forbidden.into_response();
    }
    next.run(request).await
}

fn comes_from_here(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    match text("sec-fetch-site") {
        Some(site) => site == "same-origin" || site == "none",
        // Old phones: Origin, else Referer, must name this host.
        None => match (text("origin").or_else(|| text("referer")), text("host")) {
            (Some(from), Some(host)) => {
                from.parse::<Uri>().ok().and_then(|u| u.authority().map(|a| a.as_str() == host)) == Some(true)
            }
            _ => false,
        },
    }
}

fn is_our_own(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    kind.starts_with("text/html") || kind.starts_with("application/json")
}

/// Turns an error's response into a page, or into JSON under `/api/`.
async fn show_errors(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let address = request.extensions().get::<Address>().cloned();
    let wants_json = request.uri().path().starts_with("/api/");
    let method = request.method().clone();
    let response = next.run(request).await;
    let failed = match response.extensions().get::<Failed>() {
        Some(failed) => failed.clone(),
        // What the framework itself refuses, in plain text: a body too large, a form that does not parse. A page of
        // our own that shows problems stays as it is.
        None if response.status().is_client_error() && !is_our_own(&response) => {
            let key = match response.status() {
                StatusCode::PAYLOAD_TOO_LARGE => "error-too-large",
                _ => "error-invalid",
            };
            Failed { status: response.status(), key, fields: vec![], wait_seconds: None }
        }
        None => return response,
    };
    let address = address.unwrap_or(Address { lang: Lang::Vi, path: "/".into() });
    if wants_json {
        return api::failure(&app, address.lang, &failed);
    }
    if failed.status == StatusCode::UNAUTHORIZED && method == Method::GET {
        let back = form_urlencoded(&address.path);
        let page = Page::outside(app, address);
        return redirect(&page.href(&format!("/dang-nhap?toi={back}")));
    }
    let mut shown = crate::page::error_page(app, address, &failed);
    if let Some(seconds) = failed.wait_seconds {
        shown.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    shown
}

/// Percent-encodes a value for a query.
pub fn form_urlencoded(text: &str) -> String {
    serde_html_form::to_string([("v", text)]).map(|s| s[2..].to_owned()).unwrap_or_default()
}

/// See other: what a page answers after a change.
pub fn redirect(to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => Error::NotFound.into_response(),
    }
}

/// Serves a public page from memory when it was rendered a moment ago, with an ETag.
pub(crate) async fn cached(request: Request, next: Next) -> Response {
    use sha2::Digest as _;
    let Some(app) = request.extensions().get::<Shared>().cloned() else {
        return next.run(request).await;
    };
    let address = request.extensions().get::<Address>();
    let key = address.map(|a| format!("{}{}", a.lang.code(), a.path)).unwrap_or_default();
    let seen = request.headers().get(header::IF_NONE_MATCH).cloned();
    let kept = match app.pages.find(&key) {
        Some(kept) => kept,
        None => {
            let (parts, body) = next.run(request).await.into_parts();
            let Ok(body) = axum::body::to_bytes(body, 64 << 20).await else {
                return Error::Internal(anyhow::anyhow!("a public page could not be read")).into_response();
            };
            if parts.status != StatusCode::OK {
                return Response::from_parts(parts, Body::from(body));
            }
            debug_assert!(!parts.headers.contains_key(header::SET_COOKIE), "a public page sets a cookie");
            let mut headers = parts.headers;
            let tag = format!("\"{}\"", hex::encode(&sha2::Sha256::digest(&body)[..12]));
            headers.extend(HeaderValue::from_str(&tag).ok().map(|v| (header::ETAG, v)));
            headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("public, max-age=60"));
            let kept = cache::Kept { status: parts.status, headers, body };
            app.pages.keep(key, kept.clone());
            kept
        }
    };
    if seen.is_some() && seen.as_ref() == kept.headers.get(header::ETAG) {
        return (StatusCode::NOT_MODIFIED, kept.headers).into_response();
    }
    (kept.status, kept.headers, kept.body).into_response()
}

/// The visitor of a public page: only the language and the address.
pub struct Visitor {
    pub app: Shared,
    pub address: Address,
}

impl Visitor {
    /// A page for everybody.
    pub fn page(&self, title: &str) -> Page {
        let mut page = Page::outside(self.app.clone(), self.address.clone());
        page.title = title.to_owned();
        page
    }
    pub fn lang(&self) -> Lang {
        self.address.lang
    }
}

impl FromRequestParts<Shared> for Visitor {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Visitor, Error> {
        let address = parts.extensions.get::<Address>().cloned();
        let address =
            address.unwrap_or_else(|| Address { lang: Lang::Vi, path: parts.uri.path().to_owned() });
        Ok(Visitor { app: app.clone(), address })
    }
}

/// The signed-in person and what a handler needs around them.
pub struct Signed {
    pub app: Shared,
    pub actor: Actor,
    pub address: Address,
    /// The tree of units today.
    pub tree: std::sync::Arc<crate::features::orgs::Tree>,
    /// Where every unit that ever was stands today: what a gone unit recorded belongs to its successor.
    pub standing: std::sync::Arc<std::collections::HashMap<store::Id, crate::features::orgs::Placed>>,
}

impl Signed {
    pub fn lang(&self) -> Lang {
        self.address.lang
    }
    pub fn say(&self, key: &str) -> String {
        self.app.words.say(self.lang(), key, &[])
    }
    /// A page inside, in one of the rooms of the menu; `title` is text, not a key.
    pub fn page(&self, room: crate::page::Room, title: &str) -> Page {
        let mut page = Page::outside(self.app.clone(), self.address.clone());
        page.title = title.to_owned();
        page.inside = Some(crate::page::Inside::new(&self.actor, &self.tree, room));
        page
    }
    /// The address of a page in the language spoken.
    pub fn href(&self, path: &str) -> String {
        crate::page::href(self.lang(), path)
    }
    pub fn redirect(&self, path: &str) -> Response {
        redirect(&self.href(path))
    }
    /// The unit of today where a unit stands; rights at a gone unit are rights there.
    pub fn standing(&self, unit: store::Id) -> store::Id {
        self.standing.get(&unit).map_or(unit, |p| p.at)
    }
    pub fn can(&self, act: Act, unit: store::Id) -> bool {
        self.actor.can(act, self.standing(unit), &self.tree)
    }
    /// See [`Actor::require`]; also for units that are gone.
    pub fn require(&self, act: Act, unit: store::Id) -> Result<(), Error> {
        self.actor.require(act, self.standing(unit), &self.tree)
    }
    /// The unit a page speaks of: the one asked, or else the person's own, if they may do `act` there.
    pub fn unit(&self, asked: Option<store::Id>, act: Act) -> Result<store::Id, Error> {
        match asked {
            Some(unit) => self.require(act, unit).map(|()| unit),
            None => crate::access::choose_unit(&self.actor, None, act, &self.tree),
        }
    }
    /// The name of a unit as it is today, or as it was last.
    pub async fn unit_name(&self, unit: store::Id) -> Result<String, Error> {
        self.app.trees.name(&self.app.db, unit).await
    }
}

impl FromRequestParts<Shared> for Signed {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Signed, Error> {
        if parts.extensions.get::<PublicRoute>().is_some() {
            // A page that is the same for everybody must not depend on who asks.
            debug_assert!(false, "the public route {} asks who is there", parts.uri.path());
            return Err(Error::Internal(anyhow::anyhow!(
                "public route {} asks who is there",
                parts.uri.path()
            )));
        }
        let Visitor { address, .. } = Visitor::from_request_parts(parts, app).await?;
        let actor = match bearer(&parts.headers) {
            Some(token) => signin::find_actor_by_api_token(app, token).await?,
            None => match cookie(&parts.headers) {
                Some(token) => signin::find_actor(app, token).await?,
                None => None,
            },
        };
        let actor = actor.ok_or(Error::SignInNeeded)?;
        let tree = app.trees.on(&app.db, app.today()).await?;
        let standing = app.trees.placements(&app.db, app.today()).await?;
        Ok(Signed { app: app.clone(), actor, address, tree, standing })
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// The value of our cookie.
pub fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == signin::COOKIE)
        .map(|(_, value)| value)
}

/// Sets the cookie, or takes it away.
pub fn set_cookie(app: &crate::app::App, token: Option<&str>) -> (header::HeaderName, HeaderValue) {
    let secure = if app.config.secure_cookies() { "; Secure" } else { "" };
    let text = match token {
        Some(token) => format!(
            "{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}",
            signin::COOKIE,
            app.config.sign_in_hours * 3_600
        ),
        None => format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}", signin::COOKIE),
    };
    (header::SET_COOKIE, HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("")))
}
