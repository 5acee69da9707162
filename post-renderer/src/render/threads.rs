//! Work spread over threads, so that the number of threads is not seen in what comes out.

#[cfg(target_os = "linux")]
use super::processors::Processors;
use std::io;
use std::panic;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Scope, ScopedJoinHandle};

/// Documents may nest as deep in a thread as they may without one.
const STACK: usize = 8 << 20;
/// So few inputs are done before a thread that has to be started could be of use.
const WITHOUT: usize = 2;

/// Works on every input, each with the memory that its thread has for all of its own, and gives what came out in the
/// order of the inputs. They are asked for in the caller's thread, which works on them itself when there are no more;
/// others begin while they still come.
pub(super) fn spread<I: Send, O: Send, M: Default>(
    threads: usize,
    inputs: impl Iterator<Item = I>,
    work: impl Fn(I, &mut M) -> O + Sync,
) -> Vec<O> {
    let mut inputs = inputs.enumerate();
    let few: Vec<(usize, I)> = inputs.by_ref().take(WITHOUT).collect();
    let next = if threads < 2 { None } else { inputs.next() };
    let Some(next) = next else {
        let mut memory = M::default();
        return few.into_iter().chain(inputs).map(|(_, input)| work(input, &mut memory)).collect();
    };
    let (sender, receiver) = mpsc::channel();
    let receiver = Mutex::new(receiver);
    let toil = || {
        let mut done = Vec::new();
        let mut memory = M::default();
        while let Some((index, input)) = take(&receiver) {
            done.push((index, work(input, &mut memory)));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        let mut others = Vec::new();
        for input in few.into_iter().chain([next]).chain(inputs) {
            let pays = input.0 >= WITHOUT;
            // Nobody who could take it goes before the sender does.
            let _ = sender.send(input);
            if pays && others.len() + 1 < threads {
                // Where the system has no thread to give, those that are there do its share.
                others.extend(start(scope, toil));
            }
        }
        // Whoever waits learns by this that there is no more.
        drop(sender);
        let mut done = toil();
        for other in others {
            done.append(&mut other.join().unwrap_or_else(|reason| panic::resume_unwind(reason)));
        }
        done
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, output)| output).collect()
}

/// Starts a thread, which has begun when this returns.
#[cfg(target_os = "linux")]
fn start<'s, T: Send + 's>(
    scope: &'s Scope<'s, '_>,
    toil: impl FnOnce() -> T + Send + 's,
) -> io::Result<ScopedJoinHandle<'s, T>> {
    let builder = thread::Builder::new().stack_size(STACK);
    let Some(processors) = Processors::hold() else { return builder.spawn_scoped(scope, toil) };
    let (signal, signals) = mpsc::channel::<()>();
    let thread = builder.spawn_scoped(scope, move || {
        processors.part();
        drop(signal);
        processors.release();
        toil()
    });
    // The signal is gone when the thread has parted, or never was.
    let _ = signals.recv();
    processors.release();
    thread
}

#[cfg(not(target_os = "linux"))]
fn start<'s, T: Send + 's>(
    scope: &'s Scope<'s, '_>,
    toil: impl FnOnce() -> T + Send + 's,
) -> io::Result<ScopedJoinHandle<'s, T>> {
    thread::Builder::new().stack_size(STACK).spawn_scoped(scope, toil)
}

/// The next input that no thread has taken; waits for it while there may be more.
fn take<I>(receiver: &Mutex<Receiver<I>>) -> Option<I> {
    receiver.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_in_the_order_of_the_inputs() {
        for threads in [0, 1, 2, 9] {
            for count in [0, 1, 2, 3, 100] {
                let outputs = spread(threads, 0..count, |input: u32, worked: &mut u32| {
                    *worked += 1;
                    (input, *worked > 0)
                });
                let expected: Vec<(u32, bool)> = (0..count).map(|input| (input, true)).collect();
                assert_eq!(outputs, expected, "{threads} threads");
            }
        }
    }
}
