// Package ipsy runs the ipsy provider under terraform-plugin-testing, as providers in Go are tested.
//
// It needs TF_ACC=1, the newest Terraform in TF_ACC_TERRAFORM_PATH, an AWS in the environment, and its listener and cluster
// in IPSY_LISTENER_ARN and IPSY_CLUSTER.
package ipsy

import (
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

const address = "ipsy_app.checkout"

var providers = map[string]resource.ExternalProvider{
	"ipsy": {Source: "ipsy/ipsy"},
}

func app(environment, arguments string) string {
	return fmt.Sprintf(`
resource "ipsy_app" "checkout" {
  name        = "checkout"
  environment = %q

  image {
    repository = "checkout"
  }

  port {
    name = "http"
    port = 8080
  }

  load_balancer {
    listener_arn = %q
    hosts        = ["checkout.example.com"]
    priority     = 120
  }

  backend {
    name    = "blue"
    cluster = %q
    weight  = 1
  }
%s
}
`, environment, os.Getenv("IPSY_LISTENER_ARN"), os.Getenv("IPSY_CLUSTER"), arguments)
}

func action(kind plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{
		PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, kind)},
	}
}

func TestAppIsCreatedChangedImportedAndReplaced(t *testing.T) {
	resource.Test(t, resource.TestCase{
		ExternalProviders: providers,
		Steps: []resource.TestStep{
			{
				Config: app("prod", ""),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
						plancheck.ExpectUnknownValue(address, tfjsonpath.New("listener_rule_arn")),
						plancheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact("prod/checkout")),
					},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectIdentityValueMatchesState(address, tfjsonpath.New("name")),
					statecheck.ExpectIdentityValueMatchesState(address, tfjsonpath.New("environment")),
					statecheck.ExpectIdentityValue(address, tfjsonpath.New("account_id"), knownvalue.StringExact("123456789012")),
				},
			},
			{
				ResourceName:  address,
				ImportState:   true,
				ImportStateId: "prod/checkout",
				// The owner id comes with the first change, and AWS does not hold these arguments.
				ImportStateVerify:       true,
				ImportStateVerifyIgnore: []string{"owner_id", "platform", "explain", "image.0.source", "image.0.tag"},
			},
			{
				Config:           app("prod", "  logs {\n    retention_days = 90\n  }"),
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
			},
			{
				Config:           app("dev", ""),
				ConfigPlanChecks: action(plancheck.ResourceActionReplace),
			},
		},
	})
}

func TestErrorsNameTheArgument(t *testing.T) {
	resource.Test(t, resource.TestCase{
		ExternalProviders: providers,
		Steps: []resource.TestStep{{
			Config:      app("prod", "  logs {\n    retention_days = 31\n  }"),
			ExpectError: regexp.MustCompile(`(?s)kept for 31 days.*retention_days = 31`),
		}},
	})
}
