//! The log: what is stored makes the state again, and what is not as it was stored is found out.

use orgscope::document::{Action, Document, ResourceType, Section, User};
use orgscope::log::{AuditEntry, Checkpoint, Digest, LogError};
use orgscope::{Command, Handle, Level, Policy};

fn handle() -> Handle {
    let mailbox = ResourceType::new("mailbox").action(Action::new("view").floor(Level::Own));
    let section = Section::new("webmail").resource(mailbox);
    Handle::new(Policy::from_document(Document::new().section(section).user(User::new("ann"))).unwrap())
}

/// A stored state, and the entries of three batches after it.
fn stored() -> (Checkpoint, Vec<AuditEntry>, Handle) {
    let authz = handle();
    authz.apply([Command::add_user(User::new("bo"))]).unwrap();
    let checkpoint = authz.checkpoint();
    let batches = [
        vec![Command::rename_user("bo", Some("Bo"))],
        vec![Command::add_user(User::new("cy")), Command::set_active("ann", false)],
        vec![],
    ];
    let apply = |commands: Vec<Command>| authz.as_host().at("now").apply(commands).unwrap().audit().clone();
    (checkpoint, batches.map(apply).to_vec(), authz)
}

#[track_caller]
fn is_found_out(checkpoint: &Checkpoint, entries: impl IntoIterator<Item = AuditEntry>, message: &str) {
    let error = Handle::restore(checkpoint.clone(), entries).unwrap_err();
    assert_eq!(error.to_string(), message);
}

/// The entry with a word of its JSON changed.
fn altered(entry: &AuditEntry, from: &str, to: &str) -> AuditEntry {
    let text = serde_json::to_string(entry).unwrap();
    assert!(text.contains(from), "{text}");
    serde_json::from_str(&text.replace(from, to)).unwrap()
}

#[test]
fn a_checkpoint_and_the_entries_after_it_make_the_state() {
    let (checkpoint, entries, authz) = stored();
    let last = entries[2].hash();
    let again = Handle::restore(checkpoint, entries).unwrap();
    assert_eq!(again.checkpoint(), authz.checkpoint());
    assert_eq!(again.load().revision(), 4);
    // And the log goes on where it was.
    let both = [&again, &authz].map(|authz| authz.apply([Command::remove_user("cy")]).unwrap().audit().clone());
    assert_eq!(both[0], both[1]);
    assert!(both[0].follows(last));
}

#[test]
fn a_gap_is_found_out() {
    let (checkpoint, entries, _) = stored();
    is_found_out(
        &checkpoint,
        [entries[0].clone(), entries[2].clone()],
        "revision 3 is missing from the log: after revision 2 comes 4",
    );
    is_found_out(&checkpoint, [entries[1].clone()], "revision 2 is missing from the log: after revision 1 comes 3");
}

#[test]
fn a_repetition_is_found_out() {
    let (checkpoint, entries, _) = stored();
    is_found_out(
        &checkpoint,
        [entries[0].clone(), entries[0].clone()],
        "revision 2 comes again in the log, where revision 3 should come",
    );
}

