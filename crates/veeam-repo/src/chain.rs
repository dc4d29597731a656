//! From links to restore points: which of a machine's points can be restored, and what breaks the others. Pure; where the links come
//! from (metadata or names) it does not know.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::facts::{Flaw, RestorePoint, Trouble};
use crate::moment::Moment;

/// What a link adds to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Nothing.
    Full,
    /// What was before it.
    Increment,
    /// What came after it.
    Rollback,
}

/// What is told of that which an increment adds to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parent {
    /// Nothing; it is then what comes before it in its chain.
    Untold,
    /// The link of that number.
    Told(usize),
    /// Something that isn't there.
    Lost,
}

/// One machine in one file, as it was at one time.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) at: Moment,
    pub(crate) role: Role,
    pub(crate) parent: Parent,
    /// Links of different chains have different ones.
    pub(crate) chain: u128,
    pub(crate) file: Arc<Path>,
    pub(crate) trouble: Option<Trouble>,
    /// No restore point any more, but others may add to it.
    pub(crate) gone: bool,
    pub(crate) consistent: Option<bool>,
}

/// What became of a machine's links.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    pub(crate) points: Vec<RestorePoint>,
    pub(crate) chain: Vec<Arc<Path>>,
    pub(crate) flaws: Vec<Flaw>,
}

/// Links in the order in which they were made.
pub(crate) fn judge(links: &[Link]) -> Judged {
    let mut tree = Tree { parents: parents(links), troubles: links.iter().map(|link| link.trouble.clone()).collect() };
    let order = tree.order();
    let complete = tree.complete(&order);
    let newest = (0..links.len()).rev().find(|index| complete[*index] && !links[*index].gone);
    Judged {
        points: points(links, &complete),
        chain: newest
            .map(|newest| tree.up(newest).map(|index| links[index].file.clone()).collect())
            .unwrap_or_default(),
        flaws: tree.flaws(links, &order),
    }
}

fn points(links: &[Link], complete: &[bool]) -> Vec<RestorePoint> {
    let present = links.iter().zip(complete).filter(|(link, _)| !link.gone);
    let point = |(link, complete): (&Link, &bool)| RestorePoint {
        at: link.at,
        file: link.file.clone(),
        complete: *complete,
        consistent: link.consistent,
    };
    present.map(point).collect()
}

/// What each link adds to, or why that is not known.
fn parents(links: &[Link]) -> Vec<Result<Option<usize>, Trouble>> {
    let before = before(links);
    let after = after(links);
    let parent = |(index, link): (usize, &Link)| match (link.role, link.parent) {
        (Role::Full, _) => Ok(None),
        (Role::Rollback, _) => after[index].map(Some).ok_or(Trouble::NoFull),
        (Role::Increment, Parent::Untold) => before[index].map(Some).ok_or(Trouble::NoFull),
        (Role::Increment, Parent::Told(parent)) => Ok(Some(parent)),
        (Role::Increment, Parent::Lost) => Err(Trouble::NoParent),
    };
    links.iter().enumerate().map(parent).collect()
}

/// Full or increment before it in the same chain.
fn before(links: &[Link]) -> Vec<Option<usize>> {
    let mut last: HashMap<u128, usize> = HashMap::new();
    let mut step = |(index, link): (usize, &Link)| match link.role {
        Role::Rollback => None,
        Role::Full | Role::Increment => last.insert(link.chain, index),
    };
    links.iter().enumerate().map(&mut step).collect()
}

/// Full or reverse increment after it. A run that writes these moves its full on to the newest point, so whatever chain
/// the full began as, it is the next one that counts.
fn after(links: &[Link]) -> Vec<Option<usize>> {
    let mut next = None;
    let mut found = vec![None; links.len()];
    for (index, link) in links.iter().enumerate().rev() {
        found[index] = next;
        if link.role != Role::Increment {
            next = Some(index);
        }
    }
    found
}

struct Tree {
    parents: Vec<Result<Option<usize>, Trouble>>,
    troubles: Vec<Option<Trouble>>,
}

impl Tree {
    fn parent(&self, index: usize) -> Option<usize> {
        self.parents[index].as_ref().ok().copied().flatten()
    }

