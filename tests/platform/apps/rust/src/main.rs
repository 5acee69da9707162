//! Answers on PORT: `/healthz`.

use std::io::{BufRead, BufReader, Result, Write};
use std::net::TcpListener;
use std::{process, thread};

use signal_hook::consts::SIGTERM;
use signal_hook::iterator::Signals;

fn main() -> Result<()> {
    // The first process of a container gets no signal that it does not ask for.
    let mut signals = Signals::new([SIGTERM])?;
    thread::spawn(move || signals.forever().for_each(|_| process::exit(0)));
    let port: u16 = std::env::var("PORT").expect("PORT is set").parse().expect("PORT is a number");
    for stream in TcpListener::bind(("0.0.0.0", port))?.incoming() {
        let mut stream = stream?;
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line)?;
        let (status, body) = match line.split(' ').nth(1).and_then(answer) {
            Some(body) => ("200 OK", body),
            None => ("404 Not Found", ""),
        };
        write!(stream, "HTTP/1.0 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len())?;
    }
    Ok(())
}

fn answer(path: &str) -> Option<&'static str> {
    (path == "/healthz").then_some("ok")
}

#[test]
fn unknown_paths_have_no_answer() {
    assert_eq!(answer("/healthz"), Some("ok"));
    assert_eq!(answer("/other"), None);
}
