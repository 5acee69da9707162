//! Unknown fields in patches: everything that real manifests hold is known.

use ipsy_post_renderer::{AdvancedSetting, Target, unknown_fields};
use serde::Deserialize;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Each object that our charts render, as a patch for its own kind.
#[test]
fn manifests_of_charts_as_patches_have_no_unknown_fields() {
    let mut files = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/charts/tests");
    collect(&folder, &mut files);
    let (mut count, mut kinds) = (0, std::collections::BTreeSet::new());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for document in serde_yaml::Deserializer::from_str(&text) {
            let object = Value::deserialize(document).unwrap();
            let Some(kind) = object["kind"].as_str() else { continue };
            let api_version = object["apiVersion"].as_str().unwrap();
            let group = api_version.split_once('/').map_or("^$", |(group, _)| group);
            let text = |text: &str| Some(text.to_owned());
            let target = Target { kind: text(kind), group: text(group), ..Target::default() };
            let setting =
                AdvancedSetting { target: Some(target), patch: object.clone(), ..AdvancedSetting::default() };
            assert_eq!(unknown_fields(&setting), [], "{}", file.display());
            count += 1;
            kinds.insert(kind.to_owned());
        }
    }
    assert!(count > 100 && kinds.len() > 10, "{count} objects of {kinds:?}");
}

/// The files with expected manifests.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.file_name().is_some_and(|name| name == "expected.yaml") {
            files.push(path);
        }
    }
}
