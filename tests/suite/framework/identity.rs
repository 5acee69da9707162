//! Identities: stored with the state, and used to import.

use std::path::PathBuf;

use acceptance::terraform::Terraform;

use crate::fixture;

const IMPORT: &str = r#"
import {
  to       = null_file.old
  identity = { name = "old" }
}

resource "null_file" "old" {
  name    = "old"
  content = "text"
}
"#;

#[test]
fn an_object_is_imported_by_its_identity() {
    let terraform = imported(fixture::newest());
    let state = terraform.state().unwrap();
    let resource = &state["values"]["root_module"]["resources"][0];
    assert_eq!(resource["identity"]["name"], "old", "{state:#}");
    assert_eq!(resource["identity_schema_version"], 1);
}

#[test]
fn opentofu_imports_an_object_by_its_identity() {
    imported(fixture::opentofu());
}

/// The configuration after an import that changed nothing.
fn imported(program: PathBuf) -> Terraform {
    let terraform = fixture::configuration(IMPORT, program);
    std::fs::write(fixture::files(&terraform).join("old"), "text").unwrap();
    let applied = terraform.apply().unwrap();
    assert!(applied.stdout.contains("1 imported, 0 added, 0 changed"), "{}", applied.stdout);
    assert!(!terraform.plan().unwrap().has_changes);
    terraform
}

#[test]
fn an_older_terraform_refuses_an_import_by_identity() {
    let terraform = fixture::uninitialised(IMPORT, fixture::older());
    let outcome = terraform.run(&["init", "-input=false", "-no-color"]).unwrap();
    let printed = fixture::printed(&outcome);
    assert!(printed.contains("An argument named \"identity\" is not expected here."), "{printed}");
    assert_eq!(outcome.code, 1);
}

#[test]
fn a_generated_configuration_plans_clean() {
    let text = "import {\n  to = null_file.old\n  identity = { name = \"old\" }\n}\n";
    let terraform = fixture::configuration(text, fixture::newest());
    std::fs::write(fixture::files(&terraform).join("old"), "text").unwrap();
    let generate = ["plan", "-input=false", "-no-color", "-generate-config-out=generated.tf"];
    let plan = terraform.run(&generate).unwrap().ok().unwrap();
    assert!(plan.stdout.contains("1 to import, 0 to add, 0 to change, 0 to destroy"), "{}", plan.stdout);
    let generated = std::fs::read_to_string(terraform.configuration().join("generated.tf")).unwrap();
    assert!(generated.contains("content") && !generated.contains("size"), "{generated}");
    terraform.apply().unwrap();
    assert!(!terraform.plan().unwrap().has_changes);
}
