//! Where a road network is narrow: a balanced cut by inertial flow (Schild and Sommer 2015,
//! 10.1007/978-3-319-20086-6_22).
//!
//! Along each of four directions, the first and the last quarter of the nodes become source and
//! sink of a flow in which every street carries one unit; a least cut then lies between them. Flows
//! by Dinitz' blocking flows (1970).

/// Share of the nodes on either end, as one over this.
const END: usize = 4;

/// A part of the network as an undirected graph of its own, nodes numbered from 0.
#[derive(Debug)]
pub(super) struct Cell {
    /// What each node is called outside.
    pub nodes: Vec<u32>,
    first: Vec<u32>,
    /// Rows of neighbour and arc; an edge's two arcs are `2e` and `2e + 1`.
    arcs: Vec<[u32; 2]>,
}

/// On which side of a cut a node lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
    Between,
}

impl Cell {
    /// Edges by the cell's own numbers, each once, no loops.
    pub(super) fn new(nodes: Vec<u32>, edges: &[[u32; 2]]) -> Self {
        let mut first = vec![0u32; nodes.len() + 1];
        edges.iter().flatten().for_each(|&n| first[n as usize + 1] += 1);
        for n in 0..nodes.len() {
            first[n + 1] += first[n];
        }
        let mut next = first.clone();
        let mut arcs = vec![[0; 2]; 2 * edges.len()];
        for (e, &[a, b]) in (0..).zip(edges) {
            for (from, arc) in [(a, [b, 2 * e]), (b, [a, 2 * e + 1])] {
                arcs[next[from as usize] as usize] = arc;
                next[from as usize] += 1;
            }
        }
        Self { nodes, first, arcs }
    }

    fn row(&self, node: u32) -> &[[u32; 2]] {
        &self.arcs[self.first[node as usize] as usize..self.first[node as usize + 1] as usize]
    }

    pub(super) fn degree(&self, node: usize) -> usize {
        self.row(node as u32).len()
    }

    /// The part of the cell on one side, in the same order.
    pub(super) fn part(&self, sides: &[Side], side: Side) -> Self {
        let mut number = vec![u32::MAX; self.nodes.len()];
        let mut nodes = Vec::new();
        for (n, _) in sides.iter().enumerate().filter(|(_, s)| **s == side) {
            number[n] = nodes.len() as u32;
            nodes.push(self.nodes[n]);
        }
        let inside = (0..self.nodes.len() as u32).filter(|&n| sides[n as usize] == side);
        let edges: Vec<[u32; 2]> = inside
            .flat_map(|a| self.row(a).iter().map(move |&[b, _]| [a, b]))
            .filter(|&[a, b]| a < b && sides[b as usize] == side)
            .map(|ends| ends.map(|n| number[n as usize]))
            .collect();
        Self::new(nodes, &edges)
    }

    /// A side for each node such that no edge joins left and right. At least one of the three is
    /// smaller than the cell by being left out of it, so that dissecting ends. `places` by outside
    /// name; `threads` share the directions.
    pub(super) fn cut(&self, places: &[[i32; 2]], threads: usize) -> Vec<Side> {
        let along = |direction: usize| self.cut_along(places, direction, f64::INFINITY);
        let found: Vec<(f64, Vec<bool>)> = if threads > 1 {
            std::thread::scope(|scope| {
                let other = scope.spawn(|| [2, 3].map(along));
                let own = [0, 1].map(along);
                own.into_iter().chain(other.join().unwrap_or_else(|p| std::panic::resume_unwind(p))).flatten().collect()
            })
        } else {
            let mut found: Vec<(f64, Vec<bool>)> = Vec::new();
            for direction in 0..4 {
                let least = found.iter().map(|f| f.0).fold(f64::INFINITY, f64::min);
                found.extend(self.cut_along(places, direction, least));
            }
            found
        };
        // The first of equals, so that the answer does not depend on the number of threads.
        let best = found.into_iter().reduce(|best, f| if f.0 < best.0 { f } else { best });
        self.between(&best.expect("the first direction is never given up").1)
    }

