package main

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/postrender"
	"helm.sh/helm/v3/pkg/storage/driver"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"sigs.k8s.io/yaml"
)

// cluster is what the provider's configuration gives to its resources: ways to a namespace.
type cluster func(namespace string) *genericclioptions.ConfigFlags

type release struct {
	cluster cluster
}

// settings are what a release is made of.
type settings struct {
	name, namespace, chart string
	values                 []string
	wait                   bool
	timeout                time.Duration
	postrender             *postrenderer
}

type postrenderer struct {
	BinaryPath types.String `tfsdk:"binary_path"`
	Args       []string     `tfsdk:"args"`
}

func (r *release) Metadata(_ context.Context, _ resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = "helm_release"
}

func (r *release) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	replace := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	nested := map[string]schema.Attribute{
		"binary_path": schema.StringAttribute{Required: true},
		"args":        schema.ListAttribute{Optional: true, ElementType: types.StringType},
	}
	block := schema.ListNestedBlock{NestedObject: schema.NestedBlockObject{Attributes: nested}}
	response.Schema = schema.Schema{Blocks: map[string]schema.Block{"postrender": block}, Attributes: map[string]schema.Attribute{
		"id":        schema.StringAttribute{Computed: true, PlanModifiers: keep},
		"status":    schema.StringAttribute{Computed: true, PlanModifiers: keep},
		"name":      schema.StringAttribute{Required: true, PlanModifiers: replace},
		"namespace": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString("default"), PlanModifiers: replace},
		"chart":     schema.StringAttribute{Required: true},
		"values":    schema.ListAttribute{Optional: true, ElementType: types.StringType},
		"wait":      schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true)},
		"timeout":   schema.Int64Attribute{Optional: true, Computed: true, Default: int64default.StaticInt64(300)},
	}}
}

func (r *release) Configure(_ context.Context, request resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	r.cluster, _ = request.ProviderData.(cluster)
}

func (r *release) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	settings, problems := r.read(ctx, request.Plan)
	response.Diagnostics.Append(problems...)
	if response.Diagnostics.HasError() {
		return
	}
	err := r.apply(settings, func(helm *action.Configuration, chart *chart.Chart, values map[string]any, render postrender.PostRenderer) error {
		install := action.NewInstall(helm)
		install.ReleaseName, install.Namespace = settings.name, settings.namespace
		install.Wait, install.Timeout = settings.wait, settings.timeout
		install.PostRenderer = render
		_, err := install.RunWithContext(ctx, chart, values)
		return err
	})
	if err != nil {
		response.Diagnostics.AddError("installation failed", err.Error())
		return
	}
	response.State.Raw = request.Plan.Raw
	response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root("id"), settings.name)...)
	response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root("status"), "deployed")...)
}

func (r *release) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	settings, problems := r.read(ctx, request.Plan)
	response.Diagnostics.Append(problems...)
	if response.Diagnostics.HasError() {
		return
	}
	err := r.apply(settings, func(helm *action.Configuration, chart *chart.Chart, values map[string]any, render postrender.PostRenderer) error {
		upgrade := action.NewUpgrade(helm)
		upgrade.Namespace = settings.namespace
		upgrade.Wait, upgrade.Timeout = settings.wait, settings.timeout
		upgrade.PostRenderer = render
		_, err := upgrade.RunWithContext(ctx, settings.name, chart, values)
		return err
	})
	if err != nil {
		response.Diagnostics.AddError("upgrade failed", err.Error())
		return
	}
	response.State.Raw = request.Plan.Raw
}

func (r *release) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	settings, problems := r.read(ctx, request.State)
	response.Diagnostics.Append(problems...)
	if response.Diagnostics.HasError() {
		return
	}
	helm, err := r.helm(settings.namespace)
	if err == nil {
		_, err = action.NewGet(helm).Run(settings.name)
	}
	switch {
	case errors.Is(err, driver.ErrReleaseNotFound):
		response.State.RemoveResource(ctx)
	case err != nil:
		response.Diagnostics.AddError("the release cannot be read", err.Error())
	}
}

func (r *release) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	settings, problems := r.read(ctx, request.State)
	response.Diagnostics.Append(problems...)
	if response.Diagnostics.HasError() {
		return
	}
	helm, err := r.helm(settings.namespace)
	if err == nil {
		uninstall := action.NewUninstall(helm)
		uninstall.Wait, uninstall.Timeout = settings.wait, settings.timeout
		_, err = uninstall.Run(settings.name)
	}
	if err != nil && !errors.Is(err, driver.ErrReleaseNotFound) {
		response.Diagnostics.AddError("uninstallation failed", err.Error())
	}
}

// apply prepares everything that an installation and an upgrade have in common. The post-renderer is
// started as HashiCorp's provider starts it: by Helm's own Exec, with a path and arguments.
func (r *release) apply(
	settings *settings,
	act func(*action.Configuration, *chart.Chart, map[string]any, postrender.PostRenderer) error,
) error {
	helm, err := r.helm(settings.namespace)
	if err != nil {
		return err
	}
	chart, err := loader.Load(settings.chart)
	if err != nil {
		return err
	}
	values := map[string]any{}
	for _, text := range settings.values {
		var layer map[string]any
		if err := yaml.Unmarshal([]byte(text), &layer); err != nil {
			return err
		}
		values = merge(values, layer)
	}
	var render postrender.PostRenderer
	if given := settings.postrender; given != nil {
		render, err = postrender.NewExec(given.BinaryPath.ValueString(), given.Args...)
		if err != nil {
			return err
		}
	}
	return act(helm, chart, values, render)
}

func (r *release) helm(namespace string) (*action.Configuration, error) {
	if r.cluster == nil {
		return nil, errors.New("the provider has no `kubernetes`")
	}
	helm := new(action.Configuration)
	return helm, helm.Init(r.cluster(namespace), namespace, "secret", func(string, ...any) {})
}

func (r *release) read(ctx context.Context, from getter) (*settings, diag.Diagnostics) {
	var problems diag.Diagnostics
	read := &settings{}
	var seconds int64
	for name, target := range map[string]any{
		"name": &read.name, "namespace": &read.namespace, "chart": &read.chart,
		"values": &read.values, "wait": &read.wait, "timeout": &seconds,
	} {
		problems.Append(from.GetAttribute(ctx, path.Root(name), target)...)
	}
	read.timeout = time.Duration(seconds) * time.Second
	given, nested := single[postrenderer](ctx, from, "postrender")
	problems.Append(nested...)
	read.postrender = given
	return read, problems
}

// merge lays one document of values over another, as Helm does.
func merge(under, over map[string]any) map[string]any {
	for name, value := range over {
		upper, both := value.(map[string]any)
		lower, mapping := under[name].(map[string]any)
		if both && mapping {
			value = merge(lower, upper)
		}
		under[name] = value
	}
	return under
}
