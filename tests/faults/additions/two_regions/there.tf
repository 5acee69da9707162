# The same app in another region of the account. Names of roles are global, so that its role has another one.

provider "ipsy" {
  alias  = "there"
  region = "eu-west-1"

  standards {
    required_labels = []
  }
}

resource "ipsy_app" "there" {
  provider    = ipsy.there
  name        = "checkout"
  environment = "prod"

  image {
    repository = "checkout"
    initial    = "1.0.0"
  }

  port {
    name = "http"
    port = 8080
  }

  iam {
    role_name           = "checkout-prod-eu-west-1"
    policy_json         = local.policies.topic
    managed_policy_arns = var.role.managed
  }

  logs {
    retention_days = 30
  }
}
