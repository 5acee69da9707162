//! `cargo dev demo`: the whole way on this machine, with real Terraform and Helm against an AWS
//! on loopback, and away again.

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::aws_bench::AwsBench;
use acceptance::console::Console;
use acceptance::helm::Helm;
use acceptance::manifests;
use acceptance::programs::Programs;
use acceptance::terraform::{Plan, Terraform};
use acceptance::tools::Tools;
use acceptance::workspace;
use anyhow::{Context, Result, ensure};
use serde_json::Value;

const APP: &str = "ipsy_app.checkout";
const NAME: &str = "checkout";

/// Installs and builds what is missing, then takes the tour.
pub(crate) fn run(console: Console) -> Result<()> {
    let step = console.step("tools");
    let tools = Tools::ready(console)?;
    step.done("all there");
    let step = console.step("building the provider and the post-renderer (takes minutes the first time)");
    let programs = Programs::ready()?;
    step.done("built");
    tour(console, &tools, &programs, &[Helm::of_this_machine(&tools, &programs)?])
}

/// Shows that the whole way works and fails where it does not. Everything that it starts is
/// stopped and everything that it writes is removed when it returns.
pub(crate) fn tour(console: Console, tools: &Tools, programs: &Programs, helms: &[Helm]) -> Result<()> {
    let step = console.step("starting AWS on loopback: a VPC, a load balancer, EC2 instances, EKS clusters");
    let aws = AwsBench::start(tools)?;
    step.done(&aws.url);

    let mut terraform = Terraform::quickstart(tools, programs, &aws)?;
    let platform = &aws.platform;
    terraform.variable("cluster", platform.clusters.first().context("the platform has a cluster")?);

    let step = console.step("terraform init");
    terraform.init()?;
    step.done("provider `ipsy/ipsy` installed from a local mirror");

    let step = console.step("terraform plan");
    let plan = terraform.plan()?;
    ensure!(plan.actions(APP) == ["create"], "the first plan creates the app:\n{}", plan.text);
    console.show(&excerpt(&plan.text));
    let planned = values_known_at_plan(&plan)?;
    step.done("the values for Helm are known before anything exists");

    let step = console.step("terraform apply");
    terraform.apply()?;
    ensure!(terraform.output("values")? == planned, "apply gave other values than the plan showed");
    show_resources(console, &aws)?;
    step.done("made");

    render(console, helms, &aws, &terraform)?;

    let step = console.step("terraform plan, again");
    let again = terraform.plan()?;
    ensure!(!again.has_changes, "the second plan wants changes:\n{}", again.text);
    step.done("No changes.");

    move_traffic(console, &aws, &mut terraform)?;

    let step = console.step("terraform destroy");
    terraform.destroy()?;
    let left = aws.resources()?;
    ensure!(left.is_empty(), "destroy left something behind: {left:?}");
    step.done("nothing is left of the app; the platform is as it was");
    Ok(())
}

/// The values that a plan shows; they must not wait for the apply.
fn values_known_at_plan(plan: &Plan) -> Result<Value> {
    let values = &plan.change(APP)["after"]["values"];
    ensure!(values.is_string(), "`values` is not known at plan:\n{}", plan.text);
    Ok(values.clone())
}

/// The part of a first plan that is new to people: the values for Helm, in full, and the sum.
fn excerpt(plan: &str) -> String {
    let values = plan.lines().skip_while(|line| !line.contains(" values  "));
    let end = "            )";
    let mut shown: Vec<&str> = values.clone().take_while(|line| *line != end).collect();
    shown.extend(values.skip_while(|line| *line != end).take(1));
    shown.push("      …");
    shown.extend(plan.lines().filter(|line| line.starts_with("Plan: ")));
    shown.join("\n")
}

fn show_resources(console: Console, aws: &AwsBench) -> Result<()> {
    let made = aws.resources()?;
    for (kind, names) in made.names() {
        console.say(format!("{kind:24} {}", names.join(", ")));
    }
    for rule in made.rules {
        console.say(format!("rule {:<19} {} -> {:?}", rule.priority, rule.hosts.join(", "), rule.weights));
    }
    Ok(())
}

