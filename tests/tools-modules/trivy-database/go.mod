// Ours: makes a small database for Trivy.
module github.com/ipsy/terraform-provider-ipsy/tests/tools-modules/trivy-database

go 1.26.0

require go.etcd.io/bbolt v1.5.0

require golang.org/x/sys v0.45.0 // indirect
