//! An explanation as a person reads it, aloud if need be.

use std::fmt::{self, Display};
use std::mem::discriminant;

use crate::query::explain::{
    Assignment, Explanation, Ground, Named, OwnerInfo, Place, RecordInfo, ShareInfo, Step, Tie,
};
use crate::query::names::listed;
use crate::query::reason::ReasonCode;
use crate::vocabulary::id::UserId;
use crate::vocabulary::level::{DEPARTMENT, Grant, Level, OPEN, OWN, SUB};
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::{Owner, Share, Subject};

/// First the decision in a line; then what the user has and through what, the record, and what would change it.
impl Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reason)?;
        let Some(user) = self.user.as_ref() else { return Ok(()) };
        for step in &self.steps {
            self.tell_step(f, user, step)?;
        }
        if self.reason.decision().is_allow() {
            return self.until().map_or(Ok(()), |until| write!(f, "\nThat is so until {until}."));
        }
        if let Some(record) = self.record.as_ref().filter(|_| !self.steps.is_empty()) {
            write!(f, "\nThe record {}.", record.described())?;
        }
        if let Some(ended) = self.ended() {
            write!(f, "\nIt was allowed until {ended}.")?;
        }
        if let Some(begins) = self.begins() {
            write!(f, "\nIt will be allowed from {begins} on.")?;
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
            (1, true) => f.write_str("\nThere is 1 more, which would widen access at least as much."),
            (more, true) => write!(f, "\nThere are {more} more, which would widen access at least as much."),
            (more, false) => write!(f, "\nThere are at least {more} more, and not all were tried."),
        }
    }
}

impl Explanation {
    fn tell_step(&self, f: &mut fmt::Formatter<'_>, user: &Named<UserId>, step: &Step) -> fmt::Result {
        let Step { required_by, grant, grounds, .. } = step;
        let permission = step.called();
        let required = required_by.as_ref().map_or_else(String::new, |other| format!(", which `{other}` requires"));
        let (subject, user) = (user.as_subject(), user.called.as_str());
        if grounds.is_empty() {
            let why = if self.has_roles { "none of their roles grants it" } else { "they have no roles" };
            write!(f, "\n{subject} has nothing for {permission}{required}: {why}, and the permission has no floor.")?;
        } else {
            match (everywhere(grounds), grounds.iter().all(Ground::is_everywhere)) {
                (None, _) => write!(f, "\n{subject} has {permission}{required}, in places only:")?,
                (Some(held), false) if !matches!(held, Grant::Level(Level::All) | Grant::Allow) => {
                    write!(f, "\n{subject} has `{held}` for {permission}{required}, and more in places:")?;
                }
                (Some(held), _) => write!(f, "\n{subject} has `{held}` for {permission}{required}:")?,
            }
            for ground in grounds {
                write!(f, "\n- {}.", ground.told(user))?;
            }
        }
        if step.without_bypass {
            write!(f, "\n{subject} is an administrator, but administrators have no bypass here.")?;
        }
        let Some(record) = &self.record else { return Ok(()) };
        match step.code {
            ReasonCode::All => write!(f, "\n`{grant}` reaches every record."),
            ReasonCode::InPlace => {
                write!(f, "\nThis covers the record: an owner is in {}.", step.place)
            }
            ReasonCode::ExceptOwn => {
                let own = self.told_ties(user, "; ", |tie| matches!(tie, Tie::Own | Tie::Unowned));
                write!(f, "\nBut nobody has {permission} for their own records, and {own}.")
            }
            ReasonCode::Shared => {
                let shares = self.told_ties(user, "; ", |tie| matches!(tie, Tie::Shared { .. }));
                write!(
                    f,
                    "\nAny level except `deny` is enough here, because the record {}.",
                    shares.strip_prefix("it ").unwrap_or(&shares)
                )
            }
            ReasonCode::NoGrant => match self.ties.iter().find_map(|tie| tie.by_share(user)) {
                Some(share) if step.counts_shares => {
                    write!(f, "\nThe record {share}, but a share does not help a user whose level is `deny`.")
                }
                _ => Ok(()),
            },
            _ if step.decision.is_allow() => {
                let covering = self.told_ties(user, "; ", |tie| tie.is_covered(step.level_outside_zones));
                write!(f, "\nThis covers the record: {covering}.")
            }
            _ => {
                let in_places = !grounds.iter().all(Ground::is_everywhere);
                let and = if in_places { "; and no owner is in one of the places" } else { "" };
                let held = everywhere(grounds).filter(|held| *held == step.level_outside_zones);
                write!(f, "\nThis falls short: {}{and}.", self.shortfall(step.level_outside_zones, held, user, record))
            }
        }
    }

