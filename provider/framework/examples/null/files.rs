//! The list of `null_file`: the files of the folder, for `terraform query`.

use std::fs;

use provider_framework::{
    Attribute, Diagnostic, Diagnostics, Found, ListItem, ListRequest, ListResource, Schema, Type, Value,
    async_trait, validator,
};

use crate::{Folder, file::File};

pub(crate) struct Files(pub(crate) Folder);

#[async_trait]
impl ListResource for Files {
    fn type_name(&self) -> &'static str {
        "null_file"
    }

    fn schema(&self) -> Schema {
        let prefix = Attribute::optional(Type::String).check(validator::length(1..));
        Schema::new(0)
            .describe("The files of the folder.")
            .attribute("prefix", prefix.describe("What the names begin with."))
    }

    async fn list(&self, request: ListRequest, mut found: Found) -> Diagnostics {
        let prefix = request.config.attribute("prefix").as_str().unwrap_or_default();
        let Some(folder) = self.0.get() else {
            return Diagnostic::error("Provider not configured", "The folder is not known yet.").into();
        };
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return Diagnostic::error("File trouble", error.to_string()).into(),
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| name.starts_with(prefix)).collect();
        names.sort();
        let file = File::new(self.0.clone());
        for name in names {
            let mut item =
                ListItem::new(Value::object([("name", Value::from(&name))]), format!("file {name}"));
            if request.include_object {
                match file.look(&name, false) {
                    Ok(Some(object)) => item = item.with_object(object),
                    Ok(None) => continue,
                    Err(diagnostic) => return diagnostic.into(),
                }
            }
            if !found.send(item).await {
                break;
            }
        }
        Diagnostics::new()
    }
}
