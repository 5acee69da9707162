//! Callers that wait together are answered together, and no caller delays or fails another.

use tokio::time::Instant;

use super::*;
use crate::Service;

/// Every call so far: the keys that it asked for.
type Calls = Arc<Mutex<Vec<Vec<u32>>>>;

fn error(kind: ErrorKind, keys: &[u32]) -> Error {
    Error::new(kind, Service::Ecr, "DescribeRepositories", format!("{keys:?}"), "refused")
}

/// A batcher of at most `most` keys. `answer` sets the duration and the result of a call.
fn batcher(
    most: usize,
    answer: impl Fn(&[u32]) -> (Duration, Found<u32, String>) + Send + Sync + 'static,
) -> (Batcher<u32, String>, Calls) {
    let calls = Calls::default();
    let log = calls.clone();
    let batcher = Batcher::new(most, move |keys: Vec<u32>| {
        let (time, found) = answer(&keys);
        log.lock().unwrap().push(keys);
        async move {
            sleep(time).await;
            found
        }
    });
    (batcher, calls)
}

/// Answers at once with every key's own text; keys from 100 on are missing.
fn texts(keys: &[u32]) -> (Duration, Found<u32, String>) {
    let there = keys.iter().filter(|key| **key < 100);
    (Duration::ZERO, Ok(there.map(|key| (*key, key.to_string())).collect()))
}

/// Many callers at the same moment, one key each, and what each got.
async fn get_each(
    batcher: &Arc<Batcher<u32, String>>,
    keys: impl Iterator<Item = u32>,
) -> Vec<Result<Option<String>, Error>> {
    let callers: Vec<_> = keys
        .map(|key| {
            let batcher = batcher.clone();
            tokio::spawn(async move { batcher.get_one(key).await })
        })
        .collect();
    let mut all = Vec::new();
    for caller in callers {
        all.push(caller.await.unwrap());
    }
    all
}

#[tokio::test(start_paused = true)]
async fn callers_at_the_same_time_share_calls_and_get_their_own() {
    let (batcher, calls) = batcher(20, texts);
    let found = get_each(&Arc::new(batcher), 0..50).await;
    assert_eq!(found, (0..50).map(|key| Ok(Some(key.to_string()))).collect::<Vec<_>>());
    assert_eq!(calls.lock().unwrap().iter().map(Vec::len).collect::<Vec<_>>(), [20, 20, 10]);
}

#[tokio::test(start_paused = true)]
async fn the_same_key_is_asked_for_once_and_a_missing_one_is_missing() {
    let (batcher, calls) = batcher(20, texts);
    let found = get_each(&Arc::new(batcher), [7, 7, 100].into_iter()).await;
    assert_eq!(found, [Ok(Some("7".to_owned())), Ok(Some("7".to_owned())), Ok(None)]);
    assert_eq!(*calls.lock().unwrap(), [[7, 100]]);
}

#[tokio::test(start_paused = true)]
async fn a_caller_of_many_keys_gets_them_in_one_call() {
    let (batcher, calls) = batcher(2, texts);
    assert_eq!(batcher.get(&[]).await, Ok([].into()));
    let (many, one) = tokio::join!(batcher.get(&[1, 2, 3]), batcher.get_one(4));
    assert_eq!(many.map(|many| many.into_keys().collect()), Ok(vec![1, 2, 3]));
    assert_eq!(one, Ok(Some("4".to_owned())));
    assert_eq!(*calls.lock().unwrap(), [vec![1, 2, 3], vec![4]]);
}

#[tokio::test(start_paused = true)]
async fn a_later_caller_causes_a_new_call() {
    let (batcher, calls) = batcher(20, texts);
    for _ in 0..2 {
        assert_eq!(batcher.get_one(1).await, Ok(Some("1".to_owned())));
    }
    assert_eq!(*calls.lock().unwrap(), [[1], [1]]);
}

