//! Routes as a list that tests can read: every route says who may come and whether it changes something.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, on};

use super::form::PLAIN_BYTES;
use crate::app::Shared;

/// Who may come to a route at all. What they may do there, the handler asks of [`Actor`](crate::access::Actor).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody; cached; the handler cannot ask who it is.
    Public,
    /// Everybody, not cached: sign-in itself, one-time links.
    Anyone,
    /// Whoever is signed in, by cookie or by token.
    SignedIn,
}

#[derive(Debug, Clone)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub who: Who,
}

/// Marks a request on a public route, so that asking who is there fails (promise H4).
#[derive(Clone, Copy)]
pub struct PublicRoute;

#[derive(Default)]
pub struct Routes {
    pub list: Vec<Route>,
    pub router: Router<Shared>,
}

impl Routes {
    pub fn new() -> Routes {
        Routes::default()
    }
    fn add<H, T>(
        mut self,
        method: Method,
        path: &'static str,
        who: Who,
        handler: H,
        body_limit: usize,
    ) -> Routes
    where
        H: Handler<T, Shared>,
        T: 'static,
    {
        let filter = match method {
            Method::POST => MethodFilter::POST,
            Method::PUT => MethodFilter::PUT,
            Method::DELETE => MethodFilter::DELETE,
            _ => MethodFilter::GET,
        };
        let mut service = on(filter, handler);
        if who == Who::Public {
            service = service
                .layer::<_, std::convert::Infallible>(axum::middleware::from_fn(super::cached))
                .layer(axum::Extension(PublicRoute));
        }
        if body_limit > 0 {
            service = service.layer(DefaultBodyLimit::max(body_limit));
        }
        if body_limit > PLAIN_BYTES {
            service = service.layer(axum::middleware::from_fn(move |request, next| {
                super::limits::wait_for_room(body_limit, request, next)
            }));
        }
        self.router = self.router.route(path, service);
        self.list.push(Route { method, path, who });
        self
    }
    /// A public page: cacheable, without cookies.
    pub fn public<H: Handler<T, Shared>, T: 'static>(self, path: &'static str, handler: H) -> Routes {
        self.add(Method::GET, path, Who::Public, handler, 0)
    }
    /// Open to anyone, never cached.
    pub fn anyone<H: Handler<T, Shared>, T: 'static>(
        self,
        method: Method,
        path: &'static str,
        handler: H,
    ) -> Routes {
        self.add(method, path, Who::Anyone, handler, 64 << 10)
    }
    pub fn get<H: Handler<T, Shared>, T: 'static>(self, path: &'static str, handler: H) -> Routes {
        self.add(Method::GET, path, Who::SignedIn, handler, 0)
    }
    pub fn post<H: Handler<T, Shared>, T: 'static>(self, path: &'static str, handler: H) -> Routes {
        self.add(Method::POST, path, Who::SignedIn, handler, PLAIN_BYTES)
    }
    pub fn put<H: Handler<T, Shared>, T: 'static>(self, path: &'static str, handler: H) -> Routes {
        self.add(Method::PUT, path, Who::SignedIn, handler, PLAIN_BYTES)
    }
    pub fn delete<H: Handler<T, Shared>, T: 'static>(self, path: &'static str, handler: H) -> Routes {
        self.add(Method::DELETE, path, Who::SignedIn, handler, PLAIN_BYTES)
    }
    /// Takes files: a body of up to `bytes`.
    pub fn upload<H: Handler<T, Shared>, T: 'static>(
        self,
        path: &'static str,
        bytes: usize,
        handler: H,
    ) -> Routes {
        self.add(Method::POST, path, Who::SignedIn, handler, bytes)
    }
    pub fn and(mut self, other: Routes) -> Routes {
        self.list.extend(other.list);
        self.router = self.router.merge(other.router);
        self
    }
}
