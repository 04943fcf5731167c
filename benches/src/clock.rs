//! CPU time of this process, all threads, to the nanosecond: what a shared machine measures best.

#![allow(unsafe_code, reason = "the standard library has no clock of CPU time")]

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

unsafe extern "C" {
    fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
}

/// CLOCK_PROCESS_CPUTIME_ID of the system's time.h.
const PROCESS_CPU_TIME: i32 = if cfg!(target_os = "macos") { 12 } else { 2 };

/// CPU-seconds that this process has used so far.
pub fn cpu_seconds() -> f64 {
    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    // SAFETY: on 64-bit Linux and macOS a timespec is two 64-bit integers, and `time` outlives the
    // call, which writes to it alone.
    let status = unsafe { clock_gettime(PROCESS_CPU_TIME, &mut time) };
    assert_eq!(status, 0, "the system has a clock of CPU time");
    time.seconds as f64 + time.nanoseconds as f64 * 1e-9
}