    /// The ties that are wanted, one of each kind, joined; and how many more there are.
    fn told_ties(&self, user: &str, joint: &str, wanted: impl Fn(&Tie) -> bool) -> String {
        let mut first: Vec<&Tie> = Vec::new();
        let mut more = 0;
        for tie in self.ties.iter().filter(|tie| wanted(tie)) {
            if first.iter().any(|other| discriminant(*other) == discriminant(tie)) {
                more += 1;
            } else {
                first.push(tie);
            }
        }
        let told = first.into_iter().map(|tie| tie.told(user)).collect::<Vec<_>>().join(joint);
        match more {
            0 => told,
            1 => told + "; and so in 1 more way",
            more => format!("{told}; and so in {more} more ways"),
        }
    }

    /// The reason why a level does not reach the record. `held` is what it is called, if it is not in places only.
    fn shortfall(&self, grant: Grant, held: Option<Grant>, user: &str, record: &RecordInfo) -> String {
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
        let beyond = self.told_ties(user, ", nor that ", |tie| !matches!(tie, Tie::Own | Tie::Unowned));
        let but = match held {
            _ if beyond.is_empty() => String::new(),
            Some(held) => format!("; `{held}` does not cover that {beyond}"),
            None => format!("; none of this covers that {beyond}"),
        };
        format!("{}{but}", listed(&missed))
    }
}

impl Step {
    /// `` `deal.read` ``, or `` `deal.read` in `won` `` for a record of a variant that roles have levels for.
    fn called(&self) -> String {
        let Self { permission, variant, .. } = self;
        variant.as_ref().map_or_else(|| format!("`{permission}`"), |variant| format!("`{permission}` in `{variant}`"))
    }
}

impl Named<UserId> {
    /// The name at the beginning of a sentence: `User 7`. Names, and ids that are text, stay as they are.
    fn as_subject(&self) -> String {
        let numbered = self.id.as_integer().map(|id| format!("ser {id}"));
        match numbered {
            Some(numbered) if self.called.strip_prefix('u') == Some(&numbered) => format!("U{numbered}"),
            _ => self.called.clone(),
        }
    }
}

impl Ground {
    fn told(&self, user: &str) -> String {
        match self {
            Self::Floor { grant, .. } => format!("`{grant}` by the floor, which every active user has"),
            Self::Bypass { grant, .. } => format!("`{grant}` as an administrator"),
            Self::Role { role, grant, assignments, .. } => {
                let assignments: Vec<String> =
                    assignments.iter().map(|each| each.told_with_place(user, *grant)).collect();
                format!("`{grant}` by the role {}, {}", role.called, assignments.join("; and "))
            }
        }
    }
}

/// The join of the grounds that no place narrows, if there are any.
fn everywhere(grounds: &[Ground]) -> Option<Grant> {
    let grants = grounds.iter().filter(|ground| ground.is_everywhere()).map(Ground::grant);
    grants.reduce(|one, other| match (one, other) {
        (Grant::Level(one), Grant::Level(other)) => one.join(other).into(),
        _ => Grant::Allow,
    })
}

/// Whether a grant is measured from departments.
fn is_measured(grant: Grant) -> bool {
    matches!(grant, Grant::Level(level) if level.includes(Level::Department))
}

impl Ground {
    fn grant(&self) -> Grant {
        let (Self::Floor { grant, .. } | Self::Bypass { grant, .. } | Self::Role { grant, .. }) = self;
        *grant
    }

    /// Whether no place narrows it.
    fn is_everywhere(&self) -> bool {
        match self {
            Self::Floor { .. } | Self::Bypass { .. } => true,
            Self::Role { grant, assignments, .. } => {
                !is_measured(*grant) || assignments.iter().any(|each| each.place.is_none())
            }
        }
    }
}

impl Assignment {
    /// The assignment with its place: `assigned to Cleo by name, in Sports and below`.
    fn told_with_place(&self, user: &str, grant: Grant) -> String {
        let told = self.told(user);
        match self.place.as_ref().filter(|_| is_measured(grant)) {
            None => told,
            Some(place) if place.is_empty() => format!("{told}, in no department"),
            Some(place) => {
                let departments: Vec<&str> = place.iter().map(|department| &*department.called).collect();
                let departments = listed(&departments);
                match grant {
                    Grant::Level(level) if level.includes(Level::DepartmentSub) => {
                        format!("{told}, in {departments} and below")
                    }
                    _ => format!("{told}, in {departments}"),
                }
            }
        }
    }

