//! `cargo dev deny`: licences, duplicates, sources and, if asked for, known vulnerabilities of dependencies.

use anyhow::Result;

use crate::console::Console;
use crate::process::Process;
use crate::tools::Tools;
use crate::workspace;

/// Checks the dependencies by `deny.toml`. The list of vulnerabilities comes from GitHub, and changes without a change
/// of ours: so it is asked for.
pub fn run(console: Console, with_advisories: bool) -> Result<()> {
    let cargo_deny = Tools::cargo_deny(console)?;
    let step = console.step("dependencies");
    let checks: &[&str] = if with_advisories { &["all"] } else { &["bans", "licenses", "sources"] };
    Process::inheriting(cargo_deny)
        .args(["--locked", "check"])
        .args(checks)
        .within(workspace::root())
        .show()?;
    step.done("as deny.toml allows");
    Ok(())
}
