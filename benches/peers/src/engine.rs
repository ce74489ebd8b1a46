//! Engines that decide questions.

use std::error::Error;
use std::hint::black_box;

use orgscope::Policy;

use crate::org::Org;

/// A question as an application has it: the user, the permission, and the facts of the record.
///
/// A permission is a constant of the program, so each engine may keep it in its own form. Everything else is converted
/// within the check.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question {
    pub(crate) user: i64,
    pub(crate) permission: usize,
    pub(crate) owner: i64,
    pub(crate) open: bool,
}

pub(crate) trait Engine {
    fn decide(&mut self, question: &Question) -> bool;

    /// Answers all questions, and returns the number of those that are allowed. A method of the trait, so that each
    /// engine has a loop of its own, with its check inlined and no dynamic call for each question.
    fn pass(&mut self, questions: &[Question]) -> usize {
        questions.iter().filter(|question| black_box(self.decide(black_box(question)))).count()
    }
}

pub(crate) type Loaded = Result<Box<dyn Engine>, Box<dyn Error>>;

/// The data that an engine may load.
pub(crate) struct Company {
    pub(crate) org: Org,
    pub(crate) policy: Policy,
}

/// A way to express the rules for an engine.
#[derive(Clone, Copy)]
pub(crate) struct Encoding {
    pub(crate) engine: &'static str,
    pub(crate) name: &'static str,
    /// The one that relates the user to the owner: the engine, from data that it holds, or the application.
    pub(crate) walker: Walker,
    pub(crate) load: fn(&Company) -> Loaded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Walker {
    Engine,
    Application,
}

impl Walker {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Application => "application",
        }
    }
}
