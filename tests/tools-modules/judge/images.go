package main

import (
	"regexp"
	"slices"
	"strings"
)

// image must be pinned where the configuration enforces it.
func (examination *examination) image(container Container) {
	wanted := examination.configuration.Standards.ImagePinning
	written := text(container.Node["image"])
	if wanted == nil || !wanted.Mode.enforces() || written == "" {
		return
	}
	for _, allowed := range wanted.Allow {
		if matched, err := regexp.MatchString("^(?:"+allowed+")$", written); err == nil && matched {
			return
		}
	}
	name, tag, digest := splitImage(written)
	floating := wanted.FloatingTags
	if len(floating) == 0 {
		floating = []string{"latest"}
	}
	switch {
	case digest == "" && (tag == "" || slices.Contains(floating, tag)):
		examination.add("image-pinning", name, container.Path+".image", "`"+written+"` has a floating tag")
	case digest == "" && wanted.RequireDigest:
		examination.add("image-pinning", name, container.Path+".image", "`"+written+"` has no digest")
	}
}

// splitImage splits `registry:5000/name:tag@digest`.
func splitImage(written string) (name, tag, digest string) {
	rest, digest, _ := strings.Cut(written, "@")
	// A colon before the last slash belongs to the port of a registry.
	slash := strings.LastIndex(rest, "/") + 1
	last, tag, _ := strings.Cut(rest[slash:], ":")
	return rest[:slash] + last, tag, digest
}

// replaceImage does what the configuration's `images` ask for, as kustomize does.
func (configuration *Configuration) replaceImage(written string) string {
	pinning := configuration.Standards.ImagePinning
	if pinning == nil || !pinning.Mode.changes() {
		return written
	}
	name, tag, digest := splitImage(written)
	isReplaced := false
	for _, image := range pinning.Images {
		if image.Name != name {
			continue
		}
		isReplaced = true
		if image.NewName != nil {
			name = *image.NewName
		}
		if image.NewTag != nil {
			tag, digest = *image.NewTag, ""
		}
		if image.Digest != nil {
			digest = *image.Digest
			if image.NewTag == nil {
				tag = ""
			}
		}
		break
	}
	if !isReplaced {
		return written
	}
	result := name
	if tag != "" {
		result += ":" + tag
	}
	if digest != "" {
		result += "@" + digest
	}
	return result
}
