//! Projects for every runtime, and what they cannot be made from.

use super::*;

const REGISTRY: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

fn listener(name: &str) -> String {
    format!("arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/{name}/1/2")
}

fn environment(name: &str) -> EnvironmentConfig {
    EnvironmentConfig {
        name: Some(name.to_owned()),
        cluster: Some(format!("eks-{name}")),
        ..EnvironmentConfig::default()
    }
}

fn config() -> BootstrapConfig {
    BootstrapConfig {
        name: Some("checkout".to_owned()),
        team: Some("payments".to_owned()),
        runtime: Some("java".to_owned()),
        port: Some(8080),
        registry: Some(REGISTRY.to_owned()),
        chart: Some("oci://registry.example.com/charts/ipsy-app".to_owned()),
        environment: vec![environment("dev"), environment("prod")],
        ..BootstrapConfig::default()
    }
}

fn made(config: &BootstrapConfig, standards: &StandardsDocument) -> BTreeMap<String, String> {
    let mut problems = Problems::default();
    let files = files(config, standards, true, &mut problems);
    assert!(problems.0.iter().all(|problem| problem.warning), "{:?}", problems.0);
    files
}

/// The places and summaries of what is wrong, in order.
fn problems(config: &BootstrapConfig, standards: &StandardsDocument) -> Vec<String> {
    let mut problems = Problems::default();
    files(config, standards, true, &mut problems);
    let mut told: Vec<String> = problems
        .0
        .iter()
        .filter(|problem| !problem.warning)
        .map(|problem| {
            let steps: Vec<String> = problem
                .place
                .iter()
                .map(|step| match step {
                    crate::app::problem::Place::Attribute(name) | crate::app::problem::Place::Key(name) => {
                        name.clone()
                    }
                    crate::app::problem::Place::Index(index) => index.to_string(),
                })
                .collect();
            format!("{}: {}", steps.join("."), problem.summary)
        })
        .collect();
    told.sort();
    told
}

/// Standards from which an app needs only its name, runtime and port.
const PLATFORM: &str = "runtimes: {kotlin: {extends: java}}
platform:
  registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  chart: {repository: 'oci://registry.example.com/charts', version: 1.0.0}
  deploymentOrder: [stage, prod]
environments:
  prod:
    platform:
      stateBucket: states-prod
      clusters: {blue: {cluster: eks-blue, oidcProviderArn: 'arn:aws:iam::123456789012:oidc-provider/oidc.example/id/A'}}
  stage:
    platform: {stateBucket: states-stage, chart: {version: 2.0.0}, clusters: {one: {cluster: eks-stage}}}
";

fn small() -> BootstrapConfig {
    BootstrapConfig {
        name: Some("checkout".to_owned()),
        runtime: Some("kotlin".to_owned()),
        port: Some(8080),
        ..BootstrapConfig::default()
    }
}

#[test]
fn an_app_needs_only_a_name_a_runtime_and_a_port() {
    let files = made(&small(), &standards(PLATFORM));
    let variables = |environment: &str| -> Value {
        serde_json::from_str(&files[&format!("terraform/environments/{environment}.tfvars.json")]).unwrap()
    };
    let (stage, prod) = (variables("stage"), variables("prod"));
    assert_eq!((&stage["cluster"], &stage["backend"]), (&json!("eks-stage"), &json!("one")));
    assert_eq!((&stage["repository"], &stage["chart_version"]), (&json!("checkout"), &json!("2.0.0")));
    assert_eq!(stage["oidc_provider_arn"], Value::Null);
    assert_eq!((&prod["cluster"], &prod["backend"]), (&json!("eks-blue"), &json!("blue")));
    assert_eq!(prod["repository"], format!("{REGISTRY}/checkout"));
    assert_eq!((&prod["chart"], &prod["chart_version"]), (&json!("ipsy-app"), &json!("1.0.0")));
    assert_eq!(prod["chart_repository"], "oci://registry.example.com/charts");
    assert!(prod["oidc_provider_arn"].as_str().unwrap().contains(":oidc-provider/"));
    let place = &files["terraform/environments/prod.s3.tfbackend"];
    assert!(place.contains("\"states-prod\"") && place.contains("\"checkout/prod.tfstate\""), "{place}");
    assert!(
        files["ci/terraform.sh"].contains("environments/$1.s3.tfbackend"),
        "{}",
        files["ci/terraform.sh"]
    );
    assert!(files["Jenkinsfile"].contains("['stage', 'prod']"), "{}", files["Jenkinsfile"]);
    assert!(
        files["terraform/main.tf"].contains("runtime     = \"kotlin\""),
        "{}",
        files["terraform/main.tf"]
    );
    // A runtime of the standards has the Dockerfile of the one that it extends.
    let extended = BootstrapConfig { team: None, ..config() };
    assert_eq!(files["Dockerfile"], made(&extended, &StandardsDocument::default())["Dockerfile"]);
}

