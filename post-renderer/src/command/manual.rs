//! Manual pages: one for the program and one for each of its commands.

use super::arguments::Arguments;
use clap::CommandFactory;
use clap_mangen::Man;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes all pages, one after the other.
pub(super) fn print(stream: &mut dyn Write) -> io::Result<()> {
    for (_, page) in pages()? {
        stream.write_all(&page)?;
    }
    Ok(())
}

/// Writes each page to a file of its own.
pub(super) fn write_files(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, page) in pages()? {
        fs::write(folder.join(name), page)?;
    }
    Ok(())
}

/// File names with pages: `ipsy-post-renderer.1`, `ipsy-post-renderer-check.1`.
fn pages() -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut program = Arguments::command().disable_help_subcommand(true);
    program.build();
    let commands = program.get_subcommands().cloned().collect::<Vec<_>>();
    let mut pages = Vec::new();
    for command in std::iter::once(program).chain(commands) {
        let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
        let man = Man::new(command);
        let mut page = Vec::new();
        man.render(&mut page)?;
        pages.push((format!("{name}.1"), page));
    }
    Ok(pages)
}
