//! How requests reach an app, with real Terraform: conditions, priorities, weights that others move, target groups
//! that take each other's place, names and alarms.

use acceptance::aws_bench::AwsBench;
use acceptance::terraform::Terraform;
use serde_json::{Value, json};

use crate::fixture::{self, APP};

/// The quickstart with other lines in its `load_balancer` block.
fn with_rule(aws: &AwsBench, lines: &str) -> Terraform {
    let terraform = fixture::quickstart(aws);
    terraform
        .replace("main.tf", "    hosts        = [\"checkout.example.com\"]\n    priority     = 120\n", lines)
        .unwrap();
    terraform
}

/// The weights of the app's rule, the legacy group last.
fn weights(aws: &AwsBench) -> Vec<(String, u16)> {
    let rules = aws.resources().unwrap().rules;
    let ours = rules.into_iter().find(|rule| rule.tags.contains_key("ipsy:app")).unwrap();
    ours.weights.into_iter().collect()
}

#[test]
fn every_condition_is_set_and_read_back() {
    let aws = fixture::aws();
    let terraform = with_rule(
        &aws,
        r#"
    paths    = ["/checkout/*"]
    methods  = ["GET"]
    priority = 120
    header {
      name   = "X-Beta"
      values = ["1"]
    }
    query_string {
      name   = "version"
      values = ["2"]
    }
    query_string {
      name   = "*"
      values = ["beta"]
    }
"#,
    );
    terraform.apply().unwrap();
    assert!(!terraform.plan().unwrap().has_changes);
    terraform.replace("main.tf", "paths    = [\"/checkout/*\"]", "source_ips = [\"192.0.2.0/24\"]").unwrap();
    terraform.apply().unwrap();
    let plan = terraform.plan().unwrap();
    assert!(!plan.has_changes, "{}", plan.text);
    terraform.destroy().unwrap();
    assert!(aws.resources().unwrap().is_empty());
}

#[test]
fn what_aws_would_refuse_of_a_rule_is_refused_at_plan() {
    let aws = fixture::aws();
    let terraform = with_rule(
        &aws,
        r#"
    hosts    = ["a.example.com:443", "b.example.com", "c.example.com"]
    paths    = ["/a", "/b", "/c"]
    methods  = ["get"]
    priority = 120
    priority_range {
      from = 1
      to   = 2
    }
    slow_start_seconds = 60
    algorithm          = "weighted_random"
"#,
    );
    let refused = terraform.try_plan().unwrap();
    assert_eq!(refused.code, 1);
    for word in
        ["no port, no path", "7 values in the conditions", "`get`", "A priority and a range", "No slow start"]
    {
        assert!(refused.stderr.contains(word), "{word}: {}", refused.stderr);
    }
    assert!(aws.resources().unwrap().is_empty());
}

#[test]
fn a_priority_is_chosen_from_a_range_and_kept() {
    let aws = fixture::aws();
    let rule = "
    hosts = [\"checkout.example.com\"]
    priority_range {
      from = 500
      to   = 510
    }
";
    let terraform = with_rule(&aws, rule);
    // Two rules of the same kind, made at the same time, want the same number.
    let text = std::fs::read_to_string(terraform.configuration().join("main.tf")).unwrap();
    let second = text[text.find("resource \"ipsy_app\"").unwrap()..]
        .replace("\"checkout\"", "\"search\"")
        .replace("checkout.example.com", "search.example.com");
    terraform.write("second.tf", &second).unwrap();
    terraform.apply().unwrap();
    let priorities: Vec<u32> = aws.resources().unwrap().rules.iter().map(|rule| rule.priority).collect();
    assert_eq!(priorities, [500, 501]);
    let plan = terraform.plan().unwrap();
    assert!(!plan.has_changes, "{}", plan.text);
}

#[test]
fn two_apps_swap_their_priorities_in_one_apply() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    let text = std::fs::read_to_string(terraform.configuration().join("main.tf")).unwrap();
    let second = text[text.find("resource \"ipsy_app\"").unwrap()..]
        .replace("\"checkout\"", "\"search\"")
        .replace("checkout.example.com", "search.example.com")
        .replace("priority     = 120", "priority     = 130");
    terraform.write("second.tf", &second).unwrap();
    terraform.apply().unwrap();
    let hosts = || -> Vec<String> {
        aws.resources().unwrap().rules.into_iter().flat_map(|rule| rule.hosts).collect()
    };
    assert_eq!(hosts(), ["checkout.example.com", "search.example.com"]);

    terraform.replace("main.tf", "priority     = 120", "priority     = 130").unwrap();
    terraform.replace("second.tf", "priority     = 130", "priority     = 120").unwrap();
    terraform.apply().unwrap();
    assert_eq!(hosts(), ["search.example.com", "checkout.example.com"]);
    let plan = terraform.plan().unwrap();
    assert!(!plan.has_changes, "{}", plan.text);
}

