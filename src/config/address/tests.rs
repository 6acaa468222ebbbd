use super::*;

#[test]
fn the_same_place_is_written_in_one_way() {
    for (text, written, origin) in [
        ("https://gis.example.org", "https://gis.example.org", "https://gis.example.org"),
        ("HTTPS://GIS.example.org:443/", "https://gis.example.org", "https://gis.example.org"),
        ("http://gis.example.org:80/Xunge/", "http://gis.example.org/Xunge", "http://gis.example.org"),
        ("http://gis.example.org:443", "http://gis.example.org:443", "http://gis.example.org:443"),
        ("https://[::1]:8443/a/b-c_1.0~", "https://[::1]:8443/a/b-c_1.0~", "https://[::1]:8443"),
        ("http://[::1]:80", "http://[::1]", "http://[::1]"),
    ] {
        let read: Address = text.parse().unwrap();
        assert_eq!((read.to_string().as_str(), read.origin().as_str()), (written, origin), "{text}");
        assert_eq!(written.parse(), Ok(read), "{text}");
    }
}

#[test]
fn what_is_no_address_is_refused() {
    for text in [
        "",
        "gis.example.org",
        "null",
        "ftp://gis.example.org",
        "https://",
        "https:///xunge",
        "https://me@gis.example.org",
        "https://gis.example.org:",
        "https://gis.example.org:65536",
        "https://gis.example.org//evil.example.org",
        "https://gis.example.org/xunge//",
        "https://gis.example.org/../a",
        "https://gis.example.org/a;b",
        "https://gis.example.org/a?b",
        "https://gis.example.org/巡格",
        "https://gis example.org",
    ] {
        assert!(text.parse::<Address>().is_err(), "{text}");
    }
}
