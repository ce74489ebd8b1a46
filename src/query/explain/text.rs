//! An explanation as a person reads it, aloud if need be.

use std::fmt::{self, Display};

use crate::query::explain::{Assignment, Explanation, Ground, Named, OwnerTold, Place, Post, RecordTold, Step, Tie};
use crate::query::names::{department_called, group_called, listed, user_called};
use crate::query::reason::Code;
use crate::vocabulary::id::{DepartmentId, UserId};
use crate::vocabulary::level::{DEPARTMENT, Grant, Level, OPEN, OWN, SUB};
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
                Code::OtherType | Code::OtherSchema => Ok(()),
                _ => f.write_str("\nNo single change and no pair of changes that were tried would allow it."),
            },
            [one] => write!(f, "\nThis would allow it: {one}."),
            several => {
                f.write_str("\nEach of these would allow it:")?;
                several.iter().zip(1..).try_for_each(|(repair, number)| write!(f, "\n{number}. {repair}"))
            }
        }
    }
}

impl Explanation {
    fn tell_step(&self, f: &mut fmt::Formatter<'_>, user: &str, step: &Step) -> fmt::Result {
        let Step { permission, required_by, grant, grounds, .. } = step;
        let required = required_by.as_ref().map_or_else(String::new, |other| format!(", which `{other}` requires"));
        if grounds.is_empty() {
            return write!(f, "\n{user} has nothing for `{permission}`{required}: no role, no floor.");
        }
        write!(f, "\n{user} has `{grant}` for `{permission}`{required}:")?;
        for ground in grounds {
            write!(f, "\n- {}.", ground.told(user))?;
        }
        let Some(record) = &self.record else { return Ok(()) };
        if step.decision.is_allow() {
            let covering = self.ties.iter().filter(|tie| tie.is_covered(*grant, step.code == Code::Shared));
            let told: Vec<String> = covering.map(|tie| tie.told(user)).collect();
            match (step.code, told.is_empty()) {
                (Code::All, _) | (_, true) => f.write_str("\nThis covers every record."),
                _ => write!(f, "\nThis covers the record: {}.", told.join("; ")),
            }
        } else {
            write!(f, "\nThis falls short: {}.", shortfall(*grant, user, record, &self.ties))
        }
    }
}

/// Why a level does not reach a record.
fn shortfall(grant: Grant, user: &str, record: &RecordTold, ties: &[Tie]) -> String {
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
        missed.push("it is not open".to_owned());
    }
    let beyond = ties.iter().filter(|tie| !matches!(tie, Tie::Own | Tie::Unowned));
    let beyond: Vec<String> = beyond.map(|tie| tie.told(user)).collect();
    let but = if beyond.is_empty() {
        String::new()
    } else {
        format!("; `{level}` does not cover that {}", beyond.join("; "))
    };
    format!("{}{but}", listed(&missed))
}

impl Ground {
    fn told(&self, user: &str) -> String {
        match self {
            Self::Floor { grant, .. } => format!("`{grant}` by the floor, which every active user has"),
            Self::Bypass { grant, .. } => format!("`{grant}` as an administrator"),
            Self::Role { role, grant, assignments, .. } => {
                let name = role.name.clone().unwrap_or_else(|| role.id.to_string());
                let assignments: Vec<String> = assignments.iter().map(|each| each.told(user)).collect();
                format!("`{grant}` by the role {name}, {}", assignments.join("; and "))
            }
        }
    }
}

impl Assignment {
    fn told(&self, user: &str) -> String {
        let name = self.name.as_deref();
        let places = || listed(&self.through.iter().map(Place::told_as_post).collect::<Vec<_>>());
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
                        format!("assigned to {department} and below, where {user} is through {}", listed(&departments))
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

impl Place {
    fn posts(&self) -> String {
        let posts: Vec<&str> = self.posts.iter().map(|post| post.told()).collect();
        listed(&posts)
    }

    /// `a member of Sales North`.
    fn told_as_post(&self) -> String {
        format!("{} of {}", self.posts(), self.department.called())
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
    fn is_covered(&self, grant: Grant, by_share: bool) -> bool {
        let Grant::Level(level) = grant else { return false };
        let part = match self {
            Self::Own | Self::Unowned => OWN,
            Self::Department { .. } => DEPARTMENT,
            Self::Below { .. } => SUB,
            Self::Open => OPEN,
            Self::Shared { .. } => return by_share,
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
            Self::Shared { with, name, through } => {
                let with = share_called(with, name.as_deref());
                if through.is_empty() {
                    format!("it is shared with {with}")
                } else {
                    let places: Vec<String> = through.iter().map(Place::told_as_post).collect();
                    format!("it is shared with {with}, and {user} is {}", listed(&places))
                }
            }
        }
    }
}

fn share_called(share: &Share, name: Option<&str>) -> String {
    match share {
        Share::User(id) => user_called(id, name),
        Share::Department(id) => department_called(id, name),
        Share::DepartmentSub(id) => format!("{} and below", department_called(id, name)),
        Share::Group(id) => format!("the group {}", group_called(id, name)),
    }
}

impl RecordTold {
    /// `belongs to Seth, a member of Sales South; it is not open, and shared with nobody`.
    fn described(&self) -> String {
        let owners: Vec<String> = self.owners.iter().map(OwnerTold::described).collect();
        let owners = if owners.is_empty() {
            "belongs to nobody".to_owned()
        } else {
            format!("belongs to {}", owners.join(", and to "))
        };
        let open = if self.open { "it is open" } else { "it is not open" };
        let shares = if self.shared_with.is_empty() {
            "shared with nobody".to_owned()
        } else {
            let shares: Vec<String> = self.shared_with.iter().map(|share| share_called(share, None)).collect();
            format!("shared with {}", listed(&shares))
        };
        format!("{owners}; {open}, and {shares}")
    }
}

impl OwnerTold {
    fn called(&self) -> String {
        match &self.owner {
            Owner::User(id) => user_called(id, self.name.as_deref()),
            Owner::Department(id) => department_called(id, self.name.as_deref()),
        }
    }

    fn described(&self) -> String {
        let departments: Vec<String> = self.member_of.iter().map(Named::<DepartmentId>::called).collect();
        match (&self.owner, self.known, departments.is_empty()) {
            (_, false, _) => format!("{}, who is not known here", self.called()),
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
