//! The load: keep-alive connections to this machine. Latencies count from the moment a request was meant to be sent,
//! whatever the client was doing then; no request waits for another's answer.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{HeaderMap, Method, Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use crate::Failure;

/// A request without an answer after this is a failure of the bench.
const PATIENCE: Duration = Duration::from_secs(120);

/// How many connections are opened at once: fewer than wait in a listener's queue.
const OPENING: usize = 256;

/// How many visit at once before the opening.
const VISITING: usize = 32;

pub type Asked = Request<Full<Bytes>>;

pub struct Connection(SendRequest<Full<Bytes>>);

/// One whole answer, and when it was there.
pub struct Answer {
    /// When the request was meant to be sent.
    pub intended: Instant,
    pub sent: Instant,
    pub answered: Instant,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn took(&self) -> Duration {
        self.answered - self.intended
    }
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // Ends with the sender, or with an error that the sender is told of.
        tokio::spawn(async move { drop(connection.await) });
        Ok(Self(sender))
    }

    /// As many at once, all before anything is sent.
    pub async fn open_all(address: SocketAddr, count: usize) -> Result<Vec<Self>, Failure> {
        let opening = futures::stream::iter(0..count).map(|_| Self::open(address));
        opening.buffer_unordered(OPENING).try_collect().await
    }

    pub async fn send(&mut self, request: Asked) -> Result<Answer, Failure> {
        self.send_meant_for(Instant::now(), request).await
    }

    /// `intended` is when it was meant to be sent; it may be later, never earlier.
    async fn send_meant_for(&mut self, intended: Instant, request: Asked) -> Result<Answer, Failure> {
        self.0.ready().await?;
        let sent = Instant::now();
        let (parts, body) = timeout(PATIENCE, self.0.send_request(request)).await??.into_parts();
        let body = body.collect().await?.to_bytes();
        let (status, headers) = (parts.status, parts.headers);
        Ok(Answer { intended, sent, answered: Instant::now(), status, headers, body })
    }

    /// Sends a request whose answer goes on and on.
    pub async fn listen(&mut self, request: Asked) -> Result<Response<Incoming>, Failure> {
        Ok(timeout(PATIENCE, self.0.send_request(request)).await??)
    }
}

/// A page as a browser asks for it; `cookie` says who.
pub fn page(address: SocketAddr, path: &str, cookie: Option<&str>) -> Asked {
    request(Method::GET, address, path, cookie, Bytes::new())
}

/// A form as a page of the site sends it.
pub fn form(address: SocketAddr, path: &str, cookie: Option<&str>, fields: String) -> Asked {
    let mut request = request(Method::POST, address, path, cookie, fields.into());
    let headers = request.headers_mut();
    let kind = header::HeaderValue::from_static("application/x-www-form-urlencoded");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::ORIGIN, value(&format!("http://{address}")));
    request
}

fn request(method: Method, address: SocketAddr, path: &str, cookie: Option<&str>, body: Bytes) -> Asked {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = method;
    *request.uri_mut() = path.parse().unwrap_or_else(|_| panic!("{path} is no path"));
    let headers = request.headers_mut();
    headers.insert(header::HOST, value(&address.to_string()));
    if let Some(cookie) = cookie {
        headers.insert(header::COOKIE, value(cookie));
    }
    request
}

fn value(text: &str) -> header::HeaderValue {
    text.parse().unwrap_or_else(|_| panic!("{text} is no header"))
}

/// One page, on a connection of its own.
pub async fn get(address: SocketAddr, path: &str, cookie: Option<&str>) -> Result<Answer, Failure> {
    Connection::open(address).await?.send(page(address, path, cookie)).await
}

/// Long enough for every client to stand ready.
const BEFORE: Duration = Duration::from_millis(300);

/// Sends each request on its own connection, all at the same instant, and returns the answers in the requests' order.
pub async fn volley(connections: Vec<Connection>, requests: Vec<Asked>) -> Result<Vec<Answer>, Failure> {
    volley_over(connections, requests, Instant::now() + BEFORE, Duration::ZERO).await
}

