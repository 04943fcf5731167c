//! Files that are either whole or not there.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use crate::RecordError;

/// Writes a file under a temporary name beside it, flushes it to the disk, renames it, and flushes
/// the folder: at any instant the name holds the old content, or the new, or nothing.
///
/// What is there and is no plain file, such as `/dev/stdout` or a pipe, is written to as it is.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
    if fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return File::options()
            .write(true)
            .open(path)
            .and_then(|mut file| file.write_all(bytes))
            .map_err(RecordError::file(path, "write"));
    }
    write_tagged(path, bytes, &std::process::id().to_string())
}

/// As [`write_atomically`], with a tag in the temporary name by which its owner finds leftovers.
pub(crate) fn write_tagged(path: &Path, bytes: &[u8], tag: &str) -> Result<(), RecordError> {
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("file");
    let temporary = folder.join(format!(".{name}.{tag}.tmp"));
    let written = File::create(&temporary)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&temporary, path))
        .and_then(|()| File::open(folder)?.sync_all());
    written.map_err(|source| {
        // What is half written is of no use to anybody; the old file is untouched.
        let _ = fs::remove_file(&temporary);
        RecordError::File { path: path.display().to_string(), tried: "write", source }
    })
}

/// Removes what a killed owner of `tag` left half written.
pub(crate) fn remove_leftovers(folder: &Path, tag: &str) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let ending = format!(".{tag}.tmp");
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with('.') && name.ends_with(&ending) {
            let _ = fs::remove_file(&path);
        }
    }
}
