//! Gathers what many callers ask for at the same time into one call. Nothing is kept: only callers that wait
//! together share an answer, so a caller that asks after a change sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::{Error, ErrorKind};

/// A batch is sent when no caller has joined for this long and it is as large as recent batches: Terraform works on
/// that many resources at a time, and on a busy machine they come one by one. A call to AWS takes much longer.
const QUIET: Duration = Duration::from_millis(10);

/// A batch waits for at most this many quiet times, even if callers still join.
const MOST_QUIET_TIMES: u32 = 20;

/// While a call is running, new callers wait for the next batch: the slower AWS is, the larger batches grow. A call
/// that takes longer than this, for example under throttling, does not delay other callers.
const LONGEST_TURN: Duration = Duration::from_millis(250);

/// What was found, by key; a key that is missing was not found.
pub(crate) type Found<Key, Value> = Result<BTreeMap<Key, Value>, Error>;

type Asking<Key, Value> = Pin<Box<dyn Future<Output = Found<Key, Value>> + Send>>;

/// The gathering place of one kind of question.
pub(crate) struct Batcher<Key, Value>(Arc<Shared<Key, Value>>);

/// Another handle of the same gathering place.
impl<Key, Value> Clone for Batcher<Key, Value> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

struct Shared<Key, Value> {
    most: usize,
    ask: Box<dyn Fn(Vec<Key>) -> Asking<Key, Value> + Send + Sync>,
    queue: Mutex<Queue<Key, Value>>,
}

struct Queue<Key, Value> {
    waiters: Vec<Waiter<Key, Value>>,
    /// Whether a task takes care of the waiters.
    attended: bool,
    /// How many came together lately.
    expected: usize,
}

struct Waiter<Key, Value> {
    keys: Vec<Key>,
    answer: oneshot::Sender<Found<Key, Value>>,
}

impl<Key, Value> Batcher<Key, Value>
where
    Key: Clone + Ord + Send + Sync + 'static,
    Value: Clone + Send + Sync + 'static,
{
    /// Asks with `ask`, for `most` different keys at once at most.
    pub(crate) fn new<Ask, Answer>(most: usize, ask: Ask) -> Self
    where
        Ask: Fn(Vec<Key>) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Found<Key, Value>> + Send + 'static,
    {
        Self(Arc::new(Shared {
            most,
            ask: Box::new(move |keys| Box::pin(ask(keys))),
            queue: Mutex::new(Queue { waiters: Vec::new(), attended: false, expected: 0 }),
        }))
    }

    /// Asks `inner`, whose answers are found by key.
    pub(crate) fn of<Inner, Ask, Answer>(most: usize, inner: &Arc<Inner>, ask: Ask) -> Self
    where
        Inner: ?Sized + Send + Sync + 'static,
        Ask: Fn(Arc<Inner>, Vec<Key>) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Found<Key, Value>> + Send + 'static,
    {
        let inner = inner.clone();
        Self::new(most, move |keys| ask(inner.clone(), keys))
    }

    /// Asks `inner`, whose answers tell their own `key`.
    pub(crate) fn keyed<Inner, Ask, Answer>(
        most: usize,
        inner: &Arc<Inner>,
        key: fn(&Value) -> &Key,
        ask: Ask,
    ) -> Self
    where
        Inner: ?Sized + Send + Sync + 'static,
        Ask: Fn(Arc<Inner>, Vec<Key>) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Result<Vec<Value>, Error>> + Send + 'static,
    {
        Self::of(most, inner, move |inner, keys| {
            let answer = ask(inner, keys);
            async move { Ok(answer.await?.into_iter().map(|value| (key(&value).clone(), value)).collect()) }
        })
    }

    /// Asks `inner` for one key in each call: callers that ask for the same key at the same time share an answer.
    pub(crate) fn single<Inner, Ask, Answer>(inner: &Arc<Inner>, ask: Ask) -> Self
    where
        Inner: ?Sized + Send + Sync + 'static,
        Ask: Fn(Arc<Inner>, Key) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Result<Option<Value>, Error>> + Send + 'static,
    {
        Self::of(1, inner, move |inner, keys: Vec<Key>| {
            let answers: Vec<_> =
                keys.into_iter().map(|key| (key.clone(), ask(inner.clone(), key))).collect();
            async move {
                let mut all = BTreeMap::new();
                for (key, answer) in answers {
                    if let Some(value) = answer.await? {
                        all.insert(key, value);
                    }
                }
                Ok(all)
            }
        })
    }

    /// What is found under these keys, in as few calls as others that ask at the same time allow.
    pub(crate) async fn get(&self, keys: &[Key]) -> Found<Key, Value> {
        if keys.is_empty() {
            return Ok(BTreeMap::new());
        }
        let (answer, answered) = oneshot::channel();
        let is_first = {
            let mut queue = self.0.queue();
            queue.waiters.push(Waiter { keys: keys.to_vec(), answer });
            !std::mem::replace(&mut queue.attended, true)
        };
        if is_first {
            // A task of its own, since the first caller may be dropped while others wait.
            tokio::spawn(attend(self.0.clone()));
        }
        answered.await.expect("a batch answers all its waiters unless it panics, and so do they then")
    }

    /// What is found under one key.
    pub(crate) async fn get_one(&self, key: Key) -> Result<Option<Value>, Error> {
        Ok(self.get(std::slice::from_ref(&key)).await?.remove(&key))
    }
}

