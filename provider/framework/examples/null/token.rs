//! `null_token`: an ephemeral value, whose life is written down in the file `tokens`.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    time::{Duration, SystemTime},
};

use provider_framework::{
    Attribute, CloseRequest, Diagnostic, Diagnostics, EphemeralResource, OpenRequest, Opened, Path, Private,
    RenewRequest, Renewed, Schema, Type, async_trait,
};

use crate::Folder;

pub(crate) struct Token(pub(crate) Folder);

impl Token {
    fn write_down(&self, what: &str) -> io::Result<()> {
        let folder = self.0.get().cloned().unwrap_or_else(std::env::temp_dir);
        writeln!(OpenOptions::new().create(true).append(true).open(folder.join("tokens"))?, "{what}")
    }
}

#[async_trait]
impl EphemeralResource for Token {
    fn type_name(&self) -> &'static str {
        "null_token"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe("A token for the time of the run.")
            .attribute("user", Attribute::required(Type::String).describe("Whom the token is for."))
            .attribute(
                "seconds",
                Attribute::optional(Type::Number).describe("How long it lives without renewal."),
            )
            .attribute("token", Attribute::computed(Type::String).sensitive().describe("The token."))
    }

    async fn open(&self, request: OpenRequest) -> Opened {
        let user = request.config.attribute("user").as_str().unwrap_or_default().to_owned();
        if user == "unknown" {
            let detail = "The user does not exist. Give the name of another one.";
            return Opened::failed(Diagnostic::error("Unknown user", detail).at(Path::root("user")));
        }
        let mut private = Private::new();
        let remembered = private.set("user", &user);
        let seconds = request.config.attribute("seconds").as_f64();
        let mut result = request.config;
        result.set(&Path::root("token"), format!("token of {user}").into());
        let mut opened = Opened::of(result);
        opened.renew_at = seconds.map(|seconds| SystemTime::now() + Duration::from_secs_f64(seconds));
        opened.diagnostics = remembered.err().into_iter().collect();
        if let Err(error) = self.write_down(&format!("opened for {user}")) {
            opened.diagnostics.push(Diagnostic::warning("File trouble", error.to_string()));
        }
        opened.with_private(private)
    }

    async fn renew(&self, request: RenewRequest) -> Renewed {
        let user: String = request.private.get("user").unwrap_or_default();
        let written = self.write_down(&format!("renewed for {user}"));
        let diagnostics = written
            .err()
            .map(|error| Diagnostic::error("File trouble", error.to_string()))
            .into_iter()
            .collect();
        Renewed { renew_at: None, private: None, diagnostics }
    }

    async fn close(&self, request: CloseRequest) -> Diagnostics {
        let user: String = request.private.get("user").unwrap_or_default();
        let written = self.write_down(&format!("closed for {user}"));
        written.err().map(|error| Diagnostic::error("File trouble", error.to_string())).into_iter().collect()
    }
}
