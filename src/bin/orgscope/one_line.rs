//! Text from outside that must stay on the line it is printed on.

/// The same text with its control characters escaped, so that it is one line and does nothing to a terminal.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}
