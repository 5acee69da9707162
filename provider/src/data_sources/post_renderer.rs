//! `data.ipsy_post_renderer`: the post-renderer inside this very provider. Where nothing can be installed, as on
//! HCP Terraform, Helm runs the provider's own executable, which the dependency lock file pins.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::app::names::hexadecimal;
use async_trait::async_trait;
use provider_framework::{Arguments, DataSource, Diagnostic, Outcome, ReadDataRequest, Schema, Value};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The data source `ipsy_post_renderer`.
pub(super) struct PostRendererData;

/// The post-renderer that is part of this provider, for `helm_release`.
#[derive(Debug, Default, Deserialize, Serialize, Arguments)]
#[serde(default)]
struct PostRendererAttributes {
    /// Configuration, as JSON. For an app rather add `ipsy_app.NAME.post_renderer_args` to `args`: a data source that refers
    /// to a resource is not read before that resource is made.
    config: Option<String>,
    /// Path of the executable; relative to the root module where Terraform started it so, and then the same on every machine
    /// of one platform.
    #[argument(computed)]
    binary_path: String,
    /// Arguments that make it the post-renderer. Sensitive, because they hold `config`.
    #[argument(computed, sensitive)]
    args: Vec<String>,
    /// Version of the post-renderer.
    #[argument(computed)]
    version: String,
    /// SHA-256 of the executable.
    #[argument(computed)]
    sha256: String,
}

impl PostRendererData {
    fn look_up(&self, config: &Value) -> Result<Value, Diagnostic> {
        let schema = self.schema();
        let PostRendererAttributes { config, .. } = schema.read(config)?;
        let path = executable().map_err(|error| unreadable(&error))?;
        let sha256 = hash(&path).map_err(|error| unreadable(&error))?;
        let of_config = config.clone().map(|config| ["--config-json".to_owned(), config]);
        schema.encode(&PostRendererAttributes {
            config,
            binary_path: path.to_string_lossy().into_owned(),
            args: std::iter::once("post-render".to_owned()).chain(of_config.into_iter().flatten()).collect(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sha256,
        })
    }
}

#[async_trait]
impl DataSource for PostRendererData {
    fn type_name(&self) -> &'static str {
        "ipsy_post_renderer"
    }

    fn schema(&self) -> Schema {
        Schema::new(0).arguments::<PostRendererAttributes>()
    }

    async fn read(&self, request: ReadDataRequest) -> Outcome {
        Outcome::from(self.look_up(&request.config))
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
