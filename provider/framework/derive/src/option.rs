//! The options in `#[argument(…)]` and `#[arguments(…)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Error, Expr, ExprLit, Ident, Lit, LitStr, Meta, MetaNameValue, Result, Token, Type};

/// The argument that names each block of a list.
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) description: LitStr,
}

/// What the options of one field or struct ask for.
#[derive(Default)]
pub(crate) struct Options {
    /// `required`
    pub(crate) required: bool,
    /// `written_as = Type`
    pub(crate) written_as: Option<Type>,
    /// `key(name = "…")`
    pub(crate) key: Option<Key>,
    /// `object`
    pub(crate) object: bool,
    /// All others, as calls of the builder's methods: `.example("3")`.
    pub(crate) calls: Vec<TokenStream>,
}

impl Options {
    /// Reads all attributes called `attribute`.
    pub(crate) fn read(attributes: &[Attribute], attribute: &str) -> Result<Self> {
        let mut options = Self::default();
        for attribute in attributes.iter().filter(|one| one.path().is_ident(attribute)) {
            for meta in attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)? {
                options.add(&meta)?;
            }
        }
        Ok(options)
    }

    fn add(&mut self, meta: &Meta) -> Result<()> {
        let method = meta.path();
        match meta {
            Meta::Path(path) if path.is_ident("required") => self.required = true,
            Meta::Path(path) if path.is_ident("object") => self.object = true,
            // `Attribute::computed` is the constructor.
            Meta::Path(path) if path.is_ident("computed") => {
                self.calls.push(quote_spanned!(path.span()=> .set_by_provider()));
            }
            Meta::NameValue(pair) if pair.path.is_ident("written_as") => {
                self.written_as = Some(syn::parse2(quote_value(pair))?);
            }
            Meta::List(list) if list.path.is_ident("key") => {
                let pair: MetaNameValue = list.parse_args()?;
                let (name, description) = (pair.path.require_ident()?.to_string(), text(&pair.value)?);
                self.key = Some(Key { name, description });
            }
            Meta::Path(path) => self.calls.push(quote_spanned!(path.span()=> .#method())),
            Meta::NameValue(pair) => {
                let value = &pair.value;
                self.calls.push(quote_spanned!(pair.span()=> .#method(#value)));
            }
            Meta::List(list) => {
                let arguments = &list.tokens;
                self.calls.push(quote_spanned!(list.span()=> .#method(#arguments)));
            }
        }
        Ok(())
    }
}

fn quote_value(pair: &MetaNameValue) -> TokenStream {
    let value = &pair.value;
    quote!(#value)
}

fn text(value: &Expr) -> Result<LitStr> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(text.clone()),
        other => Err(Error::new(other.span(), "the description of the key must be a string")),
    }
}

/// Whether `#[serde(…)]` has the word `wanted`.
pub(crate) fn has_serde_word(attributes: &[Attribute], wanted: &str) -> Result<bool> {
    let mut found = false;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        let words = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?;
        found |= words.iter().any(|word| word.path().get_ident().is_some_and(|word: &Ident| word == wanted));
    }
    Ok(found)
}
