//! The shell around the pages: language in the address, cookies, cross-site protection, caching of public
//! pages, errors as pages, limits.

pub mod api;
pub mod cache;
pub mod form;
pub mod limits;
pub mod openapi;
mod routes;
pub mod statics;
pub mod workbook;

use std::net::{IpAddr, SocketAddr};

use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};

pub use routes::{PublicRoute, Route, Routes, Who};

use crate::access::{Act, Actor};
use crate::app::{App, Shared};
use crate::error::{Error, Failed};
use crate::i18n::Lang;
use crate::page::{Met, Page};
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
    // "//host" would be another site's address in a link.
    let path = format!("/{}", path.trim_start_matches(['/', '\\']));
    if lang == Lang::En
        && let Ok(uri) = path.parse::<Uri>()
    {
        *request.uri_mut() = uri;
    }
    request.extensions_mut().insert(Address { lang, path });
    request
}

/// Longest path and query in bytes: more than any page of ours asks for, less than what a database takes as words.
const LONGEST_ADDRESS: usize = 16 << 10;
/// How long the rest of a request is waited for when nothing of it comes: what was sent takes memory meanwhile.
const SILENCE: std::time::Duration = std::time::Duration::from_secs(60);
/// How long a request may take from its head to its answer: the largest file over a weak link comes in less.
const LONGEST_REQUEST: std::time::Duration = std::time::Duration::from_secs(600);

/// The whole program as a service, the layers that every route needs around the features' routes.
pub fn shell(app: Shared, routes: Router<Shared>) -> Router {
    routes
        .fallback(|| async { Error::NotFound })
        .method_not_allowed_fallback(|| async { Error::NotFound })
        .layer(axum::middleware::from_fn_with_state(app.clone(), protect))
        .layer(axum::middleware::from_fn(|request: Request, next: Next| store::watch(next.run(request))))
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            Error::Internal(anyhow::anyhow!("a handler panicked")).into_response()
        }))
        .layer(tower_http::timeout::RequestBodyTimeoutLayer::new(SILENCE))
        .layer(tower_http::timeout::TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            LONGEST_REQUEST,
        ))
        .layer(axum::middleware::from_fn_with_state(app.clone(), show_errors))
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
/// token are let through: a request with an `Authorization` never acts by cookie (see [`Signed`]), so nobody
/// can borrow one.
async fn protect(State(app): State<Shared>, request: Request, next: Next) -> Response {
    if request.uri().path_and_query().is_some_and(|address| address.as_str().len() > LONGEST_ADDRESS) {
        return Error::invalid("address", "error-address-too-long").into_response();
    }
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let by_token = bearer(request.headers()).is_some() && is_for_programs(request.uri().path());
    if changes && !by_token && !comes_from_here(&app.config.public_url, &request) {
        // The first part of the path only: the rest may be a one-time link.
        let place = request.uri().path().split('/').nth(1).unwrap_or_default();
        tracing::warn!(place, "a changing request from another site was refused");
        return Error::Forbidden.into_response();
    }
    next.run(request).await
}

/// Whether a path is of the interface for programs: only there a token counts.
fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/")
}

fn comes_from_here(public_url: &str, request: &Request) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    // Old phones: Origin, else Referer, must name this host, by the name asked for or the configured one.
    let authority = |address: &str| address.parse::<Uri>().ok().and_then(|u| u.authority().cloned());
    let Some(from) = text("origin").or_else(|| text("referer")).and_then(authority) else {
        return false;
    };
    let asked = text("host").or_else(|| request.uri().authority().map(|a| a.as_str()));
    asked == Some(from.as_str()) || authority(public_url).as_ref() == Some(&from)
}

fn is_our_own(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    kind.starts_with("text/html") || kind.starts_with("application/json")
}

