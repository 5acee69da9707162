# Every field of the standard chart, set from HCL. No app needs all of it: take the blocks that yours needs.

provider "ipsy" {
  region = var.region
}

resource "ipsy_app" "checkout" {
  name        = "checkout"
  environment = "prod"
  team        = "payments"
  part_of     = "shop"
  runtime     = "java"
  labels      = { cost-center = "cc-42" }
  annotations = { "example.com/runbook" = "https://wiki.example.com/checkout" }

  image {
    repository   = "checkout"
    initial      = "1.0.0"
    pull_policy  = "IfNotPresent"
    pull_secrets = ["registry-login"]
  }

  command         = ["/app/server"]
  args            = ["serve"]
  working_dir     = "/app"
  pod_annotations = { "example.com/scrape" = "true" }

  port {
    name         = "http"
    port         = 8080
    service_port = 80
    app_protocol = "http"
  }

  port {
    name = "admin"
    port = 9901
  }

  # Environment, secrets, files and volumes

  env        = { LOG_LEVEL = "info" }
  env_fields = { POD_IP = "status.podIP" }

  env_from {
    prefix = "SHARED_"
    config_map_ref {
      name     = "shared-settings"
      optional = true
    }
  }

  env_from {
    secret_ref {
      name     = "shared-logins"
      optional = false
    }
  }

  secret {
    name          = "DB_PASSWORD"
    ssm_parameter = "/checkout/db/password"
    version       = "3"
  }

  secret {
    name                   = "API_KEY"
    secrets_manager_secret = "checkout/api"
    property               = "key"
  }

  secret {
    name              = "SIGNING_KEY"
    kubernetes_secret = "signing"
    property          = "key"
  }

  secret_delivery = "externalSecrets"

  external_secrets {
    api_version      = "external-secrets.io/v1"
    refresh_interval = "1h"
    parameter_store {
      kind = "ClusterSecretStore"
      name = "aws-parameter-store"
    }
    secrets_manager {
      kind = "SecretStore"
      name = "checkout"
    }
  }

  file {
    path    = "/etc/checkout/config.yaml"
    content = yamlencode({ port = 8080 })
    mode    = "0440"
  }

  volume {
    name       = "tmp"
    mount_path = "/tmp"
    empty_dir {
      medium     = "Memory"
      size_limit = "256Mi"
    }
  }

  volume {
    name       = "data"
    mount_path = "/data"
    sub_path   = "checkout"
    claim {
      size               = "10Gi"
      storage_class_name = "efs"
      access_modes       = ["ReadWriteMany"]
    }
  }

  volume {
    name       = "archive"
    mount_path = "/archive"
    read_only  = true
    claim {
      existing = "checkout-archive"
    }
  }

  volume {
    name       = "settings"
    mount_path = "/etc/shared"
    config_map = "shared-settings"
  }

  volume {
    name       = "certificate"
    mount_path = "/etc/tls"
    secret     = "shared-certificate"
  }

  # How much runs, and how it is watched and replaced

  resources {
    cpu_request        = "500m"
    cpu_limit          = "2"
    memory             = "1Gi"
    memory_request     = "768Mi"
    ephemeral_storage  = "2Gi"
    extended_resources = { "nvidia.com/gpu" = "1" }
  }

  autoscaling {
    min = 3
    max = 30
    metric {
      name               = "cpu"
      target_utilization = 65
    }
    metric {
      name                 = "memory"
      target_average_value = "600Mi"
    }
    behavior {
      scale_up {
        stabilization_window_seconds = 0
        select_policy                = "Max"
        tolerance                    = "0.05"
        policy {
          type           = "Percent"
          value          = 100
          period_seconds = 60
        }
      }
      scale_down {
        stabilization_window_seconds = 300
      }
    }
  }

  health_check {
    path = "/healthz"
  }

  probes {
    startup {
      http {
        path    = "/healthz"
        port    = "http"
        scheme  = "HTTP"
        headers = { Host = "checkout.example.com" }
      }
      initial_delay_seconds = 1
      period_seconds        = 5
      failure_threshold     = 30
    }
    readiness {
      grpc {
        port    = "admin"
        service = "checkout.v1.Checkout"
      }
      success_threshold = 2
      timeout_seconds   = 2
    }
    liveness {
      tcp {
        port = "http"
      }
      termination_grace_period_seconds = 10
    }
  }

  disruption_budget {
    max_unavailable = "25%"
  }

  strategy {
    type                      = "RollingUpdate"
    max_surge                 = "50%"
    max_unavailable           = 0
    min_ready_seconds         = 10
    progress_deadline_seconds = 900
    revision_history_limit    = 3
  }

  termination {
    pre_stop_seconds = 20
    drain_seconds    = 60
  }

  capacity_buffer {
    api_version = "autoscaling.x-k8s.io/v1alpha1"
    percent     = 20
    replicas    = 2
    limits {
      cpu                = "20"
      memory             = "40Gi"
      ephemeral_storage  = "100Gi"
      extended_resources = { "nvidia.com/gpu" = "4" }
    }
  }

  # Where it runs, and what it may do there

  placement {
    spot_percent        = 90
    arch                = "arm64"
    priority_class_name = "business-critical"
    node_selector       = { "karpenter.sh/nodepool" = "general" }
    toleration {
      key      = "dedicated"
      operator = "Equal"
      value    = "payments"
      effect   = "NoSchedule"
    }
    toleration {
      key                = "node.kubernetes.io/unreachable"
      operator           = "Exists"
      effect             = "NoExecute"
      toleration_seconds = 60
    }
    affinity {
      node_affinity = jsonencode({
        preferredDuringSchedulingIgnoredDuringExecution = [{
          weight     = 1
          preference = { matchExpressions = [{ key = "example.com/disk", operator = "In", values = ["ssd"] }] }
        }]
      })
      pod_affinity = jsonencode({
        preferredDuringSchedulingIgnoredDuringExecution = [{
          weight = 1
          podAffinityTerm = {
            topologyKey   = "topology.kubernetes.io/zone"
            labelSelector = { matchLabels = { "app.kubernetes.io/name" = "cache" } }
          }
        }]
      })
      pod_anti_affinity = jsonencode({
        preferredDuringSchedulingIgnoredDuringExecution = [{
          weight = 1
          podAffinityTerm = {
            topologyKey   = "kubernetes.io/hostname"
            labelSelector = { matchLabels = { "app.kubernetes.io/name" = "batch" } }
          }
        }]
      })
    }
  }

  spread {
    name               = "zone"
    topology_key       = "topology.kubernetes.io/zone"
    max_skew           = 1
    min_domains        = 3
    when_unsatisfiable = "DoNotSchedule"
  }

  spread {
    name    = "node"
    enabled = false
  }

  security {
    run_as_non_root            = true
    run_as_user                = 10001
    run_as_group               = 10001
    fs_group                   = 10001
    seccomp_profile            = "RuntimeDefault"
    read_only_root_filesystem  = true
    allow_privilege_escalation = false
    drop_capabilities          = ["ALL"]
    add_capabilities           = ["NET_BIND_SERVICE"]
  }

  service_account {
    create          = true
    name            = "checkout"
    annotations     = { "example.com/owner" = "payments" }
    automount_token = false
  }

  # What runs beside it

  worker {
    name        = "events"
    command     = ["/app/worker"]
    args        = ["consume"]
    working_dir = "/app"
    env         = { BATCH_SIZE = "100" }

    resources {
      cpu_request = "250m"
      memory      = "512Mi"
    }

    placement {
      spot_percent = 100
    }

    autoscaling {
      min = 0
      max = 20
      metric {
        name              = "queue"
        sqs_queue_url     = "https://sqs.us-east-1.amazonaws.com/123456789012/orders"
        region            = "us-east-1"
        target            = 100
        activation_target = 1
        authentication    = "keda-aws"
      }
      metric {
        name               = "load"
        prometheus_query   = "sum(rate(http_requests_total{app=\"checkout\"}[2m]))"
        prometheus_address = "http://prometheus.monitoring:9090"
        target             = 50
      }
      metric {
        name = "office-hours"
        cron_schedule {
          start     = "0 8 * * 1-5"
          end       = "0 18 * * 1-5"
          time_zone = "Europe/Berlin"
          replicas  = 5
        }
      }
      metric {
        name = "topic"
        keda {
          type     = "kafka"
          metadata = { topic = "orders", lagThreshold = "50" }
        }
      }
      keda {
        polling_interval  = 15
        cooldown_period   = 300
        fallback_replicas = 6
      }
    }

    disruption_budget {
      min_available = 1
    }

    probes {
      liveness {
        exec {
          command = ["/app/alive"]
        }
      }
    }
  }

  worker {
    name     = "mail"
    args     = ["mail"]
    replicas = 2
    disruption_budget {
      enabled = false
    }
  }

  cron {
    name                          = "cleanup"
    schedule                      = "0 3 * * *"
    time_zone                     = "Europe/Berlin"
    concurrency_policy            = "Forbid"
    suspend                       = false
    starting_deadline_seconds     = 300
    successful_jobs_history_limit = 3
    failed_jobs_history_limit     = 3
    command                       = ["/app/run"]
    args                          = ["cleanup"]
    working_dir                   = "/app"
    env                           = { DRY_RUN = "false" }
    backoff_limit                 = 2
    active_deadline_seconds       = 3600
    ttl_seconds_after_finished    = 86400

    resources {
      memory = "256Mi"
    }

    placement {
      spot_percent = 100
    }
  }

  migration {
    enabled                    = true
    command                    = ["/app/run"]
    args                       = ["migrate"]
    working_dir                = "/app"
    env                        = { LOG_LEVEL = "debug" }
    backoff_limit              = 1
    active_deadline_seconds    = 600
    ttl_seconds_after_finished = 3600

    resources {
      memory = "512Mi"
    }

    placement {
      spot_percent = 0
    }
  }

  sidecar {
    name    = "proxy"
    command = ["/bin/proxy"]
    args    = ["--config", "/etc/proxy.yaml"]
    env     = { LOG_LEVEL = "warn" }
    order   = 10
    native  = true

    image {
      repository  = "public.ecr.aws/docker/library/envoy"
      tag         = "v1.35.0"
      pull_policy = "IfNotPresent"
    }

    port {
      name         = "proxy"
      port         = 9902
      service_port = 9902
      protocol     = "TCP"
      app_protocol = "http"
    }

    probes {
      startup {
        tcp {
          port = 9902
        }
      }
    }

    resources {
      cpu_request = "50m"
      memory      = "64Mi"
    }

    mount {
      volume    = "tmp"
      path      = "/var/run/proxy"
      sub_path  = "proxy"
      read_only = false
    }

    security {
      read_only_root_filesystem  = false
      allow_privilege_escalation = false
      drop_capabilities          = ["ALL"]
      add_capabilities           = ["NET_BIND_SERVICE"]
    }
  }

  init_container {
    name    = "warm-up"
    command = ["/app/run"]
    args    = ["warm-up"]
    env     = { LOG_LEVEL = "debug" }
    order   = 20

    image {
      repository  = "public.ecr.aws/docker/library/busybox"
      digest      = "sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
      tag         = "1.37"
      pull_policy = "Always"
    }

    port {
      name         = "progress"
      port         = 9903
      service_port = 9903
      protocol     = "TCP"
      app_protocol = "http"
    }

    resources {
      memory = "64Mi"
    }

    mount {
      volume    = "tmp"
      path      = "/tmp"
      sub_path  = "warm-up"
      read_only = false
    }

    security {
      read_only_root_filesystem  = true
      allow_privilege_escalation = false
      drop_capabilities          = ["ALL"]
      add_capabilities           = ["CHOWN"]
    }
  }

  # How it is reached

  service {
    type                 = "ClusterIP"
    traffic_distribution = "PreferClose"
    annotations          = { "example.com/owner" = "payments" }
  }

  network_policy {
    ingress {
      name     = "load-balancer"
      cidrs    = ["10.0.0.0/16"]
      ports    = ["http"]
      protocol = "TCP"
    }
    ingress {
      name             = "gateway"
      namespace_labels = { "kubernetes.io/metadata.name" = "gateways" }
      pod_labels       = { "app.kubernetes.io/name" = "gateway" }
    }
    egress {
      name  = "database"
      cidrs = ["10.0.8.0/24"]
      ports = [5432]
    }
  }

  monitoring {
    port           = "admin"
    path           = "/metrics"
    interval       = "30s"
    scrape_timeout = "10s"
    labels         = { release = "prometheus" }
  }

  load_balancer {
    listener_arn = var.listener_arn
    hosts        = ["checkout.example.com"]
    priority     = 120
  }

  backend {
    name    = "blue"
    cluster = var.cluster
    weight  = 100
    binding {
      multi_cluster   = false
      vpc_id          = "vpc-0a1b2c3d4e5f67890"
      security_groups = ["sg-0a1b2c3d4e5f67890"]
      api_version     = "elbv2.k8s.aws/v1beta1"
    }
  }

  # Anything else

  extra_object {
    name = "marker"
    manifest = jsonencode({
      apiVersion = "v1"
      kind       = "ConfigMap"
      metadata   = { name = "checkout-marker" }
    })
  }

  extra_values = jsonencode({
    podAnnotations = { "example.com/from" = "extra-values" }
  })
}