#[test]
fn weights_that_others_move_are_left_alone() {
    let aws = fixture::aws();
    let terraform = with_rule(
        &aws,
        "
    hosts    = [\"checkout.example.com\"]
    priority = 120
    weights  = \"external\"
",
    );
    terraform.apply().unwrap();
    let made = aws.resources().unwrap();
    let pods = &made.target_groups.values().next().unwrap().arn;
    fixture::move_weights(
        &aws,
        &made.rules[0].arn,
        &[(&aws.platform.legacy_target_group_arn, 30), (pods, 70)],
    );
    let moved = weights(&aws);
    let plan = terraform.plan().unwrap();
    assert!(plan.actions(APP).iter().all(|action| *action == "no-op"), "{}", plan.text);
    // A change of the rule takes the weights along.
    terraform
        .replace(
            "main.tf",
            "    weights  = \"external\"",
            "    weights  = \"external\"\n    stickiness_seconds = 60",
        )
        .unwrap();
    terraform.apply().unwrap();
    assert_eq!(weights(&aws), moved);
    assert!(!terraform.plan().unwrap().has_changes);
}

#[test]
fn a_new_target_group_takes_over_and_the_rule_never_lacks_a_target() {
    let aws = fixture::aws();
    let mut terraform = fixture::quickstart(&aws);
    terraform.variable("legacy_weight", "0");
    terraform.variable("blue_weight", "100");
    terraform.apply().unwrap();
    let old = aws.resources().unwrap().target_groups.into_keys().next().unwrap();
    aws.install_pods().unwrap();

    aws.forget_calls().unwrap();
    terraform.replace("main.tf", "port = 8080", "port = 9090").unwrap();
    terraform.apply().unwrap();
    assert!(weights(&aws).contains(&(old.clone(), 100)), "the old group serves on: {:?}", weights(&aws));
    // Helm would install the app now, with both groups in its values.
    aws.install_pods().unwrap();
    terraform.apply().unwrap();
    let left = aws.resources().unwrap();
    assert!(!left.target_groups.contains_key(&old) && left.target_groups.len() == 1, "{left:?}");
    let plan = terraform.plan().unwrap();
    assert!(!plan.has_changes, "{}", plan.text);

    let calls = aws.call_log().unwrap();
    let changes: Vec<&Value> = calls.iter().filter(|call| call["operation"] == "ModifyRule").collect();
    assert!(changes.len() >= 2, "{changes:?}");
    for call in changes {
        let groups = call["parameters"]["Actions"][0]["ForwardConfig"]["TargetGroups"].as_array().unwrap();
        let weight = |group: &Value| group["Weight"].as_str().unwrap().parse::<u16>().unwrap();
        assert!(groups.iter().any(|group| weight(group) > 0), "{groups:?}");
    }
    let position = |operation: &str| calls.iter().position(|call| call["operation"] == operation).unwrap();
    assert!(position("ModifyRule") < position("DeleteTargetGroup"));
}

#[test]
fn users_log_in_first_and_the_secret_is_in_no_state() {
    let aws = fixture::aws();
    let mut terraform = with_rule(
        &aws,
        r#"
    hosts    = ["checkout.example.com"]
    priority = 120
    authenticate_oidc {
      issuer                 = "https://login.example.com"
      authorization_endpoint = "https://login.example.com/authorize"
      token_endpoint         = "https://login.example.com/token"
      user_info_endpoint     = "https://login.example.com/user"
      client_id              = "shop"
      client_secret          = "a-secret-that-no-state-holds"
    }
"#,
    );
    terraform.set("TF_LOG", "TRACE");
    terraform.set("TF_LOG_PATH", "trace.log");
    terraform.apply().unwrap();
    let state = std::fs::read_to_string(terraform.configuration().join("terraform.tfstate")).unwrap();
    assert!(state.contains("client_secret") && !state.contains("a-secret-that-no-state-holds"));
    let log = std::fs::read_to_string(terraform.configuration().join("trace.log")).unwrap();
    assert!(!log.contains("a-secret-that-no-state-holds"), "the log holds the secret");
    let plan = terraform.plan().unwrap();
    assert!(!plan.has_changes, "{}", plan.text);
    let rules = aws.call_log().unwrap();
    let sent = rules.iter().find(|call| call["operation"] == "CreateRule").unwrap();
    let login = &sent["parameters"]["Actions"][0]["AuthenticateOidcConfig"];
    assert_eq!(login["ClientSecret"], "a-secret-that-no-state-holds");
}

#[test]
fn a_name_leads_to_the_app_and_one_of_others_is_left_alone() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    let name = format!(
        "  dns {{\n    name    = \"checkout.example.com\"\n    zone_id = \"{}\"\n    weight  = 10\n  }}\n\n  port {{",
        aws.platform.zone_id
    );
    terraform.replace("main.tf", "  port {", &name).unwrap();
    terraform.apply().unwrap();
    let made = aws.resources().unwrap();
    assert_eq!(made.records.len(), 1, "{:?}", made.records);
    assert_eq!(made.records[0]["set_identifier"], "prod/checkout");
    assert!(!terraform.plan().unwrap().has_changes);

    terraform.replace("main.tf", "    weight  = 10\n", "").unwrap();
    terraform.apply().unwrap();
    assert!(aws.resources().unwrap().records[0]["set_identifier"].is_null());
    assert!(!terraform.plan().unwrap().has_changes);
    terraform.destroy().unwrap();
    assert!(aws.resources().unwrap().is_empty());

    aws.simple_record("checkout.example.com", "192.0.2.1").unwrap();
    let before = aws.resources().unwrap();
    let refused = terraform.try_apply().unwrap();
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("192.0.2.1"), "{}", refused.stderr);
    assert!(refused.stderr.contains("overwrite"), "{}", refused.stderr);
    assert_eq!(aws.resources().unwrap(), before);
}

