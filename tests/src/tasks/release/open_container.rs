//! Charts as an image layout of the Open Container Initiative, which tools copy into a registry:
//! <https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md>, and for the media types
//! <https://helm.sh/docs/topics/registries/>.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::chart::Chart;
use super::checksums;

/// The folder of a layout.
#[derive(Debug)]
pub struct Layout {
    folder: PathBuf,
}

impl Layout {
    /// A layout that exists or that its first blob begins.
    pub fn within(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The manifests of the index, as descriptors.
    pub fn manifests(&self) -> Result<Vec<Value>> {
        let index = self.folder.join("index.json");
        if !index.exists() {
            return Ok(Vec::new());
        }
        let index: Value = serde_json::from_slice(&fs::read(index)?)?;
        Ok(index["manifests"].as_array().cloned().unwrap_or_default())
    }

    /// The bytes that a descriptor names.
    pub fn blob(&self, descriptor: &Value) -> Result<Vec<u8>> {
        let digest = descriptor["digest"].as_str().and_then(|digest| digest.strip_prefix("sha256:"));
        let path = self.blobs().join(digest.context("a descriptor has no SHA-256 digest")?);
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    fn blobs(&self) -> PathBuf {
        self.folder.join("blobs/sha256")
    }

    /// Writes a blob and returns its descriptor.
    fn add(&self, media_type: &str, bytes: &[u8]) -> Result<Value> {
        let digest = checksums::digest(bytes);
        fs::create_dir_all(self.blobs())?;
        fs::write(self.blobs().join(&digest), bytes)?;
        Ok(json!({"mediaType": media_type, "digest": format!("sha256:{digest}"), "size": bytes.len()}))
    }
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Adds a chart to a layout, under the tag of its version.
pub(super) fn write(folder: &Path, chart: &Chart) -> Result<()> {
    let layout = Layout::within(folder);
    let name = chart.metadata["name"].as_str().context("a chart has no name")?;
    let version = chart.metadata["version"].as_str().context("a chart has no version")?;
    let config = serde_json::to_vec(&chart.metadata)?;
    let config = layout.add("application/vnd.cncf.helm.config.v1+json", &config)?;
    let content = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
    let archive = layout.add(content, &fs::read(&chart.path)?)?;
    let provenance = fs::read(format!("{}.prov", chart.path.display()))?;
    let provenance = layout.add("application/vnd.cncf.helm.chart.provenance.v1.prov", &provenance)?;
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": config,
        "layers": [archive, provenance],
        "annotations": {
            "org.opencontainers.image.title": name,
            "org.opencontainers.image.version": version,
        },
    });
    let mut manifests = layout.manifests()?;
    let mut descriptor = layout.add(MANIFEST, &serde_json::to_vec(&manifest)?)?;
    descriptor["annotations"] = json!({"org.opencontainers.image.ref.name": format!("{name}:{version}")});
    manifests.push(descriptor);
    let index = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": manifests,
    });
    fs::write(folder.join("index.json"), format!("{index:#}\n"))?;
    fs::write(folder.join("oci-layout"), "{\"imageLayoutVersion\": \"1.0.0\"}\n")?;
    Ok(())
}
