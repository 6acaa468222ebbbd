//! The catalogue of matters from CSV.

use super::table::{self, Columns, Row};
use crate::{
    base::{Error, Result},
    domain::matters::{Matter, Matters, Urgency},
};

const COLUMNS: Columns = Columns {
    required: &["code", "domain", "name_zh", "name_en", "urgency", "arrive_limit_min"],
    optional: &[],
    // The catalogue tells more (leads, limits, sources) than the service uses so far.
    ignore_unknown: true,
    renamed: &[],
};

/// Reads the catalogue; `urgency` is U, Q or N.
pub fn read(name: &str, text: &str) -> Result<Matters> {
    let all = table::read(name, text, &COLUMNS, matter)?;
    Matters::new(all).map_err(|e| Error::invalid("file", format!("{name}: {}", e.detail)))
}

fn matter(row: &Row) -> Result<Matter> {
    let urgency = match row.text("urgency")? {
        "U" => Urgency::Urgent,
        "Q" => Urgency::Quick,
        "N" => Urgency::Normal,
        _ => return Err(Error::invalid("urgency", "is not one of U, Q, N")),
    };
    Ok(Matter {
        code: row.code("code")?,
        name: row.text("name_en")?.to_owned(),
        name_zh: row.text("name_zh")?.to_owned(),
        domain: row.text("domain")?.to_owned(),
        urgency,
        arrive_limit_min: row.number("arrive_limit_min")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_catalogue_is_read() {
        let matters = read("matters.csv", include_str!("../../geodata/matters.csv")).unwrap();
        assert_eq!(matters.all().len(), 71);
        let vendor = matters.get(&"CG-001".parse().unwrap()).unwrap();
        assert_eq!((vendor.urgency, vendor.arrive_limit_min), (Urgency::Quick, 30));
    }

    #[test]
    fn unknown_urgencies_and_codes_listed_twice_are_refused() {
        let head = "code,domain,name_zh,name_en,urgency,arrive_limit_min\n";
        let e = read("m.csv", &format!("{head}A,d,z,e,X,30\n")).unwrap_err().detail;
        assert!(e.contains("line 2: urgency \"X\": is not one of U, Q, N"), "{e}");
        let e = read("m.csv", &format!("{head}A,d,z,e,U,30\nA,d,z,e,U,30\n")).unwrap_err().detail;
        assert_eq!(e, "m.csv: matter A is listed twice");
    }
}
