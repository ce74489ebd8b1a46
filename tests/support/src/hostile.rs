//! Arbitrary text that may be a world file.

use orgscope::permission::AnyPermission;
use orgscope::reference::Reference;
use orgscope::world::World;
use orgscope::{Snapshot, UserId};

use crate::square::{permissions, sorted};

/// Loads a world, or returns the error.
pub fn load(text: &str) -> Result<World, String> {
    let written = serde_json::from_str(text).map_err(|error| error.to_string())?;
    World::from_document(written).map_err(|error| error.to_string())
}

/// Compares all decisions about the records of a world with the reference.
pub fn answers_by_the_rules(world: &World) {
    let (snapshot, reference) = (Snapshot::compile(world.policy()), Reference::new(world.policy()));
    let users: Vec<UserId> = world.policy().to_document().org.users.into_iter().map(|user| user.id).collect();
    for permission in permissions(world.policy()) {
        for record in world.records() {
            if let AnyPermission::Levelled(levelled) = permission {
                let record = record.as_any();
                let who = sorted(snapshot.who_can(levelled, &record));
                let may = |user: &&UserId| reference.decide(*user, levelled, &record);
                assert_eq!(who, users.iter().filter(may).collect::<Vec<_>>());
            }
        }
    }
}
