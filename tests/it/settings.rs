//! The settings of the real program: a file, variables over it, flags over both.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// `xunge ARGS` in a folder of its own, with no other variables than these.
fn command(folder: &Path, variables: &[(&str, &str)], args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xunge"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("XUNGE_")) {
        command.env_remove(name);
    }
    command.args(args).current_dir(folder).envs(variables.iter().copied());
    command
}

fn output(folder: &Path, variables: &[(&str, &str)], args: &[&str]) -> Output {
    command(folder, variables, args).output().unwrap()
}

/// What `xunge config` prints.
fn printed(folder: &Path, variables: &[(&str, &str)], args: &[&str]) -> String {
    let output = output(folder, variables, &[&["config"], args].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_flag_wins_over_a_variable_and_that_over_the_file() {
    let folder = TempDir::new().unwrap();
    let file = "[server]\nlisten = \"127.0.0.1:1\"\nlog_json = true\ntimeout_s = 7\n[store]\ndata = \"of the file\"\n";
    fs::write(folder.path().join("x.toml"), file).unwrap();
    let variables = [("XUNGE_CONFIG", "x.toml"), ("XUNGE_LISTEN", "127.0.0.1:2"), ("XUNGE_LOG_JSON", "false")];
    for (variables, args, [listen, json, data, timeout]) in [
        (&[][..], &[][..], ["127.0.0.1:8080", "false", "data", "30"]),
        (&[][..], &["--config", "x.toml"][..], ["127.0.0.1:1", "true", "of the file", "7"]),
        (&variables[..1], &[][..], ["127.0.0.1:1", "true", "of the file", "7"]),
        (&variables[..], &[][..], ["127.0.0.1:2", "false", "of the file", "7"]),
        (
            &variables[..],
            &["--listen", "127.0.0.1:3", "--log-json", "--data", "flag"][..],
            ["127.0.0.1:3", "true", "flag", "7"],
        ),
    ] {
        let said = printed(folder.path(), variables, args);
        for line in [
            format!("listen = \"{listen}\""),
            format!("log_json = {json}"),
            format!("data = \"{data}\""),
            format!("timeout_s = {timeout}"),
        ] {
            assert!(said.lines().any(|l| l == line), "{variables:?} {args:?}: {line}\n{said}");
        }
        fs::write(folder.path().join("again.toml"), &said).unwrap();
        assert_eq!(printed(folder.path(), &[], &["--config", "again.toml"]), said);
    }
}

#[test]
fn what_is_no_setting_starts_nothing() {
    let folder = TempDir::new().unwrap();
    for (file, words) in [
        ("\n[server]\nport = 80\n", ["x.toml:3: server.port: unknown field", "`port = 80`"]),
        ("[server]\ntimeout_s = true\n", ["x.toml:2: server.timeout_s: invalid type: boolean `true`", "expected u64"]),
        ("[response]\nwalk_m_per_s = 0\n", ["x.toml:2: response.walk_m_per_s: 0 is not within 0.1 to 10", "= 0`"]),
    ] {
        fs::write(folder.path().join("x.toml"), file).unwrap();
        for args in [&["serve"][..], &[], &["config"], &["keys", "list"], &["import", "matters", "x.csv"]] {
            let output = output(folder.path(), &[], &[args, &["--config", "x.toml"]].concat());
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
            assert!(words.iter().all(|w| said.contains(w)) && output.stdout.is_empty(), "{args:?}: {said}");
        }
    }
    let missing = output(folder.path(), &[], &["serve", "--config", "no.toml"]);
    assert!(!missing.status.success() && String::from_utf8_lossy(&missing.stderr).contains("no.toml: cannot be read"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing but x.toml");
}

#[test]
fn the_service_runs_as_the_file_says() {
    let folder = TempDir::new().unwrap();
    let file = "[server]\nlisten = \"127.0.0.1:0\"\nbody_limit_bytes = 2048\n[store]\ndata = \"here\"\n\
                [response]\nhandling_s = 90\nwalk_m_per_s = 1\n";
    fs::write(folder.path().join("x.toml"), file).unwrap();
    let mut serve = command(folder.path(), &[], &["serve", "--keyless", "--empty", "--config", "x.toml"]);
    let mut child = serve.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let line = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    let url = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let status = agent.get(format!("{url}api/v1/status")).call().unwrap().body_mut().read_to_string().unwrap();
    let large = agent.post(format!("{url}api/v1/incidents")).header("content-type", "application/json");
    let large = large.send(format!("{{\"description\": \"{}\"}}", "x".repeat(3_000))).unwrap().status();
    child.kill().unwrap();
    child.wait().unwrap();
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let definition = &status["definition"];
    assert_eq!((&definition["handling_s"], &definition["walk_m_per_s"]), (&90.into(), &1.0.into()), "{status}");
    assert_eq!(large, 413);
    assert!(folder.path().join("here/xunge.sqlite").exists());
}
