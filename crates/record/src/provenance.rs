//! Where and when a segment was computed: beside the records, never in them.

use serde::{Deserialize, Serialize};

use crate::SCHEMA;

/// The circumstances of one segment of records. None of it enters an identity or an export.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The version of this layout.
    pub schema: u32,
    /// Seconds since 1970 when the run started, where the clock says so.
    pub started_unix_seconds: Option<u64>,
    /// The machine's name.
    pub host: String,
    /// Operating system and processor family.
    pub platform: String,
    /// Threads that trained.
    pub threads: usize,
    /// The slice of the plan, as K/N.
    pub slice: String,
    /// The version of mesascope.
    pub version: String,
    /// The hash of the plan that asked for it.
    pub plan: String,
    /// The newest entry of the study's ledger when the run started; none where nothing had been
    /// registered.
    pub ledger: Option<String>,
}

impl Provenance {
    /// The circumstances of this process, now.
    #[allow(clippy::disallowed_methods)]
    pub fn of_this_process(
        threads: usize,
        slice: String,
        plan: String,
        ledger: Option<String>,
    ) -> Provenance {
        let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname")
            .ok()
            .or_else(|| std::env::var("HOSTNAME").ok())
            .unwrap_or_else(|| "unknown".to_string());
        Provenance {
            schema: SCHEMA,
            started_unix_seconds: since_1970.ok().map(|time| time.as_secs()),
            host: host.trim().to_string(),
            platform: format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
            threads,
            slice,
            version: env!("CARGO_PKG_VERSION").to_string(),
            plan,
            ledger,
        }
    }
}
