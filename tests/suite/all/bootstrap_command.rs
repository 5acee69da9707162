//! `terraform-provider-ipsy bootstrap` and `cost`: the same files as the data source, questions on a terminal, and an app
//! on EC2 that becomes a project.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use acceptance::aws_bench::AwsBench;
use acceptance::console::Console;
use acceptance::permissions::{Feature, features, of_plans};
use acceptance::process::{Outcome, Process};
use acceptance::terraform::Terraform;
use acceptance::tools::ClusterTools;
use acceptance::workspace;
use serde_json::{Value, json};

use crate::fixture;

const REGISTRY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

/// The files of the data source for an app in two environments.
fn files_of_the_data_source() -> BTreeMap<String, String> {
    let text = format!(
        "terraform {{\n  required_providers {{\n    ipsy = {{\n      source = \"ipsy/ipsy\"\n    }}\n  }}\n}}\n\
         data \"ipsy_bootstrap\" \"this\" {{\n  name = \"checkout\"\n  team = \"payments\"\n  runtime = \"node\"\n  \
         port = 8080\n  labels = {{ cost-center = \"cc-42\" }}\n  registry = \"{REGISTRY}\"\n  \
         chart = \"oci://{REGISTRY}/charts/ipsy-app\"\n  \
         environment {{\n    name = \"dev\"\n    cluster = \"eks-dev\"\n  }}\n  \
         environment {{\n    name = \"prod\"\n    cluster = \"eks-blue\"\n    min_replicas = 3\n  }}\n}}\n\
         output \"files\" {{\n  value = data.ipsy_bootstrap.this.files\n}}\n"
    );
    let terraform = Terraform::with_configuration(&text, fixture::tools(), fixture::programs()).unwrap();
    terraform.init().unwrap();
    terraform.apply().unwrap();
    serde_json::from_value(terraform.output("files").unwrap()).unwrap()
}

/// The texts below a folder, by their paths.
fn texts(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}

fn bootstrap(arguments: &[&str]) -> Outcome {
    Process::new(&fixture::programs().provider).arg("bootstrap").args(arguments).run().unwrap()
}

#[test]
fn options_and_a_file_give_the_files_of_the_data_source() {
    let expected = files_of_the_data_source();
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("checkout").display().to_string();
    let chart = format!("oci://{REGISTRY}/charts/ipsy-app");
    let options = [
        "--name=checkout",
        "--team=payments",
        "--runtime=node",
        "--port=8080",
        "--labels=cost-center=cc-42",
        "--registry",
        REGISTRY,
        "--chart",
        &chart,
        "--environment=dev,cluster=eks-dev",
        "--environment=name=prod,cluster=eks-blue,min_replicas=3",
        "--directory",
        &directory,
        "--yes",
    ];
    bootstrap(&options).ok().unwrap();
    assert_eq!(texts(Path::new(&directory)), expected);

    let file = folder.path().join("app.yaml");
    let arguments = json!({
        "name": "checkout",
        "team": "payments",
        "runtime": "node",
        "port": 8080,
        "labels": { "cost-center": "cc-42" },
        "registry": REGISTRY,
        "chart": chart,
        "environment": [
            { "name": "dev", "cluster": "eks-dev" },
            { "name": "prod", "cluster": "eks-blue", "min_replicas": 3 },
        ],
    });
    fs::write(&file, arguments.to_string()).unwrap();
    let again = bootstrap(&["--file", &file.display().to_string(), "--directory", &directory]);
    assert!(again.ok().unwrap().stdout.contains("0 files written."), "the file gives the same project");
}

/// Types `typed` into a program on a pseudo-terminal, and prints what it shows.
const TERMINAL: &str = "
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
os.write(terminal, sys.stdin.buffer.read())
while True:
    try:
        shown = os.read(terminal, 4096)
    except OSError:
        break
    if not shown:
        break
    sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
";