/// Turns an error's response into a page, or into JSON under `/api/`.
async fn show_errors(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let address = request.extensions().get::<Address>().cloned();
    let wants_json = is_for_programs(request.uri().path());
    let method = request.method().clone();
    let token = cookie(&app, request.headers()).map(str::to_owned);
    let back = came_from(request.headers());
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
    let mut address = address.unwrap_or(Address { lang: Lang::Vi, path: "/".into() });
    if address.path.len() > LONGEST_ADDRESS {
        // The links of the page would say it again and again.
        address.path = "/".into();
    }
    if wants_json {
        return api::failure(&app, address.lang, &failed);
    }
    if failed.status == StatusCode::UNAUTHORIZED && method == Method::GET {
        let back = form_urlencoded(&address.path);
        let page = Page::outside(app, address);
        return redirect(&page.href(&format!("/dang-nhap?toi={back}")));
    }
    // What is public is the same for everybody, its errors too (promise H4).
    let inside = failed.status.is_client_error() && response.extensions().get::<PublicRoute>().is_none();
    let met = match token.filter(|_| inside) {
        Some(token) => who_met_it(&app, address.lang, &token, back).await,
        None => None,
    };
    let mut shown = crate::page::error_page(app, address, &failed, met);
    if let Some(seconds) = failed.wait_seconds {
        shown.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    shown
}

/// Whose menu an error page has; nobody's when that cannot be found out.
async fn who_met_it(app: &Shared, lang: Lang, token: &str, back: Option<String>) -> Option<Met> {
    let (mut actor, _) = signin::find_actor(app, token).await.ok()??;
    let tree = app.trees.on(&app.db, app.today()).await.ok()?;
    actor.put_standing_first(&tree);
    let gone = match actor.home_unit().filter(|unit| !tree.contains(*unit)) {
        Some(unit) => crate::features::orgs::gone_into(app, lang, unit).await.ok()?,
        None => None,
    };
    Some(Met { actor, tree, back, gone })
}

/// The page of ours that a browser names as the one before.
fn came_from(headers: &HeaderMap) -> Option<String> {
    let referer: Uri = headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    let ours = referer.authority().map(|a| a.as_str()) == host;
    local_path(referer.path_and_query()?.as_str()).filter(|_| ours).map(str::to_owned)
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

/// A public page: marked as one, so that its errors are the same for everybody too.
pub(crate) async fn cached(request: Request, next: Next) -> Response {
    let mut response = from_memory(request, next).await;
    response.extensions_mut().insert(PublicRoute);
    response
}

/// Serves a public page from memory when it was rendered a moment ago, with an ETag.
async fn from_memory(request: Request, next: Next) -> Response {
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
    pub standing: std::sync::Arc<crate::features::orgs::Placements>,
}

impl Signed {
    pub fn lang(&self) -> Lang {
        self.address.lang
    }
    pub fn say(&self, key: &str) -> String {
        self.app.words.say(self.lang(), key, &[])
    }
    /// A page inside, in one of the rooms of the menu or in none; `title` is text, not a key.
    pub fn page(&self, room: impl Into<Option<crate::page::Room>>, title: &str) -> Page {
        let mut page = Page::outside(self.app.clone(), self.address.clone());
        page.title = title.to_owned();
        page.inside = Some(crate::page::Inside::new(&self.actor, &self.tree, room.into()));
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
        self.standing.get(unit).map_or(unit, |p| p.at)
    }
    pub fn can(&self, act: Act, unit: store::Id) -> bool {
        self.actor.can(act, self.standing(unit), &self.tree)
    }
    /// May do it at some unit of an appointment that stands.
    pub fn can_at_own(&self, act: Act) -> bool {
        self.actor.units_for(act).any(|unit| self.tree.contains(unit))
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
    /// The unit that a form names, or the person's own when it names none; one that is none is not found.
    pub fn unit_named(&self, named: &str, act: Act) -> Result<store::Id, Error> {
        let asked = if named.is_empty() { None } else { Some(named.parse()?) };
        self.unit(asked, act)
    }
    /// A unit and everything under it, with what has gone over into them; none: everything there is.
    pub fn all_under(&self, unit: store::Id) -> Option<Vec<store::Id>> {
        crate::features::orgs::all_under(&self.tree, &self.standing, unit)
    }
    /// All units whose things the person may see; none: everything there is.
    pub fn in_sight(&self) -> Option<Vec<store::Id>> {
        let mut units = Vec::new();
        for unit in self.actor.units_for(Act::See) {
            units.extend(self.all_under(unit)?.into_iter().filter(|u| self.can(Act::See, *u)));
        }
        units.sort();
        units.dedup();
        Some(units)
    }
    /// The name of a unit in a table or a choice.
    pub async fn listed_name(&self, unit: store::Id) -> Result<String, Error> {
        crate::features::orgs::listed_name(&self.app, self.lang(), unit).await
    }
    /// Where a unit that is gone has gone, and since when, in words.
    pub async fn gone_into(&self, unit: store::Id) -> Result<Option<String>, Error> {
        crate::features::orgs::gone_into(&self.app, self.lang(), unit).await
    }
    /// The name of a unit as it is today, or as it was last.
    pub async fn unit_name(&self, unit: store::Id) -> Result<String, Error> {
        self.app.trees.name(&self.app.db, unit).await
    }
}

impl FromRequestParts<Shared> for Signed {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Signed, Error> {
        refuse_on_public(parts)?;
        let Visitor { address, .. } = Visitor::from_request_parts(parts, app).await?;
        // A request with an Authorization stands on its token alone: `protect` relies on it.
        let by_token = parts.headers.contains_key(header::AUTHORIZATION);
        let actor = if by_token {
            match bearer(&parts.headers) {
                Some(token) => signin::find_actor_by_api_token(app, token).await?,
                None => None,
            }
        } else {
            match cookie(app, &parts.headers) {
                Some(token) => of_cookie(app, token).await?,
                None => None,
            }
        };
        let mut actor = actor.ok_or(Error::SignInNeeded)?;
        // Pages are for people at a browser: a lost token cannot make itself new ones there, nor approve.
        if by_token && !is_for_programs(parts.uri.path()) {
            return Err(Error::Forbidden);
        }
        let tree = app.trees.on(&app.db, app.today()).await?;
        actor.put_standing_first(&tree);
        let standing = app.trees.placements(&app.db, app.today()).await?;
        Ok(Signed { app: app.clone(), actor, address, tree, standing })
    }
}

/// A page that is the same for everybody must not depend on who asks (promise H4).
fn refuse_on_public(parts: &Parts) -> Result<(), Error> {
    if parts.extensions.get::<PublicRoute>().is_some() {
        debug_assert!(false, "the public route {} asks who is there", parts.uri.path());
        return Err(Error::Internal(anyhow::anyhow!("public route {} asks who is there", parts.uri.path())));
    }
    Ok(())
}

async fn of_cookie(app: &Shared, token: &str) -> Result<Option<Actor>, Error> {
    let Some((actor, stale)) = signin::find_actor(app, token).await? else {
        return Ok(None);
    };
    if stale {
        // Beside the request: a page that only reads does not wait for the database's writer.
        let (app, token) = (app.clone(), token.to_owned());
        tokio::spawn(async move {
            if let Err(e) = signin::renew(&app, &token).await {
                tracing::warn!(cause = %e, "a sign-in could not be renewed");
            }
        });
    }
    Ok(Some(actor))
}

/// Where a request comes from, for throttles.
pub struct Peer {
    /// The network address; of IPv6 the first half, which is one customer's.
    pub address: String,
    /// The browser's own word, if somebody has signed in from it before.
    pub device: Option<String>,
    /// The sign-in that the browser holds.
    pub token: Option<String>,
}

impl FromRequestParts<Shared> for Peer {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Peer, Error> {
        refuse_on_public(parts)?;
        let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
        // Each proxy appends the address that it saw: with one in front, the last is the visitor's.
        let forwarded = parts.headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
        let hops: Vec<&str> = forwarded.flat_map(|v| v.split(',')).map(str::trim).collect();
        let named = app.config.proxies.checked_sub(1).and_then(|n| hops.iter().rev().nth(n)?.parse().ok());
        let address = match named.or(connected) {
            Some(IpAddr::V6(ip)) => match ip.to_ipv4_mapped() {
                Some(v4) => v4.to_string(),
                None => hex::encode(ip.octets().get(..8).unwrap_or_default()),
            },
            Some(ip) => ip.to_string(),
            None => String::new(),
        };
        Ok(Peer {
            address,
            device: named_cookie(&parts.headers, DEVICE_COOKIE).map(str::to_owned),
            token: cookie(app, &parts.headers).map(str::to_owned),
        })
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    // RFC 7235: a scheme's letters may be large or small.
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start())
}

/// The value of the sign-in's cookie.
pub fn cookie<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    named_cookie(headers, signin::cookie_name(app.config.secure_cookies()))
}

fn named_cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value)
}

