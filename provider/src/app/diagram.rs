//! The app as a Mermaid flow chart: from the hosts over the listener rule to each backend.

use super::resolve::App;
use super::traffic::BackendPlace;

/// The flow chart. Lines follow the names of the backends, so that it changes only where the app does.
pub(crate) fn draw(app: &App) -> String {
    let mut lines = vec!["flowchart LR".to_owned()];
    if let Some(balancer) = &app.traffic.load_balancer {
        let conditions = &balancer.conditions;
        let where_to: Vec<String> = conditions.hosts.iter().chain(&conditions.paths).cloned().collect();
        lines.push(format!("  users([\"{}\"]) --> rule", escape(&where_to.join("<br>"))));
        lines.push(format!("  rule{{\"listener rule {}\"}}", balancer.priority));
    }
    for (name, backend) in &app.traffic.backends {
        let (shape, source) = match &backend.place {
            BackendPlace::Existing { .. } => (format!("[\"{name}: existing target group\"]"), ""),
            BackendPlace::Cluster { cluster, target_group_name, .. } => {
                (format!("[\"{name}: {target_group_name}\"]"), cluster.as_str())
            }
        };
        if app.traffic.load_balancer.is_some() {
            lines.push(format!("  rule -->|{}| {name}{shape}", backend.weight));
        }
        if !source.is_empty() {
            lines.push(format!("  {name} --> {name}-pods([\"{} in {}\"])", app.identity.app, escape(source)));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Mermaid ends a label at a double quote.
fn escape(text: &str) -> String {
    text.replace('"', "#quot;")
}
