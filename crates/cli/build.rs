//! Embeds studies, claims, forecasts and ledgers, so that an installed binary needs no checkout.

use std::fmt::Write;
use std::path::{Path, PathBuf};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut code = String::new();
    for folder in ["studies", "claims", "forecasts"] {
        let folder_path = root.join(folder);
        println!("cargo::rerun-if-changed={}", folder_path.display());
        let mut files = Vec::new();
        walk(&folder_path, &mut files);
        files.sort();
        let _ = writeln!(code, "pub static {}: &[(&str, &str)] = &[", folder.to_uppercase());
        for path in files {
            println!("cargo::rerun-if-changed={}", path.display());
            let name = path.strip_prefix(&folder_path).expect("below the folder");
            let path = path.canonicalize().expect("it was just listed");
            let _ = writeln!(code, "    ({name:?}, include_str!({path:?})),");
        }
        code.push_str("];\n");
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    std::fs::write(out.join("embedded.rs"), code).expect("cargo's folder can be written");
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            walk(&path, files);
        } else if path.extension().is_some_and(|e| e == "toml" || e == "jsonl" || e == "json") {
            files.push(path);
        }
    }
}
