//! The instant that a command answers for.

use std::path::Path;
use std::str::FromStr;
use std::time::SystemTime;

use clap::Args;
use orgscope::world::World;
use orgscope::{Policy, Time};

use crate::outcome::Failure;
use crate::world;

#[derive(Debug, Args)]
pub(crate) struct At {
    /// The instant to answer for, such as 2026-12-24T18:00:00+01:00; without it that of the file, or else the present time
    #[arg(long, value_name = "TIME", value_parser = Time::from_str)]
    at: Option<Time>,
}

impl At {
    /// Opens a world file at the instant.
    pub(crate) fn open(&self, file: &Path) -> Result<World, Failure> {
        let world = world::open(file)?;
        let instant = self.of([world.policy()])?;
        Ok(instant.map_or(world.clone(), |instant| world.at(instant)))
    }

    /// The instant for these policies: the one that was asked for, the latest of theirs, or the present time. Without periods
    /// the clock does not matter, and is not read.
    pub(crate) fn of<'p>(&self, policies: impl IntoIterator<Item = &'p Policy>) -> Result<Option<Time>, Failure> {
        let (mut latest, mut has_periods) = (None, false);
        for policy in policies {
            latest = latest.max(policy.instant());
            has_periods |= policy.next_change().is_some();
        }
        match self.at.or(latest) {
            None if has_periods => {
                let now = Time::try_from(SystemTime::now());
                now.map(Some).map_err(|error| Failure::Question(format!("the clock is wrong: {error}")))
            }
            instant => Ok(instant),
        }
    }
}
