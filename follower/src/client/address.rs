//! Where a node is, and what it takes to be let in.

use reqwest::Url;
use reqwest::header::HeaderValue;
use std::fmt;

/// The address of a node's Beacon API.
///
/// User name, password, path, query and token may be secrets: `Debug` and `Display` show scheme, host
/// and port alone, and nothing else of this type is ever printed.
#[derive(Clone)]
pub struct NodeAddress {
    url: Url,
    authorization: Option<HeaderValue>,
}

/// Why text is no address of a node. It does not quote the text, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// No URL at all.
    #[error("a beacon node's address is not a URL such as http://127.0.0.1:5052")]
    NoUrl,
    /// Another scheme.
    #[error("a beacon node's address starts with http:// or https://")]
    Scheme,
    /// Not allowed in a header.
    #[error("the bearer token has characters that a header cannot carry")]
    Token,
}

impl NodeAddress {
    /// From a URL, which may hold a user name and a password.
    ///
    /// # Errors
    /// If it is none that a node can have.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let mut url = Url::parse(text).map_err(|_| AddressError::NoUrl)?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(AddressError::Scheme);
        }
        url.set_fragment(None);
        Ok(Self {
            url,
            authorization: None,
        })
    }

    /// Sends a bearer token with every request.
    ///
    /// # Errors
    /// If it has characters that no token has.
    pub fn with_token(mut self, token: &str) -> Result<Self, AddressError> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", token.trim()))
            .map_err(|_| AddressError::Token)?;
        value.set_sensitive(true);
        self.authorization = Some(value);
        Ok(self)
    }

    pub(super) fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }

    /// The URL of a route; a path and a query of the address are kept.
    pub(super) fn join(&self, route: &str) -> Url {
        let mut url = self.url.clone();
        let (path, query) = route.split_once('?').unwrap_or((route, ""));
        url.set_path(&format!("{}{path}", self.url.path().trim_end_matches('/')));
        let query = [self.url.query().unwrap_or(""), query]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("&");
        url.set_query((!query.is_empty()).then_some(query.as_str()));
        url
    }
}

impl fmt::Display for NodeAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.url.host_str().unwrap_or_default();
        write!(f, "{}://{host}", self.url.scheme())?;
        match self.url.port() {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for NodeAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeAddress({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_an_address_are_never_shown() {
        let node =
            NodeAddress::parse("https://user:hunter2@node.example:5052/v2/s3cret?key=s3cret")
                .unwrap()
                .with_token("t0ken\n")
                .unwrap();
        assert_eq!(node.to_string(), "https://node.example:5052");
        assert_eq!(
            format!("{node:?}"),
            "NodeAddress(https://node.example:5052)"
        );
        assert!(!format!("{:?}", node.authorization()).contains("t0ken"));
        assert_eq!(
            node.join("/eth/v1/node/syncing").as_str(),
            "https://user:hunter2@node.example:5052/v2/s3cret/eth/v1/node/syncing?key=s3cret"
        );
        let plain = NodeAddress::parse("http://127.0.0.1:9/").unwrap();
        assert_eq!(plain.join("/a?b=1").as_str(), "http://127.0.0.1:9/a?b=1");
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_quoted() {
        for text in [
            "",
            "127.0.0.1:5052",
            "not a url",
            "ftp://user:hunter2@host/",
        ] {
            let error = NodeAddress::parse(text).unwrap_err();
            assert!(!error.to_string().contains("hunter2"));
        }
        let node = NodeAddress::parse("http://host").unwrap();
        assert_eq!(node.with_token("a\0b").unwrap_err(), AddressError::Token);
    }
}
