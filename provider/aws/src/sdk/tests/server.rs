//! A server on loopback that gives the answers it was told, one for each request, and keeps the requests.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What to answer.
pub(super) enum Answer {
    /// A status, a media type and a body.
    Reply(u16, &'static str, String),
    /// Nothing: the connection is closed.
    Hangup,
}

impl Answer {
    pub(super) fn json(status: u16, body: &str) -> Self {
        Self::Reply(status, "application/x-amz-json-1.1", body.to_owned())
    }

    pub(super) fn xml(status: u16, body: &str) -> Self {
        Self::Reply(status, "text/xml", body.to_owned())
    }

    pub(super) fn html(status: u16, body: &str) -> Self {
        Self::Reply(status, "text/html", body.to_owned())
    }
}

/// The server; it ends with the test's runtime.
pub(super) struct Server {
    pub(super) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) async fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = requests.clone();
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let request = read(&mut stream).await;
                kept.lock().expect("not poisoned").push(request);
                if let Answer::Reply(status, media_type, body) = answer {
                    let text = format!(
                        "HTTP/1.1 {status} X\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\n\
                         x-amzn-requestid: the-request\r\nconnection: close\r\n\r\n{body}",
                        body.len()
                    );
                    stream.write_all(text.as_bytes()).await.expect("the client reads");
                }
            }
        });
        Self { url, requests }
    }

    /// Head and body of every request so far.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("not poisoned").clone()
    }
}

async fn read(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .and_then(|(_, value)| value.trim().parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        let count = stream.read(&mut buffer).await.expect("the client writes");
        assert!(count > 0, "the request ends early: {text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
}
