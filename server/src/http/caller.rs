//! From where a request comes.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::App;
use crate::accounts::Caller;

/// What a browser calls itself is kept up to this many characters.
const LONGEST_AGENT: usize = 200;

impl FromRequestParts<App> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        let agent = agent.chars().filter(|letter| !letter.is_control()).take(LONGEST_AGENT).collect();
        Ok(Self { address: address(peer, &parts.headers, app.accounts.proxies), agent })
    }
}

/// The address that asked: the peer's, or what the outermost of `proxies` trusted ones saw. What stands further left
/// in the header was written by whoever asked. Where the header says no address, it is the peer's: somebody is always
/// counted.
pub(super) fn address(peer: Option<IpAddr>, headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let Some(back) = proxies.checked_sub(1) else { return peer };
    said_address(headers, back).or(peer)
}

/// What the header says, `back` from its end.
fn said_address(headers: &HeaderMap, back: usize) -> Option<IpAddr> {
    let texts = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let seen: Vec<&str> = texts.flat_map(|text| text.split(',')).map(str::trim).collect();
    let said = seen.len().checked_sub(back + 1).and_then(|place| seen.get(place))?;
    said.parse().ok().or_else(|| said.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// The address at which people reach the service: as it was set, or as the browser of who asks says.
pub(super) fn base(app: &App, headers: &HeaderMap) -> String {
    if let Some(url) = &app.accounts.public_url {
        return url.clone();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ".-:[]".contains(letter);
    if host.is_empty() || !host.chars().all(is_plain) { String::new() } else { format!("http://{host}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_trusted_proxies_saw_is_believed() {
        let peer = Some(IpAddr::from([127, 0, 0, 1]));
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "10.9.9.9, 203.0.113.7".parse().unwrap());
        headers.append("x-forwarded-for", "192.0.2.1".parse().unwrap());
        let of = |proxies| address(peer, &headers, proxies).map(|address| address.to_string());
        assert_eq!(of(0).as_deref(), Some("127.0.0.1"));
        assert_eq!(of(1).as_deref(), Some("192.0.2.1"));
        assert_eq!(of(2).as_deref(), Some("203.0.113.7"));
        assert_eq!(of(4).as_deref(), Some("127.0.0.1"), "who leaves the header out is counted all the same");
    }

    #[test]
    fn a_header_that_says_no_address_leaves_the_peers() {
        let peer = Some(IpAddr::from([127, 0, 0, 1]));
        for said in ["unknown", "", "_hidden", "10.9.9.9, ", "300.1.1.1"] {
            let mut headers = HeaderMap::new();
            headers.append("x-forwarded-for", said.parse().unwrap());
            assert_eq!(address(peer, &headers, 1), peer, "{said:?}");
        }
        assert_eq!(address(peer, &HeaderMap::new(), 1), peer);
    }
}
