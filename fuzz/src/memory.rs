//! The memory that one input may take: 64 MB and eight times its own length.
//!
//! libFuzzer's own limit looks at the process once a second, so it misses a short peak.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const ALLOWANCE: usize = 64 * 1024 * 1024;
const TIMES_INPUT: usize = 8;

#[global_allocator]
static COUNTED: Counted = Counted;
static LIVE: AtomicUsize = AtomicUsize::new(0);
static LIMIT: AtomicUsize = AtomicUsize::new(usize::MAX);

/// Runs `work`; ends the process if it takes more memory than an input of `length` bytes may.
pub fn limited(length: usize, work: impl FnOnce()) {
    LIMIT.store(
        LIVE.load(Relaxed) + ALLOWANCE + TIMES_INPUT * length,
        Relaxed,
    );
    work();
    LIMIT.store(usize::MAX, Relaxed);
}

/// The system's allocator, which counts.
struct Counted;

// SAFETY: each call is passed on to the system's allocator unchanged; counting does not allocate.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LIVE.fetch_sub(layout.size(), Relaxed);
        grow(size);
        // SAFETY: as above.
        unsafe { System.realloc(at, layout, size) }
    }
}

fn grow(size: usize) {
    let live = LIVE.fetch_add(size, Relaxed) + size;
    let limit = LIMIT.load(Relaxed);
    if live > limit {
        // What reports the fault may allocate.
        LIMIT.store(usize::MAX, Relaxed);
        eprintln!("one input takes {live} bytes of memory, {limit} are allowed");
        std::process::abort();
    }
}
