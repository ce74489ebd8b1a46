//! The holders of roles, in sets of users who can't be told apart by their assignments.

use std::collections::{HashMap, HashSet};

use crate::policy::Policy;
use crate::policy::org::User;
use crate::policy::role::Role;
use crate::snapshot::people::Tree;
use crate::vocabulary::id::UserId;
use crate::vocabulary::index::Idx;
use crate::vocabulary::subject::Subject;

/// The roles, by the subjects that they are assigned to, and the active users, by the subjects that they are in.
pub(super) struct Holders<'p> {
    /// The active users, in canonical order.
    pub(super) active: Vec<(&'p UserId, &'p User)>,
    /// The crowd of each active user.
    pub(super) crowd_of: Vec<usize>,
    pub(super) crowds: Vec<Crowd>,
    pub(super) audiences: Vec<Audience<'p>>,
    /// The audience of each role.
    pub(super) audience_of: Vec<usize>,
    /// The subjects that some role is assigned to, in canonical order.
    subjects: Vec<&'p Subject>,
    /// The subjects of assignments with a place that contain an active user.
    held_in_places: HashSet<Subject>,
}

/// Roles that are assigned to the same subjects.
#[derive(Default)]
pub(super) struct Audience<'p> {
    /// The positions of the roles, in canonical order.
    pub(super) roles: Vec<usize>,
    /// The crowds that have these roles.
    pub(super) crowds: Vec<usize>,
    /// The positions of the subjects.
    subjects: Vec<usize>,
    /// The subjects that add nobody, each with the reason.
    pub(super) superfluous: Vec<(&'p Subject, &'static str)>,
}

/// Active users who are in the same subjects, of those that some role is assigned to.
pub(super) struct Crowd {
    /// The audiences that they belong to, in ascending order, each with the number of its subjects that they are in.
    pub(super) audiences: Vec<(usize, usize)>,
    /// The positions of the subjects.
    subjects: Vec<usize>,
    /// How many roles they have.
    pub(super) role_count: usize,
}

impl Audience<'_> {
    /// Whether the roles are assigned to the subject with this position.
    pub(super) fn is_assigned_to(&self, subject: usize) -> bool {
        self.subjects.binary_search(&subject).is_ok()
    }
}

/// The subjects that a role is assigned to without a place. What a place gives is narrower, so that such an assignment
/// makes nothing superfluous, and nothing makes it so.
fn everywhere(role: &Role) -> impl Iterator<Item = &Subject> {
    role.assigned_to.iter().filter(|to| to.place.is_none()).map(|to| &to.subject)
}

/// The subjects that a role is assigned to in a place.
fn in_places(role: &Role) -> impl Iterator<Item = &Subject> {
    role.assigned_to.iter().filter(|to| to.place.is_some()).map(|to| &to.subject)
}

/// The subjects of assignments with a place that contain an active user.
fn held_in_places(policy: &Policy, active: &[(&UserId, &User)]) -> HashSet<Subject> {
    let placed: HashSet<&Subject> = policy.roles.values().flat_map(|role| in_places(role)).collect();
    // Most policies have none.
    let active = active.iter().filter(|_| !placed.is_empty());
    active.flat_map(|(id, _)| policy.org.subjects_of(id)).filter(|subject| placed.contains(subject)).collect()
}

impl<'p> Holders<'p> {
    /// Linear in the users, their subjects and departments, and in the pairs of a crowd and an audience. A department
    /// costs nothing for those above it that no role is assigned to.
    pub(super) fn of(policy: &'p Policy, tree: &Tree) -> Self {
        let mut subjects: Vec<&Subject> = policy.roles.values().flat_map(|role| everywhere(role)).collect();
        subjects.sort_unstable();
        subjects.dedup();
        let numbers: HashMap<&Subject, usize> = subjects.iter().copied().zip(0..).collect();
        let active: Vec<_> = policy.org.users().iter().filter(|(_, user)| user.active).collect();
        let mut holders = Self {
            held_in_places: held_in_places(policy, &active),
            active,
            crowd_of: Vec::new(),
            crowds: Vec::new(),
            audiences: Vec::new(),
            audience_of: Vec::with_capacity(policy.roles.len()),
            subjects,
        };
        holders.gather_roles(policy, &numbers);
        holders.gather_users(policy, tree, &numbers);
        for audience in 0..holders.audiences.len() {
            holders.audiences[audience].superfluous = holders.superfluous(&holders.audiences[audience]);
        }
        holders
    }

    fn gather_roles(&mut self, policy: &Policy, numbers: &HashMap<&Subject, usize>) {
        let mut known: HashMap<Vec<usize>, usize> = HashMap::new();
        for (position, role) in policy.roles.values().enumerate() {
            let subjects: Vec<usize> = everywhere(role).map(|subject| numbers[subject]).collect();
            let audience = *known.entry(subjects).or_insert_with_key(|subjects| {
                self.audiences.push(Audience { subjects: subjects.clone(), ..Audience::default() });
                self.audiences.len() - 1
            });
            self.audiences[audience].roles.push(position);
            self.audience_of.push(audience);
        }
    }

