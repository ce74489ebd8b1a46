//! Ids: two kinds that never meet, in one order, printed so that they read back.

use orgscope::UserId;
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
