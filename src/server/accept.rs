//! The accept loop: connections are limited in number and in how long they may keep us waiting.
//!
//! Who connects has to say what is wanted within a few seconds, and to take what is sent. At the limit
//! of connections the ones that said nothing yet make room, the oldest first.

use std::{
    collections::BTreeMap,
    io::{self, IoSlice},
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{Router, extract::ConnectInfo};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, oneshot, watch},
    time::{Sleep, sleep, timeout},
};
use tower::Service;

use crate::{
    config::Server,
    telemetry::{self, Counted},
};

/// Files that are no connections: the database's, the log, what the runtime itself needs.
const OTHER_FILES: u64 = 96;
const CONNECTIONS_MAX: u64 = 50_000;
/// After an error that says nothing about one connection, such as too many open files.
const PAUSE: Duration = Duration::from_millis(200);

/// How long a connection may keep us waiting.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// A new one for its first request.
    pub first: Duration,
    /// Any for the head of its next request.
    pub next: Duration,
    /// Any for taking what is sent, each piece.
    pub write: Duration,
}

impl Patience {
    pub fn of(server: &Server) -> Self {
        let &Server { head_timeout_s, idle_timeout_s, write_timeout_s, .. } = server;
        let [first, next, write] = [head_timeout_s, idle_timeout_s, write_timeout_s].map(Duration::from_secs);
        Self { first, next, write }
    }
}

/// Serves `app` until `stop` ends; then no connection is taken any more, and those that are open finish
/// what is under way.
pub async fn accept(listener: TcpListener, app: Router, patience: Patience, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(connections_at_most()));
    let silent = Arc::new(Silent::default());
    let (stopping, stopped) = watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let connection = match accepted {
            Ok(connection) => connection,
            Err(e) if is_of_one_connection(&e) => continue,
            Err(e) => {
                if let Some(unsaid) = telemetry::seldom("no connection") {
                    tracing::error!(unsaid, "no connection can be taken: {e}");
                }
                sleep(PAUSE).await;
                continue;
            }
        };
        let Ok(place) = (match Arc::clone(&places).try_acquire_owned() {
            Ok(place) => Ok(place),
            Err(_) => {
                silent.send_oldest_away();
                tokio::select! {
                    place = Arc::clone(&places).acquire_owned() => place,
                    () = &mut stop => break,
                }
            }
        }) else {
            break;
        };
        let (app, silent, stopped) = (app.clone(), Arc::clone(&silent), stopped.clone());
        tokio::spawn(async move {
            let _open = Counted::new("xunge_connections");
            converse(connection, app, patience, &silent, stopped).await;
            drop(place);
        });
    }
    drop((listener, stopped));
    let _ = stopping.send(true);
    stopping.closed().await;
}

/// Speaks with one client to the end.
async fn converse(
    (stream, peer): (TcpStream, SocketAddr),
    app: Router,
    patience: Patience,
    silent: &Silent,
    mut stopped: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let (number, mut spoke) = silent.enter();
    let has_spoken = AtomicBool::new(false);
    let service = service_fn(|mut request: Request<Incoming>| {
        if !has_spoken.swap(true, Relaxed) {
            silent.leave(number);
        }
        request.extensions_mut().insert(ConnectInfo(peer));
        app.clone().call(request)
    });
    let io = TokioIo::new(Patient { stream, limit: patience.write, stalled: None });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(patience.next);
    let mut talk = pin!(builder.serve_connection(io, service));
    let first = timeout(patience.first, &mut spoke);
    tokio::select! {
        _ = &mut talk => return silent.leave(number),
        said = first => match said {
            // It asked for something: its place in the list is gone.
            Ok(Err(_)) => {}
            // It was sent away, or was silent for too long.
            Ok(Ok(())) | Err(_) => return silent.leave(number),
        },
        _ = stopped.wait_for(|s| *s) => {}
    }
    tokio::select! {
        _ = &mut talk => return silent.leave(number),
        _ = stopped.wait_for(|s| *s) => {}
    }
    talk.as_mut().graceful_shutdown();
    let _ = talk.await;
    silent.leave(number);
}

/// Connections that said nothing yet, by age. What is sent to one asks it to go.
#[derive(Debug, Default)]
struct Silent(Mutex<(u64, BTreeMap<u64, oneshot::Sender<()>>)>);

impl Silent {
    /// A number for [`Silent::leave`], and what ends once the connection leaves or is sent away.
    fn enter(&self) -> (u64, oneshot::Receiver<()>) {
        let (send, receive) = oneshot::channel();
        let mut all = self.all();
        all.0 += 1;
        let number = all.0;
        all.1.insert(number, send);
        (number, receive)
    }

    fn leave(&self, number: u64) {
        self.all().1.remove(&number);
    }

    fn send_oldest_away(&self) {
        if let Some((_, oldest)) = self.all().1.pop_first() {
            let _ = oldest.send(());
        }
    }

    fn all(&self) -> std::sync::MutexGuard<'_, (u64, BTreeMap<u64, oneshot::Sender<()>>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The client went away before it was taken.
fn is_of_one_connection(e: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(e.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Raises the limit of open files as far as we may; so many connections leave room for other files.
fn connections_at_most() -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    let may_have = limit.maximum.unwrap_or(u64::MAX);
    if limit.current.is_some_and(|has| has < may_have) {
        let more = rustix::process::Rlimit { current: Some(may_have.min(CONNECTIONS_MAX + OTHER_FILES)), ..limit };
        if limit.current < more.current && setrlimit(Resource::Nofile, more).is_ok() {
            limit = more;
        }
    }
    let files = limit.current.unwrap_or(u64::MAX);
    files.saturating_sub(OTHER_FILES).clamp(16, CONNECTIONS_MAX) as usize
}

/// A stream whose other end has to take what is written within a limit.
struct Patient {
    stream: TcpStream,
    limit: Duration,
    /// Runs while a write waits.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    fn judge<T>(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.stalled = None;
            return polled;
        }
        let limit = self.limit;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Patient {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.judge(cx, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.judge(cx, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
