//! Floor 5: what an operator may set, by a TOML file or as a running service holds it.
//!
//! `template.toml` says what each key means; what it doesn't list is refused, and so is a value that no service
//! could run with. Every value has a default.

mod address;
mod map;

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    ops::Range,
    path::Path,
    path::PathBuf,
};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use toml::de::{DeTable, Deserializer};

use crate::{
    base::{Error, Result, within},
    domain::{calls, contact, handovers, recommend::Policy, repeats, response::Definition, stuck},
};

pub use self::{
    address::Address,
    map::{Base, Map},
};

const TEMPLATE: &str = include_str!("config/template.toml");

/// All that a file may set, by its groups.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub server: Server,
    pub store: Store,
    pub searches: Searches,
    pub coverage: Coverage,
    pub incidents: Incidents,
    pub calls: calls::Limits,
    pub stuck: stuck::Limits,
    pub handovers: handovers::Limits,
    pub repeats: repeats::Limits,
    pub response: Response,
    pub dispatch: Dispatch,
    pub audit: Audit,
    pub squads: contact::Limits,
    pub map: Map,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    pub listen: SocketAddr,
    /// Largest request body.
    pub body_limit_bytes: usize,
    /// Longest time an answer may take.
    pub timeout_s: u64,
    /// Longest time a new connection may take for its first request, any for the head of its next one,
    /// and any for taking a piece of an answer.
    pub head_timeout_s: u64,
    pub idle_timeout_s: u64,
    pub write_timeout_s: u64,
    pub log_json: bool,
    pub keyless: bool,
    /// Where clients find the service; as each request says when not set.
    pub public_url: Option<Address>,
    /// Only what these say in `X-Forwarded-…` counts.
    #[serde(deserialize_with = "address::networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// Pages of these origins may call from browsers.
    pub cors_origins: Vec<String>,
}

impl Server {
    /// Whether everybody is admin as long as no key was ever made. Only where the service is reached from its
    /// own machine alone.
    pub fn is_keyless(&self) -> bool {
        self.keyless && self.listen.ip().is_loopback()
    }

