//! Which instructions a kernel runs on, decided at run time.

use std::sync::OnceLock;

use crate::number::Lanes;
use crate::portable::Portable;

/// A computation written once for every path.
pub trait Kernel {
    /// What it computes.
    type Output;
    /// Computes it. Must be `#[inline(always)]`, as must all it calls, to be compiled for the
    /// instructions of the path.
    fn run<L: Lanes>(self) -> Self::Output;
}

/// Instructions that this machine has. Only this module makes one, after asking the CPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

/// The environment variable that forces a path, for tests: every path gives the same bits.
const FORCE: &str = "MESASCOPE_PATH";

/// A path that does not exist or that this machine lacks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no path {asked:?} on this machine; there are {there}")]
pub struct NoSuchPath {
    asked: String,
    there: String,
}

impl Path {
    /// Every path of this machine, fastest first; the last is always portable code.
    pub fn all() -> Vec<Path> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            if avx2
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
            {
                all.push(Path(Kind::Avx512));
            }
            if avx2 {
                all.push(Path(Kind::Avx2));
            }
        }
        all.push(Path(Kind::Portable));
        all
    }

    /// The path of this name: `avx512`, `avx2` or `scalar`.
    pub fn named(name: &str) -> Result<Path, NoSuchPath> {
        let all = Path::all();
        all.iter().copied().find(|path| path.name() == name).ok_or_else(|| NoSuchPath {
            asked: name.to_string(),
            there: all.iter().map(|path| path.name()).collect::<Vec<_>>().join(", "),
        })
    }

    /// The fastest path, or the one that the environment variable `MESASCOPE_PATH` names. Panics
    /// where it names none, with the names there are.
    pub fn best() -> Path {
        static BEST: OnceLock<Path> = OnceLock::new();
        *BEST.get_or_init(|| match std::env::var(FORCE) {
            Ok(name) => Path::named(&name).unwrap_or_else(|error| panic!("{FORCE}: {error}")),
            Err(_) => Path::all()[0],
        })
    }

    /// The path's name.
    pub fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => "avx2",
            Kind::Portable => "scalar",
        }
    }
}

/// Runs a kernel on a path.
#[inline]
#[allow(unsafe_code, reason = "a path exists only where the CPU has its instructions")]
pub fn run<K: Kernel>(path: Path, kernel: K) -> K::Output {
    match path.0 {
        // SAFETY: `Path::all` has found these features on this CPU.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 => unsafe { run_avx512(kernel) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx2 => unsafe { run_avx2(kernel) },
        Kind::Portable => run_portable(kernel),
    }
}

#[inline(never)]
pub(crate) fn run_portable<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Portable>()
}

#[cfg(target_arch = "x86_64")]
#[inline(never)]
#[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
pub(crate) fn run_avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<crate::avx512::Avx512>()
}

#[cfg(target_arch = "x86_64")]
#[inline(never)]
#[target_feature(enable = "avx2,fma")]
pub(crate) fn run_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<crate::avx2::Avx2>()
}
