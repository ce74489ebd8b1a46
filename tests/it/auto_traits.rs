//! What every public type can do: cross threads, and show itself.

use std::fmt::Debug;

use orgscope::catalogue::{Catalogue, RoleEntry, SectionRoles};
use orgscope::diff::{Diff, DiffGroup, RightChange};
use orgscope::document::{self, Org, Section, User, Word};
use orgscope::document::{Delegation, Unowned};
use orgscope::error::{Problem, UnknownPermission, UnknownWord};
use orgscope::explain::{Change, ReasonCode, Repair};
use orgscope::id::{DepartmentRef, GroupRef, OwnerRef, RecordId, ShareRef, UserRef};
use orgscope::log::{Actor, AuditEntry, Checkpoint, Digest, LogError};
use orgscope::permission::AnyPermission;
use orgscope::predicate::{AnyOf, Audience, Departments, Term};
use orgscope::rules::RefusalKind;
use orgscope::rules::{Affected, Rule};
use orgscope::world::{self, Expectation, InvalidQuestion, Question, World};
use orgscope::{
    AnyRecord, Command, Decision, Denied, DepartmentId, Document, Editor, Explanation, Facts, Grant, GroupId, Handle,
    Level, Loaded, Owner, Permission, Policy, PolicyError, Predicate, Principal, Reason, Receipt, Refusal, Rights,
    RoleId, Schema, Scope, Share, Snapshot, Subject, UserId, WhoCan,
};

fn shared<T: Send + Sync + Debug>() {}
fn cloned<T: Send + Sync + Debug + Clone>() {}
fn copied<T: Send + Sync + Debug + Copy + Eq>() {}
fn error<T: std::error::Error + Send + Sync + Clone + Eq + 'static>() {}

#[test]
fn all_types_cross_threads_and_show_themselves() {
    shared::<Handle>();
    shared::<Loaded>();
    shared::<WhoCan<'_>>();
    shared::<Snapshot>();

    cloned::<Policy>();
    cloned::<Schema>();
    cloned::<World>();
    cloned::<Document>();
    cloned::<world::document::World>();
    cloned::<document::Schema>();
    cloned::<document::ResourceType>();
    cloned::<document::Action>();
    cloned::<document::Department>();
    cloned::<document::Group>();
    cloned::<document::Role>();
    cloned::<world::document::Record>();
    cloned::<(Section, Org, User, Word<Level>)>();
    cloned::<Expectation>();
    cloned::<(Facts<'_>, AnyRecord<'_>, Subject, Owner, Share, Reason, Problem)>();
    cloned::<(UserId, DepartmentId, GroupId, RoleId, RecordId)>();
    cloned::<Question<'_>>();
    cloned::<Command>();
    cloned::<Principal<'_>>();
    cloned::<(Explanation, Repair, Change)>();
    cloned::<(Rights, Diff<'_>, DiffGroup<'_>, RightChange)>();
    copied::<ReasonCode>();
    cloned::<Scope<'_, AnyRecord<'_>>>();
    cloned::<(Editor<'_>, Receipt, Affected, Actor, AuditEntry, Checkpoint, Rule)>();
    cloned::<(Catalogue<'_>, SectionRoles<'_>, RoleEntry<'_>)>();
    cloned::<orgscope::world::Stage>();

    cloned::<(Predicate<'_>, AnyOf<'_>, Term<'_>, Departments<'_>, Audience<'_>)>();

    copied::<(Level, Grant, Decision, Delegation, Unowned, RefusalKind, Digest)>();
    copied::<(Permission, Permission<()>, AnyPermission)>();
    copied::<(UserRef<'_>, DepartmentRef<'_>, GroupRef<'_>, OwnerRef<'_>, ShareRef<'_>)>();

    cloned::<(orgscope::Fields<'_>, orgscope::explain::Checked)>();
    shared::<orgscope::Shown<'_, u8>>();
    copied::<orgscope::id::BorrowedText<'_>>();

    error::<PolicyError>();
    error::<orgscope::DeniedFields>();
    error::<orgscope::id::IdTooLarge>();
    error::<Denied>();
    error::<Refusal>();
    error::<InvalidQuestion>();
    error::<UnknownPermission>();
    error::<UnknownWord>();
    error::<LogError>();
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
    // A handler may hold a condition while it waits.
    cloned::<(orgscope::sql::sea_query::Condition, orgscope::sql::sea_query::Expr)>();
    error::<ConditionError>();
    error::<InvalidMapping>();
    error::<MirrorError>();
}
