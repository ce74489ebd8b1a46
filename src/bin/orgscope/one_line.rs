//! Text from outside that must stay on the line it is printed on.

/// The same text with its control characters escaped, so that it is one line and does nothing to a terminal; and those
/// two that XML does not allow.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}
