//! Actions: after a change, on demand, with progress, and refused in the plan.

use crate::fixture;

const ACTION: &str = r#"
action "null_append" "lines" {
  config {
    name  = "lines"
    times = 2
  }
}

resource "null_file" "file" {
  name = "file"
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.null_append.lines]
    }
  }
}
"#;

#[test]
fn an_action_follows_a_change_and_shows_its_progress() {
    let terraform = fixture::configuration(ACTION, fixture::newest());
    let applied = terraform.apply().unwrap();
    assert!(applied.stdout.contains("wrote line 2 of 2"), "{}", applied.stdout);
    assert_eq!(fixture::file(&terraform, "lines"), "line 1\nline 2\n");
    assert!(!terraform.plan().unwrap().has_changes);
}

#[test]
fn an_action_runs_on_demand() {
    let terraform = fixture::configuration(ACTION, fixture::newest());
    terraform.apply().unwrap();
    let invoke = ["apply", "-input=false", "-no-color", "-auto-approve", "-invoke=action.null_append.lines"];
    terraform.run(&invoke).unwrap().ok().unwrap();
    assert_eq!(fixture::file(&terraform, "lines"), "line 1\nline 2\nline 1\nline 2\n");
}

#[test]
fn an_action_is_refused_before_anything_is_applied() {
    let text = ACTION.replace("\"lines\"\n    times", "\"forbidden\"\n    times");
    let terraform = fixture::configuration(&text, fixture::newest());
    let outcome = terraform.try_apply().unwrap();
    let printed = fixture::printed(&outcome);
    assert_eq!(outcome.code, 1, "{printed}");
    assert!(printed.contains("Forbidden file") && printed.contains("Choose another name."), "{printed}");
    assert_eq!(fixture::file(&terraform, "file"), "");
}

#[test]
fn programs_without_actions_name_the_block() {
    for program in [fixture::older(), fixture::opentofu()] {
        let terraform = fixture::uninitialised(ACTION, program);
        let outcome = terraform.run(&["init", "-input=false", "-no-color"]).unwrap();
        let printed = fixture::printed(&outcome);
        assert_eq!(outcome.code, 1, "{printed}");
        assert!(printed.contains("Blocks of type \"action\" are not expected here"), "{printed}");
    }
}
