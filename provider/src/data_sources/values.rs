//! `data.ipsy_values`: an app's Helm values and post-renderer configuration, by calculation alone. Needs no
//! AWS and no credentials.

use std::sync::OnceLock;

use async_trait::async_trait;
use provider_framework::{
    Attribute, DataSource, Diagnostics, Outcome, Path, ReadDataRequest, Schema, Type, Value,
};

use crate::app::arguments::AppConfig;
use crate::app::exceptions::DESCRIPTION as EXCEPTIONS;
use crate::app::explain::{DESCRIPTION as EXPLAIN, explain};
use crate::app::image::Repository;
use crate::app::overrides;
use crate::app::problem::Problems;
use crate::app::resolve::{App, resolve};
use crate::app::standards::StandardsDocument;
use crate::app::{kapp, post_render, values};
use crate::diagnose::{contract_diagnostics, problem_diagnostics};
use crate::session::{Session, today};

/// The data source `ipsy_values`.
pub(super) struct ValuesData {
    session: Session,
}

impl ValuesData {
    pub(super) fn new(session: Session) -> Self {
        Self { session }
    }
}

#[async_trait]
impl DataSource for ValuesData {
    fn type_name(&self) -> &'static str {
        "ipsy_values"
    }

    fn schema(&self) -> Schema {
        schema().clone()
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        parse(config, &StandardsDocument::unread(), false, diagnostics);
    }

    async fn read(&self, request: ReadDataRequest) -> Outcome {
        let mut diagnostics = Diagnostics::new();
        let configured = self.session.get();
        let Some(app) = parse(&request.config, &configured.standards, true, &mut diagnostics) else {
            return Outcome::failed(diagnostics);
        };
        let mut state = request.config.clone();
        let values = app_values(&app, request.config.attribute("registry"));
        contract_diagnostics(&app, None, &values, &mut diagnostics);
        if diagnostics.has_errors() {
            return Outcome::failed(diagnostics);
        }
        for (name, value) in outputs(&app, &values) {
            state.set(&Path::root(name), value);
        }
        Outcome::of(state).with(diagnostics)
    }
}

/// The schema, which is large: it is made once.
fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(describe)
}

fn describe() -> Schema {
    let text = |description: &str| Attribute::computed(Type::String).describe(description);
    overrides::describe(AppConfig::describe(Schema::new(0)))
        .describe(
            "Helm values and post-renderer configuration of an app, without anything on AWS: for clusters \
             elsewhere, for tests, and for a first look.",
        )
        .attribute(
            "registry",
            Attribute::optional(Type::String)
                .describe("Host that is put before `image.repository`, where that names none. Default: `platform.registry` of the standards.")
                .example("\"registry.example.com\""),
        )
        .attribute("values", text("Helm values, as JSON with sorted keys.").sensitive())
        .attribute("post_renderer_config", text("Configuration of the post-renderer, as JSON.").sensitive())
        .attribute(
            "post_renderer_args",
            Attribute::computed(Type::list(Type::String))
                .describe("Arguments with which Helm starts `ipsy-post-renderer`.")
                .sensitive(),
        )
        .attribute("kapp_config", text("Configuration of kapp, as YAML."))
        .attribute("standards_version", text("Version of the standards in effect."))
        .attribute("explain", Attribute::computed(Type::map(Type::String)).describe(EXPLAIN))
        .attribute("exceptions", Attribute::computed(Type::map(Type::String)).describe(EXCEPTIONS))
}

fn parse(
    config: &Value,
    standards: &StandardsDocument,
    warnings: bool,
    diagnostics: &mut Diagnostics,
) -> Option<App> {
    let complete = overrides::unknown_paths(config).is_empty();
    let mut config = diagnostics.take(AppConfig::read(schema(), config))?;
    // The platform has defaults for what is on AWS, which is not here.
    config.platform = Some("{}".to_owned());
    let mut problems = Problems::default();
    let app = resolve(&config, standards, complete, today(), &mut problems);
    problem_diagnostics(&problems, warnings, diagnostics);
    (!diagnostics.has_errors()).then_some(app)
}

fn app_values(app: &App, registry: &Value) -> serde_json::Value {
    let registry = registry.as_str().or(app.standards.platform.registry.as_deref());
    let repository = match (&app.image.repository, registry) {
        (Repository::Owned(name), Some(host)) => format!("{host}/{name}"),
        (Repository::Owned(name) | Repository::Foreign(name), _) => name.clone(),
    };
    let image = app.image.initial_reference(&repository);
    values::values(app, &image, None, None)
}

fn outputs(app: &App, values: &serde_json::Value) -> Vec<(&'static str, Value)> {
    let config = post_render::configuration(app).to_canonical_json();
    vec![
        ("values", Value::from(values.to_string())),
        ("post_renderer_args", Value::List(vec![Value::from("--config-json"), Value::from(config.as_str())])),
        ("post_renderer_config", Value::from(config)),
        ("kapp_config", Value::from(kapp::configuration(app))),
        ("standards_version", app.standards.version.as_deref().map_or(Value::Null, Value::from)),
        ("exceptions", Value::map(app.exceptions.days().map(|(rule, day)| (rule, Value::from(day))))),
        (
            "explain",
            Value::map(explain(app).into_iter().map(|(argument, text)| (argument, Value::from(text)))),
        ),
    ]
}
