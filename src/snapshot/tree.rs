//! Departments as preorder numbers: each department is followed by all that are below it, so "below" is a range.

use petgraph::stable_graph::NodeIndex;

use crate::policy::org::Org;
use crate::snapshot::index::place;

/// The numbering.
pub(crate) struct Tree {
    /// For each number, the last number below it, or itself.
    last: Vec<u32>,
}

/// The departments in preorder, and the number of each.
pub(crate) struct Numbering {
    pub(crate) preorder: Vec<NodeIndex>,
    number: Vec<u32>,
}

impl Numbering {
    /// Siblings are numbered in canonical order. Without recursion: a chain may be as long as it likes.
    pub(crate) fn of(org: &Org) -> Self {
        let mut children = vec![Vec::new(); org.department_bound()];
        let mut stack = Vec::new();
        for department in org.departments() {
            match org.parent(department) {
                Some(parent) => children[parent.index()].push(department),
                None => stack.push(department),
            }
        }
        stack.reverse();
        let mut numbering = Self { preorder: Vec::new(), number: vec![0; org.department_bound()] };
        while let Some(department) = stack.pop() {
            numbering.number[department.index()] = place(numbering.preorder.len());
            numbering.preorder.push(department);
            stack.extend(children[department.index()].iter().rev());
        }
        numbering
    }

    pub(crate) fn number(&self, department: NodeIndex) -> u32 {
        self.number[department.index()]
    }
}

impl Tree {
    pub(crate) fn of(org: &Org, numbering: &Numbering) -> Self {
        let mut last: Vec<u32> = (0..place(numbering.preorder.len())).collect();
        for (number, department) in numbering.preorder.iter().enumerate().rev() {
            if let Some(parent) = org.parent(*department) {
                let parent = numbering.number(parent) as usize;
                last[parent] = last[parent].max(last[number]);
            }
        }
        Self { last }
    }

    /// The numbers of a department and of all below it: the first and the last.
    pub(crate) fn below(&self, department: u32) -> (u32, u32) {
        (department, self.last[department as usize])
    }
}
