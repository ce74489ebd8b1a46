//! What is measured: an engine that decides questions.

use std::error::Error;
use std::hint::black_box;

use orgscope::Policy;

use crate::org::Org;

/// One question as an application has it: who asks, what for, and the facts of the record.
///
/// A permission is a constant of the program, so each engine may keep it in the form that it takes. All else is turned
/// into that form within the check.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question {
    pub(crate) user: i64,
    pub(crate) permission: usize,
    pub(crate) owner: i64,
    pub(crate) open: bool,
}

pub(crate) trait Engine {
    fn decide(&mut self, question: &Question) -> bool;

    /// All questions, one after the other: how many are allowed. A method of the trait so that each engine has a loop
    /// of its own, with its check inlined, and no dynamic call for each question.
    fn pass(&mut self, questions: &[Question]) -> usize {
        questions.iter().filter(|question| black_box(self.decide(black_box(question)))).count()
    }
}

pub(crate) type Loaded = Result<Box<dyn Engine>, Box<dyn Error>>;

/// What an engine may load.
pub(crate) struct Company {
    pub(crate) org: Org,
    pub(crate) policy: Policy,
}

/// One way to put the rules to an engine.
#[derive(Clone, Copy)]
pub(crate) struct Encoding {
    pub(crate) engine: &'static str,
    pub(crate) name: &'static str,
    /// Who finds out how the user and the owner are related: the engine, from data that it holds, or the application.
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
