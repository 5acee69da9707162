//! `post_render`: the post-renderer as a function, for previews and tests.

use ipsy_post_renderer::{RenderOptions, read_configuration, render};
use provider_framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function `post_render`.
pub(super) struct PostRender;

impl Function for PostRender {
    fn name(&self) -> &'static str {
        "post_render"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::String)
            .summary("Applies standards and advanced settings to manifests")
            .describe("Does to a stream of Kubernetes manifests what the post-renderer does at install time.")
            .parameter(Parameter::new("manifests", Type::String).describe("The manifests, as YAML."))
            .parameter(
                Parameter::new("config", Type::String)
                    .describe("The configuration, such as `ipsy_app.NAME.post_renderer_config`."),
            )
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let text = |position: usize| arguments.get(position).and_then(Value::as_str).unwrap_or_default();
        let list = |findings: &[ipsy_post_renderer::Finding]| {
            findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        let configuration = read_configuration(text(1), "config")
            .map_err(|findings| FunctionError::argument(1, list(&findings)))?;
        let rendered = render(text(0).as_bytes(), &configuration, &RenderOptions::default())
            .map_err(|error| FunctionError::argument(0, list(&error.findings)))?;
        String::from_utf8(rendered.output)
            .map(Value::from)
            .map_err(|error| FunctionError::new(format!("the manifests are not valid UTF-8: {error}")))
    }
}
