use fastrand::Rng;
use geo::MultiPolygon;

use super::*;
use crate::{
    base::LngLat,
    domain::incidents::{IncidentStatus, Milestones, Place, Rectification, Region, reported},
};

fn some_time(rng: &mut Rng) -> Option<Timestamp> {
    (rng.u64(..2) == 0).then(|| Timestamp::from_ms(rng.u64(..50) as i64 * 100_000).unwrap())
}

fn rectification(rng: &mut Rng) -> Rectification {
    let [ordered_at, due_at] = [0, 50].map(|later| Timestamp::from_ms(later + rng.u64(..50) as i64).unwrap());
    let (what, by, actor) = ("x".to_owned(), jiff::civil::date(1970, 1, 1), "test".to_owned());
    Rectification { what, by, due_at, ordered_at, actor, action: Uuid::nil(), revisits: 0 }
}

fn incident(rng: &mut Rng) -> Incident {
    let status = [IncidentStatus::Reported, IncidentStatus::Accepted, IncidentStatus::Closed][rng.u64(..3) as usize];
    let township = Code::new(&format!("T{}", rng.u64(..4))).unwrap();
    Incident {
        id: Uuid::from_u128(rng.u64(..300) as u128),
        at: LngLat::new(rng.u64(..20) as f64 / 100.0, rng.u64(..20) as f64 / 100.0).unwrap(),
        status,
        reported_at: Timestamp::from_ms(rng.u64(..50) as i64).unwrap(),
        created_at: Timestamp::from_ms(0).unwrap(),
        matter: Some(Code::new(&format!("M{}", rng.u64(..3))).unwrap()),
        further_matters: (0..rng.u64(..2)).map(|_| Code::new(&format!("M{}", 3 + rng.u64(..2))).unwrap()).collect(),
        rectification: (rng.u64(..3) == 0).then(|| Box::new(rectification(rng))),
        milestones: Milestones { arrived_at: some_time(rng), handled_at: some_time(rng), ..Milestones::default() },
        place: Place { township: (rng.u64(..5) > 0).then_some(township), ..Place::default() },
        ..reported()
    }
}

fn filter(rng: &mut Rng) -> Filter {
    let corner = |rng: &mut Rng| (rng.u64(..20) as f64 / 100.0, rng.u64(..20) as f64 / 100.0);
    let (x, y) = corner(rng);
    let bbox = BBox::new(x, y, x + 0.07, y + 0.05).unwrap();
    let region = match rng.u64(..6) {
        0 => Some(Region::BBox(bbox)),
        3 => Some(Region::BBox(BBox::new(-1.0, -1.0, 1.0, 1.0).unwrap())),
        1 => Some(Region::Radius(LngLat::new(x, y).unwrap(), 4_000.0)),
        2 => {
            let r = geo::Rect::new((bbox.west, bbox.south), (bbox.east, bbox.north));
            Some(Region::Polygon(MultiPolygon::new(vec![r.to_polygon()])))
        }
        _ => None,
    };
    let some_time = |rng: &mut Rng| some_time(rng).map(|at| Timestamp::from_ms(at.ms() / 100_000).unwrap());
    Filter {
        region,
        from: some_time(rng),
        to: some_time(rng),
        status: (rng.u64(..3) == 0).then_some(IncidentStatus::Reported),
        open: rng.u64(..2) == 0,
        matter: (rng.u64(..3) == 0).then(|| Code::new(["M1", "M3"][rng.usize(..2)]).unwrap()),
        revisit_due_by: (rng.u64(..4) == 0).then(|| Timestamp::from_ms(50 + rng.u64(..50) as i64).unwrap()),
        township: (rng.u64(..3) == 0).then(|| Code::new("T1").unwrap()),
        ..Filter::default()
    }
}

#[test]
fn every_index_equals_brute_force_after_random_puts_and_removals() {
    let mut rng = Rng::with_seed(7);
    let mut all = Incidents::default();
    let mut model: HashMap<Uuid, Incident> = HashMap::new();
    let matters = Matters::default();
    for round in 0..3_000 {
        let hot = |i: &Incident, since: Timestamp| !i.status.is_ended() || i.reported_at >= since;
        match rng.u64(..12) {
            0..=6 => {
                let one = incident(&mut rng);
                let (before, others) = (all.clone(), all.all().cloned().collect::<Vec<_>>());
                all.put(one.clone());
                assert!(before.all().eq(&others), "round {round}: a reader's clone has changed");
                model.insert(one.id, one);
            }
            7 => {
                let id = Uuid::from_u128(rng.u64(..300) as u128);
                assert_eq!(all.remove(&id).map(Arc::unwrap_or_clone), model.remove(&id), "round {round}");
            }
            8 => {
                let many: HashMap<_, _> = (0..rng.u64(..40)).map(|_| incident(&mut rng)).map(|i| (i.id, i)).collect();
                model.extend(many.clone());
                all.put_all(many.into_values().collect());
            }
            9 if round % 50 == 0 => all.forget(Timestamp::from_ms(round / 200).unwrap()),
            _ => {
                let f = filter(&mut rng);
                let mut want: Vec<_> = all.all().filter(|i| f.accepts(i)).cloned().collect();
                assert_eq!(all.count(&f), want.len(), "round {round}: {f:?}");
                want.sort_by_key(|i| std::cmp::Reverse((i.reported_at, i.id)));
                let (mut got, mut after) = (Vec::new(), None);
                loop {
                    let page = all.page(&f, after, 7);
                    after = page.last().map(|i| (i.reported_at, i.id));
                    got.extend(page);
                    if after.is_none() {
                        break;
                    }
                }
                assert_eq!(got, want, "round {round}: {f:?}");
                want.sort_by_key(|i| due(i, &matters));
                let (mut got, mut after) = (Vec::new(), None);
                loop {
                    let (page, total) = all.page_due(&f, &matters, after, 7);
                    assert_eq!(total, want.len(), "round {round}: {f:?}");
                    after = page.last().map(|i| due(i, &matters));
                    got.extend(page);
                    if after.is_none() {
                        break;
                    }
                }
                assert_eq!(got, want, "round {round}, due: {f:?}");
                let newest = Newest::new(Arc::new(all.clone()), [f.from, f.to]);
                let by_place: Vec<_> = (0..newest.len()).map(|place| Arc::clone(newest.at(place))).collect();
                let in_time = Filter { from: f.from, to: f.to, ..Filter::default() };
                assert_eq!(by_place, all.page(&in_time, None, usize::MAX), "round {round}: {in_time:?}");
            }
        }
        model.retain(|_, i| hot(i, all.since()));
        if round % 10 > 0 {
            continue;
        }
        let mut ours: Vec<Incident> = all.all().map(|i| Incident::clone(i)).collect();
        let mut want: Vec<Incident> = model.values().cloned().collect();
        ours.sort_by_key(|i| i.id);
        want.sort_by_key(|i| i.id);
        assert_eq!(ours, want, "round {round}");
        all.check().unwrap_or_else(|e| panic!("round {round}: {e}"));
        let matter = Code::new("M1").unwrap();
        let took = |i: &Arc<Incident>| handling(i).filter(|(m, _)| **m == matter).map(|(_, (s, _))| s);
        let mut took: Vec<u64> = all.all().filter_map(took).collect();
        took.sort_unstable();
        let middle = (!took.is_empty()).then(|| Median { cases: took.len(), s: took[(took.len() - 1) / 2] });
        assert_eq!(all.handling_median(&matter), middle, "round {round}");
    }
}