    fn gather_users(&mut self, policy: &Policy, tree: &Tree, numbers: &HashMap<&Subject, usize>) {
        let org = &policy.org;
        let mut audiences_of: Vec<Vec<usize>> = vec![Vec::new(); self.subjects.len()];
        for (number, audience) in self.audiences.iter().enumerate() {
            audience.subjects.iter().for_each(|subject| audiences_of[*subject].push(number));
        }
        // The assignments to departments with those below, each with the next one above it.
        let mut links: Vec<(usize, Option<usize>)> = Vec::new();
        let mut nearest: Vec<Option<usize>> = vec![None; tree.slots()];
        for department in tree.preorder() {
            let above = org.parent(*department).and_then(|parent| nearest[parent.index()]);
            let sub = Subject::DepartmentSub(org.department_id(*department).clone());
            nearest[department.index()] = match numbers.get(&sub) {
                Some(subject) => {
                    links.push((*subject, above));
                    Some(links.len() - 1)
                }
                None => above,
            };
        }
        let mut last_seen: Vec<Option<usize>> = vec![None; links.len()];
        let mut known: HashMap<Vec<usize>, usize> = HashMap::new();
        for (position, (id, user)) in self.active.iter().enumerate() {
            let mut subjects: Vec<usize> =
                org.subjects_here(id).filter_map(|subject| numbers.get(&subject).copied()).collect();
            for department in user.anchors() {
                let mut next = nearest[department.index()];
                // Above a link that another department of the user led to, all have been seen.
                while let Some(link) = next.filter(|link| last_seen[*link] != Some(position)) {
                    last_seen[link] = Some(position);
                    subjects.push(links[link].0);
                    next = links[link].1;
                }
            }
            subjects.sort_unstable();
            subjects.dedup();
            let next = self.crowds.len();
            let crowd = *known.entry(subjects).or_insert(next);
            self.crowd_of.push(crowd);
            if crowd == next {
                self.crowds.push(Crowd { audiences: Vec::new(), subjects: Vec::new(), role_count: 0 });
            }
        }
        for (subjects, crowd) in known {
            let mut theirs: Vec<usize> = subjects.iter().flat_map(|subject| &audiences_of[*subject]).copied().collect();
            theirs.sort_unstable();
            let theirs = theirs.chunk_by(|a, b| a == b).map(|same| (same[0], same.len())).collect();
            self.crowds[crowd] = Crowd { audiences: theirs, subjects, role_count: 0 };
        }
        for (position, crowd) in self.crowds.iter_mut().enumerate() {
            for (audience, _) in &crowd.audiences {
                let audience = &mut self.audiences[*audience];
                audience.crowds.push(position);
                crowd.role_count += audience.roles.len();
            }
        }
    }

    /// Whether some active user has a role by an assignment with a place.
    pub(super) fn is_held_in_place(&self, role: &Role) -> bool {
        in_places(role).any(|subject| self.held_in_places.contains(subject))
    }

    /// The position of a subject among those that some role is assigned to.
    pub(super) fn subject(&self, subject: &Subject) -> Option<usize> {
        self.subjects.binary_search(&subject).ok()
    }

    /// The roles that a crowd has, in canonical order.
    pub(super) fn roles_of(&self, crowd: usize) -> Vec<usize> {
        let audiences = self.crowds[crowd].audiences.iter().map(|(audience, _)| &self.audiences[*audience]);
        let mut roles: Vec<usize> = audiences.flat_map(|audience| &audience.roles).copied().collect();
        roles.sort_unstable();
        roles
    }

    /// A crowd for each set of roles that active users have.
    pub(super) fn sets_of_roles(&self) -> Vec<usize> {
        let audiences = |crowd: &Crowd| crowd.audiences.iter().map(|(audience, _)| *audience).collect::<Vec<_>>();
        let mut sets: Vec<(Vec<usize>, usize)> = self.crowds.iter().map(audiences).zip(0..).collect();
        sets.sort_unstable();
        sets.dedup_by(|(next, _), (first, _)| next == first);
        sets.into_iter().map(|(_, crowd)| crowd).collect()
    }

    /// Whether all who have the roles of one audience have those of another one too.
    pub(super) fn is_within(&self, audience: &Audience, other: usize) -> bool {
        let has = |crowd: &usize| self.crowds[*crowd].audiences.binary_search_by_key(&other, |(it, _)| *it).is_ok();
        audience.crowds.iter().all(has)
    }

    /// The subjects that add nobody. One adds nobody if each of its users is in another one that stays; those that come
    /// later go first.
    fn superfluous(&self, audience: &Audience<'p>) -> Vec<(&'p Subject, &'static str)> {
        let is_alone = audience.subjects.len() < 2 && !audience.crowds.is_empty();
        if self.active.is_empty() || is_alone {
            return Vec::new();
        }
        let mut crowds_of: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut ways = vec![0; audience.crowds.len()];
        for (position, crowd) in audience.crowds.iter().enumerate() {
            let subjects = &self.crowds[*crowd].subjects;
            let [few, many] = if subjects.len() < audience.subjects.len() {
                [subjects, &audience.subjects]
            } else {
                [&audience.subjects, subjects]
            };
            for subject in few.iter().filter(|subject| many.binary_search(subject).is_ok()) {
                crowds_of.entry(*subject).or_default().push(position);
                ways[position] += 1;
            }
        }
        let mut found = Vec::new();
        for number in audience.subjects.iter().rev() {
            let subject = self.subjects[*number];
            let crowds = crowds_of.get(number).map_or(&[][..], Vec::as_slice);
            let is_in = |word: &Subject| audience.subjects.iter().any(|number| self.subjects[*number] == word);
            // A word means whoever comes, so only a broader word makes it superfluous.
            let by_another = match subject {
                Subject::Everyone => false,
                Subject::Employees | Subject::Administrators => is_in(&Subject::Everyone),
                Subject::Supervisors | Subject::Deputies => is_in(&Subject::Everyone) || is_in(&Subject::Employees),
                _ if crowds.is_empty() => {
                    found.push((subject, "it has no active user"));
                    continue;
                }
                _ => crowds.iter().all(|crowd| ways[*crowd] > 1),
            };
            if by_another {
                for crowd in crowds {
                    ways[*crowd] -= 1;
                }
                found.push((subject, "whoever it means has the role by another assignment"));
            }
        }
        found.reverse();
        found
    }
}
