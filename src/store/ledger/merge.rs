//! Runs of rows by key → all rows by key, by a tournament whose losers are remembered: each next row
//! costs a comparison per round (Knuth, "The Art of Computer Programming", volume 3, 5.4.1).

use std::mem;
use std::slice;

use super::batch::FactColumns;
use super::packed;
use super::spill::{Block, SortError, Spill};

/// All rows of a spill by key, one at a time.
pub struct Merge<'s> {
    spill: &'s Spill,
    cursors: Vec<Cursor<'s>>,
    /// `losers[0]` is the cursor of the next row; `losers[n]` lost the match of node n, whose
    /// children are the nodes 2n and 2n + 1. The leaf of cursor c is node c + count.
    losers: Vec<usize>,
}

/// A place in a run.
struct Cursor<'s> {
    /// The blocks that have not been read.
    blocks: slice::Iter<'s, Block>,
    bytes: Vec<u8>,
    at: usize,
    /// The pair of the next row; `None` at the end of the run.
    pair: Option<u64>,
}

impl<'s> Merge<'s> {
    /// Begins to merge `runs` of `spill`.
    pub fn new(
        spill: &'s Spill,
        runs: impl Iterator<Item = &'s [Block]>,
    ) -> Result<Self, SortError> {
        let mut cursors = Vec::new();
        for blocks in runs {
            let mut cursor = Cursor { blocks: blocks.iter(), bytes: Vec::new(), at: 0, pair: None };
            cursor.settle(spill)?;
            cursors.push(cursor);
        }
        let mut merge = Self { spill, losers: vec![0; cursors.len()], cursors };
        if !merge.losers.is_empty() {
            merge.losers[0] = merge.play(1);
        }
        Ok(merge)
    }

    /// Hands the next row to `each`; whether there was one.
    pub fn next(
        &mut self,
        each: impl FnOnce(&FactColumns<'_>) -> rusqlite::Result<()>,
    ) -> Result<bool, SortError> {
        let Some(&first) = self.losers.first() else { return Ok(false) };
        let cursor = &mut self.cursors[first];
        if cursor.pair.is_none() {
            return Ok(false);
        }
        let mut rest = &cursor.bytes[cursor.at..];
        let row = packed::read(&mut rest);
        let at = cursor.bytes.len() - rest.len();
        each(&row)?;
        cursor.at = at;
        cursor.settle(self.spill)?;
        self.replay(first);
        Ok(true)
    }

    /// Plays all matches below `node` for the first time; the winner.
    fn play(&mut self, node: usize) -> usize {
        let count = self.cursors.len();
        if node >= count {
            return node - count;
        }
        let (left, right) = (self.play(2 * node), self.play(2 * node + 1));
        let left_wins = self.is_before(left, right);
        self.losers[node] = if left_wins { right } else { left };
        if left_wins { left } else { right }
    }

    /// Plays the matches on the way of `cursor`, which has another row now, to the top.
    fn replay(&mut self, cursor: usize) {
        let mut winner = cursor;
        let mut node = usize::midpoint(cursor, self.cursors.len());
        while node > 0 {
            if self.is_before(self.losers[node], winner) {
                mem::swap(&mut self.losers[node], &mut winner);
            }
            node /= 2;
        }
        self.losers[0] = winner;
    }

    /// Whether the next row of one cursor comes before that of another. No key is in two of them.
    fn is_before(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.cursors[one], &self.cursors[other]);
        match (one.pair, other.pair) {
            (Some(pair), Some(of_other)) if pair == of_other => one.campaign() < other.campaign(),
            (Some(pair), Some(of_other)) => pair < of_other,
            (pair, _) => pair.is_some(),
        }
    }
}

impl Cursor<'_> {
    /// Comes to the next row, if there is one.
    fn settle(&mut self, spill: &Spill) -> Result<(), SortError> {
        if self.at == self.bytes.len() {
            self.pair = None;
            let Some(block) = self.blocks.next() else { return Ok(()) };
            spill.read_block(block, &mut self.bytes)?;
            self.at = 0;
        }
        self.pair = Some(packed::key(&self.bytes[self.at..]).0);
        Ok(())
    }

    fn campaign(&self) -> &[u8] {
        packed::key(&self.bytes[self.at..]).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ledger::pile::Pile;

    /// Puts `count` rows into `runs` runs, taking turns by a step, and merges them.
    fn merged(runs: usize, count: i64) -> Vec<(i64, i64, String)> {
        let mut spill = Spill::new().expect("a spill");
        for run in 0..runs {
            let mut pile = Pile::new();
            for key in (0..count).filter(|key| usize::try_from(key * 7 / 3).unwrap() % runs == run)
            {
                let campaign = ["", "brand", "brand new"][usize::try_from(key % 3).unwrap()];
                let (day, channel) = (key / 12, key / 3 % 4);
                pile.push(&FactColumns { day, channel, campaign, ..FactColumns::default() });
            }
            spill.take(&mut pile).expect("taken");
        }
        assert_eq!(spill.rows(), usize::try_from(count).unwrap());
        let mut merge = spill.merge().expect("a merge");
        let mut all = Vec::new();
        let mut add = |row: &FactColumns<'_>| {
            all.push((row.day, row.channel, row.campaign.to_owned()));
            Ok(())
        };
        while merge.next(&mut add).expect("a row") {}
        all
    }

    #[test]
    fn however_many_runs_there_are_all_rows_come_once_and_by_key() {
        for runs in 1..20 {
            for count in [0, 1, 2, 5, 300] {
                let all = merged(runs, count);
                assert_eq!(all.len(), usize::try_from(count).unwrap(), "{runs} runs");
                assert!(all.is_sorted_by(|one, next| one < next), "{runs} runs of {count}");
            }
        }
    }
}
