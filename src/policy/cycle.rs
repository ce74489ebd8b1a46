//! Cycles, in the two graphs that must have none: departments below departments, actions that require actions.

use petgraph::algo::kosaraju_scc;
use petgraph::stable_graph::{NodeIndex, StableDiGraph};

/// The nodes of a graph, each after all that it points to; or the cycles, one for each knot of nodes, each starting at
/// its lowest node and following the edges.
///
/// Linear, and without recursion: a chain may be as long as it likes.
pub(crate) fn targets_first<N>(graph: &StableDiGraph<N, ()>) -> Result<Vec<NodeIndex>, Vec<Vec<NodeIndex>>> {
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
    if cycles.is_empty() { Ok(order) } else { Err(cycles) }
}

/// Walks from the lowest node of a knot along edges within it until a node comes again. Every node of a knot has such an
/// edge.
fn cycle_through<N>(graph: &StableDiGraph<N, ()>, knot: &[NodeIndex]) -> Vec<NodeIndex> {
    let mut seen_at = vec![None; knot.len()];
    let mut walk = Vec::new();
    let mut place = 0;
    while seen_at[place].is_none() {
        seen_at[place] = Some(walk.len());
        walk.push(knot[place]);
        let next = graph.neighbors(knot[place]).filter_map(|next| knot.binary_search(&next).ok()).min();
        place = next.unwrap_or(place);
    }
    walk.split_off(seen_at[place].unwrap_or(0))
}
