//! Which of many points is nearest.

use rstar::{PointDistance, RTree, primitives::GeomWithData};

use crate::base::LngLat;

/// Points by their numbers: which is nearest.
#[derive(Debug)]
pub struct Points(RTree<GeomWithData<[f64; 3], u32>>);

impl Points {
    pub fn new(all: impl IntoIterator<Item = LngLat>) -> Self {
        let one = |(n, at): (u32, LngLat)| GeomWithData::new(at.on_sphere(), n);
        Self(RTree::bulk_load((0..).zip(all).map(one).collect()))
    }

    /// The nearest, of several as near the first.
    pub fn nearest(&self, at: LngLat) -> Option<u32> {
        let at = at.on_sphere();
        let least = self.0.nearest_neighbor(&at)?.distance_2(&at);
        let alike = self.0.nearest_neighbor_iter(&at).take_while(|one| one.distance_2(&at) <= least);
        alike.map(|one| one.data).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::uniform;

    #[test]
    fn the_nearest_point_is_that_of_looking_at_each() {
        let mut dice = uniform(11);
        // Some lie at one place.
        let mut throw =
            || LngLat { lng: -4.5 + (dice() * 40.0).round() / 400.0, lat: 54.1 + (dice() * 40.0).round() / 400.0 };
        let all: Vec<LngLat> = (0..400).map(|_| throw()).collect();
        let points = Points::new(all.iter().copied());
        for _ in 0..500 {
            let at = throw();
            let far = |n: &u32| all[*n as usize].distance_m(at);
            let want = (0..all.len() as u32).min_by(|a, b| far(a).total_cmp(&far(b))).unwrap();
            let found = points.nearest(at).unwrap();
            assert!((far(&found) - far(&want)).abs() < 1e-3, "{at}: {found} is not {want}");
            assert!(all[..found as usize].iter().all(|p| *p != all[found as usize]), "the first of one place: {found}");
        }
        assert_eq!(Points::new([]).nearest(LngLat { lng: 0.0, lat: 0.0 }), None);
    }
}