    pub fn trusts(&self, peer: IpAddr) -> bool {
        // A socket for both families tells IPv4 as a part of IPv6.
        let peer = peer.to_canonical();
        self.trusted_proxies.iter().any(|network| network.contains(&peer))
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    pub data: PathBuf,
    pub database: Option<String>,
    /// Commands that may share one commit.
    pub commands_a_commit: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Searches {
    pub at_once: usize,
    pub waiting: usize,
    /// Longest time a search may take once it runs.
    pub time_limit_s: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Coverage {
    /// Finest H3 resolution: 9 county; larger areas get 8 (prefecture) or 7 (province).
    pub cell_resolution: u8,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Incidents {
    /// Ended incidents older than this are read from disk, not from memory.
    pub hot_months: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dispatch {
    /// Which squads are recommended first where a case is not urgent.
    pub policy: Policy,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Audit {
    /// Certified officers that a township has at least; the audit of powers tells those that have fewer.
    pub least_officers: u32,
}

/// The part of a [`Definition`] that is not told by the roads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Response {
    pub handling_s: u32,
    pub walk_m_per_s: f64,
    pub access_limit_m: f64,
    pub snap_limit_m: f64,
    pub second_entrance_m: f64,
    pub fragment_m: f64,
    pub junction_m: f64,
    pub drive_limit_s: u32,
    pub boat_m_per_s: f64,
    pub boat_range_m: f64,
    pub drone_m_per_s: f64,
    pub drone_range_m: f64,
    pub fix_max_age_s: u32,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            body_limit_bytes: 8 * 1024 * 1024,
            timeout_s: 30,
            head_timeout_s: 10,
            idle_timeout_s: 60,
            write_timeout_s: 30,
            log_json: false,
            keyless: false,
            public_url: None,
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
        }
    }
}

impl Default for Store {
    fn default() -> Self {
        Self { data: "data".into(), database: None, commands_a_commit: 256 }
    }
}

impl Default for Searches {
    fn default() -> Self {
        let at_once = std::thread::available_parallelism().map_or(2, usize::from);
        Self { at_once, waiting: 1_024, time_limit_s: 10 }
    }
}

impl Default for Coverage {
    fn default() -> Self {
        Self { cell_resolution: 9 }
    }
}

impl Default for Incidents {
    fn default() -> Self {
        Self { hot_months: 24 }
    }
}

impl Default for Dispatch {
    fn default() -> Self {
        Self { policy: Policy::Closest }
    }
}

impl Default for Audit {
    fn default() -> Self {
        Self { least_officers: 6 }
    }
}

impl Default for Response {
    fn default() -> Self {
        let d = Definition::default();
        Self {
            handling_s: d.handling_s,
            walk_m_per_s: d.walk_m_per_s,
            access_limit_m: d.access_limit_m,
            snap_limit_m: d.snap_limit_m,
            second_entrance_m: d.second_entrance_m,
            fragment_m: d.fragment_m,
            junction_m: d.junction_m,
            drive_limit_s: d.drive_limit_s,
            boat_m_per_s: d.boat_m_per_s,
            boat_range_m: d.boat_range_m,
            drone_m_per_s: d.drone_m_per_s,
            drone_range_m: d.drone_range_m,
            fix_max_age_s: d.fix_max_age_s,
        }
    }
}

impl Response {
    pub fn definition(&self) -> Definition {
        Definition {
            handling_s: self.handling_s,
            walk_m_per_s: self.walk_m_per_s,
            access_limit_m: self.access_limit_m,
            snap_limit_m: self.snap_limit_m,
            second_entrance_m: self.second_entrance_m,
            fragment_m: self.fragment_m,
            junction_m: self.junction_m,
            drive_limit_s: self.drive_limit_s,
            boat_m_per_s: self.boat_m_per_s,
            boat_range_m: self.boat_range_m,
            drone_m_per_s: self.drone_m_per_s,
            drone_range_m: self.drone_range_m,
            fix_max_age_s: self.fix_max_age_s,
            ..Definition::default()
        }
    }
}

impl Settings {
    /// Reads a file.
    ///
    /// # Errors
    /// `Invalid`, with the file, the line and the key, for what is no setting.
    pub fn read(path: &Path) -> Result<Self> {
        let refuse = |why: String| Error::invalid("config", format!("{}{why}", path.display()));
        let text = fs::read_to_string(path).map_err(|e| refuse(format!(": cannot be read: {e}")))?;
        Self::parse(&text).map_err(refuse)
    }

    /// A refusal begins with the line: `:3: server.timeout_s: 0 is not within 1 to 3600`.
    fn parse(text: &str) -> Result<Self, String> {
        let table = DeTable::parse(text).map_err(|e| place(text, e.span(), e.message()))?;
        let settings: Self = serde_path_to_error::deserialize(Deserializer::from(table.clone())).map_err(|e| {
            let why = format!("{}: {}", e.path(), e.inner().message());
            place(text, e.inner().span(), &why)
        })?;
        settings
            .check()
            .map_err(|e| place(text, e.field.as_ref().and_then(|f| span(table.get_ref(), f)), &e.to_string()))?;
        Ok(settings)
    }

    /// Refuses values that no service could run with; the error names the key with its group.
    fn check(&self) -> Result<()> {
        let Self {
            server,
            store,
            searches,
            coverage,
            incidents,
            calls,
            stuck,
            handovers,
            repeats,
            response,
            dispatch: _,
            audit,
            squads,
            map: _,
        } = self;
        within("server.body_limit_bytes", server.body_limit_bytes as f64, 1024.0, 1_073_741_824.0)?;
        within("store.commands_a_commit", store.commands_a_commit as f64, 1.0, 10_000.0)?;
        for (key, seconds) in [
            ("server.timeout_s", server.timeout_s),
            ("server.head_timeout_s", server.head_timeout_s),
            ("server.idle_timeout_s", server.idle_timeout_s),
            ("server.write_timeout_s", server.write_timeout_s),
        ] {
            within(key, seconds as f64, 1.0, 3_600.0)?;
        }
        server.cors_origins.iter().try_for_each(|text| is_origin("server.cors_origins", text))?;
        within("searches.at_once", searches.at_once as f64, 1.0, 1_024.0)?;
        within("searches.waiting", searches.waiting as f64, 0.0, 100_000.0)?;
        within("searches.time_limit_s", searches.time_limit_s as f64, 1.0, 3_600.0)?;
        within("coverage.cell_resolution", coverage.cell_resolution.into(), 5.0, 11.0)?;
        within("incidents.hot_months", incidents.hot_months.into(), 1.0, 1_200.0)?;
        within("audit.least_officers", audit.least_officers.into(), 0.0, 1_000.0)?;
        let in_group = |group: &str, e: Error| Error { field: e.field.map(|f| format!("{group}.{f}")), ..e };
        calls.check().map_err(|e| in_group("calls", e))?;
        stuck.check().map_err(|e| in_group("stuck", e))?;
        handovers.check().map_err(|e| in_group("handovers", e))?;
        repeats.check().map_err(|e| in_group("repeats", e))?;
        squads.check().map_err(|e| in_group("squads", e))?;
        response.definition().check().map_err(|e| in_group("response", e))
    }

    /// The template with these values: read again, it gives the same settings.
    ///
    /// # Errors
    /// `Invalid` for a folder whose name is not UTF-8.
    pub fn to_toml(&self) -> Result<String> {
        let all = toml::Table::try_from(self).map_err(|e| Error::invalid("config", e.to_string()))?;
        let (mut lines, mut group) = (String::new(), None);
        for line in TEMPLATE.lines() {
            if line.starts_with('[') {
                group = all.get(line.trim_matches(['[', ']']));
            }
            let key = line.trim_start_matches("# ").split_once(" = ").map(|(key, _)| key);
            let set = key.and_then(|key| Some((key, group?.get(key)?)));
            lines += &set.map_or(line.to_owned(), |(key, value)| format!("{key} = {value}"));
            lines.push('\n');
        }
        Ok(lines)
    }
}

/// Refuses what no browser writes as an origin: it would equal none.
fn is_origin(key: &str, text: &str) -> Result<()> {
    let good = text.parse::<Address>().is_ok_and(|address| address.to_string() == text && address.prefix.is_empty());
    let why = || Error::invalid(key, format!("{text:?} is not like \"https://map.example.org\", without a path"));
    if good { Ok(()) } else { Err(why()) }
}

/// Where `group.key` stands in the file.
fn span(table: &DeTable, field: &str) -> Option<Range<usize>> {
    let (group, key) = field.split_once('.')?;
    let group = table.get(group)?.get_ref().as_table()?;
    group.get_key_value(key).map(|(key, _)| key.span())
}

fn place(text: &str, span: Option<Range<usize>>, why: &str) -> String {
    match span {
        Some(span) => {
            let line = 1 + text[..span.start].matches('\n').count();
            let stands = shown(text.lines().nth(line - 1).unwrap_or_default().trim());
            format!(":{line}: {}, in `{stands}`", why.trim_end().replace('\n', ", "))
        }
        None => format!(": {why}"),
    }
}

/// A line without what may be a password or a key: an address is shown to where that may begin.
fn shown(line: &str) -> String {
    let end = ["://", "?", "{"].into_iter().filter_map(|mark| line.find(mark)).min();
    end.map_or_else(|| line.to_owned(), |end| format!("{}…", &line[..end]))
}

#[cfg(test)]
mod tests;