#[tokio::test(start_paused = true)]
async fn one_who_joins_while_a_call_is_out_gets_the_answer_of_the_next() {
    let (batcher, calls) = batcher(20, |keys| (Duration::from_millis(100), texts(keys).1));
    let batcher = Arc::new(batcher);
    let late = async {
        sleep(Duration::from_millis(50)).await;
        get_each(&batcher, 0..3).await
    };
    let (first, late) = tokio::join!(batcher.get_one(0), late);
    assert_eq!((first, late.len()), (Ok(Some("0".to_owned())), 3));
    assert_eq!(*calls.lock().unwrap(), [vec![0], vec![0, 1, 2]]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_call_delays_other_callers_briefly() {
    let (batcher, _) = batcher(20, |keys| {
        let time = if keys.contains(&1) { Duration::from_mins(1) } else { Duration::ZERO };
        (time, texts(keys).1)
    });
    let start = Instant::now();
    let quick = async {
        sleep(Duration::from_millis(50)).await;
        let answer = batcher.get_one(2).await;
        (answer, start.elapsed())
    };
    let (slow, (quick, time)) = tokio::join!(batcher.get_one(1), quick);
    assert_eq!((slow, quick), (Ok(Some("1".to_owned())), Ok(Some("2".to_owned()))));
    assert!(time < Duration::from_millis(500), "{time:?}");
    assert!(start.elapsed() >= Duration::from_mins(1));
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_the_service_is_told_to_all_and_not_repeated() {
    let (batcher, calls) = batcher(20, |keys| (Duration::ZERO, Err(error(ErrorKind::Throttled, keys))));
    let found = get_each(&Arc::new(batcher), 0..3).await;
    assert!(found.iter().all(|found| *found == Err(error(ErrorKind::Throttled, &[0, 1, 2]))), "{found:?}");
    assert_eq!(calls.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_for_one_is_told_to_that_one_only() {
    let (batcher, calls) = batcher(20, |keys| {
        let found = if keys.contains(&1) { Err(error(ErrorKind::AccessDenied, keys)) } else { texts(keys).1 };
        (Duration::ZERO, found)
    });
    let found = get_each(&Arc::new(batcher), 0..3).await;
    let expected =
        [Ok(Some("0".to_owned())), Err(error(ErrorKind::AccessDenied, &[1])), Ok(Some("2".to_owned()))];
    assert_eq!(found, expected);
    assert_eq!(*calls.lock().unwrap(), [vec![0, 1, 2], vec![0], vec![1], vec![2]]);
}

#[tokio::test(start_paused = true)]
async fn one_who_leaves_takes_nothing_from_the_others() {
    let (batcher, calls) = batcher(20, texts);
    let batcher = Arc::new(batcher);
    // The first one gathers, and is the first to time out.
    let gone = timeout(Duration::from_millis(1), batcher.get_one(1));
    let (gone, stays) = tokio::join!(gone, batcher.get_one(2));
    assert!(gone.is_err());
    assert_eq!(stays, Ok(Some("2".to_owned())));
    assert_eq!(*calls.lock().unwrap(), [[2]], "only the second caller's key is requested");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_for_when_all_have_left() {
    let (batcher, calls) = batcher(20, texts);
    assert!(timeout(Duration::from_millis(1), batcher.get_one(1)).await.is_err());
    sleep(Duration::from_secs(1)).await;
    assert_eq!(calls.lock().unwrap().len(), 0);
    assert_eq!(batcher.get_one(2).await, Ok(Some("2".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn a_steady_stream_of_callers_does_not_hold_up_the_first() {
    let (batcher, _) = batcher(1000, texts);
    let batcher = Arc::new(batcher);
    let start = Instant::now();
    let stream = batcher.clone();
    let stream = tokio::spawn(async move {
        let mut callers = JoinSet::new();
        for key in 0..200 {
            let batcher = stream.clone();
            callers.spawn(async move { batcher.get_one(key % 100).await });
            sleep(Duration::from_millis(1)).await;
        }
        callers.join_all().await
    });
    assert_eq!(batcher.get_one(1).await, Ok(Some("1".to_owned())));
    assert!(start.elapsed() <= QUIET * (MOST_QUIET_TIMES + 1), "{:?}", start.elapsed());
    assert!(stream.await.unwrap().iter().all(Result::is_ok));
}
