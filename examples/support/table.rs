//! Tables as text.

use comfy_table::{ContentArrangement, LineStyle, Row, Table, TableStyle};

/// A table whose only line is below its header.
pub(crate) fn table<T: Into<Row>>(header: T) -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')));
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(100).set_header(header);
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 1));
    });
    table
}
