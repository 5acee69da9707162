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
	"k8s.io/client-go/rest"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// generation is the form of nested configuration: blocks until version 2.17, attributes since 3.0.
type generation int

const (
	attributes generation = iota
	blocks
)

type helmProvider struct {
	generation generation
}

// kubernetes says how the cluster is reached.
type kubernetes struct {
	Host                 types.String `tfsdk:"host"`
	ClusterCACertificate types.String `tfsdk:"cluster_ca_certificate"`
	Token                types.String `tfsdk:"token"`
	ConfigPath           types.String `tfsdk:"config_path"`
	Exec                 types.Object `tfsdk:"exec"`
}

type execution struct {
	APIVersion types.String `tfsdk:"api_version"`
	Command    types.String `tfsdk:"command"`
	Args       []string     `tfsdk:"args"`
}

func (p *helmProvider) Metadata(_ context.Context, _ provider.MetadataRequest, response *provider.MetadataResponse) {
	response.TypeName = "helm"
}

func (p *helmProvider) Schema(_ context.Context, _ provider.SchemaRequest, response *provider.SchemaResponse) {
	text := schema.StringAttribute{Optional: true}
	connection := map[string]schema.Attribute{
		"host":                   text,
		"cluster_ca_certificate": text,
		"token":                  schema.StringAttribute{Optional: true, Sensitive: true},
		"config_path":            text,
		"exec": schema.SingleNestedAttribute{Optional: true, Attributes: map[string]schema.Attribute{
			"api_version": schema.StringAttribute{Required: true},
			"command":     schema.StringAttribute{Required: true},
			"args":        schema.ListAttribute{Optional: true, ElementType: types.StringType},
		}},
	}
	if p.generation == blocks {
		block := schema.ListNestedBlock{NestedObject: schema.NestedBlockObject{Attributes: connection}}
		response.Schema = schema.Schema{Blocks: map[string]schema.Block{"kubernetes": block}}
		return
	}
	nested := schema.SingleNestedAttribute{Optional: true, Attributes: connection}
	response.Schema = schema.Schema{Attributes: map[string]schema.Attribute{"kubernetes": nested}}
}

func (p *helmProvider) Configure(ctx context.Context, request provider.ConfigureRequest, response *provider.ConfigureResponse) {
	given, problems := single[kubernetes](ctx, request.Config, "kubernetes", p.generation)
	response.Diagnostics.Append(problems...)
	if given == nil || response.Diagnostics.HasError() {
		return
	}
	var exec *execution
	if !given.Exec.IsNull() && !given.Exec.IsUnknown() {
		exec = &execution{}
		response.Diagnostics.Append(given.Exec.As(ctx, exec, attrOptions)...)
	}
	response.ResourceData = cluster(func(namespace string) *genericclioptions.ConfigFlags {
		flags := connect(given, exec)
		flags.Namespace = &namespace
		return flags
	})
}

func (p *helmProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (p *helmProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &release{generation: p.generation} }}
}

// connect builds what Helm's SDK takes as its way to the cluster.
func connect(given *kubernetes, exec *execution) *genericclioptions.ConfigFlags {
	flags := genericclioptions.NewConfigFlags(false)
	if path := given.ConfigPath.ValueString(); path != "" {
		flags.KubeConfig = &path
	}
	if host := given.Host.ValueString(); host != "" {
		flags.APIServer = &host
	}
	flags.WrapConfigFn = func(config *rest.Config) *rest.Config {
		if authority := given.ClusterCACertificate.ValueString(); authority != "" {
			config.TLSClientConfig.CAData = []byte(authority)
		}
		if token := given.Token.ValueString(); token != "" {
			config.BearerToken = token
		}
		if exec != nil {
			config.ExecProvider = &clientcmdapi.ExecConfig{
				APIVersion:      exec.APIVersion.ValueString(),
				Command:         exec.Command.ValueString(),
				Args:            exec.Args,
				InteractiveMode: clientcmdapi.NeverExecInteractiveMode,
			}
		}
		return config
	}
	return flags
}

// getter is a configuration, a plan or a state.
type getter interface {
	GetAttribute(ctx context.Context, path path.Path, target any) diag.Diagnostics
}

// single reads what may be there once, in whichever form this generation has it.
func single[T any](ctx context.Context, from getter, name string, form generation) (*T, diag.Diagnostics) {
	if form == attributes {
		var one *T
		problems := from.GetAttribute(ctx, path.Root(name), &one)
		return one, problems
	}
	var list []T
	problems := from.GetAttribute(ctx, path.Root(name), &list)
	if len(list) == 0 {
		return nil, problems
	}
	return &list[0], problems
}
