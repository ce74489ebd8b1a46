//! The departments as a graph. Nothing outside this folder sees petgraph: departments are named by their slots.

use petgraph::Direction;
use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use petgraph::visit::{EdgeRef, NodeIndexable};

use crate::policy::org::cycle::knots;
use crate::vocabulary::index::{DepartmentSlot, Idx};

/// Each department with an edge to its parent.
#[derive(Clone, Debug, Default)]
pub(super) struct Forest(StableDiGraph<(), ()>);

impl Forest {
    pub(super) fn with_capacity(departments: usize) -> Self {
        Self(StableDiGraph::with_capacity(departments, departments))
    }

    pub(super) fn add(&mut self) -> DepartmentSlot {
        slot(self.0.add_node(()))
    }

    pub(super) fn remove(&mut self, department: DepartmentSlot) {
        self.0.remove_node(node(department));
    }

    /// The department directly above.
    pub(super) fn parent(&self, department: DepartmentSlot) -> Option<DepartmentSlot> {
        self.0.neighbors_directed(node(department), Direction::Outgoing).next().map(slot)
    }

    pub(super) fn set_parent(&mut self, department: DepartmentSlot, parent: Option<DepartmentSlot>) {
        let department = node(department);
        let edge = self.0.edges_directed(department, Direction::Outgoing).next().map(|edge| edge.id());
        if let Some(edge) = edge {
            self.0.remove_edge(edge);
        }
        if let Some(parent) = parent {
            self.0.add_edge(department, node(parent), ());
        }
    }

    /// The departments directly below.
    pub(super) fn children(&self, department: DepartmentSlot) -> impl Iterator<Item = DepartmentSlot> {
        self.0.neighbors_directed(node(department), Direction::Incoming).map(slot)
    }

    /// The departments that have no parent.
    pub(super) fn roots(&self) -> impl Iterator<Item = DepartmentSlot> {
        self.0.externals(Direction::Outgoing).map(slot)
    }

    /// The cycles, each as the departments on it. A valid forest has none.
    pub(super) fn cycles(&self) -> Vec<Vec<DepartmentSlot>> {
        let (_, cycles) = knots(&self.0);
        cycles.into_iter().map(|cycle| cycle.into_iter().map(slot).collect()).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.0.node_count()
    }

    /// One more than the greatest index of a slot.
    pub(super) fn bound(&self) -> usize {
        self.0.node_bound() + DepartmentSlot::FIRST.index()
    }
}

fn slot(node: NodeIndex) -> DepartmentSlot {
    DepartmentSlot::new(node.index() + DepartmentSlot::FIRST.index())
}

fn node(department: DepartmentSlot) -> NodeIndex {
    NodeIndex::new(department.index() - DepartmentSlot::FIRST.index())
}
