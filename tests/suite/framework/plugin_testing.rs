//! `HashiCorp`'s own acceptance tests of providers, `terraform-plugin-testing`, on the example provider.

use std::time::Duration;

use acceptance::process::Process;
use acceptance::workspace;

use crate::fixture;

#[test]
fn hashicorps_tests_pass() {
    let terraform = fixture::uninitialised("", fixture::newest());
    Process::inheriting("nice")
        .args(["-n", "10", "go", "test", "-count=1", "."])
        .env("TF_ACC", "1")
        .env("TF_ACC_TERRAFORM_PATH", fixture::newest())
        .env("TF_CLI_CONFIG_FILE", terraform.folder().join("terraform.rc"))
        .env("CHECKPOINT_DISABLE", "1")
        .within(workspace::root().join("tests/tools-modules/terraform-plugin-testing"))
        .limit(Duration::from_mins(20))
        .succeed()
        .unwrap();
}
