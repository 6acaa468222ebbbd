//! Where the service is seen from outside, and who may say so.

use std::{fmt, net::IpAddr, str::FromStr};

use axum::http::uri::Authority;
use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// Such as `https://gis.example.org/xunge`. The same place is written in one way: small letters, without the port
/// that its scheme has anyway, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    pub is_tls: bool,
    /// With the port, where it is not that of the scheme.
    host: String,
    /// Empty, or such as `/xunge`.
    pub prefix: String,
}

impl Address {
    fn read(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let is_tls = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let prefix = path.strip_suffix('/').unwrap_or(path).to_owned();
        let host = host(authority, if is_tls { 443 } else { 80 })?;
        prefix.split('/').skip(1).all(is_segment).then_some(Self { is_tls, host, prefix })
    }

    /// As browsers write it: without the prefix.
    pub fn origin(&self) -> String {
        format!("{}://{}", if self.is_tls { "https" } else { "http" }, self.host)
    }
}

fn host(authority: &str, usual: u16) -> Option<String> {
    let authority: Authority = authority.parse().ok()?;
    let (host, port) = (authority.host().to_ascii_lowercase(), authority.port_u16());
    // What is neither host nor port: a user, or a port that is none.
    let whole = port.map_or(host.len(), |_| host.len() + 1 + authority.port().map_or(0, |p| p.as_str().len()));
    if host.is_empty() || authority.as_str().len() != whole {
        return None;
    }
    Some(port.filter(|port| *port != usual).map_or_else(|| host.clone(), |port| format!("{host}:{port}")))
}

/// A step of a prefix. It stands in links, cookies and headers as it is.
fn is_segment(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    !matches!(text, "" | "." | "..") && text.bytes().all(plain)
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let like = "\"https://gis.example.org\" or \"https://gis.example.org/xunge\"";
        Self::read(text).ok_or_else(|| format!("{text:?} is not like {like}"))
    }
}

impl TryFrom<String> for Address {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.prefix)
    }
}

/// Addresses such as `127.0.0.1` and networks such as `10.0.0.0/8`.
pub fn networks<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<IpNet>, D::Error> {
    let network = |text: String| {
        let one = || text.parse().map(|ip: IpAddr| IpNet::from(ip));
        text.parse().or_else(|_| one()).map_err(|_| {
            D::Error::custom(format!(
                "{text:?} is neither an address like \"127.0.0.1\" nor a network like \"10.0.0.0/8\""
            ))
        })
    };
    Vec::<String>::deserialize(d)?.into_iter().map(network).collect()
}

#[cfg(test)]
mod tests;
