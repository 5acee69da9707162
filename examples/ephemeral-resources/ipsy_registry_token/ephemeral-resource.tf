ephemeral "ipsy_registry_token" "here" {}

provider "helm" {
  registries = [{
    url      = "oci://${ephemeral.ipsy_registry_token.here.registry}"
    username = ephemeral.ipsy_registry_token.here.user_name
    password = ephemeral.ipsy_registry_token.here.password
  }]
}
