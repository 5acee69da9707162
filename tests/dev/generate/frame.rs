//! What all drawn measurements have in common: their size, their background, their title.

/// The beginning of an SVG of 720 by 300 pixels.
pub(super) fn begin(title: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 300\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"720\" height=\"300\" fill=\"#ffffff\"/>\n\
         <text x=\"60\" y=\"24\" font-size=\"15\">{title}</text>\n"
    )
}
