package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"k8s.io/cli-runtime/pkg/genericclioptions"
)

type helmProvider struct{}

// kubernetes holds the connection to the cluster.
type kubernetes struct {
	ConfigPath types.String `tfsdk:"config_path"`
}

func (p *helmProvider) Metadata(_ context.Context, _ provider.MetadataRequest, response *provider.MetadataResponse) {
	response.TypeName = "helm"
}

func (p *helmProvider) Schema(_ context.Context, _ provider.SchemaRequest, response *provider.SchemaResponse) {
	connection := map[string]schema.Attribute{"config_path": schema.StringAttribute{Required: true}}
	block := schema.ListNestedBlock{NestedObject: schema.NestedBlockObject{Attributes: connection}}
	response.Schema = schema.Schema{Blocks: map[string]schema.Block{"kubernetes": block}}
}

func (p *helmProvider) Configure(ctx context.Context, request provider.ConfigureRequest, response *provider.ConfigureResponse) {
	given, problems := single[kubernetes](ctx, request.Config, "kubernetes")
	response.Diagnostics.Append(problems...)
	if given == nil || response.Diagnostics.HasError() {
		return
	}
	configuration := given.ConfigPath.ValueString()
	response.ResourceData = cluster(func(namespace string) *genericclioptions.ConfigFlags {
		flags := genericclioptions.NewConfigFlags(false)
		flags.KubeConfig, flags.Namespace = &configuration, &namespace
		return flags
	})
}

func (p *helmProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (p *helmProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &release{} }}
}

// getter is a configuration, a plan or a state.
type getter interface {
	GetAttribute(ctx context.Context, path path.Path, target any) diag.Diagnostics
}

// single reads a block that may be there once.
func single[T any](ctx context.Context, from getter, name string) (*T, diag.Diagnostics) {
	var list []T
	problems := from.GetAttribute(ctx, path.Root(name), &list)
	if len(list) == 0 {
		return nil, problems
	}
	return &list[0], problems
}
