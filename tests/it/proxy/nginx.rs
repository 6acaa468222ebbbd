//! Debian's nginx as a child, with a folder of its own, on a free port of this machine.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::Instant,
};

use tempfile::TempDir;

use crate::app::PATIENCE;

/// Whom the certificate is for.
pub const HOST: &str = "gis.example.org";

/// A running nginx; ends with its owner.
#[derive(Debug)]
pub struct Nginx {
    child: Child,
    folder: TempDir,
    pub port: u16,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its master ends the workers only if it may end well.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

/// Nobody listens there now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A key and a certificate of its own hand, as files.
fn certify(folder: &Path) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
        .args(["-subj", &format!("/CN={HOST}"), "-addext", &format!("subjectAltName=DNS:{HOST}")])
        .args(["-keyout", "privkey.pem", "-out", "fullchain.pem"])
        .current_dir(folder)
        .output()
        .expect("openssl is not here: scripts/prepare-test.sh installs it");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// What surrounds a site: nothing outside the folder is read or written.
const AROUND: &str = "daemon off; user root; pid pid; error_log stderr warn; worker_processes 1; events {}
http { access_log off;
client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path a; uwsgi_temp_path b; scgi_temp_path c;
include site; }";

impl Nginx {
    /// The file that we ship, changed as a test must: other ports, another upstream, certificates of its own.
    pub fn as_shipped(port: u16, upstream: &str, change: impl Fn(String) -> String) -> Self {
        let shipped = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/packaging/nginx.conf")).unwrap();
        Self::start(port, |folder| {
            let mut site = shipped.clone();
            for (from, to) in [
                ("    listen [::]:80;\n", String::new()),
                ("    listen [::]:443 ssl http2;\n", String::new()),
                ("listen 80;", format!("listen unix:{}/plain;", folder.display())),
                ("listen 443 ", format!("listen 127.0.0.1:{port} ")),
                ("/etc/ssl/gis.example.org/", format!("{}/", folder.display())),
                ("127.0.0.1:8080", upstream.to_owned()),
            ] {
                assert!(site.contains(from), "{from:?} is not in packaging/nginx.conf");
                site = site.replace(from, &to);
            }
            change(site)
        })
    }

    /// What nginx does where it is told nothing but whom to ask.
    pub fn by_default(port: u16, upstream: &str) -> Self {
        Self::start(port, |_| {
            format!("server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://{upstream}; }} }}")
        })
    }

    fn start(port: u16, site: impl Fn(&Path) -> String) -> Self {
        let folder = TempDir::new().unwrap();
        certify(folder.path());
        fs::write(folder.path().join("site"), site(folder.path())).unwrap();
        fs::write(folder.path().join("conf"), AROUND).unwrap();
        let mut child = Command::new("sh")
            .args(["-c", "exec nginx -p \"$0\" -c conf -e stderr"])
            .arg(folder.path())
            .env("PATH", path())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "nginx did not start; if it is not here: scripts/prepare-test.sh installs it");
            assert!(begun.elapsed() < PATIENCE, "nginx does not listen");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        Self { child, folder, port }
    }

    /// Whom clients have to trust.
    pub fn certificate(&self) -> String {
        self.folder.path().join("fullchain.pem").display().to_string()
    }
}

/// Where Debian keeps it, as well.
fn path() -> String {
    format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default())
}

/// Whether it is installed, with what speaks TLS to it.
pub fn is_here() -> bool {
    let all = "command -v nginx && command -v curl && command -v openssl";
    let is_here =
        Command::new("sh").args(["-c", all]).env("PATH", path()).stdout(Stdio::null()).status().unwrap().success();
    if !is_here {
        println!("skipped: nginx");
    }
    is_here
}
