//! What this program is when it starts itself again: something to compare with, in a process of its own.

use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;

use crate::Failure;

/// An empty handler: what axum and this machine can do at most.
pub async fn serve_empty(address: SocketAddr) -> Result<(), Failure> {
    serve(address, Router::new().fallback(async || ())).await
}

/// Serves until whoever started this program is gone.
pub async fn serve(address: SocketAddr, app: Router) -> Result<(), Failure> {
    std::thread::spawn(|| {
        // Nobody writes: it ends when the other end is closed.
        let _end = std::io::read_to_string(std::io::stdin());
        std::process::exit(0);
    });
    axum::serve(TcpListener::bind(address).await?, app).await?;
    Ok(())
}
