//! A priority queue of 64-bit keys, least first: a heap in which each key has four below it. That
//! makes it half as deep as a binary one, and the four lie side by side in memory (LaMarca and
//! Ladner 1996, 10.1145/235141.235145).

const FAN: usize = 4;

#[derive(Debug, Default)]
pub(super) struct Queue {
    keys: Vec<u64>,
}

impl Queue {
    pub(super) fn clear(&mut self) {
        self.keys.clear();
    }

    #[inline]
    pub(super) fn push(&mut self, key: u64) {
        let mut at = self.keys.len();
        self.keys.push(key);
        while at > 0 {
            let above = (at - 1) / FAN;
            if self.keys[above] <= key {
                break;
            }
            self.keys[at] = self.keys[above];
            at = above;
        }
        self.keys[at] = key;
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<u64> {
        let last = self.keys.pop()?;
        let Some(&least) = self.keys.first() else { return Some(last) };
        // The last key sinks from the top to where none below it is less.
        let keys = &mut self.keys[..];
        let mut at = 0;
        loop {
            let first = FAN * at + 1;
            let Some(below) = keys.get(first..keys.len().min(first + FAN)).filter(|b| !b.is_empty()) else { break };
            let (mut best, mut key) = (0, below[0]);
            for (i, &k) in below.iter().enumerate().skip(1) {
                if k < key {
                    (best, key) = (i, k);
                }
            }
            if key >= last {
                break;
            }
            keys[at] = key;
            at = first + best;
        }
        keys[at] = last;
        Some(least)
    }
}

#[cfg(test)]
mod tests {
    use std::{cmp::Reverse, collections::BinaryHeap};

    use super::*;
    use crate::kernel::drawn::Dice;

    #[test]
    fn keys_leave_in_the_order_of_a_binary_heap() {
        let mut dice = Dice(71);
        for round in 0..200 {
            let (mut queue, mut peer) = (Queue::default(), BinaryHeap::new());
            for step in 0..dice.below(400) {
                if dice.below(3) < 2 {
                    let key = dice.below(50) as u64;
                    queue.push(key);
                    peer.push(Reverse(key));
                } else {
                    assert_eq!(queue.pop(), peer.pop().map(|r| r.0), "round {round}, step {step}");
                }
            }
            while let Some(Reverse(key)) = peer.pop() {
                assert_eq!(queue.pop(), Some(key), "round {round}");
            }
            assert_eq!(queue.pop(), None);
        }
    }
}
