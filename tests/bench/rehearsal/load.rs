//! A constant load: several clients send requests at a fixed rate and note every answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use ureq::Agent;

use super::answers::{Answer, Answers};
use super::backend::NAME_HEADER;
use crate::interrupt;

const CLIENTS: u32 = 4;
/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Running clients. Dropping it stops them.
#[derive(Debug)]
pub struct Load {
    answers: Arc<Mutex<Vec<Answer>>>,
    stopped: Arc<AtomicBool>,
    clients: Vec<JoinHandle<()>>,
    per_second: u32,
}

impl Load {
    /// Starts to send a number of requests per second for a host to a URL.
    pub fn start(url: &str, host: &str, per_second: u32) -> Self {
        let answers: Arc<Mutex<Vec<Answer>>> = Arc::default();
        let stopped = Arc::new(AtomicBool::new(false));
        let pause = Duration::from_secs(1) * CLIENTS / per_second.max(1);
        let clients = (0..CLIENTS).map(|index| {
            let (url, host) = (url.to_owned(), host.to_owned());
            let (answers, stopped) = (Arc::clone(&answers), Arc::clone(&stopped));
            let first = Instant::now() + pause * index / CLIENTS;
            thread::spawn(move || {
                let agent = agent();
                let mut next = first;
                while !stopped.load(Ordering::Relaxed) {
                    thread::sleep(next.saturating_duration_since(Instant::now()));
                    let answer = ask(&agent, &url, &host);
                    lock(&answers).push(answer);
                    next += pause;
                }
            })
        });
        Self { clients: clients.collect(), answers, stopped, per_second }
    }

    /// All answers so far.
    pub fn answers(&self) -> Answers {
        Answers(lock(&self.answers).clone())
    }

    /// Waits until a number of requests that are sent from now on is answered, and returns their answers.
    pub fn measure(&self, requests: u32) -> Result<Answers> {
        let start = Instant::now();
        let limit = Duration::from_secs(1) * requests / self.per_second.max(1) * 5 + PATIENCE;
        loop {
            interrupt::check()?;
            let answered = lock(&self.answers).iter().filter(|answer| answer.sent >= start).count();
            if answered >= requests as usize {
                return Ok(self.answers().since(start));
            }
            ensure!(
                start.elapsed() < limit,
                "only {answered} of {requests} requests were answered in {limit:?}"
            );
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        for client in self.clients.drain(..) {
            let _ = client.join();
        }
    }
}

fn agent() -> Agent {
    let config =
        Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).proxy(None);
    config.build().into()
}

fn ask(agent: &Agent, url: &str, host: &str) -> Answer {
    let sent = Instant::now();
    let answer = agent.get(url).header("Host", host).call().and_then(|mut answer| {
        answer.body_mut().read_to_vec()?;
        Ok(answer)
    });
    let duration = sent.elapsed();
    let Ok(answer) = answer else { return Answer { sent, backend: None, status: None, duration } };
    let backend = answer.headers().get(NAME_HEADER).and_then(|name| name.to_str().ok());
    Answer { sent, backend: backend.map(ToOwned::to_owned), status: Some(answer.status().as_u16()), duration }
}

fn lock(answers: &Mutex<Vec<Answer>>) -> MutexGuard<'_, Vec<Answer>> {
    answers.lock().unwrap_or_else(PoisonError::into_inner)
}
