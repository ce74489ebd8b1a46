//! Ids that are nearly the same.

use std::borrow::Cow;

use crate::vocabulary::id::{Id, Value};

/// A difference between ids that people overlook.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Difference {
    Case,
    Blanks,
    Number,
    UnicodeForm,
}

const EACH: [(Difference, &str); 4] = [
    (Difference::Case, "case"),
    (Difference::Blanks, "blanks"),
    (Difference::Number, "the form of the number"),
    (Difference::UnicodeForm, "Unicode form"),
];

/// The groups of ids of one kind that are nearly the same, each with the words for their differences. The ids come in
/// canonical order.
pub(super) fn near_duplicates<'p, Kind>(
    ids: impl IntoIterator<Item = &'p Id<Kind>>,
) -> Vec<(Vec<&'p Id<Kind>>, Vec<&'static str>)> {
    let ids: Vec<&Id<Kind>> = ids.into_iter().collect();
    // Text comes last, and integers alone have one form each.
    if ids.last().is_none_or(|id| id.as_integer().is_some()) {
        return Vec::new();
    }
    let mut keys: Vec<(Value<String>, usize)> = ids.iter().map(|id| key(id, None)).zip(0..).collect();
    keys.sort_unstable();
    let same = keys.chunk_by(|(a, _), (b, _)| a == b).filter(|same| same.len() > 1);
    let mut groups: Vec<Vec<usize>> = same.map(|same| same.iter().map(|(_, place)| *place).collect()).collect();
    groups.sort_unstable();
    let group = |places: Vec<usize>| {
        let ids: Vec<&Id<Kind>> = places.into_iter().map(|place| ids[place]).collect();
        let matters = |but: Difference| {
            let first = key(ids[0], Some(but));
            ids.iter().any(|id| key(id, Some(but)) != first)
        };
        let differences = EACH.iter().filter(|(difference, _)| matters(*difference)).map(|(_, word)| *word).collect();
        (ids, differences)
    };
    groups.into_iter().map(group).collect()
}

/// What nearly equal ids have in common, one difference aside.
fn key<Kind>(id: &Id<Kind>, but: Option<Difference>) -> Value<String> {
    let text = match id.value() {
        Value::Integer(integer) => return Value::Integer(integer),
        Value::Text(text) => text,
    };
    let without = |difference: Difference| but != Some(difference);
    let mut text = Cow::Borrowed(text);
    if without(Difference::UnicodeForm) {
        text = in_one_form(text);
    }
    if without(Difference::Blanks) && text.contains(is_blank) {
        text = Cow::Owned(text.chars().filter(|character| !is_blank(*character)).collect());
    }
    if without(Difference::Case) {
        text = Cow::Owned(text.chars().map(folded).collect());
        if without(Difference::UnicodeForm) {
            text = in_one_form(text);
        }
    }
    match text.parse() {
        Ok(integer) if without(Difference::Number) => Value::Integer(integer),
        _ => Value::Text(text.into_owned()),
    }
}

/// Whether a character is blank, or not seen at all.
fn is_blank(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// The letter without its case. Letters such as `ß`, whose other case is several letters, stay as they are.
fn folded(letter: char) -> char {
    fn one(letter: char, mut other: impl ExactSizeIterator<Item = char>) -> char {
        if other.len() == 1 { other.next().unwrap_or(letter) } else { letter }
    }
    // Upper case first, which makes one of letters with two lower cases, such as `σ` and `ς`.
    let upper = one(letter, letter.to_uppercase());
    one(upper, upper.to_lowercase())
}

/// The text in the Unicode normal form NFKC, in which letters with accents, ligatures and wide letters have one spelling.
/// Blanks stay as they are.
#[cfg(feature = "cli")]
fn in_one_form(text: Cow<'_, str>) -> Cow<'_, str> {
    use unicode_normalization::UnicodeNormalization;
    if text.is_ascii() {
        return text;
    }
    let mut normal = String::with_capacity(text.len());
    for part in text.split_inclusive(is_blank) {
        let word = part.trim_end_matches(is_blank);
        normal.extend(word.nfkc());
        normal.push_str(&part[word.len()..]);
    }
    Cow::Owned(normal)
}

#[cfg(not(feature = "cli"))]
fn in_one_form(text: Cow<'_, str>) -> Cow<'_, str> {
    text
}
