// Package codegen holds the one type that the docker-build provider names from Pulumi's .NET generator.
//
// The provider uses it only to describe how an SDK for .NET would be generated, which never happens here; the real
// module cannot be had from the module proxy.
package codegen

// CSharpPackageInfo has the fields that the provider sets.
type CSharpPackageInfo struct {
	PackageReferences    map[string]string `json:"packageReferences,omitempty"`
	RespectSchemaVersion bool              `json:"respectSchemaVersion,omitempty"`
}
