//! The codes of findings, each with its severity.

use crate::policy::validate::Severity::{self, Note, Warning};

/// A code and its severity.
pub(super) type Code = (&'static str, Severity);

macro_rules! codes {
    ($($name:ident: $code:literal, $severity:ident;)*) => {
        $(pub(super) const $name: Code = ($code, $severity);)*

        /// All of them, in the order of `docs::lint`.
        pub(super) const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    NEAR_DUPLICATE_IDS: "near_duplicate_ids", Warning;
    NO_HEAD: "no_head", Warning;
    INACTIVE_HEAD: "inactive_head", Warning;
    EVERYONE_HAS_ALL: "everyone_has_all", Warning;
    PLAIN_MEMBER_REACHED: "plain_member_reached", Warning;
    TOGGLE_IN_PLACE: "toggle_in_place", Warning;
    UNMET_REQUIREMENT: "unmet_requirement", Warning;
    ENTER_WITHOUT_READ: "enter_without_read", Warning;
    FIELD_WITHOUT_READ: "field_without_read", Warning;
    SHORTER_PERIOD: "shorter_period", Warning;
    NARROWER_VARIANT: "narrower_variant", Warning;
    ENDED: "ended", Note;
    UNNAMED_VARIANT: "unnamed_variant", Note;
    EMPTY_DEPARTMENT: "empty_department", Note;
    INACTIVE_DEPARTMENT: "inactive_department", Note;
    USELESS_FLOOR: "useless_floor", Note;
    UNASSIGNED_ROLE: "unassigned_role", Note;
    NOBODY_HAS_ROLE: "nobody_has_role", Note;
    USELESS_ASSIGNMENT: "useless_assignment", Note;
    USELESS_PLACE: "useless_place", Note;
    USELESS_ROLE: "useless_role", Note;
    USELESS_CELL: "useless_cell", Note;
}
