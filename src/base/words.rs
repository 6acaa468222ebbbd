//! Enums that are one word on the wire, in SQL and in CSV.

/// Declares an enum whose variants are one word each: serde, `as_str` and `FromStr` agree on it.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }
        impl $name {
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::base::Error;
            fn from_str(s: &str) -> $crate::base::Result<Self> {
                match s {
                    $($word => Ok(Self::$variant),)+
                    other => {
                        let known = [$($word),+].join(", ");
                        let word = stringify!($name).to_lowercase();
                        Err($crate::base::Error::invalid(word, format!("{other:?} is not one of {known}")))
                    }
                }
            }
        }
    };
}
pub(crate) use words;
