//! Descriptions from doc comments.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The text of a doc comment as Markdown: lines of a paragraph become one line.
pub(crate) fn of_documentation(attributes: &[Attribute]) -> String {
    let lines: Vec<String> = attributes.iter().filter_map(line).collect();
    let paragraphs = lines.split(String::is_empty).map(|lines| lines.join(" "));
    let paragraphs: Vec<String> = paragraphs.filter(|paragraph| !paragraph.is_empty()).collect();
    paragraphs.join("\n\n")
}

/// The line of a doc comment that an attribute is.
fn line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else { return None };
    match &meta.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if meta.path.is_ident("doc") => {
            Some(text.value().trim().to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    #[test]
    fn lines_of_a_paragraph_become_one_line() {
        let attributes = [
            parse_quote!(#[doc = " Number of pods,"]),
            parse_quote!(#[serde(default)]),
            parse_quote!(#[doc = " at least 1."]),
            parse_quote!(#[doc = ""]),
            parse_quote!(#[doc = " Default: 2."]),
        ];
        assert_eq!(super::of_documentation(&attributes), "Number of pods, at least 1.\n\nDefault: 2.");
    }
}