const DEVICE_COOKIE: &str = "lantoa-may";

/// Sets the cookie of a sign-in, or takes it away. It ends with the browser: commune PCs are shared.
pub fn set_cookie(app: &App, token: Option<&str>) -> (header::HeaderName, HeaderValue) {
    let name = signin::cookie_name(app.config.secure_cookies());
    match token {
        Some(token) => cookie_header(app, name, token, ""),
        None => cookie_header(app, name, "", "; Max-Age=0"),
    }
}

/// Sets the word by which the throttle knows this browser again; it says nothing about who uses it.
pub fn set_device_cookie(app: &App, word: &str) -> (header::HeaderName, HeaderValue) {
    cookie_header(app, DEVICE_COOKIE, word, "; Max-Age=34560000")
}

fn cookie_header(app: &App, name: &str, value: &str, more: &str) -> (header::HeaderName, HeaderValue) {
    let secure = if app.config.secure_cookies() { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{more}{secure}");
    (header::SET_COOKIE, HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("")))
}

/// The path if it is one of this site's: never another host's.
pub fn local_path(path: &str) -> Option<&str> {
    let plain = path.len() <= 2_000 && path.bytes().all(|b| (0x21..0x7f).contains(&b) && b != b'\\');
    (plain && path.starts_with('/') && !path.starts_with("//")).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        let check = |path: &str, expected: bool| assert_eq!(local_path(path).is_some(), expected, "{path}");
        check("/viec", true);
        check("/ke-hoach/7-00?trang=2&loc=a%20b", true);
        for elsewhere in [
            "",
            "viec",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "/a\r\nb",
            "/\t/evil.example",
            "javascript:alert(1)",
            " /viec",
            "/viêc",
        ] {
            check(elsewhere, false);
        }
    }

    #[test]
    fn the_language_is_taken_off_and_no_other_host_comes_in() {
        let check = |address: &str, lang: Lang, path: &str| {
            let request = axum::http::Request::builder().uri(address).body(()).unwrap();
            let request = take_language(request);
            let taken = request.extensions().get::<Address>().unwrap();
            assert_eq!((taken.lang, taken.path.as_str()), (lang, path), "{address}");
        };
        check("/viec?a=1", Lang::Vi, "/viec?a=1");
        check("/en/viec?a=1", Lang::En, "/viec?a=1");
        check("/en", Lang::En, "/");
        check("/en?a=1", Lang::En, "/?a=1");
        check("/enough", Lang::Vi, "/enough");
        check("/en//evil.example", Lang::En, "/evil.example");
        check("//evil.example", Lang::Vi, "/evil.example");
    }

    #[test]
    fn requests_from_other_sites_are_known() {
        let check = |headers: &[(&str, &str)], expected: bool| {
            let mut request = axum::http::Request::builder().method("POST").uri("/dang-nhap");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let request = request.body(Body::empty()).unwrap();
            assert_eq!(comes_from_here("https://phobien.example.vn", &request), expected, "{headers:?}");
        };
        let host = ("host", "10.0.0.5:8080");
        check(&[host, ("sec-fetch-site", "same-origin")], true);
        check(&[host, ("sec-fetch-site", "none")], true);
        check(&[host, ("sec-fetch-site", "same-site")], false);
        check(&[host, ("sec-fetch-site", "cross-site"), ("origin", "http://10.0.0.5:8080")], false);
        check(&[host, ("origin", "http://10.0.0.5:8080")], true);
        check(&[host, ("origin", "http://10.0.0.5")], false);
        check(&[host, ("origin", "https://phobien.example.vn")], true);
        check(&[host, ("origin", "https://phobien.example.vn.evil.example")], false);
        check(&[host, ("origin", "null")], false);
        check(&[host, ("referer", "http://10.0.0.5:8080/dang-nhap")], true);
        check(&[host, ("referer", "http://evil.example/?10.0.0.5:8080")], false);
        check(&[host], false);
    }

    #[test]
    fn a_token_is_found_whatever_the_letters_of_its_scheme() {
        let check = |value: &str, expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
            assert_eq!(bearer(&headers), expected, "{value}");
        };
        check("Bearer abc", Some("abc"));
        check("bearer abc", Some("abc"));
        check("BEARER  abc", Some("abc"));
        check("Basic abc", None);
        check("Bearerabc", None);
        check("", None);
    }

    /// Promise H4: a public page cannot ask who is there.
    #[test]
    #[should_panic(expected = "asks who is there")]
    fn asking_who_is_there_on_a_public_route_stops_a_debug_build() {
        let (mut parts, ()) = axum::http::Request::builder().uri("/tin").body(()).unwrap().into_parts();
        parts.extensions.insert(PublicRoute);
        let _ = refuse_on_public(&parts);
    }
}
