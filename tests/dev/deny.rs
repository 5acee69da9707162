//! `cargo dev deny`: licences, duplicates, sources and, if asked for, known vulnerabilities of dependencies.

use acceptance::console::Console;
use acceptance::process::Process;
use acceptance::tools::Tools;
use acceptance::workspace;
use anyhow::Result;

/// Checks the dependencies by `deny.toml`. The list of vulnerabilities comes from GitHub, and changes without a change
/// of ours: so it is asked for.
pub(crate) fn run(console: Console, with_advisories: bool) -> Result<()> {
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