impl<Key, Value> Shared<Key, Value> {
    fn queue(&self) -> MutexGuard<'_, Queue<Key, Value>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends batch after batch until no caller waits.
async fn attend<Key, Value>(shared: Arc<Shared<Key, Value>>)
where
    Key: Clone + Ord + Send + Sync + 'static,
    Value: Clone + Send + Sync + 'static,
{
    loop {
        let (mut waiting, expected) = {
            let queue = shared.queue();
            (queue.waiters.len(), queue.expected)
        };
        for _ in 0..MOST_QUIET_TIMES {
            sleep(QUIET).await;
            let now = shared.queue().waiters.len();
            if now == std::mem::replace(&mut waiting, now) && now >= expected {
                break;
            }
        }
        let waiters = {
            let mut queue = shared.queue();
            let mut waiters = std::mem::take(&mut queue.waiters);
            waiters.retain(|waiter| !waiter.answer.is_closed());
            if waiters.is_empty() {
                queue.attended = false;
                return;
            }
            // Those that stay away, because the work comes to its end, are soon waited for no more.
            queue.expected = waiters.len().max(queue.expected.midpoint(waiters.len()));
            waiters
        };
        let mut turn = JoinSet::new();
        for batch in batches(waiters, shared.most) {
            turn.spawn(answer(shared.clone(), batch));
        }
        let all = async { while turn.join_next().await.is_some() {} };
        if timeout(LONGEST_TURN, all).await.is_err() {
            turn.detach_all();
        }
    }
}

/// The waiters in groups whose keys go into one call. One that alone asks for more has a group for itself.
fn batches<Key: Clone + Ord, Value>(
    waiters: Vec<Waiter<Key, Value>>,
    most: usize,
) -> Vec<Vec<Waiter<Key, Value>>> {
    let mut all: Vec<Vec<Waiter<Key, Value>>> = Vec::new();
    let mut keys = BTreeSet::new();
    for waiter in waiters {
        let mut with_it = keys.clone();
        with_it.extend(waiter.keys.iter().cloned());
        if let Some(batch) = all.last_mut().filter(|_| with_it.len() <= most) {
            keys = with_it;
            batch.push(waiter);
        } else {
            keys = waiter.keys.iter().cloned().collect();
            all.push(vec![waiter]);
        }
    }
    all
}

/// Makes the call of a batch and answers its waiters.
async fn answer<Key, Value>(shared: Arc<Shared<Key, Value>>, waiters: Vec<Waiter<Key, Value>>)
where
    Key: Clone + Ord + Send + Sync + 'static,
    Value: Clone + Send + Sync + 'static,
{
    let keys: BTreeSet<Key> = waiters.iter().flat_map(|waiter| waiter.keys.iter().cloned()).collect();
    match (shared.ask)(keys.into_iter().collect()).await {
        Err(error) if waiters.len() > 1 && may_be_the_fault_of_one(&error) => {
            let mut alone = JoinSet::new();
            for waiter in waiters {
                let shared = shared.clone();
                alone.spawn(async move {
                    let found = (shared.ask)(waiter.keys).await;
                    // A caller that does not wait any more needs no answer.
                    let _ = waiter.answer.send(found);
                });
            }
            alone.join_all().await;
        }
        found => {
            for waiter in waiters {
                let own = found.as_ref().map_err(Clone::clone).map(|found| {
                    let own = waiter.keys.iter().filter_map(|key| found.get_key_value(key));
                    own.map(|(key, value)| (key.clone(), value.clone())).collect()
                });
                let _ = waiter.answer.send(own);
            }
        }
    }
}

/// AWS refuses a whole call for one name in it that is malformed, or that the caller may not see. The other
/// waiters must not suffer for it, and the one at fault must be told by its own name.
fn may_be_the_fault_of_one(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Throttled
        | ErrorKind::Connection
        | ErrorKind::Expired
        | ErrorKind::NoCredentials
        | ErrorKind::QuotaExceeded
        | ErrorKind::Other => false,
        ErrorKind::AccessDenied
        | ErrorKind::Invalid
        | ErrorKind::NotFound
        | ErrorKind::AlreadyExists
        | ErrorKind::InUse
        | ErrorKind::Conflict => true,
    }
}

#[cfg(test)]
mod tests;