# What excludes something above: a load balancer that the controller makes, a fixed number of pods, Argo Rollouts,
# secrets by the Secrets Store CSI driver.
data "ipsy_values" "storefront" {
  name        = "storefront"
  environment = "prod"
  replicas    = 3

  image {
    repository = "public.ecr.aws/docker/library/busybox"
    source     = "literal"
    digest     = "sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
  }

  port {
    name = "http"
    port = 8080
  }

  secret {
    name          = "DB_PASSWORD"
    ssm_parameter = "/storefront/db/password"
  }

  secret_delivery = "csi"

  disruption_budget {
    min_available = "50%"
  }

  probes {
    liveness {
      enabled = false
    }
  }

  migration {
    args            = ["migrate"]
    service_account = "migrations"
  }

  ingress {
    class_name  = "alb"
    annotations = { "alb.ingress.kubernetes.io/scheme" = "internet-facing" }
    host {
      name = "storefront.example.com"
      path {
        path = "/"
        type = "Prefix"
        port = "http"
      }
    }
    tls {
      secret = "storefront-tls"
      hosts  = ["storefront.example.com"]
    }
  }

  http_route {
    parent {
      name         = "public"
      namespace    = "gateways"
      section_name = "https"
      port         = 443
    }
    hostnames   = ["storefront.example.com"]
    paths       = ["/"]
    port        = "http"
    annotations = { "example.com/owner" = "storefront" }
  }

  network_policy {
    restrict_egress = true
  }

  argo_rollout {
    step {
      set_weight = 20
    }
    step {
      pause {
        duration = "5m"
      }
    }
    step {
      analysis {
        templates = ["error-rate"]
      }
    }
    abort_scale_down_delay_seconds = 30
  }
}
