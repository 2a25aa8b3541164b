"""The stand-in of pulumi-kubernetes 4.32.0, for machines that cannot download it.

It renders manifests (`renderYamlToDirectory`) and previews without a cluster, and answers as the official plugin
answers there, property for property: its tests compare with recordings. It never talks to a cluster; what would need
one is refused with words that say so.

Where it differs on purpose:

- The official plugin passes built-in kinds through their Go types, which silently drops unknown fields and zero values
  and rewrites quantities. The stand-in keeps what the program wrote, so that a schema check of the rendered files
  still sees a misspelt field.
- Newer built-in kinds that the official table of scopes lacks (`ValidatingAdmissionPolicy` among them) have the scope
  that Kubernetes gives them.
- A `metadata.namespace` that is not known yet stays unknown in previews; the official plugin shows the default
  namespace.
- Rendered files are replaced atomically, a file that cannot be removed is an error, and an update that moves a
  manifest to another file removes the old one.
- `SLIPWAY_RENDER_SECRETS=omit` leaves the values of Secrets out of the rendered files (`render` has the details).
- Warnings of the official plugin that concern clusters, Helm or plain-text secrets are not repeated.
"""
