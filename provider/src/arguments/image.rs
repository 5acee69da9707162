//! The image of an app, the repository that it is pushed to, and the pointer that CI moves.

use tf_provider::{Attribute, Block, Type};

use super::json::{is_object, same_policy};

/// `image { … }`.
pub(super) fn block() -> Block {
    let block = Block::single()
        .describe("The image, and the ECR repository that it is pushed to.")
        .attribute(
            "repository",
            Attribute::optional(Type::String)
                .describe(
                    "Name of an ECR repository, which is created; or a repository with its host, which is only \
                     used. Default: the name of the app.",
                )
                .example("\"checkout\""),
        )
        .attribute(
            "source",
            text(
                "Who chooses the tag: `pointer`, CI writes it into an SSM parameter; or `literal`, this \
                 configuration does. Default: `pointer`.",
            ),
        )
        .attribute("initial", text("Tag that the pointer holds when it is made. Default: `latest`."))
        .attribute(
            "parameter",
            text("Name of the SSM parameter that is the pointer. Default: `/ipsy/ENVIRONMENT/NAME/image`."),
        )
        .attribute("tag", text("Tag, with `source = \"literal\"`."))
        .attribute("digest", text("Digest (`sha256:…`), with `source = \"literal\"`; it wins over the tag."))
        .attribute("pull_policy", text("`Always`, `IfNotPresent` or `Never`. Default: `IfNotPresent`."));
    add_repository(block)
}

/// Settings of a repository that is created.
fn add_repository(block: Block) -> Block {
    block
        .attribute("scan_on_push", flag("Whether ECR scans what is pushed. Default: true."))
        .attribute("immutable_tags", flag("Whether a tag, once pushed, can't be moved. Default: true."))
        .attribute(
            "mutable_tags",
            Attribute::optional(Type::set(Type::String)).describe(
                "Tags that can be moved although the others can't, as patterns in which `*` stands for any text, \
                 such as `dev-*`.",
            ),
        )
        .attribute(
            "encryption",
            text(
                "How images are encrypted: `AES256`, `KMS` or `KMS_DSSE`. ECR fixes it when the repository is made. \
                 Default: `KMS` with a `kms_key_arn`, else `AES256`.",
            ),
        )
        .attribute(
            "kms_key_arn",
            text("KMS key that encrypts the images. Default with `KMS`: the account's key for ECR."),
        )
        .attribute("keep_images", number("Number of images that are kept; 0 for all. Default: 30."))
        .attribute("untagged_days", number("Days for which untagged images are kept; 0 for ever. Default: 7."))
        .attribute(
            "lifecycle_policy_json",
            text("Lifecycle policy, instead of the one of `keep_images` and `untagged_days`; as JSON.")
                .check(is_object)
                .equal_when(same_policy),
        )
        .attribute(
            "pull_account_ids",
            Attribute::optional(Type::set(Type::String))
                .describe("Accounts, beside the repository's own, that may pull the image."),
        )
        .attribute(
            "repository_policy_json",
            text("Policy of the repository, instead of the one of `pull_account_ids`; as JSON.")
                .check(is_object)
                .equal_when(same_policy),
        )
        .attribute(
            "force_delete",
            flag("Whether the repository is deleted with the images in it. Default: false."),
        )
}

fn text(description: &str) -> Attribute {
    Attribute::optional(Type::String).describe(description)
}

fn number(description: &str) -> Attribute {
    Attribute::optional(Type::Number).describe(description)
}

fn flag(description: &str) -> Attribute {
    Attribute::optional(Type::Bool).describe(description)
}
