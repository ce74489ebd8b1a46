//! Cycles in the two graphs that must not have any: departments below departments, actions that require actions.

use petgraph::algo::kosaraju_scc;
use petgraph::stable_graph::{NodeIndex, StableDiGraph};

/// Sorts the nodes of a graph, given by its edges, so that each comes after all that it points to. If there are cycles,
/// fails with one for each strongly connected component ("knot"). A cycle starts at its lowest node and follows the
/// edges.
///
/// Linear, and without recursion: a chain may be of any length.
pub(crate) fn targets_first(
    nodes: usize,
    edges: impl Iterator<Item = (usize, usize)>,
) -> Result<Vec<usize>, Vec<Vec<usize>>> {
    let mut graph = StableDiGraph::<(), ()>::with_capacity(nodes, edges.size_hint().0);
    (0..nodes).for_each(|_| _ = graph.add_node(()));
    edges.for_each(|(from, to)| _ = graph.add_edge(NodeIndex::new(from), NodeIndex::new(to), ()));
    let (order, cycles) = knots(&graph);
    let positions = |nodes: Vec<NodeIndex>| nodes.into_iter().map(NodeIndex::index).collect();
    if cycles.is_empty() { Ok(positions(order)) } else { Err(cycles.into_iter().map(positions).collect()) }
}

/// The nodes of a graph, each after all that it points to outside of its own knot; and the cycles.
pub(super) fn knots(graph: &StableDiGraph<(), ()>) -> (Vec<NodeIndex>, Vec<Vec<NodeIndex>>) {
    let mut order = Vec::with_capacity(graph.node_count());
    let mut cycles = Vec::new();
    for mut knot in kosaraju_scc(graph) {
        knot.sort_unstable();
        if knot.len() > 1 || graph.contains_edge(knot[0], knot[0]) {
            cycles.push(cycle_through(graph, &knot));
        }
        order.extend(knot);
    }
    cycles.sort_unstable();
    (order, cycles)
}

/// Walks from the lowest node of a knot along edges within it, until a node repeats. The walk never gets stuck, because
/// every node of a knot has such an edge.
fn cycle_through(graph: &StableDiGraph<(), ()>, knot: &[NodeIndex]) -> Vec<NodeIndex> {
    let mut seen_at = vec![None; knot.len()];
    let mut walk = Vec::new();
    let mut current = 0;
    while seen_at[current].is_none() {
        seen_at[current] = Some(walk.len());
        walk.push(knot[current]);
        let next = graph.neighbors(knot[current]).filter_map(|next| knot.binary_search(&next).ok()).min();
        current = next.unwrap_or(current);
    }
    walk.split_off(seen_at[current].unwrap_or(0))
}
