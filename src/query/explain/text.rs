//! An explanation as a person reads it, aloud if need be.

use std::fmt::{self, Display};
use std::mem::discriminant;

use crate::query::explain::{
    Assignment, Explanation, Ground, Named, OwnerInfo, Place, RecordInfo, ShareInfo, Step, Tie,
};
use crate::query::names::listed;
use crate::query::reason::ReasonCode;
use crate::vocabulary::id::{DepartmentId, UserId};
use crate::vocabulary::level::{DEPARTMENT, Grant, Level, OPEN, OWN, SUB};
use crate::vocabulary::name::{department_called, group_called, role_called, user_called};
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::{Owner, Share, Subject};

/// First the decision in a line; then what the user has and through what, the record, and what would change it.
impl Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reason)?;
        let Some(user) = self.user.as_ref() else { return Ok(()) };
        let user = user.called();
        for step in &self.steps {
            self.tell_step(f, &user, step)?;
        }
        if self.reason.decision().is_allow() {
            return Ok(());
        }
        if let Some(record) = self.record.as_ref().filter(|_| !self.steps.is_empty()) {
            write!(f, "\nThe record {}.", record.described())?;
        }
        match &self.repairs[..] {
            [] => match self.reason.code() {
                ReasonCode::OtherType | ReasonCode::OtherSchema => return Ok(()),
                _ => return f.write_str("\nNo single change and no pair of changes that were tried would allow it."),
            },
            [one] => write!(f, "\nThis would allow it: {one}.")?,
            several => {
                f.write_str("\nEach of these would allow it:")?;
                several.iter().zip(1..).try_for_each(|(repair, number)| write!(f, "\n{number}. {repair}"))?;
            }
        }
        match (self.more_repairs, self.all_weighed) {
            (0, true) => Ok(()),
            (0, false) => f.write_str("\nThere may be more: not all were tried."),
            (1, true) => f.write_str("\nAnd 1 more that widens no less."),
            (more, true) => write!(f, "\nAnd {more} more that widen no less."),
            (more, false) => write!(f, "\nAnd {more} more; not all were tried."),
        }
    }
}

impl Explanation {
    fn tell_step(&self, f: &mut fmt::Formatter<'_>, user: &str, step: &Step) -> fmt::Result {
        let Step { permission, required_by, grant, grounds, .. } = step;
        let required = required_by.as_ref().map_or_else(String::new, |other| format!(", which `{other}` requires"));
        let subject = capital(user);
        if grounds.is_empty() {
            let why = if self.has_roles { "none of their roles grants it" } else { "they have no role" };
            write!(f, "\n{subject} has nothing for `{permission}`{required}: {why}, and it has no floor.")?;
        } else {
            write!(f, "\n{subject} has `{grant}` for `{permission}`{required}:")?;
            for ground in grounds {
                write!(f, "\n- {}.", ground.told(user))?;
            }
        }
        if step.without_bypass {
            write!(f, "\n{subject} is an administrator, but administrators have no bypass here.")?;
        }
        let Some(record) = &self.record else { return Ok(()) };
        match step.code {
            ReasonCode::All => f.write_str("\nThis covers every record."),
            ReasonCode::Shared => {
                let shares = self.told_ties(user, |tie| matches!(tie, Tie::Shared { .. }));
                write!(f, "\nWith any level a share is enough: {}.", shares.join("; "))
            }
            ReasonCode::NoGrant => match self.told_ties(user, |tie| matches!(tie, Tie::Shared { .. })).first() {
                Some(share) if step.counts_shares => {
                    write!(f, "\n{}, but a share counts only for who has some level.", capital(share))
                }
                _ => Ok(()),
            },
            _ if step.decision.is_allow() => {
                let covering = self.told_ties(user, |tie| tie.is_covered(*grant));
                write!(f, "\nThis covers the record: {}.", covering.join("; "))
            }
            _ => write!(f, "\nThis falls short: {}.", self.shortfall(*grant, user, record)),
        }
    }

    /// The ties that are wanted, one of each kind; and how many more there are.
    fn told_ties(&self, user: &str, wanted: impl Fn(&Tie) -> bool) -> Vec<String> {
        let mut first: Vec<&Tie> = Vec::new();
        let mut more = 0;
        for tie in self.ties.iter().filter(|tie| wanted(tie)) {
            if first.iter().any(|other| discriminant(*other) == discriminant(tie)) {
                more += 1;
            } else {
                first.push(tie);
            }
        }
        let mut told: Vec<String> = first.into_iter().map(|tie| tie.told(user)).collect();
        match more {
            0 => {}
            1 => told.push("and so in 1 more way".to_owned()),
            more => told.push(format!("and so in {more} more ways")),
        }
        told
    }

