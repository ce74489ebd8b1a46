//! What has ended, and periods within longer ones.

use crate::policy::role;
use crate::query::lint::{Lint, code, key};
use crate::vocabulary::id::{GroupId, UserId};
use crate::vocabulary::period::{Period, Tenure};
use crate::vocabulary::post::Post;
use crate::vocabulary::time::Time;

impl Lint<'_> {
    /// Whether anything that has a period may still begin or hold.
    pub(super) fn is_pending(&self, period: Period) -> bool {
        !self.has_ended(period)
    }

    /// Whether a post or a membership may still put people into the subjects of roles.
    pub(super) fn are_people_pending(&self) -> bool {
        let dated = &self.policy.dated;
        dated.posts().any(|(_, period)| self.is_pending(period))
            || dated.members().any(|(_, period)| self.is_pending(period))
    }

    fn has_ended(&self, period: Period) -> bool {
        self.policy.instant().is_some_and(|now| period.end().is_some_and(|end| end <= now))
    }

    /// Reports what has ended: one finding for each list.
    pub(super) fn ended(&mut self) {
        let Some(now) = self.policy.instant().filter(|_| !self.policy.dated.is_empty()) else { return };
        let latest = |periods: Vec<Period>| {
            let ends = periods.into_iter().filter_map(Period::end).filter(|end| *end <= now);
            let ends: Vec<Time> = ends.collect();
            Some((ends.len(), ends.iter().max().copied()?))
        };
        let org = &self.policy.org;
        let mut found = Vec::new();
        let mut users: Vec<&UserId> = self.policy.dated.posts().map(|((user, ..), _)| user).collect();
        users.dedup();
        for user in users {
            for (post, list) in [(Post::Member, "departments"), (Post::Head, "heads"), (Post::Deputy, "deputy_of")] {
                let of_post = self.policy.dated.posts_of(user).filter(|(_, has, _)| *has == post);
                if let Some(ended) = latest(of_post.map(|(.., period)| period).collect()) {
                    found.push((format!("org.users{}.{list}", key(user)), ended));
                }
            }
        }
        let groups: Vec<&GroupId> = org.groups().keys().collect();
        for group in groups {
            let members = self.policy.stated_members(group).filter_map(|(_, tenure)| tenure.period());
            if let Some(ended) = latest(members.collect()) {
                found.push((format!("org.groups{}.members", key(group)), ended));
            }
        }
        for (id, _) in &self.roles {
            let periods = self.policy.dated.assignments_of(id).map(|(_, period)| period);
            if let Some(ended) = latest(periods.collect()) {
                found.push((format!("roles{}.assigned_to", key(*id)), ended));
            }
        }
        for (path, (count, last)) in found {
            let message = if count == 1 {
                format!("an entry ended at {last}: prune it, or give it another period")
            } else {
                format!("{count} entries have ended, the last at {last}: prune them, or give them other periods")
            };
            self.add(path, code::ENDED, message);
        }
    }

    /// Reports the first assignment of a role whose period lies within a longer one to the same subject.
    pub(super) fn shorter_period(&mut self, path: &str, place: usize) {
        let (id, role) = self.roles[place];
        let dated = &self.policy.dated;
        let found = dated.assignments_of(id).find_map(|(to, period)| {
            let mut others =
                role::stated(id, role, dated).filter(|(other, _)| other.subject == to.subject && *other != to);
            let longer = others.find(|(_, tenure)| match tenure {
                Tenure::During(other) => *other != period && other.includes(period),
                Tenure::Always | Tenure::Never => *tenure == Tenure::Always,
            });
            longer.map(|(_, tenure)| (to.subject.clone(), period, tenure))
        });
        if let Some((subject, period, longer)) = found {
            let longer = longer.period().map_or_else(|| "for ever".to_owned(), |longer| longer.to_string());
            let message = format!(
                "{} has the role {period} in one place, and {longer} in another: check which place was meant",
                self.subject(&subject)
            );
            self.add(format_args!("{path}.assigned_to"), code::SHORTER_PERIOD, message);
        }
    }
}
