//! How much memory a snapshot takes.

use std::mem::size_of;

use crate::snapshot::Snapshot;
use crate::snapshot::part::Part;
use crate::snapshot::several::Several;

impl Snapshot {
    /// The bytes of the compiled form: the index of ids, and what is compiled of users, departments and groups, whether it
    /// shares that with another snapshot or not. Not in it are the [`policy`](Self::policy), whose texts the ids share; and
    /// the rows that were made so far: one for each set of rights, and a few words for each user who has a role by name, each
    /// group of roles and each department that asked.
    ///
    /// Linear in the parts that users share, not in the users.
    pub fn memory_usage(&self) -> usize {
        let lists = self.entries.memory_usage() + self.ids.memory_usage() + self.members.memory_usage();
        let each_member = self.members.iter().map(|members| size_of::<usize>() * 2 + size_of_val::<[_]>(members));
        let indices = self.users.memory_usage() + self.departments.memory_usage() + self.groups.memory_usage();
        lists
            + each_member.sum::<usize>()
            + self.several.iter().map(Several::memory_usage).sum::<usize>()
            + indices
            + self.several.memory_usage()
            + self.roster.memory_usage()
            + self.parts.memory_usage()
            + self.parts.len() * (size_of::<usize>() * 2 + size_of::<Part>())
            + self.tree.memory_usage()
            + self.classes.memory_usage()
            + size_of_val(&self.pools[..])
            + size_of::<Self>()
    }
}
