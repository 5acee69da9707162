//! Images and scan findings of the AWS in memory, which tests put there.

use crate::{Finding, Image, ImageReference, ScanFindings, ScanStatus};

use super::Fake;
use super::world::StoredRepository;

impl Fake {
    /// Puts an image into a repository under a tag and returns its digest, which depends on `content` only.
    /// `None` if the repository does not exist.
    pub fn push_image(&self, repository: &str, tag: &str, content: &str) -> Option<String> {
        self.world.with_state(|state| {
            let stored = state.repositories.get_mut(repository)?;
            let digest = digest_of(content);
            // A tag points at one image: pushing another under it moves it.
            for image in stored.images.values_mut() {
                image.tags.retain(|other| other != tag);
            }
            let image = stored.images.entry(digest.clone()).or_insert_with(|| Image {
                digest: digest.clone(),
                tags: Vec::new(),
                size: content.len() as u64,
                pushed_at: Some(0),
                media_type: Some("application/vnd.oci.image.manifest.v1+json".to_owned()),
            });
            image.tags.push(tag.to_owned());
            image.tags.sort();
            Some(digest)
        })
    }

    /// Sets the scan findings of an image; without it an image counts as never scanned.
    pub fn set_scan_findings(&self, repository: &str, digest: &str, findings: Vec<Finding>) {
        self.world.with_state(|state| {
            if let Some(stored) = state.repositories.get_mut(repository) {
                stored.findings.insert(digest.to_owned(), findings);
            }
        });
    }
}

impl StoredRepository {
    pub(super) fn image(&self, reference: &ImageReference) -> Option<Image> {
        match reference {
            ImageReference::Digest(digest) => self.images.get(digest).cloned(),
            ImageReference::Tag(tag) => self.images.values().find(|image| image.tags.contains(tag)).cloned(),
        }
    }

    pub(super) fn scan(&self, digest: &str) -> ScanFindings {
        let Some(findings) = self.findings.get(digest) else {
            return ScanFindings { status: ScanStatus::None, counts: [].into(), findings: Vec::new() };
        };
        let mut counts = std::collections::BTreeMap::new();
        for finding in findings {
            *counts.entry(finding.severity.clone()).or_insert(0) += 1;
        }
        ScanFindings { status: ScanStatus::Complete, counts, findings: findings.clone() }
    }
}

/// Not a real digest, but one of the right shape that depends on the content only (FNV-1a, four times salted).
fn digest_of(content: &str) -> String {
    let words: Vec<String> = (0_u64..4)
        .map(|salt| {
            let start = 0xcbf2_9ce4_8422_2325 ^ salt;
            let hash = content
                .bytes()
                .fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
            format!("{hash:016x}")
        })
        .collect();
    format!("sha256:{}", words.concat())
}
