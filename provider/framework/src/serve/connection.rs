//! Connections as they come in: each does its TLS handshake by itself, so that none can hold up the others.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::mpsc,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

use super::{certificate::MutualTls, listener::Listener};
use crate::{
    lifecycle::{Connections, Guard, Lifecycle},
    server::ConnectionId,
};

/// Bytes in both directions, whatever carries them.
pub(super) type Io = Box<dyn Duplex>;

/// What a connection must be able to do.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// Longer than any honest peer needs on one machine.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A connection that is ready for gRPC.
pub(super) struct Connection {
    io: Io,
    id: ConnectionId,
    _counted: Guard<Connections>,
}

/// Accepts until the process ends. The task is done when the listener is dropped and its socket's file is deleted.
pub(super) fn accept(
    listener: Listener,
    tls: Option<MutualTls>,
    lifecycle: &Arc<Lifecycle>,
) -> (ReceiverStream<io::Result<Connection>>, JoinHandle<()>) {
    let acceptor = tls.map(|tls| TlsAcceptor::from(tls.server));
    let (sender, receiver) = mpsc::channel(16);
    let lifecycle = Arc::clone(lifecycle);
    let accepting = tokio::spawn(async move {
        let ending = lifecycle.ending();
        while let Some(accepted) = ending.run_until_cancelled(listener.accept()).await {
            match accepted {
                Ok(io) => {
                    tokio::spawn(prepare(io, acceptor.clone(), sender.clone(), Arc::clone(&lifecycle)));
                }
                Err(error) => {
                    tracing::error!("A connection could not be accepted: {error}");
                    // Out of file handles, most likely: do not spin until some are free again.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    });
    (ReceiverStream::new(receiver), accepting)
}

async fn prepare(
    io: Io,
    acceptor: Option<TlsAcceptor>,
    ready: mpsc::Sender<io::Result<Connection>>,
    lifecycle: Arc<Lifecycle>,
) {
    let io = match acceptor {
        None => io,
        Some(acceptor) => match tokio::time::timeout(HANDSHAKE, acceptor.accept(io)).await {
            Ok(Ok(stream)) => Box::new(stream),
            // Terraform does not tell why it could not connect, so this line must.
            Ok(Err(error)) => {
                tracing::error!("A connection was refused in the TLS handshake: {error}");
                return;
            }
            Err(_) => {
                tracing::error!("A connection was given up: no TLS handshake within {HANDSHAKE:?}");
                return;
            }
        },
    };
    let connection = Connection { io, id: ConnectionId::default(), _counted: lifecycle.connection() };
    // The receiver is closed when the process ends.
    let _ = ready.send(Ok(connection)).await;
}

impl Connected for Connection {
    type ConnectInfo = ConnectionId;

    fn connect_info(&self) -> ConnectionId {
        self.id.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}
