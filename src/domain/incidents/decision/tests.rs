use super::*;
use crate::domain::incidents::reported;

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn choice(area: &str, by: DecidedBy) -> Choice {
    let over = Some(Over { overlays: vec![], township: Some(code(area)), county: None });
    Choice { area: code(area), by, over }
}

#[test]
fn what_weighs_more_takes_the_place_of_what_was_decided() {
    use DecidedBy::{Designation, FirstFiler, Negotiation};
    let said = Said { action: Uuid::nil(), at: reported().reported_at, actor: "somebody", reason: None };
    let after = |former: Option<&Decision>, area: &str, by| Decision::after(former, &choice(area, by), said);
    for (held, by, taken) in [
        (FirstFiler, FirstFiler, false),
        (FirstFiler, Negotiation, true),
        (FirstFiler, Designation, true),
        (Negotiation, FirstFiler, false),
        (Negotiation, Negotiation, true),
        (Negotiation, Designation, true),
        (Designation, FirstFiler, false),
        (Designation, Negotiation, false),
        (Designation, Designation, true),
    ] {
        let former = after(None, "A", held).unwrap();
        let told = after(Some(&former), "B", by);
        assert_eq!(told.is_ok(), taken, "{held:?} {by:?}: {told:?}");
        assert!(
            told.map_or_else(|e| e.detail.ends_with("(rule 14)"), |d| d.area == code("B") && d.actor == "somebody")
        );
    }
    let bare = Choice { over: None, ..choice("A", FirstFiler) };
    assert!(Decision::after(None, &bare, said).is_err());
}
