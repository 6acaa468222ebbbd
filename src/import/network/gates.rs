//! Gates that open to some only: nobody drives through on the road that they stand on.

use super::{access::Access, barriers, delay::rank, piece::Piece};
use crate::{domain::squads::Profile, import::osm::RawRoads};

/// Restricts the pieces that such gates stand on. Where several roads meet at a gate it is the least of them
/// that it closes: a gate at the end of a drive stands often on the street's own node.
pub(super) fn restrict(raw: &RawRoads, pieces: &mut [Piece]) {
    for profile in Profile::ALL {
        let gates = barriers(raw, profile, Access::AtEnds);
        let used = |piece: &Piece| !piece.attributes.uses[profile as usize].is_none();
        let mut least = vec![0; if gates.is_empty() { 0 } else { raw.nodes.len() }];
        let at_gate = |piece: &Piece| piece.ends().into_iter().filter(|node| gates.contains(node));
        for piece in pieces.iter().filter(|piece| used(piece)) {
            at_gate(piece).for_each(|n| least[n as usize] = rank(piece.attributes.class).max(least[n as usize]));
        }
        for piece in pieces.iter_mut() {
            let inside = piece.nodes[1..piece.nodes.len() - 1].iter().any(|node| gates.contains(node));
            if inside || at_gate(piece).any(|n| rank(piece.attributes.class) == least[n as usize]) {
                let of_profile = &mut piece.attributes.uses[profile as usize];
                *of_profile = of_profile.only_at_ends([true, true]);
            }
        }
    }
}
