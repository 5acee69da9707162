//! Case folders `tests/cases/<area>/<name>`, each a test of that name: `config.yaml`, `input.yaml`, and what is
//! expected: `expected.diff`, `expected.yaml` or `expected.err`. `IPSY_ACCEPT=1` writes what is.
#![expect(clippy::unwrap_used, clippy::panic, reason = "clippy does not see that all of this is tests")]

use ipsy_post_renderer::{
    Configuration, Deployer, RenderError, RenderOptions, Rendered, ScanReport, read_configuration, render,
};
use libtest_mimic::{Arguments, Trial};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let cases = folders(&root).into_iter().flat_map(|area| folders(&area));
    let trials: Vec<Trial> = cases
        .map(|case| {
            let name = case.strip_prefix(&root).unwrap().display().to_string();
            Trial::test(name, move || check(&case).map_err(|problem| hint(&problem).into()))
        })
        .collect();
    assert!(trials.len() >= 60, "only {} cases were found", trials.len());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn hint(problem: &str) -> String {
    format!("{problem}\n(IPSY_ACCEPT=1 writes what is)")
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

fn check(case: &Path) -> Result<(), String> {
    let read = |name: &str| std::fs::read(case.join(name)).map_err(|error| format!("{name}: {error}"));
    let text =
        |name: &str| read(name).and_then(|bytes| String::from_utf8(bytes).map_err(|error| error.to_string()));
    let input = read("input.yaml")?;
    let mut options = RenderOptions::default();
    options.collect_changes = true;
    // What the command line would say, one option per line.
    for line in text("options").unwrap_or_default().lines() {
        match line.split_once('=') {
            Some(("deployer", "kapp")) => options.deployer = Deployer::Kapp,
            Some(("as-of", day)) => options.as_of = Some(day.to_owned()),
            Some(("namespace", name)) => options.namespace = Some(name.to_owned()),
            Some(("allow-stream-config", "true")) => options.allow_stream_config = true,
            Some(("release", name)) => options.release = Some(name.to_owned()),
            _ => return Err(format!("the option `{line}` is unknown")),
        }
    }
    if let Ok(report) = text("scan.json") {
        options.scan_reports =
            vec![ScanReport::from_json(&report, "scan.json").map_err(|finding| finding.to_string())?];
    }
    let outcome = read_configuration(&text("config.yaml")?, "config.yaml")
        .map_err(|findings| RenderError { kind: ipsy_post_renderer::ErrorKind::Configuration, findings })
        .and_then(|configuration| {
            let rendered = render(&input, &configuration, &options)?;
            Ok((configuration, rendered))
        });
    let expectations: Vec<&str> = ["expected.diff", "expected.yaml", "expected.err"]
        .into_iter()
        .filter(|name| case.join(name).exists())
        .collect();
    let accepts = std::env::var_os("IPSY_ACCEPT").is_some();
    let (name, found) = match &outcome {
        Err(error) => ("expected.err", format!("exit {}\n{error}\n", error.kind.exit_code()).into_bytes()),
        Ok((configuration, rendered)) => {
            laws(configuration, rendered, &options, &text("laws").unwrap_or_default())?;
            if case.join("expected.yaml").exists() {
                ("expected.yaml", rendered.output.clone())
            } else {
                ("expected.diff", difference(&input, rendered).into_bytes())
            }
        }
    };
    if accepts {
        for other in expectations.iter().filter(|other| **other != name) {
            std::fs::remove_file(case.join(other)).map_err(|error| error.to_string())?;
        }
        return std::fs::write(case.join(name), found).map_err(|error| error.to_string());
    }
    if expectations != [name] {
        return Err(format!(
            "expected is {expectations:?}, but there is {name}:\n{}",
            String::from_utf8_lossy(&found)
        ));
    }
    let expected = read(name)?;
    if expected == found {
        return Ok(());
    }
    let (expected, found) = (String::from_utf8_lossy(&expected), String::from_utf8_lossy(&found));
    Err(similar::TextDiff::from_lines(expected.as_ref(), found.as_ref())
        .unified_diff()
        .header("expected", "found")
        .to_string())
}

/// Rendering twice is rendering once, and what was rendered is a stream that a renderer with nothing to do
/// leaves alone. A case that breaks the first law gives the reason in a file `laws`.
fn laws(
    configuration: &Configuration,
    rendered: &Rendered,
    options: &RenderOptions,
    waived: &str,
) -> Result<(), String> {
    let nothing = Configuration::from_yaml(
        "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, stamp: never, standards: {replicasOwner: {mode: \"off\"}}}",
        "nothing",
    )
    .map_err(|findings| format!("{findings:?}"))?;
    let read = render(&rendered.output, &nothing, &RenderOptions::default())
        .map_err(|error| format!("not readable: {error}"))?;
    // Without the exceptions of the configuration, their annotations are forged ones.
    if configuration.exceptions.is_empty() && read.output != rendered.output {
        return Err("an empty configuration changes the output".to_owned());
    }
    let again = render(&rendered.output, configuration, options);
    let holds = again.as_ref().is_ok_and(|again| again.output == rendered.output);
    match (holds, waived.trim().is_empty()) {
        (true, true) | (false, false) => Ok(()),
        (true, false) => Err("the case waives a law that it keeps".to_owned()),
        (false, true) => Err(match again {
            Err(error) => format!("rendering twice fails: {error}"),
            Ok(again) => {
                let (one, two) =
                    (String::from_utf8_lossy(&rendered.output), String::from_utf8_lossy(&again.output));
                let diff =
                    similar::TextDiff::from_lines(one.as_ref(), two.as_ref()).unified_diff().to_string();
                format!("rendering twice is not rendering once:\n{diff}")
            }
        }),
    }
}

fn difference(input: &[u8], rendered: &Rendered) -> String {
    let (before, after) = (String::from_utf8_lossy(input), String::from_utf8_lossy(&rendered.output));
    let diff = similar::TextDiff::from_lines(before.as_ref(), after.as_ref());
    let mut text = diff.unified_diff().context_radius(3).header("input.yaml", "output").to_string();
    for finding in &rendered.findings {
        let _ = writeln!(text, "# {}", finding.to_string().replace('\n', "\n# "));
    }
    if text.is_empty() { "# nothing is changed\n".to_owned() } else { text }
}
