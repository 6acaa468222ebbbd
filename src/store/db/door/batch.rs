//! What shares one commit: commands in groups, each group behind one savepoint.

use tokio::sync::oneshot;

use super::{
    super::{Tx, tx::Used},
    Lent, Share, Told, Turn, Write,
};
use crate::{
    base::{Error, Result, Seq, Timestamp},
    change::Change,
};

/// Commands behind one savepoint: so many at most run twice when one fails.
const GROUP: usize = 16;
pub(super) const KEEP: &str = "RELEASE SAVEPOINT command; SAVEPOINT command";
pub(super) const UNDO: &str = "ROLLBACK TO SAVEPOINT command";

/// What to tell everybody of a batch that is not known to be committed.
pub(super) type Lost = (fn(Error) -> Told, Error);

/// A command that was done, until the commit.
#[derive(Debug)]
pub(super) struct Kept {
    pub at: Timestamp,
    pub actor: String,
    pub changes: Vec<Change>,
    tell: oneshot::Sender<Told>,
}

/// What a batch did so far.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub kept: Vec<Kept>,
    /// So many of them lie before the savepoint: they stay, whoever fails.
    safe: usize,
    /// Told only when the batch has ended: what they saw of the commands before them is true only then.
    undone: Vec<oneshot::Sender<Told>>,
    /// To be run again.
    pub again: Vec<Turn>,
    /// One has failed behind others: from now on each has a savepoint of its own.
    careful: bool,
}

impl Batch {
    /// Lends the transaction to a command and waits until it is given back.
    ///
    /// # Errors
    /// When the transaction can't go on: nothing of the batch happened.
    pub async fn serve(&mut self, tx: &mut Tx, turn: Turn) -> Result<()> {
        let Turn { actor, at, share, to } = turn;
        let apart = self.careful || share != Share::Savepoint;
        if apart && let Err(e) = self.keep(tx).await {
            drop(to.send(Err(e.clone())));
            return Err(e);
        }
        let (back, returned) = oneshot::channel();
        tx.used = Used::Not;
        let write = Write::lent(tx.give_back(), at, &actor, back);
        // A caller that went away gives it back at once.
        drop(to.send(Ok(write)));
        let back = returned.await.map_err(|_| Error::internal("a command kept the transaction"))?;
        *tx = back.tx;
        let Some(changes) = back.changes else {
            // Who asked the database nothing leaves nothing, and saw nothing of the others.
            if tx.used == Used::Not {
                self.undone.push(back.tell);
                return Ok(());
            }
            return self.undo(tx, Kept { at, actor, changes: Vec::new(), tell: back.tell }).await;
        };
        self.kept.push(Kept { at, actor, changes, tell: back.tell });
        if (apart || tx.used == Used::Ill || self.kept.len() - self.safe >= GROUP)
            && let Err(e) = self.keep(tx).await
        {
            // A command that went on after an error of its own: it alone is undone for good.
            let (nobody, _) = oneshot::channel();
            if let Some(last) = self.kept.pop() {
                let _ = last.tell.send(Told::Died(e));
                return self.undo(tx, Kept { tell: nobody, changes: Vec::new(), ..last }).await;
            }
        }
        Ok(())
    }

    /// Sets the savepoint behind what was done, unless it stands there.
    async fn keep(&mut self, tx: &mut Tx) -> Result<()> {
        if self.safe < self.kept.len() {
            tx.run(KEEP).await?;
            self.safe = self.kept.len();
        }
        Ok(())
    }

    /// Undoes what one did, and with it its group.
    async fn undo(&mut self, tx: &mut Tx, failed: Kept) -> Result<()> {
        let undone = tx.run(UNDO).await;
        if undone.is_err() || self.safe == self.kept.len() {
            self.undone.push(failed.tell);
            return undone;
        }
        // Also the one that failed: what it saw of the others may come out otherwise.
        self.careful = true;
        for Kept { at, actor, tell, .. } in self.kept.drain(self.safe..).chain([failed]) {
            let (to, lent) = oneshot::channel();
            if tell.send(Told::Again(Lent(lent))).is_ok() {
                self.again.push(Turn { actor, at, share: Share::Commit, to });
            }
        }
        Ok(())
    }

    /// Tells everybody how it ended; the seq is that of the last fact.
    pub fn tell(self, ended: &Result<Seq, Lost>) {
        let lost = || ended.as_ref().err().map(|(told, e)| told(e.clone()));
        let all: usize = self.kept.iter().map(|one| one.changes.len()).sum();
        let mut seq = ended.as_ref().map_or(0, |last| last - all as Seq);
        for one in self.kept {
            seq += one.changes.len() as Seq;
            let kept = Told::Kept((!one.changes.is_empty()).then_some(seq));
            // Nobody listens any more to a command whose caller went away.
            let _ = one.tell.send(lost().unwrap_or(kept));
        }
        for tell in self.undone {
            let _ = tell.send(lost().unwrap_or(Told::Undone));
        }
    }
}
