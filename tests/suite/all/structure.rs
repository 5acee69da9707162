//! The walls of the house: what may depend on what, and how files are laid out. Rules that are
//! not checked here are wishes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use acceptance::process::Process;
use acceptance::programs::TOGETHER;
use acceptance::workspace;

/// Which crate may use which others of ours. An arrow that is missing here is an error, even one
/// for tests only.
const ARROWS: [(&str, &[&str]); 9] = [
    ("provider-framework-protocol", &[]),
    ("provider-framework-derive", &[]),
    ("provider-framework", &["provider-framework-protocol", "provider-framework-derive"]),
    ("ipsy-aws", &[]),
    ("yaml-edit", &[]),
    ("manifest-patch", &["yaml-edit"]),
    ("ipsy-post-renderer", &["yaml-edit", "manifest-patch"]),
    ("terraform-provider-ipsy", &["provider-framework", "ipsy-aws", "ipsy-post-renderer"]),
    ("acceptance", &[]),
];

/// What may lie at the root. Everything else belongs into a folder.
const ROOT: [&str; 29] = [
    ".cargo",
    ".changes",
    ".ci",
    ".clippy.toml",
    ".editorconfig",
    ".gitattributes",
    ".github",
    ".gitignore",
    ".rustfmt.toml",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "GNUmakefile",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "SUPPORT.md",
    "deny.toml",
    "docs",
    "examples",
    "post-renderer",
    "proto",
    "provider",
    "rust-toolchain.toml",
    "terraform-registry-manifest.json",
    "tests",
];

const MOST_LINES: usize = 500;

/// Modules of the post-renderer that are its command line: they alone may touch the world.
const COMMAND_LINE: [&str; 3] = ["main.rs", "command.rs", "command/"];
const WORLD: [&str; 6] = ["std::fs", "std::env", "std::net", "std::process", "std::time::", "println!"];

#[test]
fn crates_depend_on_each_other_as_drawn() {
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        ARROWS.iter().map(|(name, uses)| (*name, uses.iter().copied().collect())).collect();
    let packages = workspace::metadata().unwrap()["packages"].as_array().unwrap();
    assert_eq!(packages.len(), allowed.len(), "a crate is missing in the table of arrows");
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let uses: BTreeSet<&str> = package["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|dependency| dependency["path"].is_string())
            .map(|dependency| dependency["name"].as_str().unwrap())
            .collect();
        let forbidden: Vec<_> = uses.difference(&allowed[name]).collect();
        assert!(forbidden.is_empty(), "{name} must not use {forbidden:?}");
    }
}

/// What is published as crates: its packages must hold all that they name, with versions of each other.
#[test]
fn the_framework_can_be_published() {
    let target = tempfile::tempdir().unwrap();
    let crates = ["provider-framework", "provider-framework-derive", "provider-framework-protocol"];
    let selection = crates.iter().flat_map(|name| ["--package", *name]);
    // A checkout that is being worked on is packaged too, and the tests have compiled the crates already.
    let package = workspace::cargo().args(["package", "--allow-dirty", "--no-verify"]).args(selection);
    let printed = package.arg("--target-dir").arg(target.path()).succeed().unwrap().stderr;
    assert!(!printed.contains("warning"), "{printed}");
    for name in crates {
        let file = format!("package/{name}-{}.crate", workspace::version().unwrap());
        assert!(target.path().join(&file).is_file(), "{file} is missing");
    }
}

/// The AWS SDK takes most of the time of a first build.
#[test]
fn the_demonstration_and_the_tests_share_what_they_compile() {
    let crates = |selection: &[&str]| -> BTreeSet<String> {
        let tree =
            workspace::cargo().args(["tree", "--prefix", "none", "--no-dedupe", "--format", "{p} {f}"]);
        tree.args(selection).succeed().unwrap().stdout.lines().map(str::to_owned).collect()
    };
    let packages = TOGETHER.iter().flat_map(|name| ["--package", *name]);
    let demonstration = crates(&[&["--edges", "normal,build"], &*packages.collect::<Vec<_>>()].concat());
    let tests = crates(&["--workspace"]);
    let other: Vec<_> = demonstration.difference(&tests).collect();
    assert!(other.is_empty(), "compiled for the demonstration alone, for want of features: {other:#?}");
}

