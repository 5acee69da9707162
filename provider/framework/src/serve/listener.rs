//! Where the provider listens: a unix socket that only its owner may use, or loopback TCP on systems without them.

use std::io;

use tokio::net::TcpListener;

use super::{connection::Io, environment::Sockets};

/// How Terraform finds the listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// `unix` or `tcp`
    pub(super) network: &'static str,
    /// A path, or an IP address with a port.
    pub(super) place: String,
}

/// Why the provider cannot listen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unavailable {
    #[cfg(unix)]
    #[error("{0}; point TMPDIR to a writable folder with a short path")]
    Unix(String),
    #[cfg_attr(all(unix, not(test)), expect(dead_code, reason = "TCP is for systems without unix sockets"))]
    #[error("no free port between {0} and {1} on 127.0.0.1")]
    Tcp(u16, u16),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A listener with its address. A unix socket's file is deleted with it.
pub(super) struct Listener {
    socket: Socket,
    address: Address,
}

enum Socket {
    #[cfg(unix)]
    Unix(unix::Socket),
    #[cfg_attr(unix, expect(dead_code, reason = "built, so that it keeps compiling, but not used on unix"))]
    Tcp(TcpListener),
}

impl Listener {
    #[cfg(unix)]
    pub(super) fn bind(sockets: &Sockets) -> Result<Self, Unavailable> {
        let (socket, place) = unix::bind(&sockets.folders)?;
        Ok(Self { socket: Socket::Unix(socket), address: Address { network: "unix", place } })
    }

    #[cfg(not(unix))]
    pub(super) fn bind(sockets: &Sockets) -> Result<Self, Unavailable> {
        let listener = tcp(sockets)?;
        let place = listener.local_addr()?.to_string();
        Ok(Self { socket: Socket::Tcp(listener), address: Address { network: "tcp", place } })
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    pub(super) async fn accept(&self) -> io::Result<Io> {
        match &self.socket {
            #[cfg(unix)]
            Socket::Unix(socket) => socket.accept().await,
            Socket::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Small replies must not wait for more to come.
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }
}

#[cfg(any(not(unix), test))]
fn tcp(sockets: &Sockets) -> Result<TcpListener, Unavailable> {
    let ports = sockets.ports.clone();
    let free = ports.clone().find_map(|port| std::net::TcpListener::bind(("127.0.0.1", port)).ok());
    let listener = free.ok_or(Unavailable::Tcp(*ports.start(), *ports.end()))?;
    listener.set_nonblocking(true)?;
    Ok(TcpListener::from_std(listener)?)
}

#[cfg(all(unix, any(test, feature = "fuzzing")))]
pub(super) use self::unix::place;

#[cfg(unix)]
mod unix {
    //! Unix sockets.

    use std::{
        fs, io,
        path::{Path, PathBuf},
        sync::atomic::{AtomicU32, Ordering},
    };

    use rustix::{fs::Mode, process::umask};
    use tokio::net::UnixListener;

    use super::{Io, Unavailable};

    /// The longest path that every unix takes for a socket.
    const LONGEST: usize = 103;

    /// A socket whose file is deleted with it.
    pub(super) struct Socket {
        listener: UnixListener,
        path: PathBuf,
    }

    impl Socket {
        pub(super) async fn accept(&self) -> io::Result<Io> {
            let (stream, _) = self.listener.accept().await?;
            Ok(Box::new(stream))
        }
    }

    impl Drop for Socket {
        fn drop(&mut self) {
            // The folder may be deleted by now, with the file.
            let _ = fs::remove_file(&self.path);
        }
    }

    /// Binds in the first folder that works.
    pub(super) fn bind(folders: &[PathBuf]) -> Result<(Socket, String), Unavailable> {
        let mut reasons = Vec::new();
        for folder in folders {
            match bind_in(folder) {
                Ok(bound) => return Ok(bound),
                Err(reason) => reasons.push(reason),
            }
        }
        Err(Unavailable::Unix(reasons.join("; ")))
    }

    fn bind_in(folder: &Path) -> Result<(Socket, String), String> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        // Another process of this number may have died and left its file behind.
        for _ in 0..100 {
            let place = place(folder, NEXT.fetch_add(1, Ordering::Relaxed))?;
            let path = PathBuf::from(&place);
            // From its first moment on, only the owner may connect.
            let before = umask(Mode::from_raw_mode(0o177));
            let bound = UnixListener::bind(&path);
            umask(before);
            match bound {
                Ok(listener) => return Ok((Socket { listener, path }, place)),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(error) => return Err(format!("{}: {error}", folder.display())),
            }
        }
        Err(format!("{} holds too many sockets of dead plugins", folder.display()))
    }

    /// The path of a socket, in a form that the handshake line can carry.
    pub(in crate::serve) fn place(folder: &Path, number: u32) -> Result<String, String> {
        let path = folder.join(format!("plugin-{}-{number}", std::process::id()));
        let place = path.to_str().ok_or_else(|| format!("{} is not UTF-8", folder.display()))?;
        if place.len() > LONGEST {
            return Err(format!("{place} is too long for a unix socket"));
        }
        // A bar would end the field of the line, and a line break the line.
        if place.contains(|sign: char| sign == '|' || sign.is_control()) {
            return Err(format!("{place:?} holds a bar or a control character"));
        }
        Ok(place.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{Listener, Sockets, tcp};

    #[cfg(unix)]
    #[tokio::test]
    async fn a_unix_socket_is_the_owners_alone_and_is_deleted_with_the_listener() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let sockets = Sockets { folders: vec![folder.path().into()], ..Sockets::default() };
        let listener = Listener::bind(&sockets).unwrap();
        let path = std::path::PathBuf::from(&listener.address().place);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        drop(listener);
        assert!(!path.exists());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_path_that_is_too_long_is_passed_over_or_told() {
        let folder = tempfile::tempdir().unwrap();
        let long = folder.path().join("x".repeat(100));
        let sockets = Sockets { folders: vec![long.clone(), folder.path().into()], ..Sockets::default() };
        assert!(Listener::bind(&sockets).unwrap().address().place.len() < 104);
        let error = Listener::bind(&Sockets { folders: vec![long], ..Sockets::default() }).err().unwrap();
        assert!(error.to_string().contains("too long"), "{error}");
    }

    #[tokio::test]
    async fn tcp_takes_the_first_free_port_of_the_range() {
        let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let ports = port..=port.saturating_add(20);
        let listener = tcp(&Sockets { ports, ..Sockets::default() }).unwrap();
        assert_ne!(listener.local_addr().unwrap().port(), port);
        assert!(tcp(&Sockets { ports: port..=port, ..Sockets::default() }).is_err());
    }
}
