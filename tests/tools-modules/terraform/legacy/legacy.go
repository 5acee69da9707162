// Package legacy is empty: Terraform's main program does not use it, and its module is not on the Go module proxy.
package legacy
