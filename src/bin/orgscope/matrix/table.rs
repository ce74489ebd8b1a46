//! The table of a section, as text.

use std::iter;

use comfy_table::Table;
use comfy_table::presets::NOTHING;

use super::column::Column;

/// The heading of the first column, and the number of blanks after each column.
const PERMISSION: &str = "permission";
const GAP: usize = 2;

/// The permissions of a section and the grants of the columns, in as many blocks as the width requires. Words are never
/// cut: a block of a single role may be wider.
pub(super) fn blocks(permissions: &[String], columns: &[&Column<'_>], width: Option<usize>) -> Vec<String> {
    let length = |text: &str| text.chars().count();
    let first = permissions.iter().map(|name| length(name)).chain([PERMISSION.len()]).max().unwrap_or_default();
    let widths = columns.iter().map(|column| {
        permissions
            .iter()
            .map(|name| length(&column.cell(name)))
            .chain([length(&column.heading())])
            .max()
            .unwrap_or_default()
    });
    let mut blocks: Vec<(usize, Vec<&Column<'_>>)> = vec![(first, Vec::new())];
    for (column, more) in columns.iter().zip(widths) {
        let more = GAP + more;
        let is_full = |(used, block): &(usize, Vec<&Column<'_>>)| {
            !block.is_empty() && width.is_some_and(|width| used + more > width)
        };
        match blocks.last_mut() {
            Some(block) if !is_full(block) => {
                block.0 += more;
                block.1.push(column);
            }
            _ => blocks.push((first + more, vec![column])),
        }
    }
    blocks.into_iter().map(|(_, columns)| table(permissions, &columns)).collect()
}

/// One block, aligned by blanks.
fn table(permissions: &[String], columns: &[&Column<'_>]) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(iter::once(PERMISSION.to_owned()).chain(columns.iter().map(|column| column.heading())));
    for permission in permissions {
        let cells = columns.iter().map(|column| column.cell(permission));
        table.add_row(iter::once(permission.clone()).chain(cells));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, u16::try_from(GAP).unwrap_or_default()));
    }
    table.trim_fmt()
}

#[cfg(test)]
mod tests {
    use orgscope::{Document, Policy};

    use super::super::cell::Cell;
    use super::{Column, blocks};

    fn column<'a>(heading: &str, grant: &str, policy: &'a Policy) -> Column<'a> {
        let cell = Cell::of(grant.parse().unwrap(), &[]);
        let (id, mark) = (heading.to_owned(), String::new());
        Column { id, mark, section: None, grants: [("contact.read".to_owned(), cell)].into(), policy }
    }

    /// Words are never cut, however narrow the terminal is. Columns that do not fit are in a block below.
    #[test]
    fn what_does_not_fit_goes_on_below() {
        let policy = Policy::from_document(Document::new()).unwrap();
        let columns = [("chief", "department+sub+open"), ("guest", "own"), ("boss", "all")];
        let columns = columns.map(|(heading, grant)| column(heading, grant, &policy));
        let columns: Vec<&Column<'_>> = columns.iter().collect();
        let at = |width| blocks(&["contact.read".to_owned()], &columns, width);
        let wide = "permission    chief                guest  boss\ncontact.read  department+sub+open  own    all";
        assert_eq!(at(None), [wide]);
        assert_eq!(at(Some(46)), [wide]);
        assert_eq!(
            at(Some(45)),
            [
                "permission    chief                guest\ncontact.read  department+sub+open  own",
                "permission    boss\ncontact.read  all"
            ]
        );
        let narrow = [
            "permission    chief\ncontact.read  department+sub+open",
            "permission    guest\ncontact.read  own",
            "permission    boss\ncontact.read  all",
        ];
        assert_eq!(at(Some(1)), narrow);
        assert_eq!(blocks(&["contact.read".to_owned()], &[], Some(1)), ["permission\ncontact.read"]);
    }
}
