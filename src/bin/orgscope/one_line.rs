//! Text from outside, kept on one line.

/// Escapes control characters, so that the text is one line and can't control a terminal, and the two characters that
/// XML does not allow.
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
