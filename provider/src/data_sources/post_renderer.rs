//! `data.ipsy_post_renderer`: the post-renderer inside this very provider. Where nothing can be installed, as on
//! HCP Terraform, Helm runs the provider's own executable, which the dependency lock file pins.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::app::names::hexadecimal;
use async_trait::async_trait;
use sha2::{Digest, Sha256};
use tf_provider::{
    Attribute, DataSource, Diagnostic, Outcome, Path as Place, ReadDataRequest, Schema, Type, Value,
};

/// The data source `ipsy_post_renderer`.
pub(super) struct PostRendererData;

#[async_trait]
impl DataSource for PostRendererData {
    fn type_name(&self) -> &'static str {
        "ipsy_post_renderer"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe("The post-renderer that is part of this provider, for `helm_release`.")
            .attribute(
                "config",
                Attribute::optional(Type::String)
                    .describe(
                        "Configuration, as JSON. For an app rather add `ipsy_app.NAME.post_renderer_args` to `args`: a \
                         data source that refers to a resource is not read before that resource is made.",
                    ),
            )
            .attribute(
                "binary_path",
                Attribute::computed(Type::String).describe(
                    "Path of the executable; relative to the root module where Terraform started it so, and \
                     then the same on every machine of one platform.",
                ),
            )
            .attribute(
                "args",
                Attribute::computed(Type::list(Type::String))
                    .describe("Arguments that make it the post-renderer. Sensitive, because they hold `config`.")
                    .sensitive(),
            )
            .attribute("version", Attribute::computed(Type::String).describe("Version of the post-renderer."))
            .attribute("sha256", Attribute::computed(Type::String).describe("SHA-256 of the executable."))
    }

    async fn read(&self, request: ReadDataRequest) -> Outcome {
        let path = match executable() {
            Ok(path) => path,
            Err(error) => return Outcome::failed(unreadable(&error)),
        };
        let hash = match hash(&path) {
            Ok(hash) => hash,
            Err(error) => return Outcome::failed(unreadable(&error)),
        };
        let mut arguments = vec![Value::from("post-render")];
        if let Some(config) = request.config.attribute("config").as_str() {
            arguments.extend([Value::from("--config-json"), Value::from(config)]);
        }
        let mut state = request.config;
        state.set(&Place::root("binary_path"), Value::from(path.to_string_lossy().into_owned()));
        state.set(&Place::root("args"), Value::List(arguments));
        state.set(&Place::root("version"), Value::from(env!("CARGO_PKG_VERSION")));
        state.set(&Place::root("sha256"), Value::from(hash));
        Outcome::of(state)
    }
}

/// Terraform starts providers by a path below the root module, which is the same wherever the plan is applied.
/// An absolute one would differ between two machines, and show as a change.
fn executable() -> std::io::Result<PathBuf> {
    let started_as = std::env::args_os().next().map(PathBuf::from);
    match started_as {
        Some(path) if path.is_relative() && path.components().count() > 1 && path.exists() => Ok(path),
        _ => std::env::current_exe(),
    }
}

fn hash(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        hasher.update(buffer.get(..length).unwrap_or_default());
    }
    Ok(hexadecimal(&hasher.finalize()))
}

fn unreadable(error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("The provider can't read its own executable", format!("{error}."))
}
