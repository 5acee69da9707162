# What a new version of the standards would change in prod.
output "change" {
  value = provider::ipsy::standards_diff(
    <<-YAML
      apiVersion: ipsy.dev/v1
      kind: Standards
      version: "2026.10"
      resources: { maximum: { memory: 8Gi } }
    YAML
    ,
    <<-YAML
      apiVersion: ipsy.dev/v1
      kind: Standards
      version: "2026.11"
      resources: { maximum: { memory: 4Gi } }
    YAML
    ,
    "prod",
  )
}