#[test]
fn arguments_win_over_the_platform() {
    let mut config = small();
    config.chart = Some("charts/own".to_owned());
    config.state_bucket = Some("own-states".to_owned());
    config.environment = vec![environment("prod")];
    let files = made(&config, &standards(PLATFORM));
    let prod: Value = serde_json::from_str(&files["terraform/environments/prod.tfvars.json"]).unwrap();
    assert_eq!((&prod["cluster"], &prod["backend"]), (&json!("eks-prod"), &json!("main")));
    assert_eq!((&prod["chart"], &prod["chart_repository"]), (&json!("charts/own"), &Value::Null));
    assert!(files["terraform/environments/prod.s3.tfbackend"].contains("\"own-states\""));
    assert!(!files.contains_key("terraform/environments/stage.tfvars.json"));
}

#[test]
fn what_the_platform_leaves_out_is_reported_with_its_member() {
    let told = problems(&small(), &standards("runtimes: {kotlin: {extends: java}}\n"));
    assert_eq!(
        told,
        [
            "environment: The list of environments is missing",
            "registry: The registry of the image is missing",
        ]
    );
    let several =
        "platform: {deploymentOrder: [prod], clusters: {a: {cluster: eks-a}, b: {cluster: eks-b}}}\n";
    let mut problems = Problems::default();
    files(&small(), &standards(several), true, &mut problems);
    let cluster = problems.0.iter().find(|problem| problem.summary.contains("cluster")).unwrap();
    assert!(cluster.detail.contains("one of eks-a, eks-b"), "{cluster:?}");
    // Terraform validates before the standards are read.
    let mut problems = Problems::default();
    files(&small(), &StandardsDocument::unread(), true, &mut problems);
    assert!(problems.0.is_empty(), "{problems:?}");
}

fn runtimes() -> impl Iterator<Item = BootstrapConfig> {
    crate::app::runtime::Runtime::names()
        .into_iter()
        .map(|runtime| BootstrapConfig { runtime: Some(runtime.to_owned()), ..config() })
}

#[test]
fn no_template_keeps_a_mark() {
    for config in runtimes() {
        for (path, text) in made(&config, &StandardsDocument::default()) {
            let is_mark = |line: &str| ["@if ", "@else", "@end"].iter().any(|mark| line.starts_with(mark));
            assert!(!text.contains("@{") && !text.lines().any(is_mark), "{path}:\n{text}");
        }
    }
}

