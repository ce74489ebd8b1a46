//! Ids: two kinds that never meet, in one order, printed so that they read back.

use orgscope::{DepartmentId, UserId};
use proptest::prelude::*;

#[track_caller]
fn prints(id: impl Into<UserId>, expected: &str) {
    assert_eq!(id.into().to_string(), expected);
}

#[test]
fn integers_and_plain_text_print_as_they_are() {
    prints(0, "0");
    prints(-7, "-7");
    prints(i64::MIN, "-9223372036854775808");
    prints("ann", "ann");
    prints("Ann O'Neil", "Ann O'Neil");
    prints("a\"b", "a\"b");
    prints("ä\u{1F600}", "ä\u{1F600}");
    // Not the way in which an integer is written.
    prints("+7", "+7");
    prints("007", "007");
    prints("-0", "-0");
    prints("7.0", "7.0");
    prints("9223372036854775808", "9223372036854775808");
}

#[test]
fn text_that_reads_as_something_else_is_quoted() {
    prints("7", r#""7""#);
    prints("-7", r#""-7""#);
    prints("0", r#""0""#);
    prints("9223372036854775807", r#""9223372036854775807""#);
    prints("\"", r#""\"""#);
    prints("\"7\\", r#""\"7\\""#);
    prints("a\nb\r\t", r#""a\nb\r\t""#);
    prints("\u{0}\u{7f}\u{85}", r#""\u0000\u007f\u0085""#);
}

#[test]
fn integers_come_first_then_text_by_code_point() {
    let mut ids: Vec<UserId> = vec!["b".into(), 10.into(), "B".into(), "ä".into(), (-1).into(), "10".into(), 9.into()];
    ids.sort();
    let expected: [UserId; 7] = [(-1).into(), 9.into(), 10.into(), "10".into(), "B".into(), "b".into(), "ä".into()];
    assert_eq!(ids, expected);
}

#[test]
fn json_keeps_the_two_kinds_apart() {
    for text in ["7", "-9223372036854775808", r#""7""#, r#""ann""#] {
        let id: UserId = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), text);
    }
    let (integer, text): (UserId, UserId) = (7.into(), "7".into());
    assert_ne!(integer, text);
    assert_eq!((integer.as_integer(), integer.as_text()), (Some(7), None));
    assert_eq!((text.as_integer(), text.as_text()), (None, Some("7")));
    assert_eq!(format!("{integer:?} {text:?}"), r#"7 "7""#);
}

proptest! {
    /// No two ids print the same, and what is quoted is the JSON string of its text.
    #[test]
    fn printing_loses_nothing(text in any::<String>(), number in any::<i64>()) {
        let printed = UserId::from(text.as_str()).to_string();
        prop_assert_ne!(&printed, &UserId::from(number).to_string());
        prop_assert!(!printed.contains(char::is_control));
        let read: String = if printed.starts_with('"') { serde_json::from_str(&printed).unwrap() } else { printed };
        prop_assert_eq!(read, text);
    }
}

/// A UUID is text, wherever it comes from; a record that holds one needs no copy of it as text.
#[cfg(feature = "uuid")]
#[test]
fn a_uuid_is_its_text() {
    use orgscope::document::{Action, Document, ResourceType, Section, User};
    use orgscope::id::{OwnerRef, UserRef};
    use orgscope::{Facts, Handle, Level, Policy, Resource};
    use uuid::Uuid;

    struct Deal {
        owner: Option<Uuid>,
    }
    impl Resource for Deal {
        const TYPE: &'static str = "deal";
        fn facts(&self) -> Facts<'_> {
            Facts::owned_by_each(self.owner)
        }
    }

    const TEXT: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";
    let uuid: Uuid = TEXT.parse().unwrap();
    assert_eq!((UserId::from(uuid), UserId::from(uuid).to_string().as_str()), (UserId::from(TEXT), TEXT));
    assert_eq!(UserRef::from(uuid), UserRef::from(TEXT));
    assert_eq!(UserId::from(UserRef::from(uuid)), UserId::from(TEXT));
    assert_eq!(OwnerRef::from(uuid), OwnerRef::from(TEXT));
    // Ids are compared exactly.
    assert_ne!(UserId::from(uuid), UserId::from(TEXT.to_uppercase()));

    let deal = ResourceType::new("deal").action(Action::new("read").floor(Level::Own));
    let document = Document::new().section(Section::new("crm").resource(deal)).user(User::new(uuid));
    assert_eq!(serde_json::to_value(&document.org).unwrap()["users"][0]["id"], TEXT);
    let authz = Handle::new(Policy::from_document(document).unwrap());
    let (snapshot, read) = (authz.load(), authz.permission::<Deal>("read").unwrap());
    for user in [snapshot.principal(uuid), snapshot.principal(TEXT)] {
        assert!(user.check(read, &Deal { owner: Some(uuid) }).is_allow());
        assert!(!user.check(read, &Deal { owner: Some(Uuid::nil()) }).is_allow());
        assert!(!user.check(read, &Deal { owner: None }).is_allow());
    }
}

#[test]
fn an_integer_without_sign_is_an_id_if_it_fits() {
    assert_eq!(UserId::try_from(7_u64), Ok(UserId::from(7)));
    assert_eq!(DepartmentId::try_from(usize::MIN), Ok(DepartmentId::from(0)));
    assert_eq!(UserId::try_from(i64::MAX.unsigned_abs()), Ok(UserId::from(i64::MAX)));
    let error = UserId::try_from(u64::MAX).unwrap_err();
    assert_eq!(error.to_string(), "the integer is beyond 9223372036854775807, the largest id");
}
