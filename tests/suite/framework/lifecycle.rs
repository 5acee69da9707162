//! A whole life of objects, a data source, a function: the same in every Terraform.

use std::path::PathBuf;

use crate::fixture;

const LIFE: &str = r#"
resource "null_file" "one" {
  name    = "one"
  content = provider::null::join("-", "a", "b")
}

resource "null_thing" "thing" {
  text = null_file.one.id
  step {
    word = "w"
  }
  rule {
    name = "r"
    word = "w"
  }
}

data "null_words" "words" {
  text = "a b"
}

output "module" {
  value = data.null_words.words.module_name
}
"#;

#[test]
fn objects_live_and_die_in_the_newest_terraform() {
    lives(fixture::newest());
}

#[test]
fn objects_live_and_die_in_the_terraform_of_the_path() {
    lives(fixture::older());
}

#[test]
fn objects_live_and_die_in_opentofu() {
    lives(fixture::opentofu());
}

fn lives(program: PathBuf) {
    let terraform = fixture::configuration(LIFE, program);
    terraform.apply().unwrap();
    assert_eq!(fixture::file(&terraform, "one"), "a-b");
    assert_eq!(terraform.output("module").unwrap(), "root");
    let plan = terraform.plan().unwrap();
    assert!(!plan.has_changes, "{}", plan.text);
    terraform.replace("main.tf", "\"a\", \"b\"", "\"a\", \"c\"").unwrap();
    assert_eq!(terraform.plan().unwrap().actions("null_file.one"), ["update"]);
    terraform.apply().unwrap();
    assert_eq!(fixture::file(&terraform, "one"), "a-c");
    terraform.destroy().unwrap();
    assert_eq!(fixture::file(&terraform, "one"), "");
}

#[test]
fn the_rule_of_a_parameter_names_the_argument() {
    let text = "output \"joined\" {\n  value = provider::null::join(\"--\", \"a\")\n}\n";
    for program in [fixture::newest(), fixture::older(), fixture::opentofu()] {
        let outcome = fixture::configuration(text, program).try_plan().unwrap();
        let printed = fixture::printed(&outcome);
        assert!(printed.contains("It must have at most 1 characters; got 2."), "{printed}");
    }
}