    fn up(&self, from: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(from), |index| self.parent(*index))
    }

    /// All links, each after what it adds to; a circle is cut where it closes.
    fn order(&mut self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.parents.len());
        let mut walks = vec![usize::MAX; self.parents.len()];
        for start in 0..self.parents.len() {
            let mut trail = Vec::new();
            let mut next = Some(start);
            while let Some(index) = next.filter(|index| walks[*index] == usize::MAX) {
                walks[index] = start;
                trail.push(index);
                next = self.parent(index);
            }
            if let (Some(index), Some(last)) = (next, trail.last())
                && walks[index] == start
            {
                self.parents[*last] = Err(Trouble::Loop);
            }
            order.extend(trail.into_iter().rev());
        }
        order
    }

    fn complete(&self, order: &[usize]) -> Vec<bool> {
        let mut complete = vec![false; order.len()];
        for index in order {
            let above = match &self.parents[*index] {
                Ok(parent) => parent.is_none_or(|parent| complete[parent]),
                Err(_) => false,
            };
            complete[*index] = above && self.troubles[*index].is_none();
        }
        complete
    }

    /// How many points need each link, and which is the newest of them.
    fn needed(&self, links: &[Link], order: &[usize]) -> Vec<(usize, Option<usize>)> {
        let own = |(index, link): (usize, &Link)| if link.gone { (0, None) } else { (1, Some(index)) };
        let mut needed: Vec<_> = links.iter().enumerate().map(own).collect();
        for index in order.iter().rev() {
            let (count, newest) = needed[*index];
            if let Some(parent) = self.parent(*index) {
                needed[parent] = (needed[parent].0 + count, needed[parent].1.max(newest));
            }
        }
        needed
    }

    fn flaws(&self, links: &[Link], order: &[usize]) -> Vec<Flaw> {
        let needed = self.needed(links, order);
        let mut flaws = Vec::new();
        for (index, link) in links.iter().enumerate() {
            let (breaks, Some(newest)) = needed[index] else { continue };
            let troubles = [self.troubles[index].clone(), self.parents[index].clone().err()];
            let flaw = |trouble| Flaw { file: link.file.clone(), trouble, breaks, newest: links[newest].at };
            flaws.extend(troubles.into_iter().flatten().map(|trouble| (newest, flaw(trouble))));
        }
        flaws.sort_by_key(|(newest, flaw)| std::cmp::Reverse((*newest, flaw.breaks)));
        flaws.into_iter().map(|(_, flaw)| flaw).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(role: Role, number: i8) -> Link {
        Link {
            at: Moment::Local(jiff::civil::date(2026, 1, number).at(0, 0, 0, 0)),
            role,
            parent: Parent::Untold,
            chain: 0,
            file: Path::new(&number.to_string()).into(),
            trouble: None,
            gone: false,
            consistent: None,
        }
    }

    fn links(roles: &[Role]) -> Vec<Link> {
        roles.iter().zip(1..).map(|(role, number)| link(*role, number)).collect()
    }

    fn complete(links: &[Link]) -> Vec<bool> {
        judge(links).points.iter().map(|point| point.complete).collect()
    }

    const EMPTY: Option<Trouble> = Some(Trouble::Empty);
    use Role::{Full, Increment, Rollback};

    #[test]
    fn a_broken_link_breaks_what_adds_to_it_and_nothing_else() {
        let mut links = links(&[Full, Increment, Increment, Full, Increment]);
        links[1].trouble = EMPTY;
        let judged = judge(&links);
        assert_eq!(complete(&links), [true, false, false, true, true]);
        assert_eq!(judged.flaws.len(), 1);
        assert_eq!((judged.flaws[0].breaks, judged.flaws[0].newest), (2, links[2].at));
        assert_eq!(judged.chain, [links[4].file.clone(), links[3].file.clone()]);
    }

    #[test]
    fn a_link_that_is_told_counts_more_than_the_order() {
        let mut links = links(&[Full, Increment, Increment]);
        (links[1].trouble, links[2].parent) = (EMPTY, Parent::Told(0));
        assert_eq!(complete(&links), [true, false, true]);
        links[2].parent = Parent::Lost;
        assert_eq!(judge(&links).flaws[0].trouble, Trouble::NoParent);
    }

    #[test]
    fn chains_side_by_side_do_not_touch() {
        let mut links = links(&[Full, Full, Increment, Increment]);
        (links[0].chain, links[2].chain, links[0].trouble) = (1, 1, EMPTY);
        assert_eq!(complete(&links), [false, true, false, true]);
    }

    #[test]
    fn a_reverse_increment_needs_all_up_to_the_next_full() {
        let mut links = links(&[Rollback, Rollback, Full, Rollback, Full, Increment]);
        links[1].trouble = EMPTY;
        assert_eq!(complete(&links), [false, false, true, true, true, true]);
        links[4].trouble = EMPTY;
        assert_eq!(complete(&links), [false, false, true, false, false, false]);
    }

    #[test]
    fn without_its_full_nothing_adds_to_a_reverse_increment() {
        let judged = judge(&links(&[Rollback, Increment, Rollback]));
        let troubles: Vec<_> = judged.flaws.iter().map(|flaw| (flaw.trouble.clone(), flaw.breaks)).collect();
        assert_eq!(troubles, [(Trouble::NoFull, 2), (Trouble::NoFull, 1)]);
        assert!(judged.points.iter().all(|point| !point.complete) && judged.chain.is_empty());
    }

    #[test]
    fn a_point_that_is_gone_is_none_but_breaks_what_adds_to_it() {
        let mut links = links(&[Full, Increment, Increment]);
        (links[1].gone, links[1].trouble) = (true, EMPTY);
        assert_eq!(complete(&links), [true, false]);
    }

    #[test]
    fn a_circle_is_said_to_be_one_however_long() {
        let mut circle: Vec<Link> = (0..100_000).map(|_| link(Increment, 1)).collect();
        for (index, link) in circle.iter_mut().enumerate() {
            link.parent = Parent::Told((index + 1) % 100_000);
        }
        let judged = judge(&circle);
        assert!(judged.points.iter().all(|point| !point.complete));
        assert_eq!((judged.flaws.len(), &judged.flaws[0].trouble), (1, &Trouble::Loop));
        circle.truncate(1);
        circle[0].parent = Parent::Told(0);
        assert_eq!(judge(&circle).flaws[0].trouble, Trouble::Loop);
    }
}
