use uuid::Uuid;

use super::*;
use crate::{
    base::{LngLat, Timestamp},
    domain::incidents::reported,
};

/// Places on a lattice, so that many lie on the edges of boxes, of squares, and upon each other.
#[test]
fn counts_equal_brute_force_after_random_puts_and_removals() {
    let mut seed = 7_u64;
    let mut below = |n: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % n
    };
    let code = |kind: &str, n: u64| Code::new(&format!("{kind}{n}")).unwrap();
    let mut all: Vec<Arc<Incident>> = Vec::new();
    let mut tally = Tally::default();
    for round in 0..2_000 {
        let at = [0, 1].map(|_| (below(9) as f64 - 4.0) * if below(4) == 0 { 22.5 } else { 0.25 });
        let id = Uuid::from_u128(round);
        let mut one = Incident { id, at: LngLat::new(at[0], at[1]).unwrap(), ..reported() };
        one.status = [IncidentStatus::Reported, IncidentStatus::Closed][below(2) as usize];
        one.matter = (below(4) > 0).then(|| code("M", below(3)));
        one.further_matters = one.matter.iter().filter(|_| below(3) == 0).map(|_| code("M", 3)).collect();
        one.place.township = (below(4) > 0).then(|| code("T", below(3)));
        match below(5) {
            0..=2 => {
                all.push(Arc::new(one));
                tally.put(&all[all.len() - 1]);
            }
            3 if !all.is_empty() => tally.remove(&all.swap_remove(below(all.len() as u64) as usize)),
            _ => tally = Tally::of(&all),
        }
        let corner = [0, 1].map(|_| (below(9) as f64 - 4.0) * if below(2) == 0 { 22.5 } else { 0.25 });
        let size = [0, 1].map(|_| below(4) as f64 * if below(2) == 0 { 22.5 } else { 0.25 });
        let far = [0, 1].map(|n| (corner[n] + size[n]).min(90.0));
        let boxed = BBox::new(corner[0], corner[1], far[0], far[1]).unwrap();
        let mut want: Vec<Uuid> = all.iter().filter(|i| boxed.contains(i.at)).map(|i| i.id).collect();
        want.sort_unstable();
        let found = tally.within(&boxed, want.len()).map(|found| {
            let mut found: Vec<Uuid> = found.iter().map(|i| i.id).collect();
            found.sort_unstable();
            found
        });
        assert_eq!(found.as_ref(), Some(&want), "round {round}: {boxed:?}");
        assert!(want.is_empty() || tally.within(&boxed, want.len() - 1).is_none());
        let bare = Filter::default();
        for filter in [
            bare.clone(),
            Filter { region: Some(Region::BBox(boxed)), ..bare.clone() },
            Filter { status: Some(IncidentStatus::Closed), ..bare.clone() },
            Filter { status: Some(IncidentStatus::Closed), open: true, ..bare.clone() },
            Filter { open: true, ..bare.clone() },
            Filter { matter: Some(code("M", 1)), ..bare.clone() },
            Filter { matter: Some(code("M", 3)), ..bare.clone() },
            Filter { township: Some(code("T", 1)), ..bare.clone() },
        ] {
            let want = all.iter().filter(|i| filter.accepts(i)).count();
            assert_eq!(tally.count(&filter), Some(want), "round {round}: {filter:?}");
        }
        let two = Filter { open: true, matter: Some(code("M", 1)), ..bare.clone() };
        let timed = Filter { from: Some(Timestamp::MIN), ..bare };
        assert_eq!([tally.count(&two), tally.count(&timed)], [None, None]);
    }
}