    fn told(&self, user: &str) -> String {
        let (called, places) = (&self.called, || places_told(&self.through));
        match &self.subject {
            Subject::User(_) => format!("assigned to {user} by name"),
            Subject::Department(_) => format!("assigned to {called}, where {user} is {}", self.posts()),
            Subject::DepartmentSub(id) => match &self.through[..] {
                [place] if place.department.id == *id => {
                    format!("assigned to {called} and below, where {user} is {}", self.posts())
                }
                through => {
                    let departments: Vec<&str> = through.iter().map(|place| &*place.department.called).collect();
                    let departments = listed(&departments);
                    format!("assigned to {called} and below, to which {user} belongs through {departments}")
                }
            },
            Subject::Group(_) => format!("assigned to the group {called}, which {user} is in"),
            Subject::Supervisors => format!("assigned to supervisors, and {user} is {}", places()),
            Subject::Deputies => format!("assigned to deputies, and {user} is {}", places()),
            Subject::Employees => format!("assigned to employees, and {user} is {}", places()),
            Subject::Administrators => format!("assigned to administrators, and {user} is one"),
            Subject::Everyone => "assigned to everyone".to_owned(),
        }
    }

    /// The posts of the user in the one department.
    fn posts(&self) -> String {
        self.through.first().map_or_else(String::new, Place::posts)
    }
}

/// `head of Sales and a member of Support and Sales North`: departments where somebody is the same stand together.
fn places_told(places: &[Place]) -> String {
    let mut together: Vec<(&[Post], Vec<&str>)> = Vec::new();
    for place in places {
        let department = &*place.department.called;
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
                    owner.called,
                    place.department.called,
                    place.posts()
                ),
                Owner::Department(_) => format!("it belongs to {}, where {user} is {}", owner.called, place.posts()),
            },
            Self::Below { owner, department, place } => {
                let below = format!("below {}, where {user} is {}", place.department.called, place.posts());
                match &owner.owner {
                    Owner::User(_) => format!("owner {} is a member of {}, {below}", owner.called, department.called),
                    Owner::Department(_) => format!("it belongs to {}, {below}", owner.called),
                }
            }
            Self::Open => "it is available to everyone".to_owned(),
            Self::Shared { .. } => format!("it {}", self.by_share(user).unwrap_or_default()),
        }
    }

    /// `is shared with Sales, and Nick is a member of Sales`; nothing of other ties.
    fn by_share(&self, user: &str) -> Option<String> {
        let Self::Shared { share, through } = self else { return None };
        let place = match &through[..] {
            [] => String::new(),
            through => format!(", and {user} is {}", places_told(through)),
        };
        Some(format!("is shared with {}{place}", share.called()))
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
        let variant = match (&self.variant, &self.variant_name) {
            (None, _) => String::new(),
            (Some(value), None) => format!("; `{value}` means none of the variants"),
            (Some(value), Some(name)) if value.as_text() == Some(name) => format!("; its variant is `{name}`"),
            (Some(value), Some(name)) => format!("; its variant is `{name}`, by the value `{value}`"),
        };
        format!("{owners}; {open}, and shared with {}{variant}", listed(&shares))
    }
}

impl ShareInfo {
    fn called(&self) -> String {
        let called = &self.called;
        match &self.with {
            Share::User(_) | Share::Department(_) => called.clone(),
            Share::DepartmentSub(_) => format!("{called} and below"),
            Share::Group(_) => format!("the group {called}"),
        }
    }
}

impl OwnerInfo {
    fn described(&self) -> String {
        let called = &self.called;
        let departments: Vec<&str> = self.member_of.iter().map(|department| &*department.called).collect();
        match (&self.owner, self.known, departments.is_empty()) {
            (Owner::User(_), false, _) => format!("{called}, who is not known here"),
            (Owner::Department(_), false, _) => format!("{called}, which is not known here"),
            (Owner::Department(id), ..) if self.name.is_none() && id.as_integer().is_some() => called.clone(),
            (Owner::Department(_), ..) => format!("the department {called}"),
            (_, _, true) => format!("{called}, a member of no department"),
            _ => format!("{called}, a member of {}", listed(&departments)),
        }
    }
}