    /// Why a level does not reach the record.
    fn shortfall(&self, grant: Grant, user: &str, record: &RecordInfo) -> String {
        let Grant::Level(level) = grant else { return String::new() };
        let parts = level.parts();
        let mut missed = Vec::new();
        if record.owners.is_empty() {
            missed.push("nobody owns the record".to_owned());
        } else if parts & SUB != 0 {
            missed.push(format!("no owner is in a department of {user} or below one"));
        } else if parts & DEPARTMENT != 0 {
            missed.push(format!("no owner is in a department of {user}"));
        } else if parts & OWN != 0 {
            missed.push(format!("the record is not {user}'s own"));
        }
        if parts & OPEN != 0 {
            missed.push("it is not available to everyone".to_owned());
        }
        let beyond = self.told_ties(user, |tie| !matches!(tie, Tie::Own | Tie::Unowned));
        let but = if beyond.is_empty() {
            String::new()
        } else {
            format!("; `{level}` does not cover that {}", beyond.join(", nor that "))
        };
        format!("{}{but}", listed(&missed))
    }
}

/// As a sentence begins. An id stays as it is written.
fn capital(text: &str) -> String {
    let begins = [("user ", "User "), ("it ", "The record ")];
    let begun = begins.iter().find_map(|(small, capital)| Some(format!("{capital}{}", text.strip_prefix(small)?)));
    begun.unwrap_or_else(|| text.to_owned())
}

impl Ground {
    fn told(&self, user: &str) -> String {
        match self {
            Self::Floor { grant, .. } => format!("`{grant}` by the floor, which every active user has"),
            Self::Bypass { grant, .. } => format!("`{grant}` as an administrator"),
            Self::Role { role, grant, assignments, .. } => {
                let name = role_called(&role.id, role.name.as_deref());
                let assignments: Vec<String> = assignments.iter().map(|each| each.told(user)).collect();
                format!("`{grant}` by the role {name}, {}", assignments.join("; and "))
            }
        }
    }
}

impl Assignment {
    fn told(&self, user: &str) -> String {
        let name = self.name.as_deref();
        let places = || places_told(&self.through);
        match &self.subject {
            Subject::User(_) => format!("assigned to {user} by name"),
            Subject::Department(id) => {
                format!("assigned to {}, where {user} is {}", department_called(id, name), self.posts())
            }
            Subject::DepartmentSub(id) => {
                let department = department_called(id, name);
                match &self.through[..] {
                    [place] if place.department.id == *id => {
                        format!("assigned to {department} and below, where {user} is {}", self.posts())
                    }
                    through => {
                        let departments: Vec<String> = through.iter().map(|place| place.department.called()).collect();
                        let departments = listed(&departments);
                        format!("assigned to {department} and below, to which {user} belongs through {departments}")
                    }
                }
            }
            Subject::Group(id) => format!("assigned to the group {}, which {user} is in", group_called(id, name)),
            Subject::Supervisors => format!("assigned to supervisors, and {user} is {}", places()),
            Subject::Deputies => format!("assigned to deputies, and {user} is {}", places()),
            Subject::Employees => format!("assigned to employees, and {user} is {}", places()),
            Subject::Administrators => format!("assigned to administrators, and {user} is one"),
            Subject::Everyone => "assigned to everyone".to_owned(),
        }
    }

    /// What the user is in the one department.
    fn posts(&self) -> String {
        self.through.first().map_or_else(String::new, Place::posts)
    }
}

/// `head of Sales and a member of Support and Sales North`: departments where somebody is the same stand together.
fn places_told(places: &[Place]) -> String {
    let mut together: Vec<(&[Post], Vec<String>)> = Vec::new();
    for place in places {
        let department = place.department.called();
        match together.iter_mut().find(|(posts, _)| *posts == &place.posts[..]) {
            Some((_, departments)) => departments.push(department),
            None => together.push((&place.posts, vec![department])),
        }
    }
    let told = together.iter().map(|(posts, departments)| format!("{} of {}", posts_told(posts), listed(departments)));
    listed(&told.collect::<Vec<_>>())
}

