//! `terraform query`: finds objects, with limits, and writes their configuration.

use acceptance::terraform::Terraform;
use serde_json::Value;

use crate::fixture;

fn with_files() -> Terraform {
    let terraform = fixture::configuration("", fixture::newest());
    for number in 0..12 {
        std::fs::write(fixture::files(&terraform).join(format!("file{number:02}")), "text").unwrap();
    }
    terraform
}

fn query(terraform: &Terraform, list: &str, arguments: &[&str]) -> Vec<Value> {
    terraform.write("main.tfquery.hcl", list).unwrap();
    let arguments = [&["query", "-json"], arguments].concat();
    let outcome = terraform.run(&arguments).unwrap().ok().unwrap();
    let lines = outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.filter(|line: &Value| line["type"] == "list_resource_found").collect()
}

const LIST: &str = r#"
list "null_file" "all" {
  provider = null
  config {
    prefix = "file"
  }
}
"#;

#[test]
fn a_query_finds_all_objects_with_their_identities() {
    let found = query(&with_files(), LIST, &[]);
    assert_eq!(found.len(), 12, "{found:#?}");
    let first = &found[0]["list_resource_found"];
    assert_eq!(first["display_name"], "file file00");
    assert_eq!(first["identity"]["name"], "file00");
}

#[test]
fn a_query_respects_its_limit_and_includes_objects() {
    let list = LIST.replace("  config", "  limit = 3\n  include_resource = true\n  config");
    let found = query(&with_files(), &list, &[]);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert_eq!(found[0]["list_resource_found"]["resource_object"]["content"], "text");
}

#[test]
fn the_configuration_of_a_query_takes_the_objects_over() {
    let terraform = with_files();
    query(&terraform, LIST, &["-generate-config-out=generated.tf"]);
    let plan = terraform.plan().unwrap();
    assert!(plan.text.contains("12 to import, 0 to add, 0 to change, 0 to destroy"), "{}", plan.text);
    terraform.apply().unwrap();
    assert!(!terraform.plan().unwrap().has_changes);
}

#[test]
fn older_programs_have_no_query() {
    for program in [fixture::older(), fixture::opentofu()] {
        let outcome = fixture::configuration("", program).run(&["query"]).unwrap();
        assert_eq!(outcome.code, 1, "{}", outcome.everything());
        assert!(outcome.everything().contains("no command named \"query\""), "{}", outcome.everything());
    }
}
