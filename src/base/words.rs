//! Enums that are one word on the wire, in SQL and in CSV.

/// Declares an enum whose variants are one word each: serde, `as_str`, `FromStr` and the schema agree on it.
///
/// The word is matched as a token: a `literal` would reach the derives wrapped, and utoipa's then
/// reads no `rename` and tells the variant's Rust name.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:tt),+ $(,)? }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        $(#[$doc])*
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }
        impl $name {
            /// All of them, as they are written.
            #[allow(dead_code, reason = "not every word is listed somewhere")]
            pub const WORDS: &'static [&'static str] = &[$($word),+];
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::Error;
            fn from_str(s: &str) -> $crate::Result<Self> {
                match s {
                    $($word => Ok(Self::$variant),)+
                    other => {
                        let known = Self::WORDS.join(", ");
                        let word = stringify!($name).to_lowercase();
                        Err($crate::Error::invalid(word, format!("{other:?} is not one of {known}")))
                    }
                }
            }
        }
    };
}
#[cfg(test)]
mod tests {
    use utoipa::PartialSchema;

    words! {
        /// What becomes of a case.
        Fate { Open = "open", FedBack = "fed_back" }
    }

    #[test]
    fn the_schema_tells_the_words_on_the_wire() {
        let schema = serde_json::to_value(Fate::schema()).unwrap();
        assert_eq!(schema["enum"], serde_json::json!(["open", "fed_back"]), "{schema}");
        for fate in [Fate::Open, Fate::FedBack] {
            assert_eq!(serde_json::to_value(fate).unwrap(), fate.as_str());
            assert_eq!(fate.as_str().parse::<Fate>().unwrap(), fate);
        }
    }
}
