//! Every finding that is not a standard: its id, what it means, and what to do about it. Standards have their texts
//! in their own files.

/// A kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FindingKind {
    /// Id, as messages print it.
    pub id: &'static str,
    /// What a finding of this kind means, in one sentence.
    pub meaning: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

/// All kinds of findings that are not standards, sorted by id.
pub fn finding_kinds() -> &'static [FindingKind] {
    KINDS
}

const KINDS: &[FindingKind] = &[
    FindingKind {
        id: "already-rendered",
        meaning: "The object carries the stamp of this configuration.",
        remedy: "Nothing to do. To render the object again, remove its annotation `ipsy.dev/config-hash`.",
    },
    FindingKind {
        id: "configuration-bounds",
        meaning: "A minimum in the configuration is above the maximum.",
        remedy: "Lower the minimum or raise the maximum.",
    },
    FindingKind {
        id: "configuration-date",
        meaning: "A date in the configuration is not written as `YYYY-MM-DD`.",
        remedy: "Write a date such as `\"2027-01-31\"`.",
    },
    FindingKind {
        id: "configuration-exception",
        meaning: "An exception is not valid: a field is empty, or the rule has no such part.",
        remedy: "Correct the field that the message names.",
    },
    FindingKind {
        id: "configuration-expression",
        meaning: "A regular expression in the configuration is not valid.",
        remedy: "Correct the expression; the message names the place.",
    },
    FindingKind {
        id: "configuration-image",
        meaning: "An entry of a list of image replacements is wrong.",
        remedy: "Write `name` with `newName`, `newTag`, `digest` or `tagSuffix`, or `registry` with `newRegistry`.",
    },
    FindingKind {
        id: "configuration-invalid",
        meaning: "The configuration cannot be read into its type.",
        remedy: "Compare the field with `ipsy-post-renderer schema`.",
    },
    FindingKind {
        id: "configuration-label",
        meaning: "A label or annotation in the configuration breaks the rules of Kubernetes.",
        remedy: "Use a valid key and value: at most 63 characters of letters, digits, `-`, `_` and `.`.",
    },
    FindingKind {
        id: "configuration-missing",
        meaning: "A required field is missing in the configuration.",
        remedy: "Add the field.",
    },
    FindingKind {
        id: "configuration-quantity",
        meaning: "A value in the configuration is not a valid Kubernetes quantity.",
        remedy: "Write a quantity such as `500m` or `1Gi`.",
    },
    FindingKind {
        id: "configuration-shape",
        meaning: "The configuration, or a part of it, does not have the expected shape.",
        remedy: "Compare it with `ipsy-post-renderer schema`.",
    },
    FindingKind {
        id: "configuration-standard",
        meaning: "An exception names a rule that does not exist.",
        remedy: "Use an id from `ipsy-post-renderer standards`.",
    },
    FindingKind {
        id: "configuration-syntax",
        meaning: "The configuration is not valid YAML or JSON.",
        remedy: "Correct the text at the line that the message names.",
    },
    FindingKind {
        id: "configuration-type",
        meaning: "A field of the configuration has the wrong type.",
        remedy: "Use the type that the message names.",
    },
    FindingKind {
        id: "configuration-unknown-key",
        meaning: "The configuration has a key that does not exist.",
        remedy: "Correct the spelling, or remove the key.",
    },
    FindingKind {
        id: "configuration-unreadable",
        meaning: "A configuration file cannot be read.",
        remedy: "Check the path given with `--config` or `IPSY_POST_RENDER_CONFIG`, and its permissions.",
    },
    FindingKind {
        id: "configuration-value",
        meaning: "A field of the configuration has a value that is not allowed.",
        remedy: "Use one of the values that the message names.",
    },
    FindingKind {
        id: "configuration-version",
        meaning: "The configuration's `apiVersion` or `kind` is not supported.",
        remedy: "Use `apiVersion: ipsy.dev/v1` and `kind: PostRenderConfig`.",
    },
    FindingKind {
        id: "edit-impossible",
        meaning: "A rule needs an edit that cannot be made in this document.",
        remedy: "The message names the reason; write the part of the manifest in a plainer way.",
    },
    FindingKind {
        id: "edit-unconfirmed",
        meaning: "The edited document does not read as intended, so nothing was written.",
        remedy: "This is a defect of the post-renderer. Report it with the document.",
    },
    FindingKind {
        id: "empty-input",
        meaning: "The input is empty.",
        remedy: "With `--output-dir`, Helm 3 sends no manifests to a post-renderer: pipe `helm template` through it.",
    },
    FindingKind {
        id: "empty-output",
        meaning: "Every object was removed, so the output would be empty.",
        remedy: "Check the settings that delete objects; Helm 3 would delete the whole release.",
    },
    FindingKind {
        id: "exception-expired",
        meaning: "The last day of an exception has passed, so the standard applies again.",
        remedy: "Fix the object, or agree on a new date.",
    },
    FindingKind {
        id: "exception-forged",
        meaning: "A manifest carries an annotation that only an applied exception may write.",
        remedy: "Remove the annotation from the chart; exceptions belong in the configuration.",
    },
    FindingKind {
        id: "exception-undated",
        meaning: "An exception has a last day, but rendering was given no date to compare.",
        remedy: "Give the date with `--as-of`.",
    },
    FindingKind {
        id: "exception-unused",
        meaning: "An exception was not needed by any object.",
        remedy: "Remove it, or correct its `rule` and `target`.",
    },
    FindingKind {
        id: "immutable-field",
        meaning: "A setting changes a field that Kubernetes does not let anyone change on an existing object.",
        remedy: "Expect the next upgrade to fail, unless the object is deleted first; or remove the setting.",
    },
    FindingKind {
        id: "input-too-large",
        meaning: "The input is larger than the limit.",
        remedy: "Split the stream.",
    },
    FindingKind {
        id: "input-unreadable",
        meaning: "An input cannot be read.",
        remedy: "Check the path and its permissions.",
    },
    FindingKind {
        id: "invalid-object",
        meaning: "An object is not valid for Kubernetes, so no rule can be applied to it.",
        remedy: "Correct the object; the message names the field.",
    },
    FindingKind {
        id: "invalid-yaml",
        meaning: "A document is not YAML that Kubernetes reads.",
        remedy: "Correct the document at the line that the message names.",
    },
    FindingKind {
        id: "json-patch",
        meaning: "An operation of a JSON patch (RFC 6902) cannot be applied.",
        remedy: "Check the path against the object, as `ipsy-post-renderer diff` shows it.",
    },
    FindingKind {
        id: "kapp-hook",
        meaning: "A Helm hook has no counterpart in kapp and is left out.",
        remedy: "Nothing to do, unless the hook is needed: then deploy with Helm.",
    },
    FindingKind {
        id: "kustomization-field",
        meaning: "A field of a kustomization file is not supported.",
        remedy: "See the guide about differences from kustomize.",
    },
    FindingKind {
        id: "kustomization-labels",
        meaning: "Labels in a kustomization file would reach selectors or other fields that break upgrades.",
        remedy: "Use `labels` without `includeSelectors` and `fields`.",
    },
    FindingKind {
        id: "kustomization-path",
        meaning: "A file that a kustomization file names cannot be read, or is outside its folder.",
        remedy: "Put the file beside the kustomization file or below it, or write its content in its place.",
    },
    FindingKind {
        id: "kustomization-replacement",
        meaning: "A replacement of a kustomization cannot copy its value.",
        remedy: "Check the source, the targets and the field paths of the replacement.",
    },
    FindingKind {
        id: "more",
        meaning: "More findings exist than are shown.",
        remedy: "Run `ipsy-post-renderer check`, which shows all findings.",
    },
    FindingKind {
        id: "no-object",
        meaning: "A document is not a Kubernetes object.",
        remedy: "Give it `apiVersion`, `kind` and `metadata.name`, or remove it.",
    },
    FindingKind {
        id: "not-an-object",
        meaning: "A document is not a Kubernetes object, or not one that can be read with certainty.",
        remedy: "Correct the document at the line that the message names.",
    },
    FindingKind {
        id: "not-utf-8",
        meaning: "The input contains bytes that are not UTF-8.",
        remedy: "Put binary data into `binaryData`, in base64.",
    },
    FindingKind {
        id: "output-unwritable",
        meaning: "The output could not be written.",
        remedy: "Check that the reader keeps stdout open, and that the disk is not full.",
    },
    FindingKind {
        id: "patch-directive",
        meaning: "A directive in a strategic merge patch (`$patch`, `$retainKeys`, …) is not valid.",
        remedy: "Use a directive as Kubernetes documents it.",
    },
    FindingKind {
        id: "patch-label-text",
        meaning: "A patch writes a label or annotation that is not text.",
        remedy: "Write a text, or a number or boolean, which becomes one.",
    },
    FindingKind {
        id: "patch-operation",
        meaning: "A JSON patch contains an operation that is not valid.",
        remedy: "Use `add`, `remove`, `replace`, `move`, `copy` or `test`, with the members of RFC 6902.",
    },
    FindingKind {
        id: "patch-option",
        meaning: "An option of a patch does not exist.",
        remedy: "Correct the spelling, or remove the option.",
    },
    FindingKind {
        id: "patch-shape",
        meaning: "A patch is neither a mapping nor a list of operations.",
        remedy: "Write a mapping (strategic merge) or a list (RFC 6902).",
    },
    FindingKind {
        id: "patch-syntax",
        meaning: "The text of a patch is not valid YAML or JSON.",
        remedy: "Correct the text at the line that the message names.",
    },
    FindingKind {
        id: "patch-type",
        meaning: "A patch names another kind or API version than its target has.",
        remedy: "Narrow the target, or remove `apiVersion` and `kind` from the patch.",
    },
    FindingKind {
        id: "patch-unknown-field",
        meaning: "A patch sets a field that none of the built-in kinds has that its target can match.",
        remedy: "Correct the spelling or the place of the field. For a custom resource, set `group` in the target.",
    },
    FindingKind {
        id: "protected-field",
        meaning: "A setting changes a field that no setting may change.",
        remedy: "Remove the field from the patch: names, namespaces and Helm's ownership metadata are fixed.",
    },
    FindingKind {
        id: "report-path",
        meaning: "The report file would replace a file that it must not replace.",
        remedy: "Give the path of a new or regular file with `--report`.",
    },
    FindingKind {
        id: "report-unwritable",
        meaning: "The report file cannot be written.",
        remedy: "Give another path with `--report`.",
    },
    FindingKind {
        id: "rule-unknown",
        meaning: "No rule has the id that was given to `explain-rule`.",
        remedy: "Use an id from `ipsy-post-renderer explain-rule --all`.",
    },
    FindingKind {
        id: "scan-report",
        meaning: "A report given with `--scan-report` is not one of Trivy about an image.",
        remedy: "Write it with `trivy image --format json --output FILE IMAGE`.",
    },
    FindingKind {
        id: "setting-breaks-standard",
        meaning: "A setting changes an object so that it breaks a standard.",
        remedy: "Change the setting, or add an exception for the standard.",
    },
    FindingKind {
        id: "setting-empty",
        meaning: "The patch of a setting is empty.",
        remedy: "Remove the setting.",
    },
    FindingKind {
        id: "setting-unmatched",
        meaning: "The target of a setting matches no object.",
        remedy: "Correct the target, or set `onUnmatched: ignore`.",
    },
    FindingKind {
        id: "standards-environment",
        meaning: "The standards list environments, and the one that was asked for is not among them.",
        remedy: "Correct the name, or add the environment to the standards, with `{}` if nothing differs there.",
    },
    FindingKind {
        id: "standards-off",
        meaning: "Standards that the configuration turns on do not apply, because of `--standards none`.",
        remedy: "Leave out `--standards none`, unless this is intended.",
    },
    FindingKind {
        id: "stdin-twice",
        meaning: "The arguments would read stdin more than once.",
        remedy: "Give the configuration as a file, or the manifests as files of `check`, `diff` or `explain`.",
    },
    FindingKind {
        id: "strategic-merge",
        meaning: "A strategic merge patch cannot be applied.",
        remedy: "Follow the advice in the message; it names the list or the directive.",
    },
    FindingKind {
        id: "stream-configuration",
        meaning: "The stream contains a configuration, which is refused or may not set this.",
        remedy: "Remove the ConfigMap from the chart, or allow it with `--allow-stream-config`.",
    },
    FindingKind {
        id: "target-expression",
        meaning: "A regular expression in a target is not valid.",
        remedy: "Correct the expression.",
    },
    FindingKind {
        id: "target-missing",
        meaning: "A setting has no target, and its patch names no object.",
        remedy: "Add `target`, or `kind` and `metadata.name` to the patch.",
    },
    FindingKind {
        id: "target-selector",
        meaning: "A label or annotation selector is not valid.",
        remedy: "Write it as `kubectl get --selector` does: `app=web,tier in (a, b)`.",
    },
    FindingKind {
        id: "unconfigured",
        meaning: "No configuration was given.",
        remedy: "Give one with `--config FILE`, or pass manifests through with `--allow-unconfigured`.",
    },
    FindingKind {
        id: "unpinned-action",
        meaning: "A workflow names an action by tag or branch, which its owner can move.",
        remedy: "Name the action by the 40 digits of its commit, with the tag in a comment.",
    },
    FindingKind {
        id: "unpinned-image",
        meaning: "A Dockerfile or workflow names an image without its digest, so that two builds can differ.",
        remedy: "Write `NAME:TAG@sha256:…`.",
    },
    FindingKind {
        id: "unpinned-package",
        meaning: "A command installs a package in whichever version there is.",
        remedy: "Name the version, or install by a lock file: `npm ci`, `pip install --require-hashes`.",
    },
    FindingKind {
        id: "unpinned-terraform",
        meaning: "A version constraint of Terraform has no upper bound, or a provider or module has no version.",
        remedy: "Write a constraint such as `~> 1.4`, and `?ref=` in sources from Git.",
    },
    FindingKind {
        id: "would-change",
        meaning: "`check --strict` found a field that rendering would change.",
        remedy: "Write the field as shown, or leave out `--strict`.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards::standards;
    use regex::Regex;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// All code of this crate and of `manifest-patch`, without tests.
    fn read_code(folder: &Path, code: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read_code(&path, code);
            } else if !path.ends_with("tests.rs") && !path.ends_with("catalog.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                code.push_str(text.split("#[cfg(test)]").next().unwrap());
            }
        }
    }

    #[test]
    fn every_id_in_the_code_is_explained() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut text = String::new();
        read_code(&root.join("src"), &mut text);
        read_code(&root.join("manifest-patch/src"), &mut text);
        // The first argument of what makes findings and problems; and an id that is chosen beforehand.
        let makers = r#"(?:(?:Finding|Problem)::(?:error|warning|new)|failed|complain)\(\s*"([a-z0-9-]+)""#;
        let choices = r#"let id = if [^"]*"([a-z-]+)" \} else \{ "([a-z-]+)""#;
        let used: BTreeSet<&str> = [makers, choices]
            .iter()
            .flat_map(|pattern| {
                let pattern = Regex::new(pattern).unwrap();
                pattern
                    .captures_iter(&text)
                    .flat_map(|found| found.iter().skip(1).collect::<Vec<_>>())
                    .collect::<Vec<_>>()
            })
            .flatten()
            .map(|id| id.as_str())
            .collect();
        assert!(used.len() > 30, "the pattern finds too little: {used:?}");
        let known: BTreeSet<&str> =
            KINDS.iter().map(|kind| kind.id).chain(standards().map(|rule| rule.id)).collect();
        let unknown: Vec<_> = used.difference(&known).collect();
        assert!(unknown.is_empty(), "add these ids to KINDS: {unknown:?}");
        let unused: Vec<_> = KINDS
            .iter()
            .filter(|kind| !text.contains(&format!("\"{}\"", kind.id)))
            .map(|kind| kind.id)
            .collect();
        assert!(unused.is_empty(), "remove these ids from KINDS: {unused:?}");
    }

    #[test]
    fn kinds_are_sorted_and_complete_sentences() {
        assert!(KINDS.is_sorted_by(|one, next| one.id < next.id));
        for kind in KINDS {
            for sentence in [kind.meaning, kind.remedy] {
                assert!(
                    sentence.ends_with('.')
                        && sentence.starts_with(|first: char| first.is_uppercase() || first == '`'),
                    "{}",
                    kind.id
                );
            }
        }
    }
}