#[test]
fn an_alarm_of_the_app_guards_its_rollout() {
    let aws = fixture::aws();
    let mut terraform = fixture::quickstart(&aws);
    let blocks = "  alarm {\n    name      = \"server_errors\"\n    threshold = 5\n  }\n\n  rollout {\n    bake = \"1s\"\n    interval = \"1s\"\n    timeout = \"5s\"\n  }\n\n  port {";
    terraform.replace("main.tf", "  port {", blocks).unwrap();
    terraform.apply().unwrap();
    let name = "checkout-prod-server_errors-blue";
    let made = aws.resources().unwrap();
    assert_eq!(made.alarms[name]["threshold"], 5.0);
    aws.install_pods().unwrap();
    aws.set_alarm(name, "ALARM").unwrap();
    terraform.variable("legacy_weight", "50");
    terraform.variable("blue_weight", "50");
    let stopped = terraform.try_apply().unwrap();
    assert_eq!(stopped.code, 1, "{}", stopped.stdout);
    assert!(stopped.stderr.contains(name), "{}", stopped.stderr);
    assert_eq!(aws.resources().unwrap().rules[0].weights, made.rules[0].weights);

    aws.set_alarm(name, "OK").unwrap();
    let kept = terraform.plan().unwrap();
    assert!(kept.text.contains("The weights were rolled back at"), "{}", kept.text);
    assert!(kept.actions(APP).iter().all(|action| *action != "update"), "{}", kept.text);
    terraform.replace("main.tf", "bake = \"1s\"", "bake = \"1s\"\n    resume = true").unwrap();
    terraform.apply().unwrap();
    assert!(aws.resources().unwrap().rules[0].weights.values().all(|weight| *weight == 50));
    assert!(!terraform.plan().unwrap().has_changes);
    terraform.destroy().unwrap();
    assert!(aws.resources().unwrap().is_empty(), "{:?}", json!(aws.resources().unwrap().alarms));
}

#[test]
fn a_rollout_writes_its_steps_as_json_and_as_a_picture() {
    let aws = fixture::aws();
    let mut terraform = fixture::quickstart(&aws);
    let rollout = "  rollout {\n    steps    = [50, 100]\n    bake     = \"1s\"\n    interval = \"1s\"\n    report   = \
                   \"rollout.json\"\n  }\n\n  port {";
    terraform.replace("main.tf", "  port {", rollout).unwrap();
    terraform.apply().unwrap();
    aws.install_pods().unwrap();
    terraform.variable("legacy_weight", "60");
    terraform.variable("blue_weight", "40");
    let plan = terraform.plan().unwrap();
    let steps = plan.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(steps.contains("Steps: 50 % (blue 180, ec2 720); 100 % (blue 40, ec2 60)"), "{steps}");
    terraform.apply().unwrap();
    let text = std::fs::read_to_string(terraform.configuration().join("rollout.json")).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    let steps = report["steps"].as_array().unwrap();
    let weights: Vec<(&Value, &Value, &Value)> = steps
        .iter()
        .map(|step| {
            (&step["percent"], &step["backends"]["blue"]["weight"], &step["backends"]["ec2"]["weight"])
        })
        .collect();
    assert_eq!(weights, [(&json!(50), &json!(180), &json!(720)), (&json!(100), &json!(40), &json!(60))]);
    assert_eq!(steps[0]["backends"]["blue"]["healthy_targets"], 1);
    let picture = std::fs::read_to_string(terraform.configuration().join("rollout.svg")).unwrap();
    assert!(picture.starts_with("<svg") && picture.contains("blue"), "{picture}");
}
