//! The steps to a decision: the permissions that it needs, and the grounds of each.

use std::collections::HashMap;

use crate::policy::role::Role;
use crate::query::check::Decision;
use crate::query::explain::grounds::assignments;
use crate::query::explain::record::{owner_info, share_info};
use crate::query::explain::repair::Repairs;
use crate::query::explain::{Course, Explanation, Named, RecordInfo, Step};
use crate::query::principal::Principal;
use crate::query::reason::{Reason, ReasonCode};
use crate::snapshot::relation::Relation;
use crate::snapshot::rights::zone::Zone;
use crate::vocabulary::facts::{Facts, Record};
use crate::vocabulary::id::{UserId, VariantId};
use crate::vocabulary::index::{ActionIndex, Case};
use crate::vocabulary::permission::Permission;

impl Principal<'_> {
    /// Explains why this user may, or may not, do this to this record: the steps to the decision, and for a denial the
    /// smallest changes that would turn it.
    ///
    /// The cost grows with the user's roles and places and the record's owners. For a denial it searches all roles,
    /// departments and groups for changes that suffice, and pairs of them if no single one does. Up to 64 candidates
    /// are tried: compiled as a branch and compared. So a denial costs milliseconds where a check costs nanoseconds.
    pub fn explain<R: Record>(&self, permission: Permission<R>, record: &R) -> Explanation {
        let Permission { action, schema, .. } = permission;
        let reason = self.reason(permission, record);
        let Some(expected) = self.resource_type(action, schema) else { return self.unexplained(reason) };
        let resource = record.dynamic_type().unwrap_or(expected).to_owned();
        let asked = (resource == expected).then_some(action);
        record.with_facts(|facts| {
            let record = R::HAS_FACTS.then_some((resource, facts));
            self.explained(reason, action, asked, record)
        })
    }

    fn unexplained(&self, reason: Reason) -> Explanation {
        Explanation {
            reason,
            user: self.named(),
            permission: String::new(),
            record: None,
            ties: Vec::new(),
            steps: Vec::new(),
            repairs: Vec::new(),
            more_repairs: 0,
            all_weighed: true,
            has_roles: false,
            course: Course::default(),
        }
    }

    /// Explains an action of the schema. `asked` is `None` if the question is invalid.
    fn explained(
        &self,
        reason: Reason,
        action: ActionIndex,
        asked: Option<ActionIndex>,
        record: Option<(String, &Facts<'_>)>,
    ) -> Explanation {
        let facts = record.as_ref().map(|(_, facts)| *facts);
        let policy = self.snapshot.policy();
        let denied = !reason.decision().is_allow();
        let steps = asked.filter(|_| self.is_active()).map_or_else(Vec::new, |asked| self.steps(asked, facts));
        let repairs = asked.filter(|_| denied).map_or_else(Repairs::default, |asked| self.repairs(asked, facts));
        let ties = asked.and(facts).map_or_else(Vec::new, |facts| self.ties(action, facts));
        let told = |(resource, facts): (String, &Facts<'_>)| RecordInfo {
            resource,
            owners: facts.owners.as_slice().iter().map(|owner| owner_info(policy, owner)).collect(),
            open: facts.open,
            shared_with: facts.shared_with.as_slice().iter().map(|share| share_info(policy, share)).collect(),
            variant: facts.variant.map(VariantId::from),
            variant_name: facts.variant.and_then(|value| {
                let (schema, action) = (self.snapshot.schema(), asked?);
                Some(schema.variant(schema.variant_with(action, value)?).name.clone())
            }),
        };
        Explanation {
            reason,
            user: self.named(),
            permission: self.snapshot.schema().action_name(action),
            record: record.map(told),
            ties,
            steps,
            repairs: repairs.told,
            more_repairs: repairs.more,
            all_weighed: !repairs.is_cut,
            has_roles: policy.roles.values().any(|role| self.has(role)),
            course: asked
                .filter(|_| self.is_active())
                .map_or_else(Course::default, |asked| self.course(asked, facts, !denied)),
        }
    }

    fn has(&self, role: &Role) -> bool {
        let policy = self.snapshot.policy();
        let Some((id, user)) = self.id().and_then(|id| Some((id, policy.org.users().get(id)?))) else { return false };
        !assignments(policy, id, user, role).is_empty()
    }

    fn named(&self) -> Option<Named<UserId>> {
        let (id, policy) = (self.id()?, self.snapshot.policy());
        let name = policy.org.name_of_user(id).map(ToOwned::to_owned);
        Some(Named { id: id.clone(), name, called: policy.user_name(id) })
    }

    /// The steps: the permission that is asked about, and those that it requires, each once.
    fn steps(&self, asked: ActionIndex, facts: Option<&Facts<'_>>) -> Vec<Step> {
        let schema = self.snapshot.schema();
        let relation = facts.map_or(Relation::default(), |facts| self.relation(asked, facts));
        let is_within = |zone: &Zone| facts.is_some_and(|facts| self.is_within(zone, facts));
        let needed = self.snapshot.schema().needed(asked);
        let user = self.id().and_then(|id| self.snapshot.policy().org.users().get(id));
        let is_administrator = user.is_some_and(|user| user.admin);
        let mut required_by: HashMap<ActionIndex, ActionIndex> = HashMap::new();
        for by in &needed {
            for action in &schema.action(*by).requires {
                required_by.entry(*action).or_insert(*by);
            }
        }
        let variant = facts.and_then(|facts| self.case(asked, facts).variant);
        let step = |action: ActionIndex| {
            let case = Case::new(action, variant);
            let required_by = required_by.get(&action).filter(|_| action != asked);
            let code = self.code_of(case, relation, facts);
            Step {
                permission: schema.action_name(action),
                variant: schema.variant_name(case).map(ToOwned::to_owned),
                required_by: required_by.map(|by| schema.action_name(*by)),
                decision: Decision::of(self.admits_alone(case, relation, is_within)),
                code,
                place: if code == ReasonCode::InPlace { self.place_of(case, facts) } else { String::new() },
                grant: schema.grant_of(action, self.asker.row.level_with_toggles(self.cell_in(case))),
                level_outside_zones: schema.grant_of(action, self.level_outside_zones(case)),
                grounds: self.grounds(case, relation, facts),
                counts_shares: schema.action(action).shared,
                without_bypass: is_administrator && !schema.action(action).admin_bypass,
            }
        };
        needed.iter().map(|action| step(*action)).collect()
    }
}
