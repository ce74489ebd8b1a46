//! gatehouse: policies as Rust code, run by a checker that keeps a trace.
//!
//! It stores no company, so the application walks in both encodings.

use std::borrow::Cow;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use gatehouse::{EvalCtx, EvaluationSession, GrantResult, PermissionChecker, Policy, PolicyBuilder, PolicyDomain};

use crate::engine::{Company, Encoding, Engine, Loaded, Question, Walker};
use crate::hand::Staff;
use crate::org::PARTS;

pub(crate) const ENCODINGS: [Encoding; 2] = [
    // As its documentation teaches: a policy for each rule, by the builder, and another check for a required
    // permission.
    Encoding {
        engine: "gatehouse",
        name: "five policies, by the builder",
        walker: Walker::Application,
        load: load_five,
    },
    // The fastest: in its own benches the cost grows with the policies, and a static name saves allocations. So one
    // policy, with a static name and no reason.
    Encoding { engine: "gatehouse", name: "one policy, by hand", walker: Walker::Application, load: load_one },
];

struct Records;

impl PolicyDomain for Records {
    type Subject = i64;
    type Action = usize;
    type Resource = Question;
    type Context = Arc<Staff>;
}

/// A session holds loaded facts. There are none, so one session serves all checks.
struct Gatehouse {
    checker: PermissionChecker<Records>,
    session: EvaluationSession,
    staff: Arc<Staff>,
}

impl Gatehouse {
    fn of(company: &Company, checker: PermissionChecker<Records>) -> Self {
        Self { checker, session: EvaluationSession::empty(), staff: Arc::new(Staff::of(&company.org)) }
    }

    /// No policy waits for anything, so a single poll is enough, without a runtime.
    #[inline]
    fn check(&self, question: &Question) -> bool {
        let bound = self.checker.bind(&self.session, &question.user, &question.permission, &self.staff);
        let check = pin!(bound.check(question));
        match check.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(evaluation) => evaluation.is_granted(),
            Poll::Pending => unreachable!("no policy waits"),
        }
    }
}

fn load_five(company: &Company) -> Loaded {
    let mut checker = PermissionChecker::new();
    for (part, name) in PARTS {
        let rule = move |_: &i64, _: &usize, record: &Question, staff: &Arc<Staff>| staff.allows_by(part, record);
        checker.add_policy(PolicyBuilder::<Records>::new(name).when(rule).build());
    }
    let requires = company.org.requires.clone();
    Ok(Box::new(FivePolicies { gatehouse: Gatehouse::of(company, checker), requires }))
}

struct FivePolicies {
    gatehouse: Gatehouse,
    requires: Vec<Option<usize>>,
}

impl Engine for FivePolicies {
    fn decide(&mut self, question: &Question) -> bool {
        self.gatehouse.check(question)
            && self.requires[question.permission]
                .is_none_or(|permission| self.gatehouse.check(&Question { permission, ..*question }))
    }
}

fn load_one(company: &Company) -> Loaded {
    let mut checker = PermissionChecker::new();
    checker.add_policy(AllRules);
    Ok(Box::new(OnePolicy(Gatehouse::of(company, checker))))
}

struct OnePolicy(Gatehouse);

impl Engine for OnePolicy {
    fn decide(&mut self, question: &Question) -> bool {
        self.0.check(question)
    }
}

struct AllRules;

#[async_trait]
impl Policy<Records> for AllRules {
    async fn evaluate(&self, ctx: &EvalCtx<'_, Records>) -> GrantResult {
        if ctx.context.allows(ctx.resource) { ctx.grant("") } else { ctx.not_applicable("") }
    }

    fn policy_type(&self) -> Cow<'static, str> {
        Cow::Borrowed("all rules")
    }
}
