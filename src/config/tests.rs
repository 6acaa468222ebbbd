use super::*;

#[test]
fn the_template_lists_every_key_with_a_word_on_it_and_its_default() {
    let template = Settings::parse(TEMPLATE).unwrap();
    let searches = Searches { at_once: template.searches.at_once, ..Searches::default() };
    assert_eq!(template, Settings { searches, ..Settings::default() });

    let all = Settings {
        server: Server { public_url: "https://a.b".parse().ok(), ..Server::default() },
        store: Store { database: Some("d".into()), ..Store::default() },
        ..Settings::default()
    };
    let text = all.to_toml().unwrap();
    let lines: Vec<&str> = text.lines().collect();
    for (group, keys) in toml::Table::try_from(&all).unwrap() {
        let begin = lines.iter().position(|l| *l == format!("[{group}]")).unwrap();
        for (key, value) in keys.as_table().unwrap() {
            let set = format!("{key} = {value}");
            let at = begin + lines[begin..].iter().position(|l| *l == set).unwrap_or_else(|| panic!("{set}"));
            assert!(lines[at - 1].starts_with("# "), "{group}.{key} is not explained");
        }
    }
}

#[test]
fn what_is_printed_reads_as_the_same_settings() {
    let settings = Settings {
        server: Server {
            listen: "[::1]:9000".parse().unwrap(),
            log_json: true,
            public_url: "https://grid.example.org/xunge".parse().ok(),
            trusted_proxies: vec!["127.0.0.1/32".parse().unwrap(), "2001:db8::/32".parse().unwrap()],
            cors_origins: vec!["https://a.example.org".into(), "http://localhost:5173".into()],
            ..Server::default()
        },
        store: Store { data: "a \"b\" 巡格".into(), database: Some("postgres://x@h/y".into()), ..Store::default() },
        response: Response { walk_m_per_s: 1.0, handling_s: 0, ..Response::default() },
        ..Settings::default()
    };
    for settings in [settings, Settings::default()] {
        assert_eq!(Settings::parse(&settings.to_toml().unwrap()), Ok(settings));
    }
    assert_eq!(Settings::parse(""), Ok(Settings::default()));
}

#[test]
fn a_refusal_names_line_key_value_and_reason() {
    for (text, words) in [
        ("[server]\n\ntimeout = 3", [":3: server.timeout: unknown field", "timeout_s", "`timeout = 3`"]),
        ("a = 1\n[server]", [":1: a: unknown field", "`server`", "`a = 1`"]),
        ("[response]\nprofile = \"foot\"", [":2: response.profile: unknown field", "handling_s", "foot"]),
        ("[server]\ntimeout_s = \"3\"", [":2: server.timeout_s: ", "invalid type: string \"3\"", "expected u64"]),
        ("[server]\ntimeout_s = -3", [":2: server.timeout_s: ", "`-3`", "expected u64"]),
        ("[server]\nlisten = \"here\"", [":2: server.listen: ", "invalid socket address", "\"here\""]),
        ("[server]\npublic_url = \"x.org\"", [":2: server.public_url: ", "\"x.org\" is not like", "x.org"]),
        (
            "[server]\ncors_origins = [\"https://a.org\", \"*\"]",
            [":2: server.cors_origins: ", "\"*\" is not", "`cors_origins = [\"https…`"],
        ),
        ("[server]\npublic_url = \"https://x.org//a\"", [":2: server.public_url: ", "//a\" is not like", "x.org"]),
        ("[server]\ntrusted_proxies = [\"::1\", \"lo\"]", [":2: server.trusted_proxies: ", "\"lo\" is neither", "::1"]),
        (
            "[server]\ncors_origins = [\"https://X.org:443\"]",
            [":2: server.cors_origins: ", "\"https://X.org:443\" is not like", "without a path"],
        ),
        ("[server]\ntimeout_s = 0", [":2: server.timeout_s: ", "0 is not within 1 to 3600", "`timeout_s = 0`"]),
        ("[searches]\nat_once = 0", [":2: searches.at_once: ", "0 is not within 1 to 1024", "at_once"]),
        ("[coverage]\n\ncell_resolution=12", [":3: coverage.cell_resolution: ", "12 is not within 5 to 11", "=12"]),
        ("response.walk_m_per_s = nan", [":1: response.walk_m_per_s: ", "NaN is not within 0.1 to 10", "nan"]),
        ("[response]\nsnap_limit_m = 501", [":2: response.snap_limit_m: ", "501 is not within 0 to 500", "501"]),
        ("[squads]\nsilent_squads = 0", [":2: squads.silent_squads: ", "0 is not within 1 to 1000000", "silent"]),
        ("[server]\n[server]", [":2: ", "duplicate key", "[server]"]),
        ("[server\n", [":1: ", "", "[server"]),
    ] {
        let said = Settings::parse(text).unwrap_err();
        assert!(words.iter().all(|w| said.contains(w)) && said.starts_with(words[0]), "{text:?}: {said}");
    }
}
