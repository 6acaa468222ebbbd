//! Milliseconds for every arc of the structure under one metric.
//!
//! An arc starts with its quickest edge. Then, lowest node first, an arc `x`-`y` takes over what is
//! quicker across a lower node joined to both (basic customisation, arXiv 1402.0402). A node pulls
//! from the rows of its lower nodes and writes its own row only: since all that lies below a node is
//! one range of ranks, such ranges are independent and each thread owns the rows of its ranges.

use super::structure::{NONE, Rank, Structure};
use crate::graph::{CLOSED, Graph};

/// Ranges per thread, so that uneven ones level out.
const RANGES: usize = 8;

/// By arc: least milliseconds from the lower to the upper end over lower nodes only, and back;
/// [`CLOSED`] where there is no such way.
#[derive(Debug, Default)]
pub(super) struct Weights {
    pub up_ms: Vec<u32>,
    pub down_ms: Vec<u32>,
}

pub(super) fn customise(s: &Structure, graph: &Graph, threads: usize) -> Weights {
    let mut w = edges(s, graph);
    let ranges = ranges(s, s.nodes() / (threads * RANGES).max(1));
    if threads > 1 {
        spread(s, &mut w, &ranges, threads);
    } else {
        let mut slot = vec![0; s.nodes()];
        for &[from, to] in &ranges {
            let base = s.first[from as usize] as usize;
            let rows = base..s.first[to as usize] as usize;
            let mut part = Part { s, base, up_ms: &mut w.up_ms[rows.clone()], down_ms: &mut w.down_ms[rows] };
            (from..to).for_each(|r| part.pull(r, &mut slot));
        }
    }
    // What lies above all ranges.
    let mut slot = vec![0; s.nodes()];
    let mut part = Part { s, base: 0, up_ms: &mut w.up_ms, down_ms: &mut w.down_ms };
    let mut above = 0;
    for [from, to] in ranges.into_iter().chain([[s.nodes() as u32; 2]]) {
        (above..from).for_each(|r| part.pull(r, &mut slot));
        above = to;
    }
    w
}

/// The quickest edge of each arc.
fn edges(s: &Structure, graph: &Graph) -> Weights {
    let none = vec![CLOSED; s.head.len()];
    let mut w = Weights { up_ms: none.clone(), down_ms: none };
    for step in &s.steps {
        let least = if step.down() { &mut w.down_ms[step.arc()] } else { &mut w.up_ms[step.arc()] };
        *least = graph.ms(step.edge).min(*least);
    }
    w
}

/// Whole subtrees of at most `most` nodes, as ascending ranges of ranks: the largest such.
fn ranges(s: &Structure, most: usize) -> Vec<[Rank; 2]> {
    let mut size = vec![1u32; s.nodes()];
    let mut ranges = Vec::new();
    for r in 0..s.nodes() as u32 {
        let (own, parent) = (size[r as usize], s.parent(r));
        let small = |size: u32| size as usize <= most;
        if parent != NONE {
            size[parent as usize] += own;
        }
        if small(own) {
            // Swallows the ranges of its children, which lie right before it.
            while ranges.last().is_some_and(|l: &[Rank; 2]| l[0] + own > r) {
                ranges.pop();
            }
            ranges.push([r + 1 - own, r + 1]);
        }
    }
    ranges
}

/// Deals the ranges out to threads.
fn spread(s: &Structure, w: &mut Weights, ranges: &[[Rank; 2]], threads: usize) {
    let mut hands: Vec<Vec<([Rank; 2], Part<'_>)>> = (0..threads).map(|_| Vec::new()).collect();
    let mut load = vec![0; threads];
    let (mut up, mut down, mut at) = (&mut w.up_ms[..], &mut w.down_ms[..], 0);
    for &[from, to] in ranges {
        let [base, end] = [from, to].map(|r| s.first[r as usize] as usize);
        let (up_ms, rest_up) = up.split_at_mut(end - at);
        let (down_ms, rest_down) = down.split_at_mut(end - at);
        let (up_ms, down_ms) = (&mut up_ms[base - at..], &mut down_ms[base - at..]);
        (up, down, at) = (rest_up, rest_down, end);
        let lightest = (0..threads).min_by_key(|&t| load[t]).unwrap_or(0);
        load[lightest] += end - base;
        hands[lightest].push(([from, to], Part { s, base, up_ms, down_ms }));
    }
    std::thread::scope(|scope| {
        for hand in hands {
            scope.spawn(move || {
                let mut slot = vec![0; s.nodes()];
                for ([from, to], mut part) in hand {
                    (from..to).for_each(|r| part.pull(r, &mut slot));
                }
            });
        }
    });
}

/// The weights of a range of rows, the first of which begins at arc `base`; all that lies below
/// them lies within.
struct Part<'a> {
    s: &'a Structure,
    base: usize,
    up_ms: &'a mut [u32],
    down_ms: &'a mut [u32],
}

impl Part<'_> {
    /// Completes the row of `x`; those below it are complete. `slot` is scratch, by rank.
    fn pull(&mut self, x: Rank, slot: &mut [u32]) {
        let (s, base) = (self.s, self.base);
        let row = s.row(x);
        let len = row.len() as u32;
        s.head[row.clone()].iter().zip(0..len).for_each(|(&y, i)| slot[y as usize] = i);
        let (below_up, row_up) = self.up_ms.split_at_mut(row.start - base);
        let (below_down, row_down) = self.down_ms.split_at_mut(row.start - base);
        for lower in s.lowers(x) {
            let arc = lower.arc as usize;
            // Down to the lower node and up again, or the other way round.
            let (down, up) = (below_down[arc - base], below_up[arc - base]);
            if down == CLOSED && up == CLOSED {
                continue;
            }
            for b in arc + 1..s.first[lower.tail as usize + 1] as usize {
                let i = slot[s.head[b] as usize] as usize;
                row_up[i] = row_up[i].min(down.saturating_add(below_up[b - base]));
                row_down[i] = row_down[i].min(below_down[b - base].saturating_add(up));
            }
        }
    }
}
