//! Setting papers needs much memory for a moment. glibc as it is keeps most of it, in an arena for each thread;
//! on a small shared machine it is worth more to the others.

/// Tells the allocator to keep little. Call it before the first thread starts.
pub fn keep_little() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        const KEPT_BYTES: libc::c_int = 128 << 10;
        // SAFETY: `mallopt` only sets parameters of the allocator.
        unsafe {
            libc::mallopt(libc::M_ARENA_MAX, 1);
            libc::mallopt(libc::M_MMAP_THRESHOLD, KEPT_BYTES);
            libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_BYTES);
        }
    }
}

/// Gives the pages that nothing uses back to the system. Takes milliseconds.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: `malloc_trim` may be called by any thread at any time.
    unsafe {
        libc::malloc_trim(0);
    }
}
