//! JSON-RPC over HTTP: one client of the program's own, with limits, no redirects and no proxy.

use super::NodeUrl;
use alloy::rpc::json_rpc::{RequestPacket, ResponsePacket};
use alloy::transports::{TransportError, TransportErrorKind, TransportFut};
use reqwest::{Client, Url};
use std::error::Error as _;
use std::task::{Context, Poll};
use std::time::Duration;
use tower::Service;

/// Largest answer that is taken. The largest that are asked for are a contract's code and a receipt.
const MAX_ANSWER_BYTES: usize = 16 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// A node at an address.
#[derive(Clone, Debug)]
pub(super) struct Http {
    client: Client,
    url: Url,
}

impl Http {
    pub(super) fn new(url: &NodeUrl) -> Result<Self, String> {
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            // Another host must not get a key that is part of the address.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("vigil/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| error.without_url().to_string())?;
        let url = url.url().clone();
        Ok(Self { client, url })
    }

    async fn exchange(self, packet: RequestPacket) -> Result<ResponsePacket, TransportError> {
        let body = serde_json::to_vec(&packet).map_err(TransportError::ser_err)?;
        let request = self.client.post(self.url);
        let request = request
            .header("content-type", "application/json")
            .body(body);
        let mut response = request.send().await.map_err(unreachable)?;
        let mut answer = Vec::new();
        // Grows as bytes arrive, so that an announcement alone takes no memory.
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if answer.len() + chunk.len() > MAX_ANSWER_BYTES {
                let text = format!("it answers with more than {MAX_ANSWER_BYTES} bytes");
                return Err(TransportErrorKind::custom_str(&text));
            }
            answer.extend_from_slice(&chunk);
        }
        // Some nodes put a JSON-RPC error into an answer with another status than 200.
        serde_json::from_slice(&answer).map_err(|_| {
            let status = response.status();
            TransportErrorKind::custom_str(&format!("it answers {status}, and no JSON-RPC"))
        })
    }
}

/// Without the URL, which may hold a key; the innermost cause says most.
fn unreachable(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    TransportErrorKind::custom_str(&text)
}

impl Service<RequestPacket> for Http {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, packet: RequestPacket) -> Self::Future {
        Box::pin(self.clone().exchange(packet))
    }
}
