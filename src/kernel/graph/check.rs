//! Whether the arrays of a network fit together.

use super::{EdgeIx, Metric, Part, Topology, turns::Turn};
use xunge_base::{Error, Result};

/// Every length and index that the searches rely on.
pub(super) fn check(t: &Topology, m: &Metric, turns: &[Turn], at_ends: &[EdgeIx]) -> Result<()> {
    let (nodes, links) = (t.node_osm.len(), t.link_tail.len());
    let refuse = |what: &str| Err(Error::invalid("graph", format!("the road graph does not hang together: {what}")));
    let per_link = [
        t.link_head.len(),
        t.link_class.len(),
        t.link_name.len(),
        t.link_ref.len(),
        t.link_others.len(),
        t.link_mm.len(),
        m.forward_ms.len(),
        m.backward_ms.len(),
    ];
    let starts = [t.shape_start.len(), t.part_start.len()];
    if t.node_e7.len() != nodes || per_link.iter().any(|&n| n != links) || starts != [links + 1; 2] {
        return refuse("its arrays differ in length");
    }
    if links > (u32::MAX / 2) as usize {
        return refuse("it has more links than a 32-bit edge index can name");
    }
    if t.link_tail.iter().chain(&t.link_head).any(|&n| n as usize >= nodes) {
        return refuse("a link ends at a node that it does not have");
    }
    if t.link_name.iter().chain(&t.link_ref).chain(&t.link_others).any(|&n| n as usize >= t.names.len()) {
        return refuse("a link bears a name that it does not have");
    }
    let shapes_fit = t.shape_start[0] == 0
        && t.shape_start.windows(2).all(|w| w[0] as usize + 2 <= w[1] as usize)
        && t.shape_start[links] as usize == t.shape_e7.len();
    if !shapes_fit {
        return refuse("a link has a shape of fewer than two points");
    }
    let rising = |n: usize, parts: &[Part]| {
        let last = t.shape_start[n + 1] - t.shape_start[n] - 1;
        let above = |a: &Part, b: &Part| a.last < b.last;
        parts.first().is_some_and(|p| p.last > 0)
            && parts.is_sorted_by(above)
            && parts.last().is_some_and(|p| p.last == last)
    };
    let parts = |n: usize| t.parts.get(t.part_start[n] as usize..t.part_start[n + 1] as usize);
    let all = t.part_start[0] == 0 && t.part_start[links] as usize == t.parts.len();
    if !all || !(0..links).all(|n| parts(n).is_some_and(|parts| rising(n, parts))) {
        return refuse("the parts of a link are not its shape");
    }
    let hangs =
        |pair: &[EdgeIx]| pair.iter().all(|&e| (e as usize) < 2 * links) && t.ends(pair[0])[1] == t.ends(pair[1])[0];
    if turns.iter().any(|turn| turn.len() < 2 || !turn.windows(2).all(hangs)) {
        return refuse("a forbidden turn is no sequence of edges");
    }
    if !at_ends.is_sorted_by(|a, b| a < b) || at_ends.last().is_some_and(|&e| e as usize >= 2 * links) {
        return refuse("the edges for some only are no ascending edges of its links");
    }
    Ok(())
}
