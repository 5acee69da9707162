//! Every field of the standard chart, from HCL to the API server: the argument that sets it, and whether a real API
//! server accepts what the chart renders from it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Table;
use super::world::{World, chart};
use crate::aws_bench::AwsBench;
use crate::helm::Helm;
use crate::terraform::Terraform;
use crate::workspace;

/// Sets every field from HCL, but those of a shared shape only at one of its places.
const EXAMPLE: &str = "examples/whole-app";
/// Outputs of the example with values.
const OUTPUTS: [&str; 2] = ["values", "values_behind_the_controller"];

/// Values with every field of the shared shapes, at all of their places.
const FILES: &str = "tests/cluster/values";

/// Ends of fields that nothing renders here, with the reason.
const NOT_RENDERED: [(&str, &str); 2] = [
    ("global", "Helm sets it for a chart inside another"),
    (
        "probes.readiness.terminationGracePeriodSeconds",
        "Kubernetes refuses it for this probe, and so does the chart",
    ),
];

/// Values by their source.
type Sources = Vec<(String, Value)>;

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    let mut sources = example(world)?;
    sources.extend(files()?);
    let mut accepted = Sources::new();
    for (source, values) in sources {
        let what = format!("{source}: every rendered object is accepted");
        table.row("kubectl --dry-run=server", &what, || {
            apply(world, &values)?;
            accepted.push((source, values));
            Ok(())
        })?;
    }
    let fields = fields()?;
    let (mut lines, mut missing) = (Vec::new(), Vec::new());
    for (field, argument) in &fields {
        let by = accepted.iter().find(|(_, values)| is_set(&fields, field, values));
        let excuse = NOT_RENDERED.iter().find(|(name, _)| field.ends_with(name));
        let verdict = match (by, excuse) {
            (Some((source, _)), _) => format!("accepted in {source}"),
            (None, Some((_, reason))) => format!("not rendered: {reason}"),
            (None, None) => {
                missing.push(field.as_str());
                "MISSING".to_owned()
            }
        };
        lines.push(format!("{field:66}  {argument:66}  {verdict}"));
    }
    let what = format!("each of the {} fields of the standard chart is in an accepted object", fields.len());
    table.row("HCL", &what, || {
        ensure!(missing.is_empty(), "nothing that was accepted has these fields:\n{}", missing.join("\n"));
        Ok(())
    })?;
    table.say(&format!("{:66}  {:66}  API server", "field of the chart", "argument in HCL"));
    for line in &lines {
        table.say(line);
    }
    Ok(())
}

/// The values of the example, as a plan has them.
fn example(world: &World) -> Result<Sources> {
    let aws = AwsBench::start(&world.tools)?;
    let mut terraform =
        Terraform::copy_of(&workspace::root().join(EXAMPLE), &world.tools, &world.programs)?.against(&aws);
    terraform.variable("listener_arn", &aws.platform.listener_arn);
    terraform.variable("cluster", aws.platform.clusters.first().context("the platform has a cluster")?);
    terraform.init()?;
    let plan = terraform.plan()?;
    let values = |name: &str| {
        let text = plan.document["planned_values"]["outputs"][name]["value"].as_str();
        let text = text.with_context(|| format!("`{name}` is not known at plan"))?;
        Ok((format!("`{name}` of {EXAMPLE}"), serde_json::from_str(text)?))
    };
    OUTPUTS.into_iter().map(values).collect()
}

/// The files of values for what one example cannot have at once.
fn files() -> Result<Sources> {
    let mut sources = Sources::new();
    for entry in fs::read_dir(workspace::root().join(FILES))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        sources.push((format!("{FILES}/{name}"), serde_yaml::from_str(&fs::read_to_string(&path)?)?));
    }
    sources.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(sources)
}

/// Renders values with the standard chart, and lets the API server judge every field of every object.
fn apply(world: &World, values: &Value) -> Result<()> {
    let helm = Helm::three(&world.tools, &world.programs.post_renderer)?;
    let file = world.write("chart-fields.json", &values.to_string())?;
    let rendered = helm.template("checkout", Path::new(&chart("ipsy-app")), &file)?.ok()?.stdout;
    let arguments = ["apply", "--server-side", "--dry-run=server", "--validate=strict", "--filename", "-"];
    world.cluster.kubectl_with_input(&arguments, &rendered)?.ok().map(drop)
}

/// The fields of the chart, with the arguments that set them: a test of the provider keeps the file right.
fn fields() -> Result<BTreeMap<String, String>> {
    let text = fs::read_to_string(workspace::root().join(EXAMPLE).join("chart-fields.txt"))?;
    let split = |line: &str| {
        let (field, argument) = line.split_once(' ').context("a line has a field and an argument")?;
        Ok((field.to_owned(), argument.trim().to_owned()))
    };
    text.lines().map(split).collect()
}

/// Whether values have a field. A `*` in it is any element, or any member without a field of its own.
fn is_set(fields: &BTreeMap<String, String>, field: &str, values: &Value) -> bool {
    let mut found = vec![values];
    let mut path = String::new();
    for step in field.split('.') {
        let has_own = |name: &str| {
            let own = format!("{path}{name}");
            let below = format!("{own}.");
            fields
                .range(own.clone()..)
                .next()
                .is_some_and(|(known, _)| *known == own || known.starts_with(&below))
        };
        found = found
            .into_iter()
            .flat_map(|value| match (step, value) {
                ("*", Value::Array(elements)) => elements.iter().collect(),
                ("*", Value::Object(members)) => {
                    members.iter().filter(|(name, _)| !has_own(name)).map(|(_, member)| member).collect()
                }
                (name, value) => value.get(name).into_iter().collect::<Vec<_>>(),
            })
            .collect();
        path = format!("{path}{step}.");
    }
    !found.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_field_is_found_in_lists_and_maps() {
        let fields = ["limits.*", "limits.cpu", "ports.*.port"];
        let fields = fields.into_iter().map(|name| (name.to_owned(), String::new())).collect();
        let check = |field: &str, values: Value, expected: bool| {
            assert_eq!(is_set(&fields, field, &values), expected, "{field} of {values}");
        };
        check("ports.*.port", json!({ "ports": { "http": { "port": 80 } } }), true);
        check("ports.*.port", json!({ "ports": [{ "name": "http" }] }), false);
        check("limits.*", json!({ "limits": { "cpu": 1 } }), false);
        check("limits.*", json!({ "limits": { "cpu": 1, "example.com/gpu": 1 } }), true);
        check("limits.cpu", json!({ "limits": { "example.com/gpu": 1 } }), false);
    }
}