#[test]
fn only_one_crate_speaks_to_aws() {
    for package in workspace::metadata().unwrap()["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        for dependency in package["dependencies"].as_array().unwrap() {
            let used = dependency["name"].as_str().unwrap();
            // aws-lc is a library of cryptography.
            let is_sdk = used.starts_with("aws-") && !used.starts_with("aws-lc");
            assert!(!is_sdk || name == "ipsy-aws", "{name} must not use {used}: ipsy-aws does");
            assert_ne!(used, "aws-sdk-ec2", "it alone takes 7 GB and ten minutes to compile");
        }
    }
}

/// The provider's own layers: what calculates does not know what changes AWS, and that does not know Terraform's resources.
#[test]
fn the_layers_of_the_provider_point_one_way() {
    let upward = [
        ("provider/src/app/", &["infrastructure", "resources", "data_sources", "functions", "session"][..]),
        ("provider/src/infrastructure/", &["resources", "data_sources", "functions"][..]),
    ];
    let mut wrong = Vec::new();
    for path in sources() {
        let text = fs::read_to_string(workspace::root().join(&path)).unwrap();
        for (folder, layers) in upward.iter().filter(|(folder, _)| path.starts_with(folder)) {
            let used = layers.iter().filter(|layer| text.contains(&format!("crate::{layer}::")));
            wrong.extend(used.map(|layer| format!("{} uses {layer}, but is in {folder}", path.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Sources in which the modules of a folder do not use each other in a circle.
const WITHOUT_CIRCLES: [&str; 2] = ["provider/aws/src", "provider/src"];

/// Folders of arguments. Each block has its arguments and what they mean in one file, and the blocks refer to the block that
/// contains them.
const OF_BLOCKS: [&str; 2] = ["provider/src/app", "provider/src/app/traffic"];

/// A reader can start at any module of a folder and follow what it uses to an end.
#[test]
fn modules_of_a_folder_do_not_use_each_other_in_a_circle() {
    let folders: BTreeSet<PathBuf> = sources()
        .iter()
        .filter(|path| WITHOUT_CIRCLES.iter().any(|folder| path.starts_with(folder)))
        .filter_map(|path| Some(path.parent()?.to_owned()))
        .filter(|folder| !OF_BLOCKS.iter().any(|other| folder == Path::new(other)))
        .collect();
    assert!(folders.contains(Path::new("provider/src/infrastructure")), "the sources have moved");
    for folder in folders {
        let mut uses = uses_among_modules(&folder);
        // Modules that use none of the others are done, then those that use only these, and so on.
        while let Some(done) = uses.iter().find(|(_, used)| used.is_empty()).map(|(name, _)| name.clone()) {
            uses.remove(&done);
            for others in uses.values_mut() {
                others.remove(&done);
            }
        }
        assert!(uses.is_empty(), "{}: a circle is among {uses:?}", folder.display());
    }
}

/// Which modules of `folder` use which others, as files and folders of the module. A name that the parent module exports from
/// one of them counts as a use of that module.
fn uses_among_modules(folder: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let all = sources();
    let stem = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    let text = |path: &Path| {
        let text = fs::read_to_string(workspace::root().join(path)).unwrap();
        text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
    };
    let is_module = |path: &&PathBuf| {
        path.parent() == Some(folder) && !["lib", "main", "tests"].contains(&stem(path).as_str())
    };
    let modules: BTreeSet<String> = all.iter().filter(is_module).map(|path| stem(path)).collect();
    let mut homes: BTreeMap<String, &String> = modules.iter().map(|name| (name.clone(), name)).collect();
    let (_, inside) = folder.to_str().unwrap().split_once("/src").unwrap();
    let parent = [folder.with_extension("rs"), folder.join("lib.rs"), folder.join("main.rs")]
        .into_iter()
        .find(|path| all.contains(path))
        .map(|path| text(&path))
        .unwrap_or_default();
    for module in &modules {
        let prefixes = [format!("use self::{module}::"), format!("use {module}::")];
        let exported = prefixes.iter().flat_map(|prefix| named_after(&parent, prefix));
        homes.extend(exported.map(|name| (name, module)));
    }
    let absolute = format!("crate{}::", inside.replace('/', "::"));
    let mut uses: BTreeMap<String, BTreeSet<String>> =
        modules.iter().map(|name| (name.clone(), BTreeSet::new())).collect();
    for path in all.iter().filter(|path| path.starts_with(folder)) {
        let below: Vec<_> = path.strip_prefix(folder).unwrap().iter().collect();
        let module = stem(Path::new(below[0]));
        let Some(others) = uses.get_mut(&module).filter(|_| !path.ends_with("tests.rs")) else { continue };
        let text = text(path);
        for prefix in [&absolute, &"super::".repeat(below.len())] {
            let named = named_after(&text, prefix);
            others.extend(named.iter().filter_map(|name| homes.get(name)).map(|home| (*home).clone()));
        }
        others.remove(&module);
    }
    uses
}

/// The names that come right after `prefix` in Rust code: one, or those in braces.
fn named_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let is_in_name = |sign: char| sign.is_alphanumeric() || sign == '_';
    let after = code.match_indices(prefix).filter(|(at, _)| !code[..*at].ends_with("super::"));
    after
        .flat_map(|(at, _)| {
            let rest = &code[at + prefix.len()..];
            let end =
                if rest.starts_with('{') { rest.find(';') } else { rest.find(|sign| !is_in_name(sign)) };
            rest[..end.unwrap_or(rest.len())].split(|sign| !is_in_name(sign)).map(ToOwned::to_owned)
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn every_source_file_has_a_module_comment() {
    check_sources(|text| {
        let opens = text.starts_with("//!");
        if opens { None } else { Some("it does not open with `//!`".to_owned()) }
    });
}

#[test]
fn no_source_file_is_too_long() {
    check_sources(|text| {
        let lines = text.lines().count();
        (lines > MOST_LINES).then(|| format!("it has {lines} lines, {MOST_LINES} at most: split it"))
    });
}

#[test]
fn modules_are_named_by_files_and_listed() {
    let problems: Vec<String> = sources()
        .into_iter()
        .filter(|path| {
            let tooling =
                ["bench", "dev", "suite"].iter().any(|part| path.starts_with(format!("tests/{part}")));
            tooling || path.components().any(|part| part.as_os_str() == "src")
        })
        .filter_map(|path| {
            let stem = path.file_stem()?.to_str()?.to_owned();
            if stem == "mod" {
                return Some(format!("{}: name it after the module, not mod.rs", path.display()));
            }
            if ["lib", "main"].contains(&stem.as_str()) {
                return None;
            }
            let listed = parents(&path).iter().any(|parent| {
                let text = fs::read_to_string(workspace::root().join(parent)).unwrap_or_default();
                text.lines().any(|line| line.trim().ends_with(&format!("mod {stem};")))
            });
            (!listed).then(|| format!("{}: no `mod {stem};` lists it", path.display()))
        })
        .collect();
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// Words that may come before a label: those of Terraform itself. `s3` is a backend of Terraform.
const LABELLED: [&str; 13] = [
    "action",
    "check",
    "data",
    "dynamic",
    "ephemeral",
    "list",
    "module",
    "output",
    "provider",
    "provisioner",
    "resource",
    "type",
    "variable",
];
const TERRAFORM_BACKENDS: [&str; 3] = ["local", "remote", "s3"];

/// The labelled blocks in a line of HCL that are not Terraform's own, such as `port "http" {`.
fn labelled_blocks(line: &str) -> Vec<String> {
    let parts: Vec<&str> = line.split('"').collect();
    parts
        .windows(3)
        .step_by(2)
        .filter_map(|window| {
            let [before, label, after] = window else { return None };
            let word = before
                .strip_suffix(' ')?
                .rsplit(|sign: char| !sign.is_ascii_lowercase() && sign != '_')
                .next()?;
            let is_terraforms =
                LABELLED.contains(&word) || (word == "backend" && TERRAFORM_BACKENDS.contains(label));
            (!word.is_empty() && after.trim_start().starts_with('{') && !is_terraforms)
                .then(|| format!("{word} \"{label}\""))
        })
        .collect()
}

#[test]
fn no_example_and_no_document_shows_a_labelled_block() {
    assert_eq!(labelled_blocks("  port \"http\" { port = 8080 }"), ["port \"http\""]);
    assert_eq!(
        labelled_blocks("`dns \"a.example\" {}` and `alarm \"b\" {}`"),
        ["dns \"a.example\"", "alarm \"b\""]
    );
    assert!(labelled_blocks("resource \"ipsy_app\" \"checkout\" {").is_empty());
    let mut problems = Vec::new();
    let holds_hcl = |path: &PathBuf| path.extension().is_some_and(|kind| kind == "tf" || kind == "md");
    for file in tracked().into_iter().filter(holds_hcl) {
        let text = fs::read_to_string(workspace::root().join(&file)).unwrap();
        for (index, line) in text.lines().enumerate() {
            let blocks = labelled_blocks(line).into_iter();
            problems.extend(blocks.map(|block| format!("{}:{}: {block}", file.display(), index + 1)));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn the_engine_of_the_post_renderer_is_pure() {
    let folders = ["post-renderer/src", "post-renderer/yaml-edit/src", "post-renderer/manifest-patch/src"];
    let problems: Vec<String> = sources()
        .into_iter()
        .filter_map(|path| {
            let inside = folders.iter().find_map(|folder| path.strip_prefix(folder).ok());
            Some((inside?.to_str()?.to_owned(), path.clone()))
        })
        .filter(|(name, _)| !name.ends_with("tests.rs") && !name.starts_with("tests/"))
        .filter(|(name, _)| !COMMAND_LINE.iter().any(|allowed| name.starts_with(allowed)))
        .flat_map(|(_, path)| {
            let text = fs::read_to_string(workspace::root().join(&path)).unwrap();
            // Tests may look at files.
            let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            let used = WORLD.iter().filter(move |word| text.contains(**word));
            used.map(move |word| format!("{}: {word}", path.display())).collect::<Vec<_>>()
        })
        .collect();
    assert!(problems.is_empty(), "no IO, no clock, no environment here:\n{}", problems.join("\n"));
}

#[test]
fn everything_that_people_write_in_hcl_has_an_example() {
    let kinds = [
        ("actions", "ipsy_"),
        ("data-sources", "ipsy_"),
        ("ephemeral-resources", "ipsy_"),
        ("functions", ""),
        ("list-resources", "ipsy_"),
        ("resources", "ipsy_"),
    ];
    let missing: Vec<PathBuf> = kinds
        .into_iter()
        .flat_map(|(kind, prefix)| {
            // The reference is generated from the schema, so its pages are what there is.
            let pages = fs::read_dir(workspace::root().join("docs").join(kind)).unwrap();
            pages.map(move |page| {
                let page = page.unwrap().path();
                let name = page.file_stem().unwrap().to_string_lossy().into_owned();
                Path::new("examples").join(kind).join(format!("{prefix}{name}"))
            })
        })
        .filter(|folder| !workspace::root().join(folder).is_dir())
        .collect();
    assert!(missing.is_empty(), "these are missing: {missing:?}");
}

#[test]
fn nothing_lies_at_the_root_that_does_not_belong_there() {
    let found: BTreeSet<String> = tracked()
        .iter()
        .filter_map(|path| Some(path.components().next()?.as_os_str().to_str()?.to_owned()))
        .collect();
    let stray: Vec<_> = found.iter().filter(|name| !ROOT.contains(&name.as_str())).collect();
    assert!(stray.is_empty(), "move these into a folder: {stray:?}");
}

#[test]
fn no_file_names_the_machine_it_was_written_on() {
    let here = workspace::root().to_string_lossy().into_owned();
    let problems: Vec<PathBuf> = tracked()
        .into_iter()
        .filter(|path| {
            let bytes = fs::read(workspace::root().join(path)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).contains(&here)
        })
        .collect();
    assert!(problems.is_empty(), "these name {here}: {problems:?}");
}

#[test]
fn every_crate_follows_the_lints_of_the_workspace() {
    for package in workspace::metadata().unwrap()["packages"].as_array().unwrap() {
        let manifest = fs::read_to_string(package["manifest_path"].as_str().unwrap()).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{} has its own lints", package["name"]);
        assert_eq!(package["license"], "Apache-2.0", "{}", package["name"]);
        assert!(package["description"].is_string(), "{} has no description", package["name"]);
    }
}

fn check_sources(problem: impl Fn(&str) -> Option<String>) {
    let problems: Vec<String> = sources()
        .into_iter()
        .filter_map(|path| {
            let text = fs::read_to_string(workspace::root().join(&path)).unwrap();
            problem(&text).map(|problem| format!("{}: {problem}", path.display()))
        })
        .collect();
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// The files that may declare a module: `foo.rs` or a crate root for `foo/bar.rs`, and for a
/// file beside a crate root that root.
fn parents(path: &Path) -> Vec<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new(""));
    vec![folder.with_extension("rs"), folder.join("lib.rs"), folder.join("main.rs")]
}

/// The Rust sources that are tracked.
fn sources() -> Vec<PathBuf> {
    tracked().into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "rs")).collect()
}

/// The files that git knows and that are there, from the root.
pub(crate) fn tracked() -> Vec<PathBuf> {
    let files = Process::new("git").args(["ls-files", "-z"]).within(workspace::root()).succeed().unwrap();
    let names = files.stdout.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from);
    names.filter(|path| workspace::root().join(path).is_file()).collect()
}
