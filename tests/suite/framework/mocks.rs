//! `terraform test`: with the provider itself, and with mocks in its place.

use crate::fixture;

const FILE: &str = r#"
resource "null_file" "file" {
  name    = "file"
  content = "text"
}
"#;

const TESTS: &str = r#"
mock_provider "null" {
  alias = "mock"
  mock_resource "null_file" {
    defaults = { id = "mocked", size = 99 }
  }
}

run "plan" {
  command = plan
  assert {
    condition     = null_file.file.size == 4
    error_message = "The plan does not know the size."
  }
}

run "mocked" {
  providers = { null = null.mock }
  assert {
    condition     = null_file.file.size == 99 && null_file.file.content == "text"
    error_message = "The provider is not mocked."
  }
}

run "real" {
  state_key = "real"
  assert {
    condition     = null_file.file.id == "file"
    error_message = "The file has no id."
  }
}
"#;

#[test]
fn tests_of_a_module_run_with_the_provider_and_with_mocks() {
    let terraform = fixture::configuration(FILE, fixture::newest());
    terraform.write("main.tftest.hcl", TESTS).unwrap();
    let outcome = terraform.run(&["test", "-no-color"]).unwrap();
    assert!(outcome.stdout.contains("3 passed, 0 failed"), "{}", outcome.everything());
    assert_eq!(fixture::file(&terraform, "file"), "", "the test left its file behind");
}
