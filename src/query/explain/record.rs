//! Descriptions of owners, departments and shares, with their names.

use crate::policy::Policy;
use crate::policy::org::User;
use crate::query::explain::{Named, OwnerInfo, ShareInfo};
use crate::vocabulary::facts::Facts;
use crate::vocabulary::id::DepartmentId;
use crate::vocabulary::index::DepartmentSlot;
use crate::vocabulary::subject::{Owner, OwnerRef, Share, ShareRef};

pub(super) fn owner_info(policy: &Policy, owner: &OwnerRef<'_>) -> OwnerInfo {
    let org = &policy.org;
    let owner = Owner::from(*owner);
    let called = match &owner {
        Owner::User(id) => policy.user_name(id),
        Owner::Department(id) => policy.department_name(id),
    };
    let (known, name, member_of) = match &owner {
        Owner::User(id) => {
            let user = org.users().get(id);
            let departments = user.into_iter().flat_map(User::departments);
            let member_of = departments.map(|department| department_named(policy, department)).collect();
            (user.is_some(), user.and_then(User::name), member_of)
        }
        Owner::Department(id) => {
            let department = org.department(id);
            let name = department.and_then(|department| org.name_of(department)).map(ToOwned::to_owned);
            (department.is_some(), name, Vec::new())
        }
    };
    OwnerInfo { owner, name, called, known, member_of }
}

pub(super) fn department_named(policy: &Policy, department: DepartmentSlot) -> Named<DepartmentId> {
    let (id, name) = (policy.org.department_id(department), policy.org.name_of(department));
    Named {
        id: id.clone(),
        name: name.filter(|name| !name.is_empty()).map(ToOwned::to_owned),
        called: policy.department_name(id),
    }
}

/// The departments that the records of an owner belong to.
pub(super) fn homes(policy: &Policy, owner: &OwnerRef<'_>) -> Vec<DepartmentSlot> {
    let org = &policy.org;
    match owner {
        Owner::User(id) => org.users().get(&(*id).into()).map_or_else(Vec::new, |user| user.departments().collect()),
        Owner::Department(id) => org.department(&(*id).into()).into_iter().collect(),
    }
}

/// The departments that a record with these facts belongs to.
pub(super) fn homes_of(policy: &Policy, facts: &Facts<'_>) -> Vec<DepartmentSlot> {
    facts.owners.as_slice().iter().flat_map(|owner| homes(policy, owner)).collect()
}

pub(super) fn share_info(policy: &Policy, share: &ShareRef<'_>) -> ShareInfo {
    let org = &policy.org;
    let department_name = |id: &DepartmentId| org.name_of(org.department(id)?).map(ToOwned::to_owned);
    let with = Share::from(*share);
    let (name, called) = match &with {
        Share::User(id) => (org.users().get(id).and_then(User::name), policy.user_name(id)),
        Share::Department(id) | Share::DepartmentSub(id) => (department_name(id), policy.department_name(id)),
        Share::Group(id) => (org.name_of_group(id).map(ToOwned::to_owned), policy.group_name(id)),
    };
    ShareInfo { with, name, called }
}
