// Package judge runs the example provider under terraform-plugin-testing, as providers in Go are tested.
//
// It needs TF_ACC=1, the newest Terraform in TF_ACC_TERRAFORM_PATH, and the provider in the plugin folder of HOME.
package judge

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

var providers = map[string]resource.ExternalProvider{
	"null": {Source: "example/null", VersionConstraint: "0.1.0"},
}

func config(folder, text string) string {
	return fmt.Sprintf("provider \"null\" {\n  folder = %q\n}\n%s", folder, text)
}

func file(folder, name, content string) string {
	return config(folder, fmt.Sprintf("resource \"null_file\" \"file\" {\n  name = %q\n  content = %q\n}\n", name, content))
}

func TestFileIsCreatedChangedReplacedAndImported(t *testing.T) {
	folder := t.TempDir()
	const address = "null_file.file"
	resource.Test(t, resource.TestCase{
		ExternalProviders: providers,
		CheckDestroy: func(*terraform.State) error {
			entries, err := os.ReadDir(folder)
			if err == nil && len(entries) > 0 {
				err = fmt.Errorf("%d files are left", len(entries))
			}
			return err
		},
		Steps: []resource.TestStep{
			{
				Config: file(folder, "one", "text"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
						plancheck.ExpectUnknownValue(address, tfjsonpath.New("id")),
					},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("size"), knownvalue.Int64Exact(4)),
					statecheck.ExpectIdentity(address, map[string]knownvalue.Check{
						"name": knownvalue.StringExact("one"),
					}),
					statecheck.ExpectIdentityValueMatchesState(address, tfjsonpath.New("name")),
				},
			},
			{ResourceName: address, ImportState: true, ImportStateId: "one", ImportStateVerify: true},
			{
				ResourceName:    address,
				ImportState:     true,
				ImportStateKind: resource.ImportBlockWithResourceIdentity,
			},
			{
				Config: file(folder, "one", "other"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
					},
				},
			},
			{
				Config: file(folder, "two", "other"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(address, plancheck.ResourceActionReplace),
					},
				},
			},
			{
				// Someone deletes the file, and the next plan creates it again.
				PreConfig: func() {
					if err := os.Remove(filepath.Join(folder, "two")); err != nil {
						t.Fatal(err)
					}
				},
				Config: file(folder, "two", "other"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
					},
				},
			},
		},
	})
}

func TestThingHasBlocksOfEveryKind(t *testing.T) {
	thing := func(word string) string {
		return config(t.TempDir(), fmt.Sprintf(`
resource "null_thing" "thing" {
  text   = %[1]q
  number = 0.1
  set    = [3, 1, 2]
  any    = { a = [1, "b"] }
  one {
    word = %[1]q
  }
  step {
    word = "a"
  }
  step {
    word = %[1]q
  }
  tag {
    word = "t"
  }
  port "http" {
    word = "p"
  }
  rule {
    name = "r"
    word = %[1]q
  }
}
`, word))
	}
	resource.Test(t, resource.TestCase{
		ExternalProviders: providers,
		Steps: []resource.TestStep{
			{Config: thing("first")},
			{Config: thing("second")},
		},
	})
}

func TestErrorsNameTheArgument(t *testing.T) {
	resource.Test(t, resource.TestCase{
		ExternalProviders: providers,
		Steps: []resource.TestStep{{
			Config:      file(t.TempDir(), "a/b", "text"),
			ExpectError: regexp.MustCompile(`(?s)Not a file name.*name = "a/b"`),
		}},
	})
}
