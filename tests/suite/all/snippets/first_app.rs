//! The guide of the first app, run from its first command to its last.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use acceptance::terraform::Terraform;
use acceptance::workspace;

use super::blocks;
use crate::fixture;

#[test]
fn the_first_app_works_as_written() {
    let guide = Path::new("docs/guides/first-app.md");
    let text = fs::read_to_string(workspace::root().join(guide)).unwrap();
    let snippets = blocks(guide, &text);
    let of = |language: &str| &snippets.iter().find(|snippet| snippet.language == language).unwrap().text;
    let terraform = Terraform::with_configuration(of("hcl"), fixture::tools(), fixture::programs()).unwrap();
    terraform.write("standards.yaml", of("yaml")).unwrap();
    let folder = terraform.configuration();
    symlink(workspace::root().join("examples"), terraform.folder().join("examples")).unwrap();
    let programs = terraform.folder().join("programs");
    fs::create_dir(&programs).unwrap();
    for (name, program) in [
        ("terraform", &fixture::tools().terraform),
        ("helm", &fixture::tools().helm_3().unwrap()),
        ("ipsy-post-renderer", &fixture::programs().post_renderer),
    ] {
        symlink(program, programs.join(name)).unwrap();
    }
    let commands: Vec<&str> = snippets
        .iter()
        .filter(|snippet| snippet.language == "sh" && !snippet.text.contains("make install"))
        .map(|snippet| snippet.text.as_str())
        .collect();
    let run = terraform
        .beside("sh")
        .args(["-e", "-c", &commands.concat()])
        .env("PATH", format!("{}:{}", programs.display(), std::env::var("PATH").unwrap()))
        .env("TF_CLI_ARGS_apply", "-auto-approve")
        .within(&folder)
        .run()
        .unwrap();
    assert_eq!(run.code, 0, "{}", run.everything());
    assert!(run.stdout.contains("kind: PodDisruptionBudget"), "{}", run.stdout);
    let added: Vec<&str> =
        run.stdout.lines().filter(|line| line.starts_with('+') && !line.starts_with("+++")).collect();
    assert!(added.iter().any(|line| line.contains("app.kubernetes.io/part-of: shop")), "{added:?}");
    let expected = ["app.kubernetes.io/part-of: shop", "ipsy.dev/config-hash", "annotations:"];
    let is_expected = |line: &&str| expected.iter().any(|part| line.contains(part));
    assert!(added.iter().all(is_expected), "the guide promises only these: {added:?}");
}
