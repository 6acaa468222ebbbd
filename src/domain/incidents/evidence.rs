//! Evidence (全过程记录) stays in the case system; a case names where, and what its content hashes to. Never files.

use serde::{Deserialize, Serialize};

use crate::base::{Error, Result, at_most, no_nul, words};

const URI_MAX: usize = 500;
/// Of one action.
pub const EVIDENCE_MAX: usize = 20;
/// Hexadecimal digits of SHA-256.
const HASH_LEN: usize = 64;

words! {
    /// What a piece of evidence is.
    EvidenceKind {
        Photo = "photo",
        /// Of sound or pictures.
        Recording = "recording",
        Document = "document",
    }
}

/// Where a piece of evidence is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "kind": "photo", "uri": "urn:uuid:01957a3e-5c00-7000-8000-000000000040",
    "sha256": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef" }))]
pub struct Evidence {
    pub kind: EvidenceKind,
    /// Absolute, in the case system; at most 500 characters.
    pub uri: String,
    /// Of its content, as 64 hexadecimal digits in lower case.
    pub sha256: String,
}

impl Evidence {
    /// Refuses what names no place, carries the content itself, or has no hash.
    pub fn check(&self) -> Result<()> {
        at_most("evidence.uri", Some(&self.uri), URI_MAX)?;
        no_nul("evidence.uri", &self.uri)?;
        let refuse = |field: &str, why: String| Err(Error::invalid(field, why));
        let (scheme, rest) = self.uri.split_once(':').unwrap_or_default();
        let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        if !named || rest.is_empty() || self.uri.contains(char::is_whitespace) {
            return refuse("evidence.uri", format!("{:?} is no absolute URI", self.uri));
        }
        if scheme.eq_ignore_ascii_case("data") {
            return refuse("evidence.uri", "a data: URI is the content itself: it stays in the case system".to_owned());
        }
        let is_hash =
            self.sha256.len() == HASH_LEN && self.sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match is_hash {
            true => Ok(()),
            false => refuse("evidence.sha256", format!("{:?} is not {HASH_LEN} hexadecimal digits", self.sha256)),
        }
    }

    /// Refuses more than one action brings, and what can't be kept.
    pub fn check_all(all: &[Self]) -> Result<()> {
        if all.len() > EVIDENCE_MAX {
            return Err(Error::invalid("evidence", format!("{} pieces are more than {EVIDENCE_MAX}", all.len())));
        }
        all.iter().try_for_each(Self::check)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_a_place_and_a_hash_and_never_carries_the_content() {
        let hash = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
        let check = |uri: &str, sha256: &str| {
            let one = Evidence { kind: EvidenceKind::Photo, uri: uri.to_owned(), sha256: sha256.to_owned() };
            one.check().map_err(|e| e.field.unwrap())
        };
        for good in ["https://cases.example/1", "urn:uuid:01957a3e-5c00-7000-8000-000000000001", "s3+x.y-z:a"] {
            assert_eq!(check(good, hash), Ok(()), "{good}");
        }
        for bad in ["", "photo.jpg", "/photo.jpg", "1http:x", "http:", "http://a b", "data:image/png;base64,AA=="] {
            assert_eq!(check(bad, hash), Err("evidence.uri".to_owned()), "{bad}");
        }
        for bad in ["", &hash[1..], &hash.to_uppercase()] {
            assert_eq!(check("https://cases.example/1", bad), Err("evidence.sha256".to_owned()), "{bad}");
        }
    }
}
