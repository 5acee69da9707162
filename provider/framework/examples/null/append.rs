//! `null_append`: an action that writes lines to a file, one after the other.

use std::{fs::OpenOptions, io::Write, time::Duration};

use provider_framework::{
    Action, ActionRequest, Attribute, Diagnostic, Diagnostics, Path, Progress, Schema, Type, async_trait,
    validator,
};

use crate::Folder;

pub(crate) struct Append(pub(crate) Folder);

#[async_trait]
impl Action for Append {
    fn type_name(&self) -> &'static str {
        "null_append"
    }

    fn schema(&self) -> Schema {
        let times = Attribute::optional(Type::Number).check(validator::range(1..=100));
        Schema::new(0)
            .describe("Writes lines to a file.")
            .attribute("name", Attribute::required(Type::String).describe("The name of the file."))
            .attribute("times", times.describe("How many lines; one by default."))
            .attribute("pause", Attribute::optional(Type::Number).describe("Seconds before each line."))
    }

    async fn plan(&self, request: &ActionRequest) -> Diagnostics {
        match request.config.attribute("name").as_str() {
            Some("forbidden") => {
                Diagnostic::error("Forbidden file", "Choose another name.").at(Path::root("name")).into()
            }
            _ => Diagnostics::new(),
        }
    }

    async fn invoke(&self, request: ActionRequest, progress: Progress) -> Diagnostics {
        let name = request.config.attribute("name").as_str().unwrap_or_default();
        assert!(name != "panic", "the action fell over");
        let times = request.config.attribute("times").as_i64().unwrap_or(1);
        let pause = Duration::from_secs_f64(request.config.attribute("pause").as_f64().unwrap_or_default());
        let Some(folder) = self.0.get() else {
            return Diagnostic::error("Provider not configured", "The folder is not known yet.").into();
        };
        for number in 1..=times {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = request.context.cancel.cancelled() => {
                    let detail = format!("{} of {times} lines are written.", number - 1);
                    return Diagnostic::error("Interrupted", detail).into();
                }
            }
            let file = OpenOptions::new().create(true).append(true).open(folder.join(name));
            if let Err(error) = file.and_then(|mut file| writeln!(file, "line {number}")) {
                return Diagnostic::error("File trouble", error.to_string()).into();
            }
            progress.report(format!("wrote line {number} of {times}"));
        }
        Diagnostics::new()
    }
}
