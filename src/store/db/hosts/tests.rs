use super::*;

#[test]
fn each_host_of_an_address_is_a_server_with_the_rest_of_it() {
    let told = |url: &str| -> Vec<_> {
        let all = servers(url).unwrap();
        all.iter().map(|one| (name(one), one.get_database().map(str::to_owned))).collect()
    };
    let db = || Some("grid".to_owned());
    let url = "postgres://u:p%40w@a.example:5433,[::1],10.0.0.3:6000/grid?sslmode=verify-full";
    assert_eq!(
        told(url),
        [("a.example:5433".into(), db()), ("[::1]:5432".into(), db()), ("10.0.0.3:6000".into(), db())]
    );
    assert_eq!(told("postgresql://one/grid"), [("one:5432".into(), db())]);
    for url in ["postgres://u@a:x,b/grid", "postgres:/a", "postgres://u@a/grid?sslmode=perhaps"] {
        assert!(servers(url).unwrap_err().detail.starts_with("not a PostgreSQL address: "), "{url}");
    }
}
