//! What every public type can do: cross threads, and show itself.

use std::fmt::Debug;

use orgscope::document::{
    self, Check, Expect, Format, List, Org, RecordAsked, Request, Section, Stage, User, Who, Word,
};
use orgscope::{
    AnyOf, AnyPermission, AnyRecord, Audience, Command, Decision, Delegation, Denied, DepartmentId, DepartmentRef,
    Departments, Document, Facts, Grant, GroupId, GroupRef, Handle, InvalidQuestion, KnownOwner, Level, Owner,
    Permission, Policy, PolicyError, Predicate, Principal, Problem, Question, Reason, RecordId, Refusal, Reload,
    RoleId, Schema, Scope, Share, Snapshot, Subject, Term, Toggle, UnknownGrant, UnknownLevel, UnknownMode,
    UnknownPermission, Unowned, UserId, UserRef, World,
};

fn shared<T: Send + Sync + Debug>() {}
fn cloned<T: Send + Sync + Debug + Clone>() {}
fn copied<T: Send + Sync + Debug + Copy + Eq>() {}
fn error<T: std::error::Error + Send + Sync + Clone + Eq + 'static>() {}

#[test]
fn all_types_cross_threads_and_show_themselves() {
    shared::<Handle>();
    shared::<Snapshot>();

    cloned::<Policy>();
    cloned::<Schema>();
    cloned::<World>();
    cloned::<Document>();
    cloned::<document::World>();
    cloned::<document::Schema>();
    cloned::<document::Resource>();
    cloned::<document::Action>();
    cloned::<document::Department>();
    cloned::<document::Group>();
    cloned::<document::Role>();
    cloned::<document::Record>();
    cloned::<(Section, Org, User, Format, Word<Level>)>();
    cloned::<(Expect, Check, List, Who, Stage, Request, RecordAsked)>();
    cloned::<(Facts<'_>, AnyRecord<'_>, Subject, Owner, Share, Reason, Problem)>();
    cloned::<(UserId, DepartmentId, GroupId, RoleId, RecordId)>();
    cloned::<Question<'_>>();
    cloned::<(Command, KnownOwner<'_>)>();
    cloned::<Principal<'_>>();
    cloned::<Scope<'_, AnyRecord<'_>>>();

    cloned::<(Predicate<'_>, AnyOf<'_>, Term<'_>, Departments<'_>, Audience<'_>)>();

    copied::<(Level, Grant, Decision, Delegation, Unowned, Reload)>();
    copied::<(Permission, Toggle, AnyPermission)>();
    copied::<(UserRef<'_>, DepartmentRef<'_>, GroupRef<'_>, Owner<&str>, Share<&str>)>();

    error::<PolicyError>();
    error::<Denied>();
    error::<Refusal>();
    error::<InvalidQuestion>();
    error::<UnknownPermission>();
    error::<UnknownLevel>();
    error::<UnknownGrant>();
    error::<UnknownMode>();
}

#[cfg(feature = "sql")]
#[test]
fn so_do_those_of_sql() {
    use orgscope::sql::{
        ConditionError, Dialect, IdKinds, Ids, InvalidMapping, Mapping, Members, Mirror, MirrorError, OwnerTable,
        Param, Records, ShareTable, Sql,
    };

    cloned::<(Mapping, Members, Mirror, Records, OwnerTable, ShareTable, Sql, Param)>();
    copied::<(Dialect, Ids, IdKinds)>();
    error::<ConditionError>();
    error::<InvalidMapping>();
    error::<MirrorError>();
}
