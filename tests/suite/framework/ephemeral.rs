//! An ephemeral token that a write-only argument takes: in no plan and no state.

use std::path::PathBuf;

use crate::fixture;

const TOKEN: &str = r#"
ephemeral "null_token" "token" {
  user = "ann"
}

resource "null_file" "file" {
  name      = "file"
  secret_wo = ephemeral.null_token.token.token
}
"#;

#[test]
fn a_token_lives_for_a_run_of_the_newest_terraform() {
    lives_for_a_run(fixture::newest());
}

#[test]
fn a_token_lives_for_a_run_of_the_terraform_of_the_path() {
    lives_for_a_run(fixture::older());
}

#[test]
fn a_token_lives_for_a_run_of_opentofu() {
    lives_for_a_run(fixture::opentofu());
}

fn lives_for_a_run(program: PathBuf) {
    let terraform = fixture::configuration(TOKEN, program);
    terraform.apply().unwrap();
    assert_eq!(fixture::file(&terraform, "file"), "*".repeat("token of ann".len()));
    let life = fixture::file(&terraform, "tokens");
    let ends = life.lines().filter(|line| *line == "closed for ann").count();
    assert!(life.starts_with("opened for ann\n") && ends > 0, "{life}");
    assert_eq!(life.lines().filter(|line| *line == "opened for ann").count(), ends, "{life}");
    assert!(!terraform.state().unwrap().to_string().contains("token of"));
}

#[test]
fn a_token_is_renewed_during_the_run() {
    let text = r#"
ephemeral "null_token" "token" {
  user    = "bob"
  seconds = 1
}

provider "null" {
  alias  = "other"
  folder = ephemeral.null_token.token.user == "" ? "" : var.folder
}

resource "null_late" "late" {
  provider = null.other
  name     = "late"
  seconds  = 4
}
"#;
    let terraform = fixture::configuration(text, fixture::newest());
    terraform.apply().unwrap();
    let life = fixture::file(&terraform, "tokens");
    assert!(life.contains("renewed for bob"), "{life}");
}
