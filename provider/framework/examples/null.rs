//! A provider without a cloud: its objects are files in a folder, or nothing at all.
//!
//! It shows every part of the framework on a small scale, and the black-box tests drive it.

#[path = "null/append.rs"]
mod append;
#[path = "null/blocking.rs"]
mod blocking;
#[path = "null/fault.rs"]
mod fault;
#[path = "null/file.rs"]
mod file;
#[path = "null/files.rs"]
mod files;
#[path = "null/functions.rs"]
mod functions;
#[path = "null/late.rs"]
mod late;
#[path = "null/thing.rs"]
mod thing;
#[path = "null/token.rs"]
mod token;
#[path = "null/words.rs"]
mod words;

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, OnceLock},
};

use provider_framework::{
    Action, Attribute, ConfigureRequest, DataSource, Diagnostic, Diagnostics, EphemeralResource, Function,
    ListResource, Path, Provider, Resource, Schema, Type, async_trait, serve,
};

/// Where the files are; set when the provider is configured.
type Folder = Arc<OnceLock<PathBuf>>;

#[derive(Default)]
struct Null {
    folder: Folder,
}

#[async_trait]
impl Provider for Null {
    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe("Makes files, and things that are not there.")
            .attribute("folder", Attribute::optional(Type::String).describe("Where the files are."))
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        let folder = request.config.attribute("folder");
        if folder.as_str() == Some("") {
            let detail = "Give the path of a folder, or leave the argument out.";
            return Diagnostic::error("Empty folder", detail).at(Path::root("folder")).into();
        }
        let folder = folder.as_str().map_or_else(std::env::temp_dir, PathBuf::from);
        // A second configuration of the same process is Terraform's right; the first one stays.
        let _ = self.folder.set(folder);
        Diagnostics::new()
    }

    fn resources(&self) -> Vec<Arc<dyn Resource>> {
        vec![
            Arc::new(blocking::Blocking),
            Arc::new(fault::Fault),
            Arc::new(file::File::new(Arc::clone(&self.folder))),
            Arc::new(late::Late(Arc::clone(&self.folder))),
            Arc::new(thing::Thing),
        ]
    }

    fn data_sources(&self) -> Vec<Arc<dyn DataSource>> {
        vec![Arc::new(words::Words)]
    }

    fn ephemeral_resources(&self) -> Vec<Arc<dyn EphemeralResource>> {
        vec![Arc::new(token::Token(Arc::clone(&self.folder)))]
    }

    fn list_resources(&self) -> Vec<Arc<dyn ListResource>> {
        vec![Arc::new(files::Files(Arc::clone(&self.folder)))]
    }

    fn actions(&self) -> Vec<Arc<dyn Action>> {
        vec![Arc::new(append::Append(Arc::clone(&self.folder)))]
    }

    fn meta_schema(&self) -> Option<Schema> {
        let module = Attribute::optional(Type::String).describe("The name of the module.");
        Some(Schema::new(0).attribute("module_name", module))
    }

    fn functions(&self) -> Vec<Arc<dyn Function>> {
        vec![Arc::new(functions::Join), Arc::new(functions::Echo), Arc::new(functions::Panics)]
    }
}

fn main() -> ExitCode {
    serve(Null::default(), "registry.terraform.io/example/null")
}
