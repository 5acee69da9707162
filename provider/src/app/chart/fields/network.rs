//! How the app is reached and watched: service, bindings, ingress, network policy and monitoring.

use super::{
    Field, Form, block, decided, enabling, flag, named, number, number_or_text, text, text_map, texts,
};

pub(super) fn fields() -> Vec<Field> {
    vec![
        block("service", "service", vec![
            text("type", "type"),
            text("traffic_distribution", "trafficDistribution"),
            text_map("annotations", "annotations"),
        ]),
        named("backend", "targetGroups", backend()).resolved(),
        enabling("ingress", "ingress", ingress()),
        enabling("http_route", "httpRoute", http_route()),
        enabling("network_policy", "networkPolicy", vec![
            named("ingress", "ingress", peer()),
            named("egress", "egress", peer()),
            Field::new("restrict_egress", "egress", Form::EmptyObject).describe(
                "`true` lets pods talk only to the peers of `egress` blocks and to the cluster's DNS, even if there are \
                 none. Default: whether there are `egress` blocks.",
            ),
        ]),
        enabling("monitoring", "monitoring", vec![
            number_or_text("port", "port"),
            text("path", "path"),
            text("interval", "interval"),
            text("scrape_timeout", "scrapeTimeout"),
            text_map("labels", "labels"),
        ]),
    ]
}

fn backend() -> Vec<Field> {
    let binding = vec![
        flag("multi_cluster", "multiCluster"),
        text("vpc_id", "vpcId"),
        texts("security_groups", "securityGroups"),
        text("api_version", "apiVersion"),
    ];
    vec![
        decided("target_group_name", "name"),
        decided("extra_values, since it is not known before the target group exists", "arn"),
        decided("load_balancer.port", "port"),
        block("binding", "", binding).describe("How the controller of the cluster binds the target group."),
    ]
}

fn ingress() -> Vec<Field> {
    let path = vec![text("type", "type"), number_or_text("port", "port")];
    let paths =
        Field::new("path", "paths", Form::Named("path", path)).describe("A path that leads to the app.");
    vec![
        text("class_name", "className"),
        text_map("annotations", "annotations"),
        named("host", "hosts", vec![paths]).describe("A host name; the empty one stands for all."),
        Field::new(
            "tls",
            "tls",
            Form::Named("secret", vec![texts("hosts", "").describe("Hosts that the certificate is for.")]),
        )
        .describe("A Secret with a certificate."),
    ]
}

fn http_route() -> Vec<Field> {
    vec![
        named(
            "parent",
            "parents",
            vec![text("namespace", "namespace"), text("section_name", "sectionName"), number("port", "port")],
        )
        .describe("A Gateway that the route belongs to."),
        texts("hostnames", "hostnames"),
        texts("paths", "paths"),
        number_or_text("port", "port"),
        text_map("annotations", "annotations"),
    ]
}

fn peer() -> Vec<Field> {
    vec![
        texts("cidrs", "cidrs"),
        text_map("namespace_labels", "namespaceLabels"),
        text_map("pod_labels", "podLabels"),
        Field::new("ports", "ports", Form::NumbersOrTexts),
        text("protocol", "protocol"),
    ]
}
