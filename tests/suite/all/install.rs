//! What `make install` leaves: a provider that Terraform finds without being told where.

use acceptance::install::{Places, install};
use acceptance::process::Process;

use crate::fixture;

#[test]
fn terraform_finds_the_installed_provider_by_itself() {
    let home = tempfile::tempdir().unwrap();
    let places = Places {
        plugins: home.path().join(".terraform.d/plugins"),
        programs: home.path().join(".local/bin"),
    };
    // Twice, as for an update.
    install(fixture::programs(), &places).unwrap();
    let installed = install(fixture::programs(), &places).unwrap();
    let post_renderer = installed.last().unwrap();

    let configuration = home.path().join("configuration");
    std::fs::create_dir(&configuration).unwrap();
    let text =
        "terraform {\n  required_providers {\n    ipsy = {\n      source = \"ipsy/ipsy\"\n    }\n  }\n}\n";
    std::fs::write(configuration.join("main.tf"), text).unwrap();
    let initialised = Process::new(&fixture::tools().terraform)
        .args(["init", "-no-color", "-input=false"])
        .env("HOME", home.path())
        .env("CHECKPOINT_DISABLE", "1")
        .within(&configuration)
        .succeed()
        .unwrap();
    assert!(initialised.stdout.contains("Installed ipsy/ipsy"), "{}", initialised.stdout);

    let version = Process::new(post_renderer).arg("version").succeed().unwrap();
    assert!(version.stdout.contains(acceptance::workspace::version().unwrap()), "{}", version.stdout);
}
