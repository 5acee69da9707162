//! Asking for many objects: in few calls, where AWS refuses the whole call if one of them is missing, and page by page.

use std::collections::VecDeque;
use std::future::Future;

use crate::Error;

/// What is still to be asked for, in pieces. A piece that AWS refuses because something in it is missing is
/// split, until what is missing stands alone and is dropped.
pub(crate) struct Batches<T> {
    pieces: VecDeque<Vec<T>>,
}

impl<T: Clone + Ord> Batches<T> {
    /// Pieces of at most `size` items, each item once.
    pub(crate) fn new(items: &[T], size: usize) -> Self {
        let mut items = items.to_vec();
        items.sort();
        items.dedup();
        Self { pieces: items.chunks(size).map(<[T]>::to_vec).collect() }
    }

    /// The next piece to ask for, never empty.
    pub(crate) fn next(&mut self) -> Option<Vec<T>> {
        self.pieces.pop_front()
    }

    /// Takes back a piece with an unknown missing key.
    pub(crate) fn split(&mut self, mut piece: Vec<T>) {
        if piece.len() > 1 {
            let rest = piece.split_off(piece.len() / 2);
            self.pieces.push_front(rest);
            self.pieces.push_front(piece);
        }
    }

    /// Takes back a piece of which `missing` is known to be missing.
    pub(crate) fn without(&mut self, mut piece: Vec<T>, missing: &T) {
        piece.retain(|item| item != missing);
        if !piece.is_empty() {
            self.pieces.push_front(piece);
        }
    }
}

/// What `describe` finds under `keys`, asked in pieces of at most `size`. What is missing is left out.
pub(crate) async fn found<Value, Describe, Answer>(
    keys: &[String],
    size: usize,
    describe: Describe,
) -> Result<Vec<Value>, Error>
where
    Describe: Fn(Vec<String>) -> Answer,
    Answer: Future<Output = Result<Vec<Value>, Error>>,
{
    let mut all = Vec::new();
    let mut batches = Batches::new(keys, size);
    while let Some(piece) = batches.next() {
        match describe(piece.clone()).await {
            Ok(found) => all.extend(found),
            Err(error) if error.is_not_found() => batches.split(piece),
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// The items of all pages. `read` reads the page of a token, the first one without, and gives the token of the next page.
pub(crate) async fn pages<Items, Read, Answer>(read: Read) -> Result<Vec<Items::Item>, Error>
where
    Items: IntoIterator,
    Read: Fn(Option<String>) -> Answer,
    Answer: Future<Output = Result<(Items, Option<String>), Error>>,
{
    pages_into(read).await
}

/// [`pages`] in another collection. Each page is dropped before the next one is read: where `read` turns the SDK's form of an
/// object into ours, that of a single page is held at a time.
pub(crate) async fn pages_into<All, Items, Read, Answer>(read: Read) -> Result<All, Error>
where
    All: Default + Extend<Items::Item>,
    Items: IntoIterator,
    Read: Fn(Option<String>) -> Answer,
    Answer: Future<Output = Result<(Items, Option<String>), Error>>,
{
    let (mut all, mut token) = (All::default(), None);
    loop {
        let (items, next) = read(token).await?;
        all.extend(items);
        token = next.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Batches;

    /// Asks for `items` where only `existing` exist; returns what was found and the number of calls.
    fn check(items: &[u8], size: usize, existing: &[u8], found: &[u8], calls: usize) {
        let mut batches = Batches::new(items, size);
        let (mut all, mut count) = (Vec::new(), 0);
        while let Some(piece) = batches.next() {
            count += 1;
            if piece.iter().all(|item| existing.contains(item)) {
                all.extend(piece);
            } else {
                batches.split(piece);
            }
        }
        assert_eq!((all.as_slice(), count), (found, calls));
    }

    #[test]
    fn all_there_takes_one_call_for_each_piece() {
        check(&[3, 1, 2, 1], 2, &[1, 2, 3], &[1, 2, 3], 2);
        check(&[], 2, &[], &[], 0);
    }

    #[test]
    fn missing_ones_are_left_out() {
        check(&[1, 2, 3, 4], 4, &[1, 2, 4], &[1, 2, 4], 5);
        check(&[9], 4, &[], &[], 1);
    }

    #[test]
    fn a_known_missing_one_costs_one_more_call() {
        let mut batches = Batches::new(&[1, 2, 3], 10);
        let piece = batches.next().expect("one piece");
        batches.without(piece, &2);
        assert_eq!(batches.next(), Some(vec![1, 3]));
        assert_eq!(batches.next(), None);
    }
}