fn posts_told(posts: &[Post]) -> String {
    listed(&posts.iter().map(|post| post.told()).collect::<Vec<_>>())
}

impl Place {
    fn posts(&self) -> String {
        posts_told(&self.posts)
    }
}

impl Post {
    fn told(self) -> &'static str {
        match self {
            Self::Member => "a member",
            Self::Head => "head",
            Self::Deputy => "deputy",
        }
    }
}

impl Tie {
    /// Whether a level reaches a record that is related so.
    fn is_covered(&self, grant: Grant) -> bool {
        let Grant::Level(level) = grant else { return false };
        let part = match self {
            Self::Own | Self::Unowned => OWN,
            Self::Department { .. } => DEPARTMENT,
            Self::Below { .. } => SUB,
            Self::Open => OPEN,
            Self::Shared { .. } => return false,
        };
        level != Level::All && level.parts() & part != 0
    }

    fn told(&self, user: &str) -> String {
        match self {
            Self::Own => format!("it is {user}'s own"),
            Self::Unowned => "nobody owns it, and such a record is everybody's own".to_owned(),
            Self::Department { owner, place } => match &owner.owner {
                Owner::User(_) => format!(
                    "owner {} is a member of {}, where {user} is {}",
                    owner.called(),
                    place.department.called(),
                    place.posts()
                ),
                Owner::Department(_) => format!("it belongs to {}, where {user} is {}", owner.called(), place.posts()),
            },
            Self::Below { owner, department, place } => {
                let below = format!("below {}, where {user} is {}", place.department.called(), place.posts());
                match &owner.owner {
                    Owner::User(_) => {
                        format!("owner {} is a member of {}, {below}", owner.called(), department.called())
                    }
                    Owner::Department(_) => format!("it belongs to {}, {below}", owner.called()),
                }
            }
            Self::Open => "it is available to everyone".to_owned(),
            Self::Shared { share, through } if through.is_empty() => format!("it is shared with {}", share.called()),
            Self::Shared { share, through } => {
                format!("it is shared with {}, and {user} is {}", share.called(), places_told(through))
            }
        }
    }
}

impl RecordInfo {
    /// `belongs to Seth, a member of Sales South; it is not available to everyone, and shared with nobody`.
    fn described(&self) -> String {
        let owners: Vec<String> = self.owners.iter().map(OwnerInfo::described).collect();
        let owners = if owners.is_empty() {
            "belongs to nobody".to_owned()
        } else {
            format!("belongs to {}", owners.join(", and to "))
        };
        let open = if self.open { "it is available to everyone" } else { "it is not available to everyone" };
        let shares: Vec<String> = self.shared_with.iter().map(ShareInfo::called).collect();
        format!("{owners}; {open}, and shared with {}", listed(&shares))
    }
}

impl ShareInfo {
    fn called(&self) -> String {
        let name = self.name.as_deref();
        match &self.with {
            Share::User(id) => user_called(id, name),
            Share::Department(id) => department_called(id, name),
            Share::DepartmentSub(id) => format!("{} and below", department_called(id, name)),
            Share::Group(id) => format!("the group {}", group_called(id, name)),
        }
    }
}

impl OwnerInfo {
    fn called(&self) -> String {
        match &self.owner {
            Owner::User(id) => user_called(id, self.name.as_deref()),
            Owner::Department(id) => department_called(id, self.name.as_deref()),
        }
    }

    fn described(&self) -> String {
        let departments: Vec<String> = self.member_of.iter().map(Named::<DepartmentId>::called).collect();
        match (&self.owner, self.known, departments.is_empty()) {
            (Owner::User(_), false, _) => format!("{}, who is not known here", self.called()),
            (Owner::Department(_), false, _) => format!("{}, which is not known here", self.called()),
            (Owner::Department(_), ..) => format!("the department {}", self.called()),
            (_, _, true) => format!("{}, a member of no department", self.called()),
            _ => format!("{}, a member of {}", self.called(), listed(&departments)),
        }
    }
}

impl Named<DepartmentId> {
    fn called(&self) -> String {
        department_called(&self.id, self.name.as_deref())
    }
}

impl Named<UserId> {
    fn called(&self) -> String {
        user_called(&self.id, self.name.as_deref())
    }
}
