//! What fuzz targets and the fidelity check need of the inside. Not part of the library's promise.

use yaml_edit::documents;

/// How many documents of a stream the fast scanner reads, and how many it hands over; an error where the two
/// readers do not agree.
pub fn agreement(stream: &str) -> Result<(usize, usize), String> {
    let mut counts = (0, 0);
    for (index, range) in documents(stream).enumerate() {
        match yaml_edit::agreement(&stream[range]) {
            Ok(true) => counts.0 += 1,
            Ok(false) => counts.1 += 1,
            Err(message) => return Err(format!("document {}: {message}", index + 1)),
        }
    }
    Ok(counts)
}
