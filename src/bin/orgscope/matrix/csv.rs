//! Lines of CSV, as RFC 4180 describes them, but for the ends of lines.

/// One line. A field is quoted if it has to be.
pub(super) fn line<const FIELDS: usize>(fields: [&str; FIELDS]) -> String {
    fields.map(field).join(",")
}

fn field(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