/// Renders the standard chart without and with the post-renderer. Every Helm renders the same objects.
fn render(console: Console, helms: &[Helm], aws: &AwsBench, terraform: &Terraform) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("ipsy-demo-").tempdir()?;
    let values = write_output(terraform, "values", folder.path())?;
    let config = write_output(terraform, "post_renderer_config", folder.path())?;
    let chart = workspace::root().join("examples/charts/ipsy-app");
    let arguments = ["--config", &*config.to_string_lossy()];

    let step = console.step("helm template: what the standards and the advanced setting change");
    let (first, others) = helms.split_first().context("the demonstration needs Helm")?;
    let plain = first.template(NAME, &chart, &values)?.ok()?.stdout;
    let rendered = first.template_post_rendered(NAME, &chart, &values, &arguments)?.ok()?.stdout;
    let difference = manifests::difference(&plain, &rendered, ("as the chart has it", "as it is installed"));
    ensure!(!difference.is_empty(), "the post-renderer changed nothing");
    console.show_diff(&difference);
    check_manifests(&rendered, aws)?;
    step.done("labels, limits and patch are in; the TargetGroupBinding names the group that AWS has");

    for other in others {
        let by_other = other.template_post_rendered(NAME, &chart, &values, &arguments)?.ok()?.stdout;
        ensure!(
            manifests::sorted_objects(&by_other)? == manifests::sorted_objects(&rendered)?,
            "another Helm renders other objects:\n{}",
            manifests::difference(&rendered, &by_other, ("the first Helm", "the other"))
        );
    }
    Ok(())
}

/// Writes a text output of Terraform to a file.
fn write_output(terraform: &Terraform, name: &str, folder: &Path) -> Result<PathBuf> {
    let output = terraform.output(name)?;
    let text = output.as_str().with_context(|| format!("output `{name}` is a text"))?;
    let path = folder.join(format!("{name}.json"));
    fs::write(&path, text)?;
    Ok(path)
}

/// What the quickstart promises about the rendered manifests.
fn check_manifests(rendered: &str, aws: &AwsBench) -> Result<()> {
    let deployment = manifests::object(rendered, "Deployment", NAME)?;
    let labels = &deployment["metadata"]["labels"];
    ensure!(labels["app.kubernetes.io/part-of"] == "shop", "the standards' label is missing: {labels}");
    let pod = &deployment["spec"]["template"]["spec"];
    let limit = &pod["containers"][0]["resources"]["limits"]["memory"];
    ensure!(limit == "1Gi", "the memory limit is missing: {limit}");
    let options = &pod["dnsConfig"]["options"];
    ensure!(options[0]["name"] == "ndots", "the advanced setting is missing: {options}");
    ensure!(deployment["spec"]["replicas"].is_null(), "`replicas` belongs to the autoscaler");

    let mut bindings = manifests::objects(rendered)?;
    bindings.retain(|object| object["kind"] == "TargetGroupBinding");
    let [binding] = bindings.as_slice() else {
        anyhow::bail!("there is one TargetGroupBinding, not {bindings:?}");
    };
    let group = binding["spec"]["targetGroupName"].as_str().context("the group is bound by name")?;
    let groups = aws.resources()?.target_groups;
    ensure!(groups.contains_key(group), "AWS has no target group {group}, but {:?}", groups.keys());
    Ok(())
}

/// Moves the weights from 100/0 to 50/50, in place, once a pod is healthy.
fn move_traffic(console: Console, aws: &AwsBench, terraform: &mut Terraform) -> Result<()> {
    let step = console.step("moving traffic: 100/0 to 50/50");
    aws.install_pods()?;
    let before = aws.resources()?.rules;
    terraform.variable("legacy_weight", "50");
    terraform.variable("blue_weight", "50");
    let plan = terraform.plan()?;
    ensure!(plan.actions(APP) == ["update"], "weights are changed in place:\n{}", plan.text);
    console.show(&plan.text);
    terraform.apply()?;
    let after = aws.resources()?.rules;
    let [rule] = after.as_slice() else {
        anyhow::bail!("there is one rule, not {after:?}");
    };
    ensure!(before.first().is_some_and(|old| old.arn == rule.arn), "the rule was replaced");
    ensure!(rule.weights.values().all(|weight| *weight == 50), "the weights are {:?}", rule.weights);
    step.done(format!("{:?}, by one change of the same rule", rule.weights));
    Ok(())
}