#[test]
fn images_are_tested_built_and_run_in_stages_of_their_own_without_root() {
    for config in runtimes() {
        let runtime = config.runtime.clone().unwrap();
        let text = made(&config, &StandardsDocument::default())["Dockerfile"].clone();
        let of = |word: &str| -> Vec<String> {
            text.lines().filter_map(|line| line.strip_prefix(word)).map(str::to_owned).collect()
        };
        let stages = of("FROM ");
        assert!(stages[0].starts_with("${BUILD_IMAGE} AS "), "{runtime}");
        assert!(stages.iter().any(|stage| stage.ends_with(" AS test")), "{runtime}");
        assert_eq!(stages.last().unwrap(), "${RUNTIME_IMAGE}", "{runtime}");
        // With `# syntax=`, each build would download a Dockerfile frontend that nothing pins.
        assert!(!text.contains("syntax="), "{runtime}");
        // `runAsNonRoot` knows no user by its name.
        assert_eq!(of("USER "), ["10001:10001"], "{runtime}");
        assert_eq!(of("EXPOSE "), ["8080"], "{runtime}");
        assert_eq!(of("ENTRYPOINT ").len(), 1, "{runtime}");
    }
}

fn pinned(image: &str) -> String {
    format!("{image}@sha256:{}", "0".repeat(64))
}

#[test]
fn base_images_come_from_arguments_then_standards_then_the_extended_runtime() {
    let (argument, own, extended) = (pinned("argument"), pinned("own"), pinned("extended"));
    let standards = standards(&format!(
        "runtimes:\n  kotlin: {{extends: java, images: {{run: '{own}', maximumSize: 1Mi}}}}\n  java: {{images: {{build: \
         '{extended}', run: '{extended}'}}}}\n"
    ));
    let of = |runtime: &str, run: Option<&String>| {
        let config =
            BootstrapConfig { runtime: Some(runtime.to_owned()), runtime_image: run.cloned(), ..config() };
        made(&config, &standards)
    };
    let assert_has =
        |text: &str, expected: &str| assert!(text.contains(expected), "{expected} is not in:\n{text}");
    assert_has(&of("java", None)["Dockerfile"], &format!("ARG RUNTIME_IMAGE={extended}\n"));
    let kotlin = of("kotlin", None);
    assert_has(&kotlin["Dockerfile"], &format!("ARG BUILD_IMAGE={extended}\nARG RUNTIME_IMAGE={own}\n"));
    assert_has(&kotlin["Dockerfile"], "mvn --batch-mode");
    assert_has(&kotlin["ci/image.sh"], "-gt 1048576 ]");
    assert_has(&of("kotlin", Some(&argument))["Dockerfile"], &format!("ARG RUNTIME_IMAGE={argument}\n"));
}

#[test]
fn base_images_without_a_digest_are_reported() {
    let mut problems = Problems::default();
    files(&config(), &StandardsDocument::default(), true, &mut problems);
    let summaries: Vec<&str> = problems.0.iter().map(|problem| problem.summary.as_str()).collect();
    assert_eq!(
        summaries,
        [
            "The base image `maven:3.9-eclipse-temurin-21` has no digest",
            "The base image `eclipse-temurin:21-jre` has no digest"
        ]
    );
    assert!(problems.0.iter().all(|problem| problem.warning));
}

#[test]
fn the_build_tool_chooses_the_dockerfile() {
    let config = BootstrapConfig { build_tool: Some("gradle".to_owned()), ..config() };
    let files = made(&config, &StandardsDocument::default());
    assert!(files["Dockerfile"].contains("gradle --no-daemon assemble"), "{}", files["Dockerfile"]);
}

#[test]
fn a_custom_dockerfile_is_an_exception_that_the_pipeline_takes() {
    let custom = CustomDockerfileConfig {
        path: Some("docker/Dockerfile".to_owned()),
        reason: Some("needs LibreOffice, PAY-812".to_owned()),
        owner: Some("payments".to_owned()),
    };
    let config = BootstrapConfig { custom_dockerfile: Some(custom.clone()), ..config() };
    let files = made(&config, &StandardsDocument::default());
    assert!(!files.contains_key("Dockerfile"));
    assert!(
        files["ci/image.sh"].contains("docker build --file docker/Dockerfile --tag"),
        "{}",
        files["ci/image.sh"]
    );
    assert!(files["README.md"].contains("Reason: needs LibreOffice, PAY-812. Owner: payments."));

    let custom = CustomDockerfileConfig {
        path: Some("../Dockerfile".to_owned()),
        reason: Some(" ".to_owned()),
        ..custom
    };
    let found = problems(
        &BootstrapConfig { custom_dockerfile: Some(custom), ..config },
        &StandardsDocument::default(),
    );
    assert_eq!(
        found,
        [
            "custom_dockerfile.path: `../Dockerfile` is not a path in the repository",
            "custom_dockerfile.reason: `reason` is empty or has a line break"
        ]
    );
}

