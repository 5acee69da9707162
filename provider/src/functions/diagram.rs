//! `diagram`: an app as a Mermaid flow chart, from the hosts over the listener rule to each backend.

use provider_framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function `diagram`.
pub(super) struct Diagram;

impl Function for Diagram {
    fn name(&self) -> &'static str {
        "diagram"
    }

    fn signature(&self) -> Signature {
        let texts = || Type::list(Type::String);
        let balancer = Type::object([("hosts", texts()), ("paths", texts())]);
        let backend = Type::object([("name", Type::String), ("cluster", Type::String)]);
        let app = Type::object([
            ("name", Type::String),
            ("load_balancer", balancer),
            ("backend", Type::list(backend)),
            ("weights", Type::map(Type::Number)),
        ]);
        Signature::new(Type::String)
            .summary("Draws an app as a Mermaid flow chart")
            .describe(
                "The hosts and paths that lead to the app, the listener rule, and each backend with its weight. \
                 GitHub, GitLab and the Markdown preview of most editors draw the text.",
            )
            .parameter(Parameter::new("app", app).describe("The app: `ipsy_app.NAME`."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        Ok(Value::from(draw(arguments.first().unwrap_or(&Value::Null))))
    }
}

/// Lines follow the names of the backends, so that the text changes only where the app does.
fn draw(app: &Value) -> String {
    let mut lines = vec!["flowchart LR".to_owned()];
    let balancer = app.attribute("load_balancer");
    let is_balanced = !balancer.is_null();
    if is_balanced {
        let conditions = [balancer.attribute("hosts"), balancer.attribute("paths")];
        let conditions =
            conditions.into_iter().filter_map(Value::as_list).flatten().filter_map(Value::as_str);
        let conditions: Vec<&str> = conditions.collect();
        lines.push(format!(
            "  users([\"{}\"]) --> rule{{\"listener rule\"}}",
            escape(&conditions.join("<br>"))
        ));
    }
    let text = |block: &Value, name: &str| block.attribute(name).as_str().unwrap_or_default().to_owned();
    let backends = app.attribute("backend").as_list().into_iter().flatten();
    let mut backends: Vec<(String, String)> =
        backends.map(|block| (text(block, "name"), text(block, "cluster"))).collect();
    backends.sort();
    for (name, cluster) in backends {
        let weight = app.attribute("weights").as_map().and_then(|weights| weights.get(&name)?.as_i64());
        if is_balanced {
            lines.push(format!("  rule -->|{}| {name}[\"target group {name}\"]", weight.unwrap_or_default()));
        }
        if !cluster.is_empty() {
            let pods = format!("{} in {cluster}", text(app, "name"));
            lines.push(format!("  {name} --> {name}-pods([\"{}\"])", escape(&pods)));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Mermaid ends a label at a double quote.
fn escape(text: &str) -> String {
    text.replace('"', "#quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backends_are_drawn_by_name_with_their_weights() {
        let backend =
            |name: &str, cluster: Value| Value::object([("name", name.into()), ("cluster", cluster)]);
        let app = Value::object([
            ("name", Value::from("shop")),
            (
                "load_balancer",
                Value::object([
                    ("hosts", Value::List(vec![Value::from("shop.example.com")])),
                    ("paths", Value::Null),
                ]),
            ),
            ("backend", Value::List(vec![backend("ec2", Value::Null), backend("blue", "eks-blue".into())])),
            ("weights", Value::map([("blue", Value::from(10)), ("ec2", Value::from(90))])),
        ]);
        let expected = "flowchart LR\n  users([\"shop.example.com\"]) --> rule{\"listener rule\"}\n  rule -->|10| \
                        blue[\"target group blue\"]\n  blue --> blue-pods([\"shop in eks-blue\"])\n  rule -->|90| \
                        ec2[\"target group ec2\"]\n";
        assert_eq!(Diagram.call(vec![app]).unwrap(), Value::from(expected));
    }
}
