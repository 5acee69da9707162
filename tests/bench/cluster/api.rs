//! The API of a cluster, as JSON over loopback: for looking at live objects, and for programs that stand for controllers.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use ureq::Agent;

/// The API of a cluster.
#[derive(Debug, Clone)]
pub struct Api {
    url: String,
    agent: Agent,
}

impl Api {
    pub(super) fn at(url: &str) -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).build().new_agent();
        Self { url: url.to_owned(), agent }
    }

    /// What is at a path, such as `/apis/apps/v1/namespaces/shop/deployments/web`; nothing if it is
    /// not there.
    pub fn get(&self, path: &str) -> Result<Option<Value>> {
        let mut answer = self.agent.get(format!("{}{path}", self.url)).call()?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(256 << 20).read_to_string()?;
        match status {
            200 => Ok(Some(serde_json::from_str(&text).context("the API server answers with JSON")?)),
            404 => Ok(None),
            _ => bail!("GET {path}: {status} {text}"),
        }
    }

    /// The objects at a path of a collection.
    pub fn list(&self, path: &str) -> Result<Vec<Value>> {
        let mut list = self.get(path)?.with_context(|| format!("{path} not found"))?;
        Ok(match list["items"].take() {
            Value::Array(items) => items,
            _ => Vec::new(),
        })
    }

    /// Changes an object by a merge patch, which replaces lists. An object that no longer exists is left alone.
    pub fn patch(&self, path: &str, change: &Value) -> Result<()> {
        self.send_patch(path, "application/merge-patch+json", change)
    }

    /// The same by a strategic merge patch, which merges lists such as the conditions of a pod.
    pub fn patch_lists(&self, path: &str, change: &Value) -> Result<()> {
        self.send_patch(path, "application/strategic-merge-patch+json", change)
    }

    fn send_patch(&self, path: &str, kind: &str, change: &Value) -> Result<()> {
        let mut answer = self
            .agent
            .patch(format!("{}{path}", self.url))
            .header("Content-Type", kind)
            .send(change.to_string())?;
        match answer.status().as_u16() {
            200 | 404 => Ok(()),
            status => bail!("PATCH {path}: {status} {}", answer.body_mut().read_to_string()?),
        }
    }
}