#[test]
fn the_first_environment_owns_the_repository_that_the_others_use() {
    let files = made(&config(), &StandardsDocument::default());
    let repository = |environment: &str| {
        let path = format!("terraform/environments/{environment}.tfvars.json");
        serde_json::from_str::<Value>(&files[&path]).unwrap()["repository"].clone()
    };
    assert_eq!(repository("dev"), "checkout");
    assert_eq!(repository("prod"), format!("{REGISTRY}/checkout"));
}

#[test]
fn pipelines_deploy_in_order() {
    let files = made(&config(), &StandardsDocument::default());
    assert!(files["Jenkinsfile"].contains("['dev', 'prod']"), "{}", files["Jenkinsfile"]);
    let workflow: Value = serde_yaml::from_str(&files[".github/workflows/deploy.yml"]).unwrap();
    assert_eq!(workflow["jobs"]["deploy"]["strategy"]["matrix"]["environment"], json!(["dev", "prod"]));
    assert_eq!(workflow["jobs"]["build"]["environment"], "dev");
    assert_eq!(workflow["env"]["IMAGE"], format!("{REGISTRY}/checkout:${{{{ github.sha }}}}"));
    for step in workflow["jobs"]["deploy"]["steps"].as_array().unwrap() {
        let Some(action) = step["uses"].as_str() else { continue };
        let (_, commit) = action.split_once('@').unwrap();
        assert!(commit.len() == 40, "{action} is not pinned by its commit");
    }
}

