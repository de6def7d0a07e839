//! The connections, one by one: how many, and how long one may take to ask.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Connections at a time; further ones wait to be taken.
const CONNECTIONS_MAX: usize = 256;

/// The head of a request must arrive within this time; an idle connection ends after it.
const HEAD_WITHIN: Duration = Duration::from_secs(15);

/// A head is at most so long.
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// So long the listener rests where no connection can be taken, for want of file descriptors.
const REST: Duration = Duration::from_millis(100);

/// Answers by `router` until `stopped`; connections that are open then are told to end.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    stopped: impl Future<Output = ()> + Send,
) {
    let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let ending = GracefulShutdown::new();
    let mut stopped = std::pin::pin!(stopped);
    loop {
        let taken = async {
            let permit = connections.clone().acquire_owned().await.expect("it is never closed");
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            taken = taken => taken,
            () = &mut stopped => break,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(REST).await;
            continue;
        };
        let connection = ending.watch(connection(stream, router.clone()));
        tokio::spawn(async move {
            // A client that goes away, or asks too slowly, is no news.
            drop(connection.await);
            drop(permit);
        });
    }
    drop(listener);
    ending.shutdown().await;
}

type Connection = http1::Connection<TokioIo<TcpStream>, TowerToHyperService<Router<()>>>;

fn connection(stream: TcpStream, router: Router) -> Connection {
    drop(stream.set_nodelay(true));
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
}

/// What a handler that panics answers.
pub(super) fn panicked(_: Box<dyn std::any::Any + Send>) -> axum::http::Response<Body> {
    use axum::response::IntoResponse as _;
    super::problem::Problem::internal("an answer could not be made", &"a handler panicked")
        .into_response()
}
