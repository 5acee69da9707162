//! `#[derive(Arguments)]`: the schema of a block from the struct that its arguments are read into. The documentation of
//! [`provider_framework::Arguments`](https://docs.rs/provider-framework/latest/provider_framework/trait.Arguments.html)
//! explains the options.
//!
//! The generated code only calls provider-framework's builder. For the field
//!
//! ```ignore
//! /// Number of pods.
//! #[argument(required, example = "3")]
//! replicas: Option<i64>,
//! ```
//!
//! it adds this, so that an option that does not fit the field is an ordinary error of the compiler:
//!
//! ```ignore
//! body.add("replicas", Form::required(<Option<i64> as Argument>::form().describe("Number of pods.")).example("3"));
//! ```

mod option;
mod text;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Field, Fields, Result, parse_macro_input};

use option::{Key, Options};

/// Derives
/// [`provider_framework::Arguments`](https://docs.rs/provider-framework/latest/provider_framework/trait.Arguments.html) for
/// a struct, and with it `provider_framework::Argument`, so that the struct can be a nested block.
#[proc_macro_derive(Arguments, attributes(argument, arguments))]
pub fn derive_arguments(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    implement(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn implement(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(input.span(), "`Arguments` can be derived for structs only"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new(input.span(), "`Arguments` needs fields with names: they are the arguments"));
    };
    if !option::has_serde_word(&input.attrs, "default")? {
        let message = "add `#[serde(default)]`: arguments that are absent or unknown are not in the value";
        return Err(Error::new(input.ident.span(), message));
    }
    let name = &input.ident;
    let description = text::of_documentation(&input.attrs);
    let arguments: Vec<TokenStream> = fields.named.iter().map(argument).collect::<Result<_>>()?;
    let Options { key, object, calls, .. } = Options::read(&input.attrs, "arguments")?;
    let (form, value) = if object {
        let of = quote!(<Self as ::provider_framework::Arguments>::body().implied_type());
        (quote!(::provider_framework::Attribute), quote!(::provider_framework::Attribute::optional(#of)))
    } else if let Some(Key { name, description }) = key {
        (
            quote!(::provider_framework::Block),
            quote!(::provider_framework::Block::named(#name, #description).arguments::<Self>()),
        )
    } else {
        (
            quote!(::provider_framework::Block),
            quote!(::provider_framework::Block::single().arguments::<Self>()),
        )
    };
    Ok(quote! {
        #[automatically_derived]
        impl ::provider_framework::Arguments for #name {
            fn body() -> ::provider_framework::Body {
                let mut body = ::provider_framework::Body::new(#description);
                #(#arguments)*
                body
            }
        }

        #[automatically_derived]
        impl ::provider_framework::Argument for #name {
            type Form = #form;

            fn form() -> #form {
                #value #(#calls)*
            }
        }
    })
}

/// The statement that adds the argument of one field.
fn argument(field: &Field) -> Result<TokenStream> {
    if option::has_serde_word(&field.attrs, "skip")? {
        return Ok(TokenStream::new());
    }
    let Some(identifier) = &field.ident else { return Ok(TokenStream::new()) };
    let name = identifier.unraw().to_string();
    let Options { required, written_as, calls, .. } = Options::read(&field.attrs, "argument")?;
    let of = written_as.as_ref().unwrap_or(&field.ty);
    let mut form = quote_spanned!(of.span()=> <#of as ::provider_framework::Argument>::form());
    let description = text::of_documentation(&field.attrs);
    if !description.is_empty() {
        form = quote!(#form.describe(#description));
    }
    if required {
        form = quote!(::provider_framework::Form::required(#form));
    }
    Ok(quote!(body.add(#name, #form #(#calls)*);))
}
