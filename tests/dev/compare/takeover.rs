//! `examples/takeover`: an app of `aws_*` resources becomes one `ipsy_app`, and nothing on AWS changes.

use acceptance::aws_bench::{AwsBench, Resources};
use acceptance::matrix::Table;
use acceptance::terraform::Terraform;
use acceptance::workspace;
use anyhow::{Context, Result, ensure};

use super::bed::{Bed, ensure_nothing_left, ensure_only_read};

const WITH: &str = "examples/takeover";
const APP: &str = "ipsy_app.checkout";
/// Policies of the account that the app's role has or is bounded by; they belong to no app.
const POLICIES: [&str; 2] = ["boundary", "metrics"];

pub(super) fn run(bed: &Bed, table: &mut Table) -> Result<()> {
    let aws = AwsBench::start(&bed.tools)?;
    for name in POLICIES {
        let document =
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        let parameters = [("PolicyName", name), ("PolicyDocument", document)];
        aws.query(
            "iam",
            &[&[("Action", "CreatePolicy"), ("Version", "2010-05-08")], &parameters[..]].concat(),
        )?;
    }
    let mut terraform = bed.terraform(&aws, "examples/takeover/before")?;
    terraform.overlay_file(&workspace::root().join(WITH).join("variables.tf"))?;
    terraform.variable("object_arns", "[]");
    // The configuration sets the region; the environment need not.
    terraform.set("AWS_REGION", "");
    terraform.init()?;
    table.row(WITH, "apply of the app before, as aws_* resources; plan again: no changes", || {
        terraform.apply()?;
        let plan = terraform.plan()?;
        ensure!(!plan.has_changes, "{}", plan.text);
        Ok(())
    })?;
    let arns = terraform.output("object_arns")?;
    let before = aws.resources()?;
    terraform.variable("object_arns", &arns.to_string());
    terraform.take("app.tf")?;
    terraform.overlay(&workspace::root().join(WITH))?;
    terraform.init()?;
    table.row(WITH, "plan: imported and forgotten, nothing is added, changed or destroyed", || {
        let plan = terraform.plan()?;
        let expected = "1 to import, 0 to add, 0 to change, 0 to destroy";
        ensure!(plan.text.contains(expected), "the plan does not say `{expected}`:\n{}", plan.text);
        Ok(())
    })?;
    table.row(WITH, "apply: AWS is as before; plan again: no changes", || {
        aws.forget_calls()?;
        terraform.apply_planned()?;
        ensure_only_read(&aws)?;
        ensure_same(&before, &aws.resources()?)?;
        for file in ["removed.tf", "import.tf", "provider.tf"] {
            terraform.take(file)?;
        }
        let plan = terraform.plan()?;
        ensure!(!plan.has_changes, "{}", plan.text);
        ensure!(managed(&terraform)? == [APP], "more is managed than the app");
        Ok(())
    })?;
    table.row(WITH, "destroy: nothing is left", || {
        terraform.destroy()?;
        ensure_nothing_left(&aws)
    })
}

fn ensure_same(before: &Resources, after: &Resources) -> Result<()> {
    ensure!(before == after, "before: {before:?}\nafter: {after:?}");
    Ok(())
}

/// The addresses in the state.
fn managed(terraform: &Terraform) -> Result<Vec<String>> {
    let state = terraform.state()?;
    let resources = state["values"]["root_module"]["resources"].as_array().context("the state is empty")?;
    Ok(resources.iter().filter_map(|resource| resource["address"].as_str()).map(ToOwned::to_owned).collect())
}
