use super::*;

#[test]
fn only_loopback_names_are_this_machine() {
    for ok in ["localhost:8080", "127.0.0.1", "127.0.0.1:1", "[::1]:8080", "LOCALHOST"] {
        assert!(is_this_machine(ok), "{ok}");
    }
    for foreign in ["", "example.org", "localhost.example.org", "10.0.0.1:80", "127.0.0.1.example.org"] {
        assert!(!is_this_machine(foreign), "{foreign}");
    }
}

#[test]
fn a_page_is_ours_by_host_and_port_whatever_is_left_unsaid() {
    let is_ours = |origin, root: &str, host| is_ours(origin, &root.parse().unwrap(), host);
    for (origin, host) in [
        ("http://h:8080", "h:8080"),
        ("http://h", "h"),
        ("http://h", "h:80"),
        ("https://h", "h:443"),
        ("https://h", "H"),
        ("https://h:8443", "h:8443"),
        ("http://[::1]:8080", "[::1]:8080"),
    ] {
        assert!(is_ours(origin, "http://elsewhere", host), "{origin} {host}");
    }
    for (origin, host) in [
        ("https://h", "h:80"),
        ("http://h", "h:443"),
        ("http://h:8080", "h"),
        ("http://h", "h.example.org"),
        ("null", "null"),
        ("", ""),
        ("http://h/", "i"),
        ("file://", "h"),
    ] {
        assert!(!is_ours(origin, "http://elsewhere", host), "{origin} {host}");
    }
    assert!(is_ours("https://h", "https://h/xunge", "127.0.0.1:8080"), "a proxy that names us as the host");
    assert!(!is_ours("http://h", "https://h/xunge", "127.0.0.1:8080"));
}
