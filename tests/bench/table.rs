//! Tables of text for people: columns as wide as they need to be, numbers to the right.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

/// An empty table under a header, without borders. The first column has names, the others have numbers.
pub fn under(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header.iter().copied());
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding(if index == 0 { (0, 0) } else { (2, 0) });
        column.set_cell_alignment(if index == 0 { CellAlignment::Left } else { CellAlignment::Right });
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_need_to_be() {
        let mut table = under(&["what", "ms"]);
        table.add_row(["a longer name", "7"]);
        assert_eq!(table.to_string(), "what           ms\na longer name   7");
    }
}