    /// Edges cut per node of the smaller side, and the nodes on the source's side; `None` when it
    /// can't be less than `least`.
    fn cut_along(&self, places: &[[i32; 2]], direction: usize, least: f64) -> Option<(f64, Vec<bool>)> {
        let n = self.nodes.len();
        let key = |&i: &u32| {
            let [x, y] = places[self.nodes[i as usize] as usize].map(i64::from);
            ([x, y, x + y, x - y][direction], i)
        };
        let mut line: Vec<u32> = (0..n as u32).collect();
        let end = (n / END).max(1);
        line.select_nth_unstable_by_key(end - 1, key);
        line[end..].select_nth_unstable_by_key(n - 2 * end, key);
        let half = (n / 2) as f64;
        let (flow, left) = Flow::new(self, &line, end).fill((least * half).min(f64::from(u32::MAX)) as u32)?;
        let size = left.iter().filter(|&&l| l).count();
        let share = f64::from(flow) / size.min(n - size) as f64;
        (share < least).then_some((share, left))
    }

    /// The cut's nodes on the side that has fewer of them become the separator.
    fn between(&self, left: &[bool]) -> Vec<Side> {
        let crosses = |&n: &u32| self.row(n).iter().any(|a| left[a[0] as usize] != left[n as usize]);
        let (ours, theirs): (Vec<u32>, Vec<u32>) =
            (0..left.len() as u32).filter(crosses).partition(|&n| left[n as usize]);
        let mut sides: Vec<Side> = left.iter().map(|&l| if l { Side::Left } else { Side::Right }).collect();
        for n in if ours.len() <= theirs.len() { ours } else { theirs } {
            sides[n as usize] = Side::Between;
        }
        sides
    }
}

const UNSEEN: u32 = u32::MAX;

struct Flow<'a> {
    cell: &'a Cell,
    sources: &'a [u32],
    sink: Vec<bool>,
    /// What each arc can still carry.
    spare: Vec<u8>,
    /// Steps from the sources through arcs with something to spare.
    level: Vec<u32>,
    /// The first slot of each row that may still lead on.
    next: Vec<u32>,
    queue: Vec<u32>,
}

impl<'a> Flow<'a> {
    fn new(cell: &'a Cell, line: &'a [u32], end: usize) -> Self {
        let n = line.len();
        let mut sink = vec![false; n];
        line[n - end..].iter().for_each(|&i| sink[i as usize] = true);
        Self {
            cell,
            sources: &line[..end],
            sink,
            spare: vec![1; cell.arcs.len()],
            level: vec![UNSEEN; n],
            next: vec![0; n],
            queue: Vec::with_capacity(n),
        }
    }

    /// The greatest flow, and what the sources still reach then; `None` once it exceeds `most`.
    fn fill(mut self, most: u32) -> Option<(u32, Vec<bool>)> {
        let mut flow = 0;
        while self.layer() {
            self.next.copy_from_slice(&self.cell.first[..self.level.len()]);
            for &source in self.sources {
                while self.push(source) {
                    flow += 1;
                }
            }
            if flow > most {
                return None;
            }
        }
        Some((flow, self.level.iter().map(|&l| l != UNSEEN).collect()))
    }

    /// Levels up to that of the nearest sink; false when none can be reached any more.
    fn layer(&mut self) -> bool {
        self.level.fill(UNSEEN);
        self.queue.clear();
        self.queue.extend(self.sources);
        self.sources.iter().for_each(|&s| self.level[s as usize] = 0);
        let (mut at, mut last) = (0, UNSEEN);
        while at < self.queue.len() {
            let node = self.queue[at];
            at += 1;
            let level = self.level[node as usize] + 1;
            if level > last {
                break;
            }
            for &[head, arc] in self.cell.row(node) {
                if self.spare[arc as usize] > 0 && self.level[head as usize] == UNSEEN {
                    self.level[head as usize] = level;
                    self.queue.push(head);
                    if self.sink[head as usize] {
                        last = level;
                    }
                }
            }
        }
        last != UNSEEN
    }

    /// One more unit from `source` to a sink, level by level.
    fn push(&mut self, source: u32) -> bool {
        let mut path: Vec<[u32; 2]> = Vec::new();
        let mut node = source;
        while !self.sink[node as usize] {
            let slot = self.next[node as usize];
            if slot < self.cell.first[node as usize + 1] {
                let [head, arc] = self.cell.arcs[slot as usize];
                if self.spare[arc as usize] > 0 && self.level[head as usize] == self.level[node as usize] + 1 {
                    path.push([node, arc]);
                    node = head;
                } else {
                    self.next[node as usize] += 1;
                }
            } else if let Some([before, _]) = path.pop() {
                node = before;
                self.next[node as usize] += 1;
            } else {
                return false;
            }
        }
        for [_, arc] in path {
            self.spare[arc as usize] -= 1;
            self.spare[arc as usize ^ 1] += 1;
        }
        true
    }
}
