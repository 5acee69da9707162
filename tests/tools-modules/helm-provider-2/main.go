// A stand-in for the parts of hashicorp/helm 2.17 that ipsy's users touch, on Helm's own SDK: the resource
// `helm_release` with `postrender`. HashiCorp's provider of that generation cannot be had from Go's module
// proxy, and the tests install from nowhere else.
//
// The attributes are those that HashiCorp documents; `postrender` and `kubernetes` are blocks.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
)

func main() {
	serve := func() provider.Provider { return &helmProvider{} }
	options := providerserver.ServeOpts{Address: "registry.terraform.io/hashicorp/helm"}
	if err := providerserver.Serve(context.Background(), serve, options); err != nil {
		log.Fatal(err)
	}
}