#[test]
fn an_alteration_is_found_out() {
    let (checkpoint, entries, _) = stored();
    let message = "the entry of revision 2 was altered since it was written, or did not follow the one before it";
    for (from, to) in [
        (r#""Bo""#, r#""Bob""#),
        (r#""host""#, r#"{"user":"ann"}"#),
        ("now", "then"),
        (r#""commands":[{"#, r#""forced":true,"commands":[{"#),
    ] {
        is_found_out(&checkpoint, [altered(&entries[0], from, to)], message);
    }
    // Another revision: with the hash that it has, it does not follow.
    let moved = altered(&entries[1], r#""revision":3"#, r#""revision":2"#);
    is_found_out(&checkpoint, [moved], message);
    // Put right again, an entry no longer fits those after it.
    let other = handle();
    other.apply([Command::add_user(User::new("bo"))]).unwrap();
    let another = other.as_host().at("now").apply([Command::rename_user("bo", Some("Bob"))]).unwrap().audit().clone();
    is_found_out(
        &checkpoint,
        [another, entries[1].clone()],
        "the entry of revision 3 was altered since it was written, or did not follow the one before it",
    );
}

#[test]
fn an_altered_checkpoint_is_found_out() {
    let (checkpoint, ..) = stored();
    let text = serde_json::to_string(&checkpoint).unwrap();
    for (from, to) in [(r#""id":"bo""#, r#""id":"bo","admin":true"#), (r#""revision":1"#, r#""revision":2"#)] {
        assert!(text.contains(from));
        let altered: Checkpoint = serde_json::from_str(&text.replace(from, to)).unwrap();
        let error = Handle::restore(altered.clone(), []).unwrap_err();
        assert_eq!(error, LogError::AlteredCheckpoint { revision: altered.revision() });
    }
    assert!(Handle::restore(serde_json::from_str(&text).unwrap(), []).is_ok());
}

/// Another policy in the place of this one is no entry: the log before it does not lead to it.
#[test]
fn a_replaced_policy_needs_a_new_checkpoint() {
    let (checkpoint, mut entries, authz) = stored();
    let _ = authz.replace(authz.load().policy().clone());
    let stored = authz.checkpoint();
    let after = authz.apply([Command::remove_user("cy")]).unwrap().audit().clone();
    let again = Handle::restore(stored, [after.clone()]).unwrap();
    assert_eq!(again.checkpoint(), authz.checkpoint());
    entries.push(after);
    is_found_out(&checkpoint, entries, "revision 5 is missing from the log: after revision 4 comes 6");
}

/// The hash is what any program computes: SHA-256 of the hash before, as bytes, and of the JSON without the hash.
#[test]
fn a_hash_is_sha_256() {
    let authz = handle();
    let entry = authz.apply([Command::add_user(User::new("bo"))]).unwrap().audit().clone();
    let json = r#"{"revision":1,"by":"host","commands":[{"add_user":{"id":"bo"}}]}"#;
    let whole = serde_json::to_string(&entry).unwrap();
    assert_eq!(whole, format!(r#"{},"hash":"{}"}}"#, &json[..json.len() - 1], entry.hash()));
    // (head -c 32 /dev/zero; printf '%s' '{"revision":1,…}') | sha256sum
    assert_eq!(entry.hash().to_string(), "c2b05bc506e345683bb63786845e2f14b020ec51c9ba2d74111fad3e050e453b");
}

#[test]
fn a_digest_is_64_digits() {
    let text = "0123456789abcdef".repeat(4);
    assert_eq!(text.parse::<Digest>().unwrap().to_string(), text);
    for wrong in ["", "0", &text[1..], &text.to_uppercase(), &text.replace('0', "g"), &format!("{text}00")] {
        let expected = format!("invalid hash `{wrong}`: expected 64 hexadecimal digits in lower case");
        assert_eq!(wrong.parse::<Digest>().unwrap_err().to_string(), expected);
    }
}

/// A replaced policy is an entry like any other: it is replayed and followed, and chained to those around it.
#[test]
fn a_replacement_is_an_entry() {
    let authz = handle();
    let start = authz.checkpoint();
    let follower = Handle::restore(start.clone(), []).unwrap();
    let document = authz.load().policy().to_document().user(User::new("bo"));
    let entries = [
        authz.apply([Command::rename_user("ann", Some("Ann"))]).unwrap().audit().clone(),
        authz.as_host().at("noon").replace(Policy::from_document(document).unwrap()).unwrap().audit().clone(),
        authz.apply([Command::set_active("bo", false)]).unwrap().audit().clone(),
    ];
    let line = serde_json::to_string(&entries[1]).unwrap();
    assert!(line.starts_with(r#"{"revision":2,"by":"host","at":"noon","document":{"format":1,"#), "{line}");
    assert_eq!(serde_json::from_str::<AuditEntry>(&line).unwrap(), entries[1]);
    assert_eq!((entries[1].commands(), entries[0].document()), (&[][..], None));
    assert_eq!(Handle::restore(start, entries.clone()).unwrap().checkpoint(), authz.checkpoint());
    for entry in &entries {
        follower.follow(entry).unwrap();
    }
    assert_eq!(follower.checkpoint(), authz.checkpoint());
    assert_eq!(
        serde_json::from_str::<AuditEntry>(&line.replace(r#""document":{"#, r#""commands":[],"document":{"#))
            .unwrap_err()
            .to_string(),
        "an entry of the log has either `commands` or a `document`"
    );
}

/// What does not come next is not followed, and changes nothing.
#[test]
fn only_the_next_entry_is_followed() {
    let (checkpoint, entries, _) = stored();
    let follower = Handle::restore(checkpoint.clone(), []).unwrap();
    let refused = |entry: &AuditEntry| follower.follow(entry).unwrap_err().to_string();
    assert_eq!(refused(&entries[1]), "revision 2 is missing from the log: after revision 1 comes 3");
    let other = altered(&entries[0], r#""Bo""#, r#""Bob""#);
    assert_eq!(
        refused(&other),
        "the entry of revision 2 was altered since it was written, or did not follow the one before it"
    );
    assert_eq!(follower.checkpoint(), checkpoint);
    follower.follow(&entries[0]).unwrap();
    assert_eq!(refused(&entries[0]), "revision 2 comes again in the log, where revision 3 should come");
}

/// A dry run takes no lock: it answers while a writer is in the middle of a batch, from the state before that.
#[test]
fn a_dry_run_waits_for_no_writer() {
    let authz = handle();
    let add = [Command::add_user(User::new("bo"))];
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for _ in 0..200 {
                authz.apply([Command::set_active("ann", false), Command::set_active("ann", true)]).unwrap();
            }
        });
        while !writer.is_finished() {
            let receipt = authz.as_host().dry_run(&add).unwrap();
            assert!(receipt.after().principal("bo").is_active());
        }
    });
    assert!(!authz.load().principal("bo").is_active());
}
