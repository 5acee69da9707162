// Package oci stands for Terraform's oci backend, whose module is not on the Go module proxy.
package oci

import (
	"github.com/hashicorp/terraform/internal/backend/remote-state/inmem"
	"github.com/hashicorp/terraform/internal/backend"
)

// New returns the in-memory backend.
func New() backend.Backend {
	return inmem.New()
}
