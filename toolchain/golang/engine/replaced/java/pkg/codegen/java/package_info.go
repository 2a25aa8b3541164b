// Package java holds the one type that the docker-build provider names from Pulumi's Java generator.
//
// The provider uses it only to describe how an SDK for Java would be generated, which never happens here; the real
// module cannot be had from the module proxy.
package java

// PackageInfo has the fields that the provider sets.
type PackageInfo struct {
	BuildFiles                      string            `json:"buildFiles,omitempty"`
	Dependencies                    map[string]string `json:"dependencies,omitempty"`
	GradleNexusPublishPluginVersion string            `json:"gradleNexusPublishPluginVersion,omitempty"`
}
