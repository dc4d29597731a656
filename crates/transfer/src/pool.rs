//! A fixed number of buffers, so that memory stays small however large the files are.

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What reading and writing past the page cache asks of addresses in memory.
const ALIGNMENT: usize = 4096;

pub(crate) struct Pool {
    free: Mutex<Vec<Vec<u8>>>,
    returned: Condvar,
    length: usize,
}

impl Pool {
    pub(crate) fn new(count: usize, length: usize) -> Self {
        let free = (0..count).map(|_| vec![0; length + ALIGNMENT]).collect();
        Self { free: Mutex::new(free), returned: Condvar::new(), length }
    }

    /// Waits until one is free.
    pub(crate) fn take(&self) -> Buffer<'_> {
        let mut free = self.lock();
        loop {
            if let Some(store) = free.pop() {
                let start = store.as_ptr().align_offset(ALIGNMENT);
                return Buffer { pool: self, store, start };
            }
            free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Goes back to the pool by itself.
pub(crate) struct Buffer<'p> {
    pool: &'p Pool,
    store: Vec<u8>,
    start: usize,
}

impl Deref for Buffer<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.store[self.start..self.start + self.pool.length]
    }
}

impl DerefMut for Buffer<'_> {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.store[self.start..self.start + self.pool.length]
    }
}

impl Drop for Buffer<'_> {
    fn drop(&mut self) {
        self.pool.lock().push(std::mem::take(&mut self.store));
        self.pool.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_aligned_and_come_back() {
        let pool = Pool::new(2, 10_000);
        for _ in 0..5 {
            let (mut one, other) = (pool.take(), pool.take());
            assert_eq!((one.len(), one.as_ptr().align_offset(4096), other.as_ptr().align_offset(4096)), (10_000, 0, 0));
            one[9_999] = 1;
        }
    }
}
