// A stand-in for the parts of hashicorp/helm that ipsy's users touch, on Helm's own SDK: the
// resource `helm_release` with `postrender`. HashiCorp's provider of version 2 and later cannot be
// had from Go's module proxy (its module path has no /v2), and the tests install from nowhere else.
//
// The attributes are those that HashiCorp documents. `postrender` and `kubernetes` are blocks, as in
// version 2.17, where the program's own name holds `_v2.`, else nested attributes, as in version 3.
package main

import (
	"context"
	"log"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
)

func main() {
	generation := attributes
	if strings.Contains(os.Args[0], "_v2.") {
		generation = blocks
	}
	serve := func() provider.Provider { return &helmProvider{generation: generation} }
	options := providerserver.ServeOpts{Address: "registry.terraform.io/hashicorp/helm"}
	if err := providerserver.Serve(context.Background(), serve, options); err != nil {
		log.Fatal(err)
	}
}
