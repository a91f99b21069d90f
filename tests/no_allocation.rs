//! The sound callbacks have a deadline of a few milliseconds: they must never reach the allocator.

#![cfg(feature = "devices")]

use hallway::media::devices::{cpal_input::InputCallback, cpal_output::OutputCallback};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    sync::Arc,
    time::Duration,
};

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, counting each thread's calls.
struct Counting;

#[expect(unsafe_code, reason = "a global allocator cannot be written without")]
// SAFETY: every call is passed on unchanged to the system's allocator, which keeps the contract; the count is a
// thread-local integer without a destructor, so counting neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: `pointer` came from `alloc` above, that is from the system's allocator, with the same layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Calls to the allocator that `work` makes.
fn allocations(work: impl FnOnce()) -> u64 {
    let before = CALLS.get();
    work();
    CALLS.get() - before
}

/// Block sizes that devices have been seen to use, and none at all.
const BLOCKS: [usize; 7] = [0, 1, 2, 64, 441, 1024, 4096];

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(1)))), 2);
}

#[test]
fn the_input_callback_allocates_nothing_even_when_its_ring_is_full() {
    for channels in [1, 2, 6] {
        let (mut callback, mut ring) = InputCallback::new(channels, 4800, Arc::default());
        let (floats, ints) = (vec![0.5f32; 4096 * channels], vec![7i16; 4096 * channels]);
        let calls = allocations(|| {
            for round in 0..200 {
                for frames in BLOCKS {
                    callback.process(&floats[..frames * channels], Duration::from_millis(5));
                    callback.process(&ints[..frames * channels], Duration::from_millis(5));
                }
                if round % 3 == 0 {
                    while ring.pop().is_ok() {}
                }
            }
        });
        assert_eq!(calls, 0);
    }
}

#[test]
fn the_output_callback_allocates_nothing_even_when_its_ring_is_dry() {
    for channels in [1, 2, 6] {
        let (mut callback, mut ring) = OutputCallback::new(channels, 4800, Arc::default());
        let (mut floats, mut ints) = (vec![0.0f32; 4096 * channels], vec![0i16; 4096 * channels]);
        let calls = allocations(|| {
            for round in 0..200 {
                if round % 3 == 0 {
                    while ring.push([0.25, -0.5]).is_ok() {}
                }
                for frames in BLOCKS {
                    callback.process(&mut floats[..frames * channels]);
                    callback.process(&mut ints[..frames * channels]);
                }
            }
        });
        assert_eq!(calls, 0);
    }
}