#[test]
fn texts_stay_texts_in_hcl() {
    let team = "pay${var.team}ments \"%{if true}\"".to_owned();
    let config = BootstrapConfig { team: Some(team), ..config() };
    let text = made(&config, &StandardsDocument::default())["terraform/main.tf"].clone();
    assert!(text.contains(r#"team        = "pay$${var.team}ments \"%%{if true}\"""#), "{text}");
}

#[test]
fn the_scan_follows_the_standards() {
    let standards = standards(
        "standards:\n  imageScan:\n    severity: CRITICAL\n    waivers:\n      - {id: CVE-2026-1, package: zlib, reason: not \
         reachable, owner: payments, expires: '2027-01-31'}\nscanDatabase: {repositories: ['a.test/db:2', 'b.test/db:2'], \
         maximumDays: 5}\n",
    );
    let files = made(&config(), &standards);
    let read = |name: &str| -> Value { serde_yaml::from_str(&files[name]).unwrap() };
    let policy = read("trivy.yaml");
    assert_eq!(policy["severity"], json!(["CRITICAL"]));
    assert_eq!(policy["vulnerability"]["ignore-unfixed"], true);
    let waiver = read(".trivyignore.yaml")["vulnerabilities"][0].clone();
    assert_eq!(waiver["statement"], "not reachable (payments)");
    // Trivy reads a date here, not a text in quotes, and does not ignore the entry on that day.
    assert!(
        files[".trivyignore.yaml"].contains("expired_at: 2027-02-01\n"),
        "{}",
        files[".trivyignore.yaml"]
    );
    assert!(waiver["purls"].as_array().unwrap().contains(&json!("pkg:deb/debian/zlib")));
    let script = &files["ci/scan-database.sh"];
    assert!(script.contains("update db 5 scanDatabase.maximumDays a.test/db:2 b.test/db:2\n"), "{script}");
}

fn standards(body: &str) -> StandardsDocument {
    let text = format!("apiVersion: ipsy.dev/v1\nkind: Standards\n{body}");
    StandardsDocument::from_yaml(&text, "standards.yaml").unwrap()
}

#[test]
fn standards_go_along_and_read_as_they_were() {
    let standards = standards(
        "version: '2026.11'\nlabels: {app.kubernetes.io/part-of: shop}\nenvironments: {dev: {}, prod: {minimumReplicas: 3}}\n",
    );
    let files = made(&config(), &standards);
    let read = StandardsDocument::from_yaml(&files["terraform/standards.yaml"], "standards.yaml").unwrap();
    assert_eq!(read.to_value(), standards.to_value());
    assert!(files["terraform/main.tf"].contains("standards_file"), "{}", files["terraform/main.tf"]);
    assert!(!made(&config(), &StandardsDocument::default()).contains_key("terraform/standards.yaml"));
}

#[test]
fn everything_that_is_wrong_is_told_where_it_is() {
    let dev = EnvironmentConfig {
        listener_arn: Some("arn:aws:iam::1:role/x".to_owned()),
        min_replicas: Some(5),
        max_replicas: Some(2),
        ..environment("Dev")
    };
    let prod =
        EnvironmentConfig { hosts: Some(vec!["checkout.example.com".to_owned()]), ..environment("prod") };
    let config = BootstrapConfig {
        name: Some("Check out".to_owned()),
        runtime: Some("cobol".to_owned()),
        port: Some(70_000),
        health_path: Some("healthz".to_owned()),
        registry: Some("registry.example.com".to_owned()),
        region: Some("Ireland".to_owned()),
        state_bucket: Some("States".to_owned()),
        runtime_image: Some("debian:latest".to_owned()),
        environment: vec![dev, prod, environment("prod")],
        ..config()
    };
    let standards = standards("requiredLabels: [cost-center]\n");
    let told = problems(&config, &standards);
    for expected in [
        "environment.0.hosts: ",
        "environment.0.listener_arn: ",
        "environment.0.max_replicas: ",
        "environment.0.name: `Dev`",
        "environment.1.hosts: Host names without a listener",
        "environment.1.listener_arn: An environment without a listener",
        "environment.2.name: Two environments are called `prod`",
        "health_path: `healthz` is not a valid path",
        "labels: ",
        "name: `Check out`",
        "port: 70000 is not a valid port",
        "region: `Ireland` is not a region",
        "registry: `registry.example.com` is not a registry of ECR",
        "runtime: `cobol`",
        "runtime_image: The base image `debian:latest` has no digest",
        "state_bucket: `States` is not the name of a bucket",
    ] {
        assert!(told.iter().any(|line| line.starts_with(expected)), "{expected} is missing in {told:#?}");
    }
    let of_runtime = told.iter().filter(|line| line.starts_with("runtime: ")).count();
    assert_eq!(of_runtime, 1, "what is wrong everywhere is told once: {told:#?}");
}

#[test]
fn a_load_balancer_brings_its_variables() {
    let with = |name: &str| EnvironmentConfig {
        listener_arn: Some(listener(name)),
        hosts: Some(vec![format!("checkout.{name}.example.com")]),
        ..environment(name)
    };
    let files = made(
        &BootstrapConfig { environment: vec![with("dev"), with("prod")], ..config() },
        &StandardsDocument::default(),
    );
    let variables: Value = serde_json::from_str(&files["terraform/environments/prod.tfvars.json"]).unwrap();
    assert_eq!(variables["hosts"], json!(["checkout.prod.example.com"]));
    assert!(files["terraform/main.tf"].contains("load_balancer {"));
    assert!(!made(&config(), &StandardsDocument::default())["terraform/main.tf"].contains("load_balancer {"));
}
