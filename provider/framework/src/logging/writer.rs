//! The queue to stderr: filled without ever waiting, emptied by a thread that may wait as long as it likes.

use std::{
    io::{self, Write},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
    time::Duration,
};

/// Lines that may wait. At the usual length, about a megabyte.
const QUEUE: usize = 4_096;

/// How long the end of the process waits for the last lines.
const FLUSH: Duration = Duration::from_millis(200);

enum Entry {
    Line(Vec<u8>),
    Flush(SyncSender<()>),
}

/// Where lines are left.
#[derive(Clone)]
pub(crate) struct Log(SyncSender<Entry>);

impl Log {
    pub(super) fn start() -> Self {
        Self::to(io::stderr(), QUEUE)
    }

    fn to(target: impl Write + Send + 'static, queue: usize) -> Self {
        let (sender, receiver) = sync_channel(queue);
        // Without the thread no log is written; the provider still serves.
        let _ = thread::Builder::new().name("log".into()).spawn(move || drain(&receiver, target));
        Self(sender)
    }

    /// Leaves a line, or drops it if too many wait already.
    pub(super) fn write(&self, line: Vec<u8>) {
        let _ = self.0.try_send(Entry::Line(line));
    }

    /// Waits, but not for long, until all lines so far are out.
    pub(crate) fn flush(&self) {
        let (done, wait) = sync_channel(1);
        if self.0.try_send(Entry::Flush(done)).is_ok() {
            let _ = wait.recv_timeout(FLUSH);
        }
    }
}

fn drain(entries: &Receiver<Entry>, mut target: impl Write) {
    for entry in entries {
        // Lines are still taken after the reader closed: the queue must not fill up.
        match entry {
            Entry::Line(line) => drop(target.write_all(&line)),
            Entry::Flush(done) => {
                let _ = target.flush();
                let _ = done.try_send(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex, mpsc},
        time::{Duration, Instant},
    };

    use super::Log;

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_arrive_in_order() {
        let memory = Memory::default();
        let log = Log::to(memory.clone(), 8);
        log.write(b"a\n".to_vec());
        log.write(b"b\n".to_vec());
        log.flush();
        assert_eq!(*memory.0.lock().unwrap(), b"a\nb\n");
    }

    struct Stalled(mpsc::Receiver<()>);

    impl Write for Stalled {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_stalled_reader_blocks_no_writer() {
        let (release, stall) = mpsc::channel();
        let log = Log::to(Stalled(stall), 4);
        let begun = Instant::now();
        for _ in 0..1_000 {
            log.write(b"line\n".to_vec());
        }
        log.flush();
        assert!(begun.elapsed() < Duration::from_secs(2));
        drop(release);
    }
}
