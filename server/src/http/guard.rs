//! What stands before every handler.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::caller::address;

/// Refuses requests that name another host than loopback: a page elsewhere could otherwise point its own name at
/// this machine and read along (DNS rebinding).
pub(super) async fn loopback_host(request: Request, next: Next) -> Response {
    let host = request
        .uri()
        .authority()
        .map(|authority| authority.as_str().to_owned())
        .or_else(|| request.headers().get(header::HOST)?.to_str().ok().map(str::to_owned));
    if host.as_deref().is_some_and(is_loopback) {
        return next.run(request).await;
    }
    let text = "The demo answers only to 127.0.0.1, [::1] and localhost: nobody signs in to it.\n";
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}

fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(host, _)| host),
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    host.eq_ignore_ascii_case("localhost") || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// How long a request may take in all, the sending of its body included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    request: Duration,
    /// An upload goes on as long as bytes come, by limits of its own.
    upload: Duration,
}

impl Patience {
    pub(super) const USUAL: Self = Self { request: Duration::from_secs(60), upload: Duration::from_secs(6 * 3600) };
}

/// Ends requests that take too long.
pub(super) async fn in_time(State(patience): State<Patience>, request: Request, next: Next) -> Response {
    let is_upload = request.method() == Method::POST
        && (request.uri().path().ends_with("/upload") || request.uri().path().ends_with("/uploads"));
    let longest = if is_upload { patience.upload } else { patience.request };
    match tokio::time::timeout(longest, next.run(request)).await {
        Ok(response) => response,
        Err(_) => (
            StatusCode::REQUEST_TIMEOUT,
            "The request took too long. What it began may still be going on: look before you send it again.\n",
        )
            .into_response(),
    }
}

/// Requests that are answered at once; more than these are asked to come again.
#[derive(Debug, Clone)]
pub(super) struct Crowd {
    places: Arc<Semaphore>,
    /// How many each address holds.
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
    most_for_one: usize,
    /// Trusted proxies before the service.
    proxies: usize,
}

/// A place that is held.
#[derive(Debug)]
struct Place {
    crowd: Crowd,
    address: Option<IpAddr>,
    _permit: OwnedSemaphorePermit,
}

impl Crowd {
    /// At most `most` at once, and `most_for_one` from one address. What comes from the machine itself is not counted
    /// apart: it may be a proxy that nobody told the service of.
    pub(super) fn of(most: usize, most_for_one: usize, proxies: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(most)), held: Arc::default(), most_for_one, proxies }
    }

    fn enter(&self, address: Option<IpAddr>) -> Option<Place> {
        let address = address.filter(|address| !address.to_canonical().is_loopback());
        let permit = self.places.clone().try_acquire_owned().ok()?;
        if let Some(address) = address {
            let mut held = self.held.lock().ok()?;
            let of_one = held.entry(address).or_default();
            if *of_one >= self.most_for_one {
                return None;
            }
            *of_one += 1;
        }
        Some(Place { crowd: self.clone(), address, _permit: permit })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(address) = self.address
            && let Ok(mut held) = self.crowd.held.lock()
            && let Some(of_one) = held.get_mut(&address)
        {
            *of_one -= 1;
            if *of_one == 0 {
                held.remove(&address);
            }
        }
    }
}

/// Turns requests away while too many are being answered, in all or of one address: each holds memory.
pub(super) async fn not_too_many(State(crowd): State<Crowd>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let Some(_place) = crowd.enter(address(peer, request.headers(), crowd.proxies)) else {
        let again = [(header::RETRY_AFTER, "5")];
        let text = "The service is busy. Send it again in a moment.\n";
        return (StatusCode::SERVICE_UNAVAILABLE, again, text).into_response();
    };
    next.run(request).await
}

/// Headers that every answer carries.
pub(super) async fn headers(request: Request, next: Next) -> Response {
    const HEADERS: [(HeaderName, &str); 5] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // Health data does not belong into shared caches; assets set their own.
        (header::CACHE_CONTROL, "private, no-cache"),
    ];
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::routing::post;
    use tokio::sync::Notify;
    use tower::ServiceExt as _;

    use super::*;

    #[test]
    fn only_loopback_hosts_are_answered() {
        for host in ["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080", "127.5.0.1"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["", "example.org", "localhost.example.org:80", "10.0.0.1", "[::2]:80", "0.0.0.0:80", "[::1"] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    fn to(path: &str) -> Request {
        Request::post(path).body(Body::empty()).unwrap()
    }

    #[tokio::test]
    async fn a_request_that_never_ends_is_ended_and_an_upload_is_given_longer() {
        let patience = Patience { request: Duration::from_millis(20), upload: Duration::from_secs(3600) };
        let later = Arc::new(Notify::new());
        let waits = later.clone();
        let service = Router::new()
            .route("/never", post(std::future::pending::<()>))
            .route("/athletes/a/uploads", post(async move || waits.notified().await))
            .layer(from_fn_with_state(patience, in_time));
        let upload = tokio::spawn(service.clone().oneshot(to("/athletes/a/uploads")));
        // The upload began before, and would be over by now if it had the same time.
        let never = service.oneshot(to("/never")).await.unwrap();
        assert_eq!(never.status(), StatusCode::REQUEST_TIMEOUT);
        later.notify_one();
        assert_eq!(upload.await.unwrap().unwrap().status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn who_comes_while_the_house_is_full_is_asked_to_come_again() {
        let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (enters, leaves) = (entered.clone(), leave.clone());
        let stays = async move || {
            enters.notify_one();
            leaves.notified().await;
        };
        let service = Router::new().route("/", post(stays)).layer(from_fn_with_state(Crowd::of(1, 1, 0), not_too_many));
        let first = tokio::spawn(service.clone().oneshot(to("/")));
        entered.notified().await;
        let second = service.clone().oneshot(to("/")).await.unwrap();
        assert_eq!(second.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(second.headers()[header::RETRY_AFTER], "5");
        leave.notify_one();
        assert_eq!(first.await.unwrap().unwrap().status(), StatusCode::OK);
        leave.notify_one();
        assert_eq!(service.oneshot(to("/")).await.unwrap().status(), StatusCode::OK, "the place is free again");
    }

    #[test]
    fn one_address_holds_some_of_the_places_and_not_all() {
        let crowd = Crowd::of(3, 2, 0);
        let (one, other) = (Some(IpAddr::from([192, 0, 2, 1])), Some(IpAddr::from([192, 0, 2, 2])));
        let places = [crowd.enter(one), crowd.enter(one)];
        assert!(places.iter().all(Option::is_some));
        assert!(crowd.enter(one).is_none(), "it holds two already");
        assert!(crowd.enter(other).is_some());
        drop(places);
        assert!(crowd.enter(one).is_some() && crowd.held.lock().unwrap().is_empty());
        let own = Some(IpAddr::from([127, 0, 0, 1]));
        let places = [crowd.enter(own), crowd.enter(own), crowd.enter(own)];
        assert!(places.iter().all(Option::is_some), "a proxy on the machine itself");
        assert!(crowd.enter(other).is_none(), "the house is full");
    }
}
