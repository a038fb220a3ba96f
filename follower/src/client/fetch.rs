//! One request to one node, with its limits.

use super::answer::Answer;
use super::{NodeAddress, Refusal};
use reqwest::header::{ACCEPT, AUTHORIZATION};
use reqwest::{Client, StatusCode};
use std::error::Error as _;
use std::time::Duration;

/// What to ask for, and how much of it to take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    pub(super) route: &'a str,
    pub(super) ssz: bool,
    /// The JSON body of a POST.
    pub(super) post: Option<&'a str>,
    pub(super) limit: u64,
    pub(super) timeout: Duration,
}

/// Asks once.
pub(super) async fn fetch(
    client: &Client,
    node: &NodeAddress,
    question: Question<'_>,
) -> Result<Answer, Refusal> {
    match tokio::time::timeout(question.timeout, exchange(client, node, question)).await {
        Ok(result) => result,
        Err(_) => Err(Refusal::Timeout),
    }
}

async fn exchange(
    client: &Client,
    node: &NodeAddress,
    question: Question<'_>,
) -> Result<Answer, Refusal> {
    let url = node.join(question.route);
    let mut request = match question.post {
        Some(body) => client
            .post(url)
            .header("content-type", "application/json")
            .body(body.to_owned()),
        None => client.get(url),
    };
    let accept = if question.ssz {
        "application/octet-stream"
    } else {
        "application/json"
    };
    request = request.header(ACCEPT, accept);
    if let Some(authorization) = node.authorization() {
        request = request.header(AUTHORIZATION, authorization.clone());
    }
    let mut response = request.send().await.map_err(|error| refusal(error, 0))?;
    check_status(response.status())?;
    let limit = question.limit;
    let announced = response.content_length().unwrap_or(0);
    if announced > limit {
        return Err(Refusal::TooLarge { limit });
    }
    let mut body = Vec::new();
    // Grows as bytes arrive, so that an announcement alone takes no memory.
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| refusal(error, body.len() as u64))?
    {
        if body.len() as u64 + chunk.len() as u64 > limit {
            return Err(Refusal::TooLarge { limit });
        }
        if body.capacity() == 0 {
            body.reserve_exact(announced.min(limit) as usize);
        }
        body.extend_from_slice(&chunk);
    }
    if (body.len() as u64) < announced {
        return Err(Refusal::BrokenOff {
            got: body.len() as u64,
        });
    }
    Ok(Answer::new(response.headers(), body))
}

fn check_status(status: StatusCode) -> Result<(), Refusal> {
    match status.as_u16() {
        200 => Ok(()),
        404 | 410 => Err(Refusal::NotFound),
        // The API's own status for it.
        503 => Err(Refusal::Syncing { distance: None }),
        status => Err(Refusal::Status { status }),
    }
}

/// Without the URL, which may hold a password.
fn refusal(error: reqwest::Error, got: u64) -> Refusal {
    let error = error.without_url();
    if error.is_timeout() {
        return Refusal::Timeout;
    }
    if got > 0 || error.is_body() || error.is_decode() {
        return Refusal::BrokenOff { got };
    }
    let mut detail = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        detail = error.to_string();
        cause = error.source();
    }
    Refusal::Unreachable { detail }
}
