//! `null_file`: a real file, with everything that an object in a cloud has: import, drift, upgrades.

use std::{fs, io, path::PathBuf};

use provider_framework::{
    Attribute, CreateRequest, DeleteRequest, Diagnostic, Diagnostics, IdentitySchema, ImportRequest,
    MoveRequest, Outcome, Path, Plan, PlanDestroyRequest, PlanRequest, Private, Problem, ReadRequest,
    Resource, Schema, Type, UpdateRequest, Value, async_trait,
};
use serde::{Deserialize, Serialize};

use crate::Folder;

pub(crate) struct File {
    folder: Folder,
}

#[derive(Debug, Serialize, Deserialize)]
struct State {
    name: String,
    #[serde(default)]
    content: String,
    #[serde(default)]
    protected: bool,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    size: Option<usize>,
}

impl File {
    pub(crate) fn new(folder: Folder) -> Self {
        Self { folder }
    }

    fn path(&self, name: &str) -> Result<PathBuf, Diagnostic> {
        let unset =
            || Diagnostic::error("Provider not configured", "The folder of the files is not known yet.");
        self.folder.get().map(|folder| folder.join(name)).ok_or_else(unset)
    }

    fn write(&self, planned: &Value, write_only: &Value) -> Result<Value, Diagnostic> {
        let mut state: State = planned.decode()?;
        let path = self.path(&state.name)?;
        let secret = write_only.attribute("secret_wo").as_str().unwrap_or_default();
        let text = format!("{}{}", state.content, "*".repeat(secret.len()));
        fs::write(&path, &text).map_err(|error| failed("written", &path, &error))?;
        state.id = Some(state.name.clone());
        state.size = Some(text.len());
        self.schema().encode(&state)
    }

    pub(crate) fn look(&self, name: &str, protected: bool) -> Result<Option<Value>, Diagnostic> {
        let path = self.path(name)?;
        match fs::read_to_string(&path) {
            Ok(content) => {
                let size = Some(content.len());
                let content = content.trim_end_matches('*').to_owned();
                let (name, id) = (name.to_owned(), Some(name.to_owned()));
                self.schema().encode(&State { name, content, protected, id, size }).map(Some)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("read", &path, &error)),
        }
    }
}

fn failed(what: &str, path: &std::path::Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error("File trouble", format!("{} cannot be {what}: {error}.", path.display()))
}

fn is_file_name(value: &Value) -> Result<(), Problem> {
    match value.as_str() {
        Some(name) if name.is_empty() || name.contains('/') => Err(Problem::new(
            "Not a file name",
            format!("`{name}` must not be empty and must not hold a slash."),
        )),
        _ => Ok(()),
    }
}

fn same_but_for_space(left: &Value, right: &Value) -> bool {
    left.as_str().map(str::trim) == right.as_str().map(str::trim)
}

#[async_trait]
impl Resource for File {
    fn type_name(&self) -> &'static str {
        "null_file"
    }

    fn schema(&self) -> Schema {
        let name = Attribute::required(Type::String).describe("The name.").check(is_file_name);
        let content = Attribute::optional_computed(Type::String).default("").equal_when(same_but_for_space);
        let secret = Attribute::optional(Type::String).write_only().sensitive();
        Schema::new(2)
            .describe("A file.")
            .attribute("name", name.requires_replace())
            .attribute("content", content.describe("What is in it."))
            .attribute("secret_wo", secret.describe("Written as stars."))
            .attribute("protected", Attribute::optional_computed(Type::Bool).default(false))
            .attribute("id", Attribute::computed(Type::String).use_state_for_unknown())
            .attribute("size", Attribute::computed(Type::Number))
    }

    async fn modify_plan(&self, request: &PlanRequest, plan: &mut Plan, _diagnostics: &mut Diagnostics) {
        let secret = request.config.attribute("secret_wo");
        if let Some(content) = plan.planned.attribute("content").as_str()
            && secret.is_null()
            && plan.changes(request)
        {
            let size = content.len() as u64;
            plan.set(&Path::root("size"), size);
        }
    }

    async fn plan_destroy(&self, request: &PlanDestroyRequest, diagnostics: &mut Diagnostics) {
        if request.prior.attribute("protected").as_bool() == Some(true) {
            let detail = "Set `protected` to false and apply first.";
            diagnostics.push(Diagnostic::error("The file is protected", detail));
        }
    }

    async fn create(&self, request: CreateRequest) -> Outcome {
        let mut private = Private::new();
        match private.set("made", &true) {
            Ok(()) => Outcome::from(self.write(&request.planned, &request.config)).with_private(private),
            Err(diagnostic) => Outcome::failed(diagnostic),
        }
    }

    async fn read(&self, request: ReadRequest) -> Outcome {
        let name = request.state.attribute("name").as_str().unwrap_or_default();
        let protected = request.state.attribute("protected").as_bool().unwrap_or_default();
        match self.look(name, protected) {
            Ok(Some(state)) => Outcome::of(state),
            Ok(None) => Outcome::gone(),
            Err(diagnostic) => Outcome::failed(diagnostic),
        }
    }

    async fn update(&self, request: UpdateRequest) -> Outcome {
        self.write(&request.planned, &request.config).into()
    }

    async fn delete(&self, request: DeleteRequest) -> Outcome {
        let name = request.prior.attribute("name").as_str().unwrap_or_default();
        match self.path(name).map(|path| (fs::remove_file(&path), path)) {
            Ok((Err(error), path)) if error.kind() != io::ErrorKind::NotFound => {
                Outcome::failed(failed("removed", &path, &error))
            }
            Ok(_) => Outcome::gone(),
            Err(diagnostic) => Outcome::failed(diagnostic),
        }
    }

    async fn import(&self, request: ImportRequest) -> Outcome {
        if let Err(problem) = is_file_name(&Value::from(request.id.as_str())) {
            return Outcome::failed(Diagnostic::error(problem.summary, problem.detail));
        }
        match self.look(&request.id, false) {
            Ok(Some(state)) => Outcome::of(state),
            Ok(None) => Outcome::gone(),
            Err(diagnostic) => Outcome::failed(diagnostic),
        }
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema::new(1).required("name", Type::String, "The name of the file."))
    }

    /// Version 0 called the name `file`.
    fn upgrade_identity(
        &self,
        version: i64,
        identity: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostic> {
        match identity.get("file") {
            Some(name) if version < 1 => Ok(serde_json::json!({ "name": name })),
            _ => Ok(identity),
        }
    }

    /// Version 0 called the content `text`; version 1 kept the size as a string.
    fn upgrade(&self, version: i64, mut state: serde_json::Value) -> Result<serde_json::Value, Diagnostic> {
        let Some(members) = state.as_object_mut() else { return Ok(state) };
        if version < 1
            && let Some(text) = members.remove("text")
        {
            members.insert("content".into(), text);
        }
        if version < 2
            && let Some(size) = members.get("size").and_then(|size| size.as_str()?.parse::<u64>().ok())
        {
            members.insert("size".into(), size.into());
        }
        Ok(state)
    }

    fn move_state(&self, request: MoveRequest) -> Outcome {
        match request.source_state.get("filename").and_then(|name| name.as_str()) {
            Some(name) if request.source_type_name == "local_file" => Outcome::of(Value::object([
                ("name", Value::from(name)),
                ("content", Value::from("")),
                ("protected", Value::from(false)),
            ])),
            _ => Outcome::failed(Diagnostic::error(
                "This move is not supported",
                "Only `local_file` can become one.",
            )),
        }
    }
}
