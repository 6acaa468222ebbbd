//! Chooses the page to embed: the built one, or a small one that says how to build it.

use std::{fs, path::Path};

const WITHOUT_PAGE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Xunge 巡格</title>\
<h1>Xunge 巡格</h1><p>The service runs, but this binary was built without the map page.</p>\
<p>To get it, install Node 20 or newer and run <code>make run</code>, or <code>make page</code> and then \
<code>cargo build --release</code>.</p>\
<p>The interface is described at <a href=\"/docs/\">/docs</a>.</p></html>\n";

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?
        } else {
            fs::write(&target, fs::read(entry.path())?)?
        }
    }
    Ok(())
}

fn main() -> std::io::Result<()> {
    let built = Path::new("web/dist");
    // Cargo takes a path that is missing as changed, each time anew; its folder changes when it comes.
    println!("cargo:rerun-if-changed={}", if built.exists() { "web/dist" } else { "web" });
    println!("cargo:rerun-if-changed=migrations");
    let out = std::env::var("OUT_DIR").map_err(std::io::Error::other)?;
    let page = Path::new(&out).join("page");
    if page.exists() {
        fs::remove_dir_all(&page)?;
    }
    if built.join("index.html").exists() {
        copy(built, &page)
    } else {
        fs::create_dir_all(&page)?;
        fs::write(page.join("index.html"), WITHOUT_PAGE)
    }
}
