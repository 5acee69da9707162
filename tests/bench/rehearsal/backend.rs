//! A real HTTP server on loopback that stands for EC2 instances or pods. It names itself in a header of each answer,
//! and can be made slow, faulty or unhealthy.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Result;

/// The header in which a backend names itself.
pub const NAME_HEADER: &str = "X-Backend";
/// The path of the health check.
pub const HEALTH_PATH: &str = "/healthz";

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct Backend {
    /// Where it listens.
    pub address: SocketAddr,
    behaviour: Arc<Behaviour>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Behaviour {
    name: String,
    status: AtomicU16,
    delay_milliseconds: AtomicU64,
    unhealthy: AtomicBool,
    stopped: AtomicBool,
}

impl Backend {
    /// Starts a server that answers everything with 200 at once.
    pub fn start(name: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let behaviour = Arc::new(Behaviour {
            name: name.to_owned(),
            status: AtomicU16::new(200),
            delay_milliseconds: AtomicU64::new(0),
            unhealthy: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
        });
        let shared = Arc::clone(&behaviour);
        let accepting = thread::spawn(move || accept(&listener, &shared));
        Ok(Self { address, behaviour, accepting: Some(accepting) })
    }

    /// Answers requests with a status from now on; health checks still pass.
    pub fn answer_with(&self, status: u16) {
        self.behaviour.status.store(status, Ordering::Relaxed);
    }

    /// Waits before each answer from now on; health checks are answered at once.
    pub fn delay(&self, delay: Duration) {
        let milliseconds = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self.behaviour.delay_milliseconds.store(milliseconds, Ordering::Relaxed);
    }

    /// Fails health checks from now on, or passes them again.
    pub fn set_healthy(&self, healthy: bool) {
        self.behaviour.unhealthy.store(!healthy, Ordering::Relaxed);
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.behaviour.stopped.store(true, Ordering::Relaxed);
        // The server looks at the flag when the next connection comes: this one.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

fn accept(listener: &TcpListener, behaviour: &Arc<Behaviour>) {
    for connection in listener.incoming() {
        if behaviour.stopped.load(Ordering::Relaxed) {
            return;
        }
        let Ok(connection) = connection else { continue };
        let behaviour = Arc::clone(behaviour);
        // A client that breaks off gets no answer.
        thread::spawn(move || behaviour.answer(&connection).ok());
    }
}

impl Behaviour {
    /// Answers the one request of a connection.
    fn answer(&self, connection: &TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(connection).lines();
        let first = lines.next().transpose()?.unwrap_or_default();
        // The headers end with an empty line.
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        let status = if first.split(' ').nth(1) == Some(HEALTH_PATH) {
            if self.unhealthy.load(Ordering::Relaxed) { 503 } else { 200 }
        } else {
            // The status of the moment at which the request came.
            let status = self.status.load(Ordering::Relaxed);
            thread::sleep(Duration::from_millis(self.delay_milliseconds.load(Ordering::Relaxed)));
            status
        };
        let name = &self.name;
        let mut connection = connection;
        write!(
            connection,
            "HTTP/1.1 {status} Rehearsed\r\n{NAME_HEADER}: {name}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(backend: &Backend, path: &str) -> u16 {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let answer = agent.get(format!("http://{}{path}", backend.address)).call().unwrap();
        assert_eq!(answer.headers()[NAME_HEADER], "blue");
        answer.status().as_u16()
    }

    #[test]
    fn faults_and_health_are_apart() {
        let backend = Backend::start("blue").unwrap();
        assert_eq!((status(&backend, "/"), status(&backend, HEALTH_PATH)), (200, 200));
        backend.answer_with(500);
        assert_eq!((status(&backend, "/"), status(&backend, HEALTH_PATH)), (500, 200));
        backend.answer_with(200);
        backend.set_healthy(false);
        assert_eq!((status(&backend, "/"), status(&backend, HEALTH_PATH)), (200, 503));
        let address = backend.address;
        drop(backend);
        assert!(TcpStream::connect(address).is_err(), "it still listens");
    }
}
