//! Findings: content that is valid but probably not meant.
//!
//! [`Policy::lint`](crate::Policy::lint) finds it, and so does `orgscope validate --lint`. A finding is reported only if it can
//! matter in this document: without active users nothing is reported about people, and without roles for supervisors nothing
//! about heads. Findings say what is so at the [instant](crate::Policy::instant) of the policy, for active users. That administrators have everything anyway is not reported.
//!
//! A **warning** says that some access may be wider or narrower than was meant. A **note** names something without effect: every
//! answer stays the same without it. A code never changes its meaning or its severity, while a message may be reworded.
//! [`Policy::LINT_CODES`](crate::Policy::LINT_CODES) lists the codes.
//!
//! | code | severity | reported |
//! |---|---|---|
//! | `near_duplicate_ids` | warning | for ids of one kind that are [nearly the same](#near-duplicate-ids), once for each group of them |
//! | `no_head` | warning | for a department with people but without a head, if [heads matter](#when-heads-matter) there |
//! | `inactive_head` | warning | for a department whose heads are all inactive, if a role for supervisors has a level that is measured from departments |
//! | `everyone_has_all` | warning | for a level `all` that everyone has, by a role or by a floor; not for a toggle |
//! | `plain_member_reached` | warning | for a level of a role for supervisors (or deputies) by which one of them also reaches colleagues in a department where they are a plain member, unless they have that level by other roles. An assignment in the place `subject` does not reach these |
//! | `toggle_in_place` | warning | for a toggle that an assignment with a place gives: it is not measured, so the place does not narrow it |
//! | `unmet_requirement` | warning | for a level that requires, directly or not, a permission that no floor and no role gives; the bypass of administrators counts as given if the permission itself has none |
//! | `enter_without_read` | warning | for an action `enter` in a variant whose records some holder of the role may not read: they move a record there and lose sight of it |
//! | `field_without_read` | warning | for an action of a field that does not require `read`, directly or not, in a type that has this action |
//! | `shorter_period` | warning | for an assignment with a period within a longer one of the same role and subject, in another place |
//! | `narrower_variant` | warning | for levels of variants that are not at least that of all other records: a record whose variant is missing or unknown is then reached by more |
//! | `ended` | note | for entries whose period has ended by the instant of the policy, once for each list |
//! | `unnamed_variant` | note | for variants that no role has a level for, once for each type |
//! | `empty_department` | note | for a department without members, heads, deputies and departments below, those in periods included |
//! | `inactive_department` | note | for a department without departments below, all of whose people are inactive |
//! | `useless_floor` | note | for a floor that is within the levels of the roles that are assigned to `everyone`; and for one that reaches nothing, as below |
//! | `unassigned_role` | note | for a role that is assigned to nobody, now and later. A hidden role is out of use, and a locked one may be there to be cloned: they are not reported |
//! | `nobody_has_role` | note | for a role whose subjects contain no active user; not as long as an assignment of it, a post or a membership has a period that has not ended |
//! | `useless_assignment` | note | for a subject without active users, or one whose users all have the role by other assignments. A word such as `supervisors` means whoever comes, so it is reported only beside a broader word |
//! | `useless_place` | note | for an assignment with a place of a role that grants only `own`, `own+open` and toggles, which are not measured from departments; not if it grants toggles alone, for which there is `toggle_in_place` |
//! | `useless_role` | note | for a role that grants exactly what an earlier one of the section grants; and for one whose holders all have another role of the section, which grants as much and more |
//! | `useless_cell` | note | for a level within the floor, or one that all holders of the role have by other roles. Of two roles that give the same level, the later one is reported. And for `own`, if the action has `except_own` and no share counts: it reaches nothing |
//!
//! An assignment with a place gives less than one without: it makes no floor, role or level useless, and no floor and no other
//! assignment makes up for what is given in a place.
//!
//! Nothing else is reported about a role that nobody has, and nothing about the levels of a useless role. What is true of several
//! permissions of a role is one finding.
//!
//! # When heads matter
//!
//! A head has access that a member has not only by roles that are assigned to `supervisors`. So `no_head` is reported if all of
//! these hold:
//!
//! - A role for supervisors has a level that is measured from the departments that they head: `department`, `department+sub`,
//!   or one of these with `open`. In the place `subject`, `all` is one too; in a list of departments, none is.
//! - At least half of the departments with active people have an active head. Otherwise departments without a head are the custom.
//! - One of those levels is without `+sub`, or no department above has an active head: otherwise a head above reaches as far.
//!
//! # Near-duplicate ids
//!
//! Ids are compared exactly, so `Anna` and `anna` are two users, and one of them probably lacks what the other has. Ids of users,
//! of departments, of groups and of roles are nearly the same if they differ only by:
//!
//! - **case**;
//! - **blanks**, anywhere in the id; control characters and characters without width count as blanks;
//! - **the form of a number**: `7`, `"7"`, `"007"` and `"+7"`;
//! - **Unicode form**: a letter with an accent as one character or as two, ligatures, wide letters (normal form NFKC). Only with
//!   the feature `cli`, because only that has the tables for it.
//!
//! # Allowing findings
//!
//! On the command line, `--allow CODE` leaves out the findings with a code; it may be repeated. In a program, drop them by
//! [`code`](crate::error::Problem::code).
