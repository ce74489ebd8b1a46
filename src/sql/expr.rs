//! Chains of `AND` and `OR`.

use sea_query::{Expr, ExprTrait};

/// Joins terms by `OR`; `None` if there are none.
pub(super) fn any(terms: Vec<Expr>) -> Option<Expr> {
    folded(terms, Expr::or)
}

/// Joins terms by `AND`.
pub(super) fn all(terms: Vec<Expr>) -> Expr {
    folded(terms, Expr::and).unwrap_or(Expr::Constant(true.into()))
}

/// Joins terms in a chain. A long chain is joined pair by pair, so that writing it recurses only to the logarithm of
/// its length.
fn folded(mut terms: Vec<Expr>, join: impl Fn(Expr, Expr) -> Expr) -> Option<Expr> {
    const SHORT: usize = 16;
    while terms.len() > SHORT {
        let mut pairs = terms.into_iter();
        let mut joined = Vec::new();
        while let Some(left) = pairs.next() {
            joined.push(match pairs.next() {
                Some(right) => join(left, right),
                None => left,
            });
        }
        terms = joined;
    }
    terms.into_iter().reduce(join)
}
