# Who may take the role: pods of another namespace, and the second cluster's by EKS Pod Identity as well.
namespace               = "payments"
green_oidc_provider_arn = null