#[test]
fn questions_on_a_terminal_give_the_same_project() {
    let expected = files_of_the_data_source();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("platform.yaml");
    let platform = json!({
        "team": "payments",
        "labels": { "cost-center": "cc-42" },
        "registry": REGISTRY,
        "chart": format!("oci://{REGISTRY}/charts/ipsy-app"),
    });
    fs::write(&file, platform.to_string()).unwrap();
    let standards = folder.path().join("standards.yaml");
    let document = "apiVersion: ipsy.dev/v1\nkind: Standards\nplatform: {deploymentOrder: [dev, prod]}\nenvironments:\n  \
        dev: {platform: {clusters: {main: {cluster: eks-dev}}}}\n  prod: {platform: {clusters: {main: {cluster: eks-blue}}}}\n";
    fs::write(&standards, document).unwrap();
    let directory = folder.path().join("checkout");
    let ask = |typed: &str| {
        Process::new(&fixture::tools().moto_python)
            .args(["-c", TERMINAL])
            .arg(&fixture::programs().provider)
            .args(["bootstrap", "--file"])
            .arg(&file)
            .arg("--standards")
            .arg(&standards)
            .arg("--directory")
            .arg(&directory)
            .input(typed)
            .run()
            .unwrap()
    };
    let refused = ask("checkout\ncobol\nnode\n8080\nn\n");
    assert!(refused.stdout.contains("`cobol` is not a runtime."), "{}", refused.everything());
    assert!(!directory.exists(), "nothing is written without consent");
    let made = ask("checkout\nnode\n8080\ny\n");
    assert_eq!(made.code, 0, "{}", made.everything());
    let found = texts(&directory);
    assert_eq!(found["Dockerfile"], expected["Dockerfile"]);
    assert_eq!(found["terraform/versions.tf"], expected["terraform/versions.tf"]);
    assert!(found.contains_key("terraform/environments/prod.tfvars.json"), "{:?}", found.keys());
}

/// Builds an app on EC2: three instances in an Auto Scaling group, behind a rule of the load balancer.
fn fleet(aws: &AwsBench) -> Value {
    let built = Process::new(&fixture::tools().moto_python)
        .arg(workspace::root().join("tests/aws/fleet.py"))
        .args([&aws.platform.listener_arn, &aws.platform.vpc_id, &aws.platform.subnet_ids[0]])
        .envs(aws.environment())
        .env("AWS_DEFAULT_REGION", &aws.region)
        .succeed()
        .unwrap();
    serde_json::from_str(&built.stdout).unwrap()
}

/// The row of the permissions that is about this.
fn is_reading(feature: &Feature) -> bool {
    feature.name == "Reading an app on EC2"
}