/// Sends the first request at `opening` and the others evenly over the span after it.
pub async fn volley_over(
    connections: Vec<Connection>,
    requests: Vec<Asked>,
    opening: Instant,
    span: Duration,
) -> Result<Vec<Answer>, Failure> {
    let count = requests.len() as f64;
    let shots =
        (0..).zip(connections.into_iter().zip(requests)).map(|(number, (mut connection, request))| {
            tokio::spawn(async move {
                let intended = opening + span.mul_f64(f64::from(number) / count);
                sleep_until(intended).await;
                let answer = connection.send_meant_for(intended, request).await?;
                Ok::<_, Failure>((connection, answer))
            })
        });
    let shots: Vec<_> = shots.collect();
    let (mut connections, mut answers) = (Vec::new(), Vec::new());
    for shot in shots {
        let (connection, answer) = shot.await??;
        // Closing one would be work for the server while others still wait.
        connections.push(connection);
        answers.push(answer);
    }
    Ok(answers)
}

/// Sends each request on its own connection, a few at a time, and gives the connections back: what people do before.
pub async fn visit(connections: Vec<Connection>, requests: Vec<Asked>) -> Result<Vec<Connection>, Failure> {
    let visits = connections.into_iter().zip(requests).map(|(mut connection, request)| async move {
        let answer = connection.send(request).await?;
        match answer.status {
            StatusCode::OK => Ok::<_, Failure>(connection),
            status => Err(format!("a visit answered {status}").into()),
        }
    });
    futures::stream::iter(visits).buffered(VISITING).try_collect().await
}

/// Somebody who reads on: one request after each span of time until told to stop, whether or not those before it have
/// been answered.
pub async fn read_on(
    connections: Vec<Connection>,
    requests: Vec<Asked>,
    begin: Instant,
    every: Duration,
    stop: Arc<AtomicBool>,
) -> Result<Vec<Answer>, Failure> {
    let connections: Vec<_> = connections.into_iter().map(|it| Arc::new(Mutex::new(it))).collect();
    let mut reading = JoinSet::new();
    let pairs = connections.iter().cycle().zip(requests.iter().cycle());
    for (number, (connection, request)) in (0..).zip(pairs) {
        let intended = begin + every * number;
        sleep_until(intended).await;
        if stop.load(Ordering::Acquire) {
            break;
        }
        let (connection, request) = (Arc::clone(connection), request.clone());
        reading.spawn(async move { connection.lock().await.send_meant_for(intended, request).await });
    }
    let mut answers = Vec::new();
    while let Some(one) = reading.join_next().await {
        answers.push(one??);
    }
    Ok(answers)
}

/// Answers a second with every connection always busy: what the other side can do at most. Each must be a page of at
/// least so many bytes.
pub async fn saturate(
    connections: Vec<Connection>,
    request: &Asked,
    least: usize,
    span: Duration,
) -> Result<f64, Failure> {
    let begin = Instant::now();
    let busy = connections.into_iter().map(|mut connection| {
        let request = request.clone();
        tokio::spawn(async move {
            let mut count = 0_u32;
            while begin.elapsed() < span {
                let answer = connection.send(request.clone()).await?;
                if answer.status != StatusCode::OK || answer.body.len() < least {
                    let length = answer.body.len();
                    return Err(format!("a page of {length} bytes answered {}", answer.status).into());
                }
                count += 1;
            }
            Ok::<_, Failure>(count)
        })
    });
    let busy: Vec<_> = busy.collect();
    let mut count = 0;
    for one in busy {
        count += one.await??;
    }
    Ok(f64::from(count) / begin.elapsed().as_secs_f64())
}

/// How long each took from when it was meant to be sent.
pub fn times(answers: &[Answer]) -> Vec<Duration> {
    answers.iter().map(Answer::took).collect()
}

/// The time within which this part of them came, by nearest rank; zero of nothing.
pub fn quantile(mut times: Vec<Duration>, part: f64) -> Duration {
    times.sort_unstable();
    let rank = (times.len() as f64 * part).ceil() as usize;
    times.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// How many answers there were of each status, in words.
pub fn by_kind(answers: &[Answer]) -> String {
    let mut kinds = BTreeMap::<u16, usize>::new();
    for answer in answers {
        *kinds.entry(answer.status.as_u16()).or_default() += 1;
    }
    kinds.iter().map(|(status, count)| format!("{count} x {status}")).collect::<Vec<_>>().join(", ")
}
