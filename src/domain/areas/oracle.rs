//! What `locate` promises, word by word and slowly; for tests here and above.

use super::{AreaIx, Areas, Chain, Level};
use crate::{base::LngLat, kernel::shape};

pub fn locate(areas: &Areas, p: LngLat) -> Chain {
    let mut owners: Vec<Option<AreaIx>> = Vec::new();
    for level in Level::ALL {
        let all = || areas.level(level);
        let inside = all().find(|(_, a)| a.bbox.contains(p) && shape::contains(&a.geometry, p)).map(|(ix, _)| ix);
        let beside = || {
            all()
                .filter(|(_, a)| a.parent.as_ref().is_some_and(|c| owners.contains(&areas.index(c.as_str()))))
                .map(|(ix, a)| (shape::border_distance_m(&a.geometry, p), ix))
                .filter(|(d, _)| *d <= 1.0)
                .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
                .map(|(_, ix)| ix)
        };
        let owner = inside.or_else(beside);
        owners.push(owner);
    }
    Chain { county: owners[0], township: owners[1], village: owners[2], grid: owners[3] }
}
