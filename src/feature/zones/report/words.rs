//! Chinese or English.

use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::{base::Timestamp, domain::zones::judge::FIGURES};

/// The language of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportLanguage {
    Zh,
    En,
}

impl ReportLanguage {
    pub fn tag(self) -> &'static str {
        self.pick("en", "zh-CN")
    }

    pub fn pick<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        if self == Self::Zh { zh } else { en }
    }

    pub fn say(self, en: &str, zh: &str) -> String {
        self.pick(en, zh).to_owned()
    }

    pub fn name(self, name: &str, name_zh: Option<&str>) -> String {
        self.pick(name, name_zh.unwrap_or(name)).to_owned()
    }

    /// The name of a figure.
    pub(super) fn figure(self, key: &str) -> String {
        FIGURES.iter().find(|f| f.figure == key).map_or(key.to_owned(), |f| self.say(f.name, f.name_zh))
    }

    pub(super) fn unit(self, unit: &'static str) -> &'static str {
        match unit {
            "h/week" => self.pick(unit, "小时/周"),
            "s" => self.pick(unit, "秒"),
            "min" => self.pick(unit, "分钟"),
            _ => unit,
        }
    }

    /// Date and minute there, and how far from UTC that is.
    pub fn time(self, at: Timestamp, zone: &TimeZone) -> String {
        at.to_jiff().to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M (UTC%:z)").to_string()
    }
}
