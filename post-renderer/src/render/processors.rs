//! On Linux, a new thread on a processor of its own at once.
//!
//! Traces on a virtual machine of two processors, one of them idle, show about every other new thread begin on the
//! processor of its parent, until the next tick, after up to 4 ms, moves one of them away. That is longer than most
//! streams take.

use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};

/// The processors of a thread that is about to start another.
#[derive(Clone, Copy)]
pub(super) struct Processors {
    all: CpuSet,
    others: CpuSet,
}

impl Processors {
    /// Keeps the caller's thread where it is, and so what it starts, until it is released. Nothing where there is no
    /// other processor or the system does not let us choose.
    pub(super) fn hold() -> Option<Self> {
        let all = sched_getaffinity(None).ok()?;
        let processor = sched_getcpu();
        if processor >= CpuSet::MAX_CPU || !all.is_set(processor) || all.count() < 2 {
            return None;
        }
        let (mut here, mut others) = (CpuSet::new(), all);
        here.set(processor);
        others.unset(processor);
        sched_setaffinity(None, &here).ok().map(|()| Self { all, others })
    }

    /// Takes the new thread, which calls this, to another processor.
    pub(super) fn part(&self) {
        // Where that fails, it is as it would be without us.
        let _ = sched_setaffinity(None, &self.others);
    }

    /// Lets the calling thread run everywhere again.
    pub(super) fn release(&self) {
        let _ = sched_setaffinity(None, &self.all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_parts_and_may_go_everywhere_again() {
        let before = sched_getaffinity(None).unwrap();
        let Some(processors) = Processors::hold() else {
            assert!(before.count() < 2, "there are {} processors to choose from", before.count());
            return;
        };
        let here = sched_getcpu();
        let there = std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                processors.part();
                let there = sched_getcpu();
                processors.release();
                (there, sched_getaffinity(None).unwrap())
            });
            thread.join().unwrap()
        });
        processors.release();
        assert_ne!(there.0, here);
        assert!(there.1 == before && sched_getaffinity(None).unwrap() == before);
    }
}
