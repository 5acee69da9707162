//! What the provider's program answers to people.

use acceptance::process::{Outcome, Process};
use acceptance::workspace;

use crate::fixture;

fn provider(arguments: &[&str]) -> Outcome {
    Process::new(&fixture::programs().provider).args(arguments).run().unwrap()
}

#[test]
fn the_provider_prints_its_version() {
    let shown = provider(&["--version"]).ok().unwrap().stdout;
    assert_eq!(shown.trim(), format!("terraform-provider-ipsy {}", workspace::version().unwrap()));
}

#[test]
fn each_command_that_help_lists_has_help() {
    let help = provider(&["--help"]).ok().unwrap().stdout;
    let commands: Vec<_> =
        help.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    assert!(commands.contains(&"bootstrap") && commands.contains(&"post-render"), "{help}");
    for command in commands {
        let shown = provider(&[command, "--help"]).ok().unwrap().stdout;
        assert!(shown.contains("Usage: ") || shown.contains("usage: "), "{command}: {shown}");
    }
}
