//! Ids as arguments.

use orgscope::Id;

/// Reads an id: an integer if it is written as one, a JSON string if it begins with a quote, else text as it stands.
///
/// What only looks like an integer (`+7`, `007`, `-0`, more than 64 bits) is text: one id has one spelling, the one that
/// ids are printed in.
pub(crate) fn parse<Kind>(argument: &str) -> Result<Id<Kind>, String> {
    if let Some(integer) = argument.parse::<i64>().ok().filter(|integer| integer.to_string() == argument) {
        return Ok(Id::from(integer));
    }
    let text = if argument.starts_with('"') {
        serde_json::from_str(argument)
            .map_err(|_| "it begins with a quote and is no JSON string: quote all of it, as in `\"7\"`".to_owned())?
    } else {
        argument.to_owned()
    };
    if text.is_empty() { Err("the id is empty: name one".to_owned()) } else { Ok(Id::from(text)) }
}
