//! Where a node is.

use reqwest::Url;
use std::fmt;
use std::str::FromStr;

/// The address of a node's JSON-RPC.
///
/// User name, password, path and query may be secrets: `Debug` and `Display` show scheme, host and port alone.
#[derive(Clone, PartialEq, Eq)]
pub struct NodeUrl(Url);

/// Why text is no address of a node. It does not quote the text, which may hold a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a node's address is a URL such as http://127.0.0.1:8545, with http or https")]
pub struct UrlError;

impl NodeUrl {
    pub(super) fn url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for NodeUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let url = Url::parse(text).map_err(|_| UrlError)?;
        let is_http = matches!(url.scheme(), "http" | "https") && url.host().is_some();
        is_http.then_some(Self(url)).ok_or(UrlError)
    }
}

impl fmt::Display for NodeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.0.host_str().unwrap_or_default();
        write!(f, "{}://{host}", self.0.scheme())?;
        match self.0.port() {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for NodeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_an_address_is_never_shown() {
        let url: NodeUrl = "https://user:hunter2@rpc.example:8545/v3/s3cret?k=s3cret"
            .parse()
            .unwrap();
        assert_eq!(url.to_string(), "https://rpc.example:8545");
        assert_eq!(format!("{url:?}"), "NodeUrl(https://rpc.example:8545)");
        for text in ["", "127.0.0.1:8545", "ftp://a:hunter2@b", "ws://a"] {
            let error = text.parse::<NodeUrl>().unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{text}");
        }
    }
}
