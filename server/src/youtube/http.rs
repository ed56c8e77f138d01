//! Sends one request once, and says whether it may have arrived.

use std::time::Duration;

use reqwest::{Client, Request};

/// Fifty broadcasts take a quarter of a megabyte.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// To connect takes a moment or doesn't happen.
const CONNECT: Duration = Duration::from_secs(10);

/// Says no address, since an address may hold a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error("no connection")]
    NotSent,
    #[error("what was to be sent can't be made")]
    NotDrawn,
    #[error("no answer in time")]
    Silence,
    #[error("the connection broke off")]
    BrokeOff,
    #[error("the answer is too long")]
    TooLong,
}

/// A client that follows nobody elsewhere and repeats nothing of its own accord.
pub fn client(user_agent: &str, patience: Duration) -> Result<Client, reqwest::Error> {
    Client::builder()
        .user_agent(user_agent)
        .timeout(patience)
        .connect_timeout(patience.min(CONNECT))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .build()
}

/// The status and the whole body.
pub async fn send(client: &Client, request: Request) -> Result<(u16, Vec<u8>), Trouble> {
    let mut answer = client.execute(request).await.map_err(|cause| judge(&cause))?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|cause| judge(&cause))? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(Trouble::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok((answer.status().as_u16(), body))
}

fn judge(cause: &reqwest::Error) -> Trouble {
    if cause.is_connect() || cause.is_builder() {
        Trouble::NotSent
    } else if cause.is_timeout() {
        Trouble::Silence
    } else {
        Trouble::BrokeOff
    }
}