#[test]
fn an_app_on_ec2_becomes_a_project_that_applies_without_a_second_rule() {
    let aws = fixture::aws();
    let built = fleet(&aws);
    let programs = fixture::programs();
    let mut terraform = Terraform::with_configuration("", fixture::tools(), programs).unwrap().against(&aws);
    fs::remove_file(terraform.configuration().join("main.tf")).unwrap();
    let root = terraform.folder().to_owned();
    symlink(terraform.configuration(), root.join("terraform")).unwrap();
    let chart = workspace::root().join("examples/charts/ipsy-app");
    let listed = of_plans(&features().unwrap().into_iter().filter(is_reading).collect::<Vec<_>>());
    aws.allow_only(&listed.iter().cloned().collect::<Vec<_>>()).unwrap();
    let made = terraform
        .beside(&programs.provider)
        .args(["bootstrap", "--name=checkout", "--team=payments", "--runtime=java", "--yes"])
        .args(["--from-auto-scaling-group=checkout-fleet", "--environment=prod,cluster=eks-blue"])
        .arg("--chart")
        .arg(&chart)
        .arg("--directory")
        .arg(&root)
        .run()
        .unwrap();
    assert_eq!(made.code, 0, "{}", made.everything());
    assert_eq!(aws.needed_actions().unwrap(), listed);
    aws.allow_all().unwrap();

    let read = |name: &str| fs::read_to_string(root.join(name)).unwrap();
    let variables: Value = serde_json::from_str(&read("terraform/environments/prod.tfvars.json")).unwrap();
    assert_eq!(variables["ec2_target_group_arn"], built["target_group"]);
    assert_eq!(variables["weight"], 0);
    assert_eq!((&variables["min_replicas"], &variables["max_replicas"]), (&json!(3), &json!(6)));
    assert_eq!(variables["hosts"], json!(["checkout.example.com"]));
    assert_eq!(variables["priority"], 120);
    let main = read("terraform/main.tf");
    assert!(main.contains("path = \"/healthz\"") && main.contains("fleet-metrics"), "{main}");
    assert!(!main.contains("AmazonSSMManagedInstanceCore"), "only instances need it: {main}");
    assert!(read("terraform/policies/orders-queue.json").contains("sqs:ReceiveMessage"));

    // As the pipeline deploys it, before there is an image.
    let commands = root.join("programs");
    fs::create_dir(&commands).unwrap();
    symlink(&fixture::tools().terraform, commands.join("terraform")).unwrap();
    terraform.set("PATH", &format!("{}:{}", commands.display(), std::env::var("PATH").unwrap()));
    terraform.set("TF_CLI_ARGS_plan", "-var-file=environments/prod.tfvars.json -target=ipsy_app.app");
    let helm = ClusterTools::helm_provider(Console::quiet()).unwrap();
    terraform.add_provider("hashicorp/helm", "3.2.0", &helm).unwrap();
    aws.forget_calls().unwrap();
    let deployed = terraform.beside("sh").args(["ci/deploy.sh", "prod"]).within(&root).run().unwrap();
    assert_eq!(deployed.code, 0, "{}", deployed.everything());
    let calls = fixture::changing_calls(&aws);
    assert!(!calls.contains(&"CreateRule".to_owned()), "the rule is imported: {calls:?}");

    let resources = aws.resources().unwrap();
    let forwarding = &resources.rules[0];
    assert_eq!(forwarding.arn, built["rule"].as_str().unwrap());
    assert_eq!(forwarding.weights["checkout-fleet"], 100);
    assert_eq!(
        forwarding.weights.values().sum::<u16>(),
        100,
        "the cluster begins with none: {:?}",
        forwarding.weights
    );
    assert_eq!(forwarding.weights.len(), 2);
    let role = &resources.roles["checkout-prod"];
    assert!(role["policies"].to_string().contains("orders-queue"), "{role}");
    let plan = terraform.plan().unwrap();
    assert!(!plan.has_changes, "{}", plan.text);
}

#[test]
fn a_fleet_that_cannot_be_read_is_explained() {
    let aws = fixture::aws();
    fleet(&aws);
    let run = |arguments: &[&str]| {
        let provider = Process::new(&fixture::programs().provider).envs(aws.environment());
        let outcome = provider.args(arguments).run().unwrap();
        assert_eq!(outcome.code, 1, "{}", outcome.everything());
        outcome.stdout
    };
    let told = run(&["bootstrap", "--name=checkout", "--from-auto-scaling-group=fleet"]);
    assert!(told.contains("The Auto Scaling group `fleet` was not found in us-east-1."), "{told}");
    let told = run(&["bootstrap", "--name=checkout", "--from-target-group=fleet"]);
    assert!(told.contains("The target group `fleet` was not found in us-east-1."), "{told}");
    let arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/a/1/2/3";
    let told = run(&["bootstrap", "--from-target-group=checkout-fleet", "--from-listener-rule", arn]);
    assert!(told.contains("does not lead to `checkout-fleet`"), "{told}");
}

#[test]
fn costs_of_a_fleet_are_a_table() {
    let aws = fixture::aws();
    fleet(&aws);
    let run = |more: &[&str]| {
        Process::new(&fixture::programs().provider)
            .envs(aws.environment())
            .args(["cost", "--auto-scaling-group=checkout-fleet", "--node=cpu=8,memory=16Gi,hourly=0.34"])
            .args(["--cpu=0.5", "--memory=1Gi", "--utilization=50"])
            .args(more)
            .run()
            .unwrap()
    };
    let table = run(&["--price=t3.small=0.0208"]).ok().unwrap().stdout;
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[1], ["checkout-fleet", "3", "t3.small", "0.0624", "45.55"], "{table}");
    assert_eq!(rows[3], ["Kubernetes", "0.12", "nodes", "0.0425", "31.02"], "{table}");
    assert_eq!(rows[4][..3], ["saved", "31.9", "%"], "{table}");
    let refused = run(&["--price=m5.large=0.1"]);
    assert!(
        refused.code == 1 && refused.stdout.contains("--price t3.small=PRICE"),
        "{}",
        refused.everything()
    );
}
