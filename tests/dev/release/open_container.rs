//! Charts and the plugin for Helm 4 as an image layout of the Open Container Initiative, which tools copy into a
//! registry: <https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md>, for the media types of charts
//! <https://helm.sh/docs/topics/registries/>, and for those of plugins `pkg/registry/plugin.go` of Helm 4.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::archive::{self, Entry};
use super::chart::Chart;
use super::checksums;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CHART_CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const CHART_CONTENT: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const CHART_PROVENANCE: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";
const PLUGIN: &str = "application/vnd.helm.plugin.v1+json";
const PLUGIN_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// A layout in the making.
#[derive(Debug, Default)]
pub(super) struct Layout {
    files: Vec<Entry>,
    manifests: Vec<Value>,
}

impl Layout {
    /// Adds a chart, under the tag of its version.
    pub(super) fn add_chart(&mut self, chart: &Chart) -> Result<()> {
        let name = chart.metadata["name"].as_str().context("a chart has no name")?;
        let version = chart.metadata["version"].as_str().context("a chart has no version")?;
        let config = self.add(CHART_CONFIG, serde_json::to_vec(&chart.metadata)?);
        let archive = self.add(CHART_CONTENT, read(&chart.path)?);
        let provenance = self.add(CHART_PROVENANCE, read(&provenance_of(&chart.path))?);
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
        self.add_manifest(name, version, &manifest)
    }

    /// Adds the archive of a plugin. Helm finds it and its provenance by their titles.
    pub(super) fn add_plugin(&mut self, name: &str, version: &str, path: &Path) -> Result<()> {
        let mut layers = Vec::new();
        for path in [path.to_owned(), provenance_of(path)] {
            let mut layer = self.add(PLUGIN_LAYER, read(&path)?);
            layer["annotations"] = json!({"org.opencontainers.image.title": checksums::name(&path)?});
            layers.push(layer);
        }
        let config = self.add(PLUGIN, b"{}".to_vec());
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": config,
            "layers": layers,
            "annotations": {"org.opencontainers.image.version": version},
        });
        self.add_manifest(name, version, &manifest)
    }

    /// Writes the layout as a tar archive.
    pub(super) fn write(mut self, path: &Path) -> Result<()> {
        let index = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": self.manifests,
        });
        self.files.push(Entry::text("index.json", serde_json::to_vec(&index)?));
        self.files.push(Entry::text("oci-layout", r#"{"imageLayoutVersion": "1.0.0"}"#));
        fs::write(path, archive::tar(self.files)?).with_context(|| format!("cannot write {}", path.display()))
    }

    fn add_manifest(&mut self, name: &str, version: &str, manifest: &Value) -> Result<()> {
        let mut descriptor = self.add(MANIFEST, serde_json::to_vec(manifest)?);
        descriptor["annotations"] = json!({"org.opencontainers.image.ref.name": format!("{name}:{version}")});
        self.manifests.push(descriptor);
        Ok(())
    }

    /// Adds some bytes, and returns their descriptor.
    fn add(&mut self, media_type: &str, bytes: Vec<u8>) -> Value {
        let digest = checksums::digest(&bytes);
        let descriptor =
            json!({"mediaType": media_type, "digest": format!("sha256:{digest}"), "size": bytes.len()});
        self.files.push(Entry::text(format!("blobs/sha256/{digest}"), bytes));
        descriptor
    }
}

fn provenance_of(archive: &Path) -> PathBuf {
    PathBuf::from(format!("{}.prov", archive.display()))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
