//! Names for use in sentences: on one line, and told apart from the words around them.

use crate::vocabulary::id::Id;

/// The name without blanks around it, or `None` if nothing is left.
pub(crate) fn trimmed(name: &str) -> Option<&str> {
    Some(name.trim()).filter(|name| !name.is_empty())
}

/// The part of a name before its first comma, if it has one: remarks follow it (`Sam, head of sales`).
pub(crate) fn without_remark(name: &str) -> Option<&str> {
    trimmed(name.split_once(',')?.0)
}

/// The name as it stands in a sentence: quoted if it holds what separates names and clauses, so that `"Marketing, PR and
/// Press"` in a list is one department. A name that ends with a bracket is quoted because it looks like one with an id.
pub(crate) fn in_sentence(name: &str) -> String {
    let is_mistakable = name.contains([',', ';', ':', '"'])
        || name.ends_with(')')
        || name.split_whitespace().any(|word| word.eq_ignore_ascii_case("and"));
    on_one_line(if is_mistakable { format!("\"{}\"", name.replace('"', "\\\"")) } else { name.to_owned() })
}

/// The name of a thing that has none: its id if that is text, otherwise its kind and its number.
pub(crate) fn named_by_id<Kind>(kind: &str, id: &Id<Kind>) -> String {
    if id.as_text().is_some() { id.to_string() } else { format!("{kind} {id}") }
}

/// Text with its control characters escaped, so that it is one line.
pub(crate) fn on_one_line(text: String) -> String {
    if !text.contains(char::is_control) {
        return text;
    }
    let escaped = |c: char| if c.is_control() { c.escape_default().collect() } else { String::from(c) };
    text.chars().map(escaped).collect()
}
