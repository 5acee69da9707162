//! The table of features in `FEATURES.md`: each row names a test, which must exist. `IPSY_ACCEPT=1` writes the table.

#![expect(clippy::unwrap_used, reason = "clippy does not see that all of this is tests")]

use std::{
    env,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

/// A feature of terraform-plugin-framework, what it is here, and the test that shows it. An empty test means that the
/// feature is lacking, and the second column has the reason.
type Row = (&'static str, &'static str, &'static str);

const SERVER: &[Row] = &[
    (
        "Handshake, mutual TLS, unix sockets",
        "`serve`",
        "the_one_certificate_is_accepted_by_both_versions_of_tls",
    ),
    ("Debugging with reattach", "`-debug`", "debug_mode_prints_how_to_attach_and_needs_no_cookie"),
    (
        "Aliases while debugging",
        "a second configuration is refused",
        "a_debugged_process_refuses_a_second_configuration",
    ),
    (
        "Stop cancels contexts",
        "`Context::cancel`",
        "stop_ends_running_calls_with_what_they_have_and_later_calls_run",
    ),
    ("A panic ends its own call only", "a diagnostic", "a_panic_is_told_by_its_own_call_and_hurts_no_other"),
    (
        "Blocking calls do not hold up others",
        "every call",
        "eight_creates_that_block_for_six_seconds_take_six_seconds",
    ),
    ("Logs in hclog's form", "`tracing`", "log_lines_are_hclogs_and_hold_no_values"),
    ("Protocol trace", "`TF_PROVIDER_TRACE`", "a_trace_has_one_line_for_each_call_and_no_values"),
    (
        "Duplicate types, reserved names",
        "refused with GetSchema",
        "duplicate_types_and_reserved_arguments_are_reported",
    ),
];

const SCHEMA: &[Row] = &[
    ("All types of attributes", "`Type`", "spelling_of_every_type"),
    ("List, set and single blocks", "`Block`; also map, group and named blocks", "structs_are_nested_blocks"),
    ("Nested attributes", "protocol 6 only", ""),
    ("Schema from a struct", "`#[derive(Arguments)]`", "options_are_those_of_the_builder"),
    ("Write-only arguments", "`write_only`", "a_write_only_argument_needs_a_terraform_that_knows_them"),
    ("Deprecation warnings", "`deprecated`", "deprecated_arguments_and_blocks_warn_when_they_are_set"),
    ("Defaults", "`default`", "a_create_takes_defaults_hides_write_only_and_is_unknown_where_it_must"),
    ("Defaults by function", "`default_with`", "a_default_can_be_computed"),
    ("Semantic equality", "`equal_when`", "the_earlier_form_also_stays_after_apply"),
    ("Custom types", "`serde` types in the model", "a_struct_comes_back_through_its_type"),
    ("Provider meta", "`Provider::meta_schema`", "the_meta_block_of_a_module_reaches_its_resources"),
];

const VALIDATORS: &[Row] = &[
    (
        "Own validators, paths, all at once",
        "`check`, `validate`",
        "all_that_is_wrong_is_told_at_once_each_with_its_place",
    ),
    ("LengthBetween, SizeBetween, …", "`validator::length`", "lengths_count_characters_and_elements"),
    ("Between, AtLeast, AtMost", "`validator::range`", "ranges_hold_numbers"),
    ("RegexMatches", "`validator::pattern`", "patterns_match_the_whole_text"),
    ("OneOf", "`validator::one_of`", "choices_are_listed"),
    (
        "ValueStringsAre, KeysAre",
        "`validator::each`, `keys`",
        "elements_and_keys_are_checked_with_their_places",
    ),
    ("Conflicting", "`validator::conflicts`", "conflicts_need_two_known_arguments"),
    ("ExactlyOneOf", "`validator::exactly_one`", "exactly_one_means_neither_none_nor_both"),
    ("AtLeastOneOf, with blocks", "`validator::at_least_one`", "at_least_one_may_be_a_block"),
    ("RequiredTogether", "`validator::together`", "together_means_all_or_none"),
    (
        "Function parameter validators",
        "`Parameter::check`",
        "what_is_wrong_with_a_call_is_told_with_the_argument",
    ),
];

const PLAN: &[Row] = &[
    ("Terraform's rules for plans", "checked with random values", "no_plan_breaks_terraforms_rules"),
    ("ModifyPlan", "`Resource::modify_plan`", "a_path_by_name_leads_to_the_block_in_the_list"),
    ("Plan of a destroy", "`Resource::plan_destroy`", "a_destruction_is_planned_as_null_and_can_be_refused"),
    ("UseNonNullStateForUnknown", "`use_state_for_unknown`", "state_is_kept_and_null_only_where_wanted"),
    ("UseStateForUnknown", "`use_state_or_null_for_unknown`", "state_is_kept_and_null_only_where_wanted"),
    (
        "… for all of a block",
        "`Block::use_state_for_unknown`",
        "a_block_keeps_what_is_inside_and_a_new_block_is_unknown",
    ),
    (
        "RequiresReplace, RequiresReplaceIf",
        "same names",
        "replacement_is_told_for_what_really_changed_at_every_depth",
    ),
    ("RequiresReplaceIfConfigured", "same name", "a_replacement_if_configured_needs_a_configuration"),
    ("Deferred actions", "`Context::defer`", "a_deferral_needs_a_terraform_that_allows_it"),
];

const RESOURCES: &[Row] = &[
    (
        "Create, read, update, delete, private state",
        "`Resource`",
        "a_whole_life_with_private_data_drift_and_import",
    ),
    ("Partial state after a failure", "`Outcome`", "a_failed_change_is_saved_as_far_as_it_came"),
    ("Import by id", "`Resource::import`", "a_whole_life_with_private_data_drift_and_import"),
    ("State upgrade", "`Resource::upgrade`", "old_states_become_states_of_today"),
    (
        "Move from another type",
        "`Resource::move_state`",
        "an_object_of_another_type_is_taken_over_or_refused",
    ),
    (
        "Identity in every answer",
        "`Resource::identity`, `identify`",
        "every_answer_about_an_object_has_its_identity",
    ),
    ("Import by identity", "`Resource::import_identity`", "an_object_is_imported_by_its_identity"),
    ("Identity upgrade", "`Resource::upgrade_identity`", "an_old_identity_becomes_one_of_today"),
    (
        "Generated configuration",
        "`Resource::generate_config`",
        "a_generated_configuration_has_only_what_must_be_set",
    ),
];

const OTHERS: &[Row] = &[
    ("Data sources", "`DataSource`", "objects_live_and_die_in_the_newest_terraform"),
    ("Functions", "`Function`", "functions_compute_without_any_configuration"),
    (
        "Ephemeral resources: open, renew, close",
        "`EphemeralResource`",
        "a_token_is_opened_renewed_and_closed",
    ),
    (
        "List resources: stream, limit, include_resource",
        "`ListResource`",
        "a_query_respects_its_limit_and_includes_objects",
    ),
    (
        "Configuration of a query",
        "`terraform query -generate-config-out`",
        "the_configuration_of_a_query_takes_the_objects_over",
    ),
    ("Actions: plan, invoke, progress", "`Action`", "an_action_follows_a_change_and_shows_its_progress"),
    ("Cancellation of actions", "`Context::cancel`", "an_interrupted_action_ends_at_once_with_an_error"),
    (
        "ConfigureResponse.ResourceData",
        "`Context::configure`, `configured`",
        "what_was_configured_reaches_resources_by_its_type",
    ),
    ("State stores", "protocol 6 only", ""),
    ("Tests without Terraform", "`testing::Harness`", "the_life_of_a_model_follows_terraforms_rules"),
];

#[test]
fn the_table_of_features_is_up_to_date() {
    let table = table();
    let file = folder().join("FEATURES.md");
    if env::var_os("IPSY_ACCEPT").is_some() {
        fs::write(&file, &table).unwrap();
    }
    assert_eq!(fs::read_to_string(file).unwrap(), table, "write it again with IPSY_ACCEPT=1");
}

#[test]
fn every_feature_has_a_test_that_exists() {
    let mut sources = String::new();
    for root in ["src", "tests", "../../tests/suite/framework"] {
        read(&folder().join(root), &mut sources);
    }
    let missing: Vec<&str> = groups()
        .iter()
        .flat_map(|(_, rows)| rows.iter())
        .map(|(_, _, test)| *test)
        .filter(|test| !test.is_empty() && !sources.contains(&format!("fn {test}(")))
        .collect();
    assert_eq!(missing, [] as [&str; 0]);
}

fn groups() -> [(&'static str, &'static [Row]); 6] {
    [
        ("Server", SERVER),
        ("Schemas", SCHEMA),
        ("Validators", VALIDATORS),
        ("Plans", PLAN),
        ("Resources", RESOURCES),
        ("Everything else", OTHERS),
    ]
}

fn table() -> String {
    let mut text = String::from(
        "# Features beside terraform-plugin-framework\n\n\
         What HashiCorp's framework for Go offers, what this crate has for it, and the test that shows it. What is\n\
         lacking needs protocol 6. `tests/features.rs` writes this page and checks that each test exists. Tests on real\n\
         Terraform are in the repository, not in the package.\n",
    );
    for (title, rows) in groups() {
        writeln!(text, "\n## {title}\n\n| terraform-plugin-framework 1.19 | Here | Test |\n|---|---|---|")
            .unwrap();
        for (feature, here, test) in rows {
            let proof = if test.is_empty() { "lacking".to_owned() } else { format!("`{test}`") };
            writeln!(text, "| {feature} | {here} | {proof} |").unwrap();
        }
    }
    text
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("features.rs")
        {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}
